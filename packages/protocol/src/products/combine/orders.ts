/** The combined order as WeChat Pay keeps it: asking for it, and closing it. */
import {
  charsets,
  fen,
  flag,
  group,
  list,
  optional,
  real,
  required,
  text,
  time,
  whole,
} from '../../fields.ts'
import { defineOperation, empty } from '../../operation.ts'
import { is, needs } from '../../rules.ts'
import { couponScope, couponType, currency, tradeScenario, tradeState, tradeType } from './enumerations.ts'
import { orderErrors, orderNotFound, orderPaid } from './errors.ts'
import {
  combineNumber,
  individualAuthId,
  individualName,
  partnerNamesPayeeOrIndividual,
  subAppid,
  subMchid,
  subNumber,
} from './placing.ts'

const promotion = group({
  coupon_id: optional(text(32).describe('Number of the coupon (券ID).')),
  name: optional(text(64).describe('Name of the coupon (优惠名称).')),
  scope: optional(couponScope.describe('What the coupon is for (优惠范围).')),
  type: optional(couponType.describe('Who funds it (优惠类型).')),
  amount: optional(fen.describe('Discount (优惠券面额).')),
  stock_id: optional(text(32).describe('Batch of the coupon (活动ID).')),
  wechatpay_contribute: optional(fen.describe('Paid by WeChat Pay (微信出资).')),
  merchant_contribute: optional(fen.describe('Paid by the merchant (商户出资).')),
  other_contribute: optional(fen.describe('Paid by others (其他出资).')),
  currency: optional(currency.describe('Currency of the discount (优惠币种).')),
  goods_detail: optional(
    list(
      group({
        goods_id: text(32).describe('Number of the goods (商品编码).'),
        quantity: whole().describe('How many (商品数量).'),
        unit_price: fen.describe('Price of one (商品单价).'),
        discount_amount: optional(fen.describe('Discount on these goods (商品优惠金额).')),
        goods_remark: optional(text(128).describe('Remark (商品备注).')),
      }),
    ).describe('Goods of a single-item coupon (单品列表).'),
  ),
})

const amount = {
  total_amount: fen.describe('Price of this sub-order (标价金额).'),
  currency: optional(currency.describe('Currency of the price (标价币种).')),
  payer_amount: fen.describe('Paid in cash (现金支付金额): the price less coupons; 0 before payment.'),
  payer_currency: optional(currency.describe('Currency paid in (现金支付币种).')),
  settlement_rate: optional(
    real.describe('Rate times 10^8 (结算汇率), where the settlement currency differs.'),
  ),
}

const paidOnly = [
  needs(is('trade_state', 'SUCCESS', 'REFUND'), 'transaction_id', 'success_time', 'trade_type'),
]

/** What a sub-order is in every answer and notice. */
const subOrder = {
  mchid: text(32).describe('Participant (子单商户号).'),
  trade_type: optional(tradeType.describe('How it is paid (交易类型).')),
  trade_state: tradeState.describe('State of this sub-order (交易状态).'),
  bank_type: optional(text(32).describe('Bank that paid (付款银行); `OTHERS` when it is none.')),
  attach: optional(text(128).describe('Data of the merchant (附加数据), as placed.')),
  success_time: optional(time.describe('When it was paid (支付完成时间).')),
  transaction_id: optional(
    text(32).describe("WeChat Pay's number of the sub-order (微信订单号): the key for refunds."),
  ),
  out_trade_no: text(6, 32, charsets.numberWithAt).describe('Number of the sub-order (子单商户订单号).'),
}
const individual = {
  individual_auth_id: optional(individualAuthId),
  individual_name: optional(individualName),
}
const subOrderInFull = {
  ...subOrder,
  ...individual,
  sub_mchid: optional(subMchid),
  sub_appid: optional(subAppid),
  sub_openid: optional(text(128).describe('The user under `sub_appid`, once paid.')),
  promotion_detail: optional(list(promotion).describe('Coupons used (优惠功能).')),
}

/** What names the order in every answer and notice. */
const names = {
  combine_appid: text(32).describe('Appid of the initiator (合单商户appid).'),
  combine_mchid: text(32).describe('Initiator (合单商户号).'),
  combine_out_trade_no: combineNumber,
  combine_transaction_id: optional(
    text(32).describe(
      "WeChat Pay's number of the combined order (合单微信订单号), on newer servers once paid.",
    ),
  ),
  scene_info: optional(
    group({ device_id: optional(text(32).describe('Terminal or shop (商户端设备号), as placed.')) }).describe(
      'Where the user pays (场景信息).',
    ),
  ),
}
const payer = group({ openid: text(128).describe('Who paid, under `combine_appid` (用户标识).') }).describe(
  'Who paid (支付者); after payment.',
)
const installment = group({
  use_subsidy: flag.describe('Whether the merchant paid the interest.'),
  selected_installment_number: whole().describe('Number of instalments chosen.'),
}).describe('Instalments used (分期信息).')
const scenario = tradeScenario.describe('Kind of trade (交易场景), as placed.')

/** The paid order of a notice. Amounts may be missing there: then it only says "ask" (README X11). */
export const announcedOrder = group({
  ...names,
  sub_orders: list(
    group(
      { ...subOrderInFull, amount: optional(group(amount).describe('Amounts (订单金额).')) },
      ...paidOnly,
    ),
    1,
    50,
  ).describe('The sub-orders (子单信息), all of them.'),
  combine_payer_info: optional(payer),
  installment_info: optional(installment),
})

const asking = {
  dialect: 'apiv3',
  host: 'mainland',
  errors: orderErrors,
  notFound: orderNotFound,
  repeat: 'read',
  trust: 'signature',
} as const

/** Asks for a combined order by the initiator's number. */
export const queryByOutTradeNo = defineOperation({
  ...asking,
  id: 'combine.queryByOutTradeNo',
  title: "Query a combined order by the merchant's number (合单查询订单)",
  route: 'GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}',
  path: { combine_out_trade_no: combineNumber },
  result: group({
    ...names,
    sub_orders: list(
      group({ ...subOrderInFull, amount: group(amount).describe('Amounts (订单金额).') }, ...paidOnly),
      1,
      50,
    ).describe('The sub-orders (子单信息), in the order of placing.'),
    combine_payer_info: optional(payer),
    trade_scenario: optional(scenario),
    installment_info: optional(installment),
  }),
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/combine-payment/orders/query-order.html',
})

/** Asks for a combined order by WeChat Pay's number; documented for individual payees. */
export const queryById = defineOperation({
  ...asking,
  id: 'combine.queryById',
  title: "Query a combined order by WeChat Pay's number (微信订单号查询合单)",
  route: 'GET /v3/combine-transactions/id/{combine_transaction_id}',
  path: {
    combine_transaction_id: text(32).describe("WeChat Pay's number of the combined order (合单微信订单号)."),
  },
  result: group({
    ...names,
    combine_transaction_id: required(names.combine_transaction_id),
    sub_orders: optional(
      list(
        group({
          ...subOrder,
          ...individual,
          amount: optional(
            group({
              ...amount,
              currency: required(amount.currency),
              payer_currency: required(amount.payer_currency),
            }).describe('Amounts (订单金额).'),
          ),
        }),
        1,
        50,
      ).describe('The sub-orders (子单信息).'),
    ),
    combine_payer_info: optional(
      group({ openid: optional(text(128).describe('Who paid, under `combine_appid` (用户标识).')) }).describe(
        'Who paid (支付者).',
      ),
    ),
    trade_scenario: optional(scenario),
  }),
  doc: 'https://wechatpay.im/openapi/v3/combine-transactions/id/{combine_transaction_id}',
})

/**
 * Closes a whole unpaid order. Its success proves nothing (README X8): query afterwards.
 * `individual_auth_id` stands for `sub_mchid` where an individual is paid.
 */
export const close = defineOperation({
  dialect: 'apiv3',
  host: 'mainland',
  id: 'combine.close',
  title: 'Close a combined order (合单关闭订单)',
  route: 'POST /v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close',
  path: { combine_out_trade_no: combineNumber },
  body: {
    combine_appid: text(32).describe('Appid of the initiator (合单商户appid), as placed.'),
    sub_orders: list(
      group(
        {
          mchid: text(32).describe('Participant (子单商户号), as placed.'),
          out_trade_no: subNumber,
          sub_mchid: optional(subMchid),
          sub_appid: optional(subAppid),
          individual_auth_id: optional(individualAuthId),
        },
        ...partnerNamesPayeeOrIndividual,
      ),
      1,
      50,
    ).describe('All sub-orders (子单信息), exactly as placed.'),
  },
  result: empty,
  errors: [...orderErrors, orderPaid],
  notFound: orderNotFound,
  repeat: 'safe',
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/combine-payment/orders/close-order.html',
})
