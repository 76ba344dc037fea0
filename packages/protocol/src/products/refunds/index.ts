/** Refunds of paid cash (退款): of combined sub-orders, and of the cash leg of mixed payments. */
import { abnormal, closed, succeeded } from './notifications.ts'
import { applyAbnormal, create, find } from './operations.ts'

export const refunds = { create, find, applyAbnormal } as const

export const refundsNotifications = { succeeded, abnormal, closed } as const
