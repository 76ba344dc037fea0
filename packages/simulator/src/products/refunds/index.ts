/** Refunds of cash (退款) on WeChat Pay's side: one record, whichever of the two interfaces made it. */
import { type Action, ActionRefused, type Checkout, type ProductFactory } from '../../product.ts'
import type { World } from '../../world.ts'
import { returnAgain } from './advances.ts'
import { domesticHandlers } from './domestic.ts'
import { ecommerceHandlers } from './ecommerce.ts'
import { moves, paymentOf, type Refund, refundById } from './records.ts'
import { type Outcome, reroute, settle, settleDue } from './settling.ts'

export const refunds: ProductFactory = (world) => ({
  name: 'refunds',
  handlers: [...domesticHandlers(world), ...ecommerceHandlers(world)],
  jobs: {
    'refunds.settle': (payload: { refundId: string; round: number }) => settleDue(world, payload),
    'refunds.returnAgain': (payload: { refundId: string }) => returnAgain(world, payload),
  },
  checkout: (key) => {
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

/** By WeChat Pay's number, or by the merchant's. */
function behind(world: World, key: string): Refund | undefined {
  const byId = refundById(world, key)
  if (byId) return byId
  for (const { refundId, outRefundNo } of world.refunds.values()) {
    if (outRefundNo === key) return refundById(world, refundId)
  }
  return undefined
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

/** Ends a refund under way (`refund:success`, `refund:abnormal`, …), or restarts an abnormal one in the console (`refund:reroute`). */
function act(world: World, key: string, action: Action): void {
  const refund = behind(world, key)
  if (!refund || action.action !== 'event') throw new ActionRefused('a refund knows events alone')
  const event = action.name.replace(/^refund:/, '')
  if (event === 'reroute' && refund.state === 'ABNORMAL') return reroute(world, refund, '支付用户零钱')
  if (!Object.hasOwn(moves[refund.state], event)) throw new ActionRefused(`the refund is ${refund.state}`)
  settle(world, refund, event as Outcome)
}
