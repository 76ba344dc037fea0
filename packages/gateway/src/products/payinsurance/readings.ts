/** What messages about an insurance order and its refund mean. They keep no openid, name or id number. */
import type { notifications, operations, ResourceOf, ResultOfOperation } from '@chadan/protocol'
import { factsAbout, newest } from '../../order/derive-attempt.ts'
import type { Attempt, Order, Refund } from '../../order/order.ts'
import type { AttemptReading, Concern, Fact, RefundReading } from '../../order/reading.ts'
import type { AttemptView, RefundView } from '../../order/view.ts'
import { given } from '../details.ts'
import { contradictionOf, orderedTerms, type Paid, paidLegs } from './money.ts'
import { msOfStamp } from './stamps.ts'
import { legSaid, refundStandingOf, standingOf, type Triple } from './states.ts'

const CNY = 'CNY'

/** What a query answers. */
export type Queried = ResultOfOperation<typeof operations.payinsurance.queryOrder>

/** What a query says of an attempt; that the order is there answers nothing about its `pay_url`, which no query repeats. */
export function queryReading(found: Queried, attempt: Attempt): AttemptReading {
  const triple = tripleOf(found)
  const standing = standingOf(triple)
  const terms = orderedTerms(attempt)
  const contradicts =
    standing.said !== 'paid'
      ? undefined
      : found.hosp_out_trade_no !== attempt.number
        ? 'another order'
        : terms && contradictionOf(found, terms)
  return given({
    ...stated(found, attempt.number, triple),
    said: standing.said,
    reason: standing.reason,
    settled: terms && contradicts === undefined ? (true as const) : undefined,
    contradicts,
    kept: given({ med_trans_id: found.med_trans_id }),
    concerns: standing.concern && !standing.unless ? [concernAt(triple, standing.concern)] : undefined,
  })
}

type Notified = ResourceOf<typeof notifications.payinsurance.notified>

/**
 * What a notice proves: that a cash-only order is paid. With insurance only a query tells the state of
 * both legs (`pay_type` 3), and holds what the bureau changed to the order's terms (X11).
 */
export function noticeReading(notice: Notified): { reading: AttemptReading; complete: boolean } {
  const { result_code, pay_type, hosp_out_trade_no: number } = notice
  const complete = result_code === 'SUCCESS' && pay_type === 1 && paidLegs(notice) !== undefined
  const triple = {
    med: result_code ?? '?',
    cash: complete ? 'SUCCESS' : '?',
    insurance: complete ? '-' : '?',
  }
  return {
    complete,
    reading: complete
      ? { ...stated(notice, number, triple), said: 'paid' }
      : given({
          about: 'attempt' as const,
          number,
          said: 'unclear' as const,
          word: `notice ${result_code ?? '?'}`,
          kept: given({ med_trans_id: notice.med_trans_id }),
        }),
  }
}

function stated(
  found: Paid & {
    readonly time_end?: string | undefined
    readonly cash_order_id?: string | undefined
    readonly insurance_order_id?: string | undefined
  },
  number: string,
  { med, cash, insurance }: Triple,
): AttemptReading {
  const legs = paidLegs(found)
  const part = (id: 'cash' | 'insurance', word: string, transactionId: string | undefined) =>
    given({
      id,
      word,
      said: legSaid(word),
      amount: legs && { minor: legs[id], currency: CNY },
      transactionId,
    })
  return given({
    about: 'attempt' as const,
    number,
    said: 'unclear' as const,
    word: `${med} ${cash} ${insurance}`,
    amount: legs && { minor: legs.cash + legs.insurance, currency: CNY },
    parts: [part('cash', cash, found.cash_order_id), part('insurance', insurance, found.insurance_order_id)],
    paidMs: msOfStamp(found.time_end),
  })
}

/** The states with what `pay_type` says of the legs: a leg that does not exist is `-`, one that is not told `?`. */
export function tripleOf(found: {
  readonly med_trade_state?: string | undefined
  readonly cash_trade_status?: string | undefined
  readonly insurance_trade_status?: string | undefined
  readonly pay_type?: number | undefined
}): Triple {
  const { pay_type } = found
  return {
    med: found.med_trade_state ?? '?',
    cash: found.cash_trade_status ?? (pay_type === 2 ? '-' : '?'),
    insurance: found.insurance_trade_status ?? (pay_type === 1 ? '-' : '?'),
  }
}

function concernAt({ med, cash, insurance }: Triple, concern: Omit<Concern, 'found'>): Concern {
  return { ...concern, found: `WeChat says order ${med}, cash ${cash}, insurance ${insurance}` }
}

/** What placing answered: where to pay. Nothing gives it again. */
export function placedReading(
  { med_trans_id, pay_url, pay_appid }: ResultOfOperation<typeof operations.payinsurance.unifiedOrder>,
  number: string,
): AttemptReading {
  const kept = given({ med_trans_id, pay_url, pay_appid })
  return { about: 'attempt', number, said: 'accepted', step: 'create', word: 'SUCCESS', kept }
}

/** The step of the one refund. */
export const refundStep = 'refund'

/** An accepted application; its end is asked for. */
export function appliedReading(
  found: ResultOfOperation<typeof operations.payinsurance.refund>,
  number: string,
  order: Order,
): RefundReading {
  return refundReading(
    found,
    'accepted',
    number,
    order.refunds.find((one) => one.number === number),
  )
}

/** What a query says of a refund. */
export function refundQueryReading(
  found: ResultOfOperation<typeof operations.payinsurance.queryRefund>,
  refund: Refund,
): RefundReading {
  const [total, cash, insurance] = [
    found.med_refund_state ?? '?',
    found.cash_refund_statuses ?? '-',
    found.insurance_refund_status ?? '-',
  ]
  const { said, concern } = refundStandingOf(total, cash, insurance)
  const { number } = refund
  const another =
    found.hosp_out_refund_no !== undefined && found.hosp_out_refund_no !== number
      ? 'another refund'
      : undefined
  const reading = refundReading(found, said, number, refund)
  return given({
    ...reading,
    word: `${total} ${cash} ${insurance}`,
    succeededMs: said === 'succeeded' ? msOfStamp(found.refund_end_time) : undefined,
    contradicts: another ?? reading.contradicts,
    concerns: concern
      ? [{ ...concern, found: `WeChat says refund ${total}, cash ${cash}, insurance ${insurance}` }]
      : undefined,
  })
}

function refundReading(
  found: {
    readonly cash_refund_fee?: number | undefined
    readonly insurance_refund_fee?: number | undefined
    readonly med_refund_id?: string | undefined
  },
  said: RefundReading['said'],
  number: string,
  refund: Pick<Refund, 'parts'> | undefined,
): RefundReading {
  const { cash_refund_fee: cash, insurance_refund_fee: insurance } = found
  const told = cash !== undefined || insurance !== undefined
  const ordered = (id: string) => refund?.parts.find((one) => one.id === id)?.amount.minor ?? 0
  const wrong = (id: string, fee: number | undefined) =>
    refund && fee !== undefined && fee !== ordered(id) ? `${id} ${fee} instead of ${ordered(id)}` : undefined
  return given({
    about: 'refund' as const,
    number,
    said,
    word: said === 'accepted' ? 'SUCCESS' : said,
    step: refundStep,
    // One that is left out has nothing to give back, or it would be told.
    amount: told
      ? { minor: (cash ?? ordered('cash')) + (insurance ?? ordered('insurance')), currency: CNY }
      : undefined,
    refundId: found.med_refund_id,
    contradicts: wrong('cash', cash) ?? wrong('insurance', insurance),
  })
}

/** Concerns that depend on what was refunded here. */
export function concernsOf(
  order: Order,
  { number }: AttemptView,
  refunds: readonly RefundView[],
): readonly Concern[] {
  const own = refunds.filter((one) => one.attempt === number)
  const halves = own.flatMap(({ state, word = '' }) => {
    const suggest = state === 'refused' ? halfDone[word] : undefined
    const found = `the refund was refused with ${word}`
    return suggest === undefined ? [] : [{ code: `refund_refused_${word}`, found, suggest }]
  })
  return [...unexplained(order, number, own), ...halves]
}

const halfDone: Readonly<Record<string, string>> = {
  553: 'the bureau refused its leg: query both legs, then send the same refund again',
  556: 'mostly the balance is too low: fill it up, query the insurance leg, then send the same refund again',
  558: 'another refund number was used for this order: query the refund by the order number',
}

function unexplained(order: Order, number: string, own: readonly RefundView[]): readonly Concern[] {
  const seen = newestQuery(order, number)
  const [med = '', cash = '', insurance = ''] = seen?.reading.word.split(' ') ?? []
  const { concern, unless } = standingOf({ med, cash, insurance })
  const going = own.filter(({ state }) => state !== 'refused')
  const cashAlone = going.some(({ parts }) => parts.every(({ id }) => id === 'cash'))
  const explained = unless === 'cash_refunded' ? cashAlone : going.length > 0
  // What the newest query says stands, even where an acceptance was heard in the same moment.
  const said = seen?.reading.concerns ?? []
  const found = concern && unless && !explained ? [concernAt({ med, cash, insurance }, concern)] : said
  const elsewhere = med === 'REFUND' && going.length === 0 && unless === undefined
  return elsewhere
    ? [
        concernAt(
          { med, cash, insurance },
          {
            code: 'refunded_elsewhere',
            suggest: 'find out who refunded it (the merchant console) and book it',
          },
        ),
      ]
    : found
}

function newestQuery(order: Pick<Order, 'facts'>, number: string): Fact | undefined {
  return newest(factsAbout(order, number).filter(({ by }) => by === 'payinsurance.queryOrder'))
}
