/** Every operation and notification, by group: the one list that client, simulator and command walk. */

import type { NotificationShape, OperationShape } from './operation.ts'
import { bills } from './products/bills/index.ts'
import { cash, cashNotifications } from './products/cash/index.ts'
import { certificates } from './products/certificates/index.ts'
import { combine, combineNotifications } from './products/combine/index.ts'
import { ecommerceRefunds } from './products/ecommerceRefunds/index.ts'
import { globalBills } from './products/globalBills/index.ts'
import { globalRefunds } from './products/globalRefunds/index.ts'
import { medIns, medInsNotifications } from './products/medIns/index.ts'
import { payinsurance, payinsuranceNotifications } from './products/payinsurance/index.ts'
import { payscore, payscoreNotifications } from './products/payscore/index.ts'
import { refunds, refundsNotifications } from './products/refunds/index.ts'
import { security } from './products/security/index.ts'
import { wecom, wecomNotifications } from './products/wecom/index.ts'

/** All operations, grouped by product: `operations.medIns.create`. */
export const operations = {
  bills,
  cash,
  certificates,
  combine,
  ecommerceRefunds,
  globalBills,
  globalRefunds,
  medIns,
  payinsurance,
  payscore,
  refunds,
  security,
  wecom,
} as const

/** All notifications, grouped by product: `notifications.medIns.paid`. */
export const notifications = {
  cash: cashNotifications,
  combine: combineNotifications,
  medIns: medInsNotifications,
  payinsurance: payinsuranceNotifications,
  payscore: payscoreNotifications,
  refunds: refundsNotifications,
  wecom: wecomNotifications,
} as const

/** Every operation, group by group, as plain shapes: for whatever treats all of them alike. */
export const everyOperation: readonly OperationShape[] = flat<OperationShape>(operations)

/** Every notification, group by group. */
export const everyNotification: readonly NotificationShape[] = flat<NotificationShape>(notifications)

function flat<Shape>(groups: Readonly<Record<string, Readonly<Record<string, Shape>>>>): Shape[] {
  return Object.values(groups).flatMap((group) => Object.values(group))
}
