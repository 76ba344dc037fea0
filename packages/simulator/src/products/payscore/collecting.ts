/** Collecting the money of a completed order: deductions, payments in the cashier, payments outside. */
import type { Coupon } from '../../ledger.ts'
import type { World } from '../../world.ts'
import { couponOf, promotion } from './coupons.ts'
import { announcePaid } from './notices.ts'
import type { ServiceOrder } from './orders.ts'

/** How long after a failed deduction the next one is tried. */
export const deductionRetryMs = 30 * 60_000

/** Completes an order: with a total the deduction starts by itself, without one the order is done (D14). */
export function startCollecting(world: World, order: ServiceOrder, totalMinor: number): void {
  order.totalMinor = totalMinor
  order.collects = totalMinor > 0
  order.stage = totalMinor > 0 ? 'MCH_COMPLETE' : 'DONE'
  if (totalMinor === 0) return
  order.collection = {
    state: 'USER_PAYING',
    total_amount: totalMinor,
    paying_amount: totalMinor,
    paid_amount: 0,
  }
  world.later(world.switches.settlingMs, 'payscore.deduct', { key: order.key })
}

/** Tries to deduct. A failure, or a user who is just paying, only means another try later. */
export function deduct(world: World, order: ServiceOrder): void {
  if (order.stage !== 'MCH_COMPLETE') return
  const now = world.clock.now()
  const waitMs = (order.cashierUntilMs ?? 0) - now
  if (waitMs > 0) return world.later(waitMs, 'payscore.deduct', { key: order.key })
  if (order.failures > 0) {
    order.failures--
    return world.later(deductionRetryMs, 'payscore.deduct', { key: order.key })
  }
  receive(world, order)
}

/** The money comes in through WeChat Pay: one collection of the whole. */
export function receive(world: World, order: ServiceOrder, bankType = 'OTHERS'): void {
  const total = order.totalMinor ?? 0
  const coupon = couponOf(order.coupon, total)
  const now = world.clock.now()
  const transactionId = world.draw.transactionId()
  finish(order, {
    seq: 1,
    amount: total,
    paid_type: 'NEWTON',
    paid_time: world.time(now),
    transaction_id: transactionId,
    ...(coupon && { promotion_detail: [promotion(coupon, couponCurrency(world, order))] }),
  })
  if (order.collection) order.collection.bank_type = bankType
  book(world, order, { transactionId, total, coupon, now, bankType })
  announcePaid(world, order, transactionId)
}

/** The user paid outside WeChat: the collection stops, nothing is booked or announced. */
export function receiveOutside(
  order: ServiceOrder,
  { seq = 1, paid_time }: { seq?: number; paid_time: string },
): void {
  finish(order, { seq, amount: order.collection?.paying_amount, paid_type: 'MCH', paid_time })
}

type Detail = NonNullable<NonNullable<ServiceOrder['collection']>['details']>[number]

function finish(order: ServiceOrder, detail: Detail): void {
  order.stage = 'DONE'
  order.collection = {
    state: 'USER_PAID',
    total_amount: order.totalMinor,
    paying_amount: 0,
    paid_amount: order.totalMinor,
    details: [detail],
  }
}

function couponCurrency(world: World, { body }: ServiceOrder): string {
  return world.switches.payscore.couponCurrency === 'CNY' ? 'CNY' : body.currency
}

interface Payment {
  readonly transactionId: string
  readonly total: number
  readonly coupon: Coupon | undefined
  readonly now: number
  readonly bankType: string
}

function book(
  world: World,
  order: ServiceOrder,
  { transactionId, total, coupon, now, bankType }: Payment,
): void {
  const { body } = order
  world.book({
    transactionId,
    product: 'payscore',
    mchid: order.mchid,
    subMchid: body.sub_mchid,
    appid: body.appid,
    ...(body.sub_appid && { subAppid: body.sub_appid }),
    ...(order.openid && { openid: order.openid }),
    ...(order.subOpenid && { subOpenid: order.subOpenid }),
    outTradeNo: body.out_order_no,
    amountMinor: total,
    payerMinor: total - (coupon?.minor ?? 0),
    currency: body.currency,
    ...(order.price !== undefined && { rate: order.price }),
    coupons: coupon ? [coupon] : [],
    successMs: now,
    tradeType: 'PAYSCORE',
    bankType,
    description: body.service_introduction,
    ...(body.attach !== undefined && { attach: body.attach }),
    feeRate: 0.006,
  })
}
