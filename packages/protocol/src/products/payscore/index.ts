/** WeChat PayScore service orders for overseas institutions (境外支付分 · 机构模式). */
import { confirmed, paid } from './notifications.ts'
import { cancel, complete, create, query, sync } from './orders.ts'

export { type Rate, rateOf, rateText } from './rates.ts'
export { type ServiceStage, type StageWords, serviceStage } from './stages.ts'

/** The five operations; modify, pay and the like do not exist overseas (D1). */
export const payscore = { create, query, cancel, complete, sync } as const

/** What the merchant is told. */
export const payscoreNotifications = { confirmed, paid } as const
