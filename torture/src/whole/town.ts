/** The town that people of a run live in: they reach the gateway through whichever node is up. */
import type { Simulator } from '@chadan/simulator'
import { Broken } from '../finding.ts'
import { type Gateway, shopsOf } from '../gateway.ts'
import { ConnectionLost } from './node.ts'
import type { Town } from './people.ts'
import { guard, note, type World } from './world.ts'

/** The town of a world. */
export function townOf(world: World, simulator: Simulator): Town {
  return {
    scheduler: world.scheduler,
    simulator,
    shops: shopsOf(simulator.credentials),
    ask: (work) => ask(world, work),
    note: (who, what) => note(world, who, what),
    seen: () => {},
    legsFail: () => world.network.fault('legs_fail'),
    wrong: (promise, invariant, found) =>
      guard(world, () => {
        throw new Broken(promise, invariant, found)
      }),
  }
}

/** Asks some node that is up, and waits no longer than a caller would. */
async function ask<T>(world: World, work: (gateway: Gateway) => Promise<T>): Promise<T | undefined> {
  const up = world.nodes.filter((node) => node.alive)
  if (up.length === 0) {
    await world.scheduler.pause(1_000)
    return undefined
  }
  const node = world.chance.pick(up)
  let stop: (() => void) | undefined
  const late = new Promise<undefined>((resolve) => {
    stop = world.scheduler.after(30_000, () => resolve(undefined))
  })
  await world.scheduler.pause(5)
  if (!node.alive) return undefined
  const asked = work(node.gateway).catch((error: unknown) => {
    if (error instanceof ConnectionLost) return undefined
    throw error
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    stop?.()
    asked.catch(() => {})
  }
}
