/** An order as it is told: to the API, to webhooks, to pages. The same words everywhere, and no personal data. */
import type { Order } from './order.ts'
import type { AttemptView, Mark, RefundView } from './view.ts'

/** RFC 3339 in UTC, from UTC ms. */
export function instant(ms: number): string {
  return new Date(ms).toISOString()
}

/** An order for others: snake case, amounts as `{ minor, currency }`, times as RFC 3339. */
export function presentOrder({ view, ...order }: Order) {
  const { currency } = view.amount
  const open = view.marks.filter((mark) => !mark.resolved)
  return {
    id: order.id,
    reference: order.reference,
    tenant: order.tenant,
    signer: order.signer,
    product: order.product,
    state: view.state,
    reason: view.reason ?? null,
    needs_attention: open.length > 0,
    version: order.version,
    number: view.number,
    amount: view.amount,
    taken: { minor: view.taken, currency },
    refunded: { minor: view.refunded, currency },
    refunding: { minor: view.refunding, currency },
    created_at: instant(order.createdMs),
    attempts: view.attempts.map((attempt) => presentAttempt(attempt, order)),
    refunds: view.refunds.map((refund) => presentRefund(refund, order)),
    marks: view.marks.map(presentMark),
  }
}

/** An order as the API shows it. */
export type PresentedOrder = ReturnType<typeof presentOrder>

function presentAttempt(attempt: AttemptView, order: Omit<Order, 'view'>) {
  const { currency } = attempt.amount
  const kept = order.attempts.find((one) => one.number === attempt.number)
  return {
    number: attempt.number,
    state: attempt.state,
    reason: attempt.reason ?? null,
    product_state: attempt.word ?? null,
    amount: attempt.amount,
    taken: { minor: attempt.taken, currency },
    refunded: { minor: attempt.refunded, currency },
    paid_at: attempt.paidMs === undefined ? null : instant(attempt.paidMs),
    expires_at: kept ? instant(kept.expiresMs) : null,
    learnt_by: learntBy(order, attempt.proof),
    parts: attempt.parts.map((part) => ({
      id: part.id,
      state: part.state,
      product_state: part.word ?? null,
      amount: part.amount,
      refunded: { minor: part.refunded, currency: part.amount.currency },
      transaction_id: part.transactionId ?? null,
    })),
  }
}

function presentRefund(refund: RefundView, order: Omit<Order, 'view'>) {
  return {
    number: refund.number,
    reference: refund.reference,
    attempt: refund.attempt,
    state: refund.state,
    reason: refund.reason ?? null,
    product_state: refund.word ?? null,
    amount: refund.amount,
    parts: refund.parts,
    returned: refund.returned,
    refund_id: refund.refundId ?? null,
    succeeded_at: refund.succeededMs === undefined ? null : instant(refund.succeededMs),
    learnt_by: learntBy(order, refund.proof),
  }
}

/** How the deciding fact was heard. */
function learntBy(order: Omit<Order, 'view'>, proof: string | undefined) {
  const fact = order.facts.find((one) => one.fingerprint === proof)
  return fact ? { source: fact.source, by: fact.by, at: instant(fact.heardMs), fact: fact.fingerprint } : null
}

function presentMark({ resolved, ...mark }: Mark) {
  return {
    ...mark,
    resolved: resolved
      ? { operator: resolved.operator, reason: resolved.reason, at: instant(resolved.atMs) }
      : null,
  }
}
