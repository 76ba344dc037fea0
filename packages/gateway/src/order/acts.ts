/** What is decided here about an order, as opposed to what is heard. Acts are logged with the facts. */

import type { Amount } from './amount.ts'
import {
  type Attempt,
  chainStart,
  type Errand,
  type Order,
  type PartPlan,
  type Refund,
  type Ruling,
} from './order.ts'

/** One act. `number` is an attempt's or a refund's. */
export type Act =
  | {
      readonly act: 'open'
      readonly order: Pick<
        Order,
        'id' | 'tenant' | 'signer' | 'product' | 'reference' | 'createdMs' | 'returnTo' | 'content'
      >
      readonly attempt: Attempt
    }
  /** Another attempt, after the one before was fenced. */
  | { readonly act: 'attempt'; readonly attempt: Attempt }
  /** Bytes are about to be signed and sent: the time fence begins (X9). Written before the call. */
  | {
      readonly act: 'send'
      readonly number: string
      readonly step: string
      readonly atMs: number
      readonly body: string
      readonly digest: string
    }
  /** A call ended without an answer to rely on. `unsent`: not one byte was written. */
  | {
      readonly act: 'lose'
      readonly number: string
      readonly step: string
      readonly atMs: number
      readonly unsent?: true | undefined
    }
  /** An errand that was asked for later: payscore `complete`, `sync`. */
  | {
      readonly act: 'plan'
      readonly number: string
      readonly errand: Errand
      readonly amount?: Amount | undefined
      readonly parts?: readonly PartPlan[] | undefined
    }
  /** The attempt is to end: `expired`, `requested`, `pay_again`, `refused`, `handover_lost`. */
  | {
      readonly act: 'end'
      readonly number: string
      readonly atMs: number
      readonly reason: string
      readonly by: string
    }
  /** A close is about to be sent. */
  | { readonly act: 'close'; readonly number: string; readonly atMs: number }
  | { readonly act: 'refund'; readonly refund: Refund }
  /** A refused refund is sent again under its number, e.g. after the account was filled up. */
  | { readonly act: 'retry'; readonly number: string; readonly step: string }
  /** A person frees the amount of a refund that ended abnormal, change or failed (X17). */
  | { readonly act: 'free'; readonly number: string; readonly operator: string; readonly reason: string }
  | { readonly act: 'rule'; readonly ruling: Ruling }
  /** A concern was said for too long: it becomes a mark. */
  | { readonly act: 'age'; readonly mark: string }

/** An act that does not fit the order: a defect of the caller. */
export class ActMisplaced extends Error {
  override readonly name = 'ActMisplaced'
}

/** The order after an act, its view still the one before. */
export function carryOut(order: Order | undefined, act: Act): Omit<Order, 'view'> {
  if (act.act === 'open') {
    if (order) throw new ActMisplaced('an order is opened once')
    return {
      ...act.order,
      version: 0,
      head: chainStart,
      attempts: [act.attempt],
      refunds: [],
      facts: [],
      rulings: [],
      aged: [],
      asked: {},
    }
  }
  if (!order) throw new ActMisplaced(`${act.act}: there is no order yet`)
  switch (act.act) {
    case 'attempt':
      return { ...order, attempts: [...order.attempts, act.attempt] }
    case 'send':
      return changeErrand(forget(order, act.number), act, (errand) => ({
        ...errand,
        body: act.body,
        digest: sameDigest(errand, act.digest),
        sends: errand.sends + 1,
        lastSentMs: act.atMs,
        lostMs: undefined,
      }))
    case 'lose':
      return changeErrand(order, act, (errand) => ({ ...errand, lostMs: act.atMs }))
    case 'plan':
      return changeAttempt(order, act.number, (attempt) => ({
        ...attempt,
        amount: act.amount ?? attempt.amount,
        parts: act.parts ?? attempt.parts,
        errands: [...attempt.errands, act.errand],
      }))
    case 'end':
      return changeAttempt(order, act.number, (attempt) => ({
        ...attempt,
        closing: attempt.closing ?? { sinceMs: act.atMs, reason: act.reason, by: act.by },
      }))
    case 'close':
      return changeAttempt(order, act.number, (attempt) => ({
        ...attempt,
        closes: attempt.closes + 1,
        lastCloseMs: act.atMs,
      }))
    case 'refund':
      return { ...order, refunds: [...order.refunds, act.refund] }
    case 'retry':
      return changeErrand(forget(order, act.number), act, (errand) => ({ ...errand, again: errand.sends }))
    case 'free':
      return {
        ...order,
        refunds: order.refunds.map((one) => (one.number === act.number ? { ...one, freed: true } : one)),
      }
    case 'rule':
      return { ...order, rulings: [...order.rulings, act.ruling] }
    case 'age':
      return order.aged.includes(act.mark) ? order : { ...order, aged: [...order.aged, act.mark] }
  }
}

function changeAttempt(order: Order, number: string, change: (attempt: Attempt) => Attempt): Order {
  if (!order.attempts.some((one) => one.number === number))
    throw new ActMisplaced('the order has no attempt of this number')
  return { ...order, attempts: order.attempts.map((one) => (one.number === number ? change(one) : one)) }
}

function changeErrand(
  order: Order,
  { number, step }: { number: string; step: string },
  change: (errand: Errand) => Errand,
): Order {
  let found = false
  const errandsOf = (one: { number: string; errands: readonly Errand[] }) =>
    one.number !== number
      ? one.errands
      : one.errands.map((errand) => {
          if (errand.step !== step) return errand
          found = true
          return change(errand)
        })
  const changed = {
    ...order,
    attempts: order.attempts.map((one) => ({ ...one, errands: errandsOf(one) })),
    refunds: order.refunds.map((one) => ({ ...one, errands: errandsOf(one) })),
  }
  if (!found) throw new ActMisplaced(`there is no errand ${step} under this number`)
  return changed
}

/** A new send begins the questions anew. */
function forget(order: Order, number: string): Order {
  const { [number]: _, ...asked } = order.asked
  return { ...order, asked }
}

// The same number always has the same content: another digest is a defect that must not be sent.
function sameDigest({ digest, step }: Errand, given: string): string {
  if (digest !== undefined && digest !== given)
    throw new ActMisplaced(`${step}: other content under the same number`)
  return given
}
