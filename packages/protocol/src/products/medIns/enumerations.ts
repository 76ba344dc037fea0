/** The enumerations of medical-insurance orders. Requests refuse the UNKNOWN values that answers may hold. */
import { choice } from '../../fields.ts'

const mixPayTypes = {
  CASH_ONLY: 'Ordered only at WeChat Pay (纯自费).',
  INSURANCE_ONLY: 'Ordered only at the insurance bureau (纯医保).',
  CASH_AND_INSURANCE: 'Ordered at both (医保自费混合).',
} as const

const orderTypes = {
  REG_PAY: 'Registration (挂号).',
  DIAG_PAY: 'Clinic payment (诊间).',
  COVID_EXAM_PAY: 'Nucleic-acid test (核酸检测).',
  IN_HOSP_PAY: 'Inpatient fee (住院费).',
  PHARMACY_PAY: 'Pharmacy (药店).',
  INSURANCE_PAY: 'Insurance premium (保险费).',
  INT_REG_PAY: 'Internet-hospital registration (互联网医院挂号).',
  INT_RE_DIAG_PAY: 'Internet-hospital revisit (互联网医院复诊).',
  INT_RX_PAY: 'Internet-hospital prescription (互联网医院处方).',
  COVID_ANTIGEN_PAY: 'Antigen test (抗原检测).',
  MED_PAY: 'Drug fee (药费).',
} as const

/** `mix_pay_type` as a caller may send it. */
export const mixPayType = choice(mixPayTypes).describe(
  'Which legs the order has (混合支付类型): where orders were placed decides, not the amounts.',
)

/** `mix_pay_type` as answers hold it. */
export const answeredMixPayType = choice({
  UNKNOWN_MIX_PAY_TYPE: 'Unknown: an error, never to be acted on; blocked in requests.',
  ...mixPayTypes,
}).describe('Which legs the order has (混合支付类型).')

/** `order_type` as a caller may send it. */
export const orderType = choice(orderTypes).describe(
  'What is paid for (订单类型): the real scene, since the bureau checks it.',
)

/** `order_type` as answers hold it. */
export const answeredOrderType = choice({
  UNKNOWN_ORDER_TYPE: 'Unknown: blocked in requests.',
  ...orderTypes,
}).describe('What is paid for (订单类型).')

/** `mix_pay_status`: for fulfilment look at both legs, too. */
export const mixPayStatus = choice({
  UNKNOWN_MIX_PAY_STATUS: 'Unknown: an error, never to be acted on; query again.',
  MIX_PAY_CREATED: 'Waiting for payment; not final.',
  MIX_PAY_SUCCESS: 'Every existing leg is paid; may still become MIX_PAY_REFUND.',
  MIX_PAY_REFUND: 'Cash and insurance are refunded; final.',
  MIX_PAY_FAIL: 'Failed; final for the order, but a leg that is paid must still be undone.',
}).describe('Status of the whole order (混合订单支付状态).')

/** `self_pay_status`. */
export const selfPayStatus = choice({
  UNKNOWN_SELF_PAY_STATUS: 'Unknown: an error, never to be acted on; query again.',
  SELF_PAY_CREATED: 'Waiting for payment.',
  SELF_PAY_SUCCESS: 'Paid.',
  SELF_PAY_REFUND: 'Refunded.',
  SELF_PAY_FAIL: 'Failed.',
  NO_SELF_PAY: 'The order has no cash leg.',
}).describe('Status of the cash leg (自费部分).')

/** `med_ins_pay_status`. */
export const medInsPayStatus = choice({
  UNKNOWN_MED_INS_PAY_STATUS: 'Unknown: an error, never to be acted on; query again.',
  MED_INS_PAY_CREATED: 'Waiting for payment.',
  MED_INS_PAY_SUCCESS: 'Paid by the bureau.',
  MED_INS_PAY_REFUND: 'Refunded by the bureau.',
  MED_INS_PAY_FAIL: 'Refused by the bureau.',
  NO_MED_INS_PAY: 'The order has no insurance leg.',
}).describe('Status of the insurance leg (医保部分).')

/** `card_type` of payer and relative; requests only. */
export const cardType = choice({
  ID_CARD: 'Identity card (身份证).',
  HOUSEHOLD_REGISTRATION: 'Household register (户口本).',
  FOREIGNER_PASSPORT: "Foreigner's passport (外国人护照).",
  MAINLAND_TRAVEL_PERMIT_FOR_TW: 'Mainland travel permit for Taiwan residents (台湾居民来往大陆通行证).',
  MAINLAND_TRAVEL_PERMIT_FOR_MO: 'Mainland travel permit for Macao residents (澳门居民来往内地通行证).',
  MAINLAND_TRAVEL_PERMIT_FOR_HK: 'Mainland travel permit for Hong Kong residents (香港居民来往内地通行证).',
  FOREIGN_PERMANENT_RESIDENT: "Foreigner's permanent residence permit (外国人永久居留证).",
}).describe('Kind of identity document (证件类型); UNKNOWN_USER_CARD_TYPE is refused.')

/** `cash_add_type`. */
export const cashAddType = choice({
  DEFAULT_ADD_TYPE: 'Surcharge of the institution (机构加收费用).',
  FREIGHT: 'Freight (运费).',
  OTHER_MEDICAL_EXPENSES: 'Other medical expenses (其他医疗费用).',
}).describe('Kind of addition (现金补充类型).')

/** `cash_reduce_type`. */
export const cashReduceType = choice({
  DEFAULT_REDUCE_TYPE: 'Discount of the institution (机构优惠).',
  HOSPITAL_REDUCE: 'Reduction by the hospital (医院减免).',
  PHARMACY_DISCOUNT: 'Discount of the pharmacy (药店优惠).',
  DISCOUNT: 'Discount money (优惠金).',
  PRE_PAYMENT: 'Prepaid money (预缴金).',
  DEPOSIT_DEDUCTION: 'Taken from the deposit (押金抵扣).',
}).describe('Kind of reduction (现金减免类型).')
