/** Medical-insurance mixed payment (医保自费混合支付), `v3/med-ins/*`. */
import { paid } from './notifications.ts'
import { create, queryByMixTradeNo, queryByOutTradeNo } from './orders.ts'
import { reportInsuranceRefund } from './refunds.ts'

/** The four operations of medical-insurance orders; there is none to close one: close its cash order. */
export const medIns = { create, queryByOutTradeNo, queryByMixTradeNo, reportInsuranceRefund } as const

/** The one notice: there is none for failure, expiry or refund. */
export const medInsNotifications = { paid } as const
