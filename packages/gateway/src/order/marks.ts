/** What needs a person: contradictory or stuck money, with the facts on both sides and what to do. */
import type { Product } from '../products/product.ts'
import { agreement, answerOf, factsAbout, neverPlaced, newest } from './derive-attempt.ts'
import { agrees, factsAboutRefund } from './derive-refund.ts'
import type { Attempt, Order, Refund } from './order.ts'
import type { Concern, Fact, RefundReading } from './reading.ts'
import type { AttemptView, Mark, RefundView } from './view.ts'

type Raised = Omit<Mark, 'resolved'>

/** All marks of an order, those resolved by a person included. */
export function marksOf(
  order: Omit<Order, 'view'>,
  attempts: readonly AttemptView[],
  refunds: readonly RefundView[],
  product: Product,
): readonly Mark[] {
  const raised = [
    ...order.attempts.flatMap((attempt) => {
      const view = attempts.find((one) => one.number === attempt.number)
      return view ? attemptMarks(order, attempt, view, refunds, product) : []
    }),
    ...doublePayment(order, attempts),
    ...order.refunds.flatMap((refund) => {
      const view = refunds.find((one) => one.number === refund.number)
      return view ? refundMarks(order, refund, view) : []
    }),
  ]
  const unique = [...new Map(raised.map((one) => [one.key, one])).values()]
  return unique.map((mark) => {
    const ruling = order.rulings.findLast((one) => one.mark === mark.key)
    if (!ruling) return mark
    const { operator, reason, atMs } = ruling
    return { ...mark, resolved: { operator, reason, atMs } }
  })
}

/** How much later an answer must have been asked for than the proof was heard, to count as a step back: nodes' clocks differ. */
const skewMs = 60_000

function attemptMarks(
  order: Omit<Order, 'view'>,
  attempt: Attempt,
  view: AttemptView,
  refunds: readonly RefundView[],
  product: Product,
): readonly Raised[] {
  const facts = factsAbout(order, attempt.number)
  const { number } = attempt
  const paid = facts.filter(({ reading }) => reading.said === 'paid')
  const proven = paid.filter(({ reading }) => agreement(attempt, reading) === 'agrees')
  const differing = paid.filter(({ reading }) => agreement(attempt, reading) === 'differs')
  const ends = facts.filter(({ reading }) => reading.said === 'closed' || reading.said === 'failed')
  const never = neverPlaced(facts)
  const ended = never ? [...ends, never] : ends
  const marks: Raised[] = []
  if (differing.length > 0)
    marks.push(
      raise('amount_mismatch', number, differing, {
        found: `ordered ${money(attempt.amount)}, WeChat Pay says ${said(differing)}`,
        suggest:
          'compare both sides; give it back in the console of WeChat Pay (商户平台), or correct your books',
      }),
    )
  if (proven.length > 0 && ended.length > 0)
    marks.push(
      raise('paid_after_close', number, [...proven, ...ended], {
        found: `ended here as ${ended[0]?.reading.word}, then paid with ${money(attempt.amount)}`,
        suggest: 'deliver what was paid for, or refund it',
      }),
    )
  const proof = [...proven].sort((a, b) => a.heardMs - b.heardMs)[0] ?? ends[0]
  const back = facts.filter(
    ({ source, reading, lastAskedMs }) =>
      proof !== undefined &&
      source === 'answer' &&
      ['awaiting_payment', 'in_service', 'paying', 'not_found'].includes(reading.said) &&
      lastAskedMs > proof.heardMs + skewMs,
  )
  if (proof && back.length > 0)
    marks.push(
      raise('stepped_back', number, [proof, ...back], {
        found: `was ${proof.reading.word}, later said to be ${back[0]?.reading.word}`,
        suggest: 'query the order once more; when it stays, ask WeChat Pay with both request ids',
      }),
    )
  marks.push(...refusedActs(order, attempt, view))
  const latest = newest(facts)
  const concerns = [
    ...(latest?.reading.concerns ?? []),
    ...(product.concerns?.(order as Order, view, refunds) ?? []),
  ]
  return [...marks, ...concernMarks(order, number, concerns, latest)]
}

/** What was asked for after placing and refused: nobody else would tell that the service runs on. */
function refusedActs(order: Omit<Order, 'view'>, attempt: Attempt, view: AttemptView): readonly Raised[] {
  const { number } = attempt
  if (view.state !== 'in_service' && view.state !== 'paying') return []
  const later = attempt.errands.filter((one) => one.later)
  const last = later.at(-1)
  if (!last || answerOf(order, number, last) !== 'refused') return []
  const facts = factsAbout(order, number).filter(
    ({ reading }) => reading.step === last.step && reading.said === 'refused',
  )
  return [
    raise('act_refused', `${number}/${last.step}`, facts, {
      found: `WeChat Pay refused ${last.step}: ${facts.map(({ reading }) => reading.word).join(', ')}`,
      suggest: 'correct what was refused and ask for it again; until then nothing is collected',
    }),
  ]
}

function concernMarks(
  order: Pick<Order, 'aged'>,
  number: string,
  concerns: readonly Concern[],
  fact: Fact | undefined,
): readonly Raised[] {
  return concerns
    .filter(({ code, afterMs = 0 }) => afterMs === 0 || order.aged.includes(markKey(code, number)))
    .map(({ code, found, suggest }) => raise(code, number, fact ? [fact] : [], { found, suggest }))
}

function doublePayment(order: Omit<Order, 'view'>, attempts: readonly AttemptView[]): readonly Raised[] {
  const paid = attempts.filter((one) => ['paid', 'partially_refunded', 'refunded'].includes(one.state))
  if (paid.length < 2) return []
  const facts = paid.flatMap(({ proof }) => order.facts.filter((one) => one.fingerprint === proof))
  return [
    raise('double_payment', order.id, facts, {
      found: `${paid.length} attempts were paid: ${paid.map((one) => one.number).join(', ')}`,
      suggest: 'refund all but one of them in full',
    }),
  ]
}

const waitsForAPerson: Partial<Record<RefundView['state'], { found: string; suggest: string }>> = {
  abnormal: {
    found: 'the money could not go back to where it came from',
    suggest: 'pay it to another account of the payer (apply-abnormal-refund), or free its amount',
  },
  change: {
    found: "the money went to the merchant's account instead of the payer's (转入代发)",
    suggest: 'pay the payer by hand, then resolve this with the receipt as the reason',
  },
  failed: {
    found: 'the refund ended as failed at WeChat Pay',
    suggest: 'correct what was refused and send the same number again, or free its amount',
  },
}

function refundMarks(order: Omit<Order, 'view'>, refund: Refund, view: RefundView): readonly Raised[] {
  const facts = factsAboutRefund(order, refund.number)
  const { number } = refund
  const marks: Raised[] = []
  const waits = waitsForAPerson[view.state]
  if (waits && !refund.freed)
    marks.push(
      raise(
        `refund_${view.state}`,
        number,
        facts.filter((one) => one.fingerprint === view.proof),
        waits,
      ),
    )
  const differing = facts.filter(({ reading }) => reading.said === 'succeeded' && !agrees(refund, reading))
  if (differing.length > 0)
    marks.push(
      raise('refund_amount_mismatch', number, differing, {
        found: `ordered back ${money(refund.amount)}, WeChat Pay says ${said(differing)}`,
        suggest: 'compare both sides before another refund is made',
      }),
    )
  // Of a refund of several calls one may go back and another end: only of the same call they contradict.
  const first = refund.errands[0]?.step
  const ofStep = (said: RefundReading['said'], step: string) =>
    facts.filter(({ reading }) => reading.said === said && (reading.step ?? first) === step)
  const torn = refund.errands.filter(
    ({ step }) => ofStep('succeeded', step).length > 0 && ofStep('closed', step).length > 0,
  )
  const done = torn.flatMap(({ step }) => ofStep('succeeded', step))
  const closed = torn.flatMap(({ step }) => ofStep('closed', step))
  if (torn.length > 0)
    marks.push(
      raise('refund_contradiction', number, [...done, ...closed], {
        found: 'said to have succeeded, and said to be closed',
        suggest: 'query the refund; do not refund this amount again before it is clear',
      }),
    )
  const concerns = newest(facts)?.reading.concerns ?? []
  return [...marks, ...concernMarks(order, number, concerns, newest(facts))]
}

/** The key of a mark. */
export function markKey(code: string, about: string): string {
  return `${code}:${about}`
}

function raise(
  code: string,
  about: string,
  facts: readonly Fact[],
  { found, suggest }: Pick<Mark, 'found' | 'suggest'>,
): Raised {
  const fingerprints = facts.map((one) => one.fingerprint).sort()
  return { key: markKey(code, about), code, found, suggest, facts: fingerprints }
}

function money({ minor, currency }: { minor: number; currency: string }): string {
  return `${minor} ${currency}`
}

function said(facts: readonly Fact[]): string {
  return facts
    .map(({ reading }) => (reading.amount ? money(reading.amount) : (reading.contradicts ?? 'no amount')))
    .join(', ')
}
