/** What messages about orders and refunds of WeCom mean. */
import type { Notice } from '@chadan/client'
import { type operations, type ResultOfOperation, refundStanding } from '@chadan/protocol'
import type { Amount } from '../../order/amount.ts'
import type { Attempt, Refund } from '../../order/order.ts'
import type { AttemptReading, Concern, RefundReading } from '../../order/reading.ts'
import { given } from '../details.ts'
import type { Heard } from '../product.ts'
import { contradictionOf, refundStep } from '../refunds.ts'
import { msOf } from '../times.ts'
import { ms } from '../timing.ts'
import { ordersSaid, tradeSaid } from '../trade-states.ts'

/** The only part of an order. */
export const cashId = 'cash'

type Answered = ResultOfOperation<typeof operations.wecom.getOrder>
type Announced = Extract<Notice, { type: 'wecom.paid' }>['resource']

/** What an order means as it was stated; `ordered` is the attempt it should be, where it is known. */
export function readStated(
  stated: Answered | Announced,
  number: string,
  ordered?: Pick<Attempt, 'merchant'>,
): AttemptReading {
  const { trade_state, out_trade_no, mchid, success_time } = stated
  const part = tradeSaid(trade_state)
  const said = ordersSaid([part])
  const amount = amountOf(stated.amount)
  // Until it is paid, the answer holds an empty one.
  const transactionId =
    'transaction_id' in stated && stated.transaction_id ? stated.transaction_id : undefined
  const other = out_trade_no !== number || (ordered && ordered.merchant.mchid !== mchid)
  return given({
    about: 'attempt',
    number,
    said,
    word: trade_state,
    amount,
    parts: [given({ id: cashId, word: trade_state, said: part, amount, transactionId })],
    paidMs: said === 'paid' ? msOf(success_time) : undefined,
    contradicts: other ? 'another order' : undefined,
    concerns: said === 'paid' && !amount && ordered ? [amountMissing] : undefined,
  } satisfies AttemptReading)
}

// The declaration leaves the amount of an answer optional, and without one no payment is proven (X11).
const amountMissing: Concern = {
  code: 'amount_missing',
  found: 'WeChat Pay says the order is paid, but names no amount',
  suggest: 'compare the order in the console of WeCom and resolve this with what it shows',
  afterMs: 10 * ms.minute,
}

function amountOf(amount: Answered['amount'] | Announced['amount']): Amount | undefined {
  if (amount?.total === undefined) return undefined
  return { minor: amount.total, currency: amount.currency ?? 'CNY' }
}

/** What `get_refund_detail` means. */
export function readRefund(
  result: ResultOfOperation<typeof operations.wecom.getRefundDetail>,
  { number, attempt }: Refund,
): RefundReading {
  const amount = { minor: result.amount.refund, currency: result.amount.currency }
  return given({
    about: 'refund',
    number,
    said: refundStanding(result.status) ?? 'unclear',
    word: result.status,
    step: refundStep,
    amount,
    succeededMs: msOf(result.success_time),
    refundId: result.refund_id,
    contradicts: contradictionOf({ amount, out_trade_no: result.out_trade_no }, { out_trade_no: attempt }),
  } satisfies RefundReading)
}

/** What a callback means; the check of the address is about no order. */
export function hear(notice: Notice): Heard | undefined {
  if (notice.type === 'wecom.paid') return hearPaid(notice.resource)
  if (notice.type === 'wecom.refunded') return hearRefunded(notice.resource)
  return undefined
}

function hearPaid(resource: Announced): Heard {
  const { out_trade_no, mchid, appid } = resource
  const reading = readStated(resource, out_trade_no)
  return {
    kind: 'order',
    number: out_trade_no,
    ids: { mchid, appid },
    reading,
    complete: reading.said === 'paid' && reading.amount !== undefined,
  }
}

function hearRefunded(resource: Extract<Notice, { type: 'wecom.refunded' }>['resource']): Heard {
  const { out_refund_no, mchid, refund_status, refund_id, success_time } = resource
  const said = refundStanding(refund_status)
  const minor: number | undefined = resource.amount?.refund
  const complete = said !== undefined && minor !== undefined
  return {
    kind: 'refund',
    number: out_refund_no,
    ids: { mchid },
    complete,
    reading: given({
      about: 'refund',
      number: out_refund_no,
      // What it does not prove is asked for.
      said: complete ? said : 'unclear',
      word: refund_status,
      step: refundStep,
      // Renminbi is the only currency here, so the notice does not name it.
      amount: complete ? { minor, currency: 'CNY' } : undefined,
      succeededMs: msOf(success_time),
      refundId: refund_id,
    } satisfies RefundReading),
  }
}
