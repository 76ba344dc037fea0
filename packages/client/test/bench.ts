/** A client wired straight into the simulator: no sockets, one virtual clock, one seed. */

import { createPrivateKey } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { openSimulator, type Simulator, type SimulatorOptions } from '@chadan/simulator'
import { directSigner, type Notice, optionsOf, WechatPay, type WechatPayOptions } from '../src/index.ts'

/** Simulator, client, and the merchant's server that hears the notices. */
export interface Bench {
  readonly sim: Simulator
  readonly wx: WechatPay
  /** Verified notices, in the order in which they came. */
  readonly notices: Notice[]
  /** Raw messages as they came. */
  readonly messages: { url: string; method: string; headers: Headers; body: Uint8Array }[]
  /** Paths of the requests that reached the platform. */
  readonly requests: string[]
  /** Another client of the same merchant. */
  open(options?: Partial<WechatPayOptions>): WechatPay
  /** Moves the clock until a promise that waits for it is settled. */
  pump<T>(promise: Promise<T>): Promise<T>
}

/** Opens a bench; `client` changes the client's options, `sim` the simulator's. */
export async function openBench(
  given: { sim?: SimulatorOptions; client?: Partial<WechatPayOptions> } = {},
): Promise<Bench> {
  const notices: Notice[] = []
  const messages: Bench['messages'] = []
  const requests: string[] = []
  const sim = await openSimulator({
    ...given.sim,
    fetch: async (request) => {
      const body = new Uint8Array(await request.clone().arrayBuffer())
      messages.push({ url: request.url, method: request.method, headers: request.headers, body })
      return bench.wx.notifications.handle(request, (notice) => void notices.push(notice))
    },
  })
  const open = (changes: Partial<WechatPayOptions> = {}) => {
    const { privateKey: _pem, ...options } = optionsOf(sim.credentials)
    return new WechatPay({
      ...options,
      signer: directSigner(createPrivateKey(sim.credentials.apiv3.privateKey)),
      fetch: (request) => {
        requests.push(`${request.method} ${new URL(request.url).pathname}`)
        return sim.fetch(request)
      },
      clock: sim.clock,
      ...changes,
    })
  }
  const bench: Bench = {
    sim,
    wx: open(given.client),
    notices,
    messages,
    requests,
    open,
    async pump(promise) {
      let settled = false
      promise.then(
        () => (settled = true),
        () => (settled = true),
      )
      for (let step = 0; !settled && step < 2000; step++) {
        await setImmediate()
        if (!settled) await sim.advance(20)
      }
      return promise
    },
  }
  return bench
}

/** A combined order of two sub-orders. */
export function combinedOrder(sim: Simulator, number = 'CT20260317A00042') {
  const { apiv3 } = sim.credentials
  const sub = (mchid: string, index: number, total_amount: number) => ({
    mchid: apiv3.mchid,
    sub_mchid: mchid,
    out_trade_no: `${number}_${index}`,
    description: '示例茶馆-龙井礼盒',
    attach: `line=${index}`,
    amount: { total_amount, currency: 'CNY' as const },
  })
  return {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: number,
    sub_orders: [sub('1690000202', 1, 12800), sub('1690000203', 2, 3550)],
    combine_payer_info: { openid: apiv3.openid },
    notify_url: 'https://shop.example.cn/notify',
  }
}
