/** The values that fields of refunds take. */
import { choice } from '../../fields.ts'

/** 退款状态. */
export const refundStatus = choice({
  SUCCESS: 'The money arrived (退款成功).',
  CLOSED: 'Ended without money (退款关闭): its amount is free, a new number may try again.',
  PROCESSING: 'Under way (退款处理中).',
  ABNORMAL: 'The account could not take it (退款异常): its amount is not free, it waits for a person.',
})

/** 退款状态 of a notice; `CLOSE` is an older spelling. */
export const announcedStatus = choice({
  SUCCESS: 'The money arrived (退款成功).',
  CLOSED: 'Ended without money (退款关闭).',
  CLOSE: 'Older spelling of CLOSED.',
  ABNORMAL: 'The account could not take it (退款异常).',
})

/** 退款渠道. */
export const channel = choice({
  ORIGINAL: 'The way it was paid (原路退款).',
  BALANCE: "To the user's change, since the card could not take it (退回到余额).",
  OTHER_BALANCE: 'To another change account (原账户异常退到其他余额账户).',
  OTHER_BANKCARD: 'To another bank card (原银行卡异常退到其他银行卡).',
})

/** 出资账户类型. */
export const fundingAccount = choice({
  AVAILABLE: 'Available balance (可用余额).',
  UNAVAILABLE: 'Unavailable balance (不可用余额).',
})

/** 资金账户 that a refund was paid from. */
export const fundsAccount = choice({
  UNSETTLED: 'Unsettled money (未结算资金).',
  AVAILABLE: 'Available balance (可用余额).',
  UNAVAILABLE: 'Unavailable balance (不可用余额).',
  OPERATION: 'Operations account (运营户).',
  BASIC: 'Basic account (基本账户).',
  ECNY_BASIC: 'Basic account in digital currency (数字人民币基本账户).',
})

/** 优惠范围. */
export const couponScope = choice({
  GLOBAL: 'For the whole order (全场代金券).',
  SINGLE: 'For single items (单品优惠).',
})

/** 优惠类型: the pages disagree on the words. */
export const couponType = choice({
  CASH: 'Prefunded (充值型代金券).',
  NOCASH: 'Not prefunded (免充值型代金券).',
  COUPON: 'Coupon that WeChat Pay settles (代金券).',
  DISCOUNT: 'Discount that is not settled (优惠券).',
})

/** The currency of domestic refunds. */
export const currency = choice({ CNY: 'Renminbi (人民币).' })

/** 退款出资商户. */
export const refundAccount = choice({
  REFUND_SOURCE_SUB_MERCHANT: 'The sub-merchant pays (二级商户出资).',
  REFUND_SOURCE_PARTNER_ADVANCE: 'The platform advances the money (电商平台垫付).',
})

/** 异常退款处理方式. */
export const abnormalType = choice({
  USER_BANK_CARD: 'To another card of the user (退款到用户银行卡).',
  MERCHANT_BANK_CARD:
    "Back to the merchant's bound account, who pays the user privately (退款至交易商户银行账户).",
})

/** 开户银行 of the user's debit card. */
export const bankType = choice({
  CMB_DEBIT: 'China Merchants Bank (招商银行).',
  COMM_DEBIT: 'Bank of Communications (交通银行).',
  ABC_DEBIT: 'Agricultural Bank of China (农业银行).',
  CCB_DEBIT: 'China Construction Bank (建设银行).',
  ICBC_DEBIT: 'Industrial and Commercial Bank of China (工商银行).',
  BOC_DEBIT: 'Bank of China (中国银行).',
  PAB_DEBIT: 'Ping An Bank (平安银行).',
  SPDB_DEBIT: 'Shanghai Pudong Development Bank (浦发银行).',
  CITIC_DEBIT: 'China CITIC Bank (中信银行).',
  CEB_DEBIT: 'China Everbright Bank (光大银行).',
  CMBC_DEBIT: 'China Minsheng Bank (民生银行).',
  CIB_DEBIT: 'Industrial Bank (兴业银行).',
  GDB_DEBIT: 'China Guangfa Bank (广发银行).',
  PSBC_DEBIT: 'Postal Savings Bank of China (邮储银行).',
  NBCB_DEBIT: 'Bank of Ningbo (宁波银行).',
})
