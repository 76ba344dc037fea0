/** What must hold of an order of the core after every change, here and at the provider. */
import type { Row } from './engine.ts'
import { always, type Scene } from './invariants.ts'
import type { Case, World } from './world.ts'

/** Looks at the order of a number of which something changed at the provider. */
export function look(world: World, number: string): void {
  const one = world.byNumber.get(number)
  const truth = world.provider.orders.get(number)
  world.trace.note(world.scheduler.nowMs, 'provider', `${number} is ${truth?.state}`)
  if (one?.row) check(world, one, one.row, undefined)
}

/** What the invariants look at. */
export function sceneOf(world: World, one: Case, row: Row, before: Row | undefined): Scene {
  return {
    before: before ?? row,
    row,
    product: one.product,
    provider: world.provider,
    mayArrive: (number) => (world.under.get(number) ?? 0) > 0 && one.profile.timing.fence === 'place',
  }
}

/** Holds an order to what must always hold. */
export function check(world: World, one: Case, row: Row, before: Row | undefined): void {
  const scene = sceneOf(world, one, row, before)
  for (const holds of always) holds(scene)
}
