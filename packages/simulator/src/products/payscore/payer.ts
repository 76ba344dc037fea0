/** The person's side: what stands on the page, and what can be done there or by a test in its place. */
import { type Action, ActionRefused, type Checkout } from '../../product.ts'
import type { World } from '../../world.ts'
import { receive } from './collecting.ts'
import { confirmed, failing, isAccepted, payerOf } from './confirming.ts'
import { couponOf, coupons } from './coupons.ts'
import { announceConfirmed } from './notices.ts'
import { findOrder, type ServiceOrder } from './orders.ts'
import { serviceOf } from './registry.ts'
import type { Stage } from './stages.ts'

/** How long a cancel or sync is refused once the user has entered the cashier. */
export const cashierMs = 180_000

const shown = {
  CREATED: 'open',
  USER_CONFIRM: 'open',
  MCH_COMPLETE: 'paying',
  DONE: 'paid',
  REVOKED: 'cancelled',
  EXPIRED: 'expired',
} as const satisfies Record<Stage, Checkout['state']>

const offered: Record<Stage, readonly Action['action'][]> = {
  CREATED: ['confirm', 'cancel', 'event'],
  USER_CONFIRM: ['event'],
  MCH_COMPLETE: ['pay', 'fail', 'event'],
  DONE: [],
  REVOKED: [],
  EXPIRED: [],
}

/** What the person sees of the order behind a number, package or query id. */
export function checkout(world: World, name: string): Checkout | undefined {
  const order = findOrder(world, name)
  if (!order) return undefined
  const { body, stage } = order
  const total = order.totalMinor
  return {
    product: 'payscore',
    number: body.out_order_no,
    payee: world.merchants.get(body.sub_mchid)?.name ?? body.sub_mchid,
    description: body.service_introduction,
    amount: { minor: total ?? body.risk_fund.amount, currency: body.currency },
    lines: (order.payments ?? []).map((one) => ({ label: one.name, minor: one.amount ?? 0 })),
    state: shown[stage],
    actions: offered[stage],
    coupons: coupons
      .filter((one) => stage === 'MCH_COMPLETE' && couponOf(one.id, total ?? 0))
      .map(({ id, name, minor }) => ({ id, name, minor })),
  }
}

/** Does it, or throws `ActionRefused`. */
export function act(world: World, name: string, action: Action): void {
  const order = findOrder(world, name)
  if (!order) throw new ActionRefused('no service order stands behind this key')
  if (!offered[order.stage].includes(action.action))
    throw new ActionRefused(`${action.action} is not possible in ${order.stage}`)
  switch (action.action) {
    case 'confirm':
      return confirm(world, order)
    case 'cancel':
      // Leaving the page changes nothing: the order waits until it expires.
      return
    case 'pay':
      if (action.coupon !== undefined) order.coupon = action.coupon
      delete order.cashierUntilMs
      return receive(world, order, action.bank)
    case 'fail':
      // The payment in the cashier fails and the next deduction with it.
      order.failures++
      delete order.cashierUntilMs
      return
    case 'event':
      return happen(world, order, action)
  }
}

function confirm(world: World, order: ServiceOrder): void {
  if (!payerOf(world, order)) throw new ActionRefused('nobody in this world has an openid under the appid')
  const institution = world.merchants.get(order.mchid)
  const service = institution && serviceOf(world, institution, order.body.service_id)
  // Whom the assessment refuses may still pay the deposit, where the service allows it.
  if (!isAccepted(world, order) && service?.failing === 'refuse')
    throw new ActionRefused('the user failed the assessment')
  confirmed(world, order)
  announceConfirmed(world, order)
}

type Event = (world: World, order: ServiceOrder, details: Record<string, unknown>) => void

/** What else can happen to an order, by name. */
const events: Readonly<Record<string, Event>> = {
  'cashier:enter': (world, order) => {
    order.cashierUntilMs = world.clock.now() + cashierMs
  },
  'cashier:leave': (_world, order) => {
    delete order.cashierUntilMs
  },
  'deduction:fail': (_world, order, { times = 1 }) => {
    if (typeof times !== 'number' || !Number.isSafeInteger(times) || times < 1)
      throw new ActionRefused('deduction:fail takes { times }, a whole number from 1')
    order.failures += times
  },
  /** The next collection uses this coupon. */
  coupon: (_world, order, { id }) => {
    const known = coupons.find((one) => one.id === id)
    if (!known) throw new ActionRefused(`known coupons are ${coupons.map((one) => one.id).join(', ')}`)
    order.coupon = known.id
  },
  'assessment:fail': (world, order) => {
    const payer = payerOf(world, order)
    if (payer) failing(world).set(payer.id, { failing: true })
  },
  'assessment:pass': (world, order) => {
    failing(world).delete(payerOf(world, order)?.id ?? '')
  },
}

function happen(
  world: World,
  order: ServiceOrder,
  { name, details = {} }: Extract<Action, { action: 'event' }>,
): void {
  const event = Object.hasOwn(events, name) ? events[name] : undefined
  if (!event) throw new ActionRefused(`known events are ${Object.keys(events).join(', ')}`)
  event(world, order, details)
}
