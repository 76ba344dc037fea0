/** What becomes of accepted refunds, and who is told. */
import { notifications } from '@chadan/protocol'
import { ActionRefused } from '../../product.ts'
import { plannedRefundOutcome } from '../../refund-outcomes.ts'
import type { World } from '../../world.ts'
import { moves, paymentOf, type Refund, refundById } from './records.ts'

const { succeeded, abnormal, closed } = notifications.refunds

/** What a refund under way can come to. */
export type Outcome = keyof (typeof moves)['PROCESSING']

const notices = {
  SUCCESS: { notification: succeeded, summary: '退款成功' },
  ABNORMAL: { notification: abnormal, summary: '退款异常' },
  CLOSED: { notification: closed, summary: '退款关闭' },
} as const

/** Lets the refund come to its end after the usual time. */
export function settleLater(world: World, { refundId, details }: Refund): void {
  world.later(world.switches.settlingMs, 'refunds.settle', { refundId, round: details.round })
}

/** The usual time has passed. */
export function settleDue(world: World, { refundId, round }: { refundId: string; round: number }): void {
  const refund = refundById(world, refundId)
  if (refund?.state !== 'PROCESSING' || refund.details.round !== round) return
  const planned = plannedRefundOutcome(world, refund.transactionId)
  if (planned === 'stuck') return
  // Another account was named for a later round, so the first failure does not come again.
  const outcome = round > 1 || planned === 'userAccountAbnormal' ? 'success' : planned
  settle(world, refund, outcome)
}

/** Ends a refund that is under way, and tells the merchant. */
export function settle(world: World, refund: Refund, outcome: Outcome): void {
  if (refund.state !== 'PROCESSING') throw new ActionRefused(`the refund is ${refund.state}`)
  const { details } = refund
  const next = moves.PROCESSING[outcome]
  refund.state = next
  if (next === 'SUCCESS') refund.successMs = world.clock.now()
  if (outcome === 'balance') Object.assign(details, { channel: 'BALANCE', receivedIn: '支付用户零钱' })
  if (outcome === 'otherBalance')
    Object.assign(details, { channel: 'OTHER_BALANCE', receivedIn: '用户其他零钱账户' })
  if (next === 'ABNORMAL') details.receivedIn = '示例银行借记卡0417'
  if (next === 'CLOSED') giveBack(world, refund)
  const { notification, summary } = notices[next]
  world.notify({
    notification,
    url: details.notifyUrl,
    to: refund.mchid,
    resource: announced(world, refund),
    summary,
  })
}

/** Sends an abnormal refund on its way again. */
export function reroute(world: World, refund: Refund, receivedIn: string): void {
  refund.state = moves.ABNORMAL.reroute
  Object.assign(refund.details, { channel: 'OTHER_BANKCARD', receivedIn, round: refund.details.round + 1 })
  settleLater(world, refund)
}

function giveBack(world: World, { details }: Refund): void {
  const payer = world.merchants.get(details.paidBy)
  if (payer?.balanceMinor !== undefined) payer.balanceMinor += details.settlementMinor
}

function announced(world: World, refund: Refund): Record<string, unknown> {
  const { details } = refund
  const transaction = paymentOf(world, refund)
  const provided = refund.subMchid !== undefined || details.individualAuthId !== undefined
  return {
    ...(provided ? { sp_mchid: refund.mchid } : { mchid: refund.mchid }),
    ...(refund.subMchid && { sub_mchid: refund.subMchid }),
    ...(details.individualAuthId && { individual_auth_id: details.individualAuthId }),
    transaction_id: refund.transactionId,
    out_trade_no: transaction.outTradeNo,
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    refund_status: refund.state,
    ...(refund.state === 'SUCCESS' && { success_time: world.time(refund.successMs) }),
    user_received_account: details.receivedIn,
    amount: {
      total: transaction.amountMinor,
      refund: refund.refundMinor,
      payer_total: transaction.payerMinor,
      payer_refund: refund.payerRefundMinor,
    },
    ...(details.refundAccount && { refund_account: details.refundAccount }),
  }
}
