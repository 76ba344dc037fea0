/** Refunds of paid cash (退款): of combined sub-orders, and of the cash leg of mixed payments. */
import { abnormal, closed, succeeded } from './notifications.ts'
import { applyAbnormal, create, find } from './operations.ts'

/** Domestic refunds (退款): apply, query, reroute. */
export const refunds = { create, find, applyAbnormal } as const

/** The notices of refunds. */
export const refundsNotifications = { succeeded, abnormal, closed } as const
