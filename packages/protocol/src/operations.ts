/** Every operation and notification, by group: the one list that client, simulator and command walk. */
import { combine, combineNotifications } from './products/combine/index.ts'
import { ecommerceRefunds } from './products/ecommerceRefunds/index.ts'
import { refunds, refundsNotifications } from './products/refunds/index.ts'

/** All operations, grouped by product: `operations.medIns.create`. */
export const operations = { combine, ecommerceRefunds, refunds } as const

/** All notifications, grouped by product: `notifications.medIns.paid`. */
export const notifications = { combine: combineNotifications, refunds: refundsNotifications } as const
