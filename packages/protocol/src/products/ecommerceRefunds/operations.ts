/** Refunds by an e-commerce platform (电商收付通), with money it may advance. */
import { choice, fen, group, list, optional, text, time } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { atLeastOne, exactlyOne, has, is, needs } from '../../rules.ts'
import { fundsAccount, refundAccount, refundStatus } from '../refunds/enumerations.ts'
import { abnormalErrors, applyErrors, findErrors, refundNotFound, returnErrors } from '../refunds/errors.ts'
import {
  answeredCurrency,
  application,
  from,
  givenAmount,
  givenAmountRules,
  individualAuthId,
  names,
  progress,
  progressRules,
  promotion,
  promotionWithGoods,
  refundId,
  refundNumber,
  rerouting,
  reroutingRules,
  subMchid,
} from '../refunds/fields.ts'

const shared = { dialect: 'apiv3', host: 'mainland', trust: 'signature' } as const

/** The sub-merchant or the individual payee of the order. */
const payee = { sub_mchid: optional(subMchid), individual_auth_id: optional(individualAuthId) }
const onePayee = exactlyOne('sub_mchid', 'individual_auth_id')

const paidBy = refundAccount.describe('Who pays the refund (退款出资商户).')
const answeredAmount = {
  refund: fen.describe('Given back (退款金额).'),
  from: optional(from),
  payer_refund: fen.describe('Cash the user gets back (用户退款金额).'),
  discount_refund: optional(fen.describe("The coupons' share (优惠退款金额).")),
  currency: optional(answeredCurrency),
  advance: optional(fen.describe('Advanced by the platform (垫付金额).')),
}
const { channel, user_received_account: receivedIn, success_time: succeededAt } = progress
const howFar = {
  channel: optional(channel),
  user_received_account: optional(receivedIn),
  success_time: succeededAt,
  create_time: progress.create_time,
}

/** Applies for a refund. 200 says it is accepted, not that the money is back. */
export const create = defineOperation({
  ...shared,
  id: 'ecommerceRefunds.create',
  title: 'Apply for a refund as a platform (电商收付通申请退款)',
  route: 'POST /v3/ecommerce/refunds/apply',
  body: {
    ...payee,
    sp_appid: text(32).describe("The platform's appid (电商平台APPID)."),
    sub_appid: optional(text(32).describe("The sub-merchant's appid (二级商户APPID).")),
    combine_mchid: optional(
      text(32).describe('Initiator of a repayment order; left out for combined payment.'),
    ),
    combine_out_trade_no: optional(
      text(32).describe('Number of a repayment order; left out for combined payment.'),
    ),
    combine_transaction_id: optional(
      text(32).describe(
        "WeChat Pay's number of the combined order (合单微信订单号), of an individual payee.",
      ),
    ),
    ...application,
    amount: group({ ...givenAmount, currency: optional(answeredCurrency) }, ...givenAmountRules).describe(
      'Amounts (订单金额).',
    ),
    refund_account: optional(paidBy),
    funds_account: optional(
      choice({
        AVAILABLE: 'Available balance (可用余额).',
        UNSETTLED: 'Unsettled money (未结算资金).',
        PREPAID: 'Prepaid account (预付款账户).',
      }).describe('Account to pay from (资金账户).'),
    ),
  },
  rules: [
    onePayee,
    atLeastOne('transaction_id', 'out_trade_no'),
    needs(has('individual_auth_id'), 'combine_transaction_id', 'transaction_id'),
  ],
  result: group({
    refund_id: refundId,
    out_refund_no: refundNumber,
    create_time: progress.create_time,
    amount: group(answeredAmount).describe('Amounts (订单退款金额).'),
    promotion_detail: optional(list(group(promotion)).describe('Coupons given back (优惠退款详情).')),
    refund_account: optional(paidBy),
  }),
  errors: applyErrors,
  repeat: 'same',
  doc: 'https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter7_6_1.shtml',
})

// The questions never answer UNAVAILABLE, the abnormal application may.
const { UNAVAILABLE: _, ...accounts } = fundsAccount.values

const finding = {
  ...shared,
  query: payee,
  rules: [onePayee],
  result: group(
    {
      ...names,
      ...howFar,
      status: choice({
        ...refundStatus.values,
        REFUNDCLOSE: 'Older spelling of CLOSED.',
      }).describe('State of the refund (退款状态).'),
      amount: group(answeredAmount).describe('Amounts (订单退款金额).'),
      promotion_detail: optional(list(group(promotion)).describe('Coupons given back (优惠退款详情).')),
      refund_account: optional(paidBy),
      funds_account: optional(choice(accounts).describe('Account that pays (资金账户).')),
    },
    ...progressRules,
  ),
  errors: findErrors,
  notFound: refundNotFound,
  repeat: 'read',
} as const

/** Asks for a refund by the merchant's number. */
export const findByOutRefundNo = defineOperation({
  ...finding,
  id: 'ecommerceRefunds.findByOutRefundNo',
  title: "Query a refund by the merchant's number (通过商户退款单号查询退款)",
  route: 'GET /v3/ecommerce/refunds/out-refund-no/{out_refund_no}',
  path: { out_refund_no: refundNumber },
  doc: 'https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter7_6_2.shtml',
})

/** Asks for a refund by WeChat Pay's number. */
export const findById = defineOperation({
  ...finding,
  id: 'ecommerceRefunds.findById',
  title: "Query a refund by WeChat Pay's number (通过微信支付退款单号查询退款)",
  route: 'GET /v3/ecommerce/refunds/id/{refund_id}',
  path: { refund_id: refundId },
  doc: 'https://pay.weixin.qq.com/docs/partner/apis/ecommerce-refund/refunds/query-refund.html',
})

/** Sends an abnormal refund another way. */
export const applyAbnormal = defineOperation({
  ...shared,
  id: 'ecommerceRefunds.applyAbnormal',
  title: 'Send an abnormal refund another way (电商收付通发起异常退款)',
  route: 'POST /v3/ecommerce/refunds/{refund_id}/apply-abnormal-refund',
  path: { refund_id: refundId },
  body: { ...payee, ...rerouting },
  rules: [onePayee, ...reroutingRules],
  result: group(
    {
      ...names,
      ...howFar,
      status: progress.status,
      funds_account: optional(fundsAccount.describe('Account that pays (资金账户).')),
      amount: group({
        refund: answeredAmount.refund,
        from: optional(from),
        payer_refund: answeredAmount.payer_refund,
        discount_refund: fen.describe("The coupons' share (优惠退款金额)."),
        currency: answeredCurrency,
        refund_fee: optional(fen.describe('Fee given back (手续费退款金额).')),
      }).describe('Amounts (金额信息).'),
      promotion_detail: optional(
        list(group(promotionWithGoods)).describe('Coupons given back (优惠退款详情).'),
      ),
      refund_account: optional(paidBy),
    },
    ...progressRules,
  ),
  errors: abnormalErrors,
  notFound: refundNotFound,
  repeat: 'never',
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4015181616',
})

const account = choice({ BASIC: 'Basic account (基本账户).', OPERATION: 'Operations account (运营账户).' })

const returned = group(
  {
    refund_id: refundId,
    advance_return_id: text(32).describe("WeChat Pay's number of the return (微信回补单号)."),
    return_amount: fen.describe('Returned (垫付回补金额).'),
    payer_mchid: text(32).describe('Who pays back (出款方商户号): the sub-merchant.'),
    payer_account: account.describe('Account that pays (出款方账户).'),
    payee_mchid: text(32).describe('Who gets it (入账方商户号): the platform.'),
    payee_account: account.describe('Account that receives (入账方账户).'),
    result: choice({
      SUCCESS: 'Returned (回补成功).',
      FAILED: "Not returned, the sub-merchant's account being too low (回补失败).",
      PROCESSING: 'Under way (处理中).',
    }).describe('Outcome (垫付回补结果).'),
    success_time: optional(time.describe('When it was returned (垫付回补完成时间).')),
  },
  needs(is('result', 'SUCCESS'), 'success_time'),
)

/** Takes an advance back from the sub-merchant. */
export const returnAdvance = defineOperation({
  ...shared,
  id: 'ecommerceRefunds.returnAdvance',
  title: 'Return an advanced refund (垫付退款回补)',
  route: 'POST /v3/ecommerce/refunds/{refund_id}/return-advance',
  path: { refund_id: refundId },
  body: { sub_mchid: subMchid },
  result: returned,
  errors: returnErrors,
  notFound: refundNotFound,
  repeat: 'same',
  doc: 'https://pay.weixin.qq.com/docs/partner/apis/ecommerce-refund/refunds/create-return-advance.html',
})

/** Asks what became of the return of an advance. */
export const findReturnAdvance = defineOperation({
  ...shared,
  id: 'ecommerceRefunds.findReturnAdvance',
  title: 'Query the return of an advanced refund (查询垫付回补结果)',
  route: 'GET /v3/ecommerce/refunds/{refund_id}/return-advance',
  path: { refund_id: refundId },
  query: { sub_mchid: subMchid },
  result: returned,
  errors: findErrors,
  notFound: refundNotFound,
  repeat: 'read',
  doc: 'https://pay.weixin.qq.com/wiki/doc/apiv3_partner/apis/chapter7_6_5.shtml',
})
