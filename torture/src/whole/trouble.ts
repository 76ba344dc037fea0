/** What goes wrong with the nodes and their database, and how it ends. */
import type { Simulator } from '@chadan/simulator'
import type { Chance } from '../chance.ts'
import { Broken } from '../finding.ts'
import { noShares, switchesOf } from './faults.ts'
import type { Node } from './node.ts'
import { guard, hour, note, type World } from './world.ts'

/** A place at which a node may die: answers whether it does. */
export function point(world: World, node: Node, what: string): boolean {
  const number = world.counts.points++
  world.given.points?.(what)
  if (world.given.crashAt !== number) return false
  crash(world, node, 500)
  return true
}

/** Lets a node crash from time to time until all is healed. */
export function planCrashes(world: World, chance: Chance): void {
  world.scheduler.after(chance.spread(500, (4 * hour) / (1 + 10 * world.shares.crash)), () => {
    if (world.healed) return
    crashSome(world)
    planCrashes(world, chance)
  })
}

function crashSome(world: World): void {
  const chance = world.storeChance
  crash(world, chance.pick(world.nodes), chance.spread(50, 180_000))
}

/** A node dies, and is started again after so long. */
export function crash(world: World, node: Node, downMs: number): void {
  if (!node.alive) return
  node.die()
  world.counts.crashes++
  world.counts.faults++
  note(world, node.name, 'crashes')
  world.scheduler.after(downMs, () => {
    node.start()
    note(world, node.name, 'is up again')
  })
}

/** Whether a store call is refused, or its answer lost. */
export function storeFault(world: World, method: string): 'refuse' | 'lose' | undefined {
  if (world.healed) return undefined
  const { lost_commit, store_down } = world.shares
  if (world.storeChance.happens(store_down * 0.1)) {
    world.counts.faults++
    return 'refuse'
  }
  const writes = !/^(find|orders|bytes|log|heads|facts|next|events|event|endpoints|figures)/.test(method)
  if (writes && world.storeChance.happens(lost_commit * 0.3)) {
    world.counts.faults++
    note(world, 'store', `${method}: its answer is lost`)
    return 'lose'
  }
  return undefined
}

/** A process that stands still is worst where it holds something: after a claim, after an answer. */
export function stallMs(world: World, what: string): number {
  const holds = /^after (claim|claimDue|a call)$/.test(what)
  if (world.healed || !world.storeChance.happens(world.shares.stall * (holds ? 0.4 : 0.003))) return 0
  world.counts.faults++
  const ms = world.storeChance.spread(holds ? 40_000 : 1_000, 150_000)
  note(world, 'world', `a node stands still for ${ms} ms ${what}`)
  return ms
}

/** How refunds of a payment will end, decided when the payment is first seen. */
export function spoilRefunds(world: World, simulator: Simulator): void {
  if (world.healed || world.shares.refunds_go_wrong === 0) return
  const outcomes = simulator.world.table<string>('world.refundOutcomes')
  for (const { transactionId } of simulator.world.transactions.values()) {
    if (outcomes.get(transactionId) !== undefined) continue
    const bad = world.storeChance.happens(0.4)
    outcomes.set(
      transactionId,
      bad ? world.storeChance.pick(['abnormal', 'closed', 'balance', 'otherBalance']) : 'success',
    )
  }
}

/** Keeps what a node logs; a defect of ours among it breaks the run. */
export function failed(world: World, node: Node, where: string, error: unknown): void {
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  world.logged.push(`${where} ${said}`)
  note(world, node.name, `${where} failed: ${said}`)
  const defect = error instanceof TypeError || (error instanceof Error && error.name === 'ActMisplaced')
  if (defect && !/connection|lost|late|refused/.test(said))
    guard(world, () => {
      throw new Broken(0, 'no defect is thrown', error instanceof Error ? (error.stack ?? said) : said)
    })
}

/** Ends all faults but those the provider has by nature. */
export function heal(world: World, simulator: Simulator): void {
  world.healed = true
  note(world, 'world', 'heals')
  world.network.heal()
  const { never_notifies, unsigned_refusals } = world.shares
  simulator.changeSwitches({
    ...switchesOf({ ...noShares, never_notifies, unsigned_refusals }),
    requestsPerSecond: { 'refunds.create': 150, 'wecom.refund': 150 },
  })
  for (const node of world.nodes) {
    node.stalledUntilMs = 0
    if (!node.alive) node.start()
    node.nudge()
  }
}
