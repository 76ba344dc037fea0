/** One run of the order core: a provider, a network, crashing nodes, a merchant and payers, all from one seed. */
import { openChance } from '../chance.ts'
import { brokenBy, type Given, noCounts, type Outcome } from '../finding.ts'
import { ofEveryOrder } from '../invariants.ts'
import { openScheduler } from '../scheduler.ts'
import { Trace } from '../trace.ts'
import { type Parts, soundParts } from './engine.ts'
import { drawShares, mannersOf, soundManners } from './faults.ts'
import { converged } from './invariants.ts'
import { openCase, tidy } from './merchant.ts'
import { planCrashes } from './nodes.ts'
import { notify } from './notices.ts'
import { Provider } from './provider.ts'
import { look, sceneOf } from './watch.ts'
import { hour, startMs, type World } from './world.ts'

/** Runs one seed to its end; nothing is thrown. */
export function runCore(given: Given, parts: Parts = soundParts): Outcome {
  const world = openWorld(given, parts)
  let broken: Outcome['broken']
  try {
    live(world)
    judge(world)
  } catch (error) {
    broken = brokenBy(error)
  }
  return {
    seed: given.seed,
    counts: { ...world.counts, steps: world.scheduler.steps },
    digest: world.trace.digest(),
    trace: world.trace.newest,
    ...(broken && { broken }),
  }
}

function openWorld(given: Given, parts: Parts): World {
  const chance = openChance(`core ${given.seed}`)
  const scheduler = openScheduler(startMs, chance.fork('ties'))
  const shares = drawShares(chance.fork('faults'), given.without ?? [])
  const skews = chance.fork('nodes')
  const nodes = ['north', 'south'].map((name, index) => ({
    name,
    skewMs: index === 0 || shares.skew === 0 ? 0 : skews.whole(-20_000, 20_000),
    epoch: 0,
    alive: true,
  }))
  const provider = new Provider({
    scheduler,
    chance: chance.fork('provider'),
    manners: mannersOf(shares),
    tell: (reading) => notify(world, reading, 0),
    changed: (number) => look(world, number),
  })
  const world: World = {
    given,
    parts,
    scheduler,
    trace: new Trace(given.lines ?? 400),
    counts: noCounts(),
    chance,
    network: chance.fork('network'),
    shares,
    nodes,
    provider,
    cases: [],
    byNumber: new Map(),
    under: new Map(),
    healed: false,
    claims: 0,
    numbers: 0,
  }
  return world
}

/** The phases: a time of faults, a quiet one, and what people tidy up. */
function live(world: World): void {
  const { scheduler } = world
  world.counts.orders = world.given.orders
  for (let index = 0; index < world.given.orders; index++) openCase(world, index)
  planCrashes(world)
  every(world, 60_000, () => world.provider.expire())
  const faultsEndMs = startMs + world.chance.fork('end').spread(hour, 30 * hour)
  until(world, faultsEndMs)
  heal(world)
  // A day of hourly questions and the late ones lie between: the schedule's own bound, and no more.
  until(world, scheduler.nowMs + 40 * hour)
  tidy(world)
  until(world, scheduler.nowMs + 60 * hour)
}

/** What must hold in the end. */
function judge(world: World): void {
  for (const one of world.cases) {
    if (!one.row) continue
    const scene = sceneOf(world, one, one.row, undefined)
    const { order, log, events } = one.row
    for (const holds of ofEveryOrder) holds({ order, log, events, product: one.product })
    for (const holds of converged) holds(scene)
    if (one.row.order.view.taken > 0) world.counts.paid++
  }
}

function until(world: World, ms: number): void {
  while (world.scheduler.step(ms));
  // The clock itself goes on too, so that what follows is later.
  world.scheduler.at(ms, () => {})
  while (world.scheduler.step(ms));
}

function every(world: World, ms: number, work: () => void): void {
  world.scheduler.after(ms, () => {
    work()
    every(world, ms, work)
  })
}

function heal(world: World): void {
  world.healed = true
  world.trace.note(world.scheduler.nowMs, 'world', 'heals')
  const { neverNotifies, unsignedRefusals } = world.provider.manners
  world.provider.manners = { ...soundManners, neverNotifies, unsignedRefusals }
}
