/** Ordinary orders: placed, asked for, paid and closed. */
import { operations } from '@chadan/protocol'
import {
  cashOrders,
  directAnswer,
  orderKey,
  partnerAnswer,
  payProblem,
  prepays,
  takeMoney,
} from '../../cash-orders.ts'
import { type Action, ActionRefused, type Checkout, handle, type Product } from '../../product.ts'
import type { World } from '../../world.ts'
import { booked } from './books.ts'
import { closeOrder } from './closing.ts'
import { couponsFor } from './coupons.ts'
import { findById, findByNumber } from './finding.ts'
import { place, placeForSub } from './placing.ts'

/** The product `cash`. */
export function cash(world: World): Product {
  return {
    name: 'cash',
    handlers: [
      handle(operations.cash.prepay, ({ caller, body }) => place(world, caller, body)),
      handle(operations.cash.prepayPartner, ({ caller, body }) => placeForSub(world, caller, body)),
      handle(operations.cash.queryByOutTradeNo, ({ caller, path, query }) =>
        directAnswer(world, findByNumber(world, caller, { mchid: query.mchid, number: path.out_trade_no })),
      ),
      handle(operations.cash.queryByOutTradeNoPartner, ({ caller, path, query }) =>
        partnerAnswer(
          world,
          findByNumber(world, caller, {
            mchid: query.sp_mchid,
            subMchid: query.sub_mchid,
            number: path.out_trade_no,
          }),
        ),
      ),
      handle(operations.cash.queryById, ({ caller, path, query }) =>
        directAnswer(world, findById(world, caller, { mchid: query.mchid, id: path.transaction_id })),
      ),
      handle(operations.cash.queryByIdPartner, ({ caller, path, query }) =>
        partnerAnswer(
          world,
          findById(world, caller, {
            mchid: query.sp_mchid,
            subMchid: query.sub_mchid,
            id: path.transaction_id,
          }),
        ),
      ),
      handle(operations.cash.close, ({ caller, path, body }) =>
        closeOrder(world, caller, { mchid: body.mchid, number: path.out_trade_no }),
      ),
      handle(operations.cash.closePartner, ({ caller, path, body }) =>
        closeOrder(world, caller, {
          mchid: body.sp_mchid,
          subMchid: body.sub_mchid,
          number: path.out_trade_no,
        }),
      ),
    ],
    checkout: (key) => checkout(world, key),
    act: (key, action) => act(world, key, action),
    booked: (from, limit) => booked(world, from, limit),
    recent: (limit) =>
      [...prepays(world).values()]
        .slice(-limit)
        .reverse()
        .flatMap(({ id }) => checkout(world, id) ?? []),
  }
}

/** The order behind a prepay id, a payment's number or an order's number. */
function held(world: World, key: string) {
  const orders = cashOrders(world)
  const prepay = prepays(world).get(key)
  if (prepay) return { prepay, order: orders.get(prepay.order) }
  const payment = world.transactions.get(key)
  const order = payment?.product === 'cash' ? orders.get(orderKey(payment)) : byNumber(world, key)
  const newest = order && [...prepays(world).values()].findLast((one) => one.order === orderKey(order))
  return { prepay: newest, order }
}

function byNumber(world: World, number: string) {
  return [...cashOrders(world).values()].find((order) => order.outTradeNo === number)
}

const shown = { paid: 'paid', closed: 'closed', expired: 'expired' } as const

function checkout(world: World, key: string): Checkout | undefined {
  const { prepay, order } = held(world, key)
  if (!prepay || !order) return undefined
  const problem = payProblem(world, order, prepay)
  const payee = world.merchants.get(order.subMchid ?? order.mchid)
  return {
    product: 'cash',
    number: order.outTradeNo,
    payee: payee?.name ?? '',
    description: order.description,
    amount: { minor: order.totalMinor, currency: 'CNY' },
    lines: [],
    state: problem ? shown[problem] : 'open',
    actions: problem ? [] : ['pay', 'fail', 'cancel'],
    coupons: problem ? [] : couponsFor(order),
  }
}

function act(world: World, key: string, action: Action): void {
  const { prepay, order } = held(world, key)
  const problem = prepay && order ? payProblem(world, order, prepay) : 'closed'
  if (!order || problem) throw new ActionRefused(`the order cannot be paid: it is ${problem}`)
  // An attempt that fails or is left leaves the order unpaid, as if nothing had been.
  if (action.action === 'fail' || action.action === 'cancel') return
  if (action.action !== 'pay') throw new ActionRefused(`an ordinary order knows no ${action.action}`)
  const coupon = couponsFor(order).find(({ id }) => id === action.coupon)
  if (action.coupon && !coupon) throw new ActionRefused('this order takes no such coupon')
  takeMoney(world, order, { ...(action.bank && { bank: action.bank }), ...(coupon && { coupon }) })
}
