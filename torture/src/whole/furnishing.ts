/** How a run is furnished: the simulator, the database, two nodes, and ears at everything between them. */
import type { DatabaseSync } from 'node:sqlite'
import { openSimulator, type Simulator, type Snapshot } from '@chadan/simulator'
import { openChance } from '../chance.ts'
import { noCounts } from '../finding.ts'
import { newEndpoint, openSqlite, openVault, plan, products, shopsOf, type Tenant } from '../gateway.ts'
import { clockOver, openScheduler } from '../scheduler.ts'
import { Trace } from '../trace.ts'
import { watchedStore } from './commits.ts'
import { drawShares, noShares, switchesOf } from './faults.ts'
import { type Ears, Network } from './network.ts'
import { Node, type Surroundings } from './node.ts'
import { answered, called, took } from './traffic.ts'
import { failed, point, stallMs, storeFault } from './trouble.ts'
import { guard, note, startMs, type WholeGiven, type World } from './world.ts'

const publicUrl = 'https://pay.hospital.example.cn'
const hooksUrl = 'https://hooks.example.cn'

let furnished: Promise<Snapshot> | undefined

/** A world with its merchants and keys, made once per process: making certificates takes longer than a run. */
function furnishedWorld(): Promise<Snapshot> {
  furnished ??= openSimulator({
    clock: { now: () => startMs, after: () => () => {} },
    baseUrl: 'https://api.simulator.invalid',
    fetch: async () => new Response(null, { status: 500 }),
  }).then((simulator) => simulator.snapshot())
  return furnished
}

/** An empty world of this seed: time, chance, the faults it has, and a network with ears. */
export function openWorld(given: WholeGiven): World {
  const chance = openChance(`whole ${given.seed}`)
  const scheduler = openScheduler(startMs, chance.fork('ties'))
  const shares = given.quiet ? noShares : drawShares(chance.fork('faults'), given.without ?? [])
  const ears: Ears = {
    note: (who, what) => note(world, who, what),
    fault: () => void world.counts.faults++,
    called: (_node, call) => guard(world, () => called(world, call)),
    reached: () => void world.counts.calls++,
    lied: (numbers) => {
      for (const number of numbers) world.lied.add(number)
    },
    answered: (notice) => guard(world, () => answered(notice)),
    took: (url, body) => guard(world, () => took(world, url, body)),
  }
  const world: World = {
    given,
    chance,
    storeChance: chance.fork('store faults'),
    scheduler,
    trace: new Trace(given.lines ?? 400),
    counts: noCounts(),
    shares,
    network: new Network({ scheduler, chance: chance.fork('network'), shares, ears }),
    lives: [],
    simulator: undefined,
    database: undefined,
    store: undefined,
    claims: undefined,
    nodes: [],
    broken: undefined,
    healed: false,
    dirty: false,
    unnumbered: false,
    orders: new Map(),
    effects: new Map(),
    bodies: new Map(),
    lied: new Set(),
    taken: new Map(),
    takenIds: new Set(),
    logged: [],
    forgotten: new Set(),
    accepted: new Set(),
    granted: new Map(),
    questionsGranted: 0,
    questions: 0,
  }
  return world
}

/** Opens the provider of a world. */
export async function openProvider(world: World): Promise<Simulator> {
  const snapshot = await furnishedWorld()
  const simulator = await openSimulator({
    clock: clockOver(world.scheduler),
    snapshot: { ...snapshot, nowMs: startMs },
    random: world.chance.fork('simulator'),
    baseUrl: 'https://api.simulator.invalid',
    switches: switchesOf(world.shares),
    fetch: (request) => world.network.notify(request),
    changed: () => {
      world.dirty = true
    },
  })
  world.simulator = simulator
  return simulator
}

/** Puts the store, the nodes and the merchants' endpoints into a world, and starts the nodes. */
export async function furnish(world: World, simulator: Simulator, database: DatabaseSync): Promise<void> {
  const { scheduler } = world
  const adapt = world.given.adapt ?? {}
  const random = world.chance.fork('vault')
  const vault = openVault({
    keys: [{ id: 'k1', key: random.bytes(32) }],
    indexKey: random.bytes(32),
    random,
  })
  const all = adapt.products?.(products) ?? products
  const store = watchedStore(
    world,
    openSqlite({
      database,
      vault,
      dueOf: (order) => plan(order, all[order.product])?.atMs,
      turn: (work) => void scheduler.after(0, work),
    }),
  )
  world.store = store
  world.database = database
  world.claims = database.prepare('SELECT claim_id FROM orders WHERE id = ?')
  const shops = shopsOf(simulator.credentials)
  const rules = world.chance.fork('tenants')
  const tenants = shops.map(
    (shop): Tenant => ({
      id: shop.id,
      name: shop.name,
      signers: Object.values(shop.signers),
      merchant: shop.merchant,
      returnPage: 'https://hospital.example.cn/paid',
      refundUnexpected: rules.happens(0.3) ? 'at_once' : 'by_hand',
    }),
  )
  const surroundings: Surroundings = {
    scheduler,
    chance: world.chance.fork('nodes'),
    store,
    credentials: simulator.credentials,
    tenants,
    publicUrl,
    products: all,
    fetch: (node, request) => world.network.call(node, request),
    deliver: (_node, request, signal) => world.network.deliver(request, signal),
    point: (node, what) => point(world, node, what),
    storeFault: (_node, method) => storeFault(world, method),
    stallMs: (_node, what) => stallMs(world, what),
    unsequenced: () => world.unnumbered,
    failed: (node, where, error) => failed(world, node, where, error),
    adapt,
  }
  const skews = world.chance.fork('skew')
  world.nodes = ['north', 'south'].map(
    (name, index) =>
      new Node(name, index === 0 || world.shares.skew === 0 ? 0 : skews.whole(-20_000, 20_000), surroundings),
  )
  world.network.connect(simulator, world.nodes)
  for (const shop of shops) {
    const endpoint = newEndpoint(
      { tenant: shop.id, url: `${hooksUrl}/${shop.id}` },
      { random, nowMs: scheduler.nowMs },
    )
    const saving = store.saveEndpoint(endpoint)
    await scheduler.run(scheduler.nowMs)
    await saving
  }
  for (const node of world.nodes) node.start()
}
