/** WeChat Pay's side of five products, for development and tests. */
export { seededRandom } from './chance.ts'
export { type VirtualClock, virtualClock } from './clock.ts'
export type { Credentials } from './credentials.ts'
export type { CallFault, Fault, Faults, NoticeFault, PlannedFault } from './faults.ts'
export type { RefundRecord, Transaction } from './ledger.ts'
export type { NoticeRow } from './notices/notifier.ts'
export { freshKeySource, type KeySource, testKeySource } from './platform.ts'
export { type Action, ActionRefused, type Checkout, type LegOutcomes } from './product.ts'
export {
  type Connection,
  ConnectionCut,
  openSimulator,
  type Simulator,
  type SimulatorOptions,
} from './simulator.ts'
export { defaultSwitches, type SomeSwitches, type Switches } from './switches.ts'
export type { Merchant, Payer, Snapshot, World } from './world.ts'
