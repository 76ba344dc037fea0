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

type Entry = readonly [type: BillColumnType, meaning: string]
const column = (type: BillColumnType, meaning: string): Entry => [type, meaning]

const dictionary: Record<string, Entry> = {
  交易时间: column('time', 'time of the payment'),
  公众账号ID: column('text', 'appid the payer used'),
  商户号: column('text', 'merchant id (of the provider in partner mode)'),
  特约商户号: column('text', 'sub-merchant id, `0` in direct mode'),
  子商户号: column('text', 'sub-merchant id'),
  设备号: column('text', 'device'),
  微信订单号: column('text', 'transaction_id'),
  商户订单号: column('text', 'out_trade_no; in medical-insurance bills the cash_order_id'),
  用户标识: column('text', 'openid of the payer'),
  交易类型: column('text', 'trade type, such as JSAPI'),
  交易状态: column('text', 'SUCCESS for a payment row, REFUND for a refund row, REVOKED'),
  付款银行: column('text', 'bank, such as CMB_CREDIT'),
  货币种类: column('text', 'currency'),
  应结订单金额: column('yuan', 'order amount to be settled'),
  代金券金额: column('yuan', 'coupon amount'),
  总金额: column('yuan', 'order amount'),
  代金券或立减优惠金额: column('yuan', 'coupon or discount amount'),
  退款申请时间: column('time', 'time the refund was accepted'),
  退款成功时间: column('time', 'time the refund succeeded'),
  微信退款单号: column('id', 'refund_id'),
  商户退款单号: column('id', 'out_refund_no; in medical-insurance bills the cash_refund_id'),
  退款金额: column('yuan', 'refunded amount'),
  充值券退款金额: column('yuan', 'refunded amount of coupons paid for'),
  代金券或立减优惠退款金额: column('yuan', 'refunded coupon or discount amount'),
  退款类型: column('text', 'where the refund goes, such as ORIGINAL or BALANCE'),
  退款状态: column('text', 'refund state when the bill was made: SUCCESS, PROCESSING, FAIL, CHANGE'),
  商品名称: column('free', 'description of the goods'),
  商户数据包: column('free', 'attach; in medical-insurance bills platform-internal data'),
  手续费: column('fee', 'fee, negative when returned'),
  费率: column('rate', 'fee rate, such as 0.60%'),
  订单金额: column('yuan', 'order amount'),
  申请退款金额: column('yuan', 'requested refund amount'),
  费率备注: column('free', 'remark on the fee rate'),

  总交易单数: column('count', 'count of rows'),
  应结订单总金额: column('yuan', 'sum of order amounts to be settled'),
  退款总金额: column('yuan', 'sum of refunded amounts'),
  充值券退款总金额: column('yuan', 'sum of refunded coupons paid for'),
  手续费总金额: column('fee', 'sum of fees'),
  订单总金额: column('yuan', 'sum of order amounts; in medical-insurance rows the total_fee'),
  申请退款总金额: column('yuan', 'sum of requested refund amounts'),
  总交易额: column('yuan', 'sum of order amounts'),
  总退款金额: column('yuan', 'sum of refunded amounts'),
  总代金券或立减优惠退款金额: column('yuan', 'sum of refunded coupon or discount amounts'),

  记账时间: column('time', 'booking time'),
  微信支付业务单号: column('text', 'transaction_id or refund_id of the movement'),
  资金流水单号: column('text', 'number of the movement'),
  业务名称: column('text', 'name of the business'),
  业务类型: column('text', 'type of the business'),
  收支类型: column('text', '收入 (in) or 支出 (out)'),
  '收支金额(元)': column('yuan', 'amount, unsigned'),
  '账户结余(元)': column('yuan', 'balance after the movement'),
  资金变更提交申请人: column('text', 'who asked for the movement'),
  备注: column('free', 'remark'),
  业务凭证号: column('text', 'voucher number'),
  资金流水总笔数: column('count', 'count of movements'),
  收入笔数: column('count', 'count of movements in'),
  收入金额: column('yuan', 'sum of movements in'),
  支出笔数: column('count', 'count of movements out'),
  支出金额: column('yuan', 'sum of movements out'),

  充值券币种: column('text', 'currency of coupons paid for'),
  充值券金额: column('decimal', 'amount of coupons paid for'),
  优惠券币种: column('text', 'currency of coupons'),
  优惠券金额: column('decimal', 'amount of coupons'),
  标价币种: column('text', 'pricing currency'),
  '订单金额(标价币种)': column('decimal', 'order amount in the pricing currency'),
  用户支付币种: column('text', 'currency the payer paid in'),
  用户支付金额: column('decimal', 'amount the payer paid'),
  结算币种: column('text', 'settlement currency'),
  支付汇率: column('rate', 'exchange rate of the payment'),
  退款汇率: column('rate', 'exchange rate of the refund'),
  用户退款币种: column('text', 'currency the payer is refunded in'),
  用户退款金额: column('decimal', 'amount the payer is refunded'),
  退款结算币种: column('text', 'settlement currency of the refund'),
  退款应结订单金额: column('decimal', 'refund amount to be settled'),
  优惠券退款金额: column('decimal', 'refunded amount of coupons'),

  医保支付流水: column('text', 'insurance_order_id'),
  医院订单号: column('text', 'hosp_out_trade_no as reported to the bureau'),
  医保业务流水号: column('text', 'serial_no'),
  医保业务单据号: column('text', 'bill_no'),
  医疗机构退款流水号: column('id', 'hosp_out_refund_no'),
  医保撤销流水号: column('id', 'cancel_serial_no'),
  医保撤销单据号: column('id', 'cancel_bill_no'),
  医疗机构编码: column('text', 'org_no'),
  医保外部交易支付结算成功时间: column('time', 'time the bureau settled'),
  医保支付资金: column('yuan', 'insurance_fee'),
  医保自费资金: column('yuan', 'self-paid part as the bureau sees it'),
  医保总交易金额: column('yuan', 'sum of the insurance and self-paid parts'),
  撤销金额: column('yuan', 'insurance_refund_fee'),
  医保撤销金额: column('yuan', 'insurance_refund_fee'),
  医保外部撤销成功时间: column('time', 'time the bureau cancelled'),
  医院名称: column('free', 'hospital_name'),
  订单支付类型: column('text', 'order_type, such as RegPay'),
  是否允许预结算费用发生变化: column('text', 'allow_fee_change, 0 or 1'),
  订单支付方式: column('text', 'pay_type, 1, 2 or 3'),
  订单号: column('text', 'hosp_out_trade_no'),
  退款订单号: column('id', 'hosp_out_refund_no'),
  订单下单时间: column('time', 'time the order was placed'),
  订单状态: column('text', 'med_trade_state'),
  订单自费金额: column('yuan', 'cash_fee'),
  订单医保金额: column('yuan', 'insurance_fee'),
  微信医保支付总单号: column('text', 'med_trans_id'),
  微信医保支付退款总单号: column('id', 'med_refund_id'),
  是否已进行医保对账: column('text', '是 checked with the bureau, 否 not yet, - nothing to check'),
  医保个账金额: column('yuan', 'insurance_self_fee, personal account'),
  医保统筹金额: column('yuan', 'insurance_fund_fee, pooled fund'),
  医保其他金额: column('yuan', 'insurance_other_fee'),
}

/** The column of that name; a name we do not know is a text column under its own name. */
export function columnNamed(name: string): BillColumn {
  const [type, meaning] = knowsColumn(name)
    ? (dictionary[name] ?? column('text', ''))
    : column('text', 'column unknown to this version')
  return { name, type, meaning }
}

/** Whether a name stands in the tables. */
export const knowsColumn = (name: string): boolean => Object.hasOwn(dictionary, name)
