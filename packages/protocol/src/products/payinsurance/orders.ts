/** Orders: place, query, close. */
import { charsets } from '../../charsets.ts'
import { group, ipWithin, optional, stamp, text, url, whole } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { covers, is, positive, zero } from '../../rules.ts'
import {
  accountRules,
  accounts,
  attach,
  bureauRequest,
  business,
  echoed,
  freeText,
  head,
  hospOutTradeNo,
  insuranceSplit,
  legs,
  medTransId,
  oneOrder,
  orderNumbers,
  signed,
  signing,
  timeEnd,
  userRules,
  users,
} from './common.ts'
import { chapter } from './document.ts'
import {
  allowFeeChange,
  cashTradeStatus,
  insuranceTradeStatus,
  isDept,
  limitPay,
  medTradeState,
  orderType,
  payType,
  userCardType,
} from './enumerations.ts'
import { orderErrors, queryErrors, writeErrors } from './errors.ts'

const kind = orderType.describe('What is paid for (订单类型).')
const hospitalName = text(128).describe('Name of the hospital (医院名称).')
const totalFee = whole(1).describe(
  'Full price in fen (总共需要支付金额): what would be due without insurance and discount.',
)
const cashFee = whole().describe('What the user pays in cash, in fen (现金需要支付的金额).')
const feeChange = allowFeeChange.describe(
  'Whether the bureau may change the split (是否允许预结算费用发生变化).',
)
const userIp = ipWithin(16).describe("The user's address (用户端ip); long IPv6 addresses do not fit.")
const notify = url(256).describe('Where the result is sent (回调url).')
const back = url(128).describe(
  'Page after payment (支付后回跳的页面), visited on success and on failure alike; it proves nothing.',
)
const payment = payType.describe('Who pays (支付方式): follows from insurance and cash amount.')
const goods = text(128).describe('What is paid for, in words (商品描述).')
const limit = limitPay.describe('Which cards are excluded (指定不能使用信用卡支付).')
const serialNo = text(20).describe(
  "The hospital system's order number (医院HIS系统订单号), bka025 of the bureau.",
)
const billNo = text(20).describe('Registration of the visit (就医登记号), aaz217 of the bureau.')
const orgNo = text(32).describe('The institution as the bureau numbers it (医疗机构编码).')
const outCreate = stamp.describe("The hospital's order time (医院下单时间), Beijing time.")
const extension = text(512).describe('Extension (扩展字段).')

const signedPost = { dialect: 'xml', host: 'weixin', trust: 'mac' } as const

/** Place an order (挂号/诊间支付统一下单). */
export const unifiedOrder = defineOperation({
  ...signedPost,
  id: 'payinsurance.unifiedOrder',
  title: 'Place an order (挂号/诊间支付统一下单)',
  route: 'POST /payinsurance/unifiedorder',
  body: {
    order_type: kind,
    ...accounts,
    ...users,
    // The document allows 64; 63 leave room for the `R` of the refund number.
    hosp_out_trade_no: text(6, 63, charsets.numberWithoutBar).describe(
      "The caller's own order number (第三方服务商订单号), never used before.",
    ),
    hospital_name: hospitalName,
    nonce_str: signing.nonce_str,
    total_fee: totalFee,
    cash_fee: cashFee,
    cash_add_fee: optional(whole()).describe(
      'Cash that the hospital adds (额外支付金额), in fen; part of `cash_fee` and `total_fee`.',
    ),
    cash_add_wording: optional(text(16)).describe(
      'What the added cash is for (额外支付文案); not displayed.',
    ),
    cash_reduced_fee: optional(whole()).describe(
      'Discount of the hospital (减免金额), in fen; already off `cash_fee`, still in `total_fee`.',
    ),
    allow_fee_change: feeChange,
    spbill_create_ip: userIp,
    notify_url: notify,
    limit_pay: optional(limit),
    body: goods,
    return_url: back,
    pay_type: payment,
    city_id: optional(text(32)).describe(
      'City (城市ID), as Tencent numbers it; 449900 is reported by Guangdong province.',
    ),
    insurance_fee: whole().describe(
      'What insurance pays, in fen (医保支付金额): the full price when the bureau splits it online, 0 without insurance.',
    ),
    user_card_type: userCardType.describe("Kind of the user's document (证件类型)."),
    user_card_no: text(32, 32, charsets.hex).describe(
      "MD5 of the user's document number (证件号码): 18 characters, X in upper case; see `idcard`.",
    ),
    user_name: text(32).describe("The user's real name (真实姓名), in clear."),
    serial_no: serialNo,
    org_no: orgNo,
    gmt_out_create: outCreate,
    request_content: bureauRequest({}),
    bill_no: billNo,
    extends: optional(extension),
    is_dept: optional(isDept).describe(
      'By which card insurance pays; without it the local e-voucher or social-security card.',
    ),
    attach,
    channel_no: optional(text(32)).describe('Channel (渠道号), assigned by Tencent.'),
    sign: signing.sign,
  },
  rules: [
    ...accountRules,
    ...userRules,
    zero(is('pay_type', 1), 'insurance_fee'),
    zero(is('pay_type', 2), 'cash_fee'),
    positive(is('pay_type', 1, 3), 'cash_fee'),
    positive(is('pay_type', 2), 'insurance_fee'),
    covers(['total_fee'], ['cash_fee', 'cash_reduced_fee', 'insurance_fee']),
    covers(['cash_fee', 'cash_reduced_fee'], ['cash_add_fee']),
  ],
  result: group({
    ...head,
    ...echoed,
    ...signed,
    ...business('err_code_des'),
    med_trans_id: text(64).describe('Total order number of WeChat (诊疗单ID) for all later calls.'),
    pay_url: text(256).describe(
      'Where the user pays (支付链接): a page, or a path of the mini program `pay_appid`. Nothing gives it again.',
    ),
    pay_appid: optional(text(64)).describe('The mini program to jump to, when a mini program ordered.'),
  }),
  errors: orderErrors,
  repeat: 'never',
  doc: chapter('3.3'),
})

/** Query an order (查询支付单). */
export const queryOrder = defineOperation({
  ...signedPost,
  id: 'payinsurance.queryOrder',
  title: 'Query an order (查询支付单)',
  route: 'POST /payinsurance/queryorder',
  body: { ...accounts, ...orderNumbers, ...signing },
  rules: [...accountRules, oneOrder],
  result: group({
    ...head,
    ...echoed,
    ...signed,
    ...business('err_code_des'),
    med_trade_state: medTradeState.describe('State of the whole order (交易状态).'),
    cash_trade_status: optional(cashTradeStatus).describe(
      'State of the cash leg (现金支付状态), where there is one.',
    ),
    insurance_trade_status: optional(insuranceTradeStatus).describe(
      'State of the insurance leg (医保支付状态), where there is one.',
    ),
    trade_status_desc: optional(text(256)).describe('The state in words (交易状态描述); never decide by it.'),
    time_end: optional(timeEnd),
    order_type: kind,
    pay_type: payment,
    ...users,
    total_fee: totalFee,
    cash_fee: cashFee,
    allow_fee_change: feeChange,
    spbill_create_ip: userIp,
    notify_url: notify,
    insurance_fee: optional(whole()).describe('What insurance pays, in fen (医保支付金额).'),
    ...insuranceSplit,
    hosp_out_trade_no: hospOutTradeNo,
    serial_no: optional(serialNo),
    org_no: optional(orgNo),
    gmt_out_create: optional(outCreate),
    request_content: optional(freeText).describe('What was passed to the bureau (医疗机构透传医保).'),
    bill_no: optional(billNo),
    limit_pay: optional(limit),
    medical_card_id: optional(text(32)).describe(
      'Treatment card number (诊疗证编号), once insurance has paid.',
    ),
    hospital_name: hospitalName,
    return_url: back,
    response_content: optional(freeText).describe("The bureau's answer to the payment (医保透传医疗机构)."),
    body: goods,
    extends: optional(extension),
    med_trans_id: medTransId,
    ...legs,
    attach,
  }),
  errors: queryErrors,
  notFound: { codes: ['541'] },
  repeat: 'read',
  doc: chapter('3.4'),
})

/** Close an order (关闭订单). */
export const closeOrder = defineOperation({
  ...signedPost,
  id: 'payinsurance.closeOrder',
  title: 'Close an order (关闭订单)',
  route: 'POST /payinsurance/closeorder',
  body: { ...accounts, ...orderNumbers, ...signing },
  rules: [...accountRules, oneOrder],
  result: group({ ...head, ...echoed, ...signed, ...business('err_code_descs') }),
  errors: writeErrors,
  repeat: 'safe',
  doc: chapter('3.10'),
})
