/** Order numbers: one space per signing merchant, for ordinary orders and sub-orders of combined ones. */
import type { World } from './world.ts'

const numbers = (world: World) => world.table<{ readonly order: string }>('world.numbers')

/** Which order has this number of this merchant; undefined when none has. */
export function holderOf(world: World, mchid: string, number: string): string | undefined {
  return numbers(world).get(`${mchid}/${number}`)?.order
}

/** Gives a number to an order, for good; `order` names product and order. */
export function takeNumber(world: World, mchid: string, number: string, order: string): void {
  numbers(world).set(`${mchid}/${number}`, { order })
}
