/** What is kept, as the API says it: snake case, times as RFC 3339. Orders have theirs in `order/present.ts`. */
import type { Seen } from '../engine/desk.ts'
import { instant, presentOrder } from '../order/present.ts'
import type { Approval, Delivery } from '../store/store.ts'

const maybe = (ms: number | undefined) => (ms === undefined ? null : instant(ms))

/** An order that was looked at. */
export function presentSeen({ order, nextAskMs }: Seen) {
  return { ...presentOrder(order), next_ask_at: maybe(nextAskMs) }
}

/** A delivery. */
export function presentDelivery(delivery: Delivery) {
  const { id, tenant, endpoint, event, seq, order, orderSeq, state, attempts } = delivery
  return {
    id,
    tenant,
    endpoint,
    event,
    seq,
    order,
    order_seq: orderSeq,
    state,
    attempts,
    due_at: state === 'due' || state === 'sent' ? instant(delivery.dueMs) : null,
    created_at: instant(delivery.createdMs),
    last_at: maybe(delivery.lastMs),
    last_status: delivery.lastStatus ?? null,
    last_error: delivery.lastError ?? null,
    skipped_by: delivery.skippedBy ?? null,
    skipped_why: delivery.skippedWhy ?? null,
  }
}

/** An approval; of the request only what the second person decides on. */
export function presentApproval(approval: Approval) {
  const { id, tenant, order, action, state, request } = approval
  const { reference, minor, currency, reason } = request as {
    reference?: string
    minor?: number
    currency?: string
    reason?: string
  }
  return {
    id,
    tenant,
    order,
    action,
    state,
    reference: reference ?? '',
    amount: minor === undefined || currency === undefined ? null : { minor, currency },
    reason: reason ?? null,
    asked_by: approval.askedBy,
    asked_at: instant(approval.askedMs),
    decided_by: approval.decidedBy ?? null,
    decided_at: maybe(approval.decidedMs),
  }
}
