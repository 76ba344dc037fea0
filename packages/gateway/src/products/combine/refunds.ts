/** Money of sub-orders going back: one call for each, by the merchant that may make it. */
import { operations, type ResultOfOperation, refundStanding } from '@chadan/protocol'
import type { Order, PartPlan, Refund } from '../../order/order.ts'
import type { RefundReading } from '../../order/reading.ts'
import { given, only } from '../details.ts'
import {
  type Context,
  type ErrandKind,
  type PlannedErrand,
  type Product,
  type Question,
  question,
  type RefundRequest,
  RuleBroken,
} from '../product.ts'
import { checkPace } from '../refund-rules.ts'
import {
  cashRefundErrand,
  cashRefundReading,
  contradictionOf,
  findRefundQuestion,
  type NoticePlace,
  refundStep,
} from '../refunds.ts'
import { type Share, sharesOf } from '../shares.ts'
import { msOf } from '../times.ts'

const maxSubOrders = 50

/** Plans one call for each sub-order that gives money back. */
export const refund: Product['refund'] = (request, context) => {
  const parts = partsOf(request.order, request.attempt.number)
  const shares = sharesOf(request)
  for (const { id } of shares) checkPace(request, id, context)
  const number = `R${context.draw()}`
  return {
    number,
    amount: {
      minor: shares.reduce((sum, one) => sum + one.amount.minor, 0),
      currency: request.attempt.amount.currency,
    },
    parts: shares,
    errands: shares.map((share) => {
      const at = parts.findIndex((one) => one.id === share.id)
      const part = parts[at]
      if (!part) throw new RuleBroken('unknown_part', '/parts', 'found a part that the order does not have')
      const step = shares.length === 1 ? refundStep : `${refundStep}_${at + 1}`
      return errandOf({ request, context, part, share, step, out_refund_no: numberOf(number, step) })
    }),
  }
}

/** `refund` is the only call; `refund_2` gives back the second sub-order's share, under a number of its own. */
function numberOf(number: string, step: string): string {
  return `${number}${step.slice(refundStep.length)}`
}

/** Which refund stands behind a number. Of several calls, each notice is only a reason to ask. */
export function placeOf(out_refund_no: string): NoticePlace {
  const several = /^(R[0-9A-Za-z]+)(_[0-9]{1,2})$/.exec(out_refund_no)
  if (!several?.[1]) return { number: out_refund_no }
  return { number: several[1], step: `${refundStep}${several[2]}`, proof: 'ask' }
}

interface Wanted {
  readonly request: RefundRequest
  readonly context: Context
  readonly part: PartPlan
  readonly share: Share
  readonly step: string
  readonly out_refund_no: string
}

function errandOf(wanted: Wanted): PlannedErrand {
  const { request, context, part, share, step, out_refund_no } = wanted
  const { mchid, individual_auth_id } = part.merchant ?? {}
  if (request.details.sp_appid !== undefined || individual_auth_id !== undefined)
    return platformErrand(wanted)
  // A sub-order of another merchant is refunded by that merchant: the initiator may not.
  if (context.signer.mode === 'direct' && mchid !== context.signer.mchid)
    throw new RuleBroken(
      'other_merchants_refund',
      '/parts',
      'found a sub-order of another merchant, which only a signer of that merchant can refund',
    )
  return cashRefundErrand({
    step,
    number: out_refund_no,
    sub_mchid: context.signer.mode === 'partner' ? part.merchant?.sub_mchid : undefined,
    out_trade_no: part.id,
    refund: share.amount,
    total: part.amount.minor,
    reason: request.reason,
    details: request.details,
    notifyUrl: context.notifyUrl,
  })
}

/** By an e-commerce platform: the details name its `sp_appid`, or an individual was paid. */
function platformErrand({ request, context, part, share, step, out_refund_no }: Wanted): PlannedErrand {
  const { sub_mchid, sub_appid, individual_auth_id } = part.merchant ?? {}
  const { from, ...details } = only(request.details, ['sp_appid', 'refund_account', 'funds_account', 'from'])
  const viewed = request.attempt.parts.find((one) => one.id === part.id)
  const { combine_transaction_id } = request.attempt.kept
  const individual = individual_auth_id !== undefined
  if (individual && !(viewed?.transactionId && combine_transaction_id))
    throw new RuleBroken(
      'transaction_unknown',
      '/parts',
      'an individual is refunded by the numbers of WeChat Pay, which no answer has given yet: query the order first',
    )
  return {
    step,
    operation: operations.ecommerceRefunds.create,
    input: given({
      ...details,
      sp_appid: details.sp_appid ?? context.tenant.appid ?? context.signer.appid,
      ...(individual
        ? { individual_auth_id, combine_transaction_id, transaction_id: viewed?.transactionId }
        : { sub_mchid, sub_appid }),
      out_trade_no: part.id,
      out_refund_no,
      reason: request.reason,
      notify_url: context.notifyUrl,
      amount: given({ refund: share.amount.minor, total: part.amount.minor, currency: 'CNY', from }),
    }),
  }
}

/** What the answers to the calls mean, by step. */
export const refundKinds: Readonly<Record<string, ErrandKind>> = Object.fromEntries(
  [refundStep, ...Array.from({ length: maxSubOrders }, (_, at) => `${refundStep}_${at + 1}`)].map((step) => [
    step,
    kindOf(step),
  ]),
)

function kindOf(step: string): ErrandKind {
  return {
    read(result, number, order) {
      const one = order.refunds.find((each) => each.number === number)
      const expected = one ? expectedOf(order, one, step) : { step }
      // The answer to a platform says only that the refund was accepted.
      const accepted = result as ResultOfOperation<typeof operations.ecommerceRefunds.create>
      if (!('status' in accepted))
        return {
          about: 'refund',
          number,
          said: 'accepted',
          word: 'PROCESSING',
          step,
          refundId: accepted.refund_id,
        }
      return cashRefundReading(
        result as ResultOfOperation<typeof operations.refunds.create>,
        number,
        expected,
      )
    },
  }
}

/** The sub-order behind a step of a refund, and what it gives back. */
function expectedOf(order: Order, one: Refund, step: string) {
  const parts = partsOf(order, one.attempt)
  const at = Number(step.slice(refundStep.length + 1))
  const id = at > 0 ? parts[at - 1]?.id : one.parts[0]?.id
  const share = one.parts.find((each) => each.id === id)?.amount
  return { step, share, out_trade_no: id, part: parts.find((each) => each.id === id) }
}

/** Asks for the call that was sent last: those before it have ended, those behind it are not sent. */
export const askRefund: Product['askRefund'] = (order, one) => {
  const errand = one.errands.findLast((each) => each.sends > 0)
  if (!errand) return []
  const { part, ...expected } = expectedOf(order, one, errand.step)
  const { sub_mchid, individual_auth_id } = part?.merchant ?? {}
  const out_refund_no = numberOf(one.number, errand.step)
  if (errand.operation === operations.ecommerceRefunds.create.id)
    return [platformQuestion(given({ out_refund_no, sub_mchid, individual_auth_id }), one.number, expected)]
  return [findRefundQuestion(given({ out_refund_no, sub_mchid, number: one.number }), expected)]
}

function platformQuestion(
  input: { out_refund_no: string; sub_mchid?: string; individual_auth_id?: string },
  number: string,
  expected: ReturnType<typeof expectedOf> extends infer E ? Omit<E & object, 'part'> : never,
): Question<RefundReading> {
  return question(operations.ecommerceRefunds.findByOutRefundNo, input, (result) => {
    const amount = { minor: result.amount.refund, currency: result.amount.currency ?? 'CNY' }
    return given({
      about: 'refund',
      number,
      said: refundStanding(result.status) ?? 'unclear',
      word: result.status,
      step: expected.step,
      amount,
      succeededMs: msOf(result.success_time),
      refundId: result.refund_id,
      contradicts: contradictionOf({ amount, out_trade_no: result.out_trade_no }, expected),
    } satisfies RefundReading)
  })
}

function partsOf(order: Order, number: string): readonly PartPlan[] {
  return order.attempts.find((one) => one.number === number)?.parts ?? []
}
