/** How refunds end when a test decides it beforehand. */
import type { World } from './world.ts'

/** What can become of a refund, with what it means. */
export const refundOutcomes = {
  success: 'The money arrives the way it was paid.',
  balance: "The card cannot take it: the user's change takes it.",
  otherBalance: 'Another change account takes it.',
  abnormal: 'No account can take it: the merchant has to decide.',
  closed: 'It ends without money.',
  stuck: 'It stays under way.',
  userAccountAbnormal: 'The application is refused: the account of the user is closed.',
} as const

/** How a refund can be made to end. */
export type RefundOutcome = keyof typeof refundOutcomes

/** Whether a name is such an outcome. */
export function isRefundOutcome(name: string): name is RefundOutcome {
  return Object.hasOwn(refundOutcomes, name)
}

/** Decides how refunds of this payment end from now on. */
export function planRefundOutcome(world: World, transactionId: string, outcome: RefundOutcome): void {
  world.table<RefundOutcome>('world.refundOutcomes').set(transactionId, outcome)
}

/** How a refund of this payment ends. */
export function plannedRefundOutcome(world: World, transactionId: string): RefundOutcome {
  return world.table<RefundOutcome>('world.refundOutcomes').get(transactionId) ?? 'success'
}
