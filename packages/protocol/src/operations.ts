/** Every operation and notification, by group: the one list that client, simulator and command walk. */

import { bills } from './products/bills/index.ts'
import { combine, combineNotifications } from './products/combine/index.ts'
import { ecommerceRefunds } from './products/ecommerceRefunds/index.ts'
import { globalBills } from './products/globalBills/index.ts'
import { globalRefunds } from './products/globalRefunds/index.ts'
import { payscore, payscoreNotifications } from './products/payscore/index.ts'
import { refunds, refundsNotifications } from './products/refunds/index.ts'
import { wecom, wecomNotifications } from './products/wecom/index.ts'

/** All operations, grouped by product: `operations.medIns.create`. */
export const operations = {
  bills,
  combine,
  ecommerceRefunds,
  globalBills,
  globalRefunds,
  payscore,
  refunds,
  wecom,
} as const

/** All notifications, grouped by product: `notifications.medIns.paid`. */
export const notifications = {
  combine: combineNotifications,
  payscore: payscoreNotifications,
  refunds: refundsNotifications,
  wecom: wecomNotifications,
} as const
