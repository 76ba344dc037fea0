/** Placing a combined order (合单下单): five front ends of one order. */
import {
  charsets,
  fenBetween,
  flag,
  group,
  ip,
  list,
  notifyUrl,
  octets,
  optional,
  sealed,
  text,
  time,
  whole,
} from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { all, exactlyOne, lacks, mode, needs, refusedAs, refuses, unique } from '../../rules.ts'
import {
  currency,
  h5Type,
  identityType,
  installments,
  orderServiceType,
  payLimit,
  subsidyPercent,
  subsidyPeriodType,
  tradeScenario,
} from './enumerations.ts'
import { orderErrors, orderPaid } from './errors.ts'

/** 合单商户订单号, the number of the whole order. */
export const combineNumber = text(1, 32, charsets.numberWithAt).describe(
  'Number of the combined order at the initiator (合单商户订单号), unique there.',
)

/** 子单商户订单号, the number of one sub-order. */
export const subNumber = text(6, 32, charsets.numberWithAt).describe(
  "Number of the sub-order (子单商户订单号) in its merchant's own space of numbers.",
)

/** Sub-merchant that receives the money (二级商户号): in provider and e-commerce mode, never in direct mode. */
export const subMchid = text(32).describe(
  'Sub-merchant that receives the money (二级商户号): in provider and e-commerce mode, never in direct mode.',
)
/** The sub-merchant's appid (子商户应用ID), bound to it. */
export const subAppid = text(32).describe("The sub-merchant's appid (子商户应用ID), bound to it.")
/** Authorisation of an individual payee (个人收款授权ID). */
export const individualAuthId = text(Number.POSITIVE_INFINITY).describe(
  'Authorisation of an individual payee (个人收款授权ID).',
)
/** The individual payee's name on the platform. */
export const individualName = text(Number.POSITIVE_INFINITY).describe(
  "The individual payee's name on the platform.",
)

const payerClientIp = ip.describe("The user's address (用户终端IP), IPv4 or IPv6.")
const scene = group({
  device_id: optional(octets(7, 16).describe('Terminal or shop (商户端设备号), counted in bytes.')),
  payer_client_ip: payerClientIp,
}).describe('Where the user pays (场景信息).')

const settlement = group({
  profit_sharing: optional(
    flag.describe('Freeze the money for profit sharing (是否指定分账); false when left out.'),
  ),
  subsidy_amount: optional(
    fenBetween(0, 500_000).describe(
      "The platform's top-up (补差金额), at most 5 000 yuan; takes effect only with profit sharing.",
    ),
  ),
}).describe('Settlement (结算信息).')

/** What every sub-order holds on every front end. */
const subOrder = {
  mchid: text(32).describe(
    'Participant (子单商户号): in direct mode the payee, otherwise the provider or platform.',
  ),
  out_trade_no: subNumber,
  description: text(127).describe('What is sold (商品描述), shown to the user.'),
  attach: text(128).describe('Data of the merchant (附加数据), returned untouched and printed in the bill.'),
  amount: group({
    total_amount: fenBetween(1, 1_000_000_000).describe('Price of this sub-order (标价金额).'),
    currency: currency.describe('Currency (标价币种).'),
  }).describe('Amount of this sub-order (订单金额).'),
}
const merchantSubOrder = {
  ...subOrder,
  sub_mchid: optional(subMchid),
  sub_appid: optional(subAppid),
  goods_tag: optional(text(32).describe('Coupon tag (订单优惠标记).')),
  settle_info: optional(settlement),
}
const detailedSubOrder = {
  ...merchantSubOrder,
  detail: optional(text(6000).describe('Goods in detail (商品详情).')),
  profit_sharing: optional(flag.describe('Older twin of `settle_info.profit_sharing`, which wins.')),
}
/** In partner mode a sub-order is for a sub-merchant or for an individual. */
export const partnerNamesPayeeOrIndividual = [
  needs(all(mode('partner'), lacks('individual_auth_id')), 'sub_mchid'),
  refuses(mode('direct'), 'sub_mchid'),
]
const partnerNamesPayee = [needs(mode('partner'), 'sub_mchid'), refuses(mode('direct'), 'sub_mchid')]

const openid = text(128).describe('The user under `combine_appid` (用户标识).')
const identity = group({
  type: identityType.describe('Kind of document (证件类型).'),
  number: sealed(octets(1, 214).describe('Its number (证件号).')),
  name: sealed(octets(1, 214).describe("The person's name (姓名).")),
}).describe('Only this person may pay (实名支付); needs a permission.')
const subOpenid = text(128).describe('The user under the `sub_appid` of a sub-order.')

const order = {
  combine_appid: text(32).describe(
    'Appid of the initiator (合单商户appid), bound to it and to every participant.',
  ),
  combine_mchid: text(32).describe('Initiator (合单商户号): who signs the request.'),
  combine_out_trade_no: combineNumber,
  time_expire: optional(
    time.describe(
      'Last moment to pay (交易结束时间), fixed by the first placing; it closes nothing. 7 days when left out, 1 minute to 15 days.',
    ),
  ),
}
const notice = notifyUrl.describe('Where the payment is announced (通知地址), without query.')

const merchantOrder = {
  ...order,
  time_start: optional(time.describe('When the order takes effect (交易起始时间).')),
  notify_url: notice,
  limit_pay: optional(list(payLimit).describe('Means of payment excluded or demanded (指定支付方式).')),
}
const interestSubsidy = group({
  subsidy_detail: optional(
    list(
      group({
        subsidy_period_type: subsidyPeriodType.describe('How interest is counted.'),
        subsidy_plan: list(
          group({
            subsidy_installment_num: installments.describe('Number of instalments.'),
            subsidy_percent: subsidyPercent.describe(
              'Share of the interest that the merchant pays, in percent.',
            ),
          }),
        ).describe('Plans of this kind.'),
      }),
    ).describe('Subsidies by kind of period.'),
  ),
}).describe('Interest of instalments paid by the merchant (贴息).')

const contract = group({
  mchid: text(Number.POSITIVE_INFINITY).describe('Contracting merchant.'),
  appid: text(Number.POSITIVE_INFINITY).describe('Its appid.'),
  out_contract_code: text(Number.POSITIVE_INFINITY).describe("The merchant's number of the contract."),
  plan_id: whole().describe('Template of the contract.'),
  contract_display_account: text(Number.POSITIVE_INFINITY).describe('Account name shown to the user.'),
  notify_url: notifyUrl.describe('Where the contract is announced.'),
}).describe('Sign a deduction contract while paying (预签约).')

const distinct = refusedAs('INVALID_REQUEST', unique('sub_orders', 'mchid', 'out_trade_no'))
const subOrders = 'The sub-orders (子单信息), 1 to 50; newer pages: 2 to 10 in direct mode.'

const prepaid = {
  prepay_id: text(64).describe('Session for the payment (预支付交易会话标识), valid for 2 hours.'),
}

const placing = {
  dialect: 'apiv3',
  host: 'mainland',
  errors: [...orderErrors, orderPaid],
  repeat: 'same',
  trust: 'signature',
} as const

/** Places a combined order for official-account pages and mini programs. */
export const createJsapi = defineOperation({
  ...placing,
  id: 'combine.createJsapi',
  title: 'Place a combined order for JSAPI and mini programs (JSAPI合单下单)',
  route: 'POST /v3/combine-transactions/jsapi',
  body: {
    ...merchantOrder,
    scene_info: optional(scene),
    sub_orders: list(group(detailedSubOrder, ...partnerNamesPayee), 1, 50).describe(subOrders),
    combine_payer_info: group(
      { openid: optional(openid), sub_openid: optional(subOpenid), identity: optional(identity) },
      exactlyOne('openid', 'sub_openid'),
    ).describe('Who pays (支付者).'),
    subsidy_info: optional(interestSubsidy),
  },
  rules: [distinct],
  result: group(prepaid),
  doc: 'https://pay.weixin.qq.com/docs/merchant/products/combine-payment/apilist-jsapi.html',
})

/** Places a combined order for native apps. */
export const createApp = defineOperation({
  ...placing,
  id: 'combine.createApp',
  title: 'Place a combined order for apps (APP合单下单)',
  route: 'POST /v3/combine-transactions/app',
  body: {
    ...merchantOrder,
    scene_info: optional(scene),
    sub_orders: list(
      group(
        {
          ...detailedSubOrder,
          individual_auth_id: optional(individualAuthId),
          individual_name: optional(individualName),
        },
        ...partnerNamesPayeeOrIndividual,
      ),
      1,
      50,
    ).describe(subOrders),
    combine_payer_info: optional(
      group({ openid: optional(openid), identity: optional(identity) }).describe('Who pays (支付者).'),
    ),
    subsidy_info: optional(interestSubsidy),
    trade_scenario: optional(tradeScenario.describe('Kind of trade (交易场景).')),
    prepay_id: optional(text(64).describe('An existing session to attach a contract to.')),
    contract_info: optional(contract),
  },
  rules: [distinct],
  result: group({
    ...prepaid,
    contract_result: optional(
      group({
        code: text(Number.POSITIVE_INFINITY).describe('Outcome of the contract.'),
        message: optional(text(Number.POSITIVE_INFINITY).describe('The outcome in words.')),
      }).describe('What became of the contract; only with `contract_info`.'),
    ),
  }),
  doc: 'https://pay.weixin.qq.com/docs/partner/products/combine-payment/apilist-app.html',
})

const browserPayer = optional(
  group({ openid: optional(openid), sub_openid: optional(subOpenid), identity: optional(identity) }).describe(
    'Who pays (支付者).',
  ),
)

/** Places a combined order for browsers outside WeChat. */
export const createH5 = defineOperation({
  ...placing,
  id: 'combine.createH5',
  title: 'Place a combined order for H5 (H5合单下单)',
  route: 'POST /v3/combine-transactions/h5',
  body: {
    ...merchantOrder,
    scene_info: group({
      device_id: octets(7, 32).describe('Terminal or shop (商户端设备号), counted in bytes.'),
      payer_client_ip: payerClientIp,
      h5_info: group({
        type: h5Type.describe('Kind of scene (场景类型).'),
        app_name: optional(text(64).describe('Name of site or app (应用名称).')),
        app_url: optional(text(128).describe('Address of the site (网站URL).')),
        bundle_id: optional(text(128).describe('iOS bundle id.')),
        package_name: optional(text(128).describe('Android package.')),
      }).describe('The H5 scene (H5场景信息).'),
    }).describe('Where the user pays (场景信息).'),
    sub_orders: list(group(merchantSubOrder, ...partnerNamesPayee), 1, 50).describe(subOrders),
    combine_payer_info: browserPayer,
  },
  rules: [distinct],
  result: group({
    h5_url: text(512).describe(
      'Link to the cashier (支付跳转链接), valid for 5 minutes; `&redirect_url=` may follow.',
    ),
  }),
  doc: 'https://pay.weixin.qq.com/doc/v3/merchant/4012556961',
})

/** Places a combined order to be scanned. */
export const createNative = defineOperation({
  ...placing,
  id: 'combine.createNative',
  title: 'Place a combined order for scanning (Native合单下单)',
  route: 'POST /v3/combine-transactions/native',
  body: {
    ...merchantOrder,
    scene_info: optional(scene),
    sub_orders: list(group(merchantSubOrder, ...partnerNamesPayee), 1, 50).describe(subOrders),
    combine_payer_info: browserPayer,
  },
  rules: [distinct],
  result: group({
    code_url: text(512).describe('Text of the code to scan (二维码链接), valid for 2 hours.'),
  }),
  doc: 'https://pay.weixin.qq.com/docs/partner/apis/ecommerce-combine-payment/native-prepay.html',
})

/** Places an order for individual payees; ordinary mini programs use `createJsapi`. */
export const createMiniprogram = defineOperation({
  ...placing,
  id: 'combine.createMiniprogram',
  title: 'Place an order for individual payees in a mini program (个人收款小程序下单)',
  route: 'POST /v3/combine-transactions/miniprogram',
  body: {
    ...order,
    notify_url: optional(notice),
    scene_info: optional(scene),
    sub_orders: list(
      group({
        ...subOrder,
        individual_auth_id: individualAuthId,
        individual_name: optional(individualName),
        order_service_type: optional(orderServiceType.describe('Kind of service (订单服务类型).')),
      }),
      1,
      50,
    ).describe(subOrders),
    combine_payer_info: group({ openid }).describe('Who pays (支付者).'),
    trade_scenario: optional(tradeScenario.describe('Kind of trade (交易场景).')),
  },
  rules: [distinct],
  result: group(prepaid),
  doc: 'https://wechatpay.im/openapi/v3/combine-transactions/miniprogram',
})
