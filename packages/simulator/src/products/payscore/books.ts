/** Service orders as the books show them. */
import { type BookedOrder, page, refundsByPayment } from '../../books.ts'
import type { Transaction } from '../../ledger.ts'
import type { World } from '../../world.ts'
import { expireWhenDue, type ServiceOrder, serviceOrders } from './orders.ts'
import { wire } from './stages.ts'

/** A page of service orders. What was paid outside WeChat is paid, but no transaction of it is booked. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  const refunds = refundsByPayment(world)
  return page(serviceOrders(world).values(), from, limit, (order) => {
    expireWhenDue(world, order)
    const { body } = order
    const paid = paymentOf(world, order)
    return {
      product: 'payscore',
      number: body.out_order_no,
      mchid: order.mchid,
      subMchid: body.sub_mchid,
      state: Object.values(wire[order.stage]).join('/'),
      currency: body.currency,
      orderedMinor: order.totalMinor ?? 0,
      paidMinor: order.collection?.paid_amount ?? 0,
      createMs: order.createdMs,
      ...(paid && { paidMs: paid.successMs }),
      refunds: refunds(paid?.transactionId),
    }
  })
}

function paymentOf(world: World, { collection }: ServiceOrder): Transaction | undefined {
  const id = collection?.details?.find((one) => one.transaction_id)?.transaction_id
  return id === undefined ? undefined : world.transactions.get(id)
}
