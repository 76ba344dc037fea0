/** Ordinary JSAPI orders, direct and for sub-merchants: the cash leg of medical-insurance orders. */
import { paid } from './notifications.ts'
import {
  close,
  closePartner,
  queryById,
  queryByIdPartner,
  queryByOutTradeNo,
  queryByOutTradeNoPartner,
} from './orders.ts'
import { prepay, prepayPartner } from './prepay.ts'

/** Place, ask, close; the `Partner` twins are for providers. */
export const cash = {
  prepay,
  prepayPartner,
  queryByOutTradeNo,
  queryByOutTradeNoPartner,
  close,
  closePartner,
  queryById,
  queryByIdPartner,
} as const

/** The one notice: there is none for a close or an expiry. */
export const cashNotifications = { paid } as const
