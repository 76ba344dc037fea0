/** What the calls of the legacy medical-insurance interface share: accounts, numbers, heads of answers. */
import { type Fields, filled, json, optional, spelled, stamp, text, whole } from '../../fields.ts'
import { exactlyOne, has, mode, needs, type Rule, refuses } from '../../rules.ts'
import { code } from './enumerations.ts'

/** Text whose length is nowhere stated. */
export const freeText = text(1, Number.POSITIVE_INFINITY)

const appid = text(32).describe(
  'The ordering account (公众账号ID): the platform in agent mode, the hospital in independent mode.',
)
const mchId = text(32).describe('WeChat Pay merchant number (商户号) that belongs to `appid`.')
const subAppid = text(32).describe(
  "The hospital's account or mini program (子商户公众账号ID), in agent mode alone.",
)
const subMchId = text(32).describe("The hospital's merchant number (子商户号), in agent mode alone.")

/** What the dialect fills into every signed request. */
export const signing = {
  nonce_str: filled(text(32)).describe('Random text (随机字符串).'),
  sign: filled(text(32)).describe("MD5 with the hospital's payinsurance key (签名)."),
} as const

/** The accounts of a request. */
export const accounts = {
  appid,
  mch_id: mchId,
  sub_appid: optional(subAppid),
  sub_mch_id: optional(subMchId),
} as const

/** Agent mode (服务商模式) names the hospital in every call; independent mode (独立模式) never does. */
export const accountRules: readonly Rule[] = [
  needs(mode('partner'), 'sub_appid', 'sub_mch_id'),
  refuses(mode('direct'), 'sub_appid', 'sub_mch_id'),
]

/** The two users of an order, of which one is given. */
export const users = {
  openid: optional(text(128)).describe('The user under `appid` (用户标识).'),
  sub_openid: optional(text(128)).describe('The user under `sub_appid` (用户子标识).'),
} as const

/** Who pays: exactly one user identity, with the account it belongs to. */
export const userRules: readonly Rule[] = [
  exactlyOne('openid', 'sub_openid'),
  needs(has('sub_openid'), 'sub_appid'),
  needs(mode('partner'), 'sub_openid'),
  refuses(mode('direct'), 'sub_openid'),
]

/** Total order number of WeChat (诊疗单ID, 总单号): `M`, day, eleven digits. */
export const medTransId = text(32).describe(
  'Total order number of WeChat (诊疗单ID, 总单号): `M`, day, eleven digits.',
)
/** The caller's own order number (第三方服务商订单号). */
export const hospOutTradeNo = text(64).describe("The caller's own order number (第三方服务商订单号).")

/** An order by one of its two numbers. */
export const orderNumbers = {
  med_trans_id: optional(medTransId),
  hosp_out_trade_no: optional(hospOutTradeNo),
} as const

/** An order is named by one number, ours or the platform's. */
export const oneOrder = exactlyOne('med_trans_id', 'hosp_out_trade_no')

/** How every answer begins; unsigned when `return_code` is FAIL. */
export const head = {
  return_code: code.describe('Whether the communication worked (返回状态码); says nothing about the trade.'),
  return_msg: optional(text(128)).describe('Why it did not (返回信息).'),
} as const

/** Whether the call did its work (业务结果). */
export const resultCode = code.describe('Whether the call did its work (业务结果).')
/** Error code (错误代码); 0 on success, or left out. */
export const errCode = optional(text(32)).describe('Error code (错误代码); 0 on success, or left out.')
/** The error in words (错误代码描述). */
export const errorText = optional(text(128)).describe('The error in words (错误代码描述).')

/** What a signed answer says after its head. The description of an error is spelled in three ways. */
export function business<const Name extends 'err_code_des' | 'err_code_desc' | 'err_code_descs'>(name: Name) {
  // A computed name widens to string; the cast gives the one name back.
  const described = { [name]: errorText } as { readonly [N in Name]: typeof errorText }
  return { result_code: resultCode, err_code: errCode, ...described } as const
}

/** The accounts as answers and notices echo them. */
export const echoed = {
  appid,
  mch_id: mchId,
  sub_mch_id: optional(subMchId),
  sub_appid: optional(subAppid),
} as const

/** The signature of an answer or a notice. */
export const signed = {
  nonce_str: text(32).describe('Random text (随机字符串).'),
  sign: text(32).describe("MD5 with the hospital's payinsurance key (签名)."),
} as const

/** How the insurance leg was paid; only some regions say it. */
export const insuranceSplit = {
  Insurance_self_fee: optional(
    spelled(whole(), 'insurance_self_fee').describe(
      'From the personal account (医保个人账户部分), in fen; with a capital I on the wire.',
    ),
  ),
  insurance_fund_fee: optional(whole()).describe('From the pooled fund (医保统筹部分), in fen.'),
  insurance_other_fee: optional(whole()).describe('From elsewhere (医保其他部分), in fen.'),
} as const

/** The numbers of the two legs. */
export const legs = {
  insurance_order_id: optional(text(32)).describe(
    'Number of the insurance leg (医保单ID); there when insurance pays a part.',
  ),
  cash_order_id: optional(text(32)).describe(
    'Number of the cash leg (自费单ID), also at the merchant console; there when cash pays a part.',
  ),
} as const

/** Returned as given (附加数据) by query and notice. */
export const attach = optional(text(128)).describe('Returned as given (附加数据) by query and notice.')
/** When it was paid (支付完成时间), Beijing time. */
export const timeEnd = stamp.describe('When it was paid (支付完成时间), Beijing time.')

/** What the bureau wants to hear with an order or a refund; it may know more keys. */
export function bureauRequest(more: Fields): ReturnType<typeof json> {
  return json(
    {
      session_id: text(50).describe("The hospital's session with the bureau, valid for 24 hours."),
      ...more,
      aae011: text(20).describe('Number of the operator (操作员工号).'),
      bka015: text(50).describe('Name of the operator (操作员姓名).'),
      bka001: text(3).describe('Batch (业务批次号), `1` in the samples.'),
      bka964: text(200).describe('Where the user is (位置定位).'),
    },
    Number.POSITIVE_INFINITY,
    'characters',
  ).describe('JSON that the hospital passes through to the bureau (医疗机构透传医保), compact.')
}
