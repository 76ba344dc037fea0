/** Medical-insurance orders as the books show them. */
import { apiv3 } from '@chadan/protocol'
import { type BookedOrder, type BookedRefund, page, refundsByPayment } from '../../books.ts'
import { cashOrders } from '../../cash-orders.ts'
import type { World } from '../../world.ts'
import { insuranceFee, type MedInsOrder, medInsOrders, refresh, shownLegs, wholeOf } from './orders.ts'

/** A page of mixed orders: the cash leg's refunds, and the bureau's as they were reported. */
export function booked(world: World, from: number, limit: number): BookedOrder[] {
  const refunds = refundsByPayment(world)
  return page(medInsOrders(world).values(), from, limit, (row) => {
    const order = refresh(world, row)
    const { body, legs } = order
    const cash = body.wechat_pay_cash_fee ?? 0
    const insurance = insuranceFee(body)
    return {
      product: 'medIns',
      number: body.out_trade_no,
      mchid: order.mchid,
      ...(body.sub_mchid && { subMchid: body.sub_mchid }),
      state: `MIX_PAY_${wholeOf(order, shownLegs(world, order))}`,
      currency: 'CNY',
      orderedMinor: cash + insurance,
      paidMinor: (legs.cash === 'SUCCESS' ? cash : 0) + (legs.insurance === 'SUCCESS' ? insurance : 0),
      createMs: order.createMs,
      ...(order.paidMs && { paidMs: order.paidMs }),
      refunds: [
        ...refunds(cashOrders(world).get(order.cashKey ?? '')?.transactionId, 'cash'),
        ...reported(order),
      ],
    }
  })
}

// The latest report of an order replaces the ones before: said twice, it went back once.
function reported({ reports }: MedInsOrder): BookedRefund[] {
  return reports.slice(-1).map(({ outRefundNo, total, refundTime }) => ({
    number: outRefundNo,
    part: 'insurance',
    minor: total,
    state: 'REPORTED',
    createMs: apiv3.parseTime(refundTime),
  }))
}
