import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openSqlite, type Store } from '../src/store/index.ts'
import { dueOf, orderOf, vaultOf } from './store-orders.ts'
import { make, type Place } from './store-place.ts'
import { storeSuite } from './store-suite.ts'

/** A database file in a folder of its own. */
async function openPlace(): Promise<Place & { file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-sqlite-'))
  const file = join(folder, 'chadan.db')
  const stores: Store[] = []
  const inside = <R>(work: (database: DatabaseSync) => R): R => {
    const database = new DatabaseSync(file)
    const result = work(database)
    database.close()
    return result
  }
  return {
    file,
    async open(more) {
      const store = openSqlite({ file, vault: vaultOf(), dueOf, ...more })
      stores.push(store)
      return store
    },
    async contents() {
      const names = await readdir(folder)
      const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1')))
      return files.join('\n')
    },
    async run(sql) {
      inside((database) => database.exec(sql))
    },
    async columns(table) {
      return inside((database) =>
        database
          .prepare('SELECT name FROM pragma_table_info(?)')
          .all(table)
          .map(({ name }) => String(name)),
      )
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

storeSuite(openPlace)

test('the database file is made for its owner alone', async () => {
  await using place = await openPlace()
  await place.open()
  assert.equal((await stat(place.file)).mode & 0o777, 0o600)
})

test('a database given open stays open, and a store left without closing loses nothing it answered', async () => {
  const database = new DatabaseSync(':memory:')
  const options = { database, vault: vaultOf(), dueOf }
  const abandoned = openSqlite({ ...options, turn: (work) => queueMicrotask(work) })
  await make(abandoned, orderOf('A'))
  const store = openSqlite(options)
  assert.equal((await store.find({ id: 'A' }))?.id, 'A')
  await store.close()
  assert.equal(database.isOpen, true)
  database.close()
})

test('while another process writes for too long nothing is written, and everybody is told', async () => {
  await using place = await openPlace()
  const store = openSqlite({ file: place.file, vault: vaultOf(), dueOf, busyMs: 1 })
  const other = new DatabaseSync(place.file)
  other.exec('BEGIN IMMEDIATE')
  const outcomes = await Promise.allSettled([make(store, orderOf('A')), make(store, orderOf('B'))])
  assert.deepEqual(
    outcomes.map((one) => one.status === 'rejected' && [one.reason.name, one.reason.where]),
    [
      ['StoreFailed', 'store'],
      ['StoreFailed', 'store'],
    ],
  )
  assert.equal(await store.ready(), false)
  other.exec('ROLLBACK')
  other.close()
  assert.equal(await store.ready(), true)
  await make(store, orderOf('A'))
  await store.close()
})
