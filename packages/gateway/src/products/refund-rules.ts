/** Rules of refunds that several products share. */
import { type RefundRequest, RuleBroken } from './product.ts'
import { ms } from './timing.ts'

const maxRefunds = 50
const payableBackMs = 365 * ms.day

/**
 * At most 50 refunds of one part, within a year of the payment, and so far apart as the product demands.
 * Throws `RuleBroken`.
 */
export function checkPace(
  { order, attempt }: RefundRequest,
  part: string,
  { nowMs, betweenMs = 0 }: { nowMs: number; betweenMs?: number },
): void {
  const refused = new Set(
    order.view.refunds.filter((one) => one.state === 'refused').map((one) => one.number),
  )
  const before = order.refunds.filter(
    (one) =>
      one.attempt === attempt.number && !refused.has(one.number) && one.parts.some(({ id }) => id === part),
  )
  if (before.length >= maxRefunds)
    throw new RuleBroken(
      'too_many_refunds',
      '/parts',
      `found ${before.length} refunds, expected at most ${maxRefunds}`,
    )
  if (before.some((one) => nowMs - one.openedMs < betweenMs))
    throw new RuleBroken(
      'refund_too_soon',
      '/parts',
      `expected ${betweenMs / ms.second} s after the refund before it`,
    )
  if (attempt.paidMs !== undefined && nowMs - attempt.paidMs > payableBackMs)
    throw new RuleBroken('refund_too_late', '/', 'found a payment that is more than a year old')
}
