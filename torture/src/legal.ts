/** Which changes of state are legal (promise 10): by attempt and by refund. */
import type { OrderState, RefundState } from './gateway.ts'

const open: readonly OrderState[] = ['awaiting_payment', 'in_service', 'paying', 'failing']
const paid: readonly OrderState[] = ['paid', 'partially_refunded', 'refunded']
const negative: readonly OrderState[] = ['failed', 'closed']

/** States an attempt may go to from each state. Terminal ones change only by a late payment. */
export const attemptMoves: Readonly<Record<OrderState, readonly OrderState[]>> = {
  placing: ['unknown', ...open, ...paid, ...negative],
  unknown: ['placing', ...open, ...paid, ...negative],
  awaiting_payment: [...open, ...paid, ...negative],
  in_service: [...open, ...paid, ...negative],
  paying: [...open, ...paid, ...negative],
  failing: [...open, ...paid, ...negative],
  paid: ['partially_refunded', 'refunded'],
  partially_refunded: ['refunded'],
  refunded: [],
  // The two named edges: money came after the end, proven, and marked for a person.
  failed: [...paid],
  closed: [...paid],
}

const moving: readonly RefundState[] = ['placing', 'unknown', 'processing']
const ends: readonly RefundState[] = ['succeeded', 'closed', 'refused', 'abnormal', 'change', 'failed']

/** States a refund may go to. A stuck one goes on when a person had it paid elsewhere or sent again. */
export const refundMoves: Readonly<Record<RefundState, readonly RefundState[]>> = {
  placing: ['unknown', 'processing', ...ends],
  unknown: ['placing', 'processing', ...ends],
  processing: ends,
  succeeded: [],
  // Sent again by a person, or refuted by what really happened.
  refused: [...moving, 'succeeded', 'closed', 'abnormal', 'change', 'failed'],
  closed: ['succeeded'],
  abnormal: ['processing', 'succeeded', 'closed', 'change', 'failed'],
  change: ['processing', 'succeeded', 'closed', 'abnormal', 'failed'],
  failed: ['processing', 'unknown', 'placing', 'succeeded', 'closed', 'abnormal', 'change'],
}

/** States in which a payment is proven. */
export const paidStates = paid
/** Ends without money. */
export const negativeStates = negative
