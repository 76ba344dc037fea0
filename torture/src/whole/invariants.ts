/** The promises as the whole product is held to them, beside those of every order's change. */
import type { BookedOrder } from '@chadan/simulator'
import { Broken } from '../finding.ts'
import { compare, type Order, presentOrder, type Write } from '../gateway.ts'
import { negativeStates, paidStates } from '../legal.ts'
import { isPaidThere } from './truth.ts'

/** 1 and 3. What is paid here was paid there, all of it. */
export function noPhantomPayment(orders: Iterable<Order>, books: ReadonlyMap<string, BookedOrder>): void {
  for (const { view } of orders)
    for (const attempt of view.attempts) {
      if (!paidStates.includes(attempt.state)) continue
      const row = books.get(attempt.number)
      if (!isPaidThere(row))
        throw new Broken(
          1,
          'no phantom payment',
          `${attempt.number} is ${attempt.state}, there ${row?.state}`,
        )
      if (row?.paidMinor !== attempt.taken || row.currency !== attempt.amount.currency)
        throw new Broken(3, 'amount fixed', `${attempt.taken} here, ${row?.paidMinor} ${row?.currency} there`)
    }
}

/** 5. No refund there that nobody ordered here, and no more of it. */
export function refundIdentity(
  orders: Iterable<Order>,
  books: ReadonlyMap<string, BookedOrder>,
  forgotten: ReadonlySet<string>,
): void {
  for (const order of orders)
    for (const attempt of order.attempts) {
      if (forgotten.has(attempt.number)) continue
      const back = new Map<string, number>()
      for (const { number, minor } of books.get(attempt.number)?.refunds ?? []) {
        // A refund of several calls bears its number and the place of each.
        const base = number.split('_')[0] ?? number
        const own = order.refunds.some((one) => one.number === number) ? number : base
        back.set(own, (back.get(own) ?? 0) + minor)
      }
      for (const [number, minor] of back) {
        const ordered = order.refunds.find((one) => one.number === number)
        if (!ordered || minor > ordered.amount.minor)
          throw new Broken(
            5,
            'refund identity',
            `${number}: ${minor} there, ${ordered?.amount.minor} ordered`,
          )
      }
    }
}

/** 12. What is closed here cannot be paid there. */
export function closedMeansUnpayable(order: Order, payable: (number: string) => boolean): void {
  for (const attempt of order.view.attempts)
    if (negativeStates.includes(attempt.state) && payable(attempt.number))
      throw new Broken(
        12,
        'closed means unpayable',
        `${attempt.number} is ${attempt.state} (${attempt.reason})`,
      )
}

/** 13. At most one number of an order can be paid at any time. */
export function onePayableNumber(order: Order, payable: (number: string) => boolean): void {
  const open = order.attempts.filter((one) => payable(one.number))
  if (open.length > 1) throw new Broken(13, 'one payable number', open.map((one) => one.number).join(', '))
}

/** 22. Nothing that has an effect is sent unless it was written first: never more calls than sends on record. */
export function effectsAreOnRecord(order: Order, sent: ReadonlyMap<string, number>): void {
  for (const attempt of order.attempts) {
    const sends = attempt.errands.reduce((sum, one) => sum + one.sends, attempt.closes)
    const effects = sent.get(attempt.number) ?? 0
    if (effects > sends)
      throw new Broken(22, 'lease exclusion', `${attempt.number}: ${effects} calls, ${sends} on record`)
  }
  for (const refund of order.refunds) {
    const sends = refund.errands.reduce((sum, one) => sum + one.sends, 0)
    const effects = sent.get(refund.number) ?? 0
    if (effects > sends)
      throw new Broken(22, 'lease exclusion', `refund ${refund.number}: ${effects} calls, ${sends} on record`)
  }
}

/** 22. What precedes an effect is written under a claim that holds, or takes one. */
export function leaseBeforeEffect({ log = [], claim, take, order }: Write, holder: string | undefined): void {
  const effect = log.some(({ input }) => input.kind === 'act' && ['send', 'close'].includes(input.act.act))
  if (effect && !take && (claim === undefined || claim.id !== holder))
    throw new Broken(22, 'lease exclusion', `an effect of ${order.reference} under a claim that is not held`)
}

/** 2, 6, 7 and 8 together. Both books say the same of every order: state, amounts, what went back. */
export function booksAgree(
  orders: readonly Order[],
  books: readonly BookedOrder[],
  { lied, forgotten }: { lied: ReadonlySet<string>; forgotten: ReadonlySet<string> },
): void {
  const own = new Set(orders.flatMap((one) => one.attempts.map(({ number }) => number)))
  const here = orders.map((one) => presentOrder(one) as never)
  const there = books.filter((one) => own.has(one.number))
  for (const found of compare(here, there)) {
    if (lied.has(found.number) || halfRefunded(orders, found.number)) continue
    // What a person must look at since the database forgot what was ordered (an amount completed since the backup).
    if (forgotten.has(found.number) && isMarked(orders, found.number)) continue
    // A refund that a restored database no longer knows is found by the bills, not by questions.
    if (forgotten.has(found.number) && /refund/.test(found.what)) continue
    const promise = found.what === 'refund' || found.what === 'refunded' ? 6 : found.what === 'paid' ? 2 : 7
    throw new Broken(
      promise,
      'both books agree',
      `${found.product} ${found.reference} ${found.number}, ${found.what}: ${found.here} here, ${found.there} there`,
    )
  }
}

function isMarked(orders: readonly Order[], number: string): boolean {
  return orders.some(({ view }) => view.marks.some((one) => one.key.endsWith(number)))
}

// Of a refund of several calls one may succeed and one fail: then a person is called, who sees both.
function halfRefunded(orders: readonly Order[], number: string): boolean {
  return orders.some(({ view, refunds }) =>
    view.refunds.some(
      (one) =>
        one.attempt === number &&
        ['failed', 'abnormal', 'change'].includes(one.state) &&
        (refunds.find((kept) => kept.number === one.number)?.errands.length ?? 0) > 1,
    ),
  )
}

const open = ['placing', 'unknown', 'awaiting_payment']
const moving = ['placing', 'unknown', 'processing']

/** 6 and 23. Nothing stays undecided once everybody answers, unless the provider has not decided either. */
export function everythingIsDecided(
  orders: readonly Order[],
  books: ReadonlyMap<string, BookedOrder>,
  exempt: { lied: ReadonlySet<string>; unsigned: boolean },
): void {
  for (const { view, attempts } of orders) {
    for (const attempt of view.attempts) {
      const kept = attempts.find((one) => one.number === attempt.number)
      const unsent = kept?.errands.find((one) => one.later && one.sends === 0)
      if (unsent && !kept?.closing && attempt.state === 'in_service')
        throw new Broken(23, 'no starvation', `${unsent.step} of ${attempt.number} was asked for, never sent`)
      if (exempt.lied.has(attempt.number)) continue
      // Where nobody signs "no such order", it is never believed, and asked for ever (X27).
      if (exempt.unsigned && !books.has(attempt.number)) continue
      if (open.includes(attempt.state) && !view.marks.some((one) => one.key.endsWith(attempt.number)))
        throw new Broken(
          23,
          'no starvation',
          `${attempt.number} is ${attempt.state}, there ${books.get(attempt.number)?.state}`,
        )
    }
    for (const refund of view.refunds) {
      const there =
        books.get(refund.attempt)?.refunds.filter((one) => one.number.startsWith(refund.number)) ?? []
      if (exempt.unsigned || there.some((one) => one.state === 'PROCESSING')) continue
      if (moving.includes(refund.state) && !view.marks.some((one) => one.key.endsWith(refund.number)))
        throw new Broken(
          6,
          'refund convergence',
          `${refund.number} is ${refund.state}, there ${there.map((one) => one.state).join()}`,
        )
    }
  }
}

/** 26. None of these words stands in what was told, logged or kept in clear. */
export function noSecretsIn(what: string, text: string, secrets: readonly string[]): void {
  const found = secrets.findIndex((one) => one !== '' && text.includes(one))
  if (found >= 0) throw new Broken(26, 'secrets', `secret number ${found} stands in ${what}`)
}
