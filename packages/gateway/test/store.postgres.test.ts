import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { openPostgres, type Store } from '../src/store/index.ts'
import { tables } from '../src/store/tables.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'
import { dueOf, next, orderOf, vaultOf } from './store-orders.ts'
import { make, type Place } from './store-place.ts'
import { storeSuite } from './store-suite.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server[Symbol.asyncDispose]())

/** A database of its own on the server of this file. */
async function openPlace(): Promise<Place & { url: string }> {
  const url = await server.database()
  const stores: Store[] = []
  const inside = async (sql: string, values: readonly string[] = []) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<Record<string, unknown>>(sql, [...values])
    await client.end()
    return rows
  }
  return {
    url,
    async open(more) {
      const store = await openPostgres({ url, vault: vaultOf(), dueOf, connections: 4, ...more })
      stores.push(store)
      return store
    },
    async contents() {
      const rows: unknown[] = []
      for (const table of Object.keys(tables)) rows.push(...(await inside(`SELECT * FROM ${table}`)))
      const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))
      return rows
        .map((row) =>
          Object.values(row ?? {})
            .map(text)
            .join('\t'),
        )
        .join('\n')
    },
    async run(sql) {
      await inside(sql)
    },
    async columns(table) {
      const rows = await inside('SELECT column_name FROM information_schema.columns WHERE table_name = $1', [
        table,
      ])
      return rows.map(({ column_name }) => String(column_name))
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close()
    },
  }
}

storeSuite(openPlace)

test('nodes that start together make the tables once', async () => {
  await using place = await openPlace()
  const stores = await Promise.all([place.open(), place.open(), place.open()])
  await Promise.all(stores.map((store, at) => make(store, orderOf(`A${at}`))))
  assert.equal((await stores[0].orders({}, { limit: 9 })).rows.length, 3)
})

test('what PostgreSQL cannot keep fails alone, and the error does not repeat it', async () => {
  await using place = await openPlace()
  const store = await place.open()
  const [first, bad, last] = await Promise.allSettled([
    make(store, orderOf('A')),
    make(store, orderOf('B', { reference: 'marker\0' })),
    make(store, orderOf('C')),
  ])
  assert.deepEqual([first.status, bad.status, last.status], ['fulfilled', 'rejected', 'fulfilled'])
  assert.equal(bad.status === 'rejected' && bad.reason.name, 'StoreFailed')
  assert.ok(bad.status === 'rejected' && !JSON.stringify([bad.reason, bad.reason.stack]).includes('marker'))
})

test('a group that gives way where two wait for each other is made again', async () => {
  await using place = await openPlace()
  const store = await place.open()
  await Promise.all([make(store, orderOf('A')), make(store, orderOf('B'))])
  const other = new pg.Client({ connectionString: place.url })
  await other.connect()
  // The store notices the circle first, and its transaction is the one that ends.
  await other.query("SET deadlock_timeout = '60s'")
  await other.query("BEGIN; SELECT id FROM orders WHERE id = 'B' FOR UPDATE")
  const raised = Promise.all(
    ['A', 'B'].map((id) =>
      store.change({ id }, ({ order }) => ({ result: undefined, write: { order: next(order) } })),
    ),
  )
  const waiting = 'SELECT 1 FROM pg_locks WHERE NOT granted'
  while ((await other.query(waiting)).rowCount === 0);
  await other.query("SELECT id FROM orders WHERE id = 'A' FOR UPDATE")
  await other.query('COMMIT')
  await raised
  await other.end()
  for (const id of ['A', 'B']) assert.equal((await store.find({ id }))?.version, 2)
})

test('a pool of the caller is used and left open', async () => {
  await using place = await openPlace()
  const pool = new pg.Pool({ connectionString: place.url })
  const store = await openPostgres({ pool, vault: vaultOf(), dueOf })
  await make(store, orderOf('A'), { numbers: [{ kind: 'order', number: 'N1' }] })
  await store.close()
  assert.deepEqual((await pool.query('SELECT number FROM numbers')).rows, [{ number: 'N1' }])
  await pool.end()
})

test('while PostgreSQL is away nothing is answered as done; when it is back, work goes on', async () => {
  await using place = await openPlace()
  const store = await place.open()
  await make(store, orderOf('A'))
  await server.stop()
  await assert.rejects(make(store, orderOf('B')), { name: 'StoreFailed', where: 'store' })
  await assert.rejects(store.find({ id: 'A' }), { name: 'StoreFailed' })
  assert.equal(await store.ready(), false)
  await server.start()
  assert.equal(await store.ready(), true)
  assert.ok(await store.find({ id: 'A' }))
  await make(store, orderOf('B'))
})
