/** Paying a medical-insurance order: one password, then the legs one after the other. */
import { cashOrders, payProblem, prepays, takeMoney } from '../../cash-orders.ts'
import { type Action, ActionRefused, type LegOutcomes } from '../../product.ts'
import type { World } from '../../world.ts'
import { notifyPaid } from './answers.ts'
import { fail, type LegName, type MedInsOrder, medInsOrders, refresh } from './orders.ts'

/** What `event` can end: a leg that is stuck. */
const events: Readonly<Record<string, { leg: LegName; outcome: 'success' | 'fail' }>> = {
  'cash:success': { leg: 'cash', outcome: 'success' },
  'cash:fail': { leg: 'cash', outcome: 'fail' },
  'insurance:success': { leg: 'insurance', outcome: 'success' },
  'insurance:fail': { leg: 'insurance', outcome: 'fail' },
}

/** Does what a person does with the order. Throws ActionRefused. */
export function act(world: World, order: MedInsOrder, action: Action): void {
  refresh(world, order)
  if (action.action === 'event') return resolve(world, order, action)
  const problem = actProblem(world, order)
  if (problem) throw new ActionRefused(`the order cannot be paid: ${problem}`)
  if (action.action === 'cancel') return
  if (action.action === 'pay') return verify(world, order, action.legs ?? {})
  if (action.action === 'fail')
    return verify(world, order, {
      cash: 'fail',
      insurance: 'fail',
      ...(action.reason && { reason: action.reason }),
    })
  throw new ActionRefused(`a medical-insurance order knows no ${action.action}`)
}

/** Why the order cannot be paid; undefined when it can. */
export function actProblem(world: World, order: MedInsOrder): string | undefined {
  if (order.failed) return order.failed
  if (order.paidMs) return 'paid'
  if (order.verified) return 'paying'
  const cash = order.cashKey ? cashOrders(world).get(order.cashKey) : undefined
  const prepay = order.body.prepay_id ? prepays(world).get(order.body.prepay_id) : undefined
  return cash && prepay ? payProblem(world, cash, prepay) : undefined
}

function verify(
  world: World,
  order: MedInsOrder,
  { cash = 'success', insurance = 'success', reason }: LegOutcomes,
): void {
  order.verified = { cash, insurance, ...(reason && { reason }) }
  const charged = order.cashKey ? cashOrders(world).get(order.cashKey) : undefined
  if (charged) charged.locked = true
  planNext(world, order)
}

const orders = {
  cashFirst: ['cash', 'insurance'],
  insuranceFirst: ['insurance', 'cash'],
} as const satisfies Record<string, readonly LegName[]>

/** Plans the first leg that is still open, or ends the order. */
function planNext(world: World, order: MedInsOrder): void {
  const leg = orders[world.switches.medIns.legOrder].find((name) => order.legs[name] === 'CREATED')
  if (leg) return world.later(world.switches.settlingMs / 2, 'medIns.leg', { order: order.key, leg })
  order.paidMs = world.clock.now()
  notifyPaid(world, order)
}

/** The job: ends one leg as it was decided when the password was given. */
export function runLeg(world: World, { order: key, leg }: { order: string; leg: LegName }): void {
  const order = medInsOrders(world).get(key)
  const outcome = order?.verified?.[leg]
  if (order && !order.failed && order.legs[leg] === 'CREATED' && outcome && outcome !== 'stuck')
    endLeg(world, order, leg, outcome)
}

function endLeg(world: World, order: MedInsOrder, leg: LegName, outcome: 'success' | 'fail'): void {
  if (outcome === 'fail') {
    order.legs[leg] = 'FAIL'
    order.reason = leg === 'insurance' ? (order.verified?.reason ?? '医保局结算失败') : '自费部分支付失败'
    return fail(world, order, 'refused')
  }
  order.legs[leg] = 'SUCCESS'
  const cash = leg === 'cash' && order.cashKey ? cashOrders(world).get(order.cashKey) : undefined
  if (cash) takeMoney(world, cash)
  planNext(world, order)
}

/** Ends a leg that is stuck. */
function resolve(world: World, order: MedInsOrder, { name }: Extract<Action, { action: 'event' }>): void {
  const event = Object.hasOwn(events, name) ? events[name] : undefined
  if (!event) throw new ActionRefused(`known events are ${Object.keys(events).join(', ')}`)
  if (!order.verified || order.failed || order.legs[event.leg] !== 'CREATED')
    throw new ActionRefused(`the ${event.leg} leg is not under way`)
  endLeg(world, order, event.leg, event.outcome)
}
