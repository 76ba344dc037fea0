/** Combined payment (合单支付): several merchants paid by one password. */
import { paid } from './notifications.ts'
import { close, queryById, queryByOutTradeNo } from './orders.ts'
import { createApp, createH5, createJsapi, createMiniprogram, createNative } from './placing.ts'

/** Combined payment (合单支付): placing in five ways, query, close. */
export const combine = {
  createJsapi,
  createApp,
  createH5,
  createNative,
  createMiniprogram,
  queryByOutTradeNo,
  queryById,
  close,
} as const

/** The notice of a combined payment. */
export const combineNotifications = { paid } as const
