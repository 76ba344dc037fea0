/** Drives an order: carries out what is due, one step after the other, until nothing is. */
import type { Order } from '../order/order.ts'
import { plan, type Step } from '../order/plan.ts'
import type { Product } from '../products/product.ts'
import { ClaimLost } from '../store/store.ts'
import { askAttempt, askRefund, closeAttempt } from './asking.ts'
import type { BudgetKind } from './desk.ts'
import { giveBack } from './giving-back.ts'
import { type Hands, isRefund, record } from './hands.ts'
import { sendErrand } from './sending.ts'

/** No order takes more steps at one go: what goes on after that is due again soon. */
const mostSteps = 50

/** Carries out what is due of an order that `hands` holds. Gives the order as it stands then. */
export async function drive(hands: Hands, given: Order): Promise<Order> {
  const { desk, product, claim, grip } = hands
  let order = given
  try {
    for (let count = 0; count < mostSteps; count++) {
      const step = plan(order, product)
      if (!step || step.atMs > desk.clock.now()) {
        // What was written last has often ended the claim already.
        if (grip.holds) await desk.store.release(order.id, claim)
        return order
      }
      const kind = budgetOf(order, step)
      const waitMs = kind ? await hands.budgets.take(hands.signer, kind, callsOf(hands, order, step)) : 0
      if (waitMs > 0) {
        await desk.store.release(order.id, claim, desk.clock.now() + waitMs)
        return order
      }
      order = await carryOut(hands, order, step)
    }
    await desk.store.release(order.id, claim, desk.clock.now() + 1_000)
    return order
  } catch (error) {
    // Another node took over: what it does, it does from what is written.
    if (error instanceof ClaimLost) return (await desk.store.find({ id: order.id })) ?? order
    desk.watch.failed?.(`driving an order of ${product.id}`, error)
    await desk.store.release(order.id, claim, desk.clock.now() + 30_000)
    return order
  }
}

/** Carries out one step and gives the order after it. Throws `ClaimLost`. */
async function carryOut(hands: Hands, order: Order, step: Step): Promise<Order> {
  const atMs = hands.desk.clock.now()
  switch (step.step) {
    case 'send':
      return sendErrand(hands, order, step)
    case 'ask':
      return askAttempt(hands, order, step.number)
    case 'ask_refund':
      return askRefund(hands, order, step.number)
    case 'close':
      return closeAttempt(hands, order, step.number)
    case 'end': {
      const { number, reason } = step
      const end = { act: 'end', number, atMs, reason, by: 'chadan' } as const
      // What was heard meanwhile may have settled it: then there is nothing to end.
      const still = (now: Step | undefined) => now?.step === 'end' && now.number === number
      return record(hands, order.id, (edit) => still(plan(edit.order, hands.product)) && edit.act(end), {
        hold: true,
      })
    }
    case 'give_back':
      return giveBack(hands, order, step.number)
    case 'age':
      return record(hands, order.id, (edit) => edit.act({ act: 'age', mark: step.mark }), { hold: true })
  }
}

function callsOf({ product }: Hands, order: Order, step: Step): number {
  return step.step === 'ask' || step.step === 'ask_refund' ? questionsAbout(product, order, step.number) : 1
}

/** With how many calls an attempt or a refund is asked about. */
export function questionsAbout(product: Product, order: Order, number: string): number {
  const attempt = order.attempts.find((one) => one.number === number)
  const refund = order.refunds.find((one) => one.number === number)
  const questions = attempt ? product.ask(order, attempt) : refund ? product.askRefund(order, refund) : []
  return Math.max(1, questions.length)
}

function budgetOf(order: Order, step: Step): BudgetKind | undefined {
  switch (step.step) {
    case 'send':
      return isRefund(order, step.number) ? 'refund' : 'place'
    case 'ask':
    case 'ask_refund':
    case 'close':
      return step.step
    default:
      return undefined
  }
}
