/** Refunds as records of the ledger, with what these interfaces keep beside them. */
import type { InputsOf, operations } from '@chadan/protocol'
import type { RefundRecord, Transaction } from '../../ledger.ts'
import { Refusal } from '../../product.ts'
import type { Table, World } from '../../world.ts'

type DomesticBody = InputsOf<typeof operations.refunds.create.body>
/** Goods given back with a refund. */
export type Goods = NonNullable<DomesticBody['goods_detail']>
/** Accounts from which a refund is paid. */
export type From = NonNullable<DomesticBody['amount']['from']>
/** Who paid a refund. */
export type RefundAccount = 'REFUND_SOURCE_SUB_MERCHANT' | 'REFUND_SOURCE_PARTNER_ADVANCE'

/** A refund moves between these states, and nowhere else. */
export const moves = {
  PROCESSING: {
    success: 'SUCCESS',
    balance: 'SUCCESS',
    otherBalance: 'SUCCESS',
    abnormal: 'ABNORMAL',
    closed: 'CLOSED',
  },
  ABNORMAL: { reroute: 'PROCESSING' },
  SUCCESS: {},
  CLOSED: {},
} as const satisfies Record<RefundRecord['state'], Partial<Record<string, RefundRecord['state']>>>

/** What is kept beside a refund. */
export interface RefundDetails {
  readonly family: 'refunds' | 'ecommerceRefunds'
  /** What a repetition must agree with. */
  readonly content: unknown
  readonly notifyUrl?: string
  readonly fundsAccount: string
  readonly refundAccount?: RefundAccount
  readonly individualAuthId?: string
  readonly from?: From
  readonly goods?: Goods
  readonly discountMinor: number
  readonly settlementMinor: number
  readonly promotions: readonly {
    readonly promotion_id: string
    readonly scope: string
    readonly type: string
    readonly amount: number
    readonly refund_amount: number
    readonly goods_detail?: Goods
  }[]
  /** Whose balance it is paid from. */
  readonly paidBy: string
  channel: string
  receivedIn: string
  /** Which try this is: a planned settling of an earlier one changes nothing. */
  round: number
}

/** A refund with what its interfaces answer. */
export interface Refund extends RefundRecord {
  details: RefundDetails & Record<string, unknown>
}

/** Numbers of refunds, by caller, to refund ids. */
export function refundNumbers(world: World): Table<string> {
  return world.table('refunds.numbers')
}

/** The refund under this id, if these interfaces made it. */
export function refundById(world: World, refundId: string): Refund | undefined {
  const record = world.refunds.get(refundId)
  const { family } = record?.details ?? {}
  return family === 'refunds' || family === 'ecommerceRefunds' ? (record as Refund) : undefined
}

/** The refund a caller made under this number. */
export function refundByNumber(world: World, mchid: string, outRefundNo: string): Refund | undefined {
  return refundById(world, refundNumbers(world).get(`${mchid}/${outRefundNo}`) ?? '')
}

/** Who asks for which refund, by one of its numbers. */
export interface Question {
  readonly mchid: string
  readonly family: RefundDetails['family']
  readonly refundId?: string
  readonly outRefundNo?: string
  readonly subMchid?: string | undefined
  readonly individualAuthId?: string | undefined
}

/** The refund a caller may see, or the refusal. */
export function foundRefund(world: World, asked: Question): Refund {
  if (asked.subMchid !== undefined && !world.merchants.get(asked.subMchid)) throw noMerchant()
  const refund = asked.refundId
    ? refundById(world, asked.refundId)
    : refundByNumber(world, asked.mchid, asked.outRefundNo ?? '')
  const unknown = new Refusal('RESOURCE_NOT_EXISTS', '退款单不存在')
  if (!refund || refund.mchid !== asked.mchid || refund.details.family !== asked.family) throw unknown
  if (asked.outRefundNo !== undefined && refund.outRefundNo !== asked.outRefundNo) throw unknown
  if (refund.subMchid !== undefined && asked.subMchid === undefined && asked.family === 'refunds') {
    throw new Refusal('PARAM_ERROR', '服务商模式下sub_mchid必填', { number: 268443704 })
  }
  if (refund.subMchid !== asked.subMchid) throw unknown
  if (refund.details.individualAuthId !== asked.individualAuthId) throw unknown
  return refund
}

/** The refusal for a merchant that does not exist. */
export const noMerchant = () => new Refusal('MCH_NOT_EXISTS', '商户号不存在', { number: 268443715 })

/** The payment a refund gives back. */
export function paymentOf(world: World, refund: RefundRecord): Transaction {
  const transaction = world.transactions.get(refund.transactionId)
  if (!transaction) throw new Error('a refund without its payment')
  return transaction
}
