/**
 * Sends events to webhook endpoints: at least once, in order per order.
 *
 * A delivery has three values: due, sent but unknown, acknowledged. It is marked `sent` before it
 * is sent, so a crash in between leaves it for whoever claims it next, under the same id. Which of an
 * order's deliveries may go is the store's claim rule; here it is sent, judged and settled.
 */
import type { Clock, Random } from '@chadan/protocol'
import type { ClaimedDelivery, Delivery, Endpoint, Store } from '../store/store.ts'
import { causeOf } from './excerpt.ts'
import { openLoop } from './loop.ts'
import { restAfter } from './schedule.ts'
import { type Send, TargetRefused, type WebhookAnswer } from './targets.ts'
import { webhookOf } from './webhooks.ts'

/** What is told of deliveries to whoever counts and logs. */
export interface DeliveryWatcher {
  attempted?(attempt: {
    result: 'acknowledged' | 'retried' | 'dead' | 'lost_claim'
    status: number | undefined
    type: string
    ms: number
    /** From the event to now. */
    lagMs: number
  }): void
  /** The receiver said 410: gone. */
  turnedOff?(endpoint: { id: string; tenant: string }): void
  failed?(where: string, error: unknown): void
}

/** What a dispatcher leans on, and its limits. */
export interface DispatcherOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly send: Send
  readonly watch?: DeliveryWatcher | undefined
  /** Attempts under way at once, in all and per endpoint. Default 256 and 8. */
  readonly concurrency?: number | undefined
  readonly perEndpoint?: number | undefined
  /** Time for one attempt, in ms. Default 15 000. */
  readonly timeoutMs?: number | undefined
  /** How long a claim holds, in ms. Default 60 000; at least twice `timeoutMs`. */
  readonly claimMs?: number | undefined
  /** How often to look for what other nodes made due, in ms. Default 1 000. */
  readonly pollMs?: number | undefined
  /** Rests between attempts, in ms. Default: those of Standard Webhooks. */
  readonly delaysMs?: readonly number[] | undefined
}

/** Sends what is due. */
export interface Dispatcher {
  start(): void
  /** Takes nothing new, gives back what waits, and finishes what is under way. */
  stop(): Promise<void>
  /** Something became due. */
  nudge(): void
  /** Sends all that is due, and what becomes due by that; answers how many attempts were made. */
  tick(): Promise<number>
}

/** Opens a dispatcher; any number of them, on any number of nodes, share one store. */
export function openDispatcher(options: DispatcherOptions): Dispatcher {
  const { store, clock, random, watch = {} } = options
  const { concurrency = 256, perEndpoint = 8, pollMs = 1_000, timeoutMs = 15_000 } = options
  const claimMs = Math.max(options.claimMs ?? 60_000, 2 * timeoutMs)
  const lanes = new Map<string, Lane>()
  const underWay = new Set<Promise<void>>()
  let attempts = 0

  // So many at a time: one endpoint's flood cannot fill the room before it counts as busy.
  async function fill(): Promise<number> {
    let taken = 0
    while (underWay.size < concurrency) {
      const limit = Math.min(perEndpoint, concurrency - underWay.size)
      const claimed = await claim(limit)
      taken += claimed
      if (claimed < limit) break
    }
    return taken
  }

  async function claim(limit: number): Promise<number> {
    const nowMs = clock.now()
    const untilMs = nowMs + claimMs
    const id = `clm_${Buffer.from(random.bytes(16)).toString('hex')}`
    const busy = [...lanes].filter(([, lane]) => lane.running >= perEndpoint || lane.waiting.length > 0)
    const claimed = await store.claimDeliveries(
      nowMs,
      limit,
      { id, untilMs },
      busy.map(([endpoint]) => endpoint),
    )
    for (const one of claimed) {
      const lane = lanes.get(one.endpoint.id) ?? { running: 0, waiting: [] }
      lanes.set(one.endpoint.id, lane)
      lane.waiting.push({ ...one, untilMs })
      launch(one.endpoint.id, lane)
    }
    return claimed.length
  }

  function launch(endpoint: string, lane: Lane): void {
    while (lane.running < perEndpoint) {
      const next = lane.waiting.shift()
      if (!next) break
      lane.running++
      const run = carryOut(next).then(() => {
        lane.running--
        launch(endpoint, lane)
        underWay.delete(run)
        loop.nudge()
      })
      underWay.add(run)
    }
    if (lane.running === 0 && lane.waiting.length === 0) lanes.delete(endpoint)
  }

  async function carryOut(held: Held): Promise<void> {
    try {
      // One that waited so long that its claim might end while it is sent goes back.
      if (held.untilMs - clock.now() < timeoutMs) await giveBack(held)
      else await attempt(held)
    } catch (error) {
      watch.failed?.('delivery', error)
    }
  }

  async function attempt({ claim: claimId, delivery, event, endpoint, untilMs }: Held): Promise<void> {
    const startMs = clock.now()
    const sent = { ...delivery, state: 'sent', attempts: delivery.attempts + 1, lastMs: startMs } as const
    if (!(await store.settleDelivery(claimId, delivery.id, outcomeOf({ ...sent, dueMs: untilMs })))) return
    attempts++
    const heard = await ask(event, endpoint, startMs)
    if (heard.status === 410) await turnOff(endpoint)
    const nowMs = clock.now()
    const outcome = judge(sent, heard, nowMs)
    const held = await store.settleDelivery(claimId, delivery.id, outcome)
    watch.attempted?.({
      result: held ? results[outcome.state] : 'lost_claim',
      status: heard.status,
      type: event.type,
      ms: nowMs - startMs,
      lagMs: nowMs - event.atMs,
    })
  }

  async function ask(event: Held['event'], endpoint: Endpoint, nowMs: number): Promise<Heard> {
    try {
      const request = webhookOf(event, endpoint, nowMs)
      return await within(timeoutMs, (signal) => options.send(request, signal))
    } catch (error) {
      if (error instanceof TimedOut) return { error: `no answer within ${timeoutMs} ms` }
      return { error: error instanceof TargetRefused ? error.message : causeOf(error) }
    }
  }

  function judge(sent: Delivery, heard: Heard, nowMs: number): Outcome {
    const { status, excerpt, retryMs } = heard
    const after = { ...sent, lastMs: nowMs, lastStatus: status, dueMs: nowMs }
    if (status !== undefined && status >= 200 && status < 300) {
      return outcomeOf({ ...after, state: 'acknowledged', lastError: undefined })
    }
    const said = excerpt === undefined ? '' : `: ${excerpt}`
    const redirect =
      status !== undefined && status >= 300 && status < 400 ? ', redirects are not followed' : ''
    const lastError = heard.error ?? `answered ${status}${redirect}${said}`
    const restMs =
      status === 410 ? undefined : restAfter(sent.attempts, { random, retryMs, delaysMs: options.delaysMs })
    if (restMs === undefined) return outcomeOf({ ...after, state: 'dead', lastError })
    return outcomeOf({ ...after, state: 'due', dueMs: nowMs + restMs, lastError })
  }

  async function turnOff({ id, tenant, url }: Endpoint): Promise<void> {
    // Read again: it may have been changed since it was claimed, perhaps to another address.
    const endpoint = (await store.endpoints(tenant)).find((one) => one.id === id)
    if (!endpoint || endpoint.state === 'off' || endpoint.url !== url) return
    await store.saveEndpoint({ ...endpoint, state: 'off' })
    const act = { action: 'endpoint.off', subject: id, details: { why: 'answered 410' } }
    await store.audit({ ...act, atMs: clock.now(), actor: 'gateway', tenant })
    watch.turnedOff?.({ id, tenant })
  }

  async function within<T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController()
    const late = Promise.withResolvers<never>()
    const inTime = clock.after(ms, () => {
      const error = new TimedOut()
      abort.abort(error)
      late.reject(error)
    })
    try {
      return await Promise.race([work(abort.signal), late.promise])
    } finally {
      inTime()
    }
  }

  async function giveBack({ claim: claimId, delivery }: Held): Promise<void> {
    await store.settleDelivery(claimId, delivery.id, outcomeOf({ ...delivery, state: 'due' }))
  }

  async function idle(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay)
  }

  const loop = openLoop({
    clock,
    failed: (error) => watch.failed?.('dispatcher', error),
    async round() {
      await fill()
      const nextMs = await store.nextDeliveryMs()
      const restMs = nextMs === undefined ? pollMs : nextMs - clock.now()
      // What is due and was not taken is held elsewhere, or its endpoint is busy: its end nudges.
      return restMs > 0 ? Math.min(restMs, pollMs) : pollMs
    },
  })

  return {
    start: loop.start,
    nudge: loop.nudge,
    async stop() {
      await loop.stop()
      const waiting = [...lanes.values()].flatMap((lane) => lane.waiting.splice(0))
      await Promise.all(waiting.map(giveBack))
      await idle()
    },
    async tick() {
      const before = attempts
      while ((await fill()) > 0) await idle()
      return attempts - before
    },
  }
}

/** A claimed delivery, and until when it is ours. */
type Held = ClaimedDelivery & { readonly untilMs: number }

interface Lane {
  running: number
  readonly waiting: Held[]
}

type Heard = Partial<WebhookAnswer> & { readonly error?: string }
type Outcome = Pick<Delivery, 'state' | 'attempts' | 'dueMs' | 'lastMs' | 'lastStatus' | 'lastError'>

const results = {
  acknowledged: 'acknowledged',
  due: 'retried',
  sent: 'retried',
  dead: 'dead',
  skipped: 'dead',
} as const satisfies Record<Delivery['state'], string>

function outcomeOf({ state, attempts, dueMs, lastMs, lastStatus, lastError }: Outcome): Outcome {
  return { state, attempts, dueMs, lastMs, lastStatus, lastError }
}

class TimedOut extends Error {
  override readonly name = 'TimedOut'
}
