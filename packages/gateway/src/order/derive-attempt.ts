/** Where one attempt stands, from its errands and the facts about its number. */
import type { Attempt, Errand, Order, PartPlan } from './order.ts'
import type { AttemptReading, AttemptSaid, Fact, PartReading } from './reading.ts'
import type { AttemptView, OrderState, PartView } from './view.ts'

/** A fact about an attempt. */
export type AttemptFact = Fact & { readonly reading: AttemptReading }

/** The verified facts about an attempt. What did not verify never decides (X27). */
export function factsAbout({ facts }: Pick<Order, 'facts'>, number: string): readonly AttemptFact[] {
  return facts.filter(
    (one): one is AttemptFact =>
      one.verified && one.reading.about === 'attempt' && one.reading.number === number,
  )
}

/** How a message that says "paid" compares with what was ordered. */
export function agreement(attempt: Attempt, reading: AttemptReading): 'agrees' | 'differs' | 'incomplete' {
  if (reading.contradicts !== undefined) return 'differs'
  const { amount, parts = [] } = reading
  // A message without amounts proves no payment (X11).
  if (!amount) return 'incomplete'
  const open = reading.settled === true && isOpen(attempt)
  if (amount.currency !== attempt.amount.currency) return 'differs'
  if (!open && amount.minor !== attempt.amount.minor) return 'differs'
  const fits = (part: PartReading) => {
    const plan = attempt.parts.find((one) => one.id === part.id)
    if (!plan) return part.said === 'none'
    return (
      !plan.fixed ||
      !part.amount ||
      (part.amount.minor === plan.amount.minor && part.amount.currency === plan.amount.currency)
    )
  }
  return parts.every(fits) ? 'agrees' : 'differs'
}

// The bureau may change the split of such an order, and what is left to pay with it.
function isOpen({ parts }: Attempt): boolean {
  return parts.some((part) => !part.fixed)
}

/** Whether an errand has its answer. A refusal is one, unless a person had it sent again. */
export function answerOf(
  { facts }: Pick<Order, 'facts'>,
  number: string,
  { step, sends, again = 0, lastSentMs = 0, lostMs }: Errand,
): 'accepted' | 'refused' | undefined {
  const about = facts.filter(
    ({ verified, reading }) =>
      verified &&
      reading.number === number &&
      reading.step === step &&
      !(reading.about === 'attempt' && reading.lacks),
  )
  if (about.some(({ reading }) => reading.said !== 'refused')) return 'accepted'
  // Refused is final only when every send was: one whose answer was lost may have been taken …
  const refusals = about.reduce((total, one) => total + one.count, 0)
  if (sends === 0 || refusals <= again) return undefined
  if (refusals >= sends) return 'refused'
  // … unless it was not there when none of them could arrive any more.
  const beyond = facts.some(
    ({ verified, reading, lastAskedMs }) =>
      verified &&
      reading.about === 'refund' &&
      reading.number === number &&
      reading.beyond === true &&
      lastAskedMs > lastSentMs,
  )
  return beyond && lostMs === undefined ? 'refused' : undefined
}

// What says that the number exists at the provider.
const known: readonly AttemptSaid[] = [
  'awaiting_payment',
  'in_service',
  'paying',
  'paid',
  'failing',
  'failed',
  'closed',
  'unclear',
]

/** The attempt as it stands; what went back is added by `derive`. */
export function deriveAttempt(order: Omit<Order, 'view'>, attempt: Attempt): AttemptView {
  const facts = factsAbout(order, attempt.number)
  const placing = attempt.errands.filter((one) => !one.later)
  const answers = placing.map((one) => answerOf(order, attempt.number, one))
  const placed =
    answers.every((one) => one === 'accepted') || facts.some(({ reading }) => known.includes(reading.said))
  const { state, reason, proof } = standing({ attempt, facts, answers, placed })
  const proving = facts.find((one) => one.fingerprint === proof)
  const parts = attempt.parts.map((plan) => derivePart(attempt, plan, { facts, state }))
  const minor =
    state === 'paid' && isOpen(attempt)
      ? parts.reduce((total, part) => total + part.amount.minor, 0)
      : attempt.amount.minor
  return {
    number: attempt.number,
    state,
    reason,
    word: (endStates.includes(state) && proving ? proving : newest(facts.filter(tells)))?.reading.word,
    amount: { ...attempt.amount, minor },
    parts,
    taken:
      state === 'paid'
        ? minor
        : parts.reduce((total, part) => total + (part.state === 'paid' ? part.amount.minor : 0), 0),
    refunded: 0,
    paidMs: state === 'paid' && proving ? (proving.reading.paidMs ?? proving.heardMs) : undefined,
    kept: keptOf(facts),
    placed,
    proof,
  }
}

const endStates: readonly OrderState[] = ['paid', 'failed', 'closed']

// An acceptance tells that a call was taken, not where the order stands.
function tells({ reading }: AttemptFact): boolean {
  return reading.said !== 'accepted'
}

interface Standing {
  readonly state: OrderState
  readonly reason?: string | undefined
  readonly proof?: string | undefined
}

function standing(given: {
  attempt: Attempt
  facts: readonly AttemptFact[]
  answers: readonly ('accepted' | 'refused' | undefined)[]
  placed: boolean
}): Standing {
  const { attempt, facts, answers, placed } = given
  const paid = facts.filter(
    ({ reading }) => reading.said === 'paid' && agreement(attempt, reading) === 'agrees',
  )
  const [proof] = paid.toSorted(byFirstHearing)
  if (proof) return { state: 'paid', reason: proof.reading.reason, proof: proof.fingerprint }
  const refusal = refused(answers)
  // Refused at every send is an end of its own, which what is heard later does not rename (X10).
  if (refusal?.state === 'failed') return refusal
  return ended(given) ?? refusal ?? (placed ? open(given) : notPlaced(attempt))
}

/** How it ended without money, if it did. */
function ended({
  attempt,
  facts,
}: {
  attempt: Attempt
  facts: readonly AttemptFact[]
}): Standing | undefined {
  const [end] = facts
    .filter(({ reading }) => reading.said === 'closed' || reading.said === 'failed')
    .toSorted(byFirstHearing)
  if (end) {
    // What fails after we ended it was closed by us.
    const state = attempt.closing ? 'closed' : (end.reading.said as 'closed' | 'failed')
    return { state, reason: attempt.closing?.reason ?? end.reading.reason, proof: end.fingerprint }
  }
  const never = neverPlaced(facts)
  if (never) return { state: 'closed', reason: 'never_placed', proof: never.fingerprint }
  // Nothing was ever sent, so nothing can be paid: whoever ended it is the evidence.
  const unsent = attempt.errands.every((one) => one.sends === 0)
  return attempt.closing && unsent ? { state: 'closed', reason: attempt.closing.reason } : undefined
}

/**
 * The fact that no copy of a request could be accepted any more and none had been (X9). It is heard only
 * of a number that nothing had shown until then; what comes after it is a step back, and only a payment
 * counts (X10).
 */
export function neverPlaced(facts: readonly AttemptFact[]): AttemptFact | undefined {
  return facts.filter(({ reading }) => reading.said === 'never_placed').toSorted(byFirstHearing)[0]
}

/** Whether a fact shows that the provider knows the number. */
export function shows({ reading }: Fact): boolean {
  return reading.said === 'accepted' || (known as readonly string[]).includes(reading.said)
}

const openStates: readonly AttemptSaid[] = ['awaiting_payment', 'in_service', 'paying', 'failing']

function open({ facts }: { facts: readonly AttemptFact[] }): Standing {
  const said = newest(facts.filter(({ reading }) => openStates.includes(reading.said)))
  if (!said) return { state: 'awaiting_payment' }
  return {
    state: said.reading.said as OrderState,
    reason: said.reading.reason,
    proof: said.fingerprint,
  }
}

/** Every send of a placing call was refused, by a message that verifies. */
function refused(answers: readonly ('accepted' | 'refused' | undefined)[]): Standing | undefined {
  if (!answers.includes('refused')) return undefined
  // What was accepted before (the cash leg) must be closed before nothing can be paid.
  return { state: answers.includes('accepted') ? 'failing' : 'failed', reason: 'refused' }
}

function notPlaced({ errands }: Attempt): Standing {
  return { state: errands.some((one) => one.lostMs !== undefined) ? 'unknown' : 'placing' }
}

const partEnds: readonly PartReading['said'][] = ['refunded', 'paid', 'closed', 'failed', 'none']
const partWhen: Partial<Record<OrderState, PartView['state']>> = {
  paid: 'paid',
  closed: 'closed',
  failed: 'failed',
}

function derivePart(
  attempt: Attempt,
  plan: PartPlan,
  { facts, state }: { facts: readonly AttemptFact[]; state: OrderState },
): PartView {
  const told = facts.flatMap((fact) =>
    (fact.reading.parts ?? []).filter((part) => part.id === plan.id).map((part) => ({ fact, part })),
  )
  // What was paid with another sum is nobody's to give back from here: a person compares (invariant 3).
  const differs = ({ reading }: AttemptFact) =>
    reading.said === 'paid' && agreement(attempt, reading) === 'differs'
  const fits = (part: PartReading) => !plan.fixed || !part.amount || part.amount.minor === plan.amount.minor
  // A part that went back was paid; how much of it came from whom, the refunds say (X26).
  const ends = told
    .filter(
      ({ fact, part }) =>
        partEnds.includes(part.said) && (part.said !== 'paid' || (fits(part) && !differs(fact))),
    )
    .toSorted(
      (a, b) => partEnds.indexOf(a.part.said) - partEnds.indexOf(b.part.said) || byLastSaying(b.fact, a.fact),
    )
  const latest = told
    .filter(({ fact }) => !differs(fact))
    .toSorted((a, b) => byLastSaying(a.fact, b.fact))
    .at(-1)
  const found = ends[0] ?? latest
  const said = found?.part.said === 'refunded' ? 'paid' : (found?.part.said ?? 'waiting')
  return {
    id: plan.id,
    state: partWhen[state] ?? said,
    word: found?.part.word,
    amount: plan.fixed ? plan.amount : (ends[0]?.part.amount ?? plan.amount),
    refunded: 0,
    transactionId: told.find(({ part }) => part.transactionId !== undefined)?.part.transactionId,
  }
}

/** What accepted calls and later answers gave for the hand-over; the newest of each name. */
function keptOf(facts: readonly AttemptFact[]): Readonly<Record<string, string>> {
  return Object.assign({}, ...facts.toSorted(byLastSaying).map(({ reading }) => reading.kept ?? {}))
}

/** The fact that was true last: by when it was asked for, or made by the platform; not by when it came. */
export function newest<F extends Fact>(facts: readonly F[]): F | undefined {
  return facts.toSorted(byLastSaying).at(-1)
}

// Ties are broken by the fingerprint, so that the order in which facts came cannot matter.
function byLastSaying(a: Fact, b: Fact): number {
  return a.lastAskedMs - b.lastAskedMs || (a.fingerprint < b.fingerprint ? -1 : 1)
}

function byFirstHearing(a: Fact, b: Fact): number {
  return a.heardMs - b.heardMs || (a.fingerprint < b.fingerprint ? -1 : 1)
}
