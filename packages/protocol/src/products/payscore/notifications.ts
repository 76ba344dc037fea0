/** The two notifications of a service order. */
import { group, list, optional, text, url } from '../../fields.ts'
import { defineNotification } from '../../operation.ts'
import { moneyFields, orderFields, rateFields, userFields } from './orders.ts'
import { discountInNotice, payment, riskFundInNotice } from './parts.ts'

/** Nine repeats within 3 h 4 min (D26). */
const schedule = [15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600] as const

/** No source lists these for notifications, so they are read where they come (D28). */
const unlisted = {
  currency: optional(text(16)).describe('Settlement currency of the receiving merchant (货币类型).'),
  ...rateFields,
  notify_url: optional(url(256)).describe('Where the merchant takes notifications (商户回调地址).'),
}

/** The fields of the overseas product; those that other modes of PayScore share the page with are left out. */
const resourceFields = {
  ...orderFields,
  ...userFields,
  ...moneyFields,
  post_payments: list(payment).describe('Items to be paid after the service (后付费项目).'),
  post_discounts: optional(list(discountInNotice)).describe('Discounts by the merchant (商户优惠).'),
  order_id: optional(orderFields.order_id),
  ...unlisted,
}

const common = {
  dialect: 'apiv3',
  originalType: 'payscore',
  schedule,
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/doc/global/v3/zh/4014096520',
} as const

/** The user has confirmed the order: the service may start. */
export const confirmed = defineNotification({
  ...common,
  id: 'payscore.confirmed',
  title: 'Order confirmed by the user (确认订单回调通知)',
  event: 'PAYSCORE.USER_CONFIRM',
  resource: group(resourceFields),
})

/** The money has been collected. */
export const paid = defineNotification({
  ...common,
  id: 'payscore.paid',
  title: 'Order paid by the user (支付成功回调通知)',
  event: 'PAYSCORE.USER_PAID',
  resource: group({
    ...resourceFields,
    risk_fund: riskFundInNotice.describe('What the service puts at risk (服务风险金).'),
  }),
})
