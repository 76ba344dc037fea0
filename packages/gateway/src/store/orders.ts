/** Orders as they are found, listed and taken to be worked on. */
import { type SqlBool, sql } from 'kysely'
import type { LogEntry } from '../order/log.ts'
import type { Order } from '../order/order.ts'
import { afterOf, builderOf, pageOf, select } from './lists.ts'
import { all, type Driver, lookup, run } from './script.ts'
import type { Claim, Find, KeptFact, OrderFilter, Page, Store } from './store.ts'
import { contextOf, type RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

type Orders = Pick<
  Store,
  'find' | 'orders' | 'bytes' | 'log' | 'heads' | 'facts' | 'claimDue' | 'claim' | 'release' | 'nextDueMs'
>
type Doc = Pick<RowOf<'orders'>, 'id' | 'doc'>

/** The part of a store that is about orders. */
export function orderStore(driver: Driver, vault: Vault): Orders {
  const builder = builderOf(driver.kind)
  return {
    find: (find) => driver.read(() => findOne(find)),

    async orders(filter, { limit, cursor }) {
      const after = afterOf(cursor)
      return driver.read(function* () {
        const ids = filter.number === undefined ? undefined : yield* ordersOf(filter.number)
        // Each state for itself walks its index newest first; all at once would have to be sorted.
        const states = filter.states ? [...new Set(filter.states)] : [undefined]
        const queries = states.map((state) => {
          let query = filtered(filter)
          if (ids) query = query.where('id', 'in', [...ids, ''])
          if (state !== undefined) query = query.where('state', '=', state)
          const { ms, id } = placeOf(filter)
          if (after) query = query.where(sql<SqlBool>`(${ms}, ${id}) < (${after.ms}, ${after.id})`)
          return query
            .orderBy(ms, 'desc')
            .orderBy(id, 'desc')
            .limit(limit + 1)
        })
        const found = yield* select(...queries)
        const rows = queries.length > 1 ? found.toSorted(newestFirst) : found
        const at = (row: RowOf<'orders'>) => ({ ms: row.created_ms, id: row.id })
        return pageOf(rows, { limit, at, show: orderOf }) satisfies Page<Order>
      })
    },

    bytes: (id) =>
      driver.read(function* () {
        const [row] = yield* lookup<RowOf<'bytes'>>('bytes', ['id'], [[id]])
        return row && vault.open(row.sealed, contextOf('bytes', id))
      }),

    log: (order) =>
      driver.read(function* () {
        const rows = yield* all<{ entry: string }>(
          'SELECT entry FROM log WHERE order_id = ? ORDER BY version',
          order,
        )
        return rows.map(({ entry }) => JSON.parse(entry) as LogEntry)
      }),

    heads: (fromMs, beforeMs) =>
      driver.read(function* () {
        const rows = yield* all<{ order: string; version: number; hash: string }>(
          `SELECT l.order_id AS "order", l.version, l.hash FROM log l JOIN (
             SELECT order_id, MAX(version) AS version FROM log WHERE at_ms >= ? AND at_ms < ? GROUP BY order_id
           ) n ON n.order_id = l.order_id AND n.version = l.version ORDER BY l.order_id`,
          fromMs,
          beforeMs,
        )
        return rows.map((row) => ({ ...row }))
      }),

    facts: (order) =>
      driver.read(function* () {
        const rows = yield* all<RowOf<'facts'>>(
          'SELECT * FROM facts WHERE order_id = ? ORDER BY heard_ms, fingerprint',
          order,
        )
        return rows.map((row) => factOf(row, vault))
      }),

    claimDue: (nowMs, limit, claim) =>
      driver.write(function* () {
        const due = yield* all<{ id: string }>(
          `SELECT id FROM orders WHERE wake_ms IS NOT NULL AND wake_ms <= ?
           ORDER BY wake_ms LIMIT ?${driver.skipLocked()}`,
          nowMs,
          limit,
        )
        if (due.length === 0) return []
        const ids = due.map(({ id }) => id)
        const rows = yield* all<Doc>(
          `UPDATE orders SET ${taking} WHERE ${driver.anyOf('id')} RETURNING id, doc`,
          ...taken(claim),
          driver.list(ids),
        )
        const byId = new Map(rows.map((row) => [row.id, row]))
        return ids.flatMap((id) => byId.get(id) ?? []).map(orderOf)
      }),

    claim: (id, nowMs, claim) =>
      driver.write(function* () {
        const [row] = yield* all<Doc>(
          `UPDATE orders SET ${taking} WHERE id = ? AND (claim_id IS NULL OR claim_until_ms <= ?) RETURNING id, doc`,
          ...taken(claim),
          id,
          nowMs,
        )
        return row && orderOf(row)
      }),

    release: (id, claim, retryMs = 0) =>
      driver.write(function* () {
        const due = 'CASE WHEN due_ms < ? THEN ? ELSE due_ms END'
        yield* run(
          `UPDATE orders SET claim_id = NULL, claim_until_ms = NULL, due_ms = ${due}, wake_ms = ${due}
           WHERE id = ? AND claim_id = ?`,
          ...[retryMs, retryMs, retryMs, retryMs, id, claim],
        )
      }),

    nextDueMs: () =>
      driver.read(function* () {
        const [row] = yield* all<{ next: number | null }>(
          'SELECT MIN(wake_ms) AS next FROM orders WHERE wake_ms IS NOT NULL',
        )
        return row?.next ?? undefined
      }),
  }

  function filtered(filter: OrderFilter) {
    const { merchant, payer, minorFrom, minorTo, createdFromMs, createdBeforeMs } = filter
    const { ms } = placeOf(filter)
    let query = builder
      .selectFrom('orders')
      .selectAll('orders')
      .$if(merchant !== undefined, (all) =>
        all
          .innerJoin('merchants', 'merchants.order_id', 'orders.id')
          .where('merchants.merchant', '=', merchant ?? ''),
      )
    for (const column of ['tenant', 'signer', 'product', 'reference'] as const) {
      const value = filter[column]
      if (value !== undefined) query = query.where(column, '=', value)
    }
    if (filter.needsAttention === true) query = query.where('attention', '>', sql.lit(0))
    if (filter.needsAttention === false) query = query.where('attention', '=', 0)
    if (payer !== undefined) query = query.where('payer', '=', vault.index(payer))
    // One amount walks its index newest first.
    if (minorFrom !== undefined && minorFrom === minorTo) query = query.where('minor', '=', minorFrom)
    else {
      if (minorFrom !== undefined) query = query.where('minor', '>=', minorFrom)
      if (minorTo !== undefined) query = query.where('minor', '<=', minorTo)
    }
    if (createdFromMs !== undefined) query = query.where(ms, '>=', createdFromMs)
    if (createdBeforeMs !== undefined) query = query.where(ms, '<', createdBeforeMs)
    return query
  }
}

// Time and id of an order, where the index that is walked keeps them.
function placeOf({ merchant }: OrderFilter) {
  return merchant === undefined
    ? { ms: sql.ref<number>('orders.created_ms'), id: sql.ref<string>('orders.id') }
    : { ms: sql.ref<number>('merchants.placed_ms'), id: sql.ref<string>('merchants.order_id') }
}

// Asked for first: as part of the list's query, a planner may rather walk the list and compare.
function* ordersOf(number: string) {
  const rows = yield* all<{ order_id: string }>(
    'SELECT DISTINCT order_id FROM numbers WHERE number = ? LIMIT 1000',
    number,
  )
  return rows.map((row) => row.order_id)
}

function newestFirst(a: RowOf<'orders'>, b: RowOf<'orders'>): number {
  return b.created_ms - a.created_ms || (a.id < b.id ? 1 : -1)
}

// Nobody else takes it before the claim ends.
const taking = `claim_id = ?, claim_until_ms = ?, wake_ms = CASE WHEN due_ms < ? THEN ? ELSE due_ms END`
function taken({ id, untilMs }: Claim) {
  return [id, untilMs, untilMs, untilMs] as const
}

function* findOne(find: Find) {
  if ('id' in find) {
    const [row] = yield* lookup<Doc>('orders', ['id'], [[find.id]])
    return row && orderOf(row)
  }
  if ('reference' in find) {
    const [row] = yield* lookup<Doc>('orders', ['tenant', 'reference'], [[find.tenant, find.reference]])
    return row && orderOf(row)
  }
  const [row] = yield* all<Doc>(
    `SELECT o.id, o.doc FROM numbers n JOIN orders o ON o.id = n.order_id
     WHERE n.signer = ? AND n.kind = ? AND n.number = ?`,
    ...[find.signer, find.kind, find.number],
  )
  return row && orderOf(row)
}

function orderOf({ doc }: Pick<Doc, 'doc'>): Order {
  return JSON.parse(doc) as Order
}

const purged = new Uint8Array(0)

function factOf(row: RowOf<'facts'>, vault: Vault): KeptFact {
  const { order_id: order, fingerprint, sealed, serial, request_id, heard_ms: heardMs } = row
  const bytes = sealed ? vault.open(sealed, contextOf('facts', order, fingerprint)) : purged
  return {
    ...{ order, fingerprint, bytes, heardMs },
    ...{ serial: serial ?? undefined, requestId: request_id ?? undefined },
  }
}
