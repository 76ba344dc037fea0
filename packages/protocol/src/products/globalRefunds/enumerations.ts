/** The named values of overseas refunds, each with its meaning. */
import { choice } from '../../fields.ts'

/** State of a refund (退款状态). */
export const refundStatus = choice({
  SUCCESS: 'The money is back with the payer (退款成功). Final.',
  REFUNDCLOSE: 'Closed, the money is back with the merchant (退款关闭). Final; its amount is free again.',
  PROCESSING: 'Accepted, on its way (退款处理中).',
  ABNORMAL: 'The account cannot take the money; a person must act (退款异常).',
})

/** Where the money goes (退款渠道). */
export const refundChannel = choice({
  ORIGINAL: 'Back to where it came from (原路退款).',
  BALANCE: "To the payer's change (退回到余额).",
  OTHER_BALANCE: 'To the change of another account (原账户异常退到其他余额账户).',
  OTHER_BANKCARD: 'To another bank card (原银行卡异常退到其他银行卡).',
})

/** From which money of the merchant a refund is paid (退款资金来源). */
export const refundSource = choice({
  REFUND_SOURCE_UNSETTLED_FUNDS: 'Money that is not settled yet (未结算资金). The default.',
  REFUND_SOURCE_RECHARGE_FUNDS: 'Money that was paid in for refunds (可用余额).',
})

/** Which rate a refund used (汇率类型). */
export const exchangeRateType = choice({
  USERPAYMENT_RATE: 'The rate at which the user paid.',
  SETTLEMENT_RATE: 'The rate at which the merchant was settled.',
})

/** What a returned discount applied to (优惠范围). */
export const refundPromotionScope = choice({
  GLOBAL: 'All goods (全场优惠).',
  SINGLE: 'Single items (单品优惠).',
})

/** What kind a returned discount is (优惠类型). */
export const refundPromotionType = choice({
  COUPON: 'Pre-funded coupon (代金券).',
  DISCOUNT: 'Discount without settlement (优惠券).',
})
