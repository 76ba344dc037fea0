/** Webhook endpoints, and events on their way to them: in order per order and endpoint. */

import { endpointOf, saveEndpoint } from './endpoints.ts'
import { eventOf } from './feed.ts'
import { afterOf, builderOf, pageOf, select } from './lists.ts'
import { all, type Driver, run, type Script } from './script.ts'
import type { Claim, ClaimedDelivery, Delivery, DeliveryState, Store } from './store.ts'
import type { RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

type Deliveries = Pick<
  Store,
  | 'endpoints'
  | 'saveEndpoint'
  | 'removeEndpoint'
  | 'claimDeliveries'
  | 'settleDelivery'
  | 'deliveries'
  | 'redeliver'
  | 'skipDelivery'
  | 'nextDeliveryMs'
>
type DeliveryRow = RowOf<'deliveries'>

// Awake, to an endpoint that is on, and nothing of its order before it is undone.
const ready = `d.wake_ms IS NOT NULL AND EXISTS (SELECT 1 FROM endpoints e WHERE e.id = d.endpoint AND e.state = 'on')
  AND NOT EXISTS (SELECT 1 FROM deliveries b WHERE b.endpoint = d.endpoint AND b.order_id = d.order_id
    AND b.order_seq < d.order_seq AND b.state IN ('due', 'sent', 'dead'))`
// Where somebody is sending it, not before his claim ends.
const awake = 'CASE WHEN claim_until_ms > due_ms THEN claim_until_ms ELSE due_ms END'
const open = "state IN ('due', 'sent')"

/** The part of a store that is about deliveries. */
export function deliveryStore(driver: Driver, vault: Vault): Deliveries {
  const builder = builderOf(driver.kind)
  return {
    endpoints: (tenant) =>
      driver.read(function* () {
        const rows = yield* tenant === undefined
          ? all<RowOf<'endpoints'>>('SELECT * FROM endpoints ORDER BY created_ms, id')
          : all<RowOf<'endpoints'>>(
              'SELECT * FROM endpoints WHERE tenant = ? ORDER BY created_ms, id',
              tenant,
            )
        return rows.map((row) => endpointOf(row, vault))
      }),

    saveEndpoint: (endpoint) =>
      driver.write(function* () {
        yield* saveEndpoint(endpoint, vault)
        const sleeping = endpoint.state === 'on' ? 'IS NULL' : 'IS NOT NULL'
        const wake = endpoint.state === 'on' ? awake : 'NULL'
        yield* run(
          `UPDATE deliveries SET wake_ms = ${wake} WHERE endpoint = ? AND ${open} AND wake_ms ${sleeping}`,
          endpoint.id,
        )
      }),

    removeEndpoint: (id, by, atMs) =>
      driver.write(function* () {
        const removed = yield* run('DELETE FROM endpoints WHERE id = ?', id)
        if (removed === 0) return false
        yield* run(
          `UPDATE deliveries SET state = 'skipped', skipped_by = ?, skipped_why = 'endpoint removed', last_ms = ?,
             claim_id = NULL, claim_until_ms = NULL, wake_ms = NULL
           WHERE endpoint = ? AND state IN ('due', 'sent', 'dead')`,
          ...[by, atMs, id],
        )
        return true
      }),

    claimDeliveries: (nowMs, limit, claim, except = []) =>
      driver.write(() => claimDeliveries(driver, vault, { nowMs, limit, claim, except })),

    settleDelivery: (claim, id, outcome) =>
      driver.write(function* () {
        const [row] = yield* all<DeliveryRow>(
          `SELECT * FROM deliveries WHERE id = ? AND claim_id = ?${driver.forUpdate}`,
          ...[id, claim],
        )
        if (!row) return false
        const { state, attempts, dueMs, lastMs = null, lastStatus = null, lastError = null } = outcome
        const keeps = state === 'sent'
        const until = keeps ? row.claim_until_ms : null
        const wake = state === 'due' || keeps ? Math.max(dueMs, until ?? 0) : null
        yield* run(
          `UPDATE deliveries SET state = ?, attempts = ?, due_ms = ?, last_ms = ?, last_status = ?, last_error = ?,
             claim_id = ?, claim_until_ms = ?, wake_ms = ? WHERE id = ?`,
          ...[state, attempts, dueMs, lastMs, lastStatus, lastError, keeps ? claim : null, until, wake, id],
        )
        yield* wakeFollowers(row, { state, wake })
        return true
      }),

    async deliveries(filter, { limit, cursor }) {
      const after = afterOf(cursor)
      let query = builder.selectFrom('deliveries').selectAll()
      const columns = { ...filter, order_id: filter.order }
      for (const column of ['id', 'tenant', 'endpoint', 'order_id', 'state', 'event'] as const) {
        const value = columns[column]
        if (value !== undefined) query = query.where(column, '=', value)
      }
      if (after)
        query = query.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('created_ms', 'id'), '<', tuple(after.ms, after.id)),
        )
      const page = query
        .orderBy('created_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
      return driver.read(function* () {
        const rows = yield* select(page)
        return pageOf(rows, { limit, at: (row) => ({ ms: row.created_ms, id: row.id }), show: deliveryOf })
      })
    },

    redeliver: (what) => driver.write(() => redeliver(driver, what)),

    skipDelivery: (id, by, why, atMs) =>
      driver.write(function* () {
        const [row] = yield* all<DeliveryRow>(
          `UPDATE deliveries SET state = 'skipped', skipped_by = ?, skipped_why = ?, last_ms = ?, wake_ms = NULL,
             claim_id = NULL, claim_until_ms = NULL WHERE id = ? AND state = 'dead' RETURNING *`,
          ...[by, why, atMs, id],
        )
        if (!row) return false
        yield* wakeFollowers(row, { state: 'skipped', wake: null })
        return true
      }),

    nextDeliveryMs: () =>
      driver.read(function* () {
        const [row] = yield* all<{ wake_ms: number }>(
          `SELECT d.wake_ms FROM deliveries d WHERE ${ready} ORDER BY d.wake_ms LIMIT 1`,
        )
        return row?.wake_ms
      }),
  }
}

/**
 * Those behind a delivery sleep as long as it does, so that they are not looked at in vain, however
 * many a broken endpoint has waiting.
 */
function* wakeFollowers(
  { endpoint, order_id, order_seq }: DeliveryRow,
  { state, wake }: { state: DeliveryState; wake: number | null },
): Script<void> {
  const done = state === 'acknowledged' || state === 'skipped'
  yield* run(
    `UPDATE deliveries SET wake_ms = ${done ? awake : '?'}
     WHERE endpoint = ? AND order_id = ? AND order_seq > ? AND ${open}`,
    ...[...(done ? [] : [wake]), endpoint, order_id, order_seq],
  )
}

function* claimDeliveries(
  driver: Driver,
  vault: Vault,
  { nowMs, limit, claim, except }: { nowMs: number; limit: number; claim: Claim; except: readonly string[] },
): Script<readonly ClaimedDelivery[]> {
  const due = yield* all<{ id: string }>(
    `SELECT d.id FROM deliveries d WHERE ${ready} AND d.wake_ms <= ? AND NOT (${driver.anyOf('d.endpoint')})
     ORDER BY d.wake_ms, d.seq LIMIT ?${driver.skipLocked('d')}`,
    ...[nowMs, driver.list(except), limit],
  )
  if (due.length === 0) return []
  const ids = due.map(({ id }) => id)
  const rows = yield* all<DeliveryRow>(
    `UPDATE deliveries SET claim_id = ?, claim_until_ms = ?, wake_ms = ? WHERE ${driver.anyOf('id')} RETURNING *`,
    ...[claim.id, claim.untilMs, claim.untilMs, driver.list(ids)],
  )
  const [events, endpoints] = yield [
    { op: 'lookup', table: 'events', by: ['id'], keys: distinct(rows.map((row) => row.event)) },
    { op: 'lookup', table: 'endpoints', by: ['id'], keys: distinct(rows.map((row) => row.endpoint)) },
  ]
  const eventById = new Map(events?.rows.map((row) => [row.id, eventOf(row as RowOf<'events'>)]))
  const endpointById = new Map(
    endpoints?.rows.map((row) => [row.id, endpointOf(row as RowOf<'endpoints'>, vault)]),
  )
  return rows
    .toSorted((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
    .flatMap((row) => {
      const event = eventById.get(row.event)
      const endpoint = endpointById.get(row.endpoint)
      return event && endpoint ? [{ claim: claim.id, delivery: deliveryOf(row), event, endpoint }] : []
    })
}

function distinct(names: readonly string[]): (readonly string[])[] {
  return [...new Set(names)].map((one) => [one])
}

function* redeliver(driver: Driver, what: Parameters<Store['redeliver']>[0]): Script<number> {
  const { tenant, endpoint, ids, fromMs, toMs, dead, nowMs } = what
  const ranged = fromMs !== undefined || toMs !== undefined
  if (!ids && !ranged && !dead) return 0
  const conditions: [string, ...(string | number)[]][] = [['tenant = ?', tenant]]
  if (endpoint !== undefined) conditions.push(['endpoint = ?', endpoint])
  if (dead) conditions.push(["state = 'dead'"])
  if (ranged)
    conditions.push([
      // What an operator skipped stays skipped, unless it is named.
      `state <> 'skipped' AND event IN (SELECT id FROM events WHERE tenant = ? AND at_ms >= ? AND at_ms < ?)`,
      ...[tenant, fromMs ?? 0, toMs ?? Number.MAX_SAFE_INTEGER],
    ])
  const values = conditions.flatMap(([, ...rest]) => rest)
  return yield* run(
    `UPDATE deliveries SET state = 'due', attempts = 0, due_ms = ?, wake_ms = ?, claim_id = NULL, claim_until_ms = NULL,
       skipped_by = NULL, skipped_why = NULL
     WHERE ${conditions.map(([text]) => text).join(' AND ')}${ids ? ` AND ${driver.anyOf('id')}` : ''}`,
    ...[nowMs, nowMs, ...values, ...(ids ? [driver.list(ids)] : [])],
  )
}

function deliveryOf(row: DeliveryRow): Delivery {
  const { id, endpoint, tenant, event, order_id: order, order_seq: orderSeq, seq, attempts } = row
  return {
    ...{ id, endpoint, tenant, event, order, orderSeq, seq, attempts },
    // Only these words are written.
    state: row.state as DeliveryState,
    dueMs: row.due_ms,
    createdMs: row.created_ms,
    lastMs: row.last_ms ?? undefined,
    lastStatus: row.last_status ?? undefined,
    lastError: row.last_error ?? undefined,
    skippedBy: row.skipped_by ?? undefined,
    skippedWhy: row.skipped_why ?? undefined,
  }
}
