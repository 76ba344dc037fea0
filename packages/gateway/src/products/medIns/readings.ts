/** What messages about a mixed order and its cash order mean. They keep no openid, name or id number. */
import type { notifications, operations, ResourceOf, ResultOfOperation } from '@chadan/protocol'
import { factsAbout, newest } from '../../order/derive-attempt.ts'
import type { Attempt, Order } from '../../order/order.ts'
import type { AttemptReading, Concern, Fact, PartReading } from '../../order/reading.ts'
import type { AttemptView, RefundView } from '../../order/view.ts'
import { given } from '../details.ts'
import { msOf } from '../times.ts'
import { sumOf } from './rules.ts'
import { legSaid, type Standing, type Statuses, standingOf, statusesOf } from './states.ts'

/** The mixed order as create and both queries answer it. */
export type MedInsOrder = ResultOfOperation<typeof operations.medIns.queryByOutTradeNo>
type Paid = ResourceOf<typeof notifications.medIns.paid>
type Cash = Pick<
  ResultOfOperation<typeof operations.cash.queryByOutTradeNo>,
  'trade_state' | 'transaction_id' | 'amount'
>

const CNY = 'CNY'

/** What the mixed order says of an attempt; that it is there answers E1, whatever became of its own answer. */
export function orderReading(
  order: MedInsOrder,
  number: string,
  known?: Pick<Order, 'attempts'>,
): AttemptReading {
  const statuses = statusesOf(order)
  const standing = standingOf(statuses)
  const attempt = known?.attempts.find((one) => one.number === number)
  const contradicts = contradictionOf(order, attempt)
  const isPaid = standing.said === 'paid'
  const concerns = [
    ...(standing.concern && !standing.unlessRefunded ? [concernAt(statuses, standing.concern)] : []),
    // The number was placed with other content: whatever is paid for it is not this order (MI 1.7).
    ...(contradicts !== undefined && !isPaid ? [{ ...otherContent, found: contradicts }] : []),
  ]
  return given({
    ...stated(order, number, statuses, standing),
    step: 'create',
    kept: given({ mix_trade_no: order.mix_trade_no, prepay_id: order.prepay_id }),
    contradicts: isPaid ? contradicts : undefined,
    concerns: concerns.length > 0 ? concerns : undefined,
  })
}

const otherContent = {
  code: 'other_content_under_number',
  suggest: 'close the order and place another: WeChat Pay holds this number with other amounts',
} as const

/** What the notice proves: nothing without both legs and all amounts (X11). */
export function noticeReading(resource: Paid): { reading: AttemptReading; complete: boolean } {
  const statuses = statusesOf(resource)
  const standing = standingOf(statuses)
  const reading = stated(resource, resource.out_trade_no, statuses, standing)
  const complete = standing.said === 'paid' && reading.amount !== undefined
  return {
    complete,
    reading: given({
      ...reading,
      said: complete ? ('paid' as const) : ('unclear' as const),
      kept: given({ mix_trade_no: resource.mix_trade_no }),
      contradicts: complete ? contradictionOf(resource, undefined) : undefined,
    }),
  }
}

type Stated = Pick<
  Paid,
  | 'total_fee'
  | 'med_ins_gov_fee'
  | 'med_ins_self_fee'
  | 'med_ins_other_fee'
  | 'wechat_pay_cash_fee'
  | 'paid_time'
  | 'mix_pay_type'
> & { readonly cash_reduce_detail?: unknown }

function stated(
  order: Stated,
  number: string,
  { mix, self, insurance }: Statuses,
  { said, reason }: Standing,
): AttemptReading {
  const amounts = legAmounts(order)
  const part = (id: 'cash' | 'insurance', word: string): PartReading =>
    given({
      id,
      word,
      said: legSaid(word),
      amount: word === 'NONE' || !amounts ? undefined : { minor: amounts[id], currency: CNY },
    })
  return given({
    about: 'attempt' as const,
    number,
    said,
    word: `${mix} ${self} ${insurance}`,
    reason,
    amount: amounts && {
      minor: (self === 'NONE' ? 0 : amounts.cash) + (insurance === 'NONE' ? 0 : amounts.insurance),
      currency: CNY,
    },
    parts: [part('cash', self), part('insurance', insurance)],
    paidMs: msOf(order.paid_time),
  })
}

/** What the legs come to; `undefined` where a message leaves amounts out that its kind of order has. */
function legAmounts(order: Stated): { cash: number; insurance: number } | undefined {
  const { total_fee, mix_pay_type, wechat_pay_cash_fee: charge } = order
  const shares = [order.med_ins_gov_fee, order.med_ins_self_fee, order.med_ins_other_fee]
  if (total_fee === undefined) return undefined
  if (mix_pay_type !== 'INSURANCE_ONLY' && charge === undefined) return undefined
  if (mix_pay_type !== 'CASH_ONLY' && shares.includes(undefined)) return undefined
  return { cash: charge ?? 0, insurance: shares.reduce<number>((sum, share) => sum + (share ?? 0), 0) }
}

/** A total that is not the one ordered, or not the sum of its own parts (A1). */
function contradictionOf(order: Stated, attempt: Pick<Attempt, 'parts'> | undefined): string | undefined {
  const { total_fee } = order
  const amounts = legAmounts(order)
  if (total_fee === undefined || !amounts) return undefined
  const ordered = attempt?.parts[0]?.terms?.total_fee
  if (ordered !== undefined && ordered !== total_fee) return `total_fee ${total_fee} instead of ${ordered}`
  const reduced = sumOf(order.cash_reduce_detail, 'cash_reduce_fee')
  const sum = amounts.cash + amounts.insurance + (reduced ?? 0)
  return reduced !== undefined && sum !== total_fee
    ? `total_fee ${total_fee} with parts of ${sum}`
    : undefined
}

function concernAt({ mix, self, insurance }: Statuses, concern: Omit<Concern, 'found'>): Concern {
  return { ...concern, found: `WeChat Pay says order ${mix}, cash ${self}, insurance ${insurance}` }
}

/** Whether WeChat Pay ever showed the mixed order. */
export function wasSeen(order: Pick<Order, 'facts'>, number: string): boolean {
  return newestMixed(order, number) !== undefined
}

// Facts of the mixed order have all three statuses as their word.
function newestMixed(order: Pick<Order, 'facts'>, number: string): Fact | undefined {
  return newest(factsAbout(order, number).filter(({ reading }) => reading.word.split(' ').length === 3))
}

/**
 * What the cash order says. Alone it decides nothing but one thing: closed, it can never be paid, so
 * that a mixed order which was never seen, or has failed without money, is over (MI 1.8).
 */
export function cashReading(
  { trade_state, transaction_id, amount }: Cash,
  attempt: Pick<Attempt, 'number'> & Partial<Pick<Attempt, 'errands'>>,
  order?: Order,
): AttemptReading {
  const { number } = attempt
  const seen = order && newestMixed(order, number)
  const closes = trade_state === 'CLOSED' && order !== undefined && isOver(seen)
  const paid = trade_state === 'SUCCESS' || trade_state === 'REFUND'
  const total = amount?.total
  // A second prepay with the same content gives a fresh prepay_id where the first was lost.
  const view = order?.view.attempts.find((one) => one.number === number)
  const lacks = trade_state === 'NOTPAY' && order !== undefined && view?.kept.prepay_id === undefined
  return given({
    about: 'attempt' as const,
    number,
    said: closes ? ('closed' as const) : ('accepted' as const),
    word: trade_state,
    step: lacks ? 'prepay' : undefined,
    lacks: lacks || undefined,
    parts: [
      given({
        id: 'cash',
        word: trade_state,
        said: cashSaid[trade_state as keyof typeof cashSaid] ?? ('unclear' as const),
        amount: total === undefined ? undefined : { minor: total, currency: amount?.currency ?? CNY },
        transactionId: transaction_id,
      }),
    ],
    concerns:
      paid && order && !seen
        ? [
            {
              code: 'cash_paid_without_order',
              found: `the cash order is ${trade_state}, and WeChat Pay has shown no mixed order`,
              suggest: 'refund the cash leg unless the mixed order appears',
            },
          ]
        : undefined,
  })
}

const cashSaid = {
  SUCCESS: 'paid',
  REFUND: 'refunded',
  NOTPAY: 'waiting',
  USERPAYING: 'paying',
  PAYERROR: 'waiting',
  CLOSED: 'closed',
  REVOKED: 'closed',
} as const satisfies Record<string, PartReading['said']>

/** Whether nothing of the mixed order can still be paid once its cash order is closed. */
function isOver(seen: Fact | undefined): boolean {
  if (!seen) return true
  const [mix, self, insurance] = seen.reading.word.split(' ')
  return mix === 'FAIL' && self === 'CREATED' && (insurance === 'FAIL' || insurance === 'NONE')
}

/** Concerns that the newest message alone does not show: those of the mixed order behind a later answer, and refunds of strangers. */
export function concernsOf(
  order: Order,
  { number }: AttemptView,
  refunds: readonly RefundView[],
): readonly Concern[] {
  const seen = newestMixed(order, number)
  if (!seen) return []
  const [mix = '', self = '', insurance = ''] = seen.reading.word.split(' ')
  const standing = standingOf({ mix, self, insurance })
  if (!standing.concern) return []
  const own = refunds.filter((one) => one.attempt === number && one.state !== 'refused')
  const explained = (part: string, word: string) =>
    word !== 'REFUND' || own.some((one) => one.parts.some(({ id }) => id === part))
  if (standing.unlessRefunded && explained('cash', self) && explained('insurance', insurance)) return []
  const { afterMs: _, ...concern } = standing.concern
  // What ages is raised by the reading itself, when its time has come.
  if (standing.concern.afterMs !== undefined) return [...(seen.reading.concerns ?? [])]
  return [concernAt({ mix, self, insurance }, concern)]
}
