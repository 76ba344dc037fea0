/** What next, and when: a pure function of an order. No schedule ends in a verdict (X13). */
import type { Product } from '../products/product.ts'
import { answerOf, factsAbout, newest } from './derive-attempt.ts'
import { factsAboutRefund, outcomeOf } from './derive-refund.ts'
import { markKey } from './marks.ts'
import type { Asked, Attempt, Errand, Order, Refund } from './order.ts'
import type { AttemptView, OrderState, RefundView } from './view.ts'

/** One step, due at `atMs` (UTC). Past times are due now. */
export type Step = { readonly atMs: number } & (
  | { readonly step: 'send'; readonly number: string; readonly errand: string }
  | { readonly step: 'ask'; readonly number: string }
  | { readonly step: 'ask_refund'; readonly number: string }
  | { readonly step: 'close'; readonly number: string }
  | { readonly step: 'end'; readonly number: string; readonly reason: string }
  | { readonly step: 'give_back'; readonly number: string }
  | { readonly step: 'age'; readonly mark: string }
)

type Timed = Pick<Product, 'timing' | 'close'>

/** The next step of an order; `undefined` when nothing is left to do. */
export function plan(order: Order, product: Timed): Step | undefined {
  const steps = [
    ...order.attempts.flatMap((attempt) => attemptSteps(order, attempt, product)),
    ...order.refunds.flatMap((refund) => refundSteps(order, refund, product)),
    ...giveBackSteps(order),
    ...ageSteps(order),
  ]
  return steps.toSorted((a, b) => a.atMs - b.atMs)[0]
}

/** Whether a question at this time is the schedule's own, or one more: somebody looked, or a payer waits. */
export function turnOf(order: Order, askedMs: number, product: Timed): 'in_turn' | 'extra' {
  const waits = order.watchedUntilMs !== undefined && askedMs < order.watchedUntilMs
  const due = (plan(order, product)?.atMs ?? Number.POSITIVE_INFINITY) <= askedMs
  return due && !waits ? 'in_turn' : 'extra'
}

/** States in which nothing more is expected from the provider. */
export const settled: readonly OrderState[] = ['paid', 'partially_refunded', 'refunded', 'failed', 'closed']

// After it ended without money, it is asked a few times more: a payment that came late must not be missed.
const lateAsksMs = [10 * 60_000, 3_600_000, 24 * 3_600_000]
/** How long after the first "not found" it must be heard again to be believed (X7). */
export const secondHearingMs = 3_000
const watchEveryMs = 2_000

function attemptSteps(order: Order, attempt: Attempt, product: Timed): readonly Step[] {
  const view = order.view.attempts.find((one) => one.number === attempt.number)
  if (!view) return []
  if (settled.includes(view.state)) return lateAsks(order, attempt, view, product)
  const { number } = attempt
  const asked = order.asked[number]
  if (!attempt.closing && mustClose(view))
    return [{ step: 'end', number, reason: view.reason ?? 'refused', atMs: attempt.openedMs }]
  if (asked && asked.missing > 0) return missingSteps(order, attempt, view, asked, product)
  if (attempt.closing) return closingSteps(order, attempt, view, product)
  const unanswered = attempt.errands.filter((one) => answerOf(order, number, one) === undefined)
  // Once the service runs or money moves, the answer to placing is not waited for: what was asked for later goes on.
  const next = (lives(view.state) && unanswered.find((one) => one.later)) || unanswered[0]
  const expiry: Step = { step: 'end', number, reason: 'expired', atMs: attempt.expiresMs }
  // PayScore runs for days once confirmed; only what can still be paid by a payer's own act expires.
  const owed = view.state === 'paying' && product.timing.expiryEnds === 'waiting'
  const expires = view.state !== 'in_service' && !owed && !attempt.errands.some((one) => one.later)
  const ending = expires ? [expiry] : []
  if (next && next.sends === 0)
    return [...ending, { step: 'send', number, errand: next.step, atMs: attempt.openedMs }]
  const lost = view.placed || (next !== undefined && lacksAnswer(order, number, next))
  if (next && lost && !next.later && !lives(view.state)) return lostHandover(attempt, next, product)
  if (next?.later && wasMissed(order, number, next)) return [sendAgain(number, next, product.timing)]
  return [...ending, { step: 'ask', number, atMs: nextAsk(order, attempt, view, product) }]
}

function sendAgain(number: string, errand: Errand, { askMs }: Timed['timing']): Step {
  const atMs = (errand.lastSentMs ?? 0) + pause(askMs, errand.sends - 1)
  return { step: 'send', number, errand: errand.step, atMs }
}

// While money is moving, nobody needs the hand-over any more.
function lives(state: OrderState): boolean {
  return state === 'paying' || state === 'failing' || state === 'in_service'
}

// A placing call was refused after another was accepted, or one leg failed: what is still open must be closed.
function mustClose({ state, reason }: AttemptView): boolean {
  return state === 'failing' && (reason === 'refused' || reason === 'open_leg')
}

/** The provider has done this call, but what its answer gave never came. */
function lacksAnswer(order: Order, number: string, { step }: Errand): boolean {
  return factsAbout(order, number).some(({ reading }) => reading.lacks && reading.step === step)
}

/** Asked after it was sent, the order shows that this call was not done. */
function wasMissed(order: Order, number: string, { step, lastSentMs = 0 }: Errand): boolean {
  return factsAbout(order, number).some(
    ({ reading, lastAskedMs }) => reading.lacks && reading.step === step && lastAskedMs > lastSentMs,
  )
}

// A leg was accepted (a cash order), the whole was not seen: closing the leg ends both (MI 1.8).
function partlyPlaced(order: Order, { number, placed }: AttemptView): boolean {
  return !placed && factsAbout(order, number).some(({ reading }) => reading.said === 'accepted')
}

/** The provider knows the number, but the answer with the hand-over never came. */
function lostHandover(attempt: Attempt, errand: Errand, { timing }: Timed): readonly Step[] {
  const { number } = attempt
  if (timing.handoverLost === 'close')
    return [{ step: 'end', number, reason: 'handover_lost', atMs: errand.lastSentMs ?? attempt.openedMs }]
  return [
    { step: 'end', number, reason: 'expired', atMs: attempt.expiresMs },
    sendAgain(number, errand, timing),
  ]
}

/** The last answer was "not found". */
function missingSteps(
  order: Order,
  attempt: Attempt,
  view: AttemptView,
  asked: Asked,
  product: Timed,
): readonly Step[] {
  const { timing } = product
  const { number } = attempt
  // An order that was seen is not missing: a provider that says so is asked on.
  if (view.placed) return [{ step: 'ask', number, atMs: nextAsk(order, attempt, view, product) }]
  if (attempt.closing && partlyPlaced(order, view)) return closingSteps(order, attempt, view, product)
  const believed = asked.missing > 1 && asked.lastMs - asked.missingSinceMs >= secondHearingMs
  if (!believed) return [{ step: 'ask', number, atMs: asked.lastMs + secondHearingMs }]
  const lastSent = Math.max(...attempt.errands.map((one) => one.lastSentMs ?? 0))
  const again = attempt.errands.find((one) => answerOf(order, number, one) === undefined && one.sends > 0)
  const ends = attempt.closing !== undefined || asked.lastMs >= attempt.expiresMs
  const fencedMs = lastSent + timing.fenceMs
  // Asked beyond the fence and not believed (an unsigned answer, X27), it is asked on as the schedule says.
  const beyond = asked.lastMs >= fencedMs
  const fence: Step = {
    step: 'ask',
    number,
    atMs: beyond ? nextAsk(order, attempt, view, product) : Math.max(fencedMs, asked.lastMs + 1),
  }
  if (!attempt.closing && ends) return [{ step: 'end', number, reason: 'expired', atMs: attempt.expiresMs }]
  // To end it, it is placed again first, so that no late copy can open it behind us; where that cannot be, time is the fence.
  if (!again || (ends && (timing.fence === 'time' || again.sends > 3))) return [fence]
  const atMs = (again.lastSentMs ?? 0) + pause(timing.askMs, again.sends - 1)
  const send: Step = { step: 'send', number, errand: again.step, atMs: Math.max(atMs, asked.lastMs) }
  // Its time may be over before the pause is.
  return attempt.closing
    ? [send]
    : [send, { step: 'end', number, reason: 'expired', atMs: attempt.expiresMs }]
}

/** It is to end: ask, close, ask again. Only an answer proves the end (X8). */
function closingSteps(order: Order, attempt: Attempt, view: AttemptView, product: Timed): readonly Step[] {
  const { number, closing, closes, lastCloseMs, openedMs } = attempt
  const { timing } = product
  const lastAsk = order.asked[number]?.lastMs ?? 0
  // In the very millisecond of a close nobody knows which came first.
  const since = Math.max(closing?.sinceMs ?? 0, lastCloseMs === undefined ? 0 : lastCloseMs + 1)
  if (lastAsk < since || lastAsk === 0) return [{ step: 'ask', number, atMs: since }]
  // An errand with no answer yet may still open it: it is asked for until it is known or missing.
  const closable = view.placed ? view.state !== 'failing' : partlyPlaced(order, view)
  if (!closable && !mustClose(view))
    return [{ step: 'ask', number, atMs: nextAsk(order, attempt, view, product) }]
  // Where no close exists, only its own expiry ends it.
  if (!product.close(order, attempt))
    return [{ step: 'ask', number, atMs: nextAsk(order, attempt, view, product) }]
  const earliest = openedMs + timing.closeNotBeforeMs
  return [{ step: 'close', number, atMs: Math.max(earliest, lastAsk + pause(closePausesMs, closes)) }]
}

const closePausesMs = [0, 5_000, 30_000, 60_000, 180_000, 600_000, 1_800_000, 3_600_000, 6 * 3_600_000]

function lateAsks(order: Order, attempt: Attempt, view: AttemptView, { timing }: Timed): readonly Step[] {
  if (view.state !== 'closed' && view.state !== 'failed') return []
  if (attempt.errands.every((one) => one.sends === 0)) return []
  const { number } = attempt
  const ended = order.facts.find((one) => one.fingerprint === view.proof)?.heardMs
  const from = ended ?? newest(factsAbout(order, number))?.lastHeardMs ?? attempt.openedMs
  const answers = order.facts.filter((one) => one.source === 'answer' && one.reading.number === number)
  const answeredMs = Math.max(0, ...answers.map((one) => one.lastAskedMs))
  const wait = lateAsksMs.find((one) => answeredMs < from + one)
  if (wait === undefined) return []
  // A question whose answer was lost is put again: it is the answer that counts.
  const { count, lastMs } = order.asked[number] ?? { count: 0, lastMs: 0 }
  return [{ step: 'ask', number, atMs: Math.max(from + wait, lastMs + pause(timing.askMs, count)) }]
}

function nextAsk(order: Order, attempt: Attempt, view: AttemptView, { timing }: Timed): number {
  const { number } = attempt
  const asked = order.asked[number]
  const sent = Math.max(attempt.openedMs, ...attempt.errands.map((one) => one.lastSentMs ?? 0))
  const from = Math.max(sent, asked?.lastMs ?? 0)
  const watched = order.watchedUntilMs !== undefined && from < order.watchedUntilMs
  const wait = pause(timing.askMs, asked?.count ?? 0)
  // A payment that is running is soon known.
  const soon = watched ? watchEveryMs : view.state === 'paying' ? Math.min(wait, 5 * 60_000) : wait
  return from + spread(soon, number, asked?.count ?? 0)
}

function refundSteps(order: Order, refund: Refund, { timing }: Timed): readonly Step[] {
  const view = order.view.refunds.find((one) => one.number === refund.number)
  if (!view || view.state === 'succeeded' || view.state === 'refused' || view.state === 'closed') return []
  const { number } = refund
  const facts = factsAboutRefund(order, number)
  const errand = refund.errands.find((one) => outcomeOf(order, refund, one, facts).state !== 'succeeded')
  if (!errand) return []
  const asked = order.asked[number]
  const last = Math.max(errand.lastSentMs ?? 0, asked?.lastMs ?? 0)
  const refusedBefore = answerOf(order, number, errand)
  if (refusedBefore === 'refused') return []
  if (errand.sends === 0 || (errand.again !== undefined && errand.again === errand.sends))
    return [{ step: 'send', number, errand: errand.step, atMs: refund.openedMs }]
  if (refusedBefore === undefined && asked && asked.missing > 0) {
    const believed = asked.missing > 1 && asked.lastMs - asked.missingSinceMs >= secondHearingMs
    if (!believed) return [{ step: 'ask_refund', number, atMs: asked.lastMs + secondHearingMs }]
    // Refused now, and an earlier send is unknown: beyond the fence it is known whether that one was taken.
    const fencedMs = (errand.lastSentMs ?? 0) + timing.fenceMs
    const refused = facts.some(({ reading }) => reading.said === 'refused' && reading.step === errand.step)
    if (refused && errand.lostMs === undefined && asked.lastMs < fencedMs)
      return [{ step: 'ask_refund', number, atMs: fencedMs }]
    const atMs = (errand.lastSentMs ?? 0) + pause(timing.askMs, errand.sends - 1)
    // The same number and body: it cannot pay out twice (X15).
    return [{ step: 'send', number, errand: errand.step, atMs: Math.max(atMs, asked.lastMs) }]
  }
  const lost = refusedBefore === undefined
  const wait = pause(lost ? timing.askMs : timing.askRefundMs, asked?.count ?? 0)
  const waits = isWaiting(view) ? Math.max(wait, 3_600_000) : wait
  return [{ step: 'ask_refund', number, atMs: last + spread(waits, number, asked?.count ?? 0) }]
}

// A person has to act first.
function isWaiting({ state }: RefundView): boolean {
  return state === 'abnormal' || state === 'change' || state === 'failed'
}

/** Under this key it is remembered that money could not be ordered back by rule: a person must. */
export function giveBackFailed(number: string): string {
  return markKey('give_back_failed', number)
}

/** Paid twice, or paid after the end: by the merchant's rule it goes back at once. */
function giveBackSteps(order: Order): readonly Step[] {
  if (order.unexpected !== 'at_once') return []
  const paid = order.view.attempts.filter((one) => one.state === 'paid')
  const late = (number: string) =>
    order.view.marks.some((mark) => mark.key === markKey('paid_after_close', number) && !mark.resolved)
  return paid
    .filter(({ number }) => (paid.length > 1 && number !== order.view.number) || late(number))
    .filter(({ number }) => !order.refunds.some((one) => one.attempt === number))
    .filter(({ number }) => !order.aged.includes(giveBackFailed(number)))
    .map(({ number }) => ({ step: 'give_back', number, atMs: order.createdMs }))
}

/** Concerns that become marks when the same is still said after their time. */
function ageSteps(order: Order): readonly Step[] {
  const numbers = [...order.attempts, ...order.refunds].map((one) => one.number)
  return numbers.flatMap((number) => {
    const latest = newest(
      order.facts.filter(({ verified, reading }) => verified && reading.number === number),
    )
    return (latest?.reading.concerns ?? [])
      .filter(({ code, afterMs = 0 }) => afterMs > 0 && !order.aged.includes(markKey(code, number)))
      .map(({ code, afterMs = 0 }) => ({
        step: 'age' as const,
        mark: markKey(code, number),
        atMs: (latest?.heardMs ?? 0) + afterMs,
      }))
  })
}

/** The pause of this count; the last one goes on without end. */
function pause(pausesMs: readonly number[], count: number): number {
  return pausesMs[Math.min(Math.max(count, 0), pausesMs.length - 1)] ?? 0
}

// Up to a tenth later, by number and count, so that orders placed together are not asked together.
function spread(waitMs: number, number: string, count: number): number {
  let hash = 2166136261 ^ count
  for (let at = 0; at < number.length; at++) hash = Math.imul(hash ^ number.charCodeAt(at), 16777619)
  return waitMs + Math.floor(((hash >>> 0) / 2 ** 32) * (waitMs / 10))
}
