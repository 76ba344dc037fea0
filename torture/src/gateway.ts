/** What the torture knows of the gateway, in one place: its inner parts, since it breaks them on purpose. */

// The demo's merchants and its comparison of both books serve here too.
export { compare } from '../../packages/chadan/src/demo/comparison.ts'
export {
  baskets,
  content,
  rentalFee,
  type Shop,
  shopsOf,
  signers,
} from '../../packages/chadan/src/demo/shops.ts'
export type { Caller, Desk, Gateway, Signer, Tenant } from '../../packages/gateway/src/engine/desk.ts'
export { Declined } from '../../packages/gateway/src/engine/desk.ts'
export { Edit } from '../../packages/gateway/src/engine/edit.ts'
export { eventsOf } from '../../packages/gateway/src/engine/events.ts'
export { openGateway } from '../../packages/gateway/src/engine/gateway.ts'
// The whole product.
export { leaseMs } from '../../packages/gateway/src/engine/hands.ts'
export { checkBound } from '../../packages/gateway/src/engine/wishes.ts'
export { type Act, ActMisplaced } from '../../packages/gateway/src/order/acts.ts'
export { act, hear, merge, recall } from '../../packages/gateway/src/order/apply.ts'
export { derive, mayStillSucceed } from '../../packages/gateway/src/order/derive.ts'
export { factsAbout, shows } from '../../packages/gateway/src/order/derive-attempt.ts'
export { chain, type LogEntry } from '../../packages/gateway/src/order/log.ts'
export type {
  Attempt,
  Errand,
  Order,
  PartPlan,
  ProductId,
  Refund,
} from '../../packages/gateway/src/order/order.ts'
export { chainStart } from '../../packages/gateway/src/order/order.ts'
export { plan, type Step, settled } from '../../packages/gateway/src/order/plan.ts'
export { presentOrder } from '../../packages/gateway/src/order/present.ts'
export type {
  AttemptReading,
  Observation,
  Observation as AnyObservation,
  Reading,
  RefundReading,
} from '../../packages/gateway/src/order/reading.ts'
export type {
  AttemptView,
  OrderState,
  RefundState,
  RefundView,
  View,
} from '../../packages/gateway/src/order/view.ts'
export {
  type Dispatcher,
  newEndpoint,
  openDispatcher,
  openSequencer,
} from '../../packages/gateway/src/outbound/index.ts'
export { products } from '../../packages/gateway/src/products/index.ts'
export type { Product, Timing } from '../../packages/gateway/src/products/product.ts'
export { apiv3FenceMs, askMs, askRefundMs, ms } from '../../packages/gateway/src/products/timing.ts'
export { openSqlite, openVault, type Store } from '../../packages/gateway/src/store/index.ts'
export type { Decision, EventDraft, Found, Write } from '../../packages/gateway/src/store/store.ts'
export { ClaimLost } from '../../packages/gateway/src/store/store.ts'
