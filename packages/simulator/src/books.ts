/** Every order with its money and what went back: what somebody outside compares with books of their own. */
import type { RefundRecord } from './ledger.ts'
import type { NoticeRow } from './notices/notifier.ts'
import type { World } from './world.ts'

/** An order as the books of WeChat Pay show it. Amounts are in the currency's smallest unit. */
export interface BookedOrder {
  readonly product: string
  /** The merchant's number of it. */
  readonly number: string
  /** Numbers of its sub-orders. */
  readonly others?: readonly string[]
  /** Who placed it: merchant, provider, hospital. */
  readonly mchid: string
  readonly subMchid?: string
  /** The product's own word for where it stands; `DOING/MCH_COMPLETE` where there are two. */
  readonly state: string
  readonly currency: string
  readonly orderedMinor: number
  /** What was taken from the payer or the bureau, whatever went back since by a refund. */
  readonly paidMinor: number
  readonly createMs: number
  readonly paidMs?: number
  readonly refunds: readonly BookedRefund[]
}

/** A refund as the books show it. */
export interface BookedRefund {
  /** The merchant's number of it. */
  readonly number: string
  /** What it gives back of: `cash`, `insurance`, a sub-order's number. Left out: of the whole. */
  readonly part?: string
  readonly minor: number
  readonly state: string
  readonly createMs: number
  readonly successMs?: number
}

/** A notice, as far as the books count it. */
export type BookedNotice = Pick<NoticeRow, 'notification' | 'state' | 'attempts'>

/** Looks up the refunds of payments; the ledger is read once for all of them. */
export function refundsByPayment(
  world: World,
): (transactionId: string | undefined, part?: string) => BookedRefund[] {
  const found = Map.groupBy(world.refunds.values(), (one) => one.transactionId)
  return (transactionId, part) =>
    (found.get(transactionId ?? '') ?? []).map((one) => ({ ...bookedRefund(one), ...(part && { part }) }))
}

function bookedRefund({ outRefundNo, refundMinor, state, createMs, successMs }: RefundRecord): BookedRefund {
  return {
    number: outRefundNo,
    minor: refundMinor,
    state,
    createMs,
    ...(successMs !== undefined && { successMs }),
  }
}

/** A page of rows that are only ever added to, each booked. */
export function page<Row>(
  rows: Iterable<Row>,
  from: number,
  limit: number,
  book: (row: Row) => BookedOrder,
): BookedOrder[] {
  return [...rows].slice(from, from + limit).map(book)
}

const numbers = ['combine_out_trade_no', 'out_trade_no', 'out_order_no', 'hosp_out_trade_no', 'out_refund_no']

/** Each order with the notices that name it, one of its sub-orders or one of its refunds. */
export function withNotices(
  orders: readonly BookedOrder[],
  notices: Iterable<NoticeRow>,
): (BookedOrder & { readonly notices: readonly BookedNotice[] })[] {
  const named = new Map<string, NoticeRow[]>()
  for (const row of notices) {
    for (const name of numbers) {
      const number = row.resource[name]
      if (typeof number !== 'string') continue
      named.set(number, [...(named.get(number) ?? []), row])
    }
  }
  return orders.map((order) => {
    const own = [order.number, ...(order.others ?? []), ...order.refunds.map(({ number }) => number)]
    const rows = new Set(own.flatMap((number) => named.get(number) ?? []))
    return {
      ...order,
      notices: [...rows].map(({ notification, state, attempts }) => ({ notification, state, attempts })),
    }
  })
}
