/** WeChat Pay's side of five products, for development and tests. */

export type { BookedNotice, BookedOrder, BookedRefund } from './books.ts'
export type { CertificateView } from './certificates.ts'
export { seededRandom } from './chance.ts'
export { type ScaledClock, scaledClock, type VirtualClock, virtualClock } from './clock.ts'
export type { ControlRow } from './control/control.ts'
export { controlRows } from './control/routes.ts'
export type { Credentials } from './credentials.ts'
export {
  type CallFault,
  type ChanceFault,
  callFaults,
  type Fault,
  type Faults,
  type NoticeFault,
  noticeFaults,
  type PlannedFault,
} from './faults.ts'
export type { RefundRecord, Transaction } from './ledger.ts'
export type { MerchantChanges, MerchantView } from './merchants.ts'
export type { NoticeRow } from './notices/notifier.ts'
export { freshKeySource, type KeySource, testKeySource } from './platform.ts'
export { type Action, ActionRefused, type Checkout, type LegOutcomes } from './product.ts'
export { ControlRefused } from './refused.ts'
export {
  type Connection,
  ConnectionCut,
  openSimulator,
  type Simulator,
  type SimulatorOptions,
} from './simulator.ts'
export { readSwitches, switchFields } from './switch-fields.ts'
export { defaultSwitches, type SomeSwitches, type Switches } from './switches.ts'
export type { Merchant, Payer, Snapshot, World } from './world.ts'
