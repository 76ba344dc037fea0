/** Refunds of overseas transactions on the platform's side. */
import { type Action, ActionRefused, type Checkout, type ProductFactory } from '../../product.ts'
import type { World } from '../../world.ts'
import { handlers } from './handlers.ts'
import { type GlobalRefund, globalRefundsOf } from './rows.ts'
import { isOutcome, reroute, settle, settleDue } from './settling.ts'

/** Makes the product for a world. How refunds to come will end is decided under `refunds/` and a payment's number. */
export const globalRefunds: ProductFactory = (world) => ({
  name: 'globalRefunds',
  handlers,
  jobs: {
    'globalRefunds.settle': ({ id, round }: { id: string; round: number }) => {
      const refund = behind(world, id)
      if (refund) settleDue(world, refund, round)
    },
  },
  checkout: (key) => {
    const refund = behind(world, key)
    return refund && checkout(world, refund)
  },
  act: (key, action) => act(world, key, action),
})

/** The refund of either number. */
function behind(world: World, number: string): GlobalRefund | undefined {
  for (const refund of globalRefundsOf(world))
    if (refund.refundId === number || refund.outRefundNo === number) return refund
  return undefined
}

const shown = {
  PROCESSING: 'paying',
  SUCCESS: 'paid',
  ABNORMAL: 'failed',
  CLOSED: 'closed',
} as const satisfies Record<GlobalRefund['state'], Checkout['state']>

function checkout(world: World, refund: GlobalRefund): Checkout {
  return {
    product: 'globalRefunds',
    number: refund.outRefundNo,
    payee: world.merchants.get(refund.subMchid ?? '')?.name ?? refund.mchid,
    description: refund.reason ?? 'Refund',
    amount: { minor: refund.refundMinor, currency: refund.currency },
    lines: [],
    state: shown[refund.state],
    actions: ['event'],
    coupons: [],
  }
}

/** `refund:success`, `refund:balance`, … end a refund under way, `refund:reroute` restarts an abnormal one. */
function act(world: World, key: string, action: Action): void {
  const refund = behind(world, key)
  if (!refund || action.action !== 'event') throw new ActionRefused('a refund knows events alone')
  const event = action.name.replace(/^refund:/, '')
  if (event === 'reroute') return reroute(world, refund)
  if (!isOutcome(event)) throw new ActionRefused('a refund knows no such event')
  settle(world, refund, event)
}
