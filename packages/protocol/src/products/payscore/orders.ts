/** The five operations of PayScore service orders, overseas, institution mode (境外支付分 · 机构模式). */
import { charsets } from '../../charsets.ts'
import {
  flag,
  group,
  list,
  minor,
  notifyUrl,
  optional,
  text,
  textual,
  time,
  url,
  whole,
} from '../../fields.ts'
import { defineOperation, empty } from '../../operation.ts'
import { all, exactlyOne, has, is, lacks, needs, refuses, sums } from '../../rules.ts'
import { serviceOrderState, stateDescription, syncType } from './enumerations.ts'
import { cancelErrors, completeErrors, createErrors, notFound, queryErrors, syncErrors } from './errors.ts'
import {
  anyText,
  collection,
  discountAtComplete,
  discountAtCreate,
  location,
  payment,
  riskFund,
  syncDetail,
  timeRange,
  timeRangeAtCreate,
} from './parts.ts'

const pages = 'https://pay.weixin.qq.com/doc/global/v3/zh'

const common = { dialect: 'apiv3', host: 'global', trust: 'signature' } as const

const identity = {
  service_id: text(32).describe('Number of the service, digits kept as text (服务ID).'),
  sub_mchid: text(32).describe('Sub-merchant that receives the money (子商户号).'),
}

const outOrderNo = text(1, 32, charsets.number).describe(
  'Number given by the merchant, unique for the institution; no transaction number (商户订单号).',
)

const appids = {
  appid: text(32).describe('Official account or app of the institution (服务商公众号ID).'),
  sub_appid: optional(text(32)).describe('Official account or app of the sub-merchant (子商户公众号ID).'),
}

/** The appid that cancel and complete take (D16). */
const sameAppid = optional(text(32)).describe(
  "The sub-merchant's appid when the order was created with both, else the institution's; the client always sends it.",
)

const currency = text(16).describe(
  'Settlement currency of the receiving merchant, the only one it has (货币类型).',
)
const attach = optional(text(256)).describe('Passed through to query and notifications (附加数据).')

const openids = {
  openid: optional(text(128)).describe("The user under the institution's appid (服务商公众号下的用户标识)."),
  sub_openid: optional(text(128)).describe(
    "The user under the sub-merchant's appid (子商户公众号下的用户标识).",
  ),
}

/** What every answer about a service order holds, in notifications too. */
export const orderFields = {
  service_id: identity.service_id,
  appid: appids.appid,
  mchid: text(32).describe('The institution (服务商商户号).'),
  sub_appid: appids.sub_appid,
  sub_mchid: identity.sub_mchid,
  out_order_no: outOrderNo,
  service_introduction: text(32).describe('What the service is, shown to the user (服务信息).'),
  state: serviceOrderState.describe('State of the service order (服务订单状态).'),
  state_description: optional(stateDescription).describe('Only while DOING (订单状态说明).'),
  post_payments: optional(list(payment)).describe('Items to be paid after the service (后付费项目).'),
  risk_fund: riskFund.describe('What the service puts at risk (服务风险金).'),
  time_range: timeRange.describe('When the service runs (服务时间).'),
  location: optional(location).describe('Where the service is used (服务位置).'),
  attach,
  order_id: text(64).describe(
    'Service order number of WeChat Pay, one to one with out_order_no (微信支付服务订单号).',
  ),
}

/** What is known of the money once the merchant has completed the service. */
export const moneyFields = {
  total_amount: optional(textual(minor)).describe('Payments less discounts, once completed (总金额).'),
  need_collection: optional(flag).describe(
    'Whether PayScore collects the money; false when nothing is to be collected (是否需要收款).',
  ),
  collection: optional(collection).describe('What has been collected, from completion on (收款信息).'),
}

/** The rate that was locked when the user confirmed. */
export const rateFields = {
  currency_price: optional(whole()).describe(
    'Locked rate: yuan for one unit of the currency, times 100 000 000 (汇率值).',
  ),
  currency_rate_info: optional(anyText).describe('The same as text, such as 1HKD=0.90CNY (汇率).'),
}

/** The users as answers name them. */
export const userFields = openids

const answer = {
  ...orderFields,
  post_discounts: optional(list(discountAtCreate)).describe('Discounts by the merchant (商户优惠).'),
  notify_url: url(256).describe('Where the merchant takes notifications (商户回调地址).'),
  currency: optional(currency),
}

/** Creates a service order; the same number with the same content succeeds again. */
export const create = defineOperation({
  ...common,
  id: 'payscore.create',
  title: 'Create a service order (创建支付分订单)',
  route: 'POST /v3/payscore/oversea/partner/serviceorder',
  body: {
    ...identity,
    ...appids,
    out_order_no: outOrderNo,
    currency,
    service_introduction: text(20).describe('What the service is, shown to the user (服务信息).'),
    post_payments: optional(list(payment, 0, 100)).describe(
      'Items to be paid, shown to the user; replaced at completion (后付费项目).',
    ),
    post_discounts: optional(list(discountAtCreate, 0, 30)).describe(
      'Discounts, shown to the user; replaced at completion (商户优惠).',
    ),
    risk_fund: riskFund.describe('What the service puts at risk; it feeds the assessment (服务风险金).'),
    time_range: timeRangeAtCreate.describe('When the service runs (服务时间).'),
    location: optional(location).describe('Where the service is used (服务位置).'),
    ...openids,
    need_user_confirm: optional(flag).describe(
      'Whether the user confirms before the service starts; true when left out, the client always sends it (是否需要用户确认).',
    ),
    notify_url: notifyUrl.describe('Where notifications go: https, no query (商户回调地址).'),
    attach,
  },
  rules: [
    needs(has('sub_openid'), 'sub_appid'),
    needs(all(is('need_user_confirm', false), lacks('openid')), 'sub_openid'),
    refuses(all(is('need_user_confirm', false), has('openid')), 'sub_openid'),
  ],
  result: group({
    ...answer,
    risk_fund: optional(answer.risk_fund),
    time_range: optional(answer.time_range),
    notify_url: optional(answer.notify_url),
    package: optional(anyText).describe(
      'Opens the confirmation page, valid for one hour; passed on untouched (跳转微信侧数据包).',
    ),
  }),
  errors: createErrors,
  repeat: 'same',
  doc: `${pages}/4014096395`,
})

/** Looks up one service order by its number or by the `query_id` that the front end was given. */
export const query = defineOperation({
  ...common,
  id: 'payscore.query',
  title: 'Query a service order (查询支付分订单)',
  route: 'GET /v3/payscore/oversea/partner/serviceorder',
  query: {
    ...identity,
    out_order_no: optional(outOrderNo),
    query_id: optional(text(512)).describe(
      'Handed to the front end when the user comes back from the confirmation page (单据查询ID).',
    ),
  },
  rules: [exactlyOne('out_order_no', 'query_id')],
  result: group({ ...answer, ...moneyFields, ...userFields, ...rateFields }),
  errors: queryErrors,
  notFound,
  repeat: 'read',
  doc: `${pages}/4014096411`,
})

const path = { out_order_no: outOrderNo }

/** Cancels a service order that is CREATED or DOING, even when it is completed and not paid yet. */
export const cancel = defineOperation({
  ...common,
  id: 'payscore.cancel',
  title: 'Cancel a service order (取消支付分订单)',
  route: 'POST /v3/payscore/oversea/partner/serviceorder/{out_order_no}/cancel',
  path,
  body: {
    ...identity,
    appid: sameAppid,
    reason: text(50).describe('Why it is cancelled (撤销原因).'),
  },
  result: empty,
  errors: cancelErrors,
  notFound,
  repeat: 'safe',
  doc: `${pages}/4014096416`,
})

/** Completes the service with the real amount; WeChat Pay then collects it by itself. */
export const complete = defineOperation({
  ...common,
  id: 'payscore.complete',
  title: 'Complete a service order (完结支付分订单)',
  route: 'POST /v3/payscore/oversea/partner/serviceorder/{out_order_no}/complete',
  path,
  body: {
    ...identity,
    appid: sameAppid,
    post_payments: list(payment, 1, 100).describe(
      'What is to be paid; replaces the list of create (后付费项目).',
    ),
    post_discounts: optional(list(discountAtComplete, 0, 30)).describe(
      'What is taken off; replaces the list of create (商户优惠).',
    ),
    total_amount: minor.describe('Payments less discounts (总金额).'),
    currency: optional(currency).describe('The same currency as at create (货币类型).'),
    time_range: optional(timeRange).describe(
      'The real times; end_time must be given here when create had none (服务时间).',
    ),
    location: optional(location).describe('The real place (服务位置).'),
    profit_sharing: optional(flag).describe(
      'Whether the money is shared out later; false when left out (微信支付服务分账标记).',
    ),
    complete_time: optional(time).describe('When the service was completed (完结服务时间).'),
    goods_tag: optional(anyText).describe('Tag by which coupons apply (订单优惠标记).'),
  },
  rules: [sums('total_amount', { plus: ['post_payments[].amount'], minus: ['post_discounts[].amount'] })],
  result: empty,
  errors: completeErrors,
  notFound,
  repeat: 'same',
  doc: `${pages}/4014096431`,
})

/** Reports that the user has paid outside WeChat, so that the collection stops. */
export const sync = defineOperation({
  ...common,
  id: 'payscore.sync',
  title: 'Report a payment outside WeChat (同步订单信息)',
  route: 'POST /v3/payscore/oversea/partner/serviceorder/{out_order_no}/sync',
  path,
  body: {
    ...identity,
    type: syncType.describe('What is reported (场景类型).'),
    detail: syncDetail.describe('The payment (内容信息详情).'),
  },
  result: empty,
  errors: syncErrors,
  notFound,
  repeat: 'never',
  doc: `${pages}/4014096438`,
})
