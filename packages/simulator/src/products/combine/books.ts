/** Combined orders as the books show them. */
import { type BookedOrder, page, refundsByPayment } from '../../books.ts'
import type { World } from '../../world.ts'
import { tradeState } from './answers.ts'
import { ordersOf } from './orders.ts'

/** A page of combined orders; the states of sub-orders are named once where they are the same. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  const refunds = refundsByPayment(world)
  return page(ordersOf(world).rows.values(), from, limit, (order) => {
    const subs = order.body.sub_orders
    const total = subs.reduce((sum, sub) => sum + sub.amount.total_amount, 0)
    return {
      product: 'combine',
      number: order.number,
      others: subs.map((sub) => sub.out_trade_no),
      mchid: order.mchid,
      state: [...new Set(subs.map((_, index) => tradeState(world, order, index)))].join('+'),
      currency: 'CNY',
      orderedMinor: total,
      paidMinor: order.paid ? total : 0,
      createMs: order.createMs,
      ...(order.paid && { paidMs: order.paid.successMs }),
      refunds: subs.flatMap((sub, index) =>
        refunds(order.paid?.subs[index]?.transactionId, sub.out_trade_no),
      ),
    }
  })
}
