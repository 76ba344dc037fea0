/** What one run of the core is made of: everything that its nodes, its people and its network share. */
import type { Chance } from '../chance.ts'
import type { Counts, Given } from '../finding.ts'
import type { Product } from '../gateway.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Trace } from '../trace.ts'
import type { Parts, Row } from './engine.ts'
import type { Shares } from './faults.ts'
import type { Profile } from './products.ts'
import type { Provider } from './provider.ts'

/** When every run begins. */
export const startMs = Date.UTC(2026, 2, 17, 2)
/** An hour, in ms. */
export const hour = 3_600_000

/** A node of the engine: what it had begun is over when its epoch is. */
export interface Node {
  readonly name: string
  readonly skewMs: number
  epoch: number
  alive: boolean
}

/** An order of the run, with what its merchant and payer intend. */
export interface Case {
  readonly id: string
  readonly profile: Profile
  readonly product: Product
  readonly chance: Chance
  row: Row | undefined
  wake: (() => void) | undefined
  calls: number
}

/** A run under way. */
export interface World {
  readonly given: Given
  readonly parts: Parts
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly counts: Counts
  readonly chance: Chance
  /** Draws of the network and of the nodes' waiting. */
  readonly network: Chance
  readonly shares: Shares
  readonly nodes: readonly Node[]
  readonly provider: Provider
  readonly cases: Case[]
  /** Orders by the numbers of their attempts and refunds. */
  readonly byNumber: Map<string, Case>
  /** Placing requests on their way, by number. */
  readonly under: Map<string, number>
  /** Nothing goes wrong any more. */
  healed: boolean
  claims: number
  numbers: number
}

/** A number that nothing else in this run bears. */
export function newNumber(world: World, kind: 'P' | 'R'): string {
  return `${kind}${++world.numbers}`
}

/** The name of a claim that nobody else holds. */
export function newClaim(world: World): string {
  return `c${++world.claims}`
}
