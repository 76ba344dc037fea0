/** What receivers did not take: how old, how much money it is about, what it holds; and what a person does about it. */
import type { Clock } from '@chadan/protocol'
import { Declined } from '../engine/desk.ts'
import type { Delivery, Endpoint, Page, Store } from '../store/store.ts'

/** A dead letter. It holds its order's later events to the same endpoint. */
export interface DeadLetter {
  readonly delivery: Delivery
  /** Since the event, in ms. */
  readonly ageMs: number
  /** Sums over this event and those it holds, by currency, in minor units. */
  readonly atStake: Readonly<Record<string, number>>
  /** Deliveries that wait behind it, in their order; at most 100 are listed. */
  readonly held: readonly { readonly id: string; readonly event: string; readonly type: string }[]
}

/** An endpoint that is off, and what waits for it. */
export interface SilentEndpoint {
  readonly endpoint: Endpoint
  /** Deliveries that wait; the newest 1000 are counted. */
  readonly waiting: number
  /** Since the oldest of those counted was made, in ms. */
  readonly ageMs: number
}

/** Dead letters, newest first. */
export async function deadLetters(
  { store, clock }: { store: Store; clock: Clock },
  {
    tenant,
    limit = 50,
    cursor,
  }: { tenant?: string | undefined; limit?: number; cursor?: string | undefined } = {},
): Promise<Page<DeadLetter>> {
  const only = tenant === undefined ? {} : { tenant }
  const dead = await store.deliveries({ ...only, state: 'dead' }, { limit, cursor })
  const rows: DeadLetter[] = []
  for (const delivery of dead.rows) rows.push(await describe(store, delivery, clock.now()))
  return { rows, next: dead.next }
}

/** Endpoints that are off while something waits for them. */
export async function silentEndpoints(
  { store, clock }: { store: Store; clock: Clock },
  tenant?: string,
): Promise<readonly SilentEndpoint[]> {
  const silent: SilentEndpoint[] = []
  for (const endpoint of await store.endpoints(tenant)) {
    if (endpoint.state === 'on') continue
    const { rows } = await store.deliveries({ endpoint: endpoint.id, state: 'due' }, { limit: 1000 })
    if (rows.length === 0) continue
    const oldestMs = Math.min(...rows.map(({ createdMs }) => createdMs))
    silent.push({ endpoint, waiting: rows.length, ageMs: clock.now() - oldestMs })
  }
  return silent
}

/** Which deliveries to send again. */
export interface Redelivery {
  readonly tenant: string
  readonly endpoint?: string | undefined
  /** By delivery. */
  readonly ids?: readonly string[] | undefined
  /** By the time of the event, UTC ms. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** All dead letters. */
  readonly dead?: true | undefined
}

/**
 * Makes deliveries due again, under their old ids and in order: dead letters after a receiver is mended, or
 * anything it wants told again. Kept in the audit log. Answers how many; nudge a dispatcher to send them at once.
 */
export async function redeliver(
  { store, clock }: { store: Store; clock: Clock },
  operator: string,
  what: Redelivery,
): Promise<number> {
  const { tenant, endpoint, ids, fromMs, toMs, dead } = what
  if (ids === undefined && fromMs === undefined && toMs === undefined && dead === undefined) {
    throw new Declined('nothing_named', 'name deliveries by ids, by a time range, or all dead ones')
  }
  const named = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(ids === undefined ? {} : { ids }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(dead === undefined ? {} : { dead }),
  }
  const nowMs = clock.now()
  const act = { action: 'deliveries.redeliver', subject: endpoint ?? tenant, details: named }
  await store.audit({ ...act, atMs: nowMs, actor: operator, tenant })
  return store.redeliver({ tenant, ...named, nowMs })
}

/** A named operator gives up a dead letter, with a reason: its order's later events go on without it. */
export async function skip(
  { store, clock }: { store: Store; clock: Clock },
  operator: string,
  { tenant, id, reason }: { tenant: string; id: string; reason: string },
): Promise<void> {
  const why = reason.trim()
  if (operator.trim() === '' || why === '') {
    throw new Declined('reason_missing', 'skipping a delivery needs a named operator and a reason')
  }
  const [delivery] = (await store.deliveries({ id, tenant }, { limit: 1 })).rows
  if (!delivery) throw new Declined('unknown_delivery', 'there is no such delivery')
  if (delivery.state !== 'dead') {
    throw new Declined(
      'delivery_not_dead',
      `only a dead delivery can be skipped, this one is ${delivery.state}`,
    )
  }
  const atMs = clock.now()
  // Before the act: a crash in between leaves an entry without an act, never an act without an entry.
  const { event, order } = delivery
  const act = { action: 'delivery.skip', subject: id, details: { event, order, reason: why } }
  await store.audit({ ...act, atMs, actor: operator, tenant })
  if (!(await store.skipDelivery(id, operator, why, atMs))) {
    throw new Declined('delivery_not_dead', 'the delivery was taken up again meanwhile')
  }
}

async function describe(store: Store, delivery: Delivery, nowMs: number): Promise<DeadLetter> {
  const { tenant, order, endpoint, orderSeq } = delivery
  const { rows } = await store.deliveries({ order, endpoint }, { limit: 1000 })
  const held = rows
    .filter((one) => one.orderSeq > orderSeq && (one.state === 'due' || one.state === 'dead'))
    .sort((a, b) => a.orderSeq - b.orderSeq)
    .slice(0, 100)
  const atStake: Record<string, number> = {}
  const listed: { id: string; event: string; type: string }[] = []
  let ageMs = nowMs - delivery.createdMs
  for (const one of [delivery, ...held]) {
    const event = await store.event(tenant, one.event)
    if (!event) continue
    atStake[event.currency] = (atStake[event.currency] ?? 0) + event.minor
    if (one === delivery) ageMs = nowMs - event.atMs
    else listed.push({ id: one.id, event: event.id, type: event.type })
  }
  return { delivery, ageMs, atStake, held: listed }
}
