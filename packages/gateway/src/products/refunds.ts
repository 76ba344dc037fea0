/** Domestic refunds of paid cash (`refunds.*`): combined sub-orders, and the cash leg of mixed payments. */
import type { Notice } from '@chadan/client'
import { operations, type ResultOfOperation, refundStanding } from '@chadan/protocol'
import type { Amount } from '../order/amount.ts'
import type { Order, Refund } from '../order/order.ts'
import type { RefundReading } from '../order/reading.ts'
import { given, type Loose, membersOf, only } from './details.ts'
import {
  type ErrandKind,
  errand,
  type Heard,
  type PlannedErrand,
  type Question,
  question,
} from './product.ts'
import { msOf } from './times.ts'

/** The step of a refund that consists of one call. */
export const refundStep = 'refund'

/** One call for money that goes back. */
export interface CashRefund {
  /** `refund` when left out. */
  readonly step?: string | undefined
  /** `out_refund_no`. */
  readonly number: string
  readonly sub_mchid?: string | undefined
  /** Of the paid order or sub-order. */
  readonly out_trade_no: string
  /** To give back. */
  readonly refund: Amount
  /** What the order, sub-order or cash leg was paid with. */
  readonly total: number
  readonly reason?: string | undefined
  /** `funds_account`, `goods_detail`, `from`. */
  readonly details: Loose
  readonly notifyUrl: string
}

/** The errand of a domestic refund. It always says where the notice goes: else it may come as old XML (X18). */
export function cashRefundErrand(refund: CashRefund): PlannedErrand {
  const { from, ...more } = only(refund.details, ['funds_account', 'goods_detail', 'from'])
  return {
    step: refund.step ?? refundStep,
    operation: operations.refunds.create,
    input: given({
      ...more,
      sub_mchid: refund.sub_mchid,
      out_trade_no: refund.out_trade_no,
      out_refund_no: refund.number,
      reason: refund.reason,
      notify_url: refund.notifyUrl,
      amount: given({ refund: refund.refund.minor, total: refund.total, currency: 'CNY', from }),
    }),
  }
}

/** What a refund's message is compared with, beyond the whole amount. */
export interface Expected {
  readonly step?: string | undefined
  /** What this call gives back; compared where a refund consists of several calls. */
  readonly share?: Amount | undefined
  /** The number of the order it goes back from. */
  readonly out_trade_no?: string | undefined
}

/** The kind of the errand made by `cashRefundErrand`. `expect` says what its answer must agree with. */
export function cashRefundKind(expect: (refund: Refund, order: Order) => Expected = () => ({})): ErrandKind {
  return errand(operations.refunds.create, (result, number, order) => {
    const refund = order.refunds.find((one) => one.number === number)
    return cashRefundReading(result, number, refund ? expect(refund, order) : {})
  })
}

/** Asks for a refund by `out_refund_no`; the reading is about `number`, where that is another one. */
export function findRefundQuestion(
  refund: {
    readonly out_refund_no: string
    readonly sub_mchid?: string | undefined
    readonly number?: string
  },
  expected: Expected = {},
): Question<RefundReading> {
  const { out_refund_no, sub_mchid, number = out_refund_no } = refund
  return question(operations.refunds.find, given({ out_refund_no, sub_mchid }), (result) =>
    cashRefundReading(result, number, expected),
  )
}

type Answered = ResultOfOperation<typeof operations.refunds.find>

/** What an answer of `refunds.create` or `refunds.find` means. */
export function cashRefundReading(
  { status, refund_id, success_time, amount, out_trade_no }: Answered,
  number: string,
  expected: Expected = {},
): RefundReading {
  const stated = { minor: amount.refund, currency: amount.currency ?? 'CNY' }
  return given({
    about: 'refund',
    number,
    said: refundStanding(status) ?? 'unclear',
    word: status,
    step: expected.step ?? refundStep,
    amount: stated,
    succeededMs: msOf(success_time),
    refundId: refund_id,
    contradicts: contradictionOf({ amount: stated, out_trade_no }, expected),
  } satisfies RefundReading)
}

/** What a message about a refund says that was not ordered. */
export function contradictionOf(
  found: { readonly amount: Amount; readonly out_trade_no: string },
  { share, out_trade_no }: Expected,
): string | undefined {
  if (out_trade_no !== undefined && found.out_trade_no !== out_trade_no) return 'a refund of another order'
  if (share && (found.amount.minor !== share.minor || found.amount.currency !== share.currency))
    return `${found.amount.minor} ${found.amount.currency} instead of ${share.minor} ${share.currency}`
  return undefined
}

/** Where a refund notice belongs, and what it proves. */
export interface NoticePlace {
  readonly number: string
  readonly step?: string | undefined
  /** `ask`: the notice alone proves nothing here (a refund of several calls, a currency it does not state). */
  readonly proof?: 'notice' | 'ask' | undefined
}

/**
 * What `refunds.succeeded`, `.abnormal` and `.closed` mean; `undefined` for other notices.
 * `place` finds the refund behind `out_refund_no`, which is its number when left out.
 */
export function refundNoticeReading(
  notice: Notice,
  place: (out_refund_no: string, currency: string | undefined) => NoticePlace = (number) => ({ number }),
): Heard | undefined {
  if (
    notice.type !== 'refunds.succeeded' &&
    notice.type !== 'refunds.abnormal' &&
    notice.type !== 'refunds.closed'
  )
    return undefined
  const { resource } = notice
  const currency = membersOf(resource.amount).currency as string | undefined
  const { number, step = refundStep, proof = 'notice' } = place(resource.out_refund_no, currency)
  const minor: number | undefined = resource.amount?.refund
  const complete = proof === 'notice' && minor !== undefined
  const said = refundStanding(resource.refund_status)
  return {
    kind: 'refund',
    number,
    ids: given({ mchid: resource.mchid ?? resource.sp_mchid, sub_mchid: resource.sub_mchid }),
    complete: complete && said !== undefined,
    reading: given({
      about: 'refund',
      number,
      // What it alone does not prove is asked for.
      said: (complete ? said : undefined) ?? 'unclear',
      word: resource.refund_status,
      step,
      amount: !complete ? undefined : { minor, currency: currency ?? 'CNY' },
      succeededMs: msOf(resource.success_time),
      refundId: resource.refund_id,
    } satisfies RefundReading),
  }
}
