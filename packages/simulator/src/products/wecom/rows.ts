/** What the simulator keeps of WeCom's orders and refunds, and how they are found. */
import type { InputOfOperation, operations } from '@chadan/protocol'
import type { Coupon } from '../../ledger.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** States that an order of this product can have; the others of the enumeration belong to payment codes. */
export type OrderState = 'NOTPAY' | 'PAYERROR' | 'ACCEPT' | 'SUCCESS' | 'REFUND' | 'CLOSED'

/** What can happen to an order. */
export type OrderEvent = 'pay' | 'fail' | 'accept' | 'close' | 'expire' | 'refund'

/** Where each event leads; what is not listed is refused. */
export const orderMoves = {
  NOTPAY: { pay: 'SUCCESS', fail: 'PAYERROR', accept: 'ACCEPT', close: 'CLOSED', expire: 'CLOSED' },
  PAYERROR: { pay: 'SUCCESS', fail: 'PAYERROR', accept: 'ACCEPT', close: 'CLOSED', expire: 'CLOSED' },
  ACCEPT: { pay: 'SUCCESS', fail: 'PAYERROR' },
  SUCCESS: { refund: 'REFUND' },
  REFUND: { refund: 'REFUND' },
  CLOSED: { close: 'CLOSED' },
} as const satisfies Record<OrderState, Partial<Record<OrderEvent, OrderState>>>

/** The state after an event, or undefined where the state does not allow it. */
export function moved(state: OrderState, event: OrderEvent): OrderState | undefined {
  return (orderMoves[state] as Partial<Record<OrderEvent, OrderState>>)[event]
}

/** What was asked for when the order was placed. */
export type Placed = InputOfOperation<typeof operations.wecom.createOrder>

/** An order. */
export interface OrderRow {
  readonly id: string
  readonly corpid: string
  readonly placed: Placed
  /** The content in one canonical text, to tell a repetition from another order. */
  readonly content: string
  readonly createMs: number
  /** Prepay sessions, the newest last. */
  readonly prepays: { readonly id: string; readonly createMs: number }[]
  state: OrderState
  /** The transaction that paid it. */
  transactionId?: string
  coupons: Coupon[]
  /** Refund ids, the oldest first. */
  readonly refunds: string[]
  refundAskedMs?: number
}

/** A refund's own facts beside the record in the ledger. */
export interface RefundFacts {
  readonly corpid: string
  readonly orderId: string
  readonly content: string
  readonly discountRefund: number
  readonly promotions: readonly RefundedPromotion[]
  channel: string
  account: string
}

/** What one coupon gets back. */
export interface RefundedPromotion {
  readonly promotion_id: string
  readonly scope: string
  readonly type: 'COUPON' | 'DISCOUNT'
  readonly amount: number
  readonly refund_amount: number
}

/** What a key of a payer or a test stands for. */
export type Named =
  | { readonly kind: 'order'; readonly id: string; readonly prepayId?: string }
  | { readonly kind: 'refund'; readonly id: string; readonly refundId: string }
  | { readonly kind: 'application'; readonly id: string }

/** The orders, by merchant and number. */
export function orders(world: World) {
  return world.table<OrderRow>('wecom.orders')
}

/** Everything that has a name of its own, by that name. */
export function names(world: World) {
  return world.table<Named>('wecom.names')
}

/** The key of an order: its merchant and number. */
export function orderId({ mchid, out_trade_no }: { mchid: string; out_trade_no: string }): string {
  return `${mchid}/${out_trade_no}`
}

/** The order, or 720501. */
export function orderOf(world: World, numbers: { mchid: string; out_trade_no: string }): OrderRow {
  const found = orders(world).get(orderId(numbers))
  if (found) return found
  const { mchid, out_trade_no } = numbers
  // The field occurs in this refusal in production, too.
  throw new Refusal('720501', `out_trade_no[${out_trade_no}] not exists under mchid[${mchid}]`, {
    detail: { promotion_detail: [] },
  })
}

/** Holds a call to the corp's own merchant numbers. */
export function mustOwn(caller: Merchant, mchid: string): void {
  if (!caller.subs.includes(mchid)) throw new Refusal('301002', 'no permission for this merchant')
}

/** A refusal for a business reason: its real number is not known (D5). */
export function refused(world: World, reason: string): Refusal {
  return new Refusal(String(world.switches.wecom.refusalCode), `invalid argument, ${reason}`)
}

/** A text that is the same for the same content, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
