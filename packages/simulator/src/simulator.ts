/** The simulator: WeChat Pay's side as a function from Request to Response, and the hands on its controls. */
import type { Clock, Random } from '@chadan/protocol'
import { seededRandom } from './chance.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { type Credentials, furnish } from './credentials.ts'
import type { Exchange } from './exchange/exchange.ts'
import { exchanges } from './exchange/exchanges.ts'
import { readRequest } from './exchange/request.ts'
import { type Faults, openFaults } from './faults.ts'
import { noticeDialects } from './notices/dialects.ts'
import { type NoticeRow, type Notifier, openNotifier } from './notices/notifier.ts'
import { type KeySource, makeCertificate, testKeySource } from './platform.ts'
import {
  type Action,
  ActionRefused,
  type Checkout,
  type Handled,
  type Product,
  type ProductFactory,
} from './product.ts'
import { productFactories } from './products/index.ts'
import { openRoutes } from './routes.ts'
import { type SomeSwitches, withSwitches } from './switches.ts'
import { type OpenWorld, openWorld, type Snapshot, type World } from './world.ts'

/** What a simulator is opened with; everything has a default. */
export interface SimulatorOptions {
  /** Default: a virtual clock at 2026-03-17 10:00 Beijing time, moved by `advance`. */
  readonly clock?: Clock
  /** The seed of all chance. Default `'chadan'`. */
  readonly seed?: string | number
  readonly random?: Random
  /** The address clients use, without a final slash. */
  readonly baseUrl?: string
  readonly switches?: SomeSwitches
  /** How notices leave. Default: nowhere, every delivery fails. */
  readonly fetch?: (request: Request) => Promise<Response>
  /** Where private keys come from. Default: the committed test keys. */
  readonly keys?: KeySource
  /** A world to go on with. */
  readonly snapshot?: Snapshot
  /** Called after every change that a snapshot would show. */
  readonly changed?: () => void
}

/** An open simulator. */
export interface Simulator {
  /** Answers a request; `connection` is what a Node server knows of it (`@hono/node-server` passes it). */
  fetch(request: Request, connection?: Connection): Promise<Response>
  readonly world: World
  readonly clock: Clock
  /** Everything that a client in any language needs. */
  readonly credentials: Credentials
  readonly faults: Faults
  /** What the payer sees behind a prepay id, a pay link or a number. */
  checkout(key: string): Checkout | undefined
  /** Acts in the payer's place. Throws `ActionRefused`. */
  act(key: string, action: Action): Promise<void>
  /** Pays: `act` with `pay`. */
  pay(key: string, details?: Omit<Extract<Action, { action: 'pay' }>, 'action'>): Promise<void>
  /** Moves a virtual clock and runs what is due. Throws on a real clock. */
  advance(ms: number): Promise<void>
  /** Waits until notices under way have been answered. */
  settle(): Promise<void>
  /** Lists a new platform certificate now and lets it sign from `inMs` on. Returns its serial. */
  rotateCertificate(inMs?: number): Promise<string>
  /** All notices, sent and to be sent. */
  readonly notices: readonly Readonly<NoticeRow>[]
  snapshot(): Snapshot
}

/** What is known of the connection a request came by. */
export interface Connection {
  readonly incoming?: { readonly url?: string | undefined; readonly socket?: { destroy(): unknown } }
}

/** Thrown by `fetch` when a fault cuts the connection: no response exists. */
export class ConnectionCut extends TypeError {
  override readonly name = 'ConnectionCut'
}

const year = 365 * 24 * 3600_000

/**
 * Opens a simulator with one merchant of every kind in it.
 * @example
 * const simulator = await openSimulator()
 * const wx = new WechatPay({ ...simulator.credentials.apiv3, fetch: simulator.fetch })
 */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? virtualClock(options.snapshot?.nowMs ?? Date.UTC(2026, 2, 17, 2))
  const random = options.random ?? seededRandom(options.seed ?? 'chadan')
  const faults = openFaults(random)
  const keys = options.keys ?? testKeySource()
  const notifier: Notifier = openNotifier({
    world: () => world,
    faults,
    dialects: noticeDialects,
    fetch: options.fetch ?? (() => Promise.reject(new TypeError('no way out: give the simulator a fetch'))),
  })
  const world: OpenWorld = openWorld({
    clock,
    random,
    switches: withSwitches(options.switches),
    baseUrl: options.baseUrl ?? 'https://simulator.invalid',
    snapshot: options.snapshot,
    send: notifier.send,
    ...(options.changed && { changed: options.changed }),
  })
  world.products.push(notifier.product, ...productFactories.map((factory: ProductFactory) => factory(world)))
  const credentials = await furnish(world, keys)
  world.resume()

  const handlers = new Map<string, Handled>(
    world.products.flatMap((product) => product.handlers).map((handled) => [handled.operation.id, handled]),
  )
  const find = openRoutes()

  async function fetch(request: Request, connection?: Connection): Promise<Response> {
    const raw = await readRequest(request, connection?.incoming?.url)
    if (raw === 'too large') return new Response(null, { status: 413 })
    const found = find(raw.verb, raw.path)
    // An unknown path and a wrong verb are answered with an empty, unsigned body (X6).
    if (found.found !== 'operation') return new Response(null, { status: found.found === 'verb' ? 405 : 404 })
    const handled = handlers.get(found.operation.id)
    const exchange: Exchange | undefined = exchanges[found.operation.dialect]
    if (!handled || !exchange) return new Response(null, { status: 501 })
    const fault = faults.draw(found.operation.id)
    if (fault?.fault === 'loseRequest') throw cut(connection)
    if (fault?.fault === 'badGateway')
      return new Response('<html><body>502 Bad Gateway</body></html>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      })
    const response = await exchange({
      world,
      operation: found.operation,
      path: found.path,
      request: raw,
      handled,
      fault,
    })
    options.changed?.()
    if (fault?.fault === 'loseAnswer') throw cut(connection)
    if (fault?.fault === 'delayed')
      await new Promise<void>((resolve) => void clock.after(fault.delayMs ?? 10_000, resolve))
    return response
  }

  function holder(key: string): Product | undefined {
    return world.products.find((product) => product.checkout?.(key) !== undefined)
  }

  async function act(key: string, action: Action): Promise<void> {
    const product = holder(key)
    if (!product?.act) throw new ActionRefused('no order stands behind this key')
    product.act(key, action)
    options.changed?.()
  }

  return {
    fetch,
    world,
    clock,
    credentials,
    faults,
    checkout: (key) => holder(key)?.checkout?.(key),
    act,
    pay: (key, details = {}) => act(key, { action: 'pay', ...details }),
    async advance(ms) {
      if (!('advance' in clock)) throw new TypeError('only a virtual clock can be advanced')
      await (clock as VirtualClock).advance(ms, notifier.settle)
    },
    settle: notifier.settle,
    async rotateCertificate(inMs = 0) {
      const privateKey = keys()
      const serialNo = world.draw.hex(40).toUpperCase()
      const now = clock.now()
      const validity = { validFromMs: now - 60_000, validToMs: now + 5 * year }
      const certificate = await makeCertificate({
        privateKey,
        serialNo,
        subject: 'C=CN, O=Tenpay.com, CN=Tenpay.com sign',
        ...validity,
      })
      world.platformCertificates.set(serialNo, {
        serialNo,
        certificate,
        privateKey,
        effectiveMs: validity.validFromMs,
        expireMs: validity.validToMs,
        signsFromMs: now + inMs,
      })
      return serialNo
    },
    get notices() {
      return [...world.table<NoticeRow>('world.notices').values()]
    },
    snapshot: world.snapshot,
  }
}

function cut(connection: Connection | undefined): ConnectionCut {
  connection?.incoming?.socket?.destroy()
  return new ConnectionCut('the connection was cut by a planned fault')
}
