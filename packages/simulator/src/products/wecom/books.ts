/** WeCom's orders as the books show them. */
import { type BookedOrder, page, refundsByPayment } from '../../books.ts'
import type { World } from '../../world.ts'
import { orders } from './rows.ts'

/** A page of orders. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  const refunds = refundsByPayment(world)
  return page(orders(world).values(), from, limit, ({ placed, state, createMs, transactionId }) => {
    const paid = world.transactions.get(transactionId ?? '')
    return {
      product: 'wecom',
      number: placed.out_trade_no,
      mchid: placed.mchid,
      state,
      currency: placed.amount.currency,
      orderedMinor: placed.amount.total,
      paidMinor: paid?.amountMinor ?? 0,
      createMs,
      ...(paid && { paidMs: paid.successMs }),
      refunds: refunds(transactionId),
    }
  })
}
