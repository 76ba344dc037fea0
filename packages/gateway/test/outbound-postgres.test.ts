import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { seededRandom, virtualClock } from '@chadan/simulator'
import { openSequencer } from '../src/outbound/index.ts'
import { openPostgres } from '../src/store/index.ts'
import type { Store } from '../src/store/store.ts'
import { hour, type OpenStore, openBench, startMs, turns, write } from './outbound-bench.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'

let server: PostgresServer
before(async () => {
  server = await startPostgres()
})
after(() => server[Symbol.asyncDispose]())

/** All stores opened by it share one new database. */
async function sharedDatabase(): Promise<OpenStore> {
  const url = await server.database()
  return (given) => openPostgres({ ...given, url, connections: 4 })
}

async function closing(stores: readonly Store[]): Promise<void> {
  await Promise.all(stores.map((store) => store.close()))
}

test('on PostgreSQL three nodes number at once, and the feed of each tenant has no gap for whoever reads', async () => {
  await using bench = await openBench({}, await sharedDatabase())
  const stores = [bench.store, await bench.another(), await bench.another()]
  // To each the others' leases have run out.
  const nodes = stores.map((store, at) =>
    openSequencer({ store, clock: virtualClock(startMs + at * hour), node: `n${at}`, batch: 3 }),
  )
  const tenants = ['hospital', 'clinic']
  for (const tenant of tenants) await bench.endpoint(tenant)
  const read = new Map<string, number[]>(tenants.map((tenant) => [tenant, []]))
  const look = async () => {
    for (const tenant of tenants) {
      const seen = read.get(tenant) ?? []
      for (const { seq } of await bench.store.events(tenant, seen.at(-1) ?? 0, 100)) seen.push(seq)
    }
  }
  const written: Promise<string>[] = []
  for (let round = 0; round < 10; round++) {
    for (const [at, store] of stores.entries()) {
      for (const tenant of tenants) {
        for (let one = 0; one < 3; one++) {
          const order = `${tenant}-${at}-${one}`
          written.push(write(store, order, 'order.paid', { tenant }))
        }
      }
    }
    await Promise.all([...nodes.map((node) => node.tick()), look()])
  }
  await Promise.all(written)
  for (const node of nodes) await node.tick()
  await look()
  for (const tenant of tenants)
    assert.deepEqual(
      read.get(tenant),
      Array.from({ length: 90 }, (_, at) => at + 1),
    )
  await closing(stores.slice(1))
})

test('on PostgreSQL two nodes share deliveries, one is killed, and each order is told in order and completely', async () => {
  await using bench = await openBench({ concurrency: 6, perEndpoint: 4 }, await sharedDatabase())
  await bench.endpoint()
  await bench.endpoint()
  const stores = [await bench.another(), await bench.another()] as const
  const chance = seededRandom('kills')
  bench.answer = async () => {
    await turns((chance.bytes(1)[0] ?? 0) % 5)
    return { status: (chance.bytes(1)[0] ?? 0) < 60 ? 503 : 200 }
  }
  const told: string[] = []
  for (let round = 0; round < 4; round++) {
    for (const order of ['o1', 'o2', 'o3', 'o4', 'o5']) told.push(await bench.happen(order))
  }
  // It hears no answer, settles nothing, and its clock stops.
  const killed = bench.dispatcher({
    store: stores[0],
    clock: virtualClock(startMs),
    send: async (request, signal) => {
      await bench.send(request, signal)
      return new Promise<never>(() => {})
    },
  })
  void killed.tick()
  const second = bench.dispatcher({ store: stores[1] })
  for (let step = 0; step < 4; step++) {
    await second.tick()
    await bench.clock.advance(30_000)
  }
  const third = bench.dispatcher()
  await Promise.all([second.tick(), third.tick()])
  await bench.settle()

  const deliveries = await bench.deliveries()
  assert.equal(deliveries.length, 2 * told.length)
  assert.ok(deliveries.every(({ state }) => state === 'acknowledged'))
  for (const endpoint of new Set(deliveries.map((one) => one.endpoint))) {
    for (const order of ['o1', 'o2', 'o3', 'o4', 'o5']) {
      const places = bench.received
        .filter((one) => one.endpoint === endpoint && one.order === order)
        .map(({ orderSeq }) => orderSeq)
      assert.deepEqual(
        places,
        places.toSorted((a, b) => a - b),
        order,
      )
      assert.equal(new Set(places).size, 4)
    }
  }
  assert.ok(bench.received.length > 2 * told.length, 'what the killed node sent was sent again')
  assert.deepEqual(bench.failures, [])
  await closing(stores)
})
