/** Where one refund stands, from its errands and the facts about its number. */
import { answerOf, newest } from './derive-attempt.ts'
import type { Errand, Order, Refund } from './order.ts'
import type { Fact, RefundReading } from './reading.ts'
import type { RefundState, RefundView } from './view.ts'

/** A fact about a refund. */
export type RefundFact = Fact & { readonly reading: RefundReading }

/** The verified facts about a refund. */
export function factsAboutRefund({ facts }: Pick<Order, 'facts'>, number: string): readonly RefundFact[] {
  return facts.filter(
    (one): one is RefundFact =>
      one.verified && one.reading.about === 'refund' && one.reading.number === number,
  )
}

/** The refund as it stands. */
export function deriveRefund(order: Omit<Order, 'view'>, refund: Refund): RefundView {
  const facts = factsAboutRefund(order, refund.number)
  const outcomes = refund.errands.map((errand) => outcomeOf(order, refund, errand, facts))
  const state = fold(outcomes)
  const proof = outcomes.find((one) => one.state === state)?.fact
  return {
    number: refund.number,
    reference: refund.reference,
    attempt: refund.attempt,
    state,
    reason: proof?.reading.reason,
    word: newest(facts)?.reading.word,
    amount: refund.amount,
    parts: refund.parts,
    returned: refund.parts.filter((_, at) =>
      refund.errands.length > 1 ? outcomes[at]?.state === 'succeeded' : state === 'succeeded',
    ),
    refundId: facts.find(({ reading }) => reading.refundId !== undefined)?.reading.refundId,
    succeededMs:
      state === 'succeeded'
        ? Math.max(...outcomes.map(({ fact }) => fact?.reading.succeededMs ?? fact?.heardMs ?? 0))
        : undefined,
    proof: proof?.fingerprint,
  }
}

interface Outcome {
  readonly state: RefundState
  readonly fact?: RefundFact | undefined
}

/** How one errand of a refund went. A refund of several (cash, report to WeChat) ends when all have. */
export function outcomeOf(
  order: Omit<Order, 'view'>,
  refund: Refund,
  errand: Errand,
  all: readonly RefundFact[],
): Outcome {
  const first = refund.errands[0]?.step
  const facts = all.filter(({ reading }) => (reading.step ?? first) === errand.step)
  const said = (word: RefundReading['said']) => facts.filter(({ reading }) => reading.said === word)
  const done = newest(said('succeeded').filter(({ reading }) => agrees(refund, reading)))
  if (done) return { state: 'succeeded', fact: done }
  const closed = newest(said('closed'))
  if (closed) return { state: 'closed', fact: closed }
  const moving = newest(facts.filter(({ reading }) => reading.said in moves && !isLate(reading)))
  if (moving) return { state: moves[moving.reading.said as keyof typeof moves], fact: moving }
  if (answerOf(order, refund.number, errand) === 'refused')
    return { state: 'refused', fact: newest(said('refused')) }
  return { state: errand.lostMs === undefined ? 'placing' : 'unknown' }
}

const moves = {
  accepted: 'processing',
  processing: 'processing',
  abnormal: 'abnormal',
  change: 'change',
  failed: 'failed',
} as const satisfies Partial<Record<RefundReading['said'], RefundState>>

// A message that contradicts what was ordered moves nothing; it is marked.
function isLate({ contradicts }: RefundReading): boolean {
  return contradicts !== undefined
}

/** Whether a message speaks of the money that was ordered back. */
export function agrees(refund: Refund, { amount, contradicts }: RefundReading): boolean {
  if (contradicts !== undefined) return false
  return (
    !amount ||
    // A refund of several errands states the share of one of them.
    refund.errands.length > 1 ||
    (amount.minor === refund.amount.minor && amount.currency === refund.amount.currency)
  )
}

// The worst news of any errand is the refund's, since a person waits for it.
const gravity: readonly RefundState[] = ['abnormal', 'change', 'failed', 'unknown', 'placing', 'processing']

function fold(outcomes: readonly Outcome[]): RefundState {
  const states = outcomes.map(({ state }) => state)
  if (states.every((one) => one === 'succeeded')) return 'succeeded'
  // Nothing went back when the first errand was refused or closed: those behind it are not sent.
  const first = states[0] ?? 'placing'
  if (first === 'refused' || first === 'closed') return first
  const grave = gravity.find((one) => states.includes(one))
  // A later errand that was refused (the report) leaves money gone and the matter open.
  return states.includes('refused') || states.includes('closed') ? 'failed' : (grave ?? 'processing')
}
