/** What the institution asks: create, query, cancel, complete, sync. */
import { apiv3, operations } from '@chadan/protocol'
import { type Call, type Handled, handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { checkAppid, checkComplete, checkCreate, wrong } from './checks.ts'
import { receiveOutside, startCollecting } from './collecting.ts'
import { confirmed, isAccepted } from './confirming.ts'
import {
  answerOf,
  confirmationMs,
  findOrder,
  keep,
  moneyOf,
  oneSpelling,
  orderKey,
  rateOf,
  type ServiceOrder,
  userOf,
} from './orders.ts'
import { authorise, checkApps, currencyOf } from './registry.ts'
import { decide } from './stages.ts'

const { payscore } = operations

/** The handlers of a world's service orders. */
export const handlers: readonly Handled[] = [
  handle(payscore.create, (call) => {
    const { world, caller, body } = call
    const { service, sub } = authorise(world, caller, body)
    checkApps(caller, sub, body)
    const key = orderKey(caller.mchid, body.sub_mchid, body.out_order_no)
    const before = findOrder(world, key)
    if (before) return repeated(before, body)
    checkCreate(body, service, currencyOf(caller, sub))
    const order = newOrder(world, call)
    if (body.need_user_confirm === false) {
      if (service.unconfirmed === 'refused')
        throw new Refusal('NO_AUTH', '服务ID不支持免确认模式', { number: 268503786 })
      if (!isAccepted(world, order))
        throw new Refusal('INVALID_REQUEST', '用户未通过评估', { number: 271300099 })
      confirmed(world, order)
    } else world.later(confirmationMs, 'payscore.expire', { key })
    return created(keep(world, order))
  }),

  handle(payscore.query, ({ world, caller, query }) => {
    authorise(world, caller, query)
    const { query_id } = query
    const name = query_id ?? orderKey(caller.mchid, query.sub_mchid, query.out_order_no ?? '')
    const order = own(findOrder(world, name), { ...query, mchid: caller.mchid })
    // Orders are found by other names too, which are no query ids.
    if (query_id !== undefined && query_id !== order.queryId) throw notFound()
    return { ...answerOf(order), ...moneyOf(order), ...userOf(order), ...rateOf(order) }
  }),

  handle(payscore.cancel, (call) => {
    const order = named(call)
    checkAppid(call.body.appid, order)
    const next = decide(order.stage, 'cancel')
    if (next === 'again') return undefined
    refuseInCashier(call.world, order)
    // What was completed keeps its total, but nothing is collected any more (D21).
    if (order.stage === 'MCH_COMPLETE') {
      order.collects = false
      delete order.collection
    }
    order.stage = next
    return undefined
  }),

  handle(payscore.complete, (call) => {
    const { world, body } = call
    const order = named(call)
    checkAppid(body.appid, order)
    const spelling = oneSpelling(body)
    // An exact repetition succeeds again, unless the order was cancelled since (D22).
    if (order.completedAs === spelling && order.stage !== 'REVOKED') return undefined
    decide(order.stage, 'complete')
    const { service } = authorise(world, call.caller, body)
    checkComplete(body, order, { service, nowMs: world.clock.now() })
    order.completedAs = spelling
    order.payments = body.post_payments
    order.discounts = body.post_discounts
    order.timeRange = { ...order.timeRange, ...body.time_range }
    if (body.location) order.location = { ...order.location, ...body.location }
    startCollecting(world, order, body.total_amount)
    return undefined
  }),

  handle(payscore.sync, (call) => {
    const { world, body } = call
    const order = named(call)
    decide(order.stage, 'sync')
    refuseInCashier(world, order)
    if (apiv3.parseTime(body.detail.paid_time) > world.clock.now())
      throw wrong('/body/detail/paid_time', '收款成功时间不能晚于当前时间')
    const open = order.collection?.paying_amount
    if ((body.detail.paid_amount ?? open) !== open)
      throw wrong('/body/detail/paid_amount', '实际收款金额与待收金额不一致')
    receiveOutside(order, body.detail)
    return undefined
  }),
]

type OnOrder = (typeof payscore)['cancel'] | (typeof payscore)['complete'] | (typeof payscore)['sync']

/** The order that the path names. */
function named<D extends OnOrder>(call: Call<D>): ServiceOrder {
  // All three operations have the same path and begin their bodies alike; a generic part hides that.
  const path = call.path as { out_order_no: string }
  const body = call.body as { service_id: string; sub_mchid: string }
  authorise(call.world, call.caller, body)
  const key = orderKey(call.caller.mchid, body.sub_mchid, path.out_order_no)
  return own(findOrder(call.world, key), { ...body, mchid: call.caller.mchid })
}

/** The order, if it is the caller's under this service and sub-merchant. */
function own(
  order: ServiceOrder | undefined,
  by: { mchid: string; service_id: string; sub_mchid: string },
): ServiceOrder {
  const same =
    order?.mchid === by.mchid &&
    order.body.service_id === by.service_id &&
    order.body.sub_mchid === by.sub_mchid
  if (!order || !same) throw notFound()
  return order
}

const notFound = () => new Refusal('ORDER_NOT_EXIST', '订单不存在', { number: 271317510 })

function refuseInCashier(world: World, { cashierUntilMs = 0 }: ServiceOrder): void {
  if (world.clock.now() < cashierUntilMs)
    throw new Refusal('INVALID_ORDER_STATE', '用户正在支付，请3分钟后重试', { number: 271316754 })
}

function repeated(order: ServiceOrder, body: ServiceOrder['body']) {
  decide(order.stage, 'create')
  if (asked(body) !== asked(order.body))
    throw new Refusal('INVALID_REQUEST', '商户订单号重复，且参数与原订单不一致', { number: 271316598 })
  return created(order)
}

/** What was asked; a confirmation is wanted unless it is declined (D11). */
function asked(body: ServiceOrder['body']): string {
  return oneSpelling({ ...body, need_user_confirm: body.need_user_confirm ?? true })
}

function created(order: ServiceOrder) {
  const page = order.body.need_user_confirm === false ? {} : { package: order.package }
  return { ...answerOf(order), ...page }
}

function newOrder(world: World, { caller, body }: Call<typeof payscore.create>): ServiceOrder {
  const { draw, clock } = world
  const seconds = Math.floor(clock.now() / 1000)
  return {
    key: orderKey(caller.mchid, body.sub_mchid, body.out_order_no),
    mchid: caller.mchid,
    body,
    orderId: `10000060${draw.digits(23)}`,
    queryId: draw.text(64),
    package: `mch_id=${caller.mchid}&package=${draw.text(16)}&timestamp=${seconds}&nonce_str=${draw.hex(8)}&sign_type=HMAC-SHA256&sign=${draw.hex(64).toUpperCase()}`,
    createdMs: clock.now(),
    stage: 'CREATED',
    payments: body.post_payments,
    discounts: body.post_discounts,
    timeRange: body.time_range,
    location: body.location,
    failures: 0,
  }
}
