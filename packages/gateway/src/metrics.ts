/** Figures for Prometheus: few labels, never a tenant, a number or a person in them. */
import type { Clock } from '@chadan/protocol'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Watcher } from './engine/desk.ts'
import type { Served } from './http/app.ts'
import type { DeliveryWatcher } from './outbound/deliveries.ts'
import type { EventDraft, Figures, Store } from './store/store.ts'

/** What counts. */
export interface Metrics {
  readonly watch: Watcher
  readonly deliveries: DeliveryWatcher
  served(served: Served): void
  /** Events and the time of the commit that wrote them. */
  committed(commit: {
    readonly ms: number
    readonly events: readonly Pick<EventDraft, 'type' | 'data'>[]
  }): void
  /** Figures of the store, at most a few seconds old. */
  figures(): Promise<Figures>
  /** How far the clock of a host that answered is ahead of ours, as its Date header says. */
  skewed(host: string, ms: number): void
  /** Prometheus text. */
  text(): Promise<string>
  /** Adds figures of the process itself; it looks at the machine. */
  addProcess(): void
}

// Scrapes and probes must not load the store, however often they come.
const freshMs = 5_000
const fast = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Opens the counters of one process. */
export function openMetrics({
  store,
  clock,
  version,
}: {
  store: Store
  clock: Clock
  version: string
}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  const count = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name: `chadan_${name}`, help, labelNames: [...labelNames], registers })
  const time = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Histogram<L>({ name: `chadan_${name}`, help, labelNames: [...labelNames], buckets: fast, registers })

  const transitions = count('transitions_total', 'Changes of state.', ['product', 'from', 'to', 'evidence'])
  const requests = count('provider_requests_total', 'Calls to WeChat Pay.', ['op', 'code'])
  const requestTime = time('provider_request_seconds', 'How long calls to WeChat Pay took.', ['op'])
  const waits = count('provider_waits_total', 'Calls to WeChat Pay that had to wait.', ['kind', 'why'])
  const notices = count('notifications_total', 'Messages of WeChat Pay.', ['kind', 'result'])
  const noticeTime = time<never>('notification_commit_seconds', 'From a message to its commit.', [])
  const failures = count('failures_total', 'Errors that no answer stands for.', ['where'])
  const webhooks = count('webhook_attempts_total', 'Attempts to deliver events.', ['result'])
  const webhookLag = time('webhook_lag_seconds', 'From an event to its acknowledgement.', [])
  const turnedOff = count('webhook_endpoints_turned_off_total', 'Endpoints that said they are gone.', [])
  const commitTime = time<never>('db_commit_seconds', 'How long changes of orders took to commit.', [])
  const events = count('events_total', 'Events written.', ['type'])
  const marks = count('marks_total', 'Orders that came to need a person, by why.', ['code'])
  const http = count('http_requests_total', 'Requests answered.', ['route', 'method', 'status'])
  const httpTime = time('http_request_seconds', 'How long answers took.', ['route', 'method'])
  new Gauge({ name: 'chadan_build_info', help: 'Always 1.', labelNames: ['version'], registers }).set(
    { version },
    1,
  )

  let fetched: { atMs: number; figures: Promise<Figures> } | undefined
  function figures(): Promise<Figures> {
    const nowMs = clock.now()
    if (fetched && nowMs - fetched.atMs < freshMs) return fetched.figures
    const found = store.figures(nowMs)
    fetched = { atMs: nowMs, figures: found }
    found.catch(() => {
      fetched = undefined
    })
    return found
  }
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `chadan_${name}`, help, labelNames: [...labelNames], registers })
  const skew = gauge('clock_skew_seconds', "Their clock minus ours, by WeChat Pay's host.", ['host'])
  const set = gaugesOf(gauge)

  return {
    figures,
    watch: {
      transition: (labels) => transitions.inc({ ...labels }),
      called({ operation: op, code, ms }) {
        requests.inc({ op, code })
        requestTime.observe({ op }, ms / 1000)
      },
      waited: (call) => waits.inc(call),
      notice({ kind, result, ms }) {
        notices.inc({ kind, result })
        if (result === 'ok' || result === 'duplicate') noticeTime.observe(ms / 1000)
      },
      failed: (where) => failures.inc({ where: where.split(' ')[0] ?? where }),
    },
    deliveries: {
      attempted({ result, lagMs }) {
        webhooks.inc({ result })
        if (result === 'acknowledged') webhookLag.observe(lagMs / 1000)
      },
      turnedOff: () => turnedOff.inc(),
      failed: (where) => failures.inc({ where }),
    },
    committed({ ms, events: written }) {
      commitTime.observe(ms / 1000)
      for (const { type, data } of written) {
        events.inc({ type })
        // A mark's key is its code and what it is about: only the code is a label.
        if (type === 'order.needs_attention') marks.inc({ code: String(data.mark).split(':')[0] ?? '' })
      }
    },
    served({ route, method, status, ms }) {
      http.inc({ route, method, status: String(status) })
      httpTime.observe({ route, method }, ms / 1000)
    },
    skewed: (host, ms) => skew.set({ host }, ms / 1000),
    async text() {
      // Without the store the process's own figures are still told.
      await figures().then(
        (found) => set(found, clock.now()),
        () => failures.inc({ where: 'figures' }),
      )
      return registry.metrics()
    },
    addProcess: () => collectDefaultMetrics({ register: registry, prefix: 'chadan_' }),
  }
}

type MakeGauge = (name: string, help: string, labelNames?: readonly string[]) => Gauge

function gaugesOf(gauge: MakeGauge): (figures: Figures, nowMs: number) => void {
  const orders = gauge('orders_total', 'Orders by state.', ['state', 'product'])
  const attention = gauge('orders_needing_attention', 'Orders that wait for a person.')
  const unknownAge = gauge('order_unknown_age_seconds', 'Age of the oldest unknown order.')
  const due = gauge('sync_due', 'Orders whose next step is due.')
  const lag = gauge('sync_lag_seconds', 'How late the oldest due step is.')
  const unsequenced = gauge('events_unsequenced', 'Events without a place in the feed yet.')
  const pending = gauge('outbox_pending', 'Deliveries that are not acknowledged.')
  const oldest = gauge('outbox_oldest_seconds', 'Age of the oldest delivery that is not acknowledged.')
  const dead = gauge('webhook_dead_letters', 'Deliveries that were given up.')
  const suspense = gauge('suspense', 'Verified messages that belong to no order.')
  return (figures, nowMs) => {
    const age = (ms: number | undefined) => (ms === undefined ? 0 : Math.max(0, nowMs - ms) / 1000)
    orders.reset()
    for (const { state, product, count } of figures.orders) orders.set({ state, product }, count)
    attention.set(figures.needsAttention)
    unknownAge.set(age(figures.oldestUnknownMs))
    due.set(figures.due)
    lag.set(age(figures.oldestDueMs))
    unsequenced.set(figures.unsequenced)
    pending.set(figures.deliveriesPending)
    oldest.set(age(figures.oldestDeliveryMs))
    dead.set(figures.deadLetters)
    suspense.set(figures.suspense)
  }
}
