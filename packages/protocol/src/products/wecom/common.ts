/** Fields that several interfaces of WeCom's external payment share. */
import { charsets } from '../../charsets.ts'
import { choice, fen, fenBetween, group, optional, text } from '../../fields.ts'

/** Text whose length no page states; the size of the whole request bounds it. */
export const freeText = text(1, Number.POSITIVE_INFINITY)

/** Second-level merchant number (二级商户号), made and given out by WeCom; `sub_mchid` of the application. */
export const mchid = text(32).describe(
  'Second-level merchant number (二级商户号), made and given out by WeCom; `sub_mchid` of the application.',
)
/** The mini program that the payer pays in. */
export const appid = text(32).describe('The mini program that the payer pays in.')

/** D9: the create page allows the bar, the others print `_-*`; numbers made here leave it out. */
export const outTradeNo = text(6, 32, charsets.number).describe(
  'Order number of the merchant (商户订单号), unique under one mchid.',
)
/** Refund number of the merchant (商户退款单号); the same number refunds once. */
export const outRefundNo = text(1, 64, charsets.numberWithAt).describe(
  'Refund number of the merchant (商户退款单号); the same number refunds once.',
)
/** The payer under the mini program (支付者标识). */
export const openid = text(128).describe('The payer under the mini program (支付者标识).')
/** Data of the merchant (附加数据), returned in queries and notices once paid. */
export const attach = text(128).describe(
  'Data of the merchant (附加数据), returned in queries and notices once paid.',
)

/** Currency (货币类型), CNY only. */
export const currency = choice({ CNY: 'Renminbi (人民币), the only one for domestic merchants.' }).describe(
  'Currency (货币类型), CNY only.',
)

/** How an order is named in query and close. */
export const orderNumbers = { mchid, out_trade_no: outTradeNo } as const

/** What the discount applies to (优惠范围). */
export const promotionScope = choice({
  GLOBAL: 'Coupon for the whole order (全场代金券).',
  SINGLE: 'Discount on single goods (单品优惠).',
}).describe('What the discount applies to (优惠范围).')

/** What a refund gives back, in the answer of `refund` and `get_refund_detail`. */
export const refundedAmount = group({
  refund: fenBetween(1, Number.MAX_SAFE_INTEGER).describe('Amount refunded (退款金额).'),
  payer_refund: optional(fen).describe('Part of it that the payer gets back (用户退款金额).'),
  discount_refund: optional(fen).describe('Part of it that goes back to the discounts (优惠退款金额).'),
  currency,
}).describe('What is refunded (金额信息).')

/** Discounts that take part in a refund; other names and words than in `get_order`. */
export const refundedPromotion = {
  promotion_id: text(32).describe('The coupon or discount (券ID); `coupon_id` in get_order.'),
  scope: promotionScope,
  type: choice({
    COUPON: 'Topped-up coupon, refunded to whoever funded it (代金券).',
    DISCOUNT: 'Coupon that was not topped up (优惠券).',
  }).describe('Kind of discount (优惠类型).'),
  amount: fen.describe('Face value of the coupon (优惠券面额).'),
  refund_amount: fen.describe('Share of this refund (优惠退款金额), at most the amount refunded.'),
} as const
