/** One process of the gateway: store, engine, telling and HTTP put together. Everything real comes in as an argument. */
import type { Clock } from '@chadan/protocol'
import type { Tracer } from '@opentelemetry/api'
import type { Desk, Gateway, Watcher } from './engine/desk.ts'
import { openGateway } from './engine/gateway.ts'
import { openHousekeeping } from './housekeeping.ts'
import { openAdmin } from './http/admin.ts'
import { defaultLimits, type Limits, openApp } from './http/app.ts'
import { addInbound } from './http/inbound.ts'
import type { Api } from './http/route.ts'
import { apiRoutes } from './http/routes.ts'
import { errorFields, type Log, sparingly } from './logging.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import { type DeliveryWatcher, openDispatcher } from './outbound/deliveries.ts'
import { openFeed } from './outbound/feed.ts'
import { openSequencer } from './outbound/sequencer.ts'
import type { Targets } from './outbound/targets.ts'
import { products as allProducts } from './products/index.ts'
import { openSealer } from './seal.ts'
import type { Store, Write } from './store/store.ts'
import { gatewayTracer } from './tracing.ts'

/** What a service is made of. */
export interface ServiceOptions
  extends Pick<
    Desk,
    'store' | 'clock' | 'random' | 'node' | 'publicUrl' | 'digestKey' | 'signer' | 'tenant'
  > {
  /** Default: all five. */
  readonly products?: Desk['products'] | undefined
  /** The way out for webhooks. */
  readonly targets: Targets
  readonly log: Log
  readonly limits?: Partial<Limits> | undefined
  /** How long payloads are kept, in ms. Default 400 days. */
  readonly retentionMs?: number | undefined
  readonly tracer?: Tracer | undefined
  /**
   * How much faster than this machine the clock runs (a simulation's); default 1. What measures the machine's own
   * work is stretched by it: answers, webhook attempts, looks at the store. `limits` are taken as given.
   */
  readonly pace?: number | undefined
  readonly version?: string | undefined
  /** Told of everything that is counted, besides the metrics. */
  readonly watch?: Watcher | undefined
}

/** A gateway that answers HTTP. */
export interface Service {
  /** The public address: the API, `/notify/…` and `/return/…`. */
  fetch(request: Request): Promise<Response>
  /** Health, figures and documents, without a key. */
  adminFetch(request: Request): Promise<Response>
  /** Does what is due until `stop`. */
  start(): void
  /** Takes nothing new and finishes what was accepted. Stop listening first; close the store after. */
  stop(): Promise<void>
  /** Does everything that is due now; for tests and the simulation. Answers how many steps. */
  tick(): Promise<number>
  /** Seals order logs and does the housekeeping that is due; for tests. */
  keepHouse(): Promise<void>
  readonly gateway: Gateway
  readonly store: Store
  readonly metrics: Metrics
}

const dayMs = 24 * 3_600_000

/**
 * Puts a service together. Nothing runs before `start`.
 * @example
 * const service = openService({ store, clock, random, node, publicUrl, digestKey, signer, tenant, targets, log })
 * service.start()
 */
export function openService(options: ServiceOptions): Service {
  const { clock, random, node, publicUrl, digestKey, signer, tenant, targets, log } = options
  const { products = allProducts, version = '0.1.0', tracer = gatewayTracer(), pace = 1 } = options
  const metrics = openMetrics({ store: options.store, clock, version })
  const stopping = new AbortController()
  const failed = (where: string, error: unknown) => {
    metrics.watch.failed?.(where, error)
    options.watch?.failed?.(where, error)
    log.error('failed', { where, ...errorFields(error) })
  }
  const watch = both(
    { ...metrics.watch, failed },
    { ...logging(clock, log), ...options.watch, failed: undefined },
  )

  const feed = openFeed({
    store: options.store,
    clock,
    failed,
    pollMs: 1_000 * pace,
    heartbeatMs: 15_000 * pace,
    lifeMs: 3_600_000 * pace,
  })
  const dispatcher = openDispatcher({
    store: options.store,
    clock,
    random,
    send: targets.send,
    // A killed process leaves claims behind that live twice as long: at a great pace they end within seconds.
    timeoutMs: Math.max(15_000, 2_000 * pace),
    pollMs: 1_000 * pace,
    watch: telling(metrics, log, failed),
  })
  const sequencer = openSequencer({
    store: options.store,
    clock,
    node,
    failed,
    pollMs: 1_000 * pace,
    told(tenants) {
      feed.wake(tenants)
      dispatcher.nudge()
    },
  })
  const store = nudging(options.store, { clock, metrics, nudge: sequencer.nudge })
  const gateway = openGateway({
    store,
    clock,
    random,
    products,
    node,
    publicUrl,
    digestKey,
    signer,
    tenant,
    watch,
  })
  const sealer = openSealer({ store, clock, node, failed })
  const retentionMs = options.retentionMs ?? 400 * dayMs
  const housekeeping = openHousekeeping({ store, clock, gateway, node, retentionMs, failed })

  const limits = { ...defaultLimits, requestMs: defaultLimits.requestMs * pace, ...options.limits }
  const api: Api = {
    store,
    clock,
    random,
    digestKey,
    products,
    tenant,
    publicUrl,
    gateway,
    pace,
    longestWaitMs: limits.requestMs * 0.8,
    feed,
    checkTarget: targets.check,
    wake: dispatcher.nudge,
    metrics: metrics.text,
    stopping: stopping.signal,
  }
  const routes = apiRoutes({ server: publicUrl, version })
  const https = publicUrl.startsWith('https:')
  const { served } = metrics
  const app = openApp({ api, routes, limits, log, tracer, served, https })
  addInbound(app, { gateway, clock, log, answerMs: 4_500 * pace })
  const documents = routes.filter(({ id }) => id.startsWith('documents.'))
  const admin = openAdmin({ api, documents, metrics })
  const underWay = new Set<Promise<unknown>>()

  return {
    gateway,
    store,
    metrics,
    async fetch(request) {
      const work = Promise.resolve(app.fetch(request))
      underWay.add(work)
      try {
        return await work
      } finally {
        underWay.delete(work)
      }
    },
    adminFetch: async (request) => admin.fetch(request),
    start() {
      for (const one of [gateway, sequencer, dispatcher, sealer, housekeeping]) one.start()
      log.info('started')
    },
    async stop() {
      stopping.abort()
      feed.stop()
      await Promise.allSettled(underWay)
      await gateway.stop()
      for (const one of [sequencer, dispatcher, sealer, housekeeping]) await one.stop()
      log.info('stopped')
    },
    async tick() {
      return (await gateway.tick()) + (await sequencer.tick()) + (await dispatcher.tick())
    },
    async keepHouse() {
      await sealer.tick()
      await housekeeping.tick()
    },
  }
}

/** The store, which counts what is committed and tells when there are events, so that they need not wait for the next look. */
function nudging(
  store: Store,
  { clock, metrics, nudge }: { clock: Clock; metrics: Metrics; nudge: () => void },
): Store {
  return {
    ...store,
    async change(find, decide) {
      const startMs = clock.now()
      let write: Write | undefined
      const result = await store.change(find, (found) => {
        const decision = decide(found)
        write = decision.write
        return decision
      })
      const { events = [] } = write ?? {}
      if (write) metrics.committed({ ms: clock.now() - startMs, events })
      if (events.length > 0) nudge()
      return result
    },
  }
}

function both(one: Watcher, other: Watcher): Watcher {
  return {
    transition(change) {
      one.transition?.(change)
      other.transition?.(change)
    },
    called(call) {
      one.called?.(call)
      other.called?.(call)
    },
    waited(call) {
      one.waited?.(call)
      other.waited?.(call)
    },
    notice(notice) {
      one.notice?.(notice)
      other.notice?.(notice)
    },
    failed(where, error) {
      one.failed?.(where, error)
      other.failed?.(where, error)
    },
  }
}

function logging(clock: Clock, log: Log): Watcher {
  // Anybody can send what does not verify.
  const unverified = sparingly({ clock, log }, { event: 'notice_not_taken', leftOut: 'notices_not_logged' })
  return {
    notice({ kind, result, ms }) {
      if (result === 'ok' || result === 'duplicate') return
      if (kind === 'unverified') unverified({ kind, result, ms })
      else log.warn('notice_not_taken', { kind, result, ms })
    },
  }
}

function telling(
  metrics: Metrics,
  log: Log,
  failed: (where: string, error: unknown) => void,
): DeliveryWatcher {
  return {
    attempted(attempt) {
      metrics.deliveries.attempted?.(attempt)
      const { result, status, type, ms } = attempt
      if (result === 'dead') log.error('delivery_given_up', { result, status, event: type, ms })
    },
    turnedOff(endpoint) {
      metrics.deliveries.turnedOff?.(endpoint)
      log.warn('endpoint_turned_off', { endpoint: endpoint.id, tenant: endpoint.tenant })
    },
    failed,
  }
}
