/** Medical-insurance orders as rows, and the legs they consist of. */
import type { InputOfOperation, operations } from '@chadan/protocol'
import { cashOrders, refundsOf, stateOf } from '../../cash-orders.ts'
import type { LegOutcomes } from '../../product.ts'
import type { Table, World } from '../../world.ts'

/** What create was asked for. */
export type Placed = InputOfOperation<typeof operations.medIns.create>
/** What is kept of it: the people are never echoed. */
export type Kept = Omit<Placed, 'payer' | 'relative'>

/** What has happened to a leg; refunds are looked up, not kept. */
export type Leg = 'NONE' | 'CREATED' | 'SUCCESS' | 'FAIL'
/** A leg as an answer shows it. */
export type ShownLeg = Leg | 'REFUND'
/** The two legs. */
export type LegName = 'cash' | 'insurance'

/** A report that the bureau has refunded. */
export interface Report {
  readonly total: number
  readonly gov: number
  readonly self: number
  readonly other: number
  readonly refundTime: string
  readonly outRefundNo: string
}

/** An order over a cash order and the bureau. */
export interface MedInsOrder {
  readonly key: string
  /** Who placed it; its keys seal the notice. */
  readonly mchid: string
  readonly mixTradeNo: string
  readonly body: Kept
  /** The cash order it charges, by its key. */
  readonly cashKey?: string
  readonly createMs: number
  readonly expiresMs: number
  readonly legs: Record<LegName, Leg>
  /** The password is given, and how the legs will end. */
  verified?: Required<Omit<LegOutcomes, 'reason'>> & Pick<LegOutcomes, 'reason'>
  paidMs?: number
  failed?: 'closed' | 'expired' | 'refused'
  /** Why the bureau refused. */
  reason?: string
  /** Every report; the latest counts. */
  readonly reports: Report[]
}

/** Orders by their key. */
export const medInsOrders = (world: World): Table<MedInsOrder> => world.table('medIns.orders')
/** Mixed order numbers, order numbers and keys of cash orders to the key of the order. */
export const medInsKeys = (world: World): Table<{ readonly order: string }> => world.table('medIns.keys')

/** An institution has each number once under one caller. */
export function keyOf(mchid: string, subMchid: string | undefined, number: string): string {
  return `${mchid}/${subMchid ?? ''}/${number}`
}

/** The insurance money of an order, in fen (A12). */
export function insuranceFee({
  med_ins_gov_fee = 0,
  med_ins_self_fee = 0,
  med_ins_other_fee = 0,
}: Kept): number {
  return med_ins_gov_fee + med_ins_self_fee + med_ins_other_fee
}

/** The order after what time and the cash order have done to it. */
export function refresh(world: World, order: MedInsOrder): MedInsOrder {
  const cash = order.cashKey ? cashOrders(world).get(order.cashKey) : undefined
  const closed = cash !== undefined && stateOf(world, cash) === 'CLOSED'
  if (order.failed) {
    if (closed && order.legs.cash === 'CREATED') order.legs.cash = 'FAIL'
    return order
  }
  if (order.verified || order.paidMs) return order
  if (closed) fail(world, order, 'closed')
  else if (world.clock.now() >= order.expiresMs) fail(world, order, 'expired')
  return order
}

/** Ends an order: what is still open fails with it, but for a cash leg that the switch leaves to its close. */
export function fail(world: World, order: MedInsOrder, why: NonNullable<MedInsOrder['failed']>): void {
  order.failed = why
  const cash = order.cashKey ? cashOrders(world).get(order.cashKey) : undefined
  if (cash) cash.locked = false
  const open = why !== 'closed' && world.switches.medIns.unpaidCashLeg === 'staysOpen'
  if (order.legs.cash === 'CREATED' && !open) order.legs.cash = 'FAIL'
  if (order.legs.insurance === 'CREATED') order.legs.insurance = 'FAIL'
}

/** The legs with their refunds: cash by its refunds, insurance by the latest report. */
export function shownLegs(world: World, order: MedInsOrder): Record<LegName, ShownLeg> {
  const whole = world.switches.medIns.partialRefunds === 'full'
  const back = (leg: Leg, paid: number, refunded: number): ShownLeg =>
    leg === 'SUCCESS' && refunded > 0 && (!whole || refunded >= paid) ? 'REFUND' : leg
  const { cash, insurance } = order.legs
  return {
    cash: back(cash, order.body.wechat_pay_cash_fee ?? 0, refundedCash(world, order)),
    insurance: back(insurance, insuranceFee(order.body), order.reports.at(-1)?.total ?? 0),
  }
}

function refundedCash(world: World, { cashKey }: MedInsOrder): number {
  const paid = cashKey && cashOrders(world).get(cashKey)?.transactionId
  if (!paid) return 0
  return refundsOf(world, paid)
    .filter(({ state }) => state === 'SUCCESS')
    .reduce((sum, { refundMinor }) => sum + refundMinor, 0)
}

/** The status of the whole by the legs that exist: the first row that holds. */
const wholes = [
  { holds: (legs: ShownLeg[]) => legs.includes('FAIL'), status: 'FAIL' },
  { holds: (legs: ShownLeg[]) => legs.every((leg) => leg === 'REFUND'), status: 'REFUND' },
  { holds: (legs: ShownLeg[]) => legs.every((leg) => leg !== 'CREATED'), status: 'SUCCESS' },
  { holds: () => true, status: 'CREATED' },
] as const

/** What the whole order has come to. */
export function wholeOf(order: MedInsOrder, shown: Record<LegName, ShownLeg>): Exclude<ShownLeg, 'NONE'> {
  if (order.failed) return 'FAIL'
  const existing = [shown.cash, shown.insurance].filter((leg) => leg !== 'NONE')
  // The last row always holds.
  return (wholes.find(({ holds }) => holds(existing)) as (typeof wholes)[number]).status
}
