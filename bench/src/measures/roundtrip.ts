/** Signed and verified calls against a server process, beside bare signing and verifying. */
import { fork } from 'node:child_process'
import { createPublicKey, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { WechatPay } from '@chadan/client'
import { axiosPlugin, NodeV3Pay, superagent } from '../peers.ts'
import { type Contender, type Effort, inTurns, type Turn } from '../rounds.ts'
import type { Listening } from '../server.ts'
import type { Found } from '../table.ts'
import { mchid, merchant, orderAnswer, outTradeNo, pem, publicKeyId, serialNo } from '../world.ts'

type Names = 'ours' | 'limit' | 'wechatpay-axios-plugin' | 'wechatpay-node-v3'

/** The measures `roundtrip1`, `roundtrip64`, `roundtripCpu` and `roundtripSigned64`. */
export async function roundtrips(effort: Effort): Promise<Record<string, Found>> {
  const server = fork(join(import.meta.dirname, '../server.ts'), { stdio: 'inherit' })
  try {
    const [listening] = (await once(server, 'message')) as [Listening]
    const at = (port: number, concurrency: number) =>
      inTurns(contenders({ port, publicKey: listening.publicKey, concurrency }), effort)
    const one = await at(listening.presigned, 1)
    const many = await at(listening.presigned, 64)
    const signed = await at(listening.signing, 64)
    return {
      roundtrip1: rates(one),
      roundtrip64: { ...rates(many), aim: { toLimit: 0.9, toBestPeer: 2.5 } },
      roundtripCpu: { ...costs(many), aim: { toLimit: 0.74 } },
      roundtripSigned64: rates(signed),
    }
  } finally {
    server.kill()
  }
}

function rates(turns: Record<Names, Turn>): Found {
  const { ours, limit, ...peers } = mapped(turns, (turn) => turn.perSecond)
  return { unit: 'calls/s', better: 'more', ours, limit, peers }
}

function costs(turns: Record<Names, Turn>): Found {
  const { ours, limit, ...peers } = mapped(turns, (turn) => turn.cpuUs)
  return { unit: 'µs of processor per call', better: 'less', ours, limit, peers }
}

function mapped(turns: Record<Names, Turn>, pick: (turn: Turn) => number): Record<Names, number> {
  return Object.fromEntries(Object.entries(turns).map(([name, turn]) => [name, pick(turn)])) as Record<
    Names,
    number
  >
}

function contenders(at: { port: number; publicKey: string; concurrency: number }): Record<Names, Contender> {
  const { concurrency } = at
  const base = `http://127.0.0.1:${at.port}`
  return {
    limit: { work: bareCryptography() },
    ours: { work: ours(base, at.publicKey), concurrency },
    'wechatpay-axios-plugin': { work: withAxiosPlugin(base, at.publicKey), concurrency },
    'wechatpay-node-v3': { work: withNodeV3(base, at.publicKey), concurrency },
  }
}

/** One signature and one verification in one thread, with keys already read. */
function bareCryptography(): () => void {
  const text = Buffer.from(
    `GET\n/v3/pay/transactions/out-trade-no/${outTradeNo}\n1773714030\n${'n'.repeat(32)}\n\n`,
  )
  const answered = Buffer.from(`1773714030\nnonce\n${orderAnswer}\n`)
  const signature = sign('sha256', answered, merchant.privateKey)
  return () => {
    sign('sha256', text, merchant.privateKey)
    if (!verify('sha256', answered, merchant.publicKey, signature)) throw new Error('does not verify')
  }
}

function ours(baseUrl: string, publicKey: string): () => Promise<unknown> {
  const privateKey = pem(merchant.privateKey)
  const wx = new WechatPay({ mchid, serialNo, privateKey, publicKeyId, publicKey, baseUrl, mode: 'direct' })
  return () => wx.cash.queryByOutTradeNo({ mchid, out_trade_no: outTradeNo })
}

function withAxiosPlugin(baseURL: string, publicKey: string): () => Promise<unknown> {
  const certs = { [publicKeyId]: createPublicKey(publicKey) }
  const { v3 } = new axiosPlugin.Wechatpay({
    ...{ mchid, serial: serialNo, certs, baseURL },
    privateKey: pem(merchant.privateKey),
  })
  return () => v3.get(`/v3/pay/transactions/out-trade-no/${outTradeNo}`, { params: { mchid } })
}

/** It does not verify by itself; its guide has the caller do so with `verifySign`. */
function withNodeV3(baseUrl: string, publicKey: string): () => Promise<unknown> {
  NodeV3Pay.certificates = { [publicKeyId]: publicKey }
  const pay = new NodeV3Pay({
    ...{ appid: 'wx', mchid, serial_no: serialNo, key: '' },
    publicKey: Buffer.from(publicKey),
    privateKey: Buffer.from(pem(merchant.privateKey)),
  })
  pay.createHttp({
    async get(url: string, headers: object) {
      const {
        status,
        text,
        body,
        headers: got,
      } = await superagent.get(url.replace('https://api.mch.weixin.qq.com', baseUrl)).set(headers)
      const verified = await pay.verifySign({
        timestamp: got['wechatpay-timestamp'],
        nonce: got['wechatpay-nonce'],
        serial: got['wechatpay-serial'],
        signature: got['wechatpay-signature'],
        body: text,
      })
      if (!verified) throw new Error('does not verify')
      return { status, data: body }
    },
  })
  return async () => {
    const { status } = await pay.query({ out_trade_no: outTradeNo })
    if (status !== 200) throw new Error(`status ${status}`)
  }
}
