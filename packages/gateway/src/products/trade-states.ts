/** The states of a trade (`trade_state`), as several products name them. */
import type { AttemptSaid, Concern, PartReading } from '../order/reading.ts'
import type { AttemptView, RefundView } from '../order/view.ts'

const said: Readonly<Record<string, PartReading['said']>> = {
  SUCCESS: 'paid',
  // A refund was accepted: so it was paid. What went back, the refunds say (X26).
  REFUND: 'paid',
  NOTPAY: 'waiting',
  PAYERROR: 'waiting',
  USERPAYING: 'paying',
  ACCEPT: 'paying',
  CLOSED: 'closed',
  REVOKED: 'closed',
}

/** What the state of one trade says; `unclear` for words that nobody documented (X28). */
export function tradeSaid(word: string): PartReading['said'] {
  return (Object.hasOwn(said, word) ? said[word] : undefined) ?? 'unclear'
}

/** What trades that are paid together say together. Paid is the order only when all of them are. */
export function ordersSaid(trades: readonly PartReading['said'][]): AttemptSaid {
  if (trades.length === 0 || trades.includes('unclear')) return 'unclear'
  if (trades.every((one) => one === 'paid')) return 'paid'
  if (trades.every((one) => one === 'closed')) return 'closed'
  // They close together: an order that is closed in part is no state at all.
  if (trades.includes('closed')) return 'unclear'
  return trades.includes('paid') || trades.includes('paying') ? 'paying' : 'awaiting_payment'
}

/** The concern that a trade says REFUND although no refund of ours explains it. */
export function refundedElsewhere(
  attempt: AttemptView,
  refunds: readonly RefundView[],
): readonly Concern[] | undefined {
  const explained = new Set(
    refunds
      .filter((one) => one.attempt === attempt.number && one.state !== 'refused')
      .flatMap((one) => one.parts.map(({ id }) => id)),
  )
  const strange = attempt.parts.filter((part) => part.word === 'REFUND' && !explained.has(part.id))
  if (strange.length === 0) return undefined
  return [
    {
      code: 'refunded_elsewhere',
      found: `refunds at WeChat Pay that were not ordered here, of ${strange.map((part) => part.id).join(', ')}`,
      suggest: "find out who refunded it (the merchant's console, another system) and correct your books",
    },
  ]
}
