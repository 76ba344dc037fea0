/** The fields of ordinary JSAPI orders, each declared once. */
import {
  charsets,
  choice,
  fen,
  fenBetween,
  flag,
  group,
  ip,
  list,
  notifyUrl,
  numberChoice,
  octets,
  optional,
  sealed,
  text,
  time,
  whole,
} from '../../fields.ts'
import { differ, refusedAs } from '../../rules.ts'

/** Number, description and money of an order, and what else both modes send. */
export const outTradeNo = text(6, 32, charsets.number).describe(
  'Order number of the caller (商户订单号): unique per signing merchant, sub-orders of combined orders included.',
)
/** `attach`. */
export const attach = text(128).describe(
  'Data of the caller, given back in queries and the notice (附加数据).',
)
/** `transaction_id`. */
export const transactionId = text(32).describe('Number that WeChat Pay gave the payment (微信支付订单号).')

/** Merchants and apps of the two modes. */
export const direct = {
  appid: text(32).describe("The merchant's app (公众号ID), bound to `mchid`."),
  mchid: text(32).describe('The merchant number that signs (商户号).'),
} as const
/** Provider and sub-merchant. */
export const partner = {
  sp_appid: text(32).describe("The provider's app (服务商应用ID), bound to `sp_mchid`."),
  sp_mchid: text(32).describe('The provider that signs (服务商户号).'),
  sub_appid: optional(text(32).describe("The sub-merchant's app (子商户应用ID); needed with `sub_openid`.")),
  sub_mchid: text(32).describe('The sub-merchant (子商户号): another one than `sp_mchid`.'),
} as const

/** A provider is never its own sub-merchant. */
export const anotherMerchant = refusedAs('INVALID_REQUEST', differ('sp_mchid', 'sub_mchid'), 268443705)

const identity = group({
  type: choice({
    IDCARD: 'Identity card (身份证).',
    HONGKONG_MACAO: 'Travel permit for Hong Kong and Macao (港澳通行证).',
    HONGKONG_MACAO_RESIDENT: 'Residence permit of Hong Kong and Macao residents (港澳居民居住证).',
    TAIWAN_RESIDENT: 'Residence permit of Taiwan residents (台湾居民居住证).',
    FOREIGN_RESIDENT: "Foreigner's residence permit (外国人永久居留证).",
    OVERSEA_PASSPORT: 'Passport (护照).',
    PHONE_NUMBER: 'Telephone number (手机号).',
  }).describe('Kind of identity document (证件类型).'),
  number: sealed(octets(1, 214).describe('Number of the document (证件号).')),
  name: sealed(octets(1, 214).describe('Real name (姓名).')),
}).describe('Only this person may pay (实名支付); needs a permission.')

const openids = {
  openid: text(128).describe('The user under `appid` (用户标识).'),
  sp_openid: text(128).describe('The user under `sp_appid` (用户服务标识).'),
  sub_openid: text(128).describe('The user under `sub_appid` (用户子标识).'),
} as const

/** Who pays, as placed and as answered. */
export const payer = { openid: openids.openid, identity: optional(identity) } as const
/** The user under one of the two apps. */
export const partnerPayer = {
  sp_openid: optional(openids.sp_openid),
  sub_openid: optional(openids.sub_openid),
  identity: optional(identity),
} as const
/** Who paid, in the words of either mode. */
export const paidBy = {
  openid: optional(openids.openid),
  sp_openid: optional(openids.sp_openid),
  sub_openid: optional(openids.sub_openid),
} as const

const goods = group({
  merchant_goods_id: text(32).describe("The merchant's goods number (商户侧商品编码)."),
  wechatpay_goods_id: optional(text(32).describe("WeChat Pay's goods number (微信支付商品编码).")),
  goods_name: optional(text(256).describe('Name (商品名称).')),
  quantity: whole(1).describe('How many (商品数量).'),
  unit_price: fen.describe('Price of one (商品单价).'),
})

const store = group({
  id: text(32).describe('Number of the store (门店编号).'),
  name: text(256).describe('Name of the store (门店名称).'),
  area_code: text(32).describe('Area code (地区编码).'),
  address: text(512).describe('Address (详细地址).'),
}).describe('The store (门店信息): all four members or none, since the sources require different ones.')

/** `device_id`. */
export const deviceId = text(32).describe("Number of the merchant's device (商户端设备号).")

const subsidy = group({
  subsidy_detail: optional(
    list(
      group({
        subsidy_period_type: choice({ DAILY: 'By day.', PERIOD: 'By instalment.' }).describe(
          'What is subsidised (贴息类型).',
        ),
        subsidy_plan: list(
          group({
            subsidy_installment_num: numberChoice({ 3: 'Three.', 6: 'Six.', 12: 'Twelve.' }).describe(
              'Number of instalments (分期期数).',
            ),
            subsidy_percent: numberChoice({ 0: 'None.', 100: 'All of it.' }).describe(
              'Share of the interest that the merchant pays, in percent (贴息比例).',
            ),
          }),
        ).describe('Plans (贴息方案).'),
      }),
    ).describe('Subsidies by kind (贴息详情).'),
  ),
}).describe('Interest of instalments that the merchant pays (贴息信息, 微信分付).')

/** What both modes send between the merchant's numbers and the payer. */
export const placed = {
  description: text(127).describe("What the user's bill shows (商品描述)."),
  out_trade_no: outTradeNo,
  time_expire: optional(
    time.describe(
      'Last moment to pay (交易结束时间), fixed by the first call; raised to 1 minute, cut to 15 days; it closes nothing.',
    ),
  ),
  attach: optional(attach),
  notify_url: notifyUrl.describe(
    'Where the payment notice goes (通知地址): https, no query; one page allows 255.',
  ),
  goods_tag: optional(text(32).describe('Coupon tag (订单优惠标记).')),
  limit_pay: optional(
    list(
      choice({
        no_balance: 'Not from the balance.',
        no_credit: 'No credit card.',
        no_debit: 'No debit card.',
        balance_only: 'Only from the balance.',
      }),
    ).describe('Ways of payment that are ruled out (指定支付方式).'),
  ),
  support_fapiao: optional(flag.describe('Shows the entry for an e-invoice (电子发票入口).')),
  amount: group({
    total: fenBetween(1, Number.MAX_SAFE_INTEGER).describe(
      'What is charged (总金额); `wechat_pay_cash_fee` of a medical-insurance order.',
    ),
    currency: optional(currency('Currency (货币类型).')),
  }).describe('Money (订单金额).'),
} as const

/** What both modes send behind the payer. */
export const described = {
  detail: optional(
    group({
      cost_price: optional(fen.describe('Price before discounts (订单原价).')),
      invoice_id: optional(text(32).describe('Number of the receipt (商品小票ID).')),
      goods_detail: optional(list(goods).describe('Goods (单品列表).')),
    }).describe('Goods for coupons (优惠功能), 6144 bytes at most.'),
  ),
  scene_info: optional(
    group({
      payer_client_ip: ip.describe("The payer's address (用户终端IP)."),
      device_id: optional(deviceId),
      store_info: optional(store),
    }).describe('Scene (场景信息).'),
  ),
} as const

/** `profit_sharing`. */
export const profitSharing = optional(flag.describe('Freezes the money for profit sharing (是否指定分账).'))
/** `subsidy_amount`. */
export const subsidyAmount = optional(fen.describe('Top-up of an e-commerce order (补差金额).'))
/** `subsidy_info`. */
export const subsidyInfo = optional(subsidy)

/** The only currency of these orders. */
export function currency(meaning: string) {
  return choice({ CNY: 'Renminbi.' }).describe(meaning)
}
