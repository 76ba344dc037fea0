/** The order as queries answer it and the notice announces it; pages that echo the create body show more names. */
import { choice, fen, group, list, optional, text, time, whole } from '../../fields.ts'
import { attach, currency, deviceId, direct, outTradeNo, paidBy, partner, transactionId } from './fields.ts'

const promotion = group({
  coupon_id: optional(text(32).describe('Coupon (券ID).')),
  name: optional(text(64).describe('Name (优惠名称).')),
  scope: optional(
    choice({ GLOBAL: 'The whole order.', SINGLE: 'Single goods.' }).describe('Reach (优惠范围).'),
  ),
  type: optional(
    choice({ CASH: 'Prefunded (充值型).', NOCASH: 'Not prefunded (免充值型).' }).describe('Kind (优惠类型).'),
  ),
  amount: optional(fen.describe('Discount (优惠券面额).')),
  stock_id: optional(text(32).describe('Batch (批次).')),
  wechatpay_contribute: optional(fen.describe('Paid by WeChat Pay (微信出资).')),
  merchant_contribute: optional(fen.describe('Paid by the merchant (商户出资).')),
  other_contribute: optional(fen.describe('Paid by others (其他出资).')),
  currency: optional(currency('Currency (优惠币种).')),
  goods_detail: optional(
    list(
      group({
        goods_id: text(32).describe('Goods number (商品编码).'),
        quantity: whole(1).describe('How many (商品数量).'),
        unit_price: fen.describe('Price of one (商品单价).'),
        discount_amount: optional(fen.describe('Taken off (商品优惠金额).')),
        goods_remark: optional(text(128).describe('Remark (商品备注).')),
      }),
    ).describe('Goods that the coupon is for (单品列表).'),
  ),
})

/** What an order says of itself, whoever placed it; of the payment only what has happened. */
const told = {
  out_trade_no: outTradeNo,
  transaction_id: optional(transactionId),
  trade_type: optional(
    choice({
      JSAPI: 'Official account or mini program.',
      NATIVE: 'QR code.',
      APP: 'App.',
      MWEB: 'H5.',
      MICROPAY: 'Pay code (付款码).',
      FACEPAY: 'Face (刷脸).',
    }).describe('How it was placed (交易类型).'),
  ),
  trade_state: choice({
    SUCCESS: 'Paid.',
    REFUND: 'A refund was accepted; the refunds say how much is back.',
    NOTPAY: 'Not paid yet.',
    CLOSED: 'Closed; can never be paid.',
    REVOKED: 'Revoked; pay codes only.',
    USERPAYING: 'The user is paying; pay codes only.',
    PAYERROR: 'The payment failed; pay codes only.',
  }).describe('State (交易状态).'),
  trade_state_desc: text(256).describe('State in words (交易状态描述).'),
  bank_type: optional(text(32).describe('Bank (付款银行), OTHERS for what is none.')),
  attach: optional(attach),
  success_time: optional(time.describe('When it was paid (支付完成时间).')),
} as const

const paying = {
  amount: group({
    total: fen.describe('What the order asked for (总金额).'),
    payer_total: optional(fen.describe('What the user paid, coupons taken off (用户支付金额).')),
    currency: optional(currency('Currency (货币类型).')),
    payer_currency: optional(currency('Currency of the payer (用户支付币种).')),
  }).describe('Money (订单金额).'),
  scene_info: optional(group({ device_id: optional(deviceId) }).describe('Scene (场景信息), if sent.')),
  promotion_detail: optional(list(promotion).describe('Coupons used (优惠功能).')),
} as const

/** An order of a merchant of its own. */
export const order = group({
  ...direct,
  ...told,
  payer: optional(group({ openid: paidBy.openid }).describe('Who paid (支付者).')),
  ...paying,
})

/** An order that a provider placed. */
export const partnerOrder = group({
  ...partner,
  ...told,
  payer: optional(
    group({ sp_openid: paidBy.sp_openid, sub_openid: paidBy.sub_openid }).describe('Who paid (支付者).'),
  ),
  ...paying,
})

/** Either of them, as the notice brings it. */
export const eitherOrder = {
  appid: optional(direct.appid),
  mchid: optional(direct.mchid),
  sp_appid: optional(partner.sp_appid),
  sp_mchid: optional(partner.sp_mchid),
  sub_appid: partner.sub_appid,
  sub_mchid: optional(partner.sub_mchid),
  ...told,
  payer: optional(group(paidBy).describe('Who paid (支付者).')),
  ...paying,
} as const
