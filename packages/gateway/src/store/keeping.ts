/** Housekeeping: figures, purge by age, sealing anew under a newer key. Every call is bounded. */
import { settled } from '../order/plan.ts'
import { all, type Driver, run, type Script } from './script.ts'
import type { Figures, Store } from './store.ts'
import { contextOf, sealedTables, type TableName, type Value } from './tables.ts'
import type { Vault } from './vault.ts'

/** Figures count queues up to here: beyond it nobody needs to know more exactly, and counting would take long. */
export const figuresUpTo = 100_000

/** The part of a store that keeps it in order. */
export function keepingStore(
  driver: Driver,
  vault: Vault,
): Pick<Store, 'figures' | 'purge' | 'rekey' | 'ready'> {
  return {
    figures: (nowMs) => driver.read(() => figures(nowMs)),
    purge: (beforeMs, limit) => driver.write(() => purge(driver, beforeMs, limit)),
    rekey: (limit) => driver.write(() => rekey(driver, vault, limit)),
    async ready() {
      try {
        await driver.write(() => run("UPDATE meta SET value = '' WHERE name = 'ready'"))
        return true
      } catch {
        return false
      }
    },
  }
}

function* figures(nowMs: number): Script<Figures> {
  const counted = (from: string) =>
    `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${from} LIMIT ${figuresUpTo}) counted`
  const query = (sql: string, ...values: Value[]) => ({ op: 'query', sql, values }) as const
  const [orders, ...numbers] = yield [
    query(
      `SELECT product, state, CAST(SUM(orders) AS BIGINT) AS count FROM tallies GROUP BY product, state
       HAVING SUM(orders) <> 0 ORDER BY product, state`,
    ),
    query(counted('orders WHERE attention > 0')),
    query("SELECT MIN(state_ms) AS n FROM orders WHERE state = 'unknown'"),
    query(counted('orders WHERE wake_ms IS NOT NULL AND wake_ms <= ?'), nowMs),
    query('SELECT MIN(wake_ms) AS n FROM orders WHERE wake_ms IS NOT NULL AND wake_ms <= ?', nowMs),
    query(counted('events WHERE seq IS NULL')),
    query(counted("deliveries WHERE state IN ('due', 'sent')")),
    query("SELECT MIN(created_ms) AS n FROM deliveries WHERE state IN ('due', 'sent')"),
    query(counted("deliveries WHERE state = 'dead'")),
    query(counted('suspense WHERE resolved_ms IS NULL')),
  ]
  const found = numbers.map(({ rows }) => (rows[0] as { n: number | null } | undefined)?.n ?? undefined)
  const [
    needsAttention,
    oldestUnknownMs,
    due,
    oldestDueMs,
    unsequenced,
    pending,
    oldestDeliveryMs,
    dead,
    held,
  ] = found
  return {
    orders: (orders?.rows ?? []).map((row) => ({ ...row })) as Figures['orders'][number][],
    ...{ needsAttention: needsAttention ?? 0, oldestUnknownMs, due: due ?? 0, oldestDueMs },
    ...{ unsequenced: unsequenced ?? 0, deliveriesPending: pending ?? 0, oldestDeliveryMs },
    ...{ deadLetters: dead ?? 0, suspense: held ?? 0 },
  }
}

/** Payloads go; fingerprints, logs and documents stay. Only orders of which nothing more is expected, by nobody. */
function* purge(driver: Driver, beforeMs: number, limit: number): Script<number> {
  const orders = yield* all<{ id: string }>(
    `SELECT id FROM orders WHERE payload = 1 AND due_ms IS NULL AND attention = 0 AND updated_ms < ?
       AND CASE WHEN ${driver.anyOf('state')} THEN 1 ELSE 0 END = 1 ORDER BY updated_ms LIMIT ?${driver.skipLocked()}`,
    ...[beforeMs, driver.list(settled), limit],
  )
  let count = 0
  if (orders.length > 0) {
    const ids = driver.list(orders.map(({ id }) => id))
    const those = driver.anyOf('order_id')
    count += yield* run(`DELETE FROM bytes WHERE ${those}`, ids)
    count += yield* run(
      `UPDATE facts SET sealed = NULL, key_id = NULL WHERE ${those} AND sealed IS NOT NULL`,
      ids,
    )
    yield* run(`UPDATE orders SET payload = 0 WHERE ${driver.anyOf('id')}`, ids)
  }
  count += yield* run(
    `DELETE FROM idempotency WHERE (tenant, name) IN
       (SELECT tenant, name FROM idempotency WHERE at_ms < ? ORDER BY at_ms LIMIT ?)`,
    ...[beforeMs, limit],
  )
  // What was resolved or decided stands in the audit log.
  count += yield* run(
    'DELETE FROM suspense WHERE id IN (SELECT id FROM suspense WHERE resolved_ms < ? ORDER BY resolved_ms LIMIT ?)',
    ...[beforeMs, limit],
  )
  count += yield* run(
    'DELETE FROM approvals WHERE id IN (SELECT id FROM approvals WHERE decided_ms < ? ORDER BY decided_ms LIMIT ?)',
    ...[beforeMs, limit],
  )
  count += yield* run('DELETE FROM budgets WHERE window_ms < ?', beforeMs)
  count += yield* run('DELETE FROM leases WHERE until_ms < ?', beforeMs)
  return (
    count +
    (yield* run(
      `DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries
         WHERE state IN ('acknowledged', 'skipped') AND created_ms < ? ORDER BY created_ms LIMIT ?)`,
      ...[beforeMs, limit],
    ))
  )
}

type Sealed = Readonly<Record<string, Value>> & { readonly sealed: Uint8Array }

function* rekey(driver: Driver, vault: Vault, limit: number): Script<number> {
  let left = limit
  // The names are those of the object above, whose keys the type lists.
  for (const table of Object.keys(sealedTables) as (keyof typeof sealedTables)[]) {
    if (left <= 0) break
    left -= yield* rekeyTable(table, { driver, vault, limit: left })
  }
  return limit - left
}

function* rekeyTable(
  table: keyof typeof sealedTables & TableName,
  { driver, vault, limit }: { driver: Driver; vault: Vault; limit: number },
): Script<number> {
  const names: readonly string[] = sealedTables[table]
  const rows = yield* all<Sealed>(
    `SELECT ${names.join(', ')}, sealed FROM ${table} WHERE key_id IS NOT NULL AND (key_id < ? OR key_id > ?)
     LIMIT ?${driver.skipLocked()}`,
    ...[vault.keyId, vault.keyId, limit],
  )
  const again = rows.map((row) => {
    const where = Object.fromEntries(names.map((one) => [one, row[one] ?? null]))
    const context = contextOf(table, ...names.map((one) => String(row[one])))
    const sealed = vault.seal(vault.open(row.sealed, context), context)
    return { set: { sealed, key_id: vault.keyId }, where }
  })
  if (again.length > 0) yield [{ op: 'update', table, rows: again }]
  return again.length
}
