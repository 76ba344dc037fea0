/** What one run of the whole product is made of, and what is known of it from outside. */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Simulator } from '@chadan/simulator'
import type { Chance } from '../chance.ts'
import type { Counts, Given } from '../finding.ts'
import type { Order, Store } from '../gateway.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Trace } from '../trace.ts'
import type { Shares } from './faults.ts'
import type { Network } from './network.ts'
import type { Adaptation, Node } from './node.ts'
import type { Life, Town } from './people.ts'

/** When every run begins. */
export const startMs = Date.UTC(2026, 2, 17, 2)
/** An hour, in ms. */
export const hour = 3_600_000

/** How a run of the whole product is given. */
export interface WholeGiven extends Given {
  readonly adapt?: Adaptation | undefined
  /** No faults but the crash that is asked for. */
  readonly quiet?: boolean | undefined
  /** What happens, in place of drawn people. Started, not waited for. */
  readonly scenario?: ((town: Town, chance: Chance) => void) | undefined
  /** Told the name of every point at which a node could die. */
  readonly points?: ((what: string) => void) | undefined
}

/** A run under way. */
export interface World {
  readonly given: WholeGiven
  readonly chance: Chance
  /** Draws of what goes wrong with the nodes and their database. */
  readonly storeChance: Chance
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly counts: Counts
  readonly shares: Shares
  readonly network: Network
  readonly lives: Life[]
  simulator: Simulator | undefined
  database: DatabaseSync | undefined
  store: Store | undefined
  /** Reads who holds an order, past the store. */
  claims: StatementSync | undefined
  nodes: readonly Node[]
  /** The first thing that did not hold. */
  broken: unknown
  /** Nothing goes wrong any more. */
  healed: boolean
  /** Something changed at the provider since the last slower look. */
  dirty: boolean
  /** Events wait for their place in the feed. */
  unnumbered: boolean
  /** Every order as it was last committed. */
  readonly orders: Map<string, Order>
  /** Calls with an effect that went out, by number. */
  readonly effects: Map<string, number>
  /** What was prepared or sent, by its id or by path and number. */
  readonly bodies: Map<string, string>
  /** Numbers about which a question was answered with what was true before. */
  readonly lied: Set<string>
  /** The last event of an order that a receiver took, by receiver and order. */
  readonly taken: Map<string, number>
  readonly takenIds: Set<string>
  /** What the nodes logged. */
  readonly logged: string[]
  /** Numbers that lost something when a backup was restored. */
  readonly forgotten: Set<string>
  /** Notices that were acknowledged and looked at. */
  readonly accepted: Set<string>
  /** What the rate budgets granted, by name and window. */
  readonly granted: Map<string, number>
  questionsGranted: number
  questions: number
}

/** Keeps what does not hold, for the run to end with: whoever calls is not to be disturbed by it. */
export function guard(world: World, work: () => void): void {
  try {
    work()
  } catch (error) {
    world.broken ??= error
  }
}

/** Notes what happens now. */
export function note(world: World, who: string, what: string): void {
  world.trace.note(world.scheduler.nowMs, who, what)
}
