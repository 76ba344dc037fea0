/** Whether two books agree, order by order. Nothing of the gateway is used here: only what each side says of itself. */
import { money } from '../table.ts'
import type { AttemptHere, OrderHere, OrderThere, RefundHere } from './books.ts'

/** What the two sides say differently about one order. */
export interface Disagreement {
  readonly product: string
  /** The merchant's reference; empty where the order is not here. */
  readonly reference: string
  readonly number: string
  readonly what: 'order' | 'state' | 'amount' | 'paid' | 'refunded' | 'refund' | 'event'
  readonly here: string
  readonly there: string
}

/** Which states here say the same as a word there. */
const paid = ['paid', 'partially_refunded', 'refunded']
const unpaid = ['awaiting_payment', 'paying']
const same: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  combine: {
    NOTPAY: unpaid,
    USERPAYING: unpaid,
    PAYERROR: unpaid,
    CLOSED: ['closed'],
    SUCCESS: paid,
    REFUND: paid,
  },
  medIns: {
    MIX_PAY_CREATED: unpaid,
    MIX_PAY_SUCCESS: paid,
    MIX_PAY_REFUND: paid,
    MIX_PAY_FAIL: ['failed', 'closed', 'failing'],
  },
  // A mixed order of which only the cash leg was ever placed.
  cash: {
    NOTPAY: [...unpaid, 'placing'],
    CLOSED: ['closed', 'failed'],
    SUCCESS: ['failing', 'failed'],
    REFUND: ['failing', 'failed'],
  },
  payscore: {
    CREATED: unpaid,
    'DOING/USER_CONFIRM': ['in_service'],
    'DOING/MCH_COMPLETE': ['in_service', 'paying'],
    DONE: [...paid, 'closed'],
    REVOKED: ['closed'],
    EXPIRED: ['closed'],
  },
  wecom: {
    NOTPAY: unpaid,
    PAYERROR: unpaid,
    ACCEPT: unpaid,
    CLOSED: ['closed'],
    SUCCESS: paid,
    REFUND: paid,
  },
  payinsurance: {
    INITIAL: unpaid,
    NOTPAY: unpaid,
    PAYING: unpaid,
    SYS_REFUNDING: ['failing'],
    // What fails after the merchant ended it was closed.
    SYS_REFUNDED: ['failed', 'closed'],
    CLOSED: ['closed'],
    SUCCESS: paid,
    REFUND: paid,
  },
}
/** States of an attempt that nobody there needs to know of: it never arrived. */
const absent = ['closed', 'failed']
/** States of refunds there in which the money went back. */
const gone = ['SUCCESS', 'REPORTED']

/** Every disagreement between the orders here and there, in the order of the books here. */
export function compare(here: readonly OrderHere[], there: readonly OrderThere[]): Disagreement[] {
  const books = new Map(mixed(there).map((order) => [keyOf(order.product, order.number), order]))
  const found: Disagreement[] = []
  for (const order of here) {
    for (const attempt of order.attempts) {
      const key = keyOf(order.product, attempt.number)
      found.push(...compareAttempt(order, attempt, books.get(key)))
      books.delete(key)
    }
  }
  for (const { product, number, state, paidMinor, currency } of books.values()) {
    const place = { product: product === 'cash' ? 'medIns' : product, reference: '', number }
    const paidThere = paidMinor > 0 ? `, ${money(paidMinor, currency)} paid` : ''
    found.push({ ...place, what: 'order', here: 'no such order', there: `${state}${paidThere}` })
  }
  return found
}

function keyOf(product: string, number: string): string {
  return `${product === 'cash' ? 'medIns' : product} ${number}`
}

/** A cash order under a mixed one is a leg of it, and is in its books already. */
function mixed(there: readonly OrderThere[]): OrderThere[] {
  const mixedNumbers = new Set(there.filter((one) => one.product === 'medIns').map((one) => one.number))
  return there.filter((one) => one.product !== 'cash' || !mixedNumbers.has(one.number))
}

function compareAttempt(
  order: OrderHere,
  attempt: AttemptHere,
  there: OrderThere | undefined,
): Disagreement[] {
  const { product, reference } = order
  const place = { product, reference, number: attempt.number }
  const differs = (what: Disagreement['what'], here: string, said: string) => ({
    ...place,
    what,
    here,
    there: said,
  })
  if (!there) {
    const nothing = absent.includes(attempt.state) && attempt.taken.minor === 0
    const taken =
      attempt.taken.minor > 0 ? `, ${money(attempt.taken.minor, attempt.taken.currency)} paid` : ''
    return nothing ? [] : [differs('order', `${attempt.state}${taken}`, 'no such order')]
  }
  const found: Disagreement[] = []
  const known = there.state.split('+').every((word) => same[there.product]?.[word]?.includes(attempt.state))
  if (!known) found.push(differs('state', attempt.state, there.state))
  const { currency } = there
  const amounts = [
    // A service order has no amount before it is completed; a cash leg alone is not the whole of its order.
    [
      'amount',
      attempt.amount.minor,
      there.orderedMinor === 0 || there.product === 'cash' ? attempt.amount.minor : there.orderedMinor,
    ],
    ['paid', attempt.taken.minor, there.paidMinor],
    ['refunded', attempt.refunded.minor, sumOf(there.refunds.filter(({ state }) => gone.includes(state)))],
  ] as const
  for (const [what, ours, theirs] of amounts)
    if (ours !== theirs)
      found.push(differs(what, money(ours, attempt.amount.currency), money(theirs, currency)))
  if (attempt.taken.minor > 0 && attempt.amount.currency !== currency)
    found.push(differs('amount', attempt.amount.currency, currency))
  const refunds = order.refunds.filter((one) => one.attempt === attempt.number)
  return [...found, ...compareRefunds(refunds, there).map(([here, said]) => differs('refund', here, said))]
}

/** Each refund here with those there that bear its number, and those there that nobody here ordered. */
function compareRefunds(here: readonly RefundHere[], there: OrderThere): [here: string, there: string][] {
  const found: [string, string][] = []
  const left = new Set(there.refunds)
  for (const { number, state, amount } of here) {
    const own = there.refunds.filter((one) => one.number === number || one.number.startsWith(`${number}_`))
    for (const one of own) left.delete(one)
    const back = sumOf(own.filter((one) => gone.includes(one.state)))
    const expected = state === 'succeeded' ? amount.minor : 0
    const said = `${state} ${money(amount.minor, amount.currency)} (${number})`
    if (back !== expected) found.push([said, `${money(back, there.currency)} went back`])
  }
  for (const { number, minor, state } of left)
    found.push(['no such refund', `${state} ${money(minor, there.currency)} (${number})`])
  return found
}

function sumOf(rows: readonly { readonly minor: number }[]): number {
  return rows.reduce((sum, one) => sum + one.minor, 0)
}

/** What a product's orders came to. */
export interface ProductRow {
  readonly orders: number
  readonly byNotification: number
  readonly byQuery: number
  readonly byReturnPage: number
  readonly refunds: number
  /** The longest that an order was paid there and not known here, in simulated milliseconds. */
  readonly unknownMaxMs: number
}

/** The products, in the order in which they are shown. */
export const products = ['medIns', 'combine', 'payscore', 'wecom', 'payinsurance'] as const
/** One of the five. */
export type ProductName = (typeof products)[number]

/** For each product how many orders there were, how the state of each was learnt, and how late. */
export function tally(
  here: readonly OrderHere[],
  there: readonly OrderThere[],
): Readonly<Record<ProductName, ProductRow>> {
  const paidMs = new Map(there.map((one) => [keyOf(one.product, one.number), one.paidMs]))
  const rowOf = (product: ProductName): ProductRow => {
    const orders = here.filter((one) => one.product === product)
    const deciding = orders.flatMap((one) => one.attempts.find(({ number }) => number === one.number) ?? [])
    const by = (source: string) => deciding.filter((one) => one.learnt_by?.source === source).length
    const late = deciding.map(({ number, learnt_by }) => {
      const paidThereMs = paidMs.get(keyOf(product, number))
      return paidThereMs === undefined || !learnt_by ? 0 : Date.parse(learnt_by.at) - paidThereMs
    })
    return {
      orders: orders.length,
      byNotification: by('notice'),
      byQuery: by('answer'),
      byReturnPage: by('return_page'),
      refunds: orders.flatMap((one) => one.refunds).filter((one) => one.state === 'succeeded').length,
      unknownMaxMs: Math.max(0, ...late),
    }
  }
  return Object.fromEntries(products.map((one) => [one, rowOf(one)])) as Record<ProductName, ProductRow>
}
