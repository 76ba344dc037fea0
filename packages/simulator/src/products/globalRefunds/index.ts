/** Refunds of overseas transactions on the platform's side. */
import { type Action, ActionRefused, type Checkout, type ProductFactory } from '../../product.ts'
import type { World } from '../../world.ts'
import { blocked, handlers } from './handlers.ts'
import { accounts, type GlobalRefund } from './rows.ts'
import { settle } from './settling.ts'

/** Makes the product for a world. */
export const globalRefunds: ProductFactory = (world) => ({
  name: 'globalRefunds',
  handlers,
  jobs: {
    'globalRefunds.settle': ({ id }: { id: string }) => {
      const refund = refundOf(world, id)
      if (refund) settle(world, refund, 'SUCCESS')
    },
  },
  checkout: (key) => checkout(world, key),
  act: (key, action) => act(world, key, action),
})

function refundOf(world: World, id: string): GlobalRefund | undefined {
  const refund = world.refunds.get(id)
  // Only this product writes refunds under its name, always with its details.
  return refund?.product === 'globalRefunds' ? (refund as GlobalRefund) : undefined
}

/** The transaction behind its number, or behind the number of a refund of it. */
function checkout(world: World, key: string): Checkout | undefined {
  const payment = world.transactions.get(refundOf(world, key)?.transactionId ?? key)
  if (payment?.product !== 'payscore') return undefined
  return {
    product: 'globalRefunds',
    number: payment.outTradeNo,
    payee: world.merchants.get(payment.subMchid ?? '')?.name ?? payment.mchid,
    description: payment.description,
    amount: { minor: payment.amountMinor, currency: payment.currency },
    lines: [],
    state: 'paid',
    actions: ['event'],
    coupons: [],
  }
}

type Event = (world: World, refund: GlobalRefund, details: Record<string, unknown>) => void

/** What can happen to a refund, by name. */
const refundEvents: Readonly<Record<string, Event>> = {
  'refund:abnormal': (world, refund) => settle(world, refund, 'ABNORMAL'),
  'refund:close': (world, refund) => settle(world, refund, 'CLOSED'),
  /** A person sends an abnormal refund elsewhere. */
  'refund:retry': (world, refund, { channel = 'OTHER_BANKCARD' }) => {
    if (refund.state !== 'ABNORMAL') throw new ActionRefused('only an abnormal refund is tried again')
    refund.state = 'PROCESSING'
    refund.details.channel = readChannel(channel)
    world.later(world.switches.settlingMs, 'globalRefunds.settle', { id: refund.refundId })
  },
  /** The account that paid is gone: the money takes another way. */
  'refund:reroute': (_world, refund, { channel = 'BALANCE' }) => {
    refund.details.channel = readChannel(channel)
  },
}

function readChannel(channel: unknown): keyof typeof accounts {
  const known = Object.keys(accounts) as (keyof typeof accounts)[]
  const found = known.find((one) => one === channel)
  if (!found) throw new ActionRefused(`known channels are ${known.join(', ')}`)
  return found
}

function act(world: World, key: string, action: Action): void {
  if (action.action !== 'event') throw new ActionRefused('a paid transaction knows events only')
  const refund = refundOf(world, key)
  if (!refund) return actOnPayment(world, key, action.name)
  const event = Object.hasOwn(refundEvents, action.name) ? refundEvents[action.name] : undefined
  if (!event) throw new ActionRefused(`known events are ${Object.keys(refundEvents).join(', ')}`)
  event(world, refund, action.details ?? {})
}

function actOnPayment(world: World, key: string, name: string): void {
  if (name === 'payer:block') blocked(world).set(key, { blocked: true })
  else if (name === 'payer:unblock') blocked(world).delete(key)
  else throw new ActionRefused('known events are payer:block, payer:unblock')
}
