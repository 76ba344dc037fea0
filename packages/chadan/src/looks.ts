/** Where each product says what is true of an order: what to ask with, and which members answer. */
import { type OperationShape, operations } from '@chadan/protocol'
import { wrongInput } from './end.ts'

/** Who asks, from the credentials and the options of the command. */
export interface Asker {
  readonly mchid: string | undefined
  /** Undefined for a merchant of its own. */
  readonly subMchid: string | undefined
  readonly serviceId: string | undefined
  readonly wecomMchid: string | undefined
  readonly payinsurance: {
    readonly appid?: string
    readonly mchId?: string
    readonly subAppid?: string
    readonly subMchId?: string
  }
}

/** Members of an answer, by paths with dots. */
export interface Members {
  /** State words; the first one is that of the whole. */
  readonly words: readonly string[]
  readonly amounts: readonly string[]
  /** Where the currency of the amounts stands; yuan where nothing does. */
  readonly currency?: string
  /** Numbers and times worth seeing. */
  readonly facts: readonly string[]
}

/** How one product is asked for the true state. */
export interface Look extends Members {
  operation(asker: Asker): OperationShape
  input(number: string, asker: Asker): Record<string, string | undefined>
  /** A list of parts that have states of their own. */
  readonly parts?: Members & { readonly list: string; readonly name: string }
}

const given = (value: string | undefined, what: string): string => {
  if (value) return value
  throw wrongInput(
    `${what} is missing: put it into the credentials file or give its option (chadan query --help)`,
  )
}

/** By the name that the command takes. */
export const looks = {
  medIns: {
    operation: () => operations.medIns.queryByOutTradeNo,
    input: (number, { subMchid }) => ({ out_trade_no: number, sub_mchid: subMchid }),
    words: ['mix_pay_status', 'self_pay_status', 'med_ins_pay_status', 'mix_pay_type'],
    amounts: [
      'total_fee',
      'wechat_pay_cash_fee',
      'med_ins_gov_fee',
      'med_ins_self_fee',
      'med_ins_other_fee',
      'med_ins_cash_fee',
    ],
    facts: ['mix_trade_no', 'paid_time', 'med_ins_fail_reason'],
  },
  combine: {
    operation: () => operations.combine.queryByOutTradeNo,
    input: (number) => ({ combine_out_trade_no: number }),
    words: [],
    amounts: [],
    facts: ['combine_transaction_id'],
    parts: {
      list: 'sub_orders',
      name: 'out_trade_no',
      words: ['trade_state', 'trade_type'],
      amounts: ['amount.total_amount', 'amount.payer_amount'],
      currency: 'amount.currency',
      facts: ['transaction_id', 'success_time'],
    },
  },
  payscore: {
    operation: () => operations.payscore.query,
    input: (number, { serviceId, subMchid }) => ({
      out_order_no: number,
      service_id: given(serviceId, 'the service id (--service-id)'),
      sub_mchid: given(subMchid, 'the sub-merchant (--sub-mchid)'),
    }),
    words: ['state', 'state_description', 'collection.state'],
    amounts: [
      'total_amount',
      'collection.total_amount',
      'collection.paid_amount',
      'collection.paying_amount',
    ],
    currency: 'currency',
    facts: ['order_id'],
    parts: {
      list: 'collection.details',
      name: 'seq',
      words: ['paid_type'],
      amounts: ['amount'],
      facts: ['transaction_id', 'paid_time'],
    },
  },
  wecom: {
    operation: () => operations.wecom.getOrder,
    input: (number, { wecomMchid }) => ({
      out_trade_no: number,
      mchid: given(wecomMchid, 'the second-level merchant (--mchid)'),
    }),
    words: ['trade_state', 'trade_type'],
    amounts: ['amount.total', 'amount.payer_total'],
    currency: 'amount.currency',
    facts: ['transaction_id', 'success_time'],
  },
  payinsurance: {
    operation: () => operations.payinsurance.queryOrder,
    input: (number, { payinsurance: { appid, mchId, subAppid, subMchId } }) => ({
      appid: given(appid, 'payinsurance.appid'),
      mch_id: given(mchId, 'payinsurance.mchId'),
      sub_appid: subAppid,
      sub_mch_id: subMchId,
      hosp_out_trade_no: number,
    }),
    words: ['med_trade_state', 'cash_trade_status', 'insurance_trade_status'],
    amounts: ['total_fee', 'cash_fee', 'insurance_fee'],
    facts: ['med_trans_id', 'cash_order_id', 'insurance_order_id', 'time_end'],
  },
  cash: {
    operation: ({ subMchid }) =>
      subMchid ? operations.cash.queryByOutTradeNoPartner : operations.cash.queryByOutTradeNo,
    input: (number, { mchid, subMchid }) =>
      subMchid
        ? { out_trade_no: number, sp_mchid: given(mchid, 'apiv3.mchid'), sub_mchid: subMchid }
        : { out_trade_no: number, mchid: given(mchid, 'apiv3.mchid') },
    words: ['trade_state', 'trade_type'],
    amounts: ['amount.total', 'amount.payer_total'],
    currency: 'amount.currency',
    facts: ['transaction_id', 'success_time'],
  },
  refund: {
    operation: () => operations.refunds.find,
    input: (number, { subMchid }) => ({ out_refund_no: number, sub_mchid: subMchid }),
    words: ['status', 'channel'],
    amounts: ['amount.total', 'amount.refund', 'amount.payer_refund', 'amount.discount_refund'],
    currency: 'amount.currency',
    facts: ['refund_id', 'out_trade_no', 'transaction_id', 'create_time', 'success_time'],
  },
} as const satisfies Readonly<Record<string, Look>>
