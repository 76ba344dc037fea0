/** The medical-insurance order: its fields by name, once, and the object that three operations answer. */
import {
  charsets,
  fen,
  flag,
  group,
  json,
  list,
  notifyUrl,
  offsetTime,
  optional,
  position,
  text,
  time,
} from '../../fields.ts'
import { atLeastOne, is, mode, needs, refuses } from '../../rules.ts'
import {
  answeredMixPayType,
  answeredOrderType,
  cashAddType,
  cashReduceType,
  medInsPayStatus,
  mixPayStatus,
  selfPayStatus,
} from './enumerations.ts'

/** What is known inside the two JSON texts that pass through to the bureau and back. */
const bureauKeys = {
  payAuthNo: optional(text(40).describe('Authorization code of the bureau; equal to `pay_auth_no`.')),
  payOrdId: optional(text(64).describe('Payment order id of the bureau; equal to `pay_order_id`.')),
  setlLatlnt: optional(text(40).describe('Where the settlement takes place (结算经纬度), `lng,lat`.')),
}

/** `cash_add_fee`, in fen. */
export const cashAddFee = fen.describe('Amount added (现金补充金额).')
/** `cash_reduce_fee`, in fen. */
export const cashReduceFee = fen.describe('Amount taken off (现金减免金额).')

/** Every field that occurs in a request and in answers, as it is when it must be there. */
export const fields = {
  mix_trade_no: text(32).describe('Number that WeChat Pay gave the mixed order (医保自费混合订单号).'),
  appid: text(1, 32, charsets.lowerAppid).describe(
    "App of the caller (公众号ID): the institution's own, or the provider's in partner mode.",
  ),
  sub_appid: text(1, 32, charsets.lowerAppid).describe(
    "The institution's app (医疗机构的公众号ID), bound to `sub_mchid`.",
  ),
  sub_mchid: text(32).describe("The institution's merchant number (医疗机构的商户号)."),
  openid: text(128).describe('The user under `appid` (用户标识).'),
  sub_openid: text(128).describe('The user under `sub_appid` (用户子标识).'),
  pay_for_relatives: flag.describe('Paid for a relative (代亲属支付); for oneself when left out.'),
  out_trade_no: text(1, 64, charsets.number).describe(
    'Order number of the caller (商户订单号), that of the cash order where there is one.',
  ),
  serial_no: text(40).describe(
    "The institution's order number (医疗机构订单号), `medOrgOrd` of the fee upload; one page allows 20.",
  ),
  pay_order_id: text(64).describe('Payment order id of the bureau (支付单ID).'),
  pay_auth_no: text(40).describe('Authorization code of the bureau (支付授权码): used once, lives minutes.'),
  geo_location: position(40).describe('Where the user is (用户定位信息), `lng,lat`.'),
  city_id: text(8).describe('City id given by Tencent (城市ID); may differ from the area code.'),
  med_inst_name: text(128).describe('Name of the institution (医疗机构名称).'),
  med_inst_no: text(32).describe('Code of the institution (医疗机构编码), as reported to the bureau.'),
  med_ins_order_create_time: offsetTime.describe("The bureau's order time (医保下单时间)."),
  total_fee: fen.describe('Total placed through this interface (总金额); never what is refunded in cash.'),
  med_ins_gov_fee: fen.describe('Share of the pooled fund (医保统筹支付金额).'),
  med_ins_self_fee: fen.describe('Share of the personal insurance account (医保个账支付金额).'),
  med_ins_other_fee: fen.describe('Other insurance share (医保其他支付金额).'),
  med_ins_cash_fee: fen.describe('Cash share after the pre-settlement (医保结算后的自费金额).'),
  wechat_pay_cash_fee: fen.describe('What WeChat Pay charges (微信支付金额): the total of the cash order.'),
  cash_add_detail: list(group({ cash_add_fee: cashAddFee, cash_add_type: cashAddType })).describe(
    'What is added to the cash share (现金补充列表).',
  ),
  cash_reduce_detail: list(
    group({ cash_reduce_fee: cashReduceFee, cash_reduce_type: cashReduceType }),
  ).describe('What is taken off the cash share (现金减免列表).'),
  callback_url: notifyUrl.describe('Where the success notice goes (回调通知URL): https, no query.'),
  prepay_id: text(64).describe('Id of the cash prepay, APIv3 (自费预下单ID).'),
  passthrough_request_content: json(bureauKeys, 2048).describe(
    'JSON text handed to the bureau (透传给医保的数据).',
  ),
  extends: json({}, Number.POSITIVE_INFINITY).describe('JSON text agreed with WeChat (扩展字段).'),
  attach: text(128).describe('Data of the caller, given back in queries and the notice (附加数据).'),
  channel_no: text(32).describe('Channel number given by Tencent (渠道号).'),
  med_ins_test_env: flag.describe(
    "True sends the insurance leg to the bureau's test system; the cash stays real (测试环境).",
  ),
  paid_time: time.describe('When it was paid (支付时间); only after success.'),
  passthrough_response_content: json(bureauKeys, 2048).describe(
    'JSON text that the bureau gave back after payment (医保局返回内容).',
  ),
  med_ins_fail_reason: text(Number.POSITIVE_INFINITY).describe(
    'Why the bureau refused (医保失败原因); only with MED_INS_PAY_FAIL.',
  ),
} as const

/** What stands behind the statuses and types of an order, in the order of the official page. */
export const detailsOfOrder = {
  pay_for_relatives: optional(fields.pay_for_relatives),
  out_trade_no: fields.out_trade_no,
  serial_no: fields.serial_no,
  pay_order_id: optional(fields.pay_order_id),
  pay_auth_no: optional(fields.pay_auth_no),
  geo_location: optional(fields.geo_location),
  city_id: fields.city_id,
  med_inst_name: fields.med_inst_name,
  med_inst_no: fields.med_inst_no,
  med_ins_order_create_time: optional(fields.med_ins_order_create_time),
  total_fee: fields.total_fee,
  med_ins_gov_fee: optional(fields.med_ins_gov_fee),
  med_ins_self_fee: optional(fields.med_ins_self_fee),
  med_ins_other_fee: optional(fields.med_ins_other_fee),
  med_ins_cash_fee: optional(fields.med_ins_cash_fee),
  wechat_pay_cash_fee: optional(fields.wechat_pay_cash_fee),
  cash_add_detail: optional(fields.cash_add_detail),
  cash_reduce_detail: optional(fields.cash_reduce_detail),
  callback_url: fields.callback_url,
  prepay_id: optional(fields.prepay_id),
  passthrough_request_content: optional(fields.passthrough_request_content),
  extends: optional(fields.extends),
  attach: optional(fields.attach),
  channel_no: optional(fields.channel_no),
  med_ins_test_env: optional(fields.med_ins_test_env),
} as const

/** Who an order belongs to: partner mode names the institution, direct mode has no `sub_*` at all. */
export const ownersOfOrder = {
  appid: fields.appid,
  sub_appid: optional(fields.sub_appid),
  sub_mchid: optional(fields.sub_mchid),
  openid: optional(fields.openid),
  sub_openid: optional(fields.sub_openid),
} as const

const unlessFailed = is(
  'med_ins_pay_status',
  'MED_INS_PAY_CREATED',
  'MED_INS_PAY_SUCCESS',
  'MED_INS_PAY_REFUND',
  'NO_MED_INS_PAY',
)

/** The order as create and both queries answer it: 39 fields, the last of them only after a refusal. */
export const medInsOrder = group(
  {
    mix_trade_no: fields.mix_trade_no,
    mix_pay_status: mixPayStatus,
    self_pay_status: selfPayStatus,
    med_ins_pay_status: medInsPayStatus,
    paid_time: optional(fields.paid_time),
    passthrough_response_content: optional(fields.passthrough_response_content),
    mix_pay_type: answeredMixPayType,
    order_type: answeredOrderType,
    ...ownersOfOrder,
    ...detailsOfOrder,
    med_ins_fail_reason: optional(fields.med_ins_fail_reason),
  },
  needs(mode('partner'), 'sub_appid', 'sub_mchid'),
  refuses(mode('direct'), 'sub_appid', 'sub_mchid', 'sub_openid'),
  atLeastOne('openid', 'sub_openid'),
  refuses(unlessFailed, 'med_ins_fail_reason'),
).describe('A medical-insurance order (医保自费混合订单); the payer is never echoed.')
