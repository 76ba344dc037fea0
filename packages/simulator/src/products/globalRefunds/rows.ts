/** Refunds of overseas transactions as rows, and as the answers say them. */
import type { InputsOf, operations } from '@chadan/protocol'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import type { World } from '../../world.ts'

/** An application for a refund as it was sent. */
export type Application = InputsOf<typeof operations.globalRefunds.create.body>

/** What an overseas refund keeps beside what every refund has. */
export interface Details extends Record<string, unknown> {
  readonly application: Application
  channel: keyof typeof accounts
  /** How often it was sent on its way; what was planned for an earlier round is void. */
  round: number
}

/** A refund of an overseas transaction. */
export type GlobalRefund = RefundRecord & { details: Details }

/** Where the money goes, by channel. */
export const accounts = {
  ORIGINAL: '支付用户零钱',
  BALANCE: '用户零钱',
  OTHER_BALANCE: '用户其他零钱账户',
  OTHER_BANKCARD: '招商银行借记卡0403',
} as const

const states = {
  PROCESSING: 'PROCESSING',
  SUCCESS: 'SUCCESS',
  CLOSED: 'REFUNDCLOSE',
  ABNORMAL: 'ABNORMAL',
} as const satisfies Record<RefundRecord['state'], string>

/** All overseas refunds. */
export function* globalRefundsOf(world: World): Generator<GlobalRefund> {
  // Only this product writes refunds under its name, always with its details.
  for (const refund of world.refunds.values())
    if (refund.product === 'globalRefunds') yield refund as GlobalRefund
}

/** The refunds of one transaction, in order of acceptance. */
export function refundsOf(world: World, transactionId: string): GlobalRefund[] {
  return [...globalRefundsOf(world)].filter((one) => one.transactionId === transactionId)
}

/** What is accepted or given back already: a closed refund frees its amount. */
export function refundedMinor(refunds: readonly RefundRecord[]): number {
  return refunds.filter((one) => one.state !== 'CLOSED').reduce((sum, one) => sum + one.refundMinor, 0)
}

/** An amount in what the payer paid with: yuan where a rate was locked. */
export const payerMinor = (minor: number, { rate }: Transaction): number =>
  rate === undefined ? minor : Math.round((minor * rate) / 100_000_000)

/** The currency in which the payer paid. */
export const payerCurrency = ({ rate, currency }: Transaction): string =>
  rate === undefined ? currency : 'CNY'

/** What an application is answered. */
export function acceptedOf(world: World, refund: GlobalRefund, payment: Transaction) {
  const returned = returnedCoupons(refund, payment)
  return {
    id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    create_time: world.time(refund.createMs),
    amount: {
      refund: refund.refundMinor,
      currency: refund.currency,
      payer_refund: payerMinor(refund.payerRefundMinor, payment),
      payer_currency: payerCurrency(payment),
      ...(payment.rate !== undefined && {
        exchange_rate: { type: 'USERPAYMENT_RATE', rate: payment.rate },
      }),
    },
    ...(returned.length > 0 && { detail: returned }),
  }
}

/** How far a refund is. */
export function progressOf(world: World, refund: GlobalRefund) {
  const { channel, application } = refund.details
  return {
    channel,
    recv_account: accounts[channel],
    fund_source: application.source ?? 'REFUND_SOURCE_UNSETTLED_FUNDS',
    ...(refund.successMs !== undefined && { success_time: world.time(refund.successMs) }),
    status: states[refund.state],
  }
}

const couponTypes = { CASH: 'COUPON', NOCASH: 'DISCOUNT' } as const

function returnedCoupons({ refundMinor, currency }: GlobalRefund, { coupons, amountMinor }: Transaction) {
  return coupons.map((one) => ({
    promotion_id: one.id,
    scope: one.scope,
    type: couponTypes[one.type],
    amount: one.minor,
    refund_amount: Math.round((one.minor * refundMinor) / amountMinor),
    currency,
  }))
}
