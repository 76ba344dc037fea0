/** What a person does with an order of WeCom, and what a test does in the platform's place. */
import type { Coupon } from '../../ledger.ts'
import { type Action, ActionRefused, type Checkout } from '../../product.ts'
import type { World } from '../../world.ts'
import { appsOf, revokeTokens } from './access.ts'
import { type ApplicationEvent, applicationOf, moveApplication } from './account.ts'
import { configureCallback, tellPaid } from './notices.ts'
import { isFresh, isLate } from './orders.ts'
import { moveRefund } from './refunds.ts'
import { moved, type Named, names, type OrderRow, type OrderState, orders } from './rows.ts'

/** Coupons that a payer of the simulated world holds. */
const wallet: readonly Coupon[] = [
  {
    id: '90210043',
    name: '全场立减8元',
    scope: 'GLOBAL',
    type: 'NOCASH',
    minor: 800,
    stockId: '771203',
    merchantContribute: 800,
  },
  {
    id: '90210044',
    name: '单品券5元',
    scope: 'SINGLE',
    type: 'CASH',
    minor: 500,
    stockId: '771204',
    wechatpayContribute: 200,
    merchantContribute: 200,
    otherContribute: 100,
  },
]

/** The order, application or corp behind a key. */
export function checkout(world: World, key: string): Checkout | undefined {
  const named = names(world).get(key)
  if (!named) return corpCheckout(world, key)
  if (named.kind === 'application') return applicationCheckout(world, named.id)
  const order = orders(world).get(named.id)
  return order && orderCheckout(world, order, named)
}

/** The newest orders first, at most `limit`. */
export function recent(world: World, limit: number): Checkout[] {
  return [...orders(world).values()]
    .reverse()
    .slice(0, limit)
    .map((order) => orderCheckout(world, order, { kind: 'order', id: order.id }))
}

/** Does it, or throws `ActionRefused`. */
export function act(world: World, key: string, action: Action): void {
  if (action.action === 'event') return happen(world, key, action)
  const named = names(world).get(key)
  const order = named && named.kind !== 'application' ? orders(world).get(named.id) : undefined
  if (!named || !order) throw new ActionRefused('no order stands behind this key')
  if (!orderCheckout(world, order, named).actions.includes(action.action))
    throw new ActionRefused(`an order that is ${order.state} does not allow that, or it is too late`)
  if (action.action === 'pay') pay(world, order, action)
  // Leaving without paying changes nothing.
  if (action.action === 'fail') order.state = moved(order.state, 'fail') ?? order.state
}

type Event = Extract<Action, { action: 'event' }>

/** Events by name; what stands after the colon is the event of the thing itself. */
const events: Record<string, (world: World, key: string, event: Event, name: string) => void> = {
  payment: (world, key) => {
    const named = names(world).get(key)
    const order = named?.kind === 'order' ? orders(world).get(named.id) : undefined
    const next = order && moved(order.state, 'accept')
    if (!order || !next) throw new ActionRefused('the order cannot be accepted for a deduction')
    order.state = next
  },
  refund: (world, key, { details }, name) => {
    const named = names(world).get(key)
    if (named?.kind !== 'refund') throw new ActionRefused('no refund stands behind this key')
    moveRefund(world, named.refundId, pick(name, ['success', 'abnormal', 'close']), details)
  },
  application: (world, key, { details }, name) => {
    const named = names(world).get(key)
    if (named?.kind !== 'application') throw new ActionRefused('no application stands behind this key')
    const known: readonly ApplicationEvent[] = ['next', 'sign', 'reject', 'freeze', 'cancel']
    moveApplication(world, named.id, pick(name, known), details)
  },
  callback: (world, key, { details }) => {
    if (typeof details?.url !== 'string') throw new ActionRefused('callback:configure takes { url }')
    configureCallback(world, key, details.url)
  },
  tokens: (world, key) => revokeTokens(world, key),
}

function happen(world: World, key: string, event: Event): void {
  const [what = '', name = ''] = event.name.split(':')
  const happening = Object.hasOwn(events, what) ? events[what] : undefined
  if (!happening) throw new ActionRefused(`no such event: ${Object.keys(events).join(', ')}`)
  happening(world, key, event, name)
}

function pick<T extends string>(name: string, known: readonly T[]): T {
  const found = known.find((one) => one === name)
  if (!found) throw new ActionRefused(`no such event, expected ${known.join(', ')}`)
  return found
}

function pay(world: World, order: OrderRow, action: Extract<Action, { action: 'pay' }>): void {
  const { placed } = order
  const coupon = action.coupon ? offered(order).find((one) => one.id === action.coupon) : undefined
  if (action.coupon && !coupon) throw new ActionRefused('no such coupon for this order')
  const next = moved(order.state, 'pay')
  if (!next) throw new ActionRefused(`an order that is ${order.state} cannot be paid`)
  const paid = world.book({
    transactionId: world.draw.transactionId(),
    product: 'wecom',
    mchid: placed.mchid,
    appid: placed.appid,
    openid: placed.payer.openid,
    outTradeNo: placed.out_trade_no,
    amountMinor: placed.amount.total,
    payerMinor: placed.amount.total - (coupon?.minor ?? 0),
    currency: placed.amount.currency,
    coupons: coupon ? [coupon] : [],
    successMs: world.clock.now(),
    tradeType: 'JSAPI',
    bankType: action.bank ?? 'OTHERS',
    description: placed.description,
    ...(placed.attach && { attach: placed.attach }),
    ...(placed.scene_info.device_id && { deviceId: placed.scene_info.device_id }),
    feeRate: 0.006,
  })
  order.state = next
  order.transactionId = paid.transactionId
  order.coupons = [...paid.coupons]
  names(world).set(paid.transactionId, { kind: 'order', id: order.id })
  tellPaid(world, order, paid)
}

/** Coupons for this order: none where `cost_price` differs from the amount, single-goods ones only with goods. */
function offered({ placed }: OrderRow): Coupon[] {
  const { detail, amount } = placed
  if (detail?.cost_price !== undefined && detail.cost_price !== amount.total) return []
  const hasGoods = (detail?.goods_detail?.length ?? 0) > 0
  return wallet.filter((one) => one.minor < amount.total && (one.scope === 'GLOBAL' || hasGoods))
}

const shown = {
  NOTPAY: 'open',
  PAYERROR: 'failed',
  ACCEPT: 'paying',
  SUCCESS: 'paid',
  REFUND: 'paid',
  CLOSED: 'closed',
} as const satisfies Record<OrderState, Checkout['state']>

function orderCheckout(world: World, order: OrderRow, named: Named): Checkout {
  const { placed } = order
  const prepayId = named.kind === 'order' ? named.prepayId : undefined
  const isOpen = order.state === 'NOTPAY' || order.state === 'PAYERROR'
  const isTooLate = isOpen && (isLate(world, order) || !isFresh(world, order, prepayId))
  const isPayable = moved(order.state, 'pay') !== undefined && !isTooLate
  const actions: Checkout['actions'] = isPayable
    ? order.state === 'ACCEPT'
      ? ['pay', 'fail', 'event']
      : ['pay', 'fail', 'cancel', 'event']
    : ['event']
  return {
    product: 'wecom',
    number: placed.out_trade_no,
    payee: world.merchants.get(placed.mchid)?.name ?? placed.mchid,
    description: placed.description,
    amount: { minor: placed.amount.total, currency: placed.amount.currency },
    lines: order.coupons.map((one) => ({ label: one.name, minor: -one.minor })),
    state: isTooLate ? 'expired' : shown[order.state],
    actions,
    coupons: isPayable && isOpen ? offered(order).map(({ id, name, minor }) => ({ id, name, minor })) : [],
  }
}

/** Applications and corps have nothing to pay, but events can be let happen to them. */
function quiet(number: string, payee: string, description: string): Checkout {
  return {
    product: 'wecom',
    number,
    payee,
    description,
    amount: { minor: 0, currency: 'CNY' },
    lines: [],
    state: 'closed',
    actions: ['event'],
    coupons: [],
  }
}

function applicationCheckout(world: World, id: string): Checkout | undefined {
  const row = applicationOf(world, id)
  return row && quiet(row.outRequestNo, row.shortName, `对外收款账户申请单（${row.state}）`)
}

function corpCheckout(world: World, corpid: string): Checkout | undefined {
  const corp = world.merchants.get(corpid)
  return corp?.role === 'corp' ? quiet(corpid, corp.name, `${appsOf(corp).length}个自建应用`) : undefined
}
