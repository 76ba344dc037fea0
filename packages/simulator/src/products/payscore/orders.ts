/** Service orders as rows, and as the answers say them. */
import { type InputsOf, type operations, type ResultOfOperation, rateText } from '@chadan/protocol'
import type { Table, World } from '../../world.ts'
import { type Stage, wire } from './stages.ts'

/** A service order as it was placed. */
export type CreateBody = InputsOf<typeof operations.payscore.create.body>
/** A completion as it was sent. */
export type CompleteBody = InputsOf<typeof operations.payscore.complete.body>
/** A service order as a query answers it. */
export type OrderAnswer = ResultOfOperation<typeof operations.payscore.query>
/** The collection of money in an answer. */
export type Collection = NonNullable<OrderAnswer['collection']>

/** A service order. */
export interface ServiceOrder {
  readonly key: string
  /** The institution. */
  readonly mchid: string
  readonly body: CreateBody
  readonly orderId: string
  /** What the front end is given when the user comes back from the confirmation page. */
  readonly queryId: string
  readonly package: string
  readonly createdMs: number
  stage: Stage
  payments: CreateBody['post_payments']
  discounts: CreateBody['post_discounts']
  timeRange: NonNullable<OrderAnswer['time_range']>
  location: CreateBody['location']
  openid?: string
  subOpenid?: string
  /** The locked rate. */
  price?: number
  /** The call that completed it, in one spelling. */
  completedAs?: string
  totalMinor?: number
  collects?: boolean
  collection?: Collection
  /** Until when the user is in the cashier, paying. */
  cashierUntilMs?: number
  /** How many deductions are still to fail. */
  failures: number
  /** The coupon that the next collection uses. */
  coupon?: string
}

/** How long an order stays CREATED. */
export const confirmationMs = 3_600_000

/** The service orders of a world. */
export const serviceOrders = (world: World): Table<ServiceOrder> => world.table('payscore.orders')
const names = (world: World): Table<{ key: string }> => world.table('payscore.names')

/** The key of a row: a number is unique under institution and sub-merchant (D38). */
export const orderKey = (mchid: string, subMchid: string, outOrderNo: string): string =>
  `${mchid}/${subMchid}/${outOrderNo}`

/** Keeps a new order, to be found by each of its names. */
export function keep(world: World, order: ServiceOrder): ServiceOrder {
  serviceOrders(world).set(order.key, order)
  for (const name of [order.body.out_order_no, order.orderId, order.queryId, order.package])
    names(world).set(name, { key: order.key })
  return order
}

/** The order behind a row's key, a number, a query id or a package; expired when its hour is over. */
export function findOrder(world: World, name: string): ServiceOrder | undefined {
  const order = serviceOrders(world).get(names(world).get(name)?.key ?? name)
  if (order) expireWhenDue(world, order)
  return order
}

/** Expires an order that nobody confirmed within the hour. */
export function expireWhenDue(world: World, order: ServiceOrder): void {
  if (order.stage === 'CREATED' && world.clock.now() >= order.createdMs + confirmationMs)
    order.stage = 'EXPIRED'
}

/** What create and query both answer. Only fields that exist at this moment. */
export function answerOf(order: ServiceOrder) {
  const { body } = order
  return {
    out_order_no: body.out_order_no,
    service_id: body.service_id,
    appid: body.appid,
    mchid: order.mchid,
    sub_appid: body.sub_appid,
    sub_mchid: body.sub_mchid,
    currency: body.currency,
    service_introduction: body.service_introduction,
    ...wire[order.stage],
    post_payments: order.payments,
    post_discounts: order.discounts,
    risk_fund: body.risk_fund,
    time_range: order.timeRange,
    location: order.location,
    attach: body.attach,
    notify_url: body.notify_url,
    order_id: order.orderId,
  }
}

/** What is known of the money, from completion on. */
export function moneyOf(order: ServiceOrder) {
  return {
    total_amount: order.totalMinor,
    need_collection: order.collects,
    collection: order.collection,
  }
}

/** Who confirmed; with an appid of the sub-merchant only the openid under that one. */
export const userOf = (order: ServiceOrder) =>
  order.subOpenid ? { sub_openid: order.subOpenid } : order.openid ? { openid: order.openid } : {}

/** The rate that was locked at confirmation. */
export const rateOf = (order: ServiceOrder) =>
  order.price === undefined
    ? {}
    : { currency_price: order.price, currency_rate_info: rateText(order.body.currency, order.price) }

/** JSON in one spelling, whatever the order of names: two equal calls read the same. */
export function oneSpelling(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneSpelling).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${oneSpelling(member)}`)
  return `{${members.join(',')}}`
}
