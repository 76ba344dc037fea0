/** The words of the legacy medical-insurance interface. */
import { choice, numberChoice } from '../../fields.ts'

/** One union of three: each call's own page lists only two of them (PI Q8). */
export const orderType = choice({
  RegPay: 'Registration (挂号支付); pharmacies use it too.',
  DiagPay: 'Payment during the visit (诊间支付).',
  InHospPay: 'Inpatient (住院).',
})

/** Who pays (支付方式). */
export const payType = numberChoice({
  1: 'Cash only (自费).',
  2: 'Insurance only (医保).',
  3: 'Cash and insurance (自费和医保).',
})

/** Whether figures of the bureau may differ from those sent. */
export const allowFeeChange = numberChoice({
  0: 'Figures that differ from the pre-settlement of the bureau (医保局预结算) are an error.',
  1: 'The figures of the bureau count.',
})

/** Kind of identity document (证件类型). */
export const userCardType = numberChoice({
  1: 'Resident id card (居民身份证), the only kind supported so far.',
  4: 'Macau permit (澳门居民往来内地通行证).',
  5: 'Taiwan permit (台湾居民来往大陆通行证).',
  6: 'Hong Kong permit (香港居民往来内地通行证).',
  7: "Foreigner's permanent residence (外国人永久居留证).",
  8: 'Foreign passport (外国人护照).',
  9: 'Household register (户口本).',
})

/** Which insurance medium is used (医保介质). */
export const isDept = choice({
  1: 'Electronic social-security card (电子社保卡).',
  4: 'Insurance e-voucher (医保电子凭证).',
  5: 'E-voucher first, the electronic social-security card accepted.',
})

/** Means of payment that are excluded (指定支付方式). */
export const limitPay = choice({ no_credit: 'No credit cards (不能使用信用卡支付).' })

/** Whether it worked: `return_code` and `result_code`. */
export const code = choice({ SUCCESS: 'It worked.', FAIL: 'It did not.' })

/** State of the whole order (交易状态). */
export const medTradeState = choice({
  INITIAL: 'The user has no bound card yet (未绑卡).',
  NOTPAY: 'Not paid (未支付).',
  PAYING: 'The payment runs (支付中).',
  SUCCESS: 'Paid (支付成功).',
  REFUND: 'Moved into refund (转入退款); its progress shows only in the refund query.',
  SYS_REFUNDING: 'Payment failed, the exception is handled (支付失败，异常处理中): the taken leg goes back.',
  SYS_REFUNDED: 'Payment failed (支付失败), nothing is kept.',
  CLOSED: 'Closed (已关闭).',
})

/** State of the cash leg. */
export const cashTradeStatus = choice({
  SUCCESS: 'Paid.',
  REFUND: 'Moved into refund.',
  NOTPAY: 'Not paid.',
  CLOSED: 'Closed.',
})

/** State of the insurance leg. */
export const insuranceTradeStatus = choice({
  PAYED: 'Paid; spelled so.',
  REFUND: 'Moved into refund.',
  NOTPAY: 'Not paid.',
  CLOSED: 'Closed.',
})

/** State of the whole refund. */
export const medRefundState = choice({
  SUCCESS: 'Every leg that was to go back is back (退款成功).',
  REFUNDING: 'The refund runs (退款中), or waits for a person where a leg says FAIL or CHANGE.',
})

/** State of the cash part of a refund. */
export const cashRefundStatus = choice({
  SUCCESS: 'Back with the user.',
  REFUNDING: 'On its way.',
  CHANGE:
    "Could not go back to the user's card (转入代发): the money is with the merchant, who pays the user by hand.",
})

/** State of the insurance part of a refund. */
export const insuranceRefundStatus = choice({
  SUCCESS: 'Back with the bureau.',
  FAIL: 'The bureau refused: correct `request_content`, submit the same refund number again, then ask a person.',
  REFUNDING: 'On its way.',
})

/** Which part is refunded. */
export const partRefundType = choice({
  CASH_ONLY: 'Only the cash leg; the insurance leg stays untouched (仅退自费部分).',
})

/** Which rows a bill holds (账单类型). */
export const billType = choice({
  ALL: 'All orders of the day (当日所有订单), the default.',
  SUCCESS: 'Orders paid that day (当日成功支付的订单).',
  REFUND: 'Refunds of that day (当日退款的订单).',
})
