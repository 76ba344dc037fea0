/** Refunds of a mixed order (MI 7): cash by a refund, insurance by the bureau and a report to WeChat Pay. */
import { operations } from '@chadan/protocol'
import type { Amount } from '../../order/amount.ts'
import { factsAboutRefund } from '../../order/derive-refund.ts'
import type { Order, Refund } from '../../order/order.ts'
import type { RefundReading } from '../../order/reading.ts'
import { given, type Loose } from '../details.ts'
import {
  type Context,
  type ErrandKind,
  errand,
  type PlannedErrand,
  type Question,
  question,
  type RefundOpening,
  type RefundRequest,
  RuleBroken,
} from '../product.ts'
import { checkPace } from '../refund-rules.ts'
import { cashRefundErrand, cashRefundKind, findRefundQuestion, refundStep } from '../refunds.ts'
import { type Share, sharesOf } from '../shares.ts'
import type { MedInsOrder } from './readings.ts'

const reportStep = 'report'
const figures = ['med_refund_gov_fee', 'med_refund_self_fee', 'med_refund_other_fee'] as const
const paidFigures = {
  med_refund_gov_fee: 'med_ins_gov_fee',
  med_refund_self_fee: 'med_ins_self_fee',
  med_refund_other_fee: 'med_ins_other_fee',
} as const
const reported = [...figures, 'med_refund_total_fee', 'refund_time']

/** The kinds of the errands a refund consists of. */
export const errandsOfRefunds: Readonly<Record<string, ErrandKind>> = {
  [refundStep]: cashRefundKind((refund) => ({
    share: shareOf(refund, 'cash'),
    out_trade_no: refund.attempt,
  })),
  // 204: WeChat Pay shows the leg as refunded from now on; no money moved by it.
  [reportStep]: errand(operations.medIns.reportInsuranceRefund, (_, number) =>
    reportReading(number, 'succeeded'),
  ),
}

/** Plans a refund: cash first, then the report of what the bureau has given back, under the same number (MI 7.0). */
export function refund(request: RefundRequest, context: Context): RefundOpening {
  const shares = sharesOf(request)
  const cash = shares.find(({ id }) => id === 'cash')
  const insurance = shares.find(({ id }) => id === 'insurance')
  const number = `R${context.draw()}`
  const own = Object.entries(request.details)
  const details = Object.fromEntries(own.filter(([name]) => !reported.includes(name)))
  if (!insurance && own.some(([name]) => reported.includes(name)))
    throw new RuleBroken(
      'report_without_insurance',
      '/details',
      'found figures of the bureau, expected an insurance part to refund',
    )
  const errands: PlannedErrand[] = []
  if (cash) errands.push(cashErrand({ request, cash, number, details }, context))
  if (insurance) errands.push(reportErrand({ request, insurance, number }))
  return { number, amount: sumOf(shares), parts: shares, errands }
}

function cashErrand(
  { request, cash, number, details }: { request: RefundRequest; cash: Share; number: string; details: Loose },
  { notifyUrl, nowMs }: Context,
): PlannedErrand {
  const { attempt, order, reason } = request
  const part = partOf(request, 'cash')
  checkPace(request, 'cash', { nowMs })
  if (part.state !== 'paid' && part.state !== 'refunded')
    throw new RuleBroken('part_not_paid', '/parts/cash', `found a cash leg that is ${part.state}`)
  return cashRefundErrand({
    number,
    sub_mchid: order.attempts.find((one) => one.number === attempt.number)?.merchant.sub_mchid,
    out_trade_no: attempt.number,
    refund: cash.amount,
    // Of the cash leg alone: the total of the mixed order is refused.
    total: part.amount.minor,
    reason,
    details,
    notifyUrl,
  })
}

function reportErrand({
  request,
  insurance,
  number,
}: {
  request: RefundRequest
  insurance: Share
  number: string
}): PlannedErrand {
  const { attempt, order, details, placed } = request
  const part = partOf(request, 'insurance')
  if (part.state !== 'paid' && part.state !== 'refunded')
    throw new RuleBroken('part_not_paid', '/parts/insurance', `found an insurance leg that is ${part.state}`)
  // The latest report of an order replaces the one before, so a second one would take the first back.
  const before = order.view.refunds.some(
    (one) =>
      one.attempt === attempt.number &&
      one.state !== 'refused' &&
      one.state !== 'closed' &&
      one.parts.some(({ id }) => id === 'insurance'),
  )
  if (before)
    throw new RuleBroken(
      'insurance_reported',
      '/parts/insurance',
      'found an earlier report of this order, expected one at most',
    )
  const { mix_trade_no } = attempt.kept
  if (mix_trade_no === undefined)
    throw new RuleBroken(
      'mixed_number_unknown',
      '/parts/insurance',
      'the mixed order number is not known yet: ask for the order first',
    )
  checkFigures(details, insurance.amount.minor, (placed.create ?? {}) as Loose)
  return {
    step: reportStep,
    operation: operations.medIns.reportInsuranceRefund,
    input: given({
      mix_trade_no,
      sub_mchid: order.attempts.find((one) => one.number === attempt.number)?.merchant.sub_mchid,
      med_refund_total_fee: insurance.amount.minor,
      ...Object.fromEntries(figures.map((name) => [name, details[name]])),
      refund_time: details.refund_time,
      out_refund_no: number,
    }),
  }
}

/** A13 and A14: the figures add up to the refund, and none exceeds what was paid of it. */
function checkFigures(details: Loose, total: number, placed: Loose): void {
  const missing = [...figures, 'refund_time'].find((name) => details[name] === undefined)
  if (missing !== undefined)
    throw new RuleBroken(
      'report_incomplete',
      `/details/${missing}`,
      'found nothing, expected what the bureau gave back and when',
    )
  const stated = details.med_refund_total_fee
  if (stated !== undefined && stated !== total)
    throw new RuleBroken(
      'a13_report_total',
      '/details/med_refund_total_fee',
      `expected ${total}, the refund of this part`,
    )
  const sum = figures.reduce((so, name) => so + Number(details[name]), 0)
  if (sum !== total)
    throw new RuleBroken(
      'a13_report_total',
      '/details',
      `found figures of ${sum}, expected ${total}, the refund of this part`,
    )
  for (const name of figures) {
    const most = Number(placed[paidFigures[name]] ?? 0)
    if (Number(details[name]) > most)
      throw new RuleBroken(
        'a14_report_exceeds',
        `/details/${name}`,
        `found ${Number(details[name])}, expected at most ${most}`,
      )
  }
}

/** Follows the errand that is under way. */
export function askRefund(order: Order, refund: Refund): readonly Question<RefundReading>[] {
  const { number, attempt, errands } = refund
  const sub_mchid = order.attempts.find((one) => one.number === attempt)?.merchant.sub_mchid
  const done = factsAboutRefund(order, number).some(
    ({ reading }) => reading.said === 'succeeded' && reading.step === refundStep,
  )
  const cash = errands.some(({ step }) => step === refundStep)
  if (cash && !done) {
    const share = shareOf(refund, 'cash')
    return [findRefundQuestion(given({ out_refund_no: number, sub_mchid }), { share, out_trade_no: attempt })]
  }
  // A report has no query; what the leg shows is all there is, and the identical report may be made again.
  return [
    question(
      operations.medIns.queryByOutTradeNo,
      given({ out_trade_no: attempt, sub_mchid }),
      ({ med_ins_pay_status }: MedInsOrder) =>
        reportReading(number, med_ins_pay_status === 'MED_INS_PAY_REFUND' ? 'succeeded' : 'not_found'),
    ),
  ]
}

function reportReading(number: string, said: 'succeeded' | 'not_found'): RefundReading {
  // Only a report that is there answers the errand.
  return said === 'succeeded'
    ? { about: 'refund', number, said, word: 'REPORTED', step: reportStep }
    : { about: 'refund', number, said, word: 'not_reported' }
}

function shareOf({ parts }: Pick<Refund, 'parts'>, id: string): Amount | undefined {
  return parts.find((one) => one.id === id)?.amount
}

function partOf({ attempt }: RefundRequest, id: string) {
  const part = attempt.parts.find((one) => one.id === id)
  if (!part) throw new RuleBroken('unknown_part', '/parts', `the order has no ${id} leg`)
  return part
}

function sumOf(shares: readonly Share[]): Amount {
  return {
    minor: shares.reduce((sum, { amount }) => sum + amount.minor, 0),
    currency: shares[0]?.amount.currency ?? 'CNY',
  }
}
