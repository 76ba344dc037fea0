/** The named values of PayScore service orders, each with its meaning. */
import { choice } from '../../fields.ts'

/** State of a service order (服务订单状态). */
export const serviceOrderState = choice({
  CREATED: 'Created, waiting for the user to confirm (服务订单已创建).',
  DOING: 'In progress; state_description says how far (服务订单进行中).',
  DONE: 'Finished: paid, paid outside WeChat, or nothing to pay (服务订单已完成). Final.',
  REVOKED: 'Cancelled by the merchant (商户取消服务订单). Final.',
  EXPIRED: 'Stayed CREATED for more than an hour (服务订单已失效). Final.',
})

/** What qualifies the state DOING (订单状态说明). */
export const stateDescription = choice({
  USER_CONFIRM: 'The user has confirmed, the service runs (用户确认).',
  MCH_COMPLETE: 'The merchant has completed the service, the money is being collected (商户完结).',
})

/** State of a collection (收款状态). */
export const collectionState = choice({
  USER_PAYING: 'Waiting for payment (待支付).',
  USER_PAID: 'Paid in full (已支付).',
})

/** How a collection came in (支付成功类型). */
export const paidType = choice({
  NEWTON: 'Collected by PayScore (微信支付分).',
  MCH: 'Paid through the merchant, outside WeChat (商户渠道).',
})

/**
 * Name of the risk (风险名称). The service ID fixes which group is allowed: the first three waive a
 * deposit, the last one is for services used first and paid later.
 */
export const riskName = choice({
  DEPOSIT: 'Deposit (押金).',
  ADVANCE: 'Advance payment (预付款).',
  CASH_DEPOSIT: 'Security deposit (保证金).',
  ESTIMATE_ORDER_COST: 'Estimated cost of the order (预估订单费用).',
})

/** What a coupon applies to (优惠范围). */
export const promotionScope = choice({
  GLOBAL: 'All goods (全场代金券).',
  SINGLE: 'Single items (单品优惠).',
})

/** Whether a coupon is funded beforehand (优惠类型). */
export const promotionType = choice({
  CASH: 'Pre-funded (充值型代金券).',
  NOCASH: 'Not pre-funded (免充值型代金券).',
})

/** What a synchronisation reports (场景类型). */
export const syncType = choice({
  Order_Paid: 'The user has paid outside WeChat (订单收款成功).',
})
