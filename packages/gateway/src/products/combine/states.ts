/** What the states of sub-orders mean, one by one and together: there is no state of the order as a whole. */
import type { notifications, operations, ResourceOf, ResultOfOperation } from '@chadan/protocol'
import type { Amount } from '../../order/amount.ts'
import type { PartPlan } from '../../order/order.ts'
import type { AttemptReading, Concern, PartReading } from '../../order/reading.ts'
import { given } from '../details.ts'
import { latestMs } from '../times.ts'
import { ms } from '../timing.ts'
import { ordersSaid, tradeSaid } from '../trade-states.ts'

/** A combined order as a query answers it, or as a notice announces it. */
export type Stated =
  | ResultOfOperation<typeof operations.combine.queryByOutTradeNo>
  | ResourceOf<typeof notifications.combine.paid>
type StatedSub = Stated['sub_orders'][number]

/** What a combined order means as it was stated; `ordered` are the parts it should have, where they are known. */
export function readStated(stated: Stated, number: string, ordered?: readonly PartPlan[]): AttemptReading {
  const parts = stated.sub_orders.map(readSub)
  return given({
    about: 'attempt',
    number,
    said: ordersSaid(parts.map((one) => one.said)),
    word: [...new Set(parts.map((one) => one.word))].join(' + '),
    amount: sumOf(parts),
    parts,
    paidMs: latestMs(stated.sub_orders.map((one) => one.success_time)),
    kept: stated.combine_transaction_id
      ? { combine_transaction_id: stated.combine_transaction_id }
      : undefined,
    contradicts: contradictionOf(stated, number, ordered),
    concerns: concernsOf(parts),
  } satisfies AttemptReading)
}

function readSub({ out_trade_no, trade_state, transaction_id, amount }: StatedSub): PartReading {
  return given({
    id: out_trade_no,
    word: trade_state,
    said: tradeSaid(trade_state),
    amount: amount && { minor: amount.total_amount, currency: amount.currency ?? 'CNY' },
    transactionId: transaction_id,
  })
}

/** The whole amount; `undefined` when a part states none (X11). */
function sumOf(parts: readonly PartReading[]): Amount | undefined {
  const [first] = parts
  if (!first?.amount) return undefined
  const { currency } = first.amount
  let minor = 0
  for (const { amount } of parts) {
    if (amount?.currency !== currency) return undefined
    minor += amount.minor
  }
  return { minor, currency }
}

function contradictionOf(
  stated: Stated,
  number: string,
  ordered: readonly PartPlan[] | undefined,
): string | undefined {
  if (stated.combine_out_trade_no !== number) return 'another order'
  if (!ordered) return undefined
  if (stated.sub_orders.length !== ordered.length)
    return `${stated.sub_orders.length} sub-orders instead of ${ordered.length}`
  const strange = stated.sub_orders.some((sub) => {
    const part = ordered.find((one) => one.id === sub.out_trade_no)
    const sub_mchid = part?.merchant?.sub_mchid
    return part?.merchant?.mchid !== sub.mchid || (sub.sub_mchid ?? sub_mchid) !== sub_mchid
  })
  return strange ? 'a sub-order of another merchant' : undefined
}

/** All sub-orders are paid at one instant, so some without the others are for a person. */
function concernsOf(parts: readonly PartReading[]): readonly Concern[] | undefined {
  const paid = parts.filter((one) => one.said === 'paid')
  if (paid.length === 0 || paid.length === parts.length) return undefined
  return [
    {
      code: 'partly_paid',
      found: `${paid.length} of ${parts.length} sub-orders are paid: ${parts.map((one) => one.word).join(', ')}`,
      suggest: 'query the order; when it stays so, ask WeChat Pay and refund the paid sub-orders',
      afterMs: 5 * ms.minute,
    },
  ]
}
