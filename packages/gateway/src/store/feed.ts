/** The feed of events: committed first, given a place afterwards, so that no reader misses one. */
import { type Ask, all, type Driver, lookup, type Script } from './script.ts'
import type { FeedEvent, Store } from './store.ts'
import type { RowOf } from './tables.ts'

/** The part of a store that is the feed. */
export function feedStore(driver: Driver): Pick<Store, 'sequence' | 'events' | 'event'> {
  return {
    sequence: (limit, nowMs) => driver.write(() => sequence(driver, limit, nowMs)),
    events: (tenant, afterSeq, limit) =>
      driver.read(function* () {
        const rows = yield* all<RowOf<'events'>>(
          'SELECT * FROM events WHERE tenant = ? AND seq > ? ORDER BY seq LIMIT ?',
          ...[tenant, afterSeq, limit],
        )
        return rows.map(eventOf)
      }),
    event: (tenant, id) =>
      driver.read(function* () {
        const [row] = yield* lookup<RowOf<'events'>>('events', ['id'], [[id]])
        return row && row.tenant === tenant && row.seq !== null ? eventOf(row) : undefined
      }),
  }
}

type Arrived = Pick<RowOf<'events'>, 'id' | 'tenant' | 'order_id' | 'order_seq' | 'type'>
type Listener = Pick<RowOf<'endpoints'>, 'id' | 'tenant' | 'types' | 'state'>

/**
 * Numbers what was committed. An order's events arrive in their order, since each was written while its
 * order was held; one sequencer at a time reads them, whoever believes to have the lease.
 */
function* sequence(
  driver: Driver,
  limit: number,
  nowMs: number,
): Script<{ count: number; tenants: string[] }> {
  yield* all(`SELECT name FROM meta WHERE name = 'sequencer'${driver.forUpdate}`)
  const events = yield* all<Arrived>(
    'SELECT id, tenant, order_id, order_seq, type FROM events WHERE seq IS NULL ORDER BY arrived LIMIT ?',
    limit,
  )
  const tenants = [...new Set(events.map(({ tenant }) => tenant))].sort()
  if (tenants.length === 0) return { count: 0, tenants }
  const feeds = yield* lookup<RowOf<'feeds'>>(
    'feeds',
    ['tenant'],
    tenants.map((one) => [one]),
  )
  // Held, so that nobody turns an endpoint on or off between our reading and its delivery.
  const endpoints = yield* all<Listener>(
    `SELECT id, tenant, types, state FROM endpoints WHERE ${driver.anyOf('tenant')} ORDER BY id${driver.forShare}`,
    driver.list(tenants),
  )
  const last = new Map(feeds.map((feed) => [feed.tenant, feed.last]))
  const placed = events.map((event) => {
    const seq = (last.get(event.tenant) ?? 0) + 1
    last.set(event.tenant, seq)
    return { ...event, seq }
  })
  const listeners = endpoints.map((one) => ({ ...one, wants: JSON.parse(one.types) as string[] }))
  const deliveries = placed.flatMap((event) =>
    listeners
      .filter(
        ({ tenant, wants }) => tenant === event.tenant && (wants.length === 0 || wants.includes(event.type)),
      )
      .map((endpoint) => deliveryRow(event, endpoint, nowMs)),
  )
  const asks: readonly Ask[] = [
    {
      op: 'update',
      table: 'events',
      rows: placed.map(({ id, seq }) => ({ set: { seq }, where: { id } })),
    },
    {
      op: 'insert',
      table: 'feeds',
      rows: [...last].map(([tenant, seq]) => ({ tenant, last: seq })),
      conflict: '(tenant) DO UPDATE SET last = excluded.last',
    },
    // A tenant without endpoints has events to read, and nothing to deliver.
    ...(deliveries.length > 0
      ? [{ op: 'insert' as const, table: 'deliveries' as const, rows: deliveries }]
      : []),
  ]
  yield asks
  return { count: placed.length, tenants }
}

function deliveryRow(
  event: Arrived & { seq: number },
  endpoint: Listener,
  nowMs: number,
): RowOf<'deliveries'> {
  const { id, tenant, order_id, order_seq, seq } = event
  return {
    id: `${id}.${endpoint.id}`,
    ...{ endpoint: endpoint.id, tenant, event: id, order_id, order_seq, seq },
    ...{ state: 'due', attempts: 0, due_ms: nowMs, created_ms: nowMs },
    ...{ last_ms: null, last_status: null, last_error: null, skipped_by: null, skipped_why: null },
    ...{ claim_id: null, claim_until_ms: null, wake_ms: endpoint.state === 'on' ? nowMs : null },
  }
}

/** An event of the feed. */
export function eventOf(row: RowOf<'events'>): FeedEvent {
  const { id, tenant, order_id: order, order_seq: orderSeq, type, at_ms: atMs, body, minor, currency } = row
  // Only events with a place are shown.
  const seq = row.seq ?? 0
  const data = JSON.parse(body) as FeedEvent['data']
  return { id, tenant, order, orderSeq, type, atMs, data, minor, currency, seq }
}
