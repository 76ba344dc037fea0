/** How refunds end, and the notice of it. */
import { notifications } from '@chadan/protocol'
import type { World } from '../../world.ts'
import { accounts, type GlobalRefund, payerCurrency, payerMinor } from './rows.ts'

/** How a refund that is under way ends. */
export type Ending = 'SUCCESS' | 'ABNORMAL' | 'CLOSED'

const told = {
  SUCCESS: { notification: notifications.refunds.succeeded, summary: 'Refund succeeded' },
  ABNORMAL: { notification: notifications.refunds.abnormal, summary: 'Refund abnormal' },
  CLOSED: { notification: notifications.refunds.closed, summary: 'Refund closed' },
} as const satisfies Record<Ending, unknown>

/** Ends a refund that is under way and tells the institution; anything else stays as it is. */
export function settle(world: World, refund: GlobalRefund, ending: Ending): void {
  if (refund.state !== 'PROCESSING') return
  refund.state = ending
  if (ending === 'SUCCESS') refund.successMs = world.clock.now()
  const { notification, summary } = told[ending]
  world.notify({
    notification,
    url: refund.details.application.notify_url,
    to: refund.mchid,
    resource: resourceOf(world, refund),
    summary,
  })
  // A closed refund puts the money back to where it was taken.
  const sub = world.merchants.get(refund.subMchid ?? '')
  if (ending === 'CLOSED' && sub?.balanceMinor !== undefined) sub.balanceMinor += refund.refundMinor
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
