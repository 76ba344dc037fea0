/** Ordinary orders as rows: `cash` places and closes them, medical-insurance orders are built on them. */
import { notifications, type operations, type ResultOfOperation } from '@chadan/protocol'
import type { Coupon, RefundRecord, Transaction } from './ledger.ts'
import type { World } from './world.ts'

/** An order of one merchant, or of a provider for a sub-merchant. */
export interface CashOrder {
  /** Who placed it: merchant or provider. */
  readonly mchid: string
  readonly subMchid?: string
  readonly outTradeNo: string
  readonly appid: string
  readonly subAppid?: string
  readonly openid?: string
  readonly subOpenid?: string
  readonly description: string
  readonly attach?: string
  readonly deviceId?: string
  /** `goods_tag`: coupons apply. */
  readonly goodsTag?: string
  readonly notifyUrl: string
  readonly totalMinor: number
  /** The digest of what a repetition must repeat. */
  readonly content: string
  readonly createMs: number
  /** `time_expire`: payment ends there, the order does not. */
  readonly payUntilMs?: number
  closedMs?: number
  transactionId?: string
  /** The password of the medical-insurance order it belongs to is given: no close any more. */
  locked?: boolean
}

/** A prepay id: a way to pay an order, for two hours. */
export interface Prepay {
  readonly id: string
  /** The key of its order. */
  readonly order: string
  readonly issuedMs: number
}

/** What an order has come to; the other states are of pay codes. */
export type CashState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED'
type DirectOrder = ResultOfOperation<typeof operations.cash.queryByOutTradeNo>
type PartnerOrder = ResultOfOperation<typeof operations.cash.queryByOutTradeNoPartner>

const hour = 3600_000
/** How long a prepay id can be paid with. */
export const prepayLifeMs = 2 * hour
/** After this time an unpaid order is closed. */
export const unpaidLifeMs = 7 * 24 * hour

/** All ordinary orders, by `orderKey`. */
export const cashOrders = (world: World) => world.table<CashOrder>('cash.orders')
/** All prepay ids. */
export const prepays = (world: World) => world.table<Prepay>('cash.prepays')

/** Under what an order stands: numbers are unique per signing merchant. */
export function orderKey({ mchid, outTradeNo }: Pick<CashOrder, 'mchid' | 'outTradeNo'>): string {
  return `${mchid}/${outTradeNo}`
}

/** The state now: refunds count from their acceptance (X26), seven unpaid days close, or a later `time_expire`. */
export function stateOf(world: World, order: CashOrder): CashState {
  if (order.transactionId) return refundsOf(world, order.transactionId).length > 0 ? 'REFUND' : 'SUCCESS'
  const lapsesMs = Math.max(order.createMs + unpaidLifeMs, order.payUntilMs ?? 0)
  const closed = order.closedMs !== undefined || world.clock.now() >= lapsesMs
  return closed ? 'CLOSED' : 'NOTPAY'
}

/** Every refund of a payment, whatever became of it. */
export function refundsOf(world: World, transactionId: string): RefundRecord[] {
  return [...world.refunds.values()].filter((refund) => refund.transactionId === transactionId)
}

/** Why a prepay id cannot be paid with now; undefined when it can. */
export function payProblem(
  world: World,
  order: CashOrder,
  prepay: Prepay,
): 'paid' | 'closed' | 'expired' | undefined {
  const state = stateOf(world, order)
  if (state === 'CLOSED') return 'closed'
  if (state !== 'NOTPAY') return 'paid'
  const now = world.clock.now()
  const late = now >= prepay.issuedMs + prepayLifeMs || now > (order.payUntilMs ?? now)
  return late ? 'expired' : undefined
}

/** Takes the money of an order, books it and tells the merchant. */
export function takeMoney(
  world: World,
  order: CashOrder,
  { bank = 'OTHERS', coupon }: { bank?: string; coupon?: Coupon } = {},
): Transaction {
  const { mchid, subMchid, outTradeNo, appid, subAppid, openid, subOpenid, attach, deviceId } = order
  const transaction = world.book({
    transactionId: world.draw.transactionId(),
    product: 'cash',
    mchid,
    appid,
    outTradeNo,
    ...(subMchid && { subMchid }),
    ...(subAppid && { subAppid }),
    ...(openid && { openid }),
    ...(subOpenid && { subOpenid }),
    amountMinor: order.totalMinor,
    payerMinor: order.totalMinor - (coupon?.minor ?? 0),
    currency: 'CNY',
    coupons: coupon ? [coupon] : [],
    successMs: world.clock.now(),
    tradeType: 'JSAPI',
    bankType: bank,
    description: order.description,
    ...(attach && { attach }),
    ...(deviceId && { deviceId }),
    feeRate: 0.006,
  })
  order.transactionId = transaction.transactionId
  world.notify({
    notification: notifications.cash.paid,
    url: order.notifyUrl,
    to: mchid,
    resource: subMchid ? partnerAnswer(world, order) : directAnswer(world, order),
    summary: '支付成功',
  })
  return transaction
}

/** The order as its own merchant is told. */
export function directAnswer(world: World, order: CashOrder): DirectOrder {
  const payment = paymentOf(world, order)
  return {
    appid: order.appid,
    mchid: order.mchid,
    ...told(world, order, payment),
    ...(payment && { payer: { openid: order.openid as string } }),
    ...money(order, payment),
  }
}

/** The order as a provider is told. */
export function partnerAnswer(world: World, order: CashOrder): PartnerOrder {
  const { openid, subOpenid, subAppid } = order
  const payment = paymentOf(world, order)
  return {
    sp_appid: order.appid,
    sp_mchid: order.mchid,
    ...(subAppid && { sub_appid: subAppid }),
    sub_mchid: order.subMchid as string,
    ...told(world, order, payment),
    ...(payment && {
      payer: { ...(openid && { sp_openid: openid }), ...(subOpenid && { sub_openid: subOpenid }) },
    }),
    ...money(order, payment),
  }
}

function paymentOf(world: World, { transactionId }: CashOrder): Transaction | undefined {
  return transactionId ? world.transactions.get(transactionId) : undefined
}

const described: Record<CashState, string> = {
  NOTPAY: '订单未支付',
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  CLOSED: '订单已关闭',
}

function told(world: World, order: CashOrder, payment: Transaction | undefined) {
  const state = stateOf(world, order)
  return {
    out_trade_no: order.outTradeNo,
    ...(payment && { transaction_id: payment.transactionId, trade_type: payment.tradeType }),
    trade_state: state,
    trade_state_desc: described[state],
    ...(payment && { bank_type: payment.bankType }),
    ...(order.attach && { attach: order.attach }),
    ...(payment && { success_time: world.time(payment.successMs) }),
  }
}

function money(order: CashOrder, payment: Transaction | undefined) {
  return {
    amount: {
      total: order.totalMinor,
      ...(payment && { payer_total: payment.payerMinor }),
      currency: 'CNY',
      ...(payment && { payer_currency: payment.currency }),
    },
    ...(order.deviceId && { scene_info: { device_id: order.deviceId } }),
    ...(payment && payment.coupons.length > 0 && { promotion_detail: payment.coupons.map(promotion) }),
  }
}

function promotion(coupon: Coupon) {
  return {
    coupon_id: coupon.id,
    name: coupon.name,
    scope: coupon.scope,
    type: coupon.type,
    amount: coupon.minor,
    ...(coupon.stockId && { stock_id: coupon.stockId }),
    wechatpay_contribute: coupon.wechatpayContribute ?? 0,
    merchant_contribute: coupon.merchantContribute ?? 0,
    other_contribute: coupon.otherContribute ?? 0,
    currency: 'CNY',
  }
}
