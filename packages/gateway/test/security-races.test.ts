/** Many at the same moment, over two connections of either store: one order, one refund, never more than was paid. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Declined } from '../src/engine/desk.ts'
import { openPostgres } from '../src/store/index.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { type OpenStore, openBench } from './contract/bench.ts'
import { samples } from './contract/samples.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'

let server: PostgresServer
let folder: string
before(async () => {
  server = await startPostgres()
  folder = await mkdtemp(join(tmpdir(), 'chadan-races-'))
})
after(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Two stores over one database that take turns, as two nodes do. */
function takingTurns(one: Store, other: Store): Store {
  let turn = 0
  const changing = (...given: Parameters<Store['change']>) =>
    (turn++ % 2 === 0 ? one : other).change(...given)
  const close = async () => void (await Promise.all([one.close(), other.close()]))
  return {
    ...one,
    change: changing as Store['change'],
    find: (find) => (turn++ % 2 ? one : other).find(find),
    close,
  }
}

const stores: Readonly<Record<string, OpenStore>> = {
  async SQLite(given) {
    const file = join(folder, 'races.db')
    return takingTurns(openSqlite({ ...given, file }), openSqlite({ ...given, file }))
  },
  async PostgreSQL(given) {
    const url = await server.database()
    return takingTurns(await openPostgres({ ...given, url }), await openPostgres({ ...given, url }))
  },
}

const codeOf = (one: PromiseSettledResult<unknown>) =>
  one.status === 'fulfilled' ? 'done' : one.reason instanceof Declined ? one.reason.code : String(one.reason)
const times = <T>(count: number, work: (at: number) => Promise<T>) =>
  Promise.allSettled(Array.from({ length: count }, (_, at) => work(at)))

for (const [name, openStore] of Object.entries(stores)) {
  test(`${name}: what is asked for many times at the same moment happens once`, async () => {
    await using bench = await openBench(openStore)
    const { gateway, caller, sim } = bench
    const [sample] = samples
    assert.ok(sample)
    const details = sample.details(bench, 'A-1')
    const request = { reference: 'A-1', product: sample.product, details }
    const placed = await times(16, (at) =>
      gateway.place(caller, request, at % 2 ? { key: 'k', keyDigest: 'd' } : {}),
    )
    const codes = new Set(placed.map(codeOf))
    assert.ok(
      codes.has('done') && [...codes].every((one) => ['done', 'still_in_flight'].includes(one)),
      [...codes].join(),
    )
    const ids = new Set(placed.flatMap((one) => (one.status === 'fulfilled' ? [one.value.order.id] : [])))
    assert.equal(ids.size, 1)
    assert.equal(sim.recent(50).length, 1)
    const [id = ''] = ids
    // Somebody else claims its number for another order, many times.
    const number = (await bench.order(id)).view.number
    const taken = await times(6, (at) =>
      gateway.place(caller, { ...request, reference: `B-${at}`, number }, {}),
    )
    assert.deepEqual([...new Set(taken.map(codeOf))], ['number_taken'])
    await sample.pay(bench, await bench.order(id))
    await bench.pass(60_000)
    const paid = await bench.order(id)
    assert.equal(paid.view.state, 'paid')
    const [part] = paid.view.attempts[0]?.parts ?? []
    assert.ok(part)
    const same = await times(8, () =>
      gateway.refund(caller, id, { reference: 'R', parts: { [part.id]: 700 }, details: {} }),
    )
    assert.ok(
      same.every((one) => ['done', 'still_in_flight'].includes(codeOf(one))),
      same.map(codeOf).join(),
    )
    const over = await times(12, (at) =>
      gateway.refund(caller, id, { reference: `R-${at}`, parts: { [part.id]: 3_000 }, details: {} }),
    )
    assert.ok(over.some((one) => codeOf(one) === 'done'))
    await bench.pass(600_000)
    const after = await bench.order(id)
    assert.equal(after.refunds.filter(({ reference }) => reference === 'R').length, 1)
    const back = after.refunds.reduce((sum, one) => sum + one.amount.minor, 0)
    assert.ok(back <= part.amount.minor, `${back} of ${part.amount.minor}`)
    // Both sides agree on what went back.
    const there = sim
      .booked('combine', 0, 10)
      .flatMap(({ refunds = [] }) => refunds)
      .reduce((sum, { minor }) => sum + minor, 0)
    assert.equal(there, back)
  })
}
