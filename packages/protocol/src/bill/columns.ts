import { type BillColumn, columnNamed } from './dictionary.ts'

/** How one bill format is laid out and how strictly it is read. */
export interface BillFormat {
  /** What the bill is, in one line. */
  readonly title: string
  /** Columns in official order. */
  readonly columns: readonly BillColumn[]
  /** Columns of the summary at the end; empty when the format has none. */
  readonly summary: readonly BillColumn[]
  /** Whether a page may have folded a record over several lines. */
  readonly folded: boolean
  /** What a row with too few or too many cells means: refuse the bill, or keep the row marked. */
  readonly ragged: 'refuse' | 'keep'
  /** Whether blanks around a cell are dropped. */
  readonly trimmed: boolean
}

const payment =
  '交易时间 公众账号ID 商户号 特约商户号 设备号 微信订单号 商户订单号 用户标识 交易类型 交易状态 付款银行 货币种类 应结订单金额 代金券金额'
const refund = '微信退款单号 商户退款单号 退款金额 充值券退款金额 退款类型 退款状态'
const goods = '商品名称 商户数据包 手续费 费率'
const tradeSummary =
  '总交易单数 应结订单总金额 退款总金额 充值券退款总金额 手续费总金额 订单总金额 申请退款总金额'

const oldPayment = payment
  .replace('特约商户号', '子商户号')
  .replace('应结订单金额', '总金额')
  .replace('代金券金额', '代金券或立减优惠金额')
const oldRefund = refund.replace('充值券退款金额', '代金券或立减优惠退款金额')

const bureauIds = '医保支付流水 医院订单号 医保业务流水号 医保业务单据号'
const bureauCancelIds = '医疗机构退款流水号 医保撤销流水号 医保撤销单据号'
const bureauMoney = '医保外部交易支付结算成功时间 医保支付资金 医保自费资金 医保总交易金额'
const orderHead = '医院名称 订单支付类型 是否允许预结算费用发生变化 订单支付方式 订单号'
const orderBody = '订单下单时间 订单状态 订单自费金额 订单医保金额 订单总金额 微信医保支付总单号'
const orderTail = '是否已进行医保对账 医保个账金额 医保统筹金额 医保其他金额'
const insuranceAll = `${oldPayment} ${oldRefund} ${goods} ${bureauIds} ${bureauCancelIds} 医疗机构编码 ${bureauMoney} 撤销金额 医保外部撤销成功时间 ${orderHead} 退款订单号 ${orderBody} 微信医保支付退款总单号 ${orderTail}`
const insuranceRefund = `${oldPayment} 退款申请时间 退款成功时间 ${oldRefund} ${goods} ${bureauIds} ${bureauCancelIds} 医疗机构编码 医保撤销金额 医保外部撤销成功时间 ${orderHead} 退款订单号 ${orderBody} 微信医保支付退款总单号 ${orderTail}`
const insuranceCompact = `${oldPayment} ${goods} ${bureauIds} 医疗机构编码 ${bureauMoney} ${orderHead} ${orderBody} ${orderTail}`

const globalStatement =
  '交易时间 公众账号ID 商户号 子商户号 设备号 微信订单号 商户订单号 用户标识 交易类型 交易状态 付款银行 充值券币种 充值券金额 优惠券币种 优惠券金额 微信退款单号 商户退款单号 退款类型 退款状态 商品名称 商户数据包 手续费 费率 标价币种 订单金额(标价币种) 用户支付币种 用户支付金额 结算币种 应结订单金额 支付汇率 退款汇率 申请退款金额 用户退款币种 用户退款金额 退款结算币种 退款应结订单金额 充值券退款金额 优惠券退款金额'

const columns = (names: string): readonly BillColumn[] =>
  names === '' ? [] : names.split(' ').map(columnNamed)

const strict = (title: string, names: string, summary: string): BillFormat => ({
  title,
  columns: columns(names),
  summary: columns(summary),
  folded: false,
  ragged: 'refuse',
  trimmed: false,
})

const insurance = (title: string, names: string): BillFormat => ({
  ...strict(title, names, ''),
  folded: true,
  ragged: 'keep',
  trimmed: true,
})

const tradeAll = strict(
  'Trade bill, all rows (交易账单 ALL)',
  `${payment} ${refund} ${goods} 订单金额 申请退款金额 费率备注`,
  tradeSummary,
)
const tradeSuccess = strict(
  'Trade bill, payments (交易账单 SUCCESS)',
  `${payment} ${goods} 订单金额 费率备注`,
  '总交易单数 应结订单总金额 手续费总金额 订单总金额',
)
const tradeRefund = strict(
  'Trade bill, refunds (交易账单 REFUND)',
  `${payment} 退款申请时间 退款成功时间 ${refund} ${goods} 订单金额 申请退款金额 费率备注`,
  tradeSummary,
)
const global = strict('Statement of overseas merchants (对账单)', globalStatement, '')

/**
 * Every bill format we know, by kind. The order matters to detection: of two kinds that fit a header
 * equally well, the first is taken (trade before wecom, whose bills look the same).
 */
export const billFormats = {
  'trade.all': tradeAll,
  'trade.success': tradeSuccess,
  'trade.refund': tradeRefund,
  'trade.old': strict(
    'Trade bill, layout before 2019 (交易账单)',
    `${oldPayment} ${oldRefund} ${goods}`,
    '总交易单数 总交易额 总退款金额 总代金券或立减优惠退款金额 手续费总金额',
  ),
  fundFlow: strict(
    'Fund-flow bill (资金账单)',
    '记账时间 微信支付业务单号 资金流水单号 业务名称 业务类型 收支类型 收支金额(元) 账户结余(元) 资金变更提交申请人 备注 业务凭证号',
    '资金流水总笔数 收入笔数 收入金额 支出笔数 支出金额',
  ),
  globalStatement: {
    ...global,
    // Statement amounts are in the major units of the row's currencies, so they are no yuan.
    columns: global.columns.map((column) =>
      column.type === 'yuan' || column.type === 'fee' ? { ...column, type: 'decimal' as const } : column,
    ),
  },
  'payinsurance.all': insurance('Medical-insurance bill, all orders (对帐单 ALL)', insuranceAll),
  'payinsurance.success': insurance('Medical-insurance bill, payments (对帐单 SUCCESS)', insuranceAll),
  'payinsurance.refund': insurance('Medical-insurance bill, refunds (对帐单 REFUND)', insuranceRefund),
  'payinsurance.compact': insurance(
    'Medical-insurance bill, payments without refund columns (对帐单 SUCCESS)',
    insuranceCompact,
  ),
  'wecom.all': tradeAll,
  'wecom.success': tradeSuccess,
  'wecom.refund': tradeRefund,
} as const satisfies Record<string, BillFormat>

/** Name of a bill format. */
export type BillKind = keyof typeof billFormats

/** All kinds, in the order of detection. */
export const billKinds = Object.keys(billFormats) as readonly BillKind[]

/** The format of a kind. */
export const billFormat = (kind: BillKind): BillFormat => billFormats[kind]

/** A column name in the spelling of the tables: without blanks and backticks, parentheses half-width. */
export const columnName = (printed: string): string =>
  printed.replace(/[\s`]/g, '').replaceAll('\uFF08', '(').replaceAll('\uFF09', ')')

/**
 * The kind whose columns fit a header best, by shared names against all names; undefined when fewer than
 * half of all names are shared.
 */
export function detectBillKind(header: readonly string[]): BillKind | undefined {
  const names = new Set(header.map(columnName))
  let best: BillKind | undefined
  let bestShare = 0.5
  for (const kind of billKinds) {
    const own = billFormat(kind).columns
    const shared = own.filter(({ name }) => names.has(name)).length
    const share = shared / (own.length + names.size - shared)
    if (share > bestShare) [best, bestShare] = [kind, share]
  }
  return best
}
