/** Accepting refunds: the same checks for merchants, providers and platforms. */
import { isDeepStrictEqual } from 'node:util'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import { Refusal } from '../../product.ts'
import { plannedRefundOutcome } from '../../refund-outcomes.ts'
import type { Merchant, World } from '../../world.ts'
import { type Shares, sharesOf } from './amounts.ts'
import {
  type From,
  type Goods,
  noMerchant,
  type Refund,
  type RefundAccount,
  type RefundDetails,
  refundByNumber,
  refundNumbers,
} from './records.ts'
import { settleLater } from './settling.ts'

/** An application in the words both interfaces share. */
export interface Application {
  readonly family: RefundDetails['family']
  readonly caller: Merchant
  readonly sub_mchid?: string
  readonly individual_auth_id?: string
  readonly transaction_id?: string
  readonly out_trade_no?: string
  readonly combine_transaction_id?: string
  readonly out_refund_no: string
  readonly reason?: string
  readonly notify_url?: string
  readonly amount: { readonly refund: number; readonly total: number; readonly from?: From }
  readonly funds_account?: string
  readonly refund_account?: RefundAccount
  readonly goods_detail?: Goods
}

const day = 24 * 3600_000
const periodMs = 365 * day
const maxParts = 50
/** Who books payments that these interfaces give back: sub-orders, and cash orders with or without an insurance leg. */
const refundable: readonly string[] = ['cash', 'combine']

/** The refund that this application makes, or has made before. */
export function accept(world: World, given: Application): Refund {
  checkMerchants(world, given)
  checkPermissions(given)
  const transaction = paidOrder(world, given)
  const before = repeated(world, given, transaction)
  if (before) return before
  const others = [...world.refunds.values()].filter(
    (one) => one.transactionId === transaction.transactionId && one.state !== 'CLOSED',
  )
  checkRules(world, given, transaction, others)
  if (plannedRefundOutcome(world, transaction.transactionId) === 'userAccountAbnormal') {
    throw new Refusal('USER_ACCOUNT_ABNORMAL', '用户账户异常，退款失败')
  }
  const shares = sharesOf(transaction, others, given.amount.refund)
  const payer = debit(world, given, transaction, shares.settlement)
  return store(world, given, transaction, shares, payer)
}

function checkMerchants(world: World, { caller, sub_mchid }: Application): void {
  if (sub_mchid === undefined) return
  if (!world.merchants.get(sub_mchid)) throw noMerchant()
  if (!caller.subs.includes(sub_mchid))
    throw new Refusal('NO_AUTH', '与该子商户没有受理关系', { number: 268443701 })
}

function checkPermissions({ caller, refund_account }: Application): void {
  const lacks = (permission: string) =>
    !caller.permissions.includes('*') && !caller.permissions.includes(permission)
  if (caller.disabled || lacks('refund')) throw new Refusal('NO_AUTH', '没有退款权限')
  if (refund_account === 'REFUND_SOURCE_PARTNER_ADVANCE' && lacks('advance')) {
    throw new Refusal('NO_AUTH', '没有垫付退款权限')
  }
}

function paidOrder(world: World, given: Application): Transaction {
  const unknown = new Refusal('RESOURCE_NOT_EXISTS', '订单号不存在', { number: 268512771 })
  const own = (one: Transaction | undefined) =>
    one !== undefined && refundable.includes(one.product) && one.mchid === given.caller.mchid
  const named = given.transaction_id
    ? world.transactions.get(given.transaction_id)
    : [...world.transactions.values()].find((one) => one.outTradeNo === given.out_trade_no && own(one))
  const found = own(named) ? named : undefined
  if (!found) throw unknown
  if (given.out_trade_no !== undefined && found.outTradeNo !== given.out_trade_no) {
    throw new Refusal('INVALID_REQUEST', '微信订单号与商户订单号不一致')
  }
  if (found.subMchid !== undefined && given.sub_mchid === undefined && given.family === 'refunds') {
    throw new Refusal('PARAM_ERROR', '服务商模式下sub_mchid必填', { number: 268443704 })
  }
  if (found.subMchid !== given.sub_mchid || found.individualAuthId !== given.individual_auth_id) throw unknown
  const combined = given.combine_transaction_id
  if (combined !== undefined && found.combine?.transactionId !== combined) throw unknown
  if (found.amountMinor !== given.amount.total) {
    throw new Refusal('INVALID_REQUEST', '订单金额与原订单不一致')
  }
  return found
}

/** The parts of an application in which a repetition must agree. */
function contentOf(
  { amount, funds_account, refund_account, goods_detail }: Application,
  transactionId: string,
) {
  // Through JSON, as a snapshot would keep it.
  return JSON.parse(JSON.stringify({ transactionId, amount, funds_account, refund_account, goods_detail }))
}

function repeated(world: World, given: Application, { transactionId }: Transaction): Refund | undefined {
  const before = refundByNumber(world, given.caller.mchid, given.out_refund_no)
  if (!before) return undefined
  const same =
    before.details.family === given.family &&
    isDeepStrictEqual(before.details.content, contentOf(given, transactionId))
  if (!same) throw new Refusal('INVALID_REQUEST', '同一退款单号的请求参数不一致', { number: 268498688 })
  return before
}

function checkRules(
  world: World,
  { amount }: Application,
  transaction: Transaction,
  others: readonly RefundRecord[],
): void {
  const now = world.clock.now()
  const against = (message: string) => new Refusal('INVALID_REQUEST', message)
  if (now - transaction.successMs > periodMs) throw against('订单已超过退款期限')
  if (others.length >= maxParts) throw against('部分退款次数超过50次')
  if (others.some((one) => now - one.createMs < world.switches.refundIntervalMs)) {
    throw against('同一笔订单多次退款的请求需间隔1分钟')
  }
  const left = others.reduce((sum, one) => sum - one.refundMinor, transaction.amountMinor)
  if (amount.refund > left) throw against('退款金额大于订单可退金额')
}

/** Takes the money from whoever pays; a merchant without a balance has enough for everything. */
function debit(world: World, given: Application, transaction: Transaction, minor: number): string {
  const advanced = given.refund_account === 'REFUND_SOURCE_PARTNER_ADVANCE'
  const mchid = advanced ? given.caller.mchid : (transaction.subMchid ?? transaction.mchid)
  const payer = world.merchants.get(mchid)
  if (payer?.balanceMinor !== undefined) {
    if (payer.balanceMinor < minor) throw new Refusal('NOT_ENOUGH', '基本账户余额不足，请充值后重新发起')
    payer.balanceMinor -= minor
  }
  return mchid
}

function store(
  world: World,
  given: Application,
  transaction: Transaction,
  shares: Shares,
  paidBy: string,
): Refund {
  const { caller, sub_mchid: subMchid, individual_auth_id: individualAuthId } = given
  const refund: Refund = {
    refundId: world.draw.refundId(),
    outRefundNo: given.out_refund_no,
    transactionId: transaction.transactionId,
    product: transaction.product,
    mchid: caller.mchid,
    ...(subMchid && { subMchid }),
    refundMinor: given.amount.refund,
    payerRefundMinor: shares.payer,
    currency: 'CNY',
    state: 'PROCESSING',
    createMs: world.clock.now(),
    ...(given.reason && { reason: given.reason }),
    details: {
      family: given.family,
      content: contentOf(given, transaction.transactionId),
      ...(given.notify_url && { notifyUrl: given.notify_url }),
      fundsAccount: fundsOf(given),
      ...(given.family === 'ecommerceRefunds' && {
        refundAccount: given.refund_account ?? 'REFUND_SOURCE_SUB_MERCHANT',
      }),
      ...(individualAuthId && { individualAuthId }),
      ...(given.amount.from && { from: given.amount.from }),
      ...(given.goods_detail && { goods: given.goods_detail }),
      discountMinor: shares.discount,
      settlementMinor: shares.settlement,
      promotions: shares.coupons.map(({ coupon, minor }) => ({
        promotion_id: coupon.id,
        scope: coupon.scope,
        type: coupon.type,
        amount: coupon.minor,
        refund_amount: minor,
        ...(coupon.scope === 'SINGLE' && given.goods_detail && { goods_detail: given.goods_detail }),
      })),
      paidBy,
      channel: 'ORIGINAL',
      receivedIn: transaction.bankType === 'OTHERS' ? '支付用户零钱' : `${transaction.bankType}银行卡0417`,
      round: 1,
    },
  }
  world.refunds.set(refund.refundId, refund)
  refundNumbers(world).set(`${refund.mchid}/${refund.outRefundNo}`, refund.refundId)
  settleLater(world, refund)
  return refund
}

/** A platform's prepaid account is an operations account in answers. */
function fundsOf({ funds_account, amount }: Application): string {
  if (funds_account === 'PREPAID') return 'OPERATION'
  return funds_account ?? amount.from?.[0]?.account ?? 'UNSETTLED'
}
