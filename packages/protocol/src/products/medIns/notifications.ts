/** The one notice of a medical-insurance order: all its legs are paid. */
import { group, list, optional, orOne, textual } from '../../fields.ts'
import { defineNotification } from '../../operation.ts'
import {
  answeredMixPayType,
  answeredOrderType,
  cashAddType,
  cashReduceType,
  medInsPayStatus,
  mixPayStatus,
  selfPayStatus,
} from './enumerations.ts'
import { cashAddFee, cashReduceFee, fields, ownersOfOrder } from './order.ts'

/**
 * The paid order. Nine fields are sure; amounts may be absent or spelled as text, and the details
 * may be one object with a type alone, so a query says what was really paid (X11).
 */
export const paid = defineNotification({
  id: 'medIns.paid',
  title: 'A medical-insurance order is paid (医保混合收款成功)',
  dialect: 'apiv3',
  event: 'MEDICAL_INSURANCE.SUCCESS',
  originalType: 'medical_insurance',
  associatedData: 'medins',
  resource: group({
    mix_trade_no: fields.mix_trade_no,
    mix_pay_status: mixPayStatus,
    self_pay_status: optional(selfPayStatus),
    med_ins_pay_status: optional(medInsPayStatus),
    paid_time: optional(fields.paid_time),
    passthrough_response_content: optional(fields.passthrough_response_content),
    mix_pay_type: answeredMixPayType,
    order_type: optional(answeredOrderType),
    ...ownersOfOrder,
    pay_for_relatives: optional(fields.pay_for_relatives),
    out_trade_no: fields.out_trade_no,
    serial_no: optional(fields.serial_no),
    pay_order_id: optional(fields.pay_order_id),
    pay_auth_no: optional(fields.pay_auth_no),
    geo_location: optional(fields.geo_location),
    city_id: fields.city_id,
    med_inst_name: fields.med_inst_name,
    med_inst_no: fields.med_inst_no,
    med_ins_order_create_time: optional(fields.med_ins_order_create_time),
    total_fee: optional(textual(fields.total_fee)),
    med_ins_gov_fee: optional(textual(fields.med_ins_gov_fee)),
    med_ins_self_fee: optional(textual(fields.med_ins_self_fee)),
    med_ins_other_fee: optional(textual(fields.med_ins_other_fee)),
    med_ins_cash_fee: optional(textual(fields.med_ins_cash_fee)),
    wechat_pay_cash_fee: optional(textual(fields.wechat_pay_cash_fee)),
    cash_add_detail: optional(
      orOne(
        list(
          group({ cash_add_fee: optional(textual(cashAddFee)), cash_add_type: optional(cashAddType) }),
        ).describe('What was added to the cash share (现金补充列表).'),
      ),
    ),
    cash_reduce_detail: optional(
      orOne(
        list(
          group({
            cash_reduce_fee: optional(textual(cashReduceFee)),
            cash_reduce_type: optional(cashReduceType),
          }),
        ).describe('What was taken off the cash share (现金减免列表).'),
      ),
    ),
    callback_url: fields.callback_url,
    prepay_id: optional(fields.prepay_id),
    passthrough_request_content: optional(fields.passthrough_request_content),
    extends: optional(fields.extends),
    attach: optional(fields.attach),
    channel_no: optional(fields.channel_no),
    med_ins_test_env: optional(fields.med_ins_test_env),
  }),
  // 2, 6, 14 and 30 s after the first attempt.
  schedule: [2, 4, 8, 16],
  trust: 'signature',
  doc: 'https://pay.weixin.qq.com/doc/v3/partner/4012165722',
})
