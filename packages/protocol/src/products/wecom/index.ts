/** External payment in WeCom (企业微信 · 小程序接入对外收款), `cgi-bin/miniapppay/*`. */
import { applyMch, getApplymentStatus, uploadImage } from './account.ts'
import { downloadBill, getBill } from './bills.ts'
import { callbackCheck, paid, refunded } from './callbacks.ts'
import { closeOrder, createOrder, getOrder, getSign } from './orders.ts'
import { getRefundDetail, refund } from './refunds.ts'
import { getToken } from './token.ts'

export { billAuthorization, type RefundStanding, refundStanding } from './reading.ts'

/** The operations: account, orders, refunds, bills. */
export const wecom = {
  getToken,
  uploadImage,
  applyMch,
  getApplymentStatus,
  createOrder,
  getOrder,
  closeOrder,
  getSign,
  refund,
  getRefundDetail,
  getBill,
  downloadBill,
} as const

/** The callbacks; they use WeCom's own message crypto. */
export const wecomNotifications = { paid, refunded, callbackCheck } as const
