/** Combined orders as rows, and the moves between their states. */
import type { InputsOf, operations } from '@chadan/protocol'
import type { Merchant, Table, World } from '../../world.ts'

type Combine = typeof operations.combine
/** The way an order was placed: the name of the operation. */
export type Way = 'createJsapi' | 'createApp' | 'createH5' | 'createNative' | 'createMiniprogram'
type BodyOf<W extends Way> = InputsOf<Combine[W]['body']>

/** What all ways of placing have in common, with what only some have. */
export type Placed = BodyOf<'createApp'> & Partial<Pick<BodyOf<'createJsapi'>, 'combine_payer_info'>>
/** One sub-order as it was placed. */
export type PlacedSub = Placed['sub_orders'][number]

/** The common state of all sub-orders while unpaid; paid sub-orders part by their refunds. */
export type OrderState = 'NOTPAY' | 'USERPAYING' | 'PAYERROR' | 'SUCCESS' | 'CLOSED'
/** What can happen to an unpaid order. */
export type OrderEvent = 'password' | 'cancel' | 'fail' | 'pay' | 'close' | 'lapse'

type Payable = Partial<Record<OrderEvent, OrderState>>
const open = {
  password: 'USERPAYING',
  pay: 'SUCCESS',
  close: 'CLOSED',
  lapse: 'CLOSED',
} as const satisfies Payable

/** Where an event leads; an event that is missing is refused. `fail` depends on a switch. */
export const moves = {
  NOTPAY: { ...open, fail: 'NOTPAY' },
  USERPAYING: { ...open, cancel: 'NOTPAY', fail: 'NOTPAY' },
  PAYERROR: { ...open, fail: 'NOTPAY' },
  SUCCESS: {},
  CLOSED: {},
} as const satisfies Record<OrderState, Payable>

/** A session, link or code under which a person reaches the order. */
export interface Handle {
  readonly key: string
  untilMs: number
}

/** What became of one sub-order by the payment. */
export interface PaidSub {
  readonly transactionId: string
  readonly payerMinor: number
  readonly promotions: readonly Promotion[]
  readonly subOpenid?: string
}

/** A coupon used, in the words of the answer. */
export interface Promotion {
  readonly coupon_id: string
  readonly name: string
  readonly scope: 'GLOBAL' | 'SINGLE'
  readonly type: 'CASH' | 'NOCASH'
  readonly amount: number
  readonly stock_id: string
  readonly wechatpay_contribute: number
  readonly merchant_contribute: number
  readonly other_contribute: number
  readonly currency: 'CNY'
  readonly goods_detail?: {
    goods_id: string
    quantity: number
    unit_price: number
    discount_amount: number
  }[]
}

/** A combined order. */
export interface CombineOrder {
  readonly key: string
  readonly mchid: string
  readonly number: string
  readonly way: Way
  readonly body: Placed
  state: OrderState
  readonly createMs: number
  /** Last moment to pay. */
  readonly expireMs: number
  handles: Handle[]
  paid?: {
    readonly combineTransactionId: string
    readonly openid: string
    readonly bankType: string
    readonly successMs: number
    readonly subs: readonly PaidSub[]
  }
  /** The next call for this order is refused with this code: what no state of the world brings about. */
  hook?: string
}

/** What the ways differ in. */
export const ways = {
  createJsapi: { tradeType: 'JSAPI', permission: 'jsapi' },
  createApp: { tradeType: 'APP', permission: 'app' },
  createH5: { tradeType: 'MWEB', permission: 'h5' },
  createNative: { tradeType: 'NATIVE', permission: 'native' },
  createMiniprogram: { tradeType: 'JSAPI', permission: 'jsapi' },
} as const satisfies Record<Way, { tradeType: string; permission: string }>

/** The tables of combined payment. */
export interface Orders {
  readonly rows: Table<CombineOrder>
  /** Handle, platform number or merchant's number to the key of the order. */
  readonly keys: Table<string>
}

/** The combined orders of a world. */
export function ordersOf(world: World): Orders {
  return {
    rows: world.table('combine.orders'),
    keys: world.table('combine.keys'),
  }
}

/** The key of an order: an initiator has each number once. */
export function keyOf(mchid: string, number: string): string {
  return `${mchid}/${number}`
}

/** The order that one of its keys or numbers names. */
export function orderBehind({ rows, keys }: Orders, key: string): CombineOrder | undefined {
  return rows.get(key) ?? rows.get(keys.get(key) ?? '')
}

/** The merchant that receives the money of a sub-order. */
export function payeeOf(world: World, sub: Pick<PlacedSub, 'mchid' | 'sub_mchid'>): Merchant | undefined {
  return world.merchants.get(sub.sub_mchid ?? sub.mchid)
}

/** Whether the order's last moment to pay has passed. */
export function isExpired(world: World, order: CombineOrder): boolean {
  return world.clock.now() > order.expireMs
}
