/** The simulator: WeChat Pay's side as a function from Request to Response, and the hands on its controls. */
import type { Clock, OperationShape, Random } from '@chadan/protocol'
import { type BookedNotice, type BookedOrder, withNotices } from './books.ts'
import { type CertificateView, listCertificates, rotateCertificate } from './certificates.ts'
import { seededRandom } from './chance.ts'
import { type VirtualClock, virtualClock } from './clock.ts'
import { openControl } from './control/app.ts'
import { type Credentials, furnish } from './credentials.ts'
import type { Exchange } from './exchange/exchange.ts'
import { exchanges } from './exchange/exchanges.ts'
import { openProbes } from './exchange/probes.ts'
import { type RawRequest, readRequest } from './exchange/request.ts'
import { type Faults, openFaults, type PlannedFault } from './faults.ts'
import { changeMerchant, type MerchantChanges, type MerchantView } from './merchants.ts'
import { noticeDialects } from './notices/dialects.ts'
import { type NoticeRow, type Notifier, openNotifier } from './notices/notifier.ts'
import { type KeySource, testKeySource } from './platform.ts'
import {
  type Action,
  ActionRefused,
  type Checkout,
  type Handled,
  type Product,
  type ProductFactory,
} from './product.ts'
import { productFactories } from './products/index.ts'
import { ControlRefused } from './refused.ts'
import { openRoutes } from './routes.ts'
import { readSwitches } from './switch-fields.ts'
import { type SomeSwitches, type Switches, withSwitches } from './switches.ts'
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
  /** The time at which this world was opened, in its own time. */
  readonly startedMs: number
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
  /** The newest orders of all products that can list them, at most `limit` of each; default 50. */
  recent(limit?: number): readonly Checkout[]
  /**
   * The orders of one product, oldest first, with money, refunds and notices: for a comparison from
   * outside. `from` is a place in the list; places never change.
   */
  booked(
    product: string,
    from: number,
    limit: number,
  ): readonly (BookedOrder & { notices: readonly BookedNotice[] })[]
  /** The platform certificates, oldest first. */
  readonly certificates: readonly CertificateView[]
  /** Lists a new platform certificate now and lets it sign from `inMs` on. Returns its serial. */
  rotateCertificate(inMs?: number): Promise<string>
  /** Changes some switches. Throws `ControlRefused` for what is unknown or wrong. */
  changeSwitches(some: SomeSwitches): Switches
  /** Changes a merchant: key mode, money, permissions. Throws `ControlRefused`. */
  changeMerchant(mchid: string, changes: MerchantChanges): MerchantView
  /** Ends all access tokens now; answers how many there were. */
  expireTokens(): number
  /** Delivers a notice once more now. Throws `ControlRefused` where none has this id. */
  sendNotice(id: string): Promise<void>
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

/**
 * Opens a simulator with one merchant of every kind in it.
 * @example
 * const simulator = await openSimulator()
 * const wx = new WechatPay({ ...simulator.credentials.apiv3, fetch: simulator.fetch })
 */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const clock = options.clock ?? virtualClock(options.snapshot?.nowMs ?? Date.UTC(2026, 2, 17, 2))
  const startedMs = clock.now()
  const random = options.random ?? seededRandom(seedOf(options))
  const faults = openFaults(random)
  const keys = options.keys ?? testKeySource()
  const notifier: Notifier = openNotifier({
    world: () => world,
    faults,
    dialects: noticeDialects,
    fetch: options.fetch ?? (() => Promise.reject(new TypeError('no way out: give the simulator a fetch'))),
    changed: () => options.changed?.(),
  })
  const world: OpenWorld = openWorld({
    clock,
    random,
    switches: openSwitches(options),
    baseUrl: options.baseUrl ?? 'https://simulator.invalid',
    snapshot: options.snapshot,
    send: notifier.send,
    ...(options.changed && { changed: options.changed }),
  })
  world.products.push(notifier.product, ...productFactories.map((factory: ProductFactory) => factory(world)))
  const credentials = await furnish(world, keys)
  world
    .table<{ value: number }>('world.counters')
    .set('openings', { value: openingsOf(options.snapshot) + 1 })
  world.resume()
  notifier.resume()

  const handlers = new Map<string, Handled>(
    world.products.flatMap((product) => product.handlers).map((handled) => [handled.operation.id, handled]),
  )
  const find = openRoutes()
  const probes = openProbes(world)

  async function fetch(request: Request, connection?: Connection): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/_simulator') return Response.redirect(new URL('/_simulator/', request.url), 308)
    if (pathname.startsWith('/_simulator/')) return control.fetch(request)
    const raw = await readRequest(request, connection?.incoming?.url)
    if (raw === 'too large') return new Response(null, { status: 413 })
    const found = find(raw.verb, raw.path)
    // An unknown path and a wrong verb are answered with an empty, unsigned body (X6).
    if (found.found === 'nothing') return new Response(null, { status: 404 })
    // The XML dialect has a code of its own for the wrong verb, and its token call takes both.
    const taken = (one: OperationShape) => handlers.get(one.id)?.alsoTakes?.(raw) === true
    const wrongVerb = found.found === 'verb' && found.operation.dialect !== 'xml' && !taken(found.operation)
    if (wrongVerb) return new Response(null, { status: 405 })
    const others = found.found === 'operation' ? found.others : []
    const operation = others.find(taken) ?? found.operation
    const handled = handlers.get(operation.id)
    const exchange: Exchange | undefined = exchanges[operation.dialect]
    if (!handled || !exchange) return new Response(null, { status: 501 })
    const fault = faults.draw(operation.id, 'call') ?? probe(operation, raw)
    if (fault?.fault === 'loseRequest') throw cut(connection)
    if (fault?.fault === 'badGateway')
      return new Response('<html><body>502 Bad Gateway</body></html>', {
        status: 502,
        headers: { 'content-type': 'text/html' },
      })
    const response = await exchange({
      world,
      operation,
      path: found.found === 'operation' ? found.path : {},
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

  function probe({ id, dialect }: OperationShape, raw: RawRequest): PlannedFault | undefined {
    return dialect === 'apiv3' && probes(raw) ? { on: id, fault: 'probe' } : undefined
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

  const simulator: Simulator = {
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
    startedMs,
    booked: (name, from, limit) => {
      const orders = world.products.find((product) => product.name === name)?.booked?.(from, limit) ?? []
      return withNotices(orders, world.table<NoticeRow>('world.notices').values())
    },
    recent: (limit = 50) => world.products.flatMap((product) => product.recent?.(limit) ?? []),
    get certificates() {
      return listCertificates(world)
    },
    rotateCertificate: (inMs = 0) => rotateCertificate(world, keys, inMs),
    changeSwitches(some) {
      const changed = withSwitches(readSwitches(some), world.switches)
      world.table<Switches>(keptSwitches).set('all', changed)
      return Object.assign(world.switches, changed)
    },
    changeMerchant: (mchid, changes) => changeMerchant(world, mchid, changes),
    expireTokens: () => world.products.reduce((sum, product) => sum + (product.expireTokens?.() ?? 0), 0),
    async sendNotice(id) {
      if (!notifier.again(id)) throw new ControlRefused('/id', 'the id of a notice', 404)
      await notifier.settle()
    },
    get notices() {
      return [...world.table<NoticeRow>('world.notices').values()]
    },
    snapshot: world.snapshot,
  }
  const control = openControl(simulator, () => options.changed?.())
  return simulator
}

const keptSwitches = 'world.switches'

/** Switches given now, over those that were changed before the snapshot, over the defaults. */
function openSwitches({ switches, snapshot }: SimulatorOptions): Switches {
  const kept = snapshot?.tables[keptSwitches]?.all as Switches | undefined
  return withSwitches(switches && readSwitches(switches), withSwitches(kept))
}

/** A world that goes on draws from a place of its own, or it would issue its numbers a second time. */
function seedOf({ seed = 'chadan', snapshot }: SimulatorOptions): string {
  return snapshot ? `${seed}/opening ${openingsOf(snapshot)}` : String(seed)
}

function openingsOf(snapshot: Snapshot | undefined): number {
  const counter = snapshot?.tables['world.counters']?.openings as { value: number } | undefined
  return counter?.value ?? 0
}

function cut(connection: Connection | undefined): ConnectionCut {
  connection?.incoming?.socket?.destroy()
  return new ConnectionCut('the connection was cut by a planned fault')
}
