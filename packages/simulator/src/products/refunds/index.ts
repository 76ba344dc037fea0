/** Refunds of cash (退款) on WeChat Pay's side: one record, whichever of the two interfaces made it. */
import type { Transaction } from '../../ledger.ts'
import { type Action, ActionRefused, type Checkout, type ProductFactory } from '../../product.ts'
import { isRefundOutcome, planRefundOutcome } from '../../refund-outcomes.ts'
import type { World } from '../../world.ts'
import { returnAgain } from './advances.ts'
import { domesticHandlers } from './domestic.ts'
import { ecommerceHandlers } from './ecommerce.ts'
import { moves, paymentOf, type Refund, refundById } from './records.ts'
import { type Outcome, reroute, settle, settleDue } from './settling.ts'

/** Refunds of cash and combined payments in the simulated world. */
export const refunds: ProductFactory = (world) => ({
  name: 'refunds',
  handlers: [...domesticHandlers(world), ...ecommerceHandlers(world)],
  jobs: {
    'refunds.settle': (payload: { refundId: string; round: number }) => settleDue(world, payload),
    'refunds.returnAgain': (payload: { refundId: string }) => returnAgain(world, payload),
  },
  checkout: (key) => {
    const payment = paymentBehind(world, key)
    if (payment) return futureRefunds(world, payment)
    const refund = behind(world, key)
    return refund && checkout(world, refund)
  },
  act: (key, action) => act(world, key, action),
})

const shownAs = {
  PROCESSING: 'paying',
  SUCCESS: 'paid',
  ABNORMAL: 'failed',
  CLOSED: 'closed',
} as const satisfies Record<Refund['state'], Checkout['state']>

/** Before a number of a payment: its refunds that are still to come. */
const coming = 'refunds/'

function paymentBehind(world: World, key: string): Transaction | undefined {
  if (!key.startsWith(coming)) return undefined
  const number = key.slice(coming.length)
  const byId = world.transactions.get(number)
  return byId ?? [...world.transactions.values()].find(({ outTradeNo }) => outTradeNo === number)
}

/** By WeChat Pay's number, or by the merchant's. */
function behind(world: World, key: string): Refund | undefined {
  const byId = refundById(world, key)
  if (byId) return byId
  for (const { refundId, outRefundNo } of world.refunds.values()) {
    if (outRefundNo === key) return refundById(world, refundId)
  }
  return undefined
}

function futureRefunds(world: World, payment: Transaction): Checkout {
  const { outTradeNo, description, amountMinor, currency } = payment
  return {
    product: 'refunds',
    number: outTradeNo,
    payee: world.merchants.get(payment.subMchid ?? payment.mchid)?.name ?? '',
    description: `退款：${description}`,
    amount: { minor: amountMinor, currency },
    lines: [],
    state: 'paid',
    actions: ['event'],
    coupons: [],
  }
}

function checkout(world: World, refund: Refund): Checkout {
  return {
    product: 'refunds',
    number: refund.outRefundNo,
    payee: refund.details.receivedIn,
    description: `退款：${paymentOf(world, refund).description}`,
    amount: { minor: refund.refundMinor, currency: refund.currency },
    lines: [],
    state: shownAs[refund.state],
    actions: Object.keys(moves[refund.state]).length > 0 ? ['event'] : [],
    coupons: [],
  }
}

/**
 * Ends a refund under way (`refund:success`, `refund:abnormal`, …), or restarts an abnormal one in
 * the console (`refund:reroute`). Under `refunds/` and a number of a payment it decides how its
 * refunds to come will end, also `refund:stuck` and `refund:userAccountAbnormal`.
 */
function act(world: World, key: string, action: Action): void {
  if (action.action !== 'event') throw new ActionRefused('a refund knows events alone')
  const event = action.name.replace(/^refund:/, '')
  const payment = paymentBehind(world, key)
  if (payment) {
    if (!isRefundOutcome(event)) throw new ActionRefused('no refund ends like this')
    return planRefundOutcome(world, payment.transactionId, event)
  }
  const refund = behind(world, key)
  if (!refund) throw new ActionRefused('no refund stands behind this key')
  if (event === 'reroute' && refund.state === 'ABNORMAL') return reroute(world, refund, '支付用户零钱')
  if (!Object.hasOwn(moves[refund.state], event)) throw new ActionRefused(`the refund is ${refund.state}`)
  settle(world, refund, event as Outcome)
}
