/** Looking is asking: who looks at an unsettled order asks WeChat Pay first, within the rate budget. */

import { mayStillSucceed } from '../order/derive.ts'
import { factsAbout, newest } from '../order/derive-attempt.ts'
import type { Order } from '../order/order.ts'
import { settled } from '../order/plan.ts'
import type { PayerHandover } from '../products/product.ts'
import { askAttempt, askRefund } from './asking.ts'
import { ask } from './calls.ts'
import { type Counter, orderOf, seen, signerOf, takeInHand, within } from './counter.ts'
import { type Caller, Declined, type Seen } from './desk.ts'
import { drive, questionsAbout } from './driving.ts'
import { inputsOf } from './giving-back.ts'
import type { Hands } from './hands.ts'
import { drawNumber } from './numbers.ts'
import { sendErrand } from './sending.ts'

/** How long somebody who looks waits for the answer. */
const patienceMs = 5_000
/** An answer so fresh is not asked for again. */
const freshMs = 2_000
/** How long questions come faster after a payer came back (X13). */
const watchMs = 60_000

/** The order as WeChat Pay says it is now, if it could be asked. */
export async function look(
  counter: Counter,
  caller: Caller,
  id: string,
  { source = 'answer', refund }: { source?: Hands['source'] | undefined; refund?: string | undefined } = {},
): Promise<Seen> {
  const order = await orderOf(counter, caller, id)
  return seen(counter, await lookAt(counter, order, { source, refund }))
}

/** The same for an order at hand. */
async function lookAt(
  counter: Counter,
  order: Order,
  { source, refund }: { source: Hands['source']; refund?: string | undefined },
): Promise<Order> {
  const number = unsettled(order, refund)
  if (number === undefined) return order
  // With nobody to ask, what is known is shown.
  if (!(await counter.desk.signer(order.signer))) return order
  const work = askNow(counter, order, { number, source })
  return (await within(counter, work, patienceMs)) ?? order
}

async function askNow(
  counter: Counter,
  known: Order,
  { number, source }: { number: string; source: Hands['source'] },
): Promise<Order> {
  const { desk, budgets } = counter
  const fresh = (order: Order) => {
    const ageMs = desk.clock.now() - (order.asked[number]?.lastMs ?? 0)
    // Asked in the future: the clock was set back.
    return ageMs >= 0 && ageMs < freshMs
  }
  if (fresh(known)) return known
  const taken = await takeInHand(counter, known.id, source)
  // Somebody holds it: a question is on its way, and its answer will be there (single flight).
  if (!taken) return awaitChange(counter, known)
  const { hands, order } = taken
  const isRefund = order.refunds.some((one) => one.number === number)
  const calls = questionsAbout(hands.product, order, number)
  const waitMs = await budgets.take(hands.signer, isRefund ? 'ask_refund' : 'ask', calls)
  if (waitMs > 0 || fresh(order)) {
    await desk.store.release(order.id, hands.claim)
    return order
  }
  const asked = await (isRefund ? askRefund : askAttempt)(hands, order, number)
  return drive(hands, asked)
}

/** Waits until an order that another holds has changed, or its question was counted. */
async function awaitChange({ desk }: Counter, known: Order): Promise<Order> {
  const untilMs = desk.clock.now() + patienceMs
  for (;;) {
    await new Promise<void>((resolve) => void desk.clock.after(100, resolve))
    const now = (await desk.store.find({ id: known.id })) ?? known
    const moved = now.version !== known.version || JSON.stringify(now.asked) !== JSON.stringify(known.asked)
    if (moved || desk.clock.now() >= untilMs) return now
  }
}

/** The number to ask about: of the refund that is looked at, else of the open attempt, else of the refund that was longest not asked about. */
function unsettled({ view, asked }: Order, refund: string | undefined): string | undefined {
  const open = view.attempts.find((one) => !settled.includes(one.state))
  const underWay = view.refunds
    .filter(mayStillSucceed)
    .map(({ number }) => number)
    .toSorted((a, b) => (asked[a]?.lastMs ?? 0) - (asked[b]?.lastMs ?? 0))
  return underWay.find((number) => number === refund) ?? open?.number ?? underWay[0]
}

/** The payer came back: look locally, ask if it is not paid, and say where to go on (seed 004 §1.4, 1.5). */
export async function comeBack(
  counter: Counter,
  id: string,
): Promise<{ readonly location: string | undefined; readonly state: string }> {
  const { desk } = counter
  const known = await desk.store.find({ id })
  if (!known) throw new Declined('unknown_order', 'there is no such order')
  const order = settled.includes(known.view.state)
    ? known
    : await lookAt(counter, await watch(counter, known), { source: 'return_page' })
  const tenant = await desk.tenant(order.tenant)
  const page = order.returnTo ?? tenant?.returnPage
  return { location: page === undefined ? undefined : withState(page, order), state: order.view.state }
}

/** From now on it is asked more often, for as long as a payer waits. */
async function watch({ desk, nudge }: Counter, { id }: Order): Promise<Order> {
  const untilMs = desk.clock.now() + watchMs
  const watched = await desk.store.change({ id }, ({ order }) => {
    if (!order) throw new Declined('unknown_order', 'there is no such order')
    const changed = { ...order, watchedUntilMs: untilMs }
    return { result: changed, write: { order: changed } }
  })
  nudge()
  return watched
}

function withState(page: string, { id, reference, view }: Order): string {
  const url = new URL(page)
  url.searchParams.set('order', id)
  url.searchParams.set('reference', reference)
  url.searchParams.set('state', view.state)
  return url.href
}

/** What the payer's side needs, freshly signed; what WeChat gave for it is renewed shortly before its end. */
export async function handover(
  counter: Counter,
  caller: Caller,
  id: string,
): Promise<PayerHandover | undefined> {
  const order = await orderOf(counter, caller, id)
  const made = await makeHandover(counter, order)
  if (made && made.expiresMs - counter.desk.clock.now() > aboutToEndMs) return made
  const renewed = await renew(counter, order)
  return renewed ? makeHandover(counter, renewed) : made
}

/** A payer takes a while from the page to the password. */
const aboutToEndMs = 60_000

async function makeHandover(counter: Counter, order: Order): Promise<PayerHandover | undefined> {
  const { desk } = counter
  const { view } = order
  const attempt = view.attempts.find((one) => one.number === view.number)
  if (!attempt || settled.includes(view.state))
    throw new Declined('nothing_to_hand_over', `the order is ${view.state}: there is nothing to pay`)
  const signer = await signerOf(counter, order.signer)
  const product = desk.products[order.product]
  const placed = await inputsOf(desk, order, attempt.number)
  return product.handover(attempt, placed, {
    invocations: signer.client.handover,
    nowMs: desk.clock.now(),
    placedMs: placedMs(order, attempt.number),
    draw: () => drawNumber(desk.random),
    async send(call) {
      const waitMs = await counter.budgets.take(signer, 'ask')
      if (waitMs > 0) throw busy(waitMs)
      const ending = await ask(desk, signer, call)
      if (ending.ended !== 'answered') throw busy(1_000)
      return ending.result
    },
  })
}

function busy(retryMs: number): Declined {
  return new Declined('provider_busy', 'WeChat Pay has to sign it and cannot be asked now', { retryMs })
}

/** Places the same bytes again: WeChat Pay answers with a fresh session of the same order (CT 3.3). */
async function renew(counter: Counter, known: Order): Promise<Order | undefined> {
  const placing = ({ view, attempts }: Order) =>
    view.state === 'awaiting_payment'
      ? attempts.find((one) => one.number === view.number)?.errands.filter((one) => !one.later)
      : undefined
  // Of several calls, the later ones are bound to what the first gave.
  if (placing(known)?.length !== 1) return undefined
  if (counter.desk.products[known.product].timing.handoverLost !== 'place') return undefined
  const taken = await takeInHand(counter, known.id)
  if (!taken) return undefined
  const { hands, order } = taken
  const [errand] = placing(order) ?? []
  if (!errand || (await counter.budgets.take(hands.signer, 'place')) > 0) {
    await counter.desk.store.release(order.id, hands.claim)
    return undefined
  }
  const sent = await sendErrand(hands, order, { number: order.view.number, errand: errand.step })
  return drive(hands, sent)
}

/** When the call whose answer is handed over was sent: what it gave lives from then. */
function placedMs(order: Order, number: string): number {
  const giving = newest(factsAbout(order, number).filter(({ reading }) => reading.kept !== undefined))
  return giving?.lastAskedMs ?? order.createdMs
}
