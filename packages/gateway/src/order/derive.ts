/** The view of an order: what follows from its acts and the set of its facts, whatever their order. */
import type { Product } from '../products/product.ts'
import { deriveAttempt } from './derive-attempt.ts'
import { deriveRefund } from './derive-refund.ts'
import { marksOf } from './marks.ts'
import type { Order } from './order.ts'
import type { AttemptView, OrderState, RefundView, View } from './view.ts'

/** The view of an order. Pure. */
export function derive(order: Omit<Order, 'view'>, product: Product): View {
  const refunds = order.refunds.map((refund) => deriveRefund(order, refund))
  const attempts = order.attempts.map((attempt) => withRefunds(deriveAttempt(order, attempt), refunds))
  const deciding = decidingOf(attempts)
  const returned = refunds.reduce((total, one) => total + returnedOf(one), 0)
  const open = refunds.filter((one) => mayStillSucceed(one) && !isFreed(order, one))
  return {
    state: deciding.state,
    reason: deciding.reason,
    number: deciding.number,
    amount: deciding.amount,
    taken: attempts.reduce((total, one) => total + one.taken, 0),
    refunded: returned,
    refunding: open.reduce((total, one) => total + one.amount.minor - returnedOf(one), 0),
    attempts,
    refunds,
    marks: marksOf(order, attempts, refunds, product),
  }
}

/** What has gone back of a refund for certain, in minor units. */
export function returnedOf({ returned }: RefundView): number {
  return returned.reduce((total, one) => total + one.amount.minor, 0)
}

/** Whether money of this refund may still leave: its amount is not free for another (X17). */
export function mayStillSucceed({ state }: RefundView): boolean {
  return state !== 'succeeded' && state !== 'closed' && state !== 'refused'
}

function isFreed(order: Pick<Order, 'refunds'>, { number }: RefundView): boolean {
  return order.refunds.some((one) => one.number === number && one.freed === true)
}

const paidStates: readonly OrderState[] = ['paid', 'partially_refunded', 'refunded']

/** The attempt that decides: of the paid ones the one that kept most, else the newest. */
function decidingOf(attempts: readonly AttemptView[]): AttemptView {
  const paid = attempts.filter((one) => paidStates.includes(one.state))
  const [most] = paid.toSorted((a, b) => paidStates.indexOf(a.state) - paidStates.indexOf(b.state))
  // An order is opened with an attempt.
  return most ?? (attempts.at(-1) as AttemptView)
}

function withRefunds(attempt: AttemptView, refunds: readonly RefundView[]): AttemptView {
  const done = refunds.filter((one) => one.attempt === attempt.number)
  const refunded = done.reduce((total, one) => total + returnedOf(one), 0)
  const parts = attempt.parts.map((part) => {
    const back = done
      .flatMap((one) => one.returned)
      .reduce((total, one) => total + (one.id === part.id ? one.amount.minor : 0), 0)
    return { ...part, refunded: back, state: back > 0 && back >= part.amount.minor ? 'refunded' : part.state }
  }) satisfies AttemptView['parts'] | { state: string }[]
  const state =
    attempt.state !== 'paid' || refunded === 0
      ? attempt.state
      : refunded >= attempt.taken
        ? 'refunded'
        : 'partially_refunded'
  // What went back had been taken, also of an order that failed in the end.
  const taken = Math.max(attempt.taken, refunded)
  return { ...attempt, state, taken, refunded, parts: parts as AttemptView['parts'] }
}
