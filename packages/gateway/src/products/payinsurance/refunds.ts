/** The refund of an insurance order (PI 4.5, R1 to R8): one number for its life, insurance whole or not at all. */
import { operations } from '@chadan/protocol'
import type { Order, Refund } from '../../order/order.ts'
import type { RefundReading } from '../../order/reading.ts'
import { given, type Loose, only, textOf } from '../details.ts'
import {
  type Context,
  type Question,
  question,
  type RefundOpening,
  type RefundRequest,
  RuleBroken,
} from '../product.ts'
import { type Share, sharesOf } from '../shares.ts'
import { accountsOf } from './accounts.ts'
import { refundQueryReading, refundStep } from './readings.ts'

const taken = ['request_content', 'cancel_serial_no', 'cancel_bill_no', 'part_refund_type', 'cash_refund_fee']

/** Plans the refund of an order. Throws `RuleBroken`. */
export function refund(request: RefundRequest, _context: Context): RefundOpening {
  const { order, attempt } = request
  const placed = (request.placed.create ?? {}) as Loose
  const details = only(request.details, taken)
  checkState(request)
  const number = numberOf(request)
  const shares = sharesOf(request)
  const { cash, insurance } = checkShares(request, shares)
  const own = order.attempts.find((one) => one.number === attempt.number)
  const insured = attempt.parts.some(({ id, amount }) => id === 'insurance' && amount.minor > 0)
  const type = insured && insurance === 0 ? 'CASH_ONLY' : undefined
  return {
    number,
    amount: { minor: cash + insurance, currency: attempt.amount.currency },
    parts: shares,
    errands: [
      {
        step: refundStep,
        operation: operations.payinsurance.refund,
        input: given({
          ...accountsOf({ merchant: own?.merchant ?? {} }),
          hosp_out_trade_no: attempt.number,
          hosp_out_refund_no: number,
          cancel_serial_no: sameAs(details, 'cancel_serial_no', placed.serial_no),
          cancel_bill_no: sameAs(details, 'cancel_bill_no', placed.bill_no),
          part_refund_type: sameAs(details, 'part_refund_type', type),
          cash_refund_fee: sameAs(details, 'cash_refund_fee', cash > 0 ? cash : undefined),
          request_content: contentOf(details, placed),
        }),
      },
    ],
  }
}

/** Only a paid order is refunded (554); money of a failed or closed one goes back by other ways. */
function checkState({ attempt }: RefundRequest): void {
  if (!['paid', 'partially_refunded', 'refunded'].includes(attempt.state))
    throw new RuleBroken(
      'order_not_refundable',
      '/',
      `found an order that is ${attempt.state}, expected one that is paid`,
    )
}

/** Refusals by which WeChat took no notice of the number: another refund may follow (R1). */
const unnoticed = ['513', '554', '40164', '80001', '80002']

/** `R` and the order's number (R1). Another letter only where WeChat never noted the number before it. */
function numberOf({ order, attempt }: RefundRequest): string {
  const before = order.view.refunds.filter((one) => one.attempt === attempt.number)
  const noted = before.find((one) => one.state !== 'refused' || !unnoticed.includes(one.word ?? ''))
  if (noted && noted.state === 'refused')
    throw new RuleBroken(
      'refund_refused_before',
      '/',
      'found a refund that was refused halfway: send the same one again',
    )
  if (noted)
    throw new RuleBroken(
      'one_refund_only',
      '/',
      'found a refund of this order, expected none: it has one for its life, and the rest stays',
    )
  const letter = 'RSTUVWXYZ'[before.length]
  if (letter === undefined)
    throw new RuleBroken('too_many_refunds', '/', `found ${before.length} refused refunds of this order`)
  return `${letter}${attempt.number}`
}

/** R3 to R6: insurance whole or not at all and never alone, cash up to what was paid. */
function checkShares(
  { attempt }: RefundRequest,
  shares: readonly Share[],
): { cash: number; insurance: number } {
  const minor = (id: string) => shares.find((one) => one.id === id)?.amount.minor ?? 0
  const paid = (id: string) => attempt.parts.find((one) => one.id === id)?.amount.minor ?? 0
  const [cash, insurance] = [minor('cash'), minor('insurance')]
  if (insurance !== 0 && insurance !== paid('insurance'))
    throw new RuleBroken(
      'r3_insurance_whole',
      '/parts/insurance',
      `found ${insurance}, expected ${paid('insurance')} or nothing`,
    )
  if (insurance > 0 && cash === 0 && paid('cash') > 0)
    throw new RuleBroken(
      'r4_insurance_alone',
      '/parts',
      'found insurance alone, expected cash with it: there is no way to ask for less',
    )
  if (cash > paid('cash'))
    throw new RuleBroken('r4_cash_exceeds', '/parts/cash', `found ${cash}, expected at most ${paid('cash')}`)
  return { cash, insurance }
}

/** What follows from the order (R8: both cancel numbers) or from the parts; where it is given, it must be the same. */
function sameAs(details: Loose, name: string, follows: unknown): unknown {
  const asked = details[name]
  if (asked !== undefined && asked !== follows)
    throw new RuleBroken(
      'detail_differs',
      `/details/${name}`,
      'found another value than follows from the order and the parts',
    )
  return follows
}

/** What goes through to the bureau: as given, else as with the order, with the type of the order in it. */
function contentOf(details: Loose, placed: Loose): unknown {
  const text = textOf(details, 'request_content') ?? textOf(placed, 'request_content')
  if (details.request_content !== undefined && typeof details.request_content !== 'string')
    return details.request_content
  const content = parsed(text)
  if (!content) return text
  const { paytype = placed.order_type, ...rest } = content
  if (paytype !== placed.order_type)
    throw new RuleBroken(
      'detail_differs',
      '/details/request_content',
      'found another paytype than the order has',
    )
  return JSON.stringify({ paytype, ...rest })
}

function parsed(text: string | undefined): Loose | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : undefined
  } catch {
    // The field's own check names what is no JSON.
    return undefined
  }
}

/** Asks for the refund by its number. */
export function askRefund(order: Order, refund: Refund): readonly Question<RefundReading>[] {
  const merchant = order.attempts.find((one) => one.number === refund.attempt)?.merchant ?? {}
  const input = { ...accountsOf({ merchant }), hosp_out_refund_no: refund.number }
  return [question(operations.payinsurance.queryRefund, input, (found) => refundQueryReading(found, refund))]
}
