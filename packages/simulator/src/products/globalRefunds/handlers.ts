/** What the institution asks of refunds: to make one, and how far they are. */
import { operations } from '@chadan/protocol'
import type { Transaction } from '../../ledger.ts'
import { type Handled, handle, Refusal } from '../../product.ts'
import { plannedRefundOutcome } from '../../refund-outcomes.ts'
import type { Merchant, World } from '../../world.ts'
import {
  type Application,
  acceptedOf,
  type GlobalRefund,
  globalRefundsOf,
  payerCurrency,
  payerMinor,
  progressOf,
  refundedMinor,
  refundsOf,
} from './rows.ts'
import { settleLater } from './settling.ts'

const { globalRefunds } = operations
const year = 365 * 24 * 3_600_000

/** At most so many refunds of one transaction. */
const maxRefunds = 50

/** The handlers of a world's overseas refunds. */
export const handlers: readonly Handled[] = [
  handle(globalRefunds.create, ({ world, caller, body }) => {
    const sub = authorise(world, caller, body)
    if (!caller.appids.includes(body.sp_appid)) throw noAuth('商户号与sp_appid不匹配')
    if (body.sub_appid !== undefined && !sub.appids.includes(body.sub_appid))
      throw noAuth('子商户号与sub_appid不匹配')
    const payment = paymentOf(world, body, '交易不存在')
    const before = find(world, body, (one) => one.outRefundNo === body.out_refund_no)
    if (before) return repeated(world, before, { payment, body })
    checkRules(world, payment, body)
    if (plannedRefundOutcome(world, payment.transactionId) === 'userAccountAbnormal')
      throw new Refusal('USER_ACCOUNT_ABNORMAL', '用户账户异常，请使用其他方式退款')
    if (sub.balanceMinor !== undefined) {
      if (sub.balanceMinor < body.amount.refund) throw new Refusal('NOT_ENOUGH', '余额不足，请充值后重试')
      sub.balanceMinor -= body.amount.refund
    }
    const refund = accept(world, payment, body)
    settleLater(world, refund)
    return acceptedOf(world, refund, payment)
  }),

  handle(globalRefunds.findByOutRefundNo, ({ world, caller, path, query }) => {
    authorise(world, caller, query)
    return told(
      world,
      find(world, query, (one) => one.outRefundNo === path.out_refund_no),
    )
  }),

  handle(globalRefunds.findById, ({ world, caller, path, query }) => {
    authorise(world, caller, query)
    return told(
      world,
      find(world, query, (one) => one.refundId === path.refund_id),
    )
  }),

  handle(globalRefunds.list, ({ world, caller, query }) => {
    authorise(world, caller, query)
    const payment = paymentOf(world, query, '交易不存在')
    const refunds = refundsOf(world, payment.transactionId)
    if (refunds.length === 0) throw notFound('退款单不存在')
    const { offset = 0, count = 20 } = query
    const page = refunds.slice(offset, offset + count)
    return {
      id: payment.transactionId,
      sp_mchid: query.sp_mchid,
      sub_mchid: query.sub_mchid,
      out_trade_no: payment.outTradeNo,
      amount: {
        total: payment.amountMinor,
        currency: payment.currency,
        payer_total: payerMinor(payment.payerMinor, payment),
        payer_currency: payerCurrency(payment),
      },
      data: page.map((refund) => {
        const { detail, ...accepted } = acceptedOf(world, refund, payment)
        return { ...accepted, refund_detail: detail, ...progressOf(world, refund) }
      }),
      total_num: refunds.length,
      current_total_num: page.length,
    }
  }),
]

interface Merchants {
  readonly sp_mchid: string
  readonly sub_mchid: string
}

function authorise(world: World, caller: Merchant, { sp_mchid, sub_mchid }: Merchants): Merchant {
  const sub = world.merchants.get(sub_mchid)
  if (!world.merchants.get(sp_mchid) || !sub) throw new Refusal('MCH_NOT_EXISTS', '商户号不存在')
  const { permissions } = caller
  const permitted = permissions.includes('*') || permissions.includes('refunds')
  if (sp_mchid !== caller.mchid || caller.disabled || !permitted || !caller.subs.includes(sub_mchid))
    throw noAuth('商户无退款权限')
  return sub
}

/** The transaction that is named, if it is the caller's. */
function paymentOf(
  world: World,
  named: Merchants & { transaction_id?: string; out_trade_no?: string },
  message: string,
): Transaction {
  for (const payment of world.transactions.values()) {
    const same = payment.transactionId === named.transaction_id || payment.outTradeNo === named.out_trade_no
    if (same && payment.product === 'payscore' && isOf(payment, named)) return payment
  }
  throw notFound(message)
}

function find(
  world: World,
  merchants: Merchants,
  of: (refund: GlobalRefund) => boolean,
): GlobalRefund | undefined {
  for (const refund of globalRefundsOf(world)) if (isOf(refund, merchants) && of(refund)) return refund
  return undefined
}

const isOf = (row: { mchid: string; subMchid?: string }, { sp_mchid, sub_mchid }: Merchants): boolean =>
  row.mchid === sp_mchid && row.subMchid === sub_mchid

function told(world: World, refund: GlobalRefund | undefined) {
  const payment = refund && world.transactions.get(refund.transactionId)
  if (!refund || !payment) throw notFound('退款单不存在')
  return {
    ...acceptedOf(world, refund, payment),
    transaction_id: payment.transactionId,
    out_trade_no: payment.outTradeNo,
    ...progressOf(world, refund),
  }
}

/** The same number with the same content is the same refund; with other content it is refused. */
function repeated(
  world: World,
  before: GlobalRefund,
  { payment, body }: { payment: Transaction; body: Application },
) {
  const same =
    before.transactionId === payment.transactionId &&
    before.refundMinor === body.amount.refund &&
    before.details.application.amount.total === body.amount.total
  if (!same)
    throw new Refusal('INVALID_REQUEST', '商户退款单号重复，且参数与原退款单不一致', { number: 268498688 })
  return acceptedOf(world, before, payment)
}

function checkRules(world: World, payment: Transaction, { amount }: Application): void {
  const against = (message: string) => new Refusal('INVALID_REQUEST', message)
  const before = refundsOf(world, payment.transactionId)
  const now = world.clock.now()
  const last = before.at(-1)
  if (amount.refund < 1) throw against('退款金额必须大于0')
  if (amount.total !== payment.amountMinor) throw against('订单金额不一致')
  if (amount.currency !== payment.currency) throw against('货币类型与原交易不一致')
  if (now - payment.successMs > year) throw against('交易已超过可退款期限')
  if (before.length >= maxRefunds) throw against('退款次数超过限制')
  if (last && now - last.createMs < world.switches.refundIntervalMs)
    throw against('同一交易的多次退款需间隔1分钟')
  if (refundedMinor(before) + amount.refund > payment.amountMinor) throw against('累计退款金额超过订单金额')
}

function accept(world: World, payment: Transaction, body: Application): GlobalRefund {
  const coupons = payment.amountMinor - payment.payerMinor
  const before = refundsOf(world, payment.transactionId).filter((one) => one.state !== 'CLOSED')
  const left = payment.payerMinor - before.reduce((sum, one) => sum + one.payerRefundMinor, 0)
  const isLast = refundedMinor(before) + body.amount.refund === payment.amountMinor
  const share = body.amount.refund - Math.round((body.amount.refund * coupons) / payment.amountMinor)
  const refund: GlobalRefund = {
    refundId: world.draw.refundId(),
    outRefundNo: body.out_refund_no,
    transactionId: payment.transactionId,
    product: 'globalRefunds',
    mchid: body.sp_mchid,
    subMchid: body.sub_mchid,
    refundMinor: body.amount.refund,
    // The last refund takes what rounding has left.
    payerRefundMinor: isLast ? left : share,
    currency: payment.currency,
    state: 'PROCESSING',
    createMs: world.clock.now(),
    ...(body.reason !== undefined && { reason: body.reason }),
    details: { application: body, channel: 'ORIGINAL', round: 1 },
  }
  world.refunds.set(refund.refundId, refund)
  return refund
}

const notFound = (message: string) => new Refusal('RESOURCE_NOT_EXISTS', message)
const noAuth = (message: string) => new Refusal('NO_AUTH', message)
