/** How refunds end, and the notice of it. */
import { notifications } from '@chadan/protocol'
import type { RefundRecord } from '../../ledger.ts'
import { ActionRefused } from '../../product.ts'
import { plannedRefundOutcome } from '../../refund-outcomes.ts'
import type { World } from '../../world.ts'
import { accounts, type GlobalRefund, payerCurrency, payerMinor } from './rows.ts'

/** How a refund goes on, by what happens to it. */
const moves = {
  success: 'SUCCESS',
  balance: 'SUCCESS',
  otherBalance: 'SUCCESS',
  abnormal: 'ABNORMAL',
  closed: 'CLOSED',
} as const satisfies Record<string, RefundRecord['state']>

/** What can become of a refund that is under way. */
export type Outcome = keyof typeof moves

/** Whether a name is an outcome of a refund. */
export const isOutcome = (name: string): name is Outcome => Object.hasOwn(moves, name)

/** Outcomes by which the money takes another way. */
const detours: Partial<Record<Outcome, GlobalRefund['details']['channel']>> = {
  balance: 'BALANCE',
  otherBalance: 'OTHER_BALANCE',
}

const notices = {
  SUCCESS: { notification: notifications.refunds.succeeded, summary: 'Refund succeeded' },
  ABNORMAL: { notification: notifications.refunds.abnormal, summary: 'Refund abnormal' },
  CLOSED: { notification: notifications.refunds.closed, summary: 'Refund closed' },
} as const

/** Lets a refund come to its end after the usual time. */
export function settleLater(world: World, { refundId, details }: GlobalRefund): void {
  world.later(world.switches.settlingMs, 'globalRefunds.settle', { id: refundId, round: details.round })
}

/** The usual time has passed: the refund ends as was decided beforehand, else well. */
export function settleDue(world: World, refund: GlobalRefund, round: number): void {
  if (refund.state !== 'PROCESSING' || refund.details.round !== round) return
  const planned = plannedRefundOutcome(world, refund.transactionId)
  if (planned === 'stuck') return
  // Another way was taken for a later round, so the first failure does not come again.
  settle(world, refund, round === 1 && isOutcome(planned) ? planned : 'success')
}

/** Ends a refund that is under way and tells the institution. */
export function settle(world: World, refund: GlobalRefund, outcome: Outcome): void {
  if (refund.state !== 'PROCESSING') throw new ActionRefused(`the refund is ${refund.state}`)
  const next = moves[outcome]
  refund.state = next
  refund.details.channel = detours[outcome] ?? refund.details.channel
  if (next === 'SUCCESS') refund.successMs = world.clock.now()
  world.notify({
    ...notices[next],
    url: refund.details.application.notify_url,
    to: refund.mchid,
    resource: resourceOf(world, refund),
  })
  // A closed refund puts the money back to where it was taken.
  const sub = world.merchants.get(refund.subMchid ?? '')
  if (next === 'CLOSED' && sub?.balanceMinor !== undefined) sub.balanceMinor += refund.refundMinor
}

/** A person sends an abnormal refund to another card. */
export function reroute(world: World, refund: GlobalRefund): void {
  if (refund.state !== 'ABNORMAL') throw new ActionRefused(`the refund is ${refund.state}`)
  refund.state = 'PROCESSING'
  refund.details.channel = 'OTHER_BANKCARD'
  refund.details.round++
  settleLater(world, refund)
}

function resourceOf(world: World, refund: GlobalRefund): Record<string, unknown> {
  const payment = world.transactions.get(refund.transactionId)
  if (!payment) return {}
  const { channel, application } = refund.details
  const account = accounts[channel]
  const amounts = {
    total: payment.amountMinor,
    refund: refund.refundMinor,
    payer_total: payerMinor(payment.payerMinor, payment),
    payer_refund: payerMinor(refund.payerRefundMinor, payment),
  }
  const common = {
    sp_mchid: refund.mchid,
    sub_mchid: refund.subMchid,
    out_trade_no: payment.outTradeNo,
    transaction_id: payment.transactionId,
    out_refund_no: refund.outRefundNo,
    refund_id: refund.refundId,
    refund_status: refund.state,
    user_received_account: account,
  }
  if (refund.successMs === undefined) return { ...common, amount: amounts }
  return {
    ...common,
    success_time: world.time(refund.successMs),
    recv_account: account,
    fund_source: application.source ?? 'REFUND_SOURCE_UNSETTLED_FUNDS',
    amount: {
      ...amounts,
      settlement_refund: refund.refundMinor,
      settlement_currency: refund.currency,
      currency: refund.currency,
      payer_currency: payerCurrency(payment),
      ...(payment.rate !== undefined && {
        exchange_rate: { type: 'USERPAYMENT_RATE', rate: payment.rate },
      }),
    },
  }
}
