/** Refunds: apply and query. An order has one refund number for ever. */
import { group, optional, spelled, text, whole } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { exactlyOne } from '../../rules.ts'
import {
  accountRules,
  accounts,
  bureauRequest,
  business,
  echoed,
  freeText,
  head,
  hospOutTradeNo,
  medTransId,
  oneOrder,
  orderNumbers,
  signed,
  signing,
} from './common.ts'
import { chapter } from './document.ts'
import {
  cashRefundStatus,
  insuranceRefundStatus,
  medRefundState,
  orderType,
  partRefundType,
} from './enumerations.ts'
import { refundErrors, refundQueryErrors } from './errors.ts'

const outRefundNo = text(64).describe(
  "The caller's refund number (第三方退款单号), one for the life of an order.",
)
const medRefundId = text(32).describe('Refund number of WeChat (退款总单号).')
const cashRefundFee = whole().describe('What goes back in cash, in fen (现金退款金额).')
const insuranceRefundFee = whole().describe(
  'What goes back to insurance, in fen (医保退款金额): all or nothing.',
)

const refundLegs = {
  cash_refund_id: optional(text(32)).describe('Refund of the cash leg (自费退款单ID), where there is one.'),
  insurance_refund_id: optional(text(32)).describe(
    'Refund of the insurance leg (医保退款单ID), where there is one.',
  ),
} as const

const signedPost = { dialect: 'xml', host: 'weixin', trust: 'mac' } as const

/** Apply for a refund (申请退款), from registered addresses only. */
export const refund = defineOperation({
  ...signedPost,
  id: 'payinsurance.refund',
  title: 'Apply for a refund (申请退款), from registered addresses only',
  route: 'POST /payinsurance/refund',
  body: {
    ...accounts,
    nonce_str: signing.nonce_str,
    ...orderNumbers,
    hosp_out_refund_no: outRefundNo,
    cancel_serial_no: text(20).describe("Equal to the order's `serial_no` (医保撤销流水号)."),
    cancel_bill_no: text(20).describe("Equal to the order's `bill_no` (医保撤销单据号)."),
    part_refund_type: optional(partRefundType).describe(
      'Which part goes back (部分退款类型); without it both legs.',
    ),
    cash_refund_fee: optional(whole(1)).describe(
      'How much cash goes back, in fen (现金退款金额); without it the whole leg, and the rest never.',
    ),
    request_content: bureauRequest({
      paytype: orderType.describe("The order's type (订单类型)."),
    }),
    sign: signing.sign,
  },
  rules: [...accountRules, oneOrder],
  result: group({
    ...head,
    ...business('err_code_desc'),
    ...signed,
    total_fee: whole().describe('Full price of the order, in fen (总金额).'),
    cash_refund_fee: cashRefundFee,
    insurance_refund_fee: insuranceRefundFee,
    med_refund_id: medRefundId,
    ...refundLegs,
  }),
  errors: refundErrors,
  repeat: 'same',
  doc: chapter('3.6'),
})

const refundKeys = {
  ...orderNumbers,
  med_refund_id: optional(medRefundId),
  hosp_out_refund_no: optional(outRefundNo),
} as const

/** Query a refund (退款查询). */
export const queryRefund = defineOperation({
  ...signedPost,
  id: 'payinsurance.queryRefund',
  title: 'Query a refund (退款查询)',
  route: 'POST /payinsurance/queryrefund',
  body: { ...accounts, ...refundKeys, ...signing },
  rules: [
    ...accountRules,
    exactlyOne('med_refund_id', 'hosp_out_refund_no', 'hosp_out_trade_no', 'med_trans_id'),
  ],
  result: group({
    ...head,
    ...business('err_code_des'),
    ...echoed,
    ...signed,
    med_trans_id: medTransId,
    med_refund_id: medRefundId,
    hosp_out_trade_no: hospOutTradeNo,
    hosp_out_refund_no: outRefundNo,
    insurance_refund_fee: optional(insuranceRefundFee),
    cash_refund_fee: optional(cashRefundFee),
    cash_refund_statuses: optional(
      spelled(cashRefundStatus, 'cash_refund_stauts', 'cash_refund_status').describe(
        'State of the cash leg (现金退款状态).',
      ),
    ),
    insurance_refund_status: optional(insuranceRefundStatus).describe(
      'State of the insurance leg (医保退款状态).',
    ),
    med_refund_state: medRefundState.describe('State of the whole refund (退款单总状态).'),
    refund_end_time: optional(freeText).describe(
      'When the refund succeeded (退款成功时间), Beijing time: fourteen digits, or `yyyy-MM-dd HH:mm:ss`.',
    ),
    response_content: optional(freeText).describe("The bureau's answer to the refund (医保透传医疗机构)."),
    ...refundLegs,
  }),
  errors: refundQueryErrors,
  notFound: { codes: ['551'] },
  repeat: 'read',
  doc: chapter('3.7'),
})
