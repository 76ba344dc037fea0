/** Refunds of paid cash: combined sub-orders, and the cash leg of mixed payments. */
import { choice, fen, group, list, optional } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { atLeastOne, mode, needs } from '../../rules.ts'
import { fundsAccount } from './enumerations.ts'
import { abnormalErrors, applyErrors, findErrors, refundNotFound } from './errors.ts'
import {
  answeredCurrency,
  application,
  from,
  givenAmount,
  givenAmountRules,
  goods,
  names,
  progress,
  progressRules,
  promotionWithGoods,
  refundId,
  refundNumber,
  rerouting,
  reroutingRules,
  subMchid,
} from './fields.ts'

const refund = group(
  {
    ...names,
    ...progress,
    funds_account: optional(fundsAccount.describe('Account that pays (资金账户).')),
    amount: group({
      total: fen.describe('Total of the order (订单金额).'),
      refund: fen.describe('Given back (退款金额).'),
      from: optional(from),
      payer_total: fen.describe('Cash the user had paid (用户支付金额).'),
      payer_refund: fen.describe('Cash the user gets back (用户退款金额).'),
      settlement_refund: fen.describe(
        'Taken from the settlement (应结退款金额): without coupons not prefunded.',
      ),
      settlement_total: fen.describe('The settlement of the order (应结订单金额).'),
      discount_refund: fen.describe("The coupons' share (优惠退款金额)."),
      currency: answeredCurrency,
      refund_fee: optional(fen.describe('Fee given back (手续费退款金额).')),
    }).describe('Amounts (金额信息).'),
    promotion_detail: optional(
      list(group(promotionWithGoods)).describe('Coupons given back (优惠退款信息).'),
    ),
  },
  ...progressRules,
)

const inPartnerMode = needs(mode('partner'), 'sub_mchid')

/** Applies for a refund. 200 says it is accepted, not that the money is back. */
export const create = defineOperation({
  dialect: 'apiv3',
  host: 'mainland',
  id: 'refunds.create',
  title: 'Apply for a refund (申请退款)',
  route: 'POST /v3/refund/domestic/refunds',
  body: {
    sub_mchid: optional(subMchid),
    ...application,
    funds_account: optional(
      choice({
        AVAILABLE: 'Available balance (可用余额).',
        UNSETTLED: 'Unsettled money (未结算资金).',
      }).describe('Account to pay from (退款资金来源); unsettled money first when left out.'),
    ),
    amount: group({ ...givenAmount, currency: answeredCurrency }, ...givenAmountRules).describe(
      'Amounts (金额信息).',
    ),
    goods_detail: optional(list(goods).describe('Goods given back (退款商品).')),
  },
  rules: [inPartnerMode, atLeastOne('transaction_id', 'out_trade_no')],
  result: refund,
  errors: applyErrors,
  repeat: 'same',
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/refund/refunds/create.html',
})

/** Asks for a refund by the merchant's number. */
export const find = defineOperation({
  dialect: 'apiv3',
  host: 'mainland',
  id: 'refunds.find',
  title: "Query a refund by the merchant's number (查询单笔退款)",
  route: 'GET /v3/refund/domestic/refunds/{out_refund_no}',
  path: { out_refund_no: refundNumber },
  query: { sub_mchid: optional(subMchid) },
  rules: [inPartnerMode],
  result: refund,
  errors: findErrors,
  notFound: refundNotFound,
  repeat: 'read',
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/refund/refunds/query-by-out-refund-no.html',
})

/** Sends an abnormal refund another way. */
export const applyAbnormal = defineOperation({
  dialect: 'apiv3',
  host: 'mainland',
  id: 'refunds.applyAbnormal',
  title: 'Send an abnormal refund another way (发起异常退款)',
  route: 'POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund',
  path: { refund_id: refundId },
  body: { sub_mchid: optional(subMchid), ...rerouting },
  rules: [inPartnerMode, ...reroutingRules],
  result: refund,
  errors: abnormalErrors,
  notFound: refundNotFound,
  repeat: 'never',
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/docs/merchant/apis/refund/refunds/create-abnormal-refund.html',
})
