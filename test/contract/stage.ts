/** One merchant, its client and its server before a simulated WeChat Pay, over either carrier. */
import { createPrivateKey } from 'node:crypto'
import { directSigner, type Notice, optionsOf, WechatPay, type WechatPayOptions } from '@chadan/client'
import {
  type Credentials,
  openSimulator,
  type Simulator,
  type Snapshot,
  type SomeSwitches,
} from '@chadan/simulator'
import { serve } from 'chadan'
import { type Log, observed, openLog } from './log.ts'

/** How requests travel: function calls inside this process, or HTTP over loopback with the client's own pool. */
export type Carrier = 'in process' | 'over sockets'

export const carriers: readonly Carrier[] = ['in process', 'over sockets']

/** Nothing here waits for real time, so a test that takes this long hangs on a connection. */
export const guarded = { timeout: 30_000 }

/** A message as it reached the merchant's server. */
export interface Message {
  readonly url: string
  readonly method: string
  readonly headers: Headers
  readonly body: Uint8Array
  /** When it came, UTC ms. */
  readonly heardMs: number
}

/** Everything a case needs. */
export interface Stage extends AsyncDisposable {
  readonly carrier: Carrier
  readonly sim: Simulator
  readonly given: Credentials
  /** The merchant's client: its answers are logged, and it repeats nothing by itself. */
  readonly wx: WechatPay
  readonly log: Log
  /** Where the merchant's server hears notices. */
  readonly notifyUrl: string
  /** What came to the merchant's server, good or not. */
  readonly messages: readonly Message[]
  /** Verified notices whose work was done: a repeated one is not among them twice. */
  readonly notices: readonly Notice[]
  /** `POST /v3/…` of every request that reached the platform. */
  readonly requests: string[]
  /** Moves the clock, and waits for the notices that this lets go. */
  pass(ms: number): Promise<void>
  /** Another client of the same merchant. */
  open(options?: Partial<WechatPayOptions>): WechatPay
  /** A client between whom and the platform something changes the requests, as a broken proxy would. */
  behind(change: (request: Request) => Request): WechatPay
}

export interface StageOptions {
  readonly switches?: SomeSwitches
  readonly log?: Log
  readonly client?: Partial<WechatPayOptions>
}

// Making certificates is most of what opening a world costs, so all worlds go on from one.
let first: Promise<Snapshot> | undefined

/** Opens a stage; dispose of it with `await using`. */
export async function openStage(
  carrier: Carrier,
  { switches, log = openLog(), client }: StageOptions = {},
): Promise<Stage> {
  first ??= openSimulator().then((sim) => sim.snapshot())
  const snapshot = await first
  const messages: Message[] = []
  const notices: Notice[] = []
  const requests: string[] = []
  const platform = (request: Request, connection?: object): Promise<Response> => {
    requests.push(`${request.method} ${new URL(request.url).pathname}`)
    return sim.fetch(request, connection)
  }
  const shop = async (request: Request): Promise<Response> => {
    const body = new Uint8Array(await request.clone().arrayBuffer())
    const { url, method, headers } = request
    messages.push({ url, method, headers, body, heardMs: sim.clock.now() })
    return wx.notifications.handle(request, (notice) => {
      notices.push(notice)
      log.notice(notice)
    })
  }
  const servers =
    carrier === 'over sockets'
      ? await Promise.all([serve(platform, { port: 0 }), serve(shop, { port: 0 })])
      : undefined
  const baseUrl = servers?.[0].url ?? 'https://simulator.invalid'
  const sim = await openSimulator({
    snapshot,
    baseUrl,
    switches: { ...switches, loopbackNotifyUrls: 'accept' },
    fetch: servers ? fetch : shop,
  })
  const given = sim.credentials
  const open = (options: Partial<WechatPayOptions> = {}) =>
    new WechatPay({
      ...optionsOf(given),
      ...(servers
        ? { privateKey: given.apiv3.privateKey }
        : { signer: directSignerOf(given), fetch: platform }),
      baseUrl,
      clock: sim.clock,
      retries: 0,
      ...client,
      ...options,
    })
  const wx = observed(open(), log)
  return {
    carrier,
    sim,
    given,
    wx,
    log,
    notifyUrl: `${servers?.[1].url ?? 'https://shop.example.cn'}/notify`,
    messages,
    notices,
    requests,
    pass: (ms) => sim.advance(ms),
    open,
    behind: (change) =>
      open({ fetch: (request) => (servers ? fetch(change(request)) : platform(change(request))) }),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers?.map((server) => server.close()) ?? [])
    },
  }
}

const signers = new Map<string, ReturnType<typeof directSigner>>()

function directSignerOf({ apiv3 }: Credentials): ReturnType<typeof directSigner> {
  const known = signers.get(apiv3.privateKey) ?? directSigner(createPrivateKey(apiv3.privateKey))
  signers.set(apiv3.privateKey, known)
  return known
}
