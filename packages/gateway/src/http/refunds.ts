/** Routes of refunds; large ones wait for a second pair of eyes. */
import { randomText } from '@chadan/protocol'
import { z } from 'zod'
import { ApprovalNeeded, type RefundWish } from '../engine/desk.ts'
import type { Order as KeptOrder } from '../order/order.ts'
import { presentOrder } from '../order/present.ts'
import type { Approval as KeptApproval } from '../store/store.ts'
import { idPath } from './orders.ts'
import { presentApproval, presentSeen } from './present.ts'
import { Problem } from './problems.ts'
import { type Api, route } from './route.ts'
import { Approval, listOf, OrderRefund, Refund, reason, SeenOrder } from './schemas.ts'

const refundPath = z.object({ ...idPath.shape, refund: z.string().min(1).max(64) })
const seen = { meaning: 'The order as it is known now.', schema: SeenOrder }

const create = route({
  id: 'refunds.create',
  method: 'POST',
  path: '/v1/orders/{id}/refunds',
  scope: 'operate',
  subject: 'order',
  title: 'Give money back',
  about:
    'Repeating it with the same reference finds the same refund. Above the limit of the tenant it waits: 202 with an approval, which another key approves.',
  params: idPath,
  body: OrderRefund,
  example: { reference: 'return-0042-1', amount_minor: 100, reason: 'one item was returned' },
  answers: {
    201: { meaning: 'Ordered; it stands among `refunds` of the order.', schema: SeenOrder },
    202: { meaning: 'Waits for a second person.', schema: Approval },
  },
  problems: [
    'unknown_order',
    'unknown_attempt',
    'not_paid',
    'refund_empty',
    'refund_exceeds_order',
    'refund_exceeds_part',
    'refund_reference_taken',
    'details_invalid',
    'rule_broken',
    'still_in_flight',
  ],
  audit: ({ subject, body: { reference, number, amount_minor, parts } }) => ({
    subject: subject.id,
    details: { reference, number, amount_minor, parts },
  }),
  async handle({ api, caller, subject, body }) {
    const { amount_minor: amountMinor, details = {}, ...rest } = body
    const wish: RefundWish = { ...rest, amountMinor, details }
    const waits = async (minor: number) => {
      const approval = await askApproval(api, { order: subject, wish, minor, by: caller.name })
      const location = `/v1/approvals/${approval.id}`
      return { status: 202, body: presentApproval(approval), headers: { location } }
    }
    const minor = await needsApproval(api, subject, wish)
    if (minor !== undefined) return waits(minor)
    try {
      const done = await api.gateway.refund(caller, subject.id, wish)
      const location = refundAddress(done.order, done.refund)
      return { status: 201, body: presentSeen(done), headers: { location } }
    } catch (error) {
      // Another refund came between the look and the lock.
      if (error instanceof ApprovalNeeded) return waits(error.minor)
      throw error
    }
  },
})

function refundAddress({ id }: KeptOrder, number: string): string {
  return `/v1/orders/${id}/refunds/${encodeURIComponent(number)}`
}

/** What the refund is worth when it is above the tenant's limit. A refund in pieces counts as one: what was ordered back before counts along. */
async function needsApproval(
  { tenant }: Pick<Api, 'tenant'>,
  order: KeptOrder,
  wish: RefundWish,
): Promise<number | undefined> {
  const limit = (await tenant(order.tenant))?.approvalAboveMinor
  if (limit === undefined) return undefined
  // It was let through before: repeating it orders nothing new.
  if (order.refunds.some(({ reference }) => reference === wish.reference)) return undefined
  const { taken, refunded, refunding } = order.view
  const left = Math.max(0, taken - refunded - refunding)
  const ofParts = wish.parts && Object.values(wish.parts).reduce((sum, one) => sum + one, 0)
  const minor = Math.max(wish.amountMinor ?? 0, ofParts ?? 0) || left
  return refunded + refunding + minor > limit ? minor : undefined
}

async function askApproval(
  api: Api,
  { order, wish, minor, by }: { order: KeptOrder; wish: RefundWish; minor: number; by: string },
): Promise<KeptApproval> {
  const waiting = await api.store.approvals(order.tenant, 'waiting')
  const same = waiting.find((one) => one.order === order.id && one.request.reference === wish.reference)
  if (same) {
    if (JSON.stringify(wishOf(same)) !== JSON.stringify(wish)) throw new Problem('refund_reference_taken')
    return same
  }
  const approval: KeptApproval = {
    id: `apr_${randomText(api.random, 22)}`,
    tenant: order.tenant,
    order: order.id,
    action: 'refund',
    askedBy: by,
    askedMs: api.clock.now(),
    request: {
      wish: JSON.stringify(wish),
      reference: wish.reference,
      reason: wish.reason,
      minor,
      currency: order.view.amount.currency,
    },
    state: 'waiting',
  }
  await api.store.saveApproval(approval)
  return approval
}

/** The refund that an approval is about. */
export function wishOf({ request }: KeptApproval): RefundWish {
  // Written by `askApproval` alone, and sealed at rest.
  return JSON.parse(String(request.wish)) as RefundWish
}

const list = route({
  id: 'refunds.list',
  method: 'GET',
  path: '/v1/orders/{id}/refunds',
  scope: 'read',
  subject: 'order',
  title: 'List the refunds of an order',
  about: 'Lists never ask WeChat Pay.',
  params: idPath,
  answers: { 200: { meaning: 'All of them.', schema: listOf(Refund) } },
  problems: ['unknown_order'],
  handle: async ({ subject }) => ({ status: 200, body: { data: presentOrder(subject).refunds } }),
})

const show = route({
  id: 'refunds.show',
  method: 'GET',
  path: '/v1/orders/{id}/refunds/{refund}',
  scope: 'read',
  subject: 'order',
  title: 'Look at a refund',
  about: 'Looking is asking: one that is under way is asked for first, within the rate budget.',
  params: refundPath,
  answers: { 200: { meaning: 'The refund as it is known now.', schema: Refund } },
  problems: ['unknown_order', 'unknown_refund'],
  async handle({ api, caller, subject, path }) {
    requireRefund(subject, path.refund)
    const { order } = await api.gateway.look(caller, subject.id, { refund: path.refund })
    const refund = presentOrder(order).refunds.find(({ number }) => number === path.refund)
    if (!refund) throw new Problem('unknown_refund')
    return { status: 200, body: refund }
  },
})

const retry = route({
  id: 'refunds.retry',
  method: 'POST',
  path: '/v1/orders/{id}/refunds/{refund}/retry',
  scope: 'operate',
  subject: 'order',
  title: 'Send a refused refund again',
  about: 'Under its own number and with its own content, for instance after the account was filled up.',
  params: refundPath,
  answers: { 200: seen },
  problems: [
    'unknown_order',
    'unknown_refund',
    'refund_not_refused',
    'refund_freed',
    'refund_exceeds_order',
    'approval_needed',
  ],
  audit: ({ subject, path }) => ({ subject: subject.id, details: { refund: path.refund } }),
  async handle({ api, caller, subject, path }) {
    requireRefund(subject, path.refund)
    return { status: 200, body: presentSeen(await api.gateway.retryRefund(caller, subject.id, path.refund)) }
  },
})

const free = route({
  id: 'refunds.free',
  method: 'POST',
  path: '/v1/orders/{id}/refunds/{refund}/free',
  scope: 'operate',
  subject: 'order',
  title: 'Free the amount of a stuck refund',
  about:
    "A person's word that an abnormal, changed or failed refund did not reach the payer, so that its amount may go back under another number.",
  params: refundPath,
  body: z.strictObject({ reason }),
  example: { reason: 'WeChat Pay support confirms that nothing reached the payer, case 42' },
  answers: { 200: seen },
  problems: ['unknown_order', 'unknown_refund', 'refund_not_stuck'],
  audit: ({ subject, path, body }) => ({
    subject: subject.id,
    details: { refund: path.refund, reason: body.reason },
  }),
  async handle({ api, caller, subject, path, body }) {
    requireRefund(subject, path.refund)
    const done = await api.gateway.freeRefund(caller, subject.id, path.refund, body.reason)
    return { status: 200, body: presentSeen(done) }
  },
})

function requireRefund({ refunds }: KeptOrder, number: string): void {
  if (!refunds.some((one) => one.number === number)) throw new Problem('unknown_refund')
}

/** Routes of refunds. */
export const refundRoutes = [create, list, show, retry, free]
