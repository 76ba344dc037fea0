/** The slower looks, taken from time to time: at all orders and both books. */
import type { Simulator } from '@chadan/simulator'
import { Broken } from '../finding.ts'
import type { Order } from '../gateway.ts'
import { payables } from './commits.ts'
import { effectsAreOnRecord, noPhantomPayment, refundIdentity } from './invariants.ts'
import { spoilRefunds } from './trouble.ts'
import { readBooks } from './truth.ts'
import { guard, type World } from './world.ts'

/** Looks at all orders and both books, if anything changed. */
export function look(world: World): void {
  if (!world.dirty || !world.simulator) return
  world.dirty = false
  guard(world, () => {
    const simulator = world.simulator as Simulator
    const books = readBooks(simulator)
    noPhantomPayment(world.orders.values(), books)
    refundIdentity(world.orders.values(), books, world.forgotten)
    for (const order of world.orders.values()) {
      payables(world, order)
      effectsAreOnRecord(order, world.effects)
    }
    noticesAreDurable(world, simulator)
    spoilRefunds(world, simulator)
  })
}

/** 16. What the provider was told is heard stands in the store: as a fact of its order, or in suspense. */
function noticesAreDurable(world: World, simulator: Simulator): void {
  for (const row of simulator.notices) {
    if (row.state !== 'accepted' || world.accepted.has(row.id)) continue
    world.accepted.add(row.id)
    // A PayScore payment told a second time, as a transaction: its own notice says more.
    if (row.notification === 'cash.paid' && row.url.endsWith('/payscore')) continue
    const numbers = Object.entries(row.resource)
      .filter(([name]) => /out_(trade|order|refund)_no$/.test(name))
      .map(([, value]) => String(value))
    const about = (order: Order) =>
      order.facts.some(
        (one) => one.source === 'notice' && numbers.some((number) => number.startsWith(one.reading.number)),
      )
    const known = [...world.orders.values()].some(about)
    const ours = [...world.orders.values()].some(
      (order) =>
        order.attempts.some((one) => numbers.includes(one.number)) ||
        order.refunds.some((one) => numbers.some((number) => number.startsWith(one.number))),
    )
    if (ours && !known)
      throw new Broken(
        16,
        'acknowledged implies durable',
        `${row.notification} of ${numbers.join(' ')} was accepted and is not kept`,
      )
  }
}
