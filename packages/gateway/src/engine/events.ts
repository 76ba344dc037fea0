/** Which events a change of an order makes: they are written in its transaction. */
import { createHash } from 'node:crypto'
import type { Order } from '../order/order.ts'
import { presentOrder } from '../order/present.ts'
import type { Mark, OrderState, RefundState, RefundView } from '../order/view.ts'
import type { EventDraft } from '../store/store.ts'

/** Every type of event, with what it means. */
export const eventTypes = {
  'order.placed': 'WeChat Pay knows the order; the payer can pay it.',
  'order.in_service': 'The payer confirmed a PayScore service (服务中).',
  'order.paid': 'A verified message proves the payment.',
  'order.partially_refunded': 'A part of the money went back.',
  'order.refunded': 'All of the money went back.',
  'order.failing': 'The payment failed and money is being given back, or a leg must be undone.',
  'order.failed': 'The payment failed for good.',
  'order.closed': 'The order can no longer be paid.',
  'order.needs_attention': 'A person must look: money is stuck or the two sides contradict.',
  'order.resolved': 'A person resolved what needed attention, with a reason.',
  'refund.accepted': 'WeChat Pay took the refund; the money is under way.',
  'refund.succeeded': 'The money went back.',
  'refund.refused': 'WeChat Pay refused the refund; nothing went back.',
  'refund.closed': 'The refund was withdrawn; its amount is free again.',
  'refund.failed': 'The refund needs a person: abnormal (退款异常), change (转入代发) or failed.',
} as const

/** A type of event. */
export type EventType = keyof typeof eventTypes

const orderEvents: Partial<Record<OrderState, EventType>> = {
  awaiting_payment: 'order.placed',
  in_service: 'order.in_service',
  paid: 'order.paid',
  partially_refunded: 'order.partially_refunded',
  refunded: 'order.refunded',
  failing: 'order.failing',
  failed: 'order.failed',
  closed: 'order.closed',
}

const refundEvents: Partial<Record<RefundState, EventType>> = {
  processing: 'refund.accepted',
  succeeded: 'refund.succeeded',
  refused: 'refund.refused',
  closed: 'refund.closed',
  abnormal: 'refund.failed',
  change: 'refund.failed',
  failed: 'refund.failed',
}

/** The events between two versions of an order. Their ids follow from order, version and subject. */
export function eventsOf(before: Order | undefined, after: Order, atMs: number): readonly EventDraft[] {
  const made: { type: EventType; subject: string; minor: number; more?: Record<string, unknown> }[] = []
  const { view } = after
  const type = orderEvents[view.state]
  if (type && before?.view.state !== view.state && !isStepBack(before, type))
    made.push({ type, subject: '', minor: view.amount.minor })
  for (const refund of view.refunds) {
    const was = before?.view.refunds.find((one) => one.number === refund.number)
    const told = refundEvents[refund.state]
    if (told && was?.state !== refund.state) made.push(refundEvent(told, refund))
  }
  for (const mark of view.marks) {
    const was = before?.view.marks.find((one) => one.key === mark.key)
    if (!was && !mark.resolved) made.push(markEvent('order.needs_attention', mark, view.amount.minor))
    if (was && !was.resolved && mark.resolved) made.push(markEvent('order.resolved', mark, view.amount.minor))
  }
  return made.map(({ type: told, subject, minor, more }, index) => ({
    id: `evt_${digest([after.id, after.version, told, subject])}`,
    tenant: after.tenant,
    order: after.id,
    // At most a hundred events of one version: an order has fewer refunds and marks that change at once.
    orderSeq: after.version * 100 + index,
    type: told,
    atMs,
    data: { order: presentOrder(after), ...more },
    minor,
    currency: view.amount.currency,
  }))
}

// Paying may be given up and begun again; the order was placed once.
function isStepBack(before: Order | undefined, type: EventType): boolean {
  return type === 'order.placed' && (before?.view.state === 'paying' || before?.view.state === 'in_service')
}

function refundEvent(type: EventType, refund: RefundView) {
  return { type, subject: refund.number, minor: refund.amount.minor, more: { refund: refund.number } }
}

function markEvent(type: EventType, mark: Mark, minor: number) {
  return { type, subject: mark.key, minor, more: { mark: mark.key } }
}

function digest(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 26)
}
