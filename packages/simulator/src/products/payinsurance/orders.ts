/** Querying and closing orders, and the end of unpaid ones. */
import { operations } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { answering, orderOf, takesTwoNumbers } from './answering.ts'
import { insuranceOf, move, next, type OrderRow, orders, stampOf } from './rows.ts'

const { queryOrder, closeOrder } = operations.payinsurance

/** Answers what became of an order. */
export const querying = answering(
  queryOrder,
  (call) => {
    const order = orderOf(call, new Refusal('541', '订单信息不存在'))
    const { placed, split } = order
    return {
      med_trade_state: order.state,
      ...(order.cash && { cash_trade_status: order.cash }),
      ...(order.insurance && { insurance_trade_status: order.insurance }),
      trade_status_desc: order.words,
      ...(order.paidMs !== undefined && { time_end: stampOf(call.world, order.paidMs) }),
      order_type: placed.order_type,
      pay_type: order.payType,
      ...(placed.openid && { openid: placed.openid }),
      ...(placed.sub_openid && { sub_openid: placed.sub_openid }),
      total_fee: placed.total_fee,
      cash_fee: split.cash,
      allow_fee_change: placed.allow_fee_change,
      spbill_create_ip: placed.spbill_create_ip,
      notify_url: placed.notify_url,
      insurance_fee: split.insurance,
      hosp_out_trade_no: placed.hosp_out_trade_no,
      serial_no: placed.serial_no,
      org_no: placed.org_no,
      gmt_out_create: placed.gmt_out_create,
      request_content: placed.request_content,
      bill_no: placed.bill_no,
      ...(placed.limit_pay && { limit_pay: placed.limit_pay }),
      hospital_name: placed.hospital_name,
      return_url: placed.return_url,
      body: placed.body,
      ...(placed.extends && { extends: placed.extends }),
      med_trans_id: order.id,
      ...insuranceOf(order),
    }
  },
  takesTwoNumbers,
)

/** Closes an order that is not being paid. */
export const closing = answering(
  closeOrder,
  (call) => {
    const isLenient = call.world.switches.closeUnknown.other === 'success'
    const missing = new Refusal('80001', '订单不存在')
    try {
      close(orderOf(call, missing))
    } catch (error) {
      if (error !== missing || !isLenient) throw error
    }
    return {}
  },
  takesTwoNumbers,
)

function close(order: OrderRow): void {
  if (!next(order.state, 'close')) throw new Refusal('80001', `订单状态为${order.state}，不能关闭`)
  move(order, 'close')
  closeLegs(order)
}

/** Closes the legs that nobody has paid. */
export function closeLegs(order: OrderRow): void {
  if (order.cash === 'NOTPAY') order.cash = 'CLOSED'
  if (order.insurance === 'NOTPAY') order.insurance = 'CLOSED'
}

/** Closes an order whose time to pay is over; one that is being paid is left alone. */
export function expire(world: World, { id }: { id: string }): void {
  const order = orders(world).get(id)
  if (!order || !next(order.state, 'expire')) return
  move(order, 'expire', '订单超时未支付，已关闭')
  closeLegs(order)
}
