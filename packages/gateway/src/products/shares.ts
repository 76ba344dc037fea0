/** What a refund takes from each part of an attempt. */
import type { Amount } from '../order/amount.ts'
import { mayStillSucceed } from '../order/derive.ts'
import { type RefundRequest, RuleBroken } from './product.ts'

/** How much goes back of one part. */
export interface Share {
  readonly id: string
  readonly amount: Amount
}

/**
 * The shares of a refund as it was asked for: by part, as one amount of the only part, or all that is
 * still there. Throws `RuleBroken`; that no part gives more than it has is checked with the order.
 */
export function sharesOf(request: RefundRequest): readonly Share[] {
  const { attempt, amount, parts } = request
  const { currency } = attempt.amount
  const paid = attempt.parts.filter((part) => part.state === 'paid')
  const shares = parts
    ? Object.entries(parts).map(([id, minor]) => ({ id, amount: { minor, currency } }))
    : amount === undefined
      ? paid.map(({ id }) => ({ id, amount: { minor: leftOf(request, id), currency } })).filter(isSome)
      : onlyPart(paid.length === 0 ? attempt.parts : paid, amount, currency)
  if (shares.length === 0)
    throw new RuleBroken(
      'nothing_to_refund',
      '/parts',
      'found no part of which anything is left to give back',
    )
  for (const share of shares) checkShare(attempt, share)
  const total = shares.reduce((sum, share) => sum + share.amount.minor, 0)
  if (amount !== undefined && total !== amount)
    throw new RuleBroken(
      'shares_differ',
      '/amount',
      `found ${amount}, expected ${total}, the sum of the parts`,
    )
  return shares
}

/** What is left of a part after the refunds that were ordered and may succeed (X17). */
export function leftOf({ order, attempt }: Pick<RefundRequest, 'order' | 'attempt'>, id: string): number {
  const part = attempt.parts.find((one) => one.id === id)
  const freed = new Set(order.refunds.filter((one) => one.freed).map((one) => one.number))
  const gone = order.view.refunds
    .filter((one) => one.attempt === attempt.number)
    .filter((one) => one.state === 'succeeded' || (mayStillSucceed(one) && !freed.has(one.number)))
    .flatMap((one) => one.parts)
    .reduce((sum, one) => sum + (one.id === id ? one.amount.minor : 0), 0)
  return Math.max(0, (part?.amount.minor ?? 0) - gone)
}

function isSome({ amount }: Share): boolean {
  return amount.minor > 0
}

function onlyPart(parts: readonly { id: string }[], minor: number, currency: string): readonly Share[] {
  const [part, another] = parts
  if (!part || another)
    throw new RuleBroken(
      'name_the_parts',
      '/parts',
      `found one amount for ${parts.length} parts, expected an amount for each part`,
    )
  return [{ id: part.id, amount: { minor, currency } }]
}

function checkShare({ parts }: RefundRequest['attempt'], { id, amount }: Share): void {
  if (!parts.some((one) => one.id === id))
    throw new RuleBroken('unknown_part', '/parts', 'found a part that the order does not have')
  if (!Number.isSafeInteger(amount.minor) || amount.minor < 1)
    throw new RuleBroken('refund_too_small', '/parts', 'expected a whole number of at least 1 for each part')
}
