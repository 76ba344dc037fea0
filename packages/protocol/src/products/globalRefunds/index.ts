/** Refunds of overseas transactions (境外退款); their notifications are `refunds.*`. */
import { create, findById, findByOutRefundNo, listRefunds } from './refunds.ts'

/** A PayScore collection is refunded here, by the transaction of its detail (D37). */
export const globalRefunds = { create, list: listRefunds, findByOutRefundNo, findById } as const
