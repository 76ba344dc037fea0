/** A table of many orders: how long one of them takes to be found, and what the process holds in memory. */
import { randomInt } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Order, Store } from '@chadan/gateway'
import { median } from '../rounds.ts'
import type { Found } from '../table.ts'
import { openDesk } from './desk.ts'
import { placed } from './hearing.ts'
import { noticesOf, tell } from './notices.ts'
import { openPlace, type Place, sqliteIn } from './stores.ts'
import { allOf } from './turns.ts'

const few = 1_000
const mebibyte = 1024 * 1024

/** The measures `finding…` and `memory`: among so many orders, against a thousand in the same run. */
export async function finding(rows: number): Promise<Record<string, Found>> {
  await using where = await openPlace()
  const little = await measure(where, few)
  const much = await measure(where, rows)
  const less = { better: 'less', peers: {} } as const
  const among = `µs among ${rows.toLocaleString('en')}, limit among ${few.toLocaleString('en')}`
  return {
    findingById: { ...less, unit: among, ours: much.byId, limit: little.byId },
    findingByReference: { ...less, unit: among, ours: much.byReference, limit: little.byReference },
    findingByNumber: { ...less, unit: among, ours: much.byNumber, limit: little.byNumber },
    memory: {
      ...{ ...less, unit: `MiB resident with ${rows.toLocaleString('en')} orders` },
      ...{ ours: much.residentMiB, limit: little.residentMiB },
    },
  }
}

interface Measured {
  readonly byId: number
  readonly byReference: number
  readonly byNumber: number
  readonly residentMiB: number
}

async function measure(where: Place, rows: number): Promise<Measured> {
  const file = `${where.folder}/${rows}.db`
  const first = await openDesk(sqliteIn(file))
  const [order] = await placed(first, 1)
  await first.close()
  if (!order) throw new Error('an order was placed')
  multiply(file, order, rows)
  const desk = await openDesk(sqliteIn(file))
  const times = {
    byId: await timeOf(desk.store, (at) => ({ id: idOf(at) }), rows),
    byReference: await timeOf(desk.store, (at) => ({ tenant: 'east', reference: `copy-${at}` }), rows),
    byNumber: await timeOf(desk.store, (at) => ({ signer: 'main', kind: 'order', number: `C${at}` }), rows),
  }
  // The same work in a small and in a large file.
  const notices = await noticesOf(await placed(desk, 2_000))
  await allOf(notices.length, 256, async (at) => {
    const notice = notices[at]
    if (notice) await tell(desk, notice)
  })
  await desk.store.orders({ tenant: 'east' }, { limit: 200 })
  await desk.store.figures(Date.now())
  globalThis.gc?.()
  const residentMiB = process.memoryUsage.rss() / mebibyte
  await desk.close()
  return { ...times, residentMiB }
}

/** The median of a thousand, in microseconds: any order of the table, read from disk or from the system's cache. */
async function timeOf(
  store: Store,
  find: (at: number) => Parameters<Store['find']>[0],
  rows: number,
): Promise<number> {
  const took: number[] = []
  for (let count = 0; count < 1_000; count++) {
    const wanted = find(randomInt(rows))
    const started = performance.now()
    const order = await store.find(wanted)
    took.push((performance.now() - started) * 1000)
    if (!order) throw new Error('an order of the table was not found')
  }
  return median(took)
}

const idOf = (at: number): string => `ord_copy${String(at).padStart(16, '0')}`

/** Copies an order many times by SQL; the indexes are built at the end, as a restore would. */
function multiply(file: string, { id }: Order, rows: number): void {
  const database = new DatabaseSync(file)
  database.exec(
    'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144',
  )
  const indexes = database
    .prepare(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('orders', 'numbers')",
    )
    .all() as { name: string; sql: string }[]
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
  const columns = (
    database.prepare('SELECT name FROM pragma_table_info(?)').all('orders') as { name: string }[]
  ).map(({ name }) => name)
  const copied: Readonly<Record<string, string>> = {
    id: "'ord_copy' || printf('%016d', i)",
    reference: "'copy-' || i",
    // Documents lie beside the indexes: a short one finds its row as fast, and ten million fit on a disk.
    doc: `'{"id":"ord_copy' || printf('%016d', i) || '"}'`,
    created_ms: 'created_ms + i',
    // Nobody works on copies.
    due_ms: 'NULL',
    wake_ms: 'NULL',
  }
  const count = 'WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?)'
  database
    .prepare(
      `${count} INSERT INTO orders (${columns.join(', ')}) SELECT ${columns.map((one) => copied[one] ?? one).join(', ')} FROM n, (SELECT * FROM orders WHERE id = ?)`,
    )
    .run(rows - 1, id)
  database
    .prepare(
      `${count} INSERT INTO numbers (signer, kind, number, order_id) SELECT 'main', 'order', 'C' || i, 'ord_copy' || printf('%016d', i) FROM n`,
    )
    .run(rows - 1)
  for (const { sql } of indexes) database.exec(sql)
  database.close()
}
