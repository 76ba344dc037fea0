/** What the simulator keeps of orders and refunds, their states, and how they are found. */
import type { AnswersOf, InputOfOperation, operations } from '@chadan/protocol'
import { ActionRefused } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** States of an order (`med_trade_state`). */
export type OrderState = keyof typeof orderMoves

/** Where each event leads; what is not listed is refused. */
export const orderMoves = {
  INITIAL: { bind: 'NOTPAY', refuse: 'CLOSED', close: 'CLOSED', expire: 'CLOSED' },
  NOTPAY: { confirm: 'PAYING', close: 'CLOSED', expire: 'CLOSED' },
  PAYING: { abandon: 'NOTPAY', succeed: 'SUCCESS', break: 'SYS_REFUNDING', fail: 'SYS_REFUNDED' },
  SYS_REFUNDING: { giveBack: 'SYS_REFUNDED' },
  SYS_REFUNDED: {},
  SUCCESS: { refund: 'REFUND' },
  REFUND: {},
  CLOSED: { close: 'CLOSED' },
} as const

/** The states in words (`trade_status_desc`). */
export const orderWords = {
  INITIAL: '用户未绑卡',
  NOTPAY: '未支付',
  PAYING: '支付中',
  SYS_REFUNDING: '支付失败，异常处理中',
  SYS_REFUNDED: '支付失败',
  SUCCESS: '支付成功',
  REFUND: '转入退款',
  CLOSED: '已关闭',
} as const satisfies Record<OrderState, string>

type Words<T> = T extends T ? keyof T : never
/** What can happen to an order. */
export type OrderEvent = Words<(typeof orderMoves)[OrderState]>

/** The state after an event, or undefined where the state does not allow it. */
export function next(state: OrderState, event: OrderEvent): OrderState | undefined {
  return (orderMoves[state] as Partial<Record<OrderEvent, OrderState>>)[event]
}

/** Moves an order, or throws `ActionRefused`. */
export function move(order: OrderRow, event: OrderEvent, words?: string): void {
  const state = next(order.state, event)
  if (!state) throw new ActionRefused(`an order that is ${order.state} does not allow that`)
  order.state = state
  order.words = words ?? orderWords[state]
}

/** States of the cash leg. */
export type CashState = 'NOTPAY' | 'SUCCESS' | 'REFUND' | 'CLOSED'
/** States of the insurance leg. */
export type InsuranceState = 'NOTPAY' | 'PAYED' | 'REFUND' | 'CLOSED'

/** How the price is divided, in fen. */
export interface Split {
  readonly cash: number
  readonly insurance: number
  readonly self: number
  readonly fund: number
  readonly other: number
}

/** What was asked for when the order was placed. */
export type Placed = InputOfOperation<typeof operations.payinsurance.unifiedOrder>
/** The accounts of a call. */
export type Accounts = Pick<Placed, 'appid' | 'mch_id' | 'sub_appid' | 'sub_mch_id'>

/** An order. */
export interface OrderRow {
  /** `med_trans_id`. */
  readonly id: string
  /** Merchant number of the hospital, whose key signs. */
  readonly hospital: string
  readonly placed: Placed
  readonly payer: string
  readonly payKey: string
  readonly createMs: number
  readonly insuranceId?: string
  readonly cashId?: string
  state: OrderState
  words: string
  /** Absent where the order has no such leg. */
  cash?: CashState
  insurance?: InsuranceState
  split: Split
  payType: 1 | 2 | 3
  /** A payment is planned. */
  settling?: boolean
  paidMs?: number
  /** The transaction that paid the cash leg. */
  transactionId?: string
  /** What the bureau said when it had paid. */
  bureau?: { readonly medicalCardId: string; readonly response: string }
  /** `med_refund_id` of its one refund. */
  refund?: string
}

/** States of the cash part of a refund. */
export type CashRefundState = keyof typeof cashRefundMoves
/** States of the insurance part of a refund. */
export type InsuranceRefundState = keyof typeof insuranceRefundMoves

/** Where the cash part of a refund can go. */
export const cashRefundMoves = {
  REFUNDING: { succeed: 'SUCCESS', change: 'CHANGE' },
  SUCCESS: {},
  CHANGE: {},
} as const

/** Where the insurance part of a refund can go. */
export const insuranceRefundMoves = {
  REFUNDING: { succeed: 'SUCCESS', fail: 'FAIL' },
  SUCCESS: {},
  FAIL: { again: 'REFUNDING' },
} as const

/** A refund; also one that was submitted and not accepted (553, 556). */
export interface RefundRow {
  /** `med_refund_id`. */
  readonly id: string
  readonly order: string
  readonly hospital: string
  /** `hosp_out_refund_no`. */
  readonly number: string
  readonly cashFee: number
  readonly insuranceFee: number
  readonly cashId?: string
  readonly insuranceId?: string
  readonly createMs: number
  accepted: boolean
  cash?: CashRefundState
  insurance?: InsuranceRefundState
  cashMs?: number
  insuranceMs?: number
  endMs?: number
  response?: string
}

/** The orders of a world. */
export const orders = (world: World) => world.table<OrderRow>('payinsurance.orders')
/** The refunds of a world. */
export const refunds = (world: World) => world.table<RefundRow>('payinsurance.refunds')

/** Orders and refunds under their other numbers. */
const names = (world: World) => world.table<{ readonly id: string }>('payinsurance.names')

/** Gives an order or refund another name. */
export function name(world: World, key: string, id: string): void {
  names(world).set(key, { id })
}

/** The row that a number names. */
export function named(world: World, key: string): string | undefined {
  return names(world).get(key)?.id
}

/** How numbers of a hospital are named: each hospital has its own. */
export function numberName(kind: 'order' | 'refund', hospital: string, number: string): string {
  return `${kind}/${hospital}/${number}`
}

/** The hospital's order by either number; the hospital's own goes before ours. Two numbers name one order. */
export function orderBy(
  world: World,
  { mchid }: Merchant,
  numbers: { med_trans_id?: string; hosp_out_trade_no?: string },
): OrderRow | 'two orders' | undefined {
  const { med_trans_id: ours, hosp_out_trade_no: theirs } = numbers
  const id = theirs === undefined ? ours : named(world, numberName('order', mchid, theirs))
  if (theirs !== undefined && ours !== undefined && id !== undefined && id !== ours) return 'two orders'
  const found = id === undefined ? undefined : orders(world).get(id)
  return found?.hospital === mchid ? found : undefined
}

/** The next number of WeChat: a letter, the day, eleven digits of one sequence. */
export function draw(world: World, letter: 'M' | 'I' | 'C' | 'R' | 'S' | 'T'): string {
  const counters = world.table<{ value: number }>('payinsurance.counters')
  const value = (counters.get('number')?.value ?? Number(world.draw.digits(10))) + 1
  counters.set('number', { value })
  const day = world.time().slice(2, 10).replaceAll('-', '')
  return `${letter}${day}${String(value).padStart(11, '0')}`
}

/** An instant as `yyyyMMddHHmmss`, Beijing time. */
export function stampOf(world: World, ms: number): string {
  return world.time(ms).slice(0, 19).replace(/[-:T]/g, '')
}

/** The accounts of an order as answers and notices echo them. */
export function accountsOf({ placed }: OrderRow): Accounts {
  const { appid, mch_id, sub_appid, sub_mch_id } = placed
  return { appid, mch_id, ...(sub_appid && { sub_appid }), ...(sub_mch_id && { sub_mch_id }) }
}

/** The parts of the insurance leg, its answer and numbers: what query and notice say alike. */
export function insuranceOf(order: OrderRow) {
  const { split, bureau, placed } = order
  return {
    ...(order.insurance === 'PAYED' || order.insurance === 'REFUND'
      ? { Insurance_self_fee: split.self, insurance_fund_fee: split.fund, insurance_other_fee: split.other }
      : {}),
    ...(bureau && { medical_card_id: bureau.medicalCardId, response_content: bureau.response }),
    ...(order.insurance && order.insuranceId && { insurance_order_id: order.insuranceId }),
    ...(order.cash && order.cashId && { cash_order_id: order.cashId }),
    ...(placed.attach && { attach: placed.attach }),
  } satisfies Partial<AnswersOf<typeof operations.payinsurance.queryOrder.result.fields>>
}
