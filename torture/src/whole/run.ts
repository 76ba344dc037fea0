/** One run of the whole product: two nodes on one database, the real simulator, people, and faults, all from one seed. */
import { DatabaseSync } from 'node:sqlite'
import type { Simulator } from '@chadan/simulator'
import { brokenBy, type Outcome } from '../finding.ts'
import { furnish, openProvider, openWorld } from './furnishing.ts'
import { judge } from './judgement.ts'
import { look } from './looks.ts'
import { Life } from './people.ts'
import { planRestore } from './restoring.ts'
import { townOf } from './town.ts'
import { heal, planCrashes } from './trouble.ts'
import { hour, startMs, type WholeGiven, type World } from './world.ts'

/** Runs one seed to its end; nothing is thrown. */
export async function runWhole(given: WholeGiven): Promise<Outcome> {
  const world = openWorld(given)
  let broken: Outcome['broken']
  try {
    await run(world)
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

async function run(world: World): Promise<void> {
  const simulator = await openProvider(world)
  const database = new DatabaseSync(':memory:')
  try {
    await furnish(world, simulator, database)
    await live(world, simulator)
    await judge(world, simulator)
  } finally {
    for (const node of world.nodes) node.die()
    database.close()
  }
}

/** The phases: a time of faults, a quiet one, and what people tidy up. */
async function live(world: World, simulator: Simulator): Promise<void> {
  const { scheduler } = world
  const town = townOf(world, simulator)
  world.given.scenario?.(town, world.chance.fork('scenario'))
  for (let index = 0; index < world.given.orders; index++) {
    const life = new Life(town, index, world.chance.fork(`life ${index}`))
    world.lives.push(life)
    life.begin()
  }
  if (world.shares.restored_backup > 0) planRestore(world)
  if (world.shares.crash > 0) planCrashes(world, world.chance.fork('crashes'))
  const faultsEndMs = startMs + world.chance.fork('end').spread(2 * hour, 26 * hour)
  await go(world, faultsEndMs)
  heal(world, simulator)
  // The late questions come up to a day after an end, webhooks up to a day after their last failure.
  await go(world, scheduler.nowMs + 30 * hour)
  for (const life of world.lives) life.tidy()
  await go(world, scheduler.nowMs + 60 * hour)
}

/** Lets time pass until then, looking at the whole from time to time. */
async function go(world: World, untilMs: number): Promise<void> {
  let steps = 0
  await world.scheduler.run(untilMs, () => {
    if (world.broken) return true
    if (++steps % 25 === 0) look(world)
    return undefined
  })
  if (world.broken) throw world.broken
}
