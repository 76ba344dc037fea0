/** Finding one order never reads through a table, however many there are. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openSqlite, openVault } from '@chadan/gateway'

test('one order is found by its id, reference or number through an index', async () => {
  const database = new DatabaseSync(':memory:')
  const vault = openVault({
    keys: [{ id: 'k1', key: new Uint8Array(32) }],
    indexKey: new Uint8Array(32),
    random: { bytes: (size) => new Uint8Array(size) },
  })
  const store = openSqlite({ database, vault, dueOf: () => undefined })
  const asked: string[] = []
  const prepare = database.prepare.bind(database)
  database.prepare = (sql, ...rest) => {
    asked.push(sql)
    return prepare(sql, ...rest)
  }
  await store.find({ id: 'ord_1' })
  await store.find({ tenant: 'east', reference: 'visit-1' })
  await store.find({ signer: 'main', kind: 'order', number: 'N1' })
  await store.orders({ number: 'N1' }, { limit: 10 })
  await store.orders({ tenant: 'east', reference: 'visit-1' }, { limit: 10 })
  await store.orders({ tenant: 'east' }, { limit: 10 })
  assert.ok(asked.length >= 5)
  for (const sql of asked) {
    const steps = prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[]
    for (const { detail } of steps) assert.doesNotMatch(detail, /^SCAN (?!.* VIRTUAL TABLE)/, sql)
  }
  await store.close()
})
