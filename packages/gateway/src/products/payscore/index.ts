/** PayScore service orders of overseas institutions (境外支付分): used first, paid afterwards. */
import type { Notice } from '@chadan/client'
import { operations } from '@chadan/protocol'
import { given } from '../details.ts'
import { call, type Heard, type Product, question } from '../product.ts'
import { refundNoticeReading } from '../refunds.ts'
import { apiv3FenceMs, askMs, askRefundMs } from '../timing.ts'
import { completeAct, createdLivesMs, createKind, laterKinds, open, syncAct, unanswered } from './placing.ts'
import { askRefund, refund, refundKind } from './refunds.ts'
import { answering, readStated } from './states.ts'

const filled = [
  'service_id',
  'sub_mchid',
  'appid',
  'sub_appid',
  'out_order_no',
  'need_user_confirm',
  'notify_url',
] as const

/**
 * PayScore service orders. The amount is 0 until the act `complete` names it; the act `sync` reports a
 * payment made elsewhere.
 */
export const payscore: Product = {
  id: 'payscore',
  title: 'PayScore service orders overseas (境外支付分)',
  details: [{ operation: operations.payscore.create, filled }],
  open,
  errands: { create: createKind, refund: refundKind, ...laterKinds },
  ask: (order, attempt) => {
    const { number, merchant, amount } = attempt
    const { service_id = '', sub_mchid = '' } = merchant
    const act = unanswered(order, attempt)
    return [
      question(operations.payscore.query, { service_id, sub_mchid, out_order_no: number }, (result) =>
        answering(
          readStated(result, number, amount.currency),
          act && { step: act.step, minor: amount.minor },
        ),
      ),
    ]
  },
  askRefund,
  close: (_order, { number, merchant, closing }) => {
    const { service_id = '', sub_mchid = '', appid, sub_appid } = merchant
    const reason = (closing?.reason ?? 'cancelled').slice(0, 50)
    // With both appids, later calls name the sub-merchant's (D16).
    const named = given({ service_id, sub_mchid, appid: sub_appid ?? appid, reason })
    return call(operations.payscore.cancel, { ...named, out_order_no: number })
  },
  // Notices of refunds may leave out the currency; then they only make us ask (X11).
  hear: (notice) =>
    refundNoticeReading(notice, (number, currency) => ({ number, proof: currency ? 'notice' : 'ask' })) ??
    hearOrder(notice),
  async handover(attempt, _placed, { invocations, nowMs, placedMs }) {
    const expiresMs = placedMs + createdLivesMs
    const { package: opaque } = attempt.kept
    if (attempt.state !== 'awaiting_payment' || !opaque || nowMs >= expiresMs) return undefined
    return { scene: 'payscore', parameters: { ...invocations.payscore({ package: opaque }) }, expiresMs }
  },
  refund,
  acts: { complete: completeAct, sync: syncAct },
  timing: {
    expiresMs: createdLivesMs,
    // What was completed elsewhere is collected, however old the order is.
    expiryEnds: 'waiting',
    askMs,
    askRefundMs,
    closeNotBeforeMs: 0,
    fenceMs: apiv3FenceMs,
    fence: 'place',
    handoverLost: 'place',
  },
}

function hearOrder(notice: Notice): Heard | undefined {
  if (notice.type !== 'payscore.confirmed' && notice.type !== 'payscore.paid') return undefined
  const { service_id, mchid, sub_mchid, appid, sub_appid, out_order_no } = notice.resource
  const reading = readStated(notice.resource, out_order_no)
  return {
    kind: 'order',
    number: out_order_no,
    ids: given({ service_id, mchid, sub_mchid, appid, sub_appid }),
    reading,
    complete: reading.said === 'in_service' || (reading.said === 'paid' && reading.amount !== undefined),
  }
}
