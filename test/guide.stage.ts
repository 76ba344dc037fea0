/** A simulator, a client and a merchant's server for the examples of the guide: no socket, one clock. */
import { createPrivateKey } from 'node:crypto'
import { directSigner, optionsOf, WechatPay, type WechatPayOptions } from '@chadan/client'
import { openSimulator, type Simulator, type SimulatorOptions } from '@chadan/simulator'
import type { Guide } from '../docs/guide/examples/guide.ts'

export interface Stage extends Guide {
  readonly sim: Simulator
  /** What the example saved, as `number: fact`, in order. */
  readonly saved: string[]
  /** The answers the example gave to notices, by status. */
  readonly answered: number[]
  /** The messages that came, as they came. */
  readonly messages: { url: string; headers: Record<string, string>; body: Uint8Array }[]
}

/** What an example hears with. */
export type Hear = (guide: Guide, request: Request) => Promise<Response>

/** Opens a stage on which `hear` is the merchant's server. */
export async function openStage(
  hear: Hear = async () => new Response(null, { status: 404 }),
  { sim: simOptions = {}, client = {} }: { sim?: SimulatorOptions; client?: Partial<WechatPayOptions> } = {},
): Promise<Stage> {
  const saved: string[] = []
  const answered: number[] = []
  const messages: Stage['messages'] = []
  const sim = await openSimulator({
    async fetch(request) {
      const body = new Uint8Array(await request.clone().arrayBuffer())
      messages.push({ url: request.url, headers: Object.fromEntries(request.headers), body })
      const response = await hear(stage, request)
      answered.push(response.status)
      return response
    },
    ...simOptions,
  })
  const { privateKey, ...options } = optionsOf(sim.credentials)
  const wx = new WechatPay({
    ...options,
    signer: directSigner(createPrivateKey(privateKey ?? '')),
    mode: 'partner',
    fetch: (request) => sim.fetch(request),
    clock: sim.clock,
    ...client,
  })
  const stage: Stage = {
    sim,
    wx,
    given: sim.credentials,
    notifyUrl: 'https://shop.example.cn/notify',
    async save(number, fact) {
      saved.push(`${number}: ${fact}`)
    },
    now: () => sim.world.time(),
    saved,
    answered,
    messages,
  }
  return stage
}
