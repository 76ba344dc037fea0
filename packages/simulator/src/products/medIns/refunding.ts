/** The report that the bureau has refunded: books nothing, shows the leg as refunded. */
import { type InputOfOperation, operations } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { byMixNumber, problemsOf, refuseBreach, refuseMalformed } from './access.ts'
import type { MedInsOrder } from './orders.ts'

type Reported = Omit<InputOfOperation<typeof operations.medIns.reportInsuranceRefund>, 'mix_trade_no'>

/** Keeps the report; the latest counts. */
export function report(world: World, caller: Merchant, mixTradeNo: string, body: Reported): undefined {
  const problems = problemsOf(operations.medIns.reportInsuranceRefund, caller, body)
  refuseMalformed(problems)
  const order = byMixNumber(world, caller, mixTradeNo, body.sub_mchid)
  refuseBreach(problems)
  const limit = limitOf(order, body)
  if (limit) throw new Refusal('RULE_LIMIT', limit)
  order.reports.push({
    total: body.med_refund_total_fee,
    gov: body.med_refund_gov_fee,
    self: body.med_refund_self_fee,
    other: body.med_refund_other_fee,
    refundTime: body.refund_time,
    outRefundNo: body.out_refund_no,
  })
}

/** Why this order has no such refund. */
function limitOf({ legs, body }: MedInsOrder, reported: Reported): string | undefined {
  if (legs.insurance === 'NONE') return '订单没有医保部分'
  if (legs.insurance !== 'SUCCESS') return '医保部分不是可退款状态'
  const tooMuch =
    reported.med_refund_gov_fee > (body.med_ins_gov_fee ?? 0) ||
    reported.med_refund_self_fee > (body.med_ins_self_fee ?? 0) ||
    reported.med_refund_other_fee > (body.med_ins_other_fee ?? 0)
  return tooMuch ? '退款金额超过医保支付金额' : undefined
}
