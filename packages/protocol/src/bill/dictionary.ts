/**
 * How a cell reads. text: as it is. free: text a person wrote, with the documented escapes. time: Beijing time.
 * yuan: two decimals. fee: yuan with five decimals. decimal: any decimal number. rate: percent or rate text.
 * count: whole number, perhaps printed `45.0`. id: text where `''` and `0` mean none.
 */
export type BillColumnType = 'text' | 'free' | 'time' | 'yuan' | 'fee' | 'decimal' | 'rate' | 'count' | 'id'

/** One column of a bill. */
export interface BillColumn {
  /** Official Chinese name, as in the header. */
  readonly name: string
  readonly type: BillColumnType
  /** Meaning in English. */
  readonly meaning: string
}

const dictionary: Record<string, readonly [BillColumnType, string]> = {
  交易时间: ['time', 'time of the payment'],
  公众账号ID: ['text', 'appid the payer used'],
  商户号: ['text', 'merchant id (of the provider in partner mode)'],
  特约商户号: ['text', 'sub-merchant id, `0` in direct mode'],
  子商户号: ['text', 'sub-merchant id'],
  设备号: ['text', 'device'],
  微信订单号: ['text', 'transaction_id'],
  商户订单号: ['text', 'out_trade_no; in medical-insurance bills the cash_order_id'],
  用户标识: ['text', 'openid of the payer'],
  交易类型: ['text', 'trade type, such as JSAPI'],
  交易状态: ['text', 'SUCCESS for a payment row, REFUND for a refund row, REVOKED'],
  付款银行: ['text', 'bank, such as CMB_CREDIT'],
  货币种类: ['text', 'currency'],
  应结订单金额: ['yuan', 'order amount to be settled'],
  代金券金额: ['yuan', 'coupon amount'],
  总金额: ['yuan', 'order amount'],
  代金券或立减优惠金额: ['yuan', 'coupon or discount amount'],
  退款申请时间: ['time', 'time the refund was accepted'],
  退款成功时间: ['time', 'time the refund succeeded'],
  微信退款单号: ['id', 'refund_id'],
  商户退款单号: ['id', 'out_refund_no; in medical-insurance bills the cash_refund_id'],
  退款金额: ['yuan', 'refunded amount'],
  充值券退款金额: ['yuan', 'refunded amount of coupons paid for'],
  代金券或立减优惠退款金额: ['yuan', 'refunded coupon or discount amount'],
  退款类型: ['text', 'where the refund goes, such as ORIGINAL or BALANCE'],
  退款状态: ['text', 'refund state when the bill was made: SUCCESS, PROCESSING, FAIL, CHANGE'],
  商品名称: ['free', 'description of the goods'],
  商户数据包: ['free', 'attach; in medical-insurance bills platform-internal data'],
  手续费: ['fee', 'fee, negative when returned'],
  费率: ['rate', 'fee rate, such as 0.60%'],
  订单金额: ['yuan', 'order amount'],
  申请退款金额: ['yuan', 'requested refund amount'],
  费率备注: ['free', 'remark on the fee rate'],

  总交易单数: ['count', 'count of rows'],
  应结订单总金额: ['yuan', 'sum of order amounts to be settled'],
  退款总金额: ['yuan', 'sum of refunded amounts'],
  充值券退款总金额: ['yuan', 'sum of refunded coupons paid for'],
  手续费总金额: ['fee', 'sum of fees'],
  订单总金额: ['yuan', 'sum of order amounts; in medical-insurance rows the total_fee'],
  申请退款总金额: ['yuan', 'sum of requested refund amounts'],
  总交易额: ['yuan', 'sum of order amounts'],
  总退款金额: ['yuan', 'sum of refunded amounts'],
  总代金券或立减优惠退款金额: ['yuan', 'sum of refunded coupon or discount amounts'],

  记账时间: ['time', 'booking time'],
  微信支付业务单号: ['text', 'transaction_id or refund_id of the movement'],
  资金流水单号: ['text', 'number of the movement'],
  业务名称: ['text', 'name of the business'],
  业务类型: ['text', 'type of the business'],
  收支类型: ['text', '收入 (in) or 支出 (out)'],
  '收支金额(元)': ['yuan', 'amount, unsigned'],
  '账户结余(元)': ['yuan', 'balance after the movement'],
  资金变更提交申请人: ['text', 'who asked for the movement'],
  备注: ['free', 'remark'],
  业务凭证号: ['text', 'voucher number'],
  资金流水总笔数: ['count', 'count of movements'],
  收入笔数: ['count', 'count of movements in'],
  收入金额: ['yuan', 'sum of movements in'],
  支出笔数: ['count', 'count of movements out'],
  支出金额: ['yuan', 'sum of movements out'],

  充值券币种: ['text', 'currency of coupons paid for'],
  充值券金额: ['decimal', 'amount of coupons paid for'],
  优惠券币种: ['text', 'currency of coupons'],
  优惠券金额: ['decimal', 'amount of coupons'],
  标价币种: ['text', 'pricing currency'],
  '订单金额(标价币种)': ['decimal', 'order amount in the pricing currency'],
  用户支付币种: ['text', 'currency the payer paid in'],
  用户支付金额: ['decimal', 'amount the payer paid'],
  结算币种: ['text', 'settlement currency'],
  支付汇率: ['rate', 'exchange rate of the payment'],
  退款汇率: ['rate', 'exchange rate of the refund'],
  用户退款币种: ['text', 'currency the payer is refunded in'],
  用户退款金额: ['decimal', 'amount the payer is refunded'],
  退款结算币种: ['text', 'settlement currency of the refund'],
  退款应结订单金额: ['decimal', 'refund amount to be settled'],
  优惠券退款金额: ['decimal', 'refunded amount of coupons'],

  医保支付流水: ['text', 'insurance_order_id'],
  医院订单号: ['text', 'hosp_out_trade_no as reported to the bureau'],
  医保业务流水号: ['text', 'serial_no'],
  医保业务单据号: ['text', 'bill_no'],
  医疗机构退款流水号: ['id', 'hosp_out_refund_no'],
  医保撤销流水号: ['id', 'cancel_serial_no'],
  医保撤销单据号: ['id', 'cancel_bill_no'],
  医疗机构编码: ['text', 'org_no'],
  医保外部交易支付结算成功时间: ['time', 'time the bureau settled'],
  医保支付资金: ['yuan', 'insurance_fee'],
  医保自费资金: ['yuan', 'self-paid part as the bureau sees it'],
  医保总交易金额: ['yuan', 'sum of the insurance and self-paid parts'],
  撤销金额: ['yuan', 'insurance_refund_fee'],
  医保撤销金额: ['yuan', 'insurance_refund_fee'],
  医保外部撤销成功时间: ['time', 'time the bureau cancelled'],
  医院名称: ['free', 'hospital_name'],
  订单支付类型: ['text', 'order_type, such as RegPay'],
  是否允许预结算费用发生变化: ['text', 'allow_fee_change, 0 or 1'],
  订单支付方式: ['text', 'pay_type, 1, 2 or 3'],
  订单号: ['text', 'hosp_out_trade_no'],
  退款订单号: ['id', 'hosp_out_refund_no'],
  订单下单时间: ['time', 'time the order was placed'],
  订单状态: ['text', 'med_trade_state'],
  订单自费金额: ['yuan', 'cash_fee'],
  订单医保金额: ['yuan', 'insurance_fee'],
  微信医保支付总单号: ['text', 'med_trans_id'],
  微信医保支付退款总单号: ['id', 'med_refund_id'],
  是否已进行医保对账: ['text', '是 checked with the bureau, 否 not yet, - nothing to check'],
  医保个账金额: ['yuan', 'insurance_self_fee, personal account'],
  医保统筹金额: ['yuan', 'insurance_fund_fee, pooled fund'],
  医保其他金额: ['yuan', 'insurance_other_fee'],
}

/** The column of that name; a name we do not know is a text column under its own name. */
export function columnNamed(name: string): BillColumn {
  const [type, meaning] = knowsColumn(name)
    ? (dictionary[name] ?? (['text', ''] as const))
    : (['text', 'column unknown to this version'] as const)
  return { name, type, meaning }
}

/** Whether a name stands in the tables. */
export const knowsColumn = (name: string): boolean => Object.hasOwn(dictionary, name)
