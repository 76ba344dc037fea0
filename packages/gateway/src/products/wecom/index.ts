/** External payment in WeCom (企业微信 · 对外收款) for mini programs. */
import { operations } from '@chadan/protocol'
import { given, only } from '../details.ts'
import { call, errand, type Product, question } from '../product.ts'
import { checkPace } from '../refund-rules.ts'
import { refundStep } from '../refunds.ts'
import { sharesOf } from '../shares.ts'
import { askMs, askRefundMs, ms } from '../timing.ts'
import { refundedElsewhere } from '../trade-states.ts'
import { createKind, defaultExpiryMs, handover, open } from './placing.ts'
import { cashId, hear, readRefund, readStated } from './readings.ts'

const filled = ['appid', 'mchid', 'out_trade_no', 'amount.currency'] as const

/** A token is good for two hours, so a copy of a request dies with it (X9). */
const tokenLivesMs = 2 * ms.hour

/** External payment in WeCom. Its answers are believed by their channel: the dialect has nothing better. */
export const wecom: Product = {
  id: 'wecom',
  title: 'External payment in WeCom (企业微信对外收款)',
  details: [{ operation: operations.wecom.createOrder, filled }],
  open,
  errands: {
    create: createKind,
    // The answer says only that the refund was accepted.
    [refundStep]: errand(operations.wecom.refund, (_result, number) => ({
      about: 'refund',
      number,
      said: 'accepted',
      word: 'PROCESSING',
      step: refundStep,
    })),
  },
  ask: (_order, attempt) => {
    const { number, merchant } = attempt
    return [
      question(operations.wecom.getOrder, { mchid: merchant.mchid ?? '', out_trade_no: number }, (result) =>
        readStated(result, number, attempt),
      ),
    ]
  },
  askRefund: (order, one) => {
    const mchid = order.attempts.find((each) => each.number === one.attempt)?.merchant.mchid ?? ''
    return [
      question(operations.wecom.getRefundDetail, { mchid, out_refund_no: one.number }, (result) =>
        readRefund(result, one),
      ),
    ]
  },
  close: (_order, { number, merchant }) =>
    call(operations.wecom.closeOrder, { mchid: merchant.mchid ?? '', out_trade_no: number }),
  hear,
  handover,
  refund(request, context) {
    const { order, attempt, reason } = request
    const parts = sharesOf(request)
    checkPace(request, cashId, { nowMs: context.nowMs, betweenMs: ms.minute })
    const { mchid, appid } = order.attempts.find((one) => one.number === attempt.number)?.merchant ?? {}
    const { currency } = attempt.amount
    const minor = parts.reduce((sum, one) => sum + one.amount.minor, 0)
    const number = `R${context.draw()}`
    const input = given({
      ...only(request.details, ['funds_account']),
      mchid,
      appid,
      out_trade_no: attempt.number,
      out_refund_no: number,
      reason,
      amount: { refund: minor, total: attempt.amount.minor, currency },
    })
    const errands = [{ step: refundStep, operation: operations.wecom.refund, input }]
    return { number, amount: { minor, currency }, parts, errands }
  },
  concerns: (_order, attempt, refunds) => refundedElsewhere(attempt, refunds),
  timing: {
    expiresMs: defaultExpiryMs,
    askMs,
    askRefundMs,
    closeNotBeforeMs: 5 * ms.minute,
    fenceMs: tokenLivesMs + 10 * ms.minute,
    fence: 'place',
    handoverLost: 'place',
  },
}
