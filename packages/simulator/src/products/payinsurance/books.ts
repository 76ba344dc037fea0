/** Orders of the first generation as the books show them. */
import { type BookedOrder, type BookedRefund, page } from '../../books.ts'
import type { World } from '../../world.ts'
import { type OrderRow, orders, refunds } from './rows.ts'

/** A page of orders. What the platform took and gave back by itself was not paid. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  return page(orders(world).values(), from, limit, (order) => ({
    product: 'payinsurance',
    number: order.placed.hosp_out_trade_no,
    mchid: order.hospital,
    state: order.state,
    currency: 'CNY',
    orderedMinor: order.split.cash + order.split.insurance,
    paidMinor: taken(order),
    createMs: order.createMs,
    ...(order.paidMs && { paidMs: order.paidMs }),
    refunds: backOf(world, order),
  }))
}

function taken({ state, cash, insurance, split }: OrderRow): number {
  if (state === 'SYS_REFUNDED') return 0
  const cashTaken = cash === 'SUCCESS' || cash === 'REFUND'
  const insuranceTaken = insurance === 'PAYED' || insurance === 'REFUND'
  return (cashTaken ? split.cash : 0) + (insuranceTaken ? split.insurance : 0)
}

/** One refund a leg: the legs go back at their own pace. */
function backOf(world: World, order: OrderRow): BookedRefund[] {
  const row = refunds(world).get(order.refund ?? '')
  if (!row) return []
  const { number, createMs, accepted } = row
  const leg = (part: string, minor: number, state: string | undefined, successMs: number | undefined) =>
    state === undefined
      ? []
      : [
          {
            number,
            part,
            minor,
            state: accepted ? state : 'SUBMITTED',
            createMs,
            ...(successMs !== undefined && { successMs }),
          },
        ]
  return [
    ...leg('cash', row.cashFee, row.cash, row.cashMs),
    ...leg('insurance', row.insuranceFee, row.insurance, row.insuranceMs),
  ]
}
