/** A disk that is full: SQLite is given no more pages, on a real file. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { plan } from '../src/order/plan.ts'
import { products } from '../src/products/index.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import { type HttpBench, openHttpBench } from './http-bench.ts'
import { vaultOf } from './store-orders.ts'

interface Disk {
  readonly bench: HttpBench
  /** No page can be added any more. */
  fill(): void
  /** Somebody made room. */
  free(): void
}

async function onDisk(work: (disk: Disk) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-full-'))
  const database = new DatabaseSync(join(folder, 'gateway.db'))
  try {
    const dueOf: Parameters<typeof openSqlite>[0]['dueOf'] = (order) =>
      plan(order, products[order.product])?.atMs
    const bench = await openHttpBench({ store: () => openSqlite({ database, vault: vaultOf(), dueOf }) })
    await work({
      bench,
      fill: () => {
        // Pages that a delete freed are used first: they are filled, too.
        database.exec('CREATE TABLE IF NOT EXISTS ballast (bytes BLOB)')
        const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
        database.exec(`PRAGMA max_page_count = ${pages}`)
        const insert = database.prepare('INSERT INTO ballast VALUES (zeroblob(?))')
        for (const size of [100_000, 4_000, 500, 50])
          try {
            for (;;) insert.run(size)
          } catch (error) {
            assert.match(String(error), /full/)
          }
      },
      free: () => database.exec('PRAGMA max_page_count = 1000000'),
    })
    await bench.service.stop()
  } finally {
    database.close()
    await rm(folder, { recursive: true, force: true })
  }
}

test('on a full disk a notice is refused, so that it comes again, and is taken when there is room', () =>
  onDisk(async ({ bench, fill, free }) => {
    const references = Array.from({ length: 12 }, (_, at) => `visit-${at}`)
    const orders: { id: string; number: string }[] = []
    for (const reference of references) orders.push((await bench.place(reference)).body)
    const statesHere = async () =>
      new Map((await bench.store.orders({}, { limit: 50 })).rows.map(({ view }) => [view.number, view.state]))
    fill()
    for (const order of orders) await bench.pay(order)
    const refused = bench.sim
      .booked('combine', 0, 50)
      .filter(({ notices }) => notices[0]?.state !== 'accepted')
    // Some find room on pages that are there already.
    assert.ok(refused.length > 0)
    const full = await statesHere()
    for (const { number, notices } of bench.sim.booked('combine', 0, 50))
      assert.equal(full.get(number), notices[0]?.state === 'accepted' ? 'paid' : 'awaiting_payment')
    free()
    await bench.clock.advance(10 * 60_000, () => bench.sim.settle())
    for (const { number, notices } of bench.sim.booked('combine', 0, 50))
      assert.equal(notices[0]?.state, 'accepted', `the notice of ${number} came again`)
    assert.deepEqual(new Set((await statesHere()).values()), new Set(['paid']))
  }))

test('on a full disk no order is placed that is not kept, what is kept is shown, and work goes on later', () =>
  onDisk(async ({ bench, fill, free }) => {
    const { body: before } = await bench.place('visit-1')
    fill()
    const refused = await bench.place('visit-2')
    assert.ok(refused.status >= 500, `${refused.status}`)
    assert.ok(refused.headers.has('retry-after'))
    assert.equal(bench.sim.booked('combine', 0, 10).length, 1)
    const shown = await bench.call('GET', `/v1/orders?reference=visit-1`, { key: 'east-read' })
    assert.equal(shown.body.data[0].id, before.id)
    free()
    assert.equal((await bench.place('visit-2')).status, 201)
    await bench.pay(before)
    await bench.pass(2_000)
    assert.equal((await bench.store.find({ id: before.id }))?.view.state, 'paid')
  }))
