/** What the platform sends when an order is paid. */
import { group, optional, text, whole } from '../../fields.ts'
import { commonSchedule, defineNotification } from '../../operation.ts'
import {
  attach,
  business,
  echoed,
  freeText,
  head,
  hospOutTradeNo,
  insuranceSplit,
  legs,
  medTransId,
  signed,
  timeEnd,
  users,
} from './common.ts'
import { chapter } from './document.ts'
import { payType } from './enumerations.ts'

/** An order was paid (支付结果通知). */
export const notified = defineNotification({
  id: 'payinsurance.notified',
  title: 'An order was paid (支付结果通知)',
  dialect: 'xml',
  event: 'payment result',
  resource: group({
    ...head,
    ...echoed,
    ...users,
    med_trans_id: medTransId,
    hosp_out_trade_no: hospOutTradeNo,
    ...business('err_code_des'),
    time_end: timeEnd,
    pay_type: payType.describe('Who paid (支付方式); with 3 only a query tells the state of both legs.'),
    total_fee: whole(1).describe('Full price in fen (总金额).'),
    cash_fee: whole().describe('Paid in cash, in fen (现金支付金额).'),
    insurance_fee: whole().describe('Paid by insurance, in fen (医保支付金额).'),
    ...insuranceSplit,
    medical_card_id: optional(text(32)).describe('Treatment card number (诊疗证编号).'),
    response_content: optional(freeText).describe("The bureau's answer to the payment (医保透传医疗机构)."),
    bill_no: optional(freeText).describe('Registration of the visit (就医登记号).'),
    serial_no: optional(freeText).describe("The hospital system's order number (医院HIS系统订单号)."),
    ...legs,
    attach,
    ...signed,
  }),
  schedule: commonSchedule,
  trust: 'mac',
  doc: chapter('3.5'),
})
