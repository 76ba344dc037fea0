/** Refunds on WeCom's side: accepted at once, settled later, split between payer and discounts. */
import { type InputOfOperation, operations } from '@chadan/protocol'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import { ActionRefused, handle, Refusal } from '../../product.ts'
import { plannedRefundOutcome, type RefundOutcome } from '../../refund-outcomes.ts'
import type { World } from '../../world.ts'
import { tellRefunded } from './notices.ts'
import {
  canonical,
  moved,
  mustOwn,
  names,
  type OrderRow,
  orderOf,
  orders,
  type RefundedPromotion,
  type RefundFacts,
  refused,
} from './rows.ts'

const { refund, getRefundDetail } = operations.wecom

const yearMs = 365 * 24 * 3600_000
const mostRefunds = 50
const betweenMs = 60_000

type RefundEvent = 'success' | 'abnormal' | 'close'

/** Where a refund can go; an abnormal one is settled by hand, to another account. */
const refundMoves = {
  PROCESSING: { success: 'SUCCESS', abnormal: 'ABNORMAL', close: 'CLOSED' },
  ABNORMAL: { success: 'SUCCESS', close: 'CLOSED' },
  SUCCESS: {},
  CLOSED: {},
} as const satisfies Record<RefundRecord['state'], Partial<Record<RefundEvent, RefundRecord['state']>>>

/** The query says CLOSE, the notice CLOSED (D20). */
const queriedWords = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'CLOSE',
  ABNORMAL: 'ABNORMAL',
} as const satisfies Record<RefundRecord['state'], string>

/** Accepts a refund. */
export const refunding = handle(refund, ({ world, caller, body }) => {
  mustOwn(caller, body.mchid)
  const order = orderOf(world, body)
  holdBack(world, order)
  const content = canonical(body)
  const before = findRefund(world, body)
  if (before) {
    if (factsOf(before).content !== content) throw refused(world, 'the number was used for another refund')
    return answerOf(before)
  }
  const paid = order.transactionId ? world.transactions.get(order.transactionId) : undefined
  const next = moved(order.state, 'refund')
  if (!paid || !next) throw refused(world, `the order is ${order.state} and cannot be refunded`)
  checkAmounts(world, { order, paid, body })
  if (plannedRefundOutcome(world, paid.transactionId) === 'userAccountAbnormal')
    throw refused(world, 'the account of the user is abnormal')
  order.state = next
  const record = writeRefund(world, { order, paid, body, content })
  world.later(world.switches.settlingMs, 'wecom.refundSettled', { refundId: record.refundId })
  return answerOf(record)
})

/** Answers what became of a refund. */
export const refundQuerying = handle(getRefundDetail, ({ world, caller, body }) => {
  mustOwn(caller, body.mchid)
  const record = findRefund(world, body)
  // No number is known for this (D34).
  if (!record)
    throw new Refusal('720501', `out_refund_no[${body.out_refund_no}] not exists under mchid[${body.mchid}]`)
  const facts = factsOf(record)
  const order = orders(world).get(facts.orderId)
  return {
    refund_id: record.refundId,
    out_refund_no: record.outRefundNo,
    transaction_id: record.transactionId,
    out_trade_no: order?.placed.out_trade_no ?? '',
    channel: facts.channel,
    user_received_account: facts.account,
    ...(record.state === 'SUCCESS' && { success_time: world.time(record.successMs) }),
    create_time: world.time(record.createMs),
    status: queriedWords[record.state],
    ...moneyOf(record),
  }
})

/** How a refund ends when that was decided beforehand. */
const plannedEnds = {
  success: { event: 'success', details: {} },
  balance: { event: 'success', details: { channel: 'BALANCE' } },
  otherBalance: { event: 'success', details: { channel: 'OTHER_BALANCE' } },
  abnormal: { event: 'abnormal', details: {} },
  closed: { event: 'close', details: {} },
  stuck: undefined,
  userAccountAbnormal: undefined,
} as const satisfies Record<RefundOutcome, { event: RefundEvent; details: object } | undefined>

/** Settles a refund that is still under way. */
export function settleRefund(world: World, { refundId }: { refundId: string }): void {
  const record = world.refunds.get(refundId)
  if (record?.state !== 'PROCESSING') return
  const end = plannedEnds[plannedRefundOutcome(world, record.transactionId)]
  if (end) moveRefund(world, refundId, end.event, end.details)
}

/** Ends a refund one way or another and tells the merchant. Throws `ActionRefused`. */
export function moveRefund(
  world: World,
  refundId: string,
  event: RefundEvent,
  details: Record<string, unknown> = {},
): void {
  const record = world.refunds.get(refundId)
  const next =
    record && (refundMoves[record.state] as Partial<Record<RefundEvent, RefundRecord['state']>>)[event]
  if (!record || !next)
    throw new ActionRefused(`a refund that is ${record?.state ?? 'unknown'} cannot become that`)
  const facts = factsOf(record)
  if (typeof details.channel === 'string') facts.channel = details.channel
  else if (record.state === 'ABNORMAL' && event === 'success') facts.channel = 'OTHER_BANKCARD'
  if (typeof details.account === 'string') facts.account = details.account
  record.state = next
  if (next === 'SUCCESS') record.successMs = world.clock.now()
  const order = orders(world).get(facts.orderId)
  if (order) tellRefunded(world, order, record)
}

/** What a refund keeps in the ledger beside its amounts. */
export function factsOf(record: RefundRecord): RefundFacts {
  // Written by this file alone.
  return record.details as unknown as RefundFacts
}

// One request a minute for each order, whatever comes of it.
function holdBack(world: World, order: OrderRow): void {
  const now = world.clock.now()
  if (order.refundAskedMs !== undefined && now - order.refundAskedMs < betweenMs)
    throw new Refusal('45009', 'api freq out of limit: one refund request a minute for each order')
  order.refundAskedMs = now
}

type Body = InputOfOperation<typeof refund>
interface Asked {
  readonly order: OrderRow
  readonly paid: Transaction
  readonly body: Body
}

function findRefund(world: World, { mchid, out_refund_no }: { mchid: string; out_refund_no: string }) {
  const id = world.table<{ refundId: string }>('wecom.refundNumbers').get(`${mchid}/${out_refund_no}`)
  return id && world.refunds.get(id.refundId)
}

/** Refunds of an order that were not closed. */
function livingRefunds(world: World, order: OrderRow): RefundRecord[] {
  return order.refunds.flatMap((id) => world.refunds.get(id) ?? []).filter((one) => one.state !== 'CLOSED')
}

function checkAmounts(world: World, { order, paid, body }: Asked): void {
  if (body.appid !== order.placed.appid) throw refused(world, 'the order belongs to another appid')
  if (body.amount.total !== paid.amountMinor) throw refused(world, 'amount.total is not that of the order')
  if (world.clock.now() - paid.successMs > yearMs)
    throw refused(world, 'the order was paid more than a year ago')
  const living = livingRefunds(world, order)
  if (living.length >= mostRefunds) throw refused(world, `an order takes at most ${mostRefunds} refunds`)
  const before = living.reduce((sum, one) => sum + one.refundMinor, 0)
  if (before + body.amount.refund > paid.amountMinor)
    throw refused(world, 'the refunds are more than the order')
  const balance = world.merchants.get(body.mchid)?.balanceMinor
  if (balance !== undefined && balance < body.amount.refund) throw refused(world, 'the balance is not enough')
}

function writeRefund(
  world: World,
  { order, paid, body, content }: Asked & { content: string },
): RefundRecord {
  const promotions = shares(livingRefunds(world, order), paid, body.amount.refund)
  const discountRefund = promotions.reduce((sum, one) => sum + one.refund_amount, 0)
  const refundId = world.draw.refundId()
  const facts: RefundFacts = {
    corpid: order.corpid,
    orderId: order.id,
    content,
    discountRefund,
    promotions,
    channel: 'ORIGINAL',
    account: '支付用户零钱',
  }
  world.table('wecom.refundNumbers').set(`${body.mchid}/${body.out_refund_no}`, { refundId })
  order.refunds.push(refundId)
  const named = { kind: 'refund', id: order.id, refundId } as const
  names(world).set(refundId, named)
  // A refund may bear the number of an order, which keeps its name then.
  if (names(world).get(body.out_refund_no)?.kind !== 'order') names(world).set(body.out_refund_no, named)
  return world.refunds.set(refundId, {
    refundId,
    outRefundNo: body.out_refund_no,
    transactionId: paid.transactionId,
    product: 'wecom',
    mchid: body.mchid,
    refundMinor: body.amount.refund,
    payerRefundMinor: body.amount.refund - discountRefund,
    currency: body.amount.currency,
    state: 'PROCESSING',
    createMs: world.clock.now(),
    ...(body.reason && { reason: body.reason }),
    details: { ...facts },
  })
}

/** What each coupon gets back: its share, rounded down; the last refund takes what is left. */
function shares(
  living: readonly RefundRecord[],
  paid: Transaction,
  refundMinor: number,
): RefundedPromotion[] {
  const before = living.reduce((sum, one) => sum + one.refundMinor, 0)
  const isLast = before + refundMinor === paid.amountMinor
  return paid.coupons
    .map((coupon) => ({
      promotion_id: coupon.id,
      scope: coupon.scope,
      type: coupon.type === 'CASH' ? ('COUPON' as const) : ('DISCOUNT' as const),
      amount: coupon.minor,
      refund_amount: isLast
        ? coupon.minor - returned(living, coupon.id)
        : Math.floor((coupon.minor * refundMinor) / paid.amountMinor),
    }))
    .filter((one) => one.refund_amount > 0)
}

function returned(living: readonly RefundRecord[], coupon: string): number {
  return living
    .flatMap((one) => factsOf(one).promotions)
    .reduce((sum, one) => sum + (one.promotion_id === coupon ? one.refund_amount : 0), 0)
}

function answerOf(record: RefundRecord) {
  return { out_refund_no: record.outRefundNo, ...moneyOf(record) }
}

function moneyOf(record: RefundRecord) {
  const { discountRefund, promotions } = factsOf(record)
  return {
    amount: {
      refund: record.refundMinor,
      payer_refund: record.payerRefundMinor,
      discount_refund: discountRefund,
      currency: record.currency,
    },
    ...(discountRefund > 0 && { promotion_detail: promotions.map((one) => ({ ...one })) }),
  }
}
