/** What a patient does with an order, and what a test does in the place of bank and bureau. */
import { type Action, ActionRefused, type Checkout } from '../../product.ts'
import type { World } from '../../world.ts'
import { accountOf } from './access.ts'
import { scripts } from './bureau.ts'
import { expire } from './orders.ts'
import { abandon, conclude, confirm, endCash, endInsurance, pay, reverse } from './paying.ts'
import { bindCard, unbound } from './placing.ts'
import { endCashRefund, endInsuranceRefund } from './refunds.ts'
import {
  type CashState,
  type InsuranceState,
  named,
  type OrderRow,
  type OrderState,
  orderMoves,
  orders,
} from './rows.ts'

/** The order behind `med_trans_id`, a pay link's key or the caller's number; or a hospital, to script its bureau. */
export function checkout(world: World, key: string): Checkout | undefined {
  const order = orderAt(world, key)
  return order ? orderCheckout(order) : hospitalCheckout(world, key)
}

/** The newest orders first, at most `limit`. */
export function recent(world: World, limit: number): Checkout[] {
  return [...orders(world).values()].reverse().slice(0, limit).map(orderCheckout)
}

/** Does it, or throws `ActionRefused`. */
export function act(world: World, key: string, action: Action): void {
  if (action.action === 'event') return happen(world, key, action)
  const order = orderAt(world, key)
  if (!order) throw new ActionRefused('no order stands behind this key')
  if (order.state === 'INITIAL' && action.action !== 'cancel') bindCard(world, order)
  does(world, order, action)
}

/** The actions of a person; what belongs to another product is not among them. */
function does(world: World, order: OrderRow, action: Action): void {
  switch (action.action) {
    case 'pay':
      return pay(world, order, { ...action.legs, ...(action.bank && { bank: action.bank }) })
    case 'fail': {
      const leg = order.cash ? 'cash' : 'insurance'
      return pay(world, order, { [leg]: 'fail', ...(action.reason && { reason: action.reason }) })
    }
    case 'cancel':
      return leave(order)
    default:
      throw new ActionRefused('nothing here allows that')
  }
}

// Who leaves before the cashier opened changes nothing.
function leave(order: OrderRow): void {
  if (order.state === 'PAYING') return abandon(order)
  if (order.state !== 'INITIAL' && order.state !== 'NOTPAY')
    throw new ActionRefused(`an order that is ${order.state} cannot be left`)
}

type Details = Record<string, unknown>

/** What can happen to an order, by name. */
export const orderEvents = {
  'card:bind': (world, order) => bindCard(world, order),
  'cashier:open': (_world, order) => confirm(order),
  'order:expire': (world, order) => expire(world, order),
  'cash:success': (world, order) => {
    endCash(world, order, 'success')
    conclude(world, order)
  },
  'cash:fail': (world, order, { reason }) => {
    endCash(world, order, 'fail')
    conclude(world, order, textIn(reason))
  },
  'insurance:success': (world, order, details) => {
    resplit(order, details)
    endInsurance(world, order, 'success')
    conclude(world, order)
  },
  'insurance:fail': (world, order, { reason }) => {
    endInsurance(world, order, 'fail')
    conclude(world, order, textIn(reason))
  },
  'reversal:finish': (world, order) => reverse(world, order),
  'refund:cash:success': (world, order) => endCashRefund(world, order.refund ?? '', 'succeed'),
  'refund:cash:change': (world, order) => endCashRefund(world, order.refund ?? '', 'change'),
  'refund:insurance:success': (world, order) => endInsuranceRefund(world, order.refund ?? '', 'succeed'),
  'refund:insurance:fail': (world, order) => endInsuranceRefund(world, order.refund ?? '', 'fail'),
  /** Any states at all, possible or not: to see whether the other side raises an alarm. */
  'state:set': (_world, order, { med, cash, insurance }) => {
    if (typeof med === 'string' && Object.hasOwn(orderMoves, med)) order.state = med as OrderState
    if (isOneOf(cash, cashStates)) order.cash = cash
    if (isOneOf(insurance, insuranceStates)) order.insurance = insurance
  },
} as const satisfies Record<string, (world: World, order: OrderRow, details: Details) => void>

const cashStates = ['NOTPAY', 'SUCCESS', 'REFUND', 'CLOSED'] as const satisfies readonly CashState[]
const insuranceStates = ['NOTPAY', 'PAYED', 'REFUND', 'CLOSED'] as const satisfies readonly InsuranceState[]

/** What can happen to a hospital, under its merchant number. */
export const hospitalEvents = {
  /** The bureau computes this self-pay and insurance part for every order. */
  'bureau:split': (world, hospital, { cash, insurance }) => {
    if (!isFen(cash) || !isFen(insurance))
      throw new ActionRefused('bureau:split takes { cash, insurance } in fen')
    scripts(world).set(hospital, { cash, insurance })
  },
  'bureau:agree': (world, hospital) => void scripts(world).delete(hospital),
  'card:unbind': (world, _hospital, { payer }) => {
    if (typeof payer !== 'string' || !world.payers.get(payer))
      throw new ActionRefused('card:unbind takes { payer }')
    unbound(world).set(payer, { id: payer })
  },
  'card:bind': (world, _hospital, { payer }) => void unbound(world).delete(String(payer)),
} as const satisfies Record<string, (world: World, hospital: string, details: Details) => void>

function happen(
  world: World,
  key: string,
  { name, details = {} }: Extract<Action, { action: 'event' }>,
): void {
  const order = orderAt(world, key)
  const events = order ? orderEvents : hospitalEvents
  if (!Object.hasOwn(events, name))
    throw new ActionRefused(`no such event: ${Object.keys(events).join(', ')}`)
  if (order) return orderEvents[name as keyof typeof orderEvents](world, order, details)
  hospitalEvents[name as keyof typeof hospitalEvents](world, key, details)
}

/** Other parts of the insurance leg; their sum stays what it was. */
function resplit(order: OrderRow, { self, fund, other = 0 }: Details): void {
  if (self === undefined && fund === undefined) return
  const { cash, insurance } = order.split
  if (!isFen(self) || !isFen(fund) || !isFen(other) || self + fund + other !== insurance)
    throw new ActionRefused(`self, fund and other are fen and make up ${insurance}`)
  order.split = { cash, insurance, self, fund, other }
}

function isFen(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isOneOf<T extends string>(value: unknown, known: readonly T[]): value is T {
  return (known as readonly unknown[]).includes(value)
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function orderAt(world: World, key: string): OrderRow | undefined {
  return orders(world).get(key) ?? orders(world).get(named(world, key) ?? '')
}

const shown = {
  INITIAL: 'open',
  NOTPAY: 'open',
  PAYING: 'paying',
  SUCCESS: 'paid',
  REFUND: 'paid',
  SYS_REFUNDING: 'failed',
  SYS_REFUNDED: 'failed',
  CLOSED: 'closed',
} as const satisfies Record<OrderState, Checkout['state']>

function orderCheckout(order: OrderRow): Checkout {
  const { placed, split, state } = order
  const canPay = state === 'INITIAL' || state === 'NOTPAY' || (state === 'PAYING' && !order.settling)
  return {
    product: 'payinsurance',
    number: placed.hosp_out_trade_no,
    payee: placed.hospital_name,
    description: placed.body,
    amount: { minor: placed.total_fee, currency: 'CNY' },
    lines: [
      { label: '医保支付', minor: split.insurance },
      { label: '自费支付', minor: split.cash },
    ],
    state: shown[state],
    actions: canPay ? ['pay', 'fail', 'cancel', 'event'] : ['event'],
    coupons: [],
    returnUrl: placed.return_url,
  }
}

/** A hospital has nothing to pay, but its bureau can be scripted. */
function hospitalCheckout(world: World, key: string): Checkout | undefined {
  const hospital = world.merchants.get(key)
  if (!hospital || accountOf(hospital).key === undefined) return undefined
  return {
    product: 'payinsurance',
    number: key,
    payee: hospital.name,
    description: '医保局',
    amount: { minor: 0, currency: 'CNY' },
    lines: [],
    state: 'closed',
    actions: ['event'],
    coupons: [],
  }
}
