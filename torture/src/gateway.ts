/** What the torture knows of the gateway, in one place: its inner parts, since it breaks them on purpose. */

export { Declined } from '../../packages/gateway/src/engine/desk.ts'
export { Edit } from '../../packages/gateway/src/engine/edit.ts'
export { eventsOf } from '../../packages/gateway/src/engine/events.ts'
export { checkBound } from '../../packages/gateway/src/engine/wishes.ts'
export { type Act, ActMisplaced } from '../../packages/gateway/src/order/acts.ts'
export { act, hear, merge, recall } from '../../packages/gateway/src/order/apply.ts'
export { derive, mayStillSucceed } from '../../packages/gateway/src/order/derive.ts'
export { factsAbout, shows } from '../../packages/gateway/src/order/derive-attempt.ts'
export { chain, chainStart, type LogEntry } from '../../packages/gateway/src/order/log.ts'
export type {
  Attempt,
  Errand,
  Order,
  PartPlan,
  ProductId,
  Refund,
} from '../../packages/gateway/src/order/order.ts'
export { plan, type Step, settled } from '../../packages/gateway/src/order/plan.ts'
export { presentOrder } from '../../packages/gateway/src/order/present.ts'
export type {
  AttemptReading,
  Observation,
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
export type { Product, Timing } from '../../packages/gateway/src/products/product.ts'
export { apiv3FenceMs, askMs, askRefundMs, ms } from '../../packages/gateway/src/products/timing.ts'
export type { EventDraft } from '../../packages/gateway/src/store/store.ts'
