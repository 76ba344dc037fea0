/** Refunds of overseas transactions, institution mode (境外退款 · 机构模式). */
import { charsets } from '../../charsets.ts'
import { group, list, minor, notifyUrl, optional, supposed, text, time, whole } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { exactlyOne } from '../../rules.ts'
import {
  exchangeRateType,
  refundChannel,
  refundPromotionScope,
  refundPromotionType,
  refundSource,
  refundStatus,
} from './enumerations.ts'
import { createErrors, findErrors, notFound } from './errors.ts'

const pages = 'https://pay.weixin.qq.com/wiki/doc/api_external/en/apis'

const common = { dialect: 'apiv3', host: 'global', trust: 'signature' } as const

const merchants = {
  sp_mchid: text(32).describe('The institution (机构商户号).'),
  sub_mchid: text(32).describe('The sub-merchant that was paid (子商户号).'),
}

const transactionId = text(32).describe(
  "Transaction of WeChat Pay; for PayScore that of the collection's detail (微信支付订单号).",
)
const outTradeNo = text(32).describe('Order number of the merchant (商户订单号).')
const outRefundNo = text(1, 64, charsets.numberWithAt).describe(
  'Refund number given by the merchant; the same number refunds once (商户退款单号).',
)
const refundId = text(32).describe('Refund number of WeChat Pay (微信支付退款单号).')
const currency = text(16).describe('Currency of the order (货币类型).')
const payerCurrency = optional(text(16)).describe('Currency in which the user paid (用户支付币种).')

const refundAmount = group({
  total: optional(minor).describe('Amount of the transaction (订单金额).'),
  refund: minor.describe('Amount refunded (退款金额).'),
  currency,
  payer_total: optional(minor).describe('What the user paid (用户支付金额).'),
  payer_refund: optional(minor).describe('What the user gets back (用户退款金额).'),
  payer_currency: payerCurrency,
  exchange_rate: optional(
    group({
      type: optional(exchangeRateType).describe('Which rate was used (汇率类型).'),
      rate: optional(whole()).describe('The rate times 100 000 000 (汇率值).'),
    }),
  ).describe('The rate between the two currencies (汇率信息).'),
})

const promotions = optional(
  list(
    group({
      promotion_id: optional(supposed(text(32))).describe('Number of the coupon (券ID).'),
      scope: optional(refundPromotionScope).describe('What it applied to (优惠范围).'),
      type: optional(refundPromotionType).describe('What kind it is (优惠类型).'),
      amount: optional(minor).describe('Face value (代金券面额).'),
      refund_amount: optional(minor).describe('Returned to the coupon (优惠退款金额).'),
      currency: optional(text(16)).describe('Currency of the coupon (优惠币种).'),
    }),
  ),
)

/** Sources name the list of returned discounts in three ways; all three are read. */
const promotionLists = {
  detail: promotions.describe('Discounts that were returned (优惠退款信息).'),
  promotion_detail: promotions.describe('Another name of detail.'),
  refund_detail: promotions.describe('The name of detail in the list of refunds.'),
}

const accepted = {
  id: refundId,
  out_refund_no: outRefundNo,
  create_time: time.describe('When the refund was accepted (退款受理时间).'),
  amount: refundAmount.describe('Amounts (金额信息).'),
  ...promotionLists,
}

const progress = {
  channel: optional(refundChannel).describe('Where the money goes (退款渠道).'),
  recv_account: optional(supposed(text(64))).describe('Account that receives the money (退款入账账户).'),
  fund_source: optional(refundSource).describe('From which money it is paid (退款资金来源).'),
  success_time: optional(time).describe('When the money arrived, with SUCCESS only (退款成功时间).'),
  status: refundStatus.describe('State of the refund (退款状态).'),
}

const refund = group({ ...accepted, transaction_id: transactionId, out_trade_no: outTradeNo, ...progress })

/** Applies for a refund; success says that it was accepted. */
export const create = defineOperation({
  ...common,
  id: 'globalRefunds.create',
  title: 'Apply for a refund (申请退款)',
  route: 'POST /v3/global/refunds',
  body: {
    ...merchants,
    sp_appid: text(32).describe('Official account or app of the institution (机构公众号ID).'),
    sub_appid: optional(text(32)).describe('Official account or app of the sub-merchant (子商户公众号ID).'),
    transaction_id: optional(transactionId),
    out_trade_no: optional(outTradeNo),
    out_refund_no: outRefundNo,
    reason: optional(text(80)).describe(
      'Shown to the user, but not for a partial refund of at most one yuan (退款原因).',
    ),
    source: optional(refundSource).describe('From which money to pay (退款资金来源).'),
    amount: group({
      refund: minor.describe('Amount to refund (退款金额).'),
      total: minor.describe('Amount of the transaction; for PayScore of that collection (订单金额).'),
      currency,
    }).describe('Amounts (金额信息).'),
    notify_url: optional(notifyUrl).describe(
      'Where the result is announced: https, no query; the client always sends it (退款结果通知地址).',
    ),
  },
  rules: [exactlyOne('transaction_id', 'out_trade_no')],
  result: group(accepted),
  errors: createErrors,
  repeat: 'same',
  doc: `${pages}/chapter3_4_3.shtml`,
})

const find = {
  ...common,
  query: merchants,
  result: refund,
  errors: findErrors,
  notFound,
  repeat: 'read',
  doc: `${pages}/chapter3_3_4.shtml`,
} as const

/** Looks up one refund by the merchant's number. */
export const findByOutRefundNo = defineOperation({
  ...find,
  id: 'globalRefunds.findByOutRefundNo',
  title: 'Query a refund by the merchant number (查询单笔退款，按商户退款单号)',
  route: 'GET /v3/global/refunds/out-refund-no/{out_refund_no}',
  path: { out_refund_no: outRefundNo },
})

/** Looks up one refund by WeChat Pay's number. */
export const findById = defineOperation({
  ...find,
  id: 'globalRefunds.findById',
  title: 'Query a refund by the WeChat Pay number (查询单笔退款，按微信支付退款单号)',
  route: 'GET /v3/global/refunds/id/{refund_id}',
  path: { refund_id: refundId },
})

/** All refunds of one transaction, in pages of at most 20. */
export const listRefunds = defineOperation({
  ...common,
  id: 'globalRefunds.list',
  title: 'List the refunds of a transaction (查询所有退款)',
  route: 'GET /v3/global/refunds',
  query: {
    transaction_id: optional(transactionId),
    out_trade_no: optional(outTradeNo),
    ...merchants,
    offset: optional(whole()).describe('How many refunds to pass over (分页起始位置).'),
    count: optional(whole(1, 20)).describe('How many refunds to answer, at most 20 (笔数).'),
  },
  rules: [exactlyOne('transaction_id', 'out_trade_no')],
  result: group({
    id: transactionId,
    ...merchants,
    out_trade_no: outTradeNo,
    amount: group({
      total: minor.describe('Amount of the transaction (订单金额).'),
      currency,
      payer_total: optional(minor).describe('What the user paid (用户支付金额).'),
      payer_currency: payerCurrency,
    }).describe('Amounts of the transaction (金额信息).'),
    data: list(group({ ...accepted, ...progress })).describe('The refunds (退款数据).'),
    total_num: whole().describe('How many refunds the transaction has (退款总笔数).'),
    current_total_num: whole().describe('How many refunds this answer holds (当前返回退款笔数).'),
  }),
  errors: findErrors,
  notFound,
  repeat: 'read',
  doc: `${pages}/chapter3_3_4.shtml`,
})
