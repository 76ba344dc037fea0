/** Ordinary orders as the books show them. */
import { type BookedOrder, page, refundsByPayment } from '../../books.ts'
import { cashOrders, stateOf } from '../../cash-orders.ts'
import type { World } from '../../world.ts'

/** A page of ordinary orders, the cash legs of mixed ones among them. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  const refunds = refundsByPayment(world)
  return page(cashOrders(world).values(), from, limit, (order) => {
    const paid = world.transactions.get(order.transactionId ?? '')
    return {
      product: 'cash',
      number: order.outTradeNo,
      mchid: order.mchid,
      ...(order.subMchid && { subMchid: order.subMchid }),
      state: stateOf(world, order),
      currency: 'CNY',
      orderedMinor: order.totalMinor,
      paidMinor: paid?.amountMinor ?? 0,
      createMs: order.createMs,
      ...(paid && { paidMs: paid.successMs }),
      refunds: refunds(order.transactionId),
    }
  })
}
