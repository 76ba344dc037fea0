/** Asking for combined orders and closing them. */
import { operations } from '@chadan/protocol'
import { type Call, type Handled, handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { answeredOrder } from './answers.ts'
import { takeHook } from './hooks.ts'
import { type CombineOrder, keyOf, moves, ordersOf } from './orders.ts'
import { orderUnknown, spelling } from './refusals.ts'

const { combine } = operations

/** The handlers of both queries and of close. */
export function askingHandlers(world: World): Handled[] {
  const manners = { spell: spelling(world) }
  return [
    handle(combine.queryByOutTradeNo, (call) => query(call), manners),
    handle(combine.queryById, (call) => queryById(call), manners),
    handle(combine.close, (call) => close(call), manners),
  ]
}

function query({ world, caller, path }: Call<typeof combine.queryByOutTradeNo>) {
  const order = ordersOf(world).rows.get(keyOf(caller.mchid, path.combine_out_trade_no))
  if (!order) throw orderUnknown()
  return show(world, order)
}

function show(world: World, order: CombineOrder) {
  takeHook(order)
  if (order.state === 'USERPAYING' && world.switches.combine.quirks.payingIs202) {
    throw new Refusal('USERPAYING', '用户支付中，需要输入密码')
  }
  return answeredOrder(world, order)
}

function queryById({ world, caller, path }: Call<typeof combine.queryById>) {
  if (!/^\d{28}$/.test(path.combine_transaction_id)) throw new Refusal('INVALID_TRANSACTIONID', '订单号非法')
  const { rows, keys } = ordersOf(world)
  const order = rows.get(keys.get(path.combine_transaction_id) ?? '')
  const shown = world.switches.combine.profile === 'modern' && order?.mchid === caller.mchid
  if (!order?.paid || !shown || order.paid.combineTransactionId !== path.combine_transaction_id)
    throw orderUnknown()
  const answered = show(world, order)
  return {
    ...answered,
    combine_transaction_id: order.paid.combineTransactionId,
    // This page knows nothing of sub-merchants and coupons.
    sub_orders: answered.sub_orders.map(
      ({ sub_mchid: _1, sub_appid: _2, sub_openid: _3, promotion_detail: _4, ...sub }) => ({
        ...sub,
        amount: { ...sub.amount, currency: 'CNY', payer_currency: 'CNY' },
      }),
    ),
  }
}

function close({ world, caller, path, body }: Call<typeof combine.close>): undefined {
  const order = ordersOf(world).rows.get(keyOf(caller.mchid, path.combine_out_trade_no))
  if (!order) {
    if (world.switches.closeUnknown.other === 'success') return
    throw orderUnknown()
  }
  takeHook(order)
  if (body.combine_appid !== order.body.combine_appid) {
    throw new Refusal('INVALID_REQUEST', 'combine_appid与下单时不一致')
  }
  if (!sameSubOrders(order.body.sub_orders, body.sub_orders)) {
    throw world.switches.combine.closeMismatch === 500
      ? new Refusal('SYSTEMERROR', '系统错误')
      : new Refusal('INVALID_REQUEST', '关单的子单信息与下单时不一致')
  }
  if (order.state === 'SUCCESS') throw new Refusal('ORDER_PAID', '订单已支付', { number: 268449538 })
  if (order.state !== 'CLOSED') order.state = moves[order.state].close
}

interface SubName {
  readonly mchid: string
  readonly out_trade_no: string
  readonly sub_mchid?: string
  readonly individual_auth_id?: string
}

/** The same sub-orders, in whatever order. */
function sameSubOrders(placed: readonly SubName[], given: readonly SubName[]): boolean {
  const names = (subs: readonly SubName[]) =>
    subs.map((sub) =>
      JSON.stringify([sub.mchid, sub.out_trade_no, sub.sub_mchid ?? '', sub.individual_auth_id ?? '']),
    )
  const expected = new Set(names(placed))
  return placed.length === given.length && names(given).every((name) => expected.delete(name))
}
