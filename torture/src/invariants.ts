/** The promises that can be held to one change of one order, or to one order with its log: pure functions, whatever stands behind. */
import { Broken } from './finding.ts'
import {
  type AttemptView,
  act,
  type EventDraft,
  eventsOf,
  factsAbout,
  hear,
  type LogEntry,
  mayStillSucceed,
  type Order,
  type Product,
  presentOrder,
  type RefundView,
  recall,
} from './gateway.ts'
import { attemptMoves, negativeStates, paidStates, refundMoves } from './legal.ts'

/** A change of an order, as it was committed. */
export interface Change {
  readonly before: Order | undefined
  readonly order: Order
  /** Entries and events written with it. */
  readonly log: readonly LogEntry[]
  readonly events: readonly EventDraft[]
  readonly product: Pick<Product, 'timing'>
}

/** An order with all that was written of it. */
export interface Kept {
  readonly order: Order
  readonly log: readonly LogEntry[]
  readonly events: readonly EventDraft[]
  readonly product: Product
}

/** 4. Refunds that may still succeed never exceed what was taken, per attempt and per part. */
export function refundBound({ order }: Change): void {
  for (const attempt of order.view.attempts) {
    const counted = order.view.refunds.filter(
      (one) =>
        one.attempt === attempt.number &&
        (one.state === 'succeeded' || mayStillSucceed(one)) &&
        !order.refunds.find((kept) => kept.number === one.number)?.freed,
    )
    const total = counted.reduce((sum, one) => sum + one.amount.minor, 0)
    if (total > attempt.taken) throw new Broken(4, 'refund bound', `${total} of ${attempt.taken}`)
    for (const part of attempt.parts) {
      const back = counted
        .flatMap((one) => one.parts)
        .reduce((sum, one) => sum + (one.id === part.id ? one.amount.minor : 0), 0)
      if (back > part.amount.minor)
        throw new Broken(4, 'refund bound', `part ${part.id}: ${back} of ${part.amount.minor}`)
    }
  }
}

/** 8. Parts make the whole, unless the provider's own sum is another: then a person is called. */
export function partsMakeTheWhole({ order }: Change): void {
  for (const attempt of order.view.attempts) {
    if (order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)) continue
    const sum = attempt.parts.reduce((total, part) => total + part.amount.minor, 0)
    if (sum !== attempt.amount.minor) throw new Broken(8, 'parts', `${sum} of ${attempt.amount.minor}`)
  }
  for (const refund of order.view.refunds) {
    const sum = refund.parts.reduce((total, part) => total + part.amount.minor, 0)
    if (sum !== refund.amount.minor) throw new Broken(8, 'parts', `refund ${sum} of ${refund.amount.minor}`)
  }
}

/** 10. Versions rise by one, states move along legal edges, and a late payment is marked. */
export function onlyLegalMoves({ before, order, log }: Change): void {
  for (const [index, entry] of log.entries())
    if (entry.version !== (before?.version ?? 0) + index + 1)
      throw new Broken(10, 'legal transitions', `version ${entry.version} out of turn`)
  if (!before) return
  if (order.version < before.version) throw new Broken(10, 'legal transitions', 'the version went back')
  for (const attempt of order.view.attempts) {
    const was = before.view.attempts.find((one) => one.number === attempt.number)
    if (was) attemptMove(was, attempt, order)
  }
  for (const refund of order.view.refunds) {
    const was = before.view.refunds.find((one) => one.number === refund.number)
    if (was) refundMove(was, refund)
  }
}

function attemptMove(was: AttemptView, now: AttemptView, order: Order): void {
  if (was.state === now.state) return
  if (!attemptMoves[was.state].includes(now.state))
    throw new Broken(10, 'legal transitions', `an attempt went from ${was.state} to ${now.state}`)
  const late = negativeStates.includes(was.state) && paidStates.includes(now.state)
  if (late && order.view.marks.length === 0)
    throw new Broken(10, 'legal transitions', `${was.state} to ${now.state} without a mark`)
}

function refundMove(was: RefundView, now: RefundView): void {
  if (was.state !== now.state && !refundMoves[was.state].includes(now.state))
    throw new Broken(10, 'legal transitions', `a refund went from ${was.state} to ${now.state}`)
}

const proven = ['paid', 'partially_refunded', 'refunded', 'failed', 'closed']

/** 11 and 14. What ended names what proves it: a verified fact that says so, or a person where nothing was ever sent. */
export function evidenceForEveryEnd({ order, log, product }: Change): void {
  for (const entry of log) {
    if (entry.from === entry.to || !proven.includes(entry.to)) continue
    const stored = order.facts.some((one) => one.fingerprint === entry.evidence)
    if (!stored && !entry.evidence?.startsWith('operator:'))
      throw new Broken(11, 'evidence', `${entry.from} to ${entry.to} names ${entry.evidence ?? 'nothing'}`)
  }
  for (const attempt of order.view.attempts) {
    const kept = order.attempts.find((one) => one.number === attempt.number)
    const facts = factsAbout(order, attempt.number)
    const said = facts.map(({ reading }) => reading.said)
    if (paidStates.includes(attempt.state) && !said.includes('paid'))
      throw new Broken(11, 'evidence', `${attempt.number} is paid, and nobody said so`)
    if (!negativeStates.includes(attempt.state)) continue
    const unsent = kept?.errands.every((one) => one.sends === 0)
    if (!unsent && !said.some((one) => ['closed', 'failed', 'never_placed', 'refused'].includes(one)))
      throw new Broken(14, 'unknown is honest', `${attempt.number} is ${attempt.state} by ${said.join(', ')}`)
    if (attempt.reason === 'never_placed') {
      const last = Math.max(0, ...(kept?.errands ?? []).map((one) => one.lastSentMs ?? 0))
      const fenced = facts.some(
        (one) => one.reading.said === 'never_placed' && one.lastAskedMs - last >= product.timing.fenceMs,
      )
      if (!fenced) throw new Broken(14, 'unknown is honest', 'never placed, asked before the fence of time')
    }
  }
}

/** 17 and 20. Each fact made its events once, each with the state at its version. */
export function oneEventPerFact({ events }: Change): void {
  const ids = new Set(events.map((one) => one.id))
  if (ids.size < events.length) throw new Broken(17, 'one event per fact', 'an event id came twice')
  for (const event of events) {
    const told = event.data.order as { version?: number } | undefined
    if (told?.version !== Math.floor(event.orderSeq / 100))
      throw new Broken(
        20,
        'content is the state at its sequence',
        `version ${told?.version}, place ${event.orderSeq}`,
      )
  }
}

/** 21. Hearing what was heard changes nothing but counters. */
export function hearingAgainChangesNothing({ order: kept, product }: Kept): void {
  for (const fact of kept.facts) {
    const { fingerprint: _, count: _count, lastAskedMs, lastHeardMs, ...observation } = fact
    const again = { ...observation, askedMs: lastAskedMs, heardMs: lastHeardMs }
    const { order } = hear(kept, again, product, lastHeardMs)
    if (order.view.state !== kept.view.state && fact.reading.said !== 'refused')
      throw new Broken(21, 'idempotent door', `${fact.reading.said} again made ${order.view.state}`)
    if (order.view.taken !== kept.view.taken || order.view.refunded !== kept.view.refunded)
      throw new Broken(21, 'idempotent door', `${fact.reading.said} again moved money`)
  }
}

/** 17, 20 and 29. The log, folded, gives the order, its events and their contents again. */
export function replay({ order: kept, log, events: written, product }: Kept): void {
  let order: Order | undefined
  const events: EventDraft[] = []
  for (const entry of log) {
    const { input, atMs } = entry
    const found = order && recall(order, input)
    const applied: { order: Order } =
      input.kind === 'act'
        ? act(found, input.act, product, atMs)
        : hear(found as Order, input.observation, product, atMs)
    if (applied.order.head !== entry.hash)
      throw new Broken(29, 'replay', `the chain breaks at ${entry.version}`)
    events.push(...eventsOf(order, applied.order, atMs))
    order = applied.order
  }
  if (!order) return
  if (JSON.stringify(order.view) !== JSON.stringify(kept.view))
    throw new Broken(
      29,
      'replay',
      `folded to ${order.view.state}, kept ${kept.view.state}${difference(order, kept)}`,
    )
  const told = JSON.stringify(written.map((one) => [one.id, one.data]))
  if (JSON.stringify(events.map((one) => [one.id, one.data])) !== told)
    throw new Broken(
      17,
      'one event per fact',
      `${events.length} events follow from the log, ${written.length} were written${firstOther(events, written)}`,
    )
}

function firstOther(folded: readonly EventDraft[], kept: readonly EventDraft[]): string {
  const at = folded.findIndex(
    (one, index) =>
      JSON.stringify([one.id, one.data]) !== JSON.stringify([kept[index]?.id, kept[index]?.data]),
  )
  const [left, right] = [folded[at], kept[at]].map((one) => JSON.stringify(one?.data ?? {})) as [
    string,
    string,
  ]
  const from = [...left].findIndex((letter, index) => letter !== right[index])
  return ` ${folded[at]?.type} / ${kept[at]?.type}: ${left.slice(from - 60, from + 60)} / ${right.slice(from - 60, from + 60)}`
}

function difference(a: Order, b: Order): string {
  const [left, right] = [presentOrder(a), presentOrder(b)] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ]
  const names = Object.keys(left).filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name]))
  return ` in ${names.map((name) => `${name}: ${JSON.stringify(left[name])} / ${JSON.stringify(right[name])}`).join('; ')}`.slice(
    0,
    900,
  )
}

const mostFacts = 150

/** 30. What is heard of one order stays within bounds: repetitions raise a counter. */
export function factsAreBounded({ order }: Change): void {
  if (order.facts.length > mostFacts)
    throw new Broken(30, 'bounded', `${order.facts.length} facts of one order`)
}

/** Checked with every change of an order. */
export const ofEveryChange: readonly ((change: Change) => void)[] = [
  refundBound,
  partsMakeTheWhole,
  onlyLegalMoves,
  evidenceForEveryEnd,
  oneEventPerFact,
  factsAreBounded,
]

/** Checked of every order at the end. */
export const ofEveryOrder: readonly ((kept: Kept) => void)[] = [hearingAgainChangesNothing, replay]
