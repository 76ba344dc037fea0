/** The values that fields of combined payment take. */
import { choice, numberChoice } from '../../fields.ts'

/** 交易状态, of each sub-order. There is no state of the combined order as a whole. */
export const tradeState = choice({
  SUCCESS: 'Paid (支付成功); may still become REFUND.',
  REFUND: 'At least one refund was accepted (转入退款); the refund query tells its fate.',
  NOTPAY: 'Not paid yet (未支付).',
  CLOSED: 'Closed (已关闭), never payable again.',
  USERPAYING: 'The user is entering the password (用户支付中).',
  PAYERROR: 'The payment failed, e.g. at the bank (支付失败); the user may try again until expiry.',
  REVOKED: 'Reversed (已撤销); only pay-code payments, cannot occur here.',
  ACCEPT: 'Accepted, waiting for deduction (已接收，等待扣款); only deduction products, cannot occur here.',
})

/** 交易类型. */
export const tradeType = choice({
  NATIVE: 'Scanned code (扫码支付).',
  JSAPI: 'Official account page or mini program (公众号支付、小程序支付).',
  APP: 'Native app (APP支付).',
  MWEB: 'Browser outside WeChat (H5支付).',
})

/** The currency of combined orders. */
export const currency = choice({ CNY: 'Renminbi (人民币).' })

/** 场景类型 of an H5 payment, in exact case. */
export const h5Type = choice({
  iOS: 'An iOS device.',
  Android: 'An Android device.',
  Wap: 'A mobile web page.',
})

/** 证件类型 of 实名支付; the newest pages promise the identity card only. */
export const identityType = choice({
  IDCARD: 'Mainland identity card (身份证).',
  HONGKONG_MACAO: 'Mainland travel permit for Hong Kong and Macao residents (港澳居民来往内地通行证).',
  HONGKONG_MACAO_RESIDENT: 'Residence permit of Hong Kong and Macao residents (港澳居民居住证).',
  TAIWAN_RESIDENT: 'Residence permit of Taiwan residents (台湾居民居住证).',
  FOREIGN_RESIDENT: "Foreigner's permanent residence card (外国人永久居留身份证).",
  OVERSEA_PASSPORT: 'Foreign passport (护照).',
  PHONE_NUMBER: 'Mobile number (手机号).',
})

/** 指定支付方式. */
export const payLimit = choice({
  no_balance: 'Not from the balance (不使用余额).',
  no_debit: 'Not by debit card (不使用借记卡).',
  balance_only: 'Only from the balance (仅使用余额).',
})

/** Which instalments of 微信分付 the merchant pays the interest of (贴息). */
export const subsidyPeriodType = choice({ DAILY: 'By day (按日).', PERIOD: 'By instalment period (按期).' })
/** How many periods a payment in instalments has. */
export const installments = numberChoice({ 3: 'Three periods.', 6: 'Six periods.', 12: 'Twelve periods.' })
/** How much of the interest the merchant pays. */
export const subsidyPercent = numberChoice({ 0: 'No subsidy.', 100: 'The whole interest.' })

/** What kind of sale a sub-order is. */
export const orderServiceType = choice({ INDIVIDUALTRADE: 'Sale by an individual payee (个人收款).' })
/** What kind of trade the whole order is. */
export const tradeScenario = choice({ RECOMMERCE: 'Second-hand trade (二手交易).' })

/** 优惠范围. */
export const couponScope = choice({
  GLOBAL: 'For the whole order (全场代金券).',
  SINGLE: 'For single items (单品优惠).',
})
/** 优惠类型. */
export const couponType = choice({
  CASH: 'Prefunded (充值型): paid out to the merchant.',
  NOCASH: 'Not prefunded (免充值型): lowers the settlement.',
})
