/** Orders on WeCom's side: placing, querying, closing, and the signature that opens the payment. */
import { apiv3, type InputOfOperation, operations } from '@chadan/protocol'
import type { Transaction } from '../../ledger.ts'
import { type Call, handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import {
  canonical,
  moved,
  mustOwn,
  names,
  type OrderRow,
  type OrderState,
  orderId,
  orderOf,
  orders,
  refused,
} from './rows.ts'

const { createOrder, getOrder, closeOrder, getSign } = operations.wecom

/** Life of a prepay session. */
export const prepayMs = 2 * 3600_000
const closableMs = 5 * 60_000
const dayMs = 24 * 3600_000

/** The states in words. */
export const stateWords = {
  NOTPAY: '订单未支付',
  PAYERROR: '支付失败，请重新下单支付',
  ACCEPT: '已接收，等待扣款',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款，退款详情请查询退款单',
  CLOSED: '订单已关闭',
} as const satisfies Record<OrderState, string>

/** Places an order. */
export const placing = handle(createOrder, (call) => {
  const { world, caller, body } = call
  mustOwn(caller, body.mchid)
  checkOrder(world, body)
  const content = canonical(declaredOnly(body))
  const before = orders(world).get(orderId(body))
  if (before) return { prepay_id: repeated(world, before, content) }
  const order = orders(world).set(orderId(body), {
    id: orderId(body),
    corpid: caller.mchid,
    placed: declaredOnly(body),
    content,
    createMs: world.clock.now(),
    prepays: [],
    state: 'NOTPAY',
    coupons: [],
    refunds: [],
  })
  names(world).set(body.out_trade_no, { kind: 'order', id: order.id })
  world.later(world.switches.wecom.unpaidDays * dayMs, 'wecom.expire', { id: order.id })
  return { prepay_id: newPrepay(world, order) }
})

/** Answers what became of an order. */
export const querying = handle(getOrder, ({ world, caller, body }) => {
  mustOwn(caller, body.mchid)
  return describeOrder(world, orderOf(world, body))
})

/** Closes an unpaid order. */
export const closing = handle(closeOrder, ({ world, caller, body }) => {
  mustOwn(caller, body.mchid)
  const order = orderOf(world, body)
  const next = moved(order.state, 'close')
  if (!next) throw refused(world, `the order is ${order.state} and cannot be closed`)
  const age = world.clock.now() - order.createMs
  if (order.state !== 'CLOSED' && world.switches.wecom.fiveMinuteRule && age < closableMs)
    throw refused(world, 'an order cannot be closed within 5 minutes of its creation')
  order.state = next
  return {}
})

/** Signs the parameters of the mini program. */
export const signing = handle(getSign, ({ world, caller, body }) => {
  const named = names(world).get(body.prepay_id)
  const order = named?.kind === 'order' && named.prepayId ? orders(world).get(named.id) : undefined
  if (!order || order.corpid !== caller.mchid) throw refused(world, 'no such prepay_id')
  if (order.placed.appid !== body.appid) throw refused(world, 'the prepay_id belongs to another appid')
  if (!isFresh(world, order, body.prepay_id)) throw refused(world, 'the prepay_id is older than 2 hours')
  const merchant = world.merchants.get(order.placed.mchid)
  if (!merchant) throw refused(world, 'the merchant is gone')
  const text = apiv3.invocationText({
    appId: body.appid,
    timestamp: String(body.timestamp),
    nonce: body.nonce,
    prepay: `prepay_id=${body.prepay_id}`,
  })
  return { pay_sign: apiv3.signText(text, world.signingKey(merchant).privateKey) }
})

/** Closes an order that nobody paid (X14). */
export function expire(world: World, { id }: { id: string }): void {
  const order = orders(world).get(id)
  const next = order && moved(order.state, 'expire')
  if (order && next) order.state = next
}

/** Whether this prepay session can still be used. */
export function isFresh(world: World, order: OrderRow, prepayId?: string): boolean {
  const prepay = prepayId ? order.prepays.find((one) => one.id === prepayId) : order.prepays.at(-1)
  return prepay !== undefined && world.clock.now() - prepay.createMs <= prepayMs
}

/** Whether `time_expire` has passed. */
export function isLate(world: World, { placed }: OrderRow): boolean {
  return placed.time_expire !== undefined && apiv3.parseTime(placed.time_expire) <= world.clock.now()
}

type Order = InputOfOperation<typeof createOrder>

function checkOrder(world: World, order: Order): void {
  const merchant = world.merchants.get(order.mchid)
  if (!merchant?.appids.includes(order.appid)) throw refused(world, 'appid and mchid do not belong together')
  if (merchant.disabled) throw refused(world, 'the merchant cannot receive payments')
  if (!world.payerOf(order.appid, order.payer.openid)) throw new Refusal('40073', 'invalid openid')
  if (world.switches.wecom.storeInfo === 'required' && !order.scene_info.store_info)
    throw new Refusal('40063', 'some parameters are empty, scene_info.store_info: found nothing')
  if (order.time_expire && apiv3.parseTime(order.time_expire) <= world.clock.now())
    throw refused(world, 'time_expire has passed')
}

/** A prepay session of the order that is there already, if it is the same order and still payable. */
function repeated(world: World, order: OrderRow, content: string): string {
  if (order.content !== content) throw refused(world, 'the number was used for another order')
  if (!moved(order.state, 'pay')) throw refused(world, `the order is ${order.state}`)
  const last = order.prepays.at(-1)
  return last && isFresh(world, order) ? last.id : newPrepay(world, order)
}

function newPrepay(world: World, order: OrderRow): string {
  const prepayId = world.draw.prepayId()
  order.prepays.push({ id: prepayId, createMs: world.clock.now() })
  names(world).set(prepayId, { kind: 'order', id: order.id, prepayId })
  return prepayId
}

// Names that are not declared, such as notify_url, are passed over and not kept.
function declaredOnly(body: Call<typeof createOrder>['body']): Order {
  return Object.fromEntries(
    Object.keys(createOrder.body).map((name) => [name, body[name as keyof Order]]),
  ) as Order
}

function describeOrder(world: World, order: OrderRow) {
  const { mchid, out_trade_no, payer, amount, scene_info } = order.placed
  const paid = order.transactionId ? world.transactions.get(order.transactionId) : undefined
  return {
    mchid,
    out_trade_no,
    trade_type: 'JSAPI',
    trade_state: order.state,
    trade_state_desc: stateWords[order.state],
    payer,
    // Documented as always there; an unpaid order has none (D13).
    transaction_id: order.transactionId ?? '',
    ...(paid
      ? describePayment(world, paid, order)
      : { amount: { total: amount.total, currency: amount.currency } }),
    // The page calls the device so (D14).
    ...(scene_info.device_id && { scene_info: { total: scene_info.device_id } }),
  }
}

function describePayment(world: World, paid: Transaction, order: OrderRow) {
  return {
    bank_type: paid.bankType,
    ...(paid.attach && { attach: paid.attach }),
    success_time: world.time(paid.successMs),
    amount: {
      total: paid.amountMinor,
      payer_total: paid.payerMinor,
      currency: paid.currency,
      payer_currency: paid.currency,
    },
    ...(paid.coupons.length > 0 && {
      promotion_detail: paid.coupons.map((coupon) => ({
        coupon_id: coupon.id,
        name: coupon.name,
        scope: coupon.scope,
        type: coupon.type,
        amount: coupon.minor,
        stock_id: coupon.stockId,
        wechatpay_contribute: coupon.wechatpayContribute ?? 0,
        merchant_contribute: coupon.merchantContribute ?? 0,
        other_contribute: coupon.otherContribute ?? 0,
        currency: paid.currency,
        ...(coupon.scope === 'SINGLE' && { goods_detail: goodsOf(order, coupon.minor) }),
      })),
    }),
  }
}

// A discount on single goods is shown on the first of them.
function goodsOf({ placed }: OrderRow, minor: number) {
  return (placed.detail?.goods_detail ?? []).slice(0, 1).map((goods) => ({
    goods_id: goods.merchant_goods_id,
    quantity: goods.quantity,
    unit_price: goods.unit_price,
    discount_amount: minor,
    goods_remark: goods.goods_name,
  }))
}
