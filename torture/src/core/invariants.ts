/** The promises as the core can be held to them: pure functions of one order and of what is true at the provider. */
import { Broken } from '../finding.ts'
import {
  type AttemptView,
  act,
  type EventDraft,
  eventsOf,
  factsAbout,
  hear,
  mayStillSucceed,
  type Order,
  type Product,
  presentOrder,
  type RefundView,
  recall,
} from '../gateway.ts'
import { attemptMoves, negativeStates, paidStates, refundMoves } from '../legal.ts'
import type { Row } from './engine.ts'
import type { Provider } from './provider.ts'

/** What an invariant looks at. */
export interface Scene {
  readonly before: Row | undefined
  readonly row: Row
  readonly product: Product
  readonly provider: Provider
  /** Whether a request of this number is under way that could still open it. */
  readonly mayArrive: (number: string) => boolean
}

/** 1 and 3. A paid attempt was paid at the provider, with the amount that was asked for. */
export function noPhantomPayment({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    if (!paidStates.includes(attempt.state)) continue
    const truth = provider.orders.get(attempt.number)
    if (truth?.state !== 'paid')
      throw new Broken(
        1,
        'no phantom payment',
        `${attempt.number} is ${attempt.state}, there ${truth?.state}`,
      )
    if (truth.paidMinor !== attempt.amount.minor)
      throw new Broken(3, 'amount fixed', `${attempt.amount.minor} here, ${truth.paidMinor} there`)
  }
}

/** 4. Refunds that may still succeed never exceed what was taken, per attempt and per part. */
export function refundBound({ row }: Scene): void {
  const { order } = row
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

/** 5. The provider has executed no refund that was not ordered, and no more money. */
export function refundIdentity({ row, provider }: Scene): void {
  const numbers = new Set(row.order.attempts.map((one) => one.number))
  const executed = new Map<string, number>()
  for (const one of provider.refunds.values())
    if (numbers.has(one.of)) executed.set(one.number, (executed.get(one.number) ?? 0) + one.minor)
  for (const [number, minor] of executed) {
    const ordered = row.order.refunds.find((one) => one.number === number)
    if (!ordered || minor > ordered.amount.minor)
      throw new Broken(5, 'refund identity', `${number}: ${minor} there, ${ordered?.amount.minor} ordered`)
  }
}

/** 8. Parts make the whole, unless the provider's own sum is another: then a person is called. */
export function partsMakeTheWhole({ row }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    if (row.order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)) continue
    const sum = attempt.parts.reduce((total, part) => total + part.amount.minor, 0)
    if (sum !== attempt.amount.minor) throw new Broken(8, 'parts', `${sum} of ${attempt.amount.minor}`)
  }
  for (const refund of row.order.view.refunds) {
    const sum = refund.parts.reduce((total, part) => total + part.amount.minor, 0)
    if (sum !== refund.amount.minor) throw new Broken(8, 'parts', `refund ${sum} of ${refund.amount.minor}`)
  }
}

/** 10. Versions rise by one, states move along legal edges, and a late payment is marked. */
export function onlyLegalMoves({ before, row }: Scene): void {
  const entries = row.log.slice(before?.log.length ?? 0)
  for (const [index, entry] of entries.entries())
    if (entry.version !== (before?.order.version ?? 0) + index + 1)
      throw new Broken(10, 'legal transitions', `version ${entry.version} out of turn`)
  if (!before) return
  if (row.order.version < before.order.version)
    throw new Broken(10, 'legal transitions', 'the version went back')
  for (const attempt of row.order.view.attempts) {
    const was = before.order.view.attempts.find((one) => one.number === attempt.number)
    if (was) attemptMove(was, attempt, row.order)
  }
  for (const refund of row.order.view.refunds) {
    const was = before.order.view.refunds.find((one) => one.number === refund.number)
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
export function evidenceForEveryEnd({ before, row, product }: Scene): void {
  const { order } = row
  for (const entry of row.log.slice(before?.log.length ?? 0)) {
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

/** 12. What is closed here cannot be paid there, nor be opened by a request on its way. */
export function closedMeansUnpayable({ row, provider, mayArrive }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    if (!negativeStates.includes(attempt.state)) continue
    const truth = provider.orders.get(attempt.number)
    if (truth?.lied) continue
    if (provider.payable(attempt.number))
      throw new Broken(
        12,
        'closed means unpayable',
        `${attempt.number} is ${attempt.state}, there ${truth?.state}`,
      )
    const opened = truth !== undefined && truth.state !== 'prepared'
    if (!opened && attempt.reason !== 'refused' && mayArrive(attempt.number))
      throw new Broken(12, 'closed means unpayable', `${attempt.number} may still arrive`)
  }
}

/** 13. At most one number of an order can be paid at any time. */
export function onePayableNumber({ row, provider }: Scene): void {
  const payable = row.order.attempts.filter(
    (one) => provider.payable(one.number) && !provider.orders.get(one.number)?.lied,
  )
  if (payable.length > 1)
    throw new Broken(13, 'one payable number', payable.map((one) => one.number).join(', '))
}

/** 15. A number never comes with another body. */
export function oneBodyPerNumber({ provider }: Scene): void {
  if (provider.conflicts.length > 0)
    throw new Broken(15, 'numbers are never reused', provider.conflicts[0] ?? '')
}

/** 17 and 20. Each fact made its events once, each with the state at its version. */
export function oneEventPerFact({ before, row }: Scene): void {
  const fresh = row.events.slice(before?.events.length ?? 0)
  const ids = new Set(row.events.map((one) => one.id))
  if (ids.size < row.events.length) throw new Broken(17, 'one event per fact', 'an event id came twice')
  for (const event of fresh) {
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
export function hearingAgainChangesNothing({ row, product }: Scene): void {
  for (const fact of row.order.facts) {
    const { fingerprint: _, count: _count, lastAskedMs, lastHeardMs, ...observation } = fact
    const again = { ...observation, askedMs: lastAskedMs, heardMs: lastHeardMs }
    const { order } = hear(row.order, again, product, lastHeardMs)
    if (order.view.state !== row.order.view.state && fact.reading.said !== 'refused')
      throw new Broken(21, 'idempotent door', `${fact.reading.said} again made ${order.view.state}`)
    if (order.view.taken !== row.order.view.taken || order.view.refunded !== row.order.view.refunded)
      throw new Broken(21, 'idempotent door', `${fact.reading.said} again moved money`)
  }
}

/** 17, 20 and 29. The log, folded, gives the order, its events and their contents again. */
export function replay({ row, product }: Scene): void {
  let order: Order | undefined
  const events: EventDraft[] = []
  for (const entry of row.log) {
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
  if (JSON.stringify(order.view) !== JSON.stringify(row.order.view))
    throw new Broken(
      29,
      'replay',
      `folded to ${order.view.state}, kept ${row.order.view.state}${difference(order, row.order)}`,
    )
  const kept = JSON.stringify(row.events.map((one) => [one.id, one.data]))
  if (JSON.stringify(events.map((one) => [one.id, one.data])) !== kept)
    throw new Broken(
      17,
      'one event per fact',
      `${events.length} events follow from the log, ${row.events.length} were written${firstOther(events, row.events)}`,
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

/** Checked whenever an order or what is true of it has changed. */
export const always: readonly ((scene: Scene) => void)[] = [
  noPhantomPayment,
  refundBound,
  refundIdentity,
  partsMakeTheWhole,
  onlyLegalMoves,
  evidenceForEveryEnd,
  closedMeansUnpayable,
  onePayableNumber,
  oneBodyPerNumber,
  oneEventPerFact,
]

/** Checked at the end of each order. */
export const atTheEnd: readonly ((scene: Scene) => void)[] = [hearingAgainChangesNothing, replay]

const waits: readonly string[] = ['prepared', 'none']

/** 2. What was paid there is paid here, or marked where the amount differs. */
export function noLostPayment({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    const truth = provider.orders.get(attempt.number)
    if (truth?.state !== 'paid' || paidStates.includes(attempt.state)) continue
    const marked = row.order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)
    if (truth.paidMinor !== attempt.amount.minor && marked) continue
    throw new Broken(2, 'no lost payment', `${attempt.number} is ${attempt.state} here`)
  }
}

/** 6. Every refund ended, and as it did there. */
export function refundsConverge({ row, provider }: Scene): void {
  if (provider.manners.unsignedRefusals) return
  for (const refund of row.order.view.refunds) {
    const there = [...provider.refunds.values()].filter((one) => one.number === refund.number)
    if (refund.state === 'placing' || refund.state === 'unknown' || refund.state === 'processing')
      throw new Broken(
        6,
        'refund convergence',
        `${refund.number} is ${refund.state}, there ${there.map((one) => one.state).join() || 'none'}`,
      )
    if (refund.state === 'refused' && there.length > 0)
      throw new Broken(
        6,
        'refund convergence',
        `${refund.number} is refused here and ${there[0]?.state} there`,
      )
    if (refund.state === 'succeeded' && there.some((one) => one.state !== 'succeeded'))
      throw new Broken(6, 'refund convergence', `${refund.number} succeeded here only`)
  }
}

/** 7. What is kept here is what is kept there, and no more than the order, unless a person was called. */
export function conservation({ row, provider }: Scene): void {
  const { order } = row
  const strange = order.view.marks.some((one) => one.code === 'amount_mismatch')
  const numbers = new Set(order.attempts.map((one) => one.number))
  const paid = [...provider.orders.values()]
    .filter((one) => numbers.has(one.number))
    .reduce((sum, one) => sum + (one.state === 'paid' ? one.paidMinor : 0), 0)
  const back = [...provider.refunds.values()]
    .filter((one) => numbers.has(one.of) && one.state === 'succeeded')
    .reduce((sum, one) => sum + one.minor, 0)
  const partly = order.view.refunds.some((one) => !['succeeded', 'refused', 'closed'].includes(one.state))
  if (!strange && !partly && paid - back !== order.view.taken - order.view.refunded)
    throw new Broken(
      7,
      'conservation',
      `${order.view.taken - order.view.refunded} kept here, ${paid - back} there`,
    )
  const amount = Math.max(...order.attempts.map((one) => one.amount.minor))
  if (
    paid - back > amount &&
    !order.view.marks.some((one) => ['double_payment', 'amount_mismatch'].includes(one.code))
  )
    throw new Broken(7, 'conservation', `${paid - back} kept of ${amount}, and nobody was told`)
}

/** 18 and 23 for the core: nothing stays undecided once the provider answers. */
export function everythingIsDecided({ row, provider }: Scene): void {
  for (const attempt of row.order.view.attempts) {
    const truth = provider.orders.get(attempt.number)?.state ?? 'none'
    if (provider.manners.unsignedRefusals && waits.includes(truth)) continue
    const marked = row.order.view.marks.some((one) => one.key === `amount_mismatch:${attempt.number}`)
    if (truth === 'in_service' && attempt.state === 'in_service') continue
    if (truth === 'paying' && attempt.state === 'paying') continue
    if (
      truth === 'open' &&
      row.order.attempts.some(
        (one) => one.number === attempt.number && provider.orders.get(one.number)?.profile.service,
      )
    )
      continue
    if (![...paidStates, ...negativeStates].includes(attempt.state) && !(marked && truth === 'paid'))
      throw new Broken(23, 'no starvation', `${attempt.number} is ${attempt.state} here, ${truth} there`)
  }
}

/** Demanded after the faults have healed. */
export const converged: readonly ((scene: Scene) => void)[] = [
  noLostPayment,
  refundsConverge,
  conservation,
  everythingIsDecided,
]
