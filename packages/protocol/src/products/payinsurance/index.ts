/** Medical-insurance payment by the legacy interface (微信医保支付, XML and MD5), `payinsurance/*`. */
import { getBalanceBill } from './bills.ts'
import { verifyName } from './names.ts'
import { notified } from './notifications.ts'
import { closeOrder, queryOrder, unifiedOrder } from './orders.ts'
import { queryRefund, refund } from './refunds.ts'
import { getAgentToken, getToken } from './token.ts'

/** The operations: tokens, orders, refunds, the bill, the real-name check. */
export const payinsurance = {
  getAgentToken,
  getToken,
  unifiedOrder,
  queryOrder,
  refund,
  queryRefund,
  getBalanceBill,
  verifyName,
  closeOrder,
} as const

/** The one notice; its reply is signed XML, see `xmlmd5.replyXml`. */
export const payinsuranceNotifications = { notified } as const
