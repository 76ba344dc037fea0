/** Fields that the refund interfaces share. */
import {
  charsets,
  fen,
  fenBetween,
  group,
  list,
  notifyUrl,
  octets,
  optional,
  sealed,
  text,
  time,
  whole,
} from '../../fields.ts'
import { atMost, has, is, needs, type Rule, refusedAs, sums, unique } from '../../rules.ts'
import {
  abnormalType,
  bankType,
  channel,
  couponScope,
  couponType,
  currency,
  fundingAccount,
  refundStatus,
} from './enumerations.ts'

/** Number of the refund at the merchant (商户退款单号): the same number pays out once. */
export const refundNumber = text(1, 64, charsets.numberWithAt).describe(
  'Number of the refund at the merchant (商户退款单号): the same number pays out once.',
)
/** WeChat Pay's number of the refund (微信支付退款单号). */
export const refundId = text(32).describe("WeChat Pay's number of the refund (微信支付退款单号).")
/** Sub-merchant of the order (子商户号). */
export const subMchid = text(32).describe('Sub-merchant of the order (子商户号).')
/** Authorisation of an individual payee (个人收款授权ID). */
export const individualAuthId = text(Number.POSITIVE_INFINITY).describe(
  'Authorisation of an individual payee (个人收款授权ID).',
)

const transactionId = text(32).describe(
  "WeChat Pay's number of the paid order or sub-order (微信支付订单号).",
)
const outTradeNo = text(6, 32, charsets.numberWithAt).describe(
  "The merchant's number of the paid order or sub-order (商户订单号).",
)

/** Accounts that pay a refund, adding up to it. */
export const from = list(
  group({
    account: fundingAccount.describe('Account (出资账户类型).'),
    amount: fenBetween(1, Number.MAX_SAFE_INTEGER).describe('Its share (出资金额).'),
  }),
).describe('Accounts that pay (退款出资账户及金额), adding up to the refund.')

/** To give back (退款金额). */
export const givenAmount = {
  refund: fenBetween(1, Number.MAX_SAFE_INTEGER).describe('To give back (退款金额).'),
  from: optional(from),
  total: fenBetween(1, Number.MAX_SAFE_INTEGER).describe(
    'Total of the paid order or sub-order (原订单金额): of medIns the cash leg alone.',
  ),
}
/** How the amounts of an application depend on each other. */
export const givenAmountRules: readonly Rule[] = [
  refusedAs('INVALID_REQUEST', atMost('refund', 'total')),
  refusedAs('INVALID_REQUEST', sums('refund', { plus: ['from[].amount'], when: has('from') })),
  refusedAs('INVALID_REQUEST', unique('from', 'account')),
]

/** What every application for a refund gives. */
export const application = {
  transaction_id: optional(transactionId),
  out_trade_no: optional(outTradeNo),
  out_refund_no: refundNumber,
  reason: optional(text(80).describe('Shown to the user (退款原因); not for part of an order up to 1 yuan.')),
  notify_url: optional(
    notifyUrl.describe(
      'Where the refund is announced (退款结果回调url). Always send it: without it the notice may come as old XML (README X18).',
    ),
  ),
}

/** Number of the goods at the merchant (商户侧商品编码). */
export const goods = group({
  merchant_goods_id: text(32).describe('Number of the goods at the merchant (商户侧商品编码).'),
  wechatpay_goods_id: optional(text(32).describe('Their number at WeChat Pay (微信支付商品编码).')),
  goods_name: optional(text(256).describe('Their name (商品名称).')),
  unit_price: fen.describe('Price of one (商品单价).'),
  refund_amount: fen.describe('Given back for them (商品退款金额).'),
  refund_quantity: whole().describe('How many are given back (商品退货数量).'),
})

/** What names a refund in every answer. */
export const names = {
  refund_id: refundId,
  out_refund_no: refundNumber,
  transaction_id: transactionId,
  out_trade_no: outTradeNo,
}

/** How far a refund is. */
export const progress = {
  channel: channel.describe('Which way the money goes (退款渠道).'),
  user_received_account: text(64).describe(
    'Where it goes (退款入账账户): bank, kind of card and last digits, or change.',
  ),
  success_time: optional(time.describe('When it succeeded (退款成功时间).')),
  create_time: time.describe('When it was accepted (退款创建时间).'),
  status: refundStatus.describe('State of the refund (退款状态).'),
}
/** A refund that succeeded says when. */
export const progressRules: readonly Rule[] = [needs(is('status', 'SUCCESS'), 'success_time')]

/** Currency (退款币种). */
export const answeredCurrency = currency.describe('Currency (退款币种).')

/** A coupon's share of a refund. */
export const promotion = {
  promotion_id: text(32).describe('Number of the coupon (券ID).'),
  scope: couponScope.describe('What the coupon is for (优惠范围).'),
  type: couponType.describe('Who funds it (优惠类型).'),
  amount: fen.describe('Discount (优惠券面额).'),
  refund_amount: fen.describe('Its share of this refund (优惠退款金额).'),
}
/** Goods of this coupon (商品列表). */
export const promotionWithGoods = {
  ...promotion,
  goods_detail: optional(list(goods).describe('Goods of this coupon (商品列表).')),
}

/** What an abnormal refund is told. */
export const rerouting = {
  out_refund_no: refundNumber,
  type: abnormalType.describe('Where the money goes instead (异常退款处理方式).'),
  bank_type: optional(bankType.describe("Bank of the user's debit card (开户银行).")),
  bank_account: optional(sealed(octets(1, 214).describe('Number of the card (收款银行卡号).'))),
  real_name: optional(sealed(octets(1, 214).describe('Its holder (收款用户姓名).'))),
}
/** Which account details an abnormal refund needs. */
export const reroutingRules: readonly Rule[] = [
  needs(is('type', 'USER_BANK_CARD'), 'bank_type', 'bank_account', 'real_name'),
]
