/** The payer's side of combined orders: one password for all sub-orders, or none of them. */
import { notifications } from '@chadan/protocol'
import type { Transaction } from '../../ledger.ts'
import { type Action, ActionRefused, type Checkout } from '../../product.ts'
import type { World } from '../../world.ts'
import { announcedOrder } from './answers.ts'
import { couponsFor, ledgerCoupon, promotionOf, taggedSub } from './coupons.ts'
import { isHook } from './hooks.ts'
import {
  type CombineOrder,
  isExpired,
  moves,
  type OrderEvent,
  type OrderState,
  orderBehind,
  ordersOf,
  type PaidSub,
  type PlacedSub,
  payeeOf,
  ways,
} from './orders.ts'

type Pay = Extract<Action, { action: 'pay' }>

const shownAs = {
  NOTPAY: 'open',
  USERPAYING: 'paying',
  PAYERROR: 'open',
  SUCCESS: 'paid',
  CLOSED: 'closed',
} as const satisfies Record<OrderState, Checkout['state']>

/** What a person sees before and after paying. */
export function checkout(world: World, key: string): Checkout | undefined {
  const order = orderBehind(ordersOf(world), key)
  if (!order) return undefined
  const { sub_orders } = order.body
  const payable = moves[order.state]
  const expired = 'pay' in payable && isExpired(world, order)
  return {
    product: 'combine',
    number: order.number,
    // The cashier shows the initiator's short name.
    payee: world.merchants.get(order.mchid)?.name ?? order.mchid,
    description: sub_orders.map((sub) => sub.description).join('、'),
    amount: { minor: sub_orders.reduce((sum, sub) => sum + sub.amount.total_amount, 0), currency: 'CNY' },
    lines: sub_orders.map((sub) => ({
      label: `${payeeOf(world, sub)?.name ?? sub.mchid}：${sub.description}`,
      minor: sub.amount.total_amount,
    })),
    state: expired ? 'expired' : shownAs[order.state],
    actions: expired ? [] : (['pay', 'fail', 'cancel'] as const).filter((action) => action in payable),
    coupons: couponsFor(order.body).map(({ id, name, minor }) => ({ id, name, minor })),
  }
}

/**
 * Acts in the payer's place. Events: `password` opens the password dialogue; `refuse` lets the next
 * call for this order be refused with `details.code`; `refund:abnormal` and its like decide how
 * refunds of the sub-order behind this key end.
 */
export function act(world: World, key: string, action: Action): void {
  const order = orderBehind(ordersOf(world), key)
  if (!order) throw new ActionRefused('no combined order stands behind this key')
  if (action.action === 'pay') return pay(world, order, key, action)
  if (action.action === 'fail') {
    move(order, 'fail')
    order.state = world.switches.combine.afterBankRefusal
    return
  }
  if (action.action === 'cancel') return void move(order, 'cancel')
  if (action.action === 'event') return happen(order, action)
  throw new ActionRefused('a combined order is paid, not confirmed')
}

function move(order: CombineOrder, event: OrderEvent): void {
  const next = (moves[order.state] as Partial<Record<OrderEvent, OrderState>>)[event]
  if (!next) throw new ActionRefused(`the order is ${order.state}`)
  order.state = next
}

function happen(order: CombineOrder, { name, details }: Extract<Action, { action: 'event' }>): void {
  if (name === 'password') return move(order, 'password')
  if (name === 'refuse') {
    const code = String(details?.code)
    if (!isHook(code)) throw new ActionRefused('`details.code` must be a documented code')
    order.hook = code
    return
  }
  throw new ActionRefused('known events are password, refuse')
}

function pay(world: World, order: CombineOrder, key: string, action: Pay): void {
  const next = (moves[order.state] as { pay?: OrderState }).pay
  if (!next) throw new ActionRefused(`the order is ${order.state}`)
  if (isExpired(world, order)) throw new ActionRefused('the last moment to pay has passed')
  const handle = order.handles.find((one) => one.key === key)
  if (handle && world.clock.now() > handle.untilMs)
    throw new ActionRefused('the session, link or code is stale')
  const bankType = action.bank ?? 'OTHERS'
  checkMeans(order, bankType)
  const payer = payerOf(world, order)
  const successMs = world.clock.now()
  const combineTransactionId = world.draw.transactionId()
  const coupon = chosenCoupon(order, action.coupon)
  const subs = order.body.sub_orders.map((sub, index): PaidSub => {
    const promotions = coupon && index === taggedSub(order.body) ? [promotionOf(coupon, sub)] : []
    const subOpenid = sub.sub_appid && payer.openids[sub.sub_appid]
    return {
      transactionId: world.draw.transactionId(),
      payerMinor: promotions.reduce((left, { amount }) => left - amount, sub.amount.total_amount),
      promotions,
      ...(subOpenid && { subOpenid }),
    }
  })
  // All sub-orders succeed in the same instant, or none does.
  order.state = next
  order.paid = { combineTransactionId, openid: payer.openid, bankType, successMs, subs }
  const { keys } = ordersOf(world)
  keys.set(combineTransactionId, order.key)
  for (const [index, sub] of order.body.sub_orders.entries()) {
    const paidSub = subs[index] as PaidSub
    keys.set(paidSub.transactionId, order.key)
    world.book(transactionOf(order, sub, paidSub))
  }
  world.notify({
    notification: notifications.combine.paid,
    url: order.body.notify_url,
    to: order.mchid,
    resource: announcedOrder(world, order),
    summary: '支付成功',
  })
}

/** 零钱 is what is paid from when no bank is named. */
function checkMeans(order: CombineOrder, bankType: string): void {
  const balance = bankType === 'OTHERS'
  const excluded = {
    no_balance: balance,
    no_debit: bankType.endsWith('_DEBIT'),
    balance_only: !balance,
  }
  for (const limit of order.body.limit_pay ?? []) {
    if (excluded[limit]) throw new ActionRefused(`limit_pay ${limit} excludes this means`)
  }
}

interface Paying {
  readonly openid: string
  readonly openids: Readonly<Record<string, string>>
}

/** The payer the order names; otherwise anyone who is known under its appid. */
function payerOf(world: World, order: CombineOrder): Paying {
  const { combine_appid: appid, combine_payer_info, sub_orders } = order.body
  const named = combine_payer_info as { openid?: string; sub_openid?: string } | undefined
  const subAppids = sub_orders.flatMap((sub) => sub.sub_appid ?? [])
  const payer = [...world.payers.values()].find(({ openids }) => {
    if (named?.openid) return openids[appid] === named.openid
    if (named?.sub_openid) return subAppids.some((one) => openids[one] === named.sub_openid)
    return openids[appid] !== undefined
  })
  const identity = combine_payer_info?.identity
  if (identity && (payer?.idNumber !== identity.number || payer.name !== identity.name)) {
    throw new ActionRefused('only the person named by the order may pay')
  }
  const openid = payer?.openids[appid] ?? named?.openid
  if (!payer || !openid) throw new ActionRefused('nobody is known under the appid of this order')
  return { openid, openids: payer.openids }
}

function chosenCoupon(order: CombineOrder, id: string | undefined) {
  if (id === undefined) return undefined
  const coupon = couponsFor(order.body).find((one) => one.id === id)
  if (!coupon) throw new ActionRefused('this order takes no such coupon')
  return coupon
}

function transactionOf(order: CombineOrder, sub: PlacedSub, paidSub: PaidSub): Transaction {
  const { body, paid } = order as CombineOrder & Required<Pick<CombineOrder, 'paid'>>
  return {
    transactionId: paidSub.transactionId,
    product: 'combine',
    mchid: sub.mchid,
    ...(sub.sub_mchid && { subMchid: sub.sub_mchid }),
    appid: body.combine_appid,
    ...(sub.sub_appid && { subAppid: sub.sub_appid }),
    openid: paid.openid,
    ...(paidSub.subOpenid && { subOpenid: paidSub.subOpenid }),
    outTradeNo: sub.out_trade_no,
    combine: { mchid: order.mchid, outTradeNo: order.number, transactionId: paid.combineTransactionId },
    ...(sub.individual_auth_id && { individualAuthId: sub.individual_auth_id }),
    amountMinor: sub.amount.total_amount,
    payerMinor: paidSub.payerMinor,
    currency: 'CNY',
    coupons: paidSub.promotions.map(ledgerCoupon),
    successMs: paid.successMs,
    tradeType: ways[order.way].tradeType,
    bankType: paid.bankType,
    description: sub.description,
    attach: sub.attach,
    ...(body.scene_info?.device_id && { deviceId: body.scene_info.device_id }),
    feeRate: 0.006,
  }
}

/** Nobody paid in time. */
export function lapse(world: World, { key }: { key: string }): void {
  const order = ordersOf(world).rows.get(key)
  if (order && 'lapse' in moves[order.state]) order.state = 'CLOSED'
}
