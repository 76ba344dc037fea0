/** The bill of a day: paid orders and refunds that succeeded, in the columns of its kind. */
import { bill, operations } from '@chadan/protocol'
import { madeMs, startOf } from '../../bill-days.ts'
import { handle, Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import { type OrderRow, orders, type RefundRow, refunds } from './rows.ts'

const dayMs = 24 * 3600_000

type BillType = 'ALL' | 'SUCCESS' | 'REFUND'
type Cells = Record<string, string>

/** Which rows a bill holds. */
const contents = {
  ALL: { payments: true, refunds: true },
  SUCCESS: { payments: true, refunds: false },
  REFUND: { payments: false, refunds: true },
} as const satisfies Record<BillType, object>

/** Answers the bill of a day. */
export const billing = handle(operations.payinsurance.getBalanceBill, ({ world, caller, body }) => {
  const type = (body.bill_type ?? 'ALL') as BillType
  const day = dayIn(body.bill_date)
  const rows = world.clock.now() >= madeMs(world, day) ? rowsOf(world, caller.mchid, day, type) : []
  // A day without rows is answered like one whose bill is not there yet.
  if (rows.length === 0) throw new Refusal('80001', '该日期订单未生成')
  return { bytes: write(world, type, rows), headers: { 'content-type': 'text/plain; charset=utf-8' } }
})

/** `yyyyMMdd` as the other bills have it. */
function dayIn(date: string): string {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
}

function kindOf(world: World, type: BillType): bill.BillKind {
  if (type === 'ALL') return 'payinsurance.all'
  if (type === 'REFUND') return 'payinsurance.refund'
  return world.switches.payinsurance.successColumns === 42 ? 'payinsurance.compact' : 'payinsurance.success'
}

function write(world: World, type: BillType, rows: readonly Cells[]): Uint8Array {
  const { quoting, billForm: form } = world.switches.payinsurance
  const kind = kindOf(world, type)
  const columns = namesOf(kind)
  const extra = Array.from({ length: form.extraColumns }, (_, place) => `扩展字段${place + 1}`)
  const cells = rows.map((row) =>
    Object.fromEntries([...columns, ...extra].map((column) => [column, cell(row[column] ?? '')])),
  )
  const summary = form.summary ? sumsOf(rows) : undefined
  const style: bill.BillStyle = {
    quoting,
    bom: form.bom ? 'bom' : 'none',
    newline: form.newline === 'CRLF' ? '\r\n' : '\n',
    firstCell: form.firstCell,
    columns: [...columns, ...extra],
    header: [...(form.header === 'all' ? namesOf('payinsurance.all') : columns), ...extra],
    summaryColumns: Object.keys(summary ?? {}),
    escapes: 'none',
  }
  return new Uint8Array(Buffer.concat([...bill.writeBill(kind, { rows: cells, summary }, style)]))
}

function namesOf(kind: bill.BillKind): string[] {
  return bill.billFormat(kind).columns.map(({ name }) => name)
}

/** The sums as trade bills have them; the row of a refund repeats its payment's price, which counts once. */
function sumsOf(rows: readonly Cells[]): Cells {
  const payments = rows.filter((row) => row.订单状态 !== 'REFUND')
  const sum = (among: readonly Cells[], column: string) =>
    among.reduce((total, row) => total + bill.yuanToMilliFen(row[column] || '0.00000'), 0)
  const yuanIn = (among: readonly Cells[], column: string) => yuan(sum(among, column) / 1000)
  return {
    总交易单数: String(rows.length),
    总交易额: yuanIn(payments, '总金额'),
    总退款金额: yuanIn(rows, '退款金额'),
    总代金券或立减优惠退款金额: yuanIn(rows, '代金券或立减优惠退款金额'),
    手续费总金额: bill.milliFenToYuan(sum(rows, '手续费')),
  }
}

// A backtick or line end, and a comma at the end, would read as the border of a cell.
function cell(text: string): string {
  return text.replace(/[`\r\n]/g, ' ').replace(/,+$/, '')
}

function rowsOf(world: World, hospital: string, day: string, type: BillType): Cells[] {
  const startMs = startOf(day)
  const isThen = (ms: number | undefined) => ms !== undefined && ms >= startMs && ms < startMs + dayMs
  const isChecked = world.clock.now() >= madeMs(world, day) + dayMs
  const rows: Cells[] = []
  for (const order of contents[type].payments ? orders(world).values() : []) {
    if (order.hospital === hospital && isThen(order.paidMs)) rows.push(payment(world, order, isChecked))
  }
  for (const refund of contents[type].refunds ? refunds(world).values() : []) {
    const order = orders(world).get(refund.order)
    if (order && refund.hospital === hospital && isThen(refund.endMs))
      rows.push({ ...payment(world, order, isChecked), ...returned(world, order, refund) })
  }
  return rows
}

const noRefund = {
  微信退款单号: '0',
  商户退款单号: '0',
  退款金额: '0.00',
  代金券或立减优惠退款金额: '0.00',
  撤销金额: '0.00',
}

/** The columns of a payment. Those of the cash leg hold no money where insurance paid all. */
function payment(world: World, order: OrderRow, isChecked: boolean): Cells {
  const { placed, split } = order
  const isCash = order.cash !== undefined
  const isInsured = order.insurance !== undefined
  const paid = timeOf(order.paidMs)
  const self = split.cash - (placed.cash_add_fee ?? 0) + (placed.cash_reduced_fee ?? 0)
  const bureau = isInsured && {
    医保支付流水: order.insuranceId ?? '',
    医保外部交易支付结算成功时间: paid,
    医保支付资金: yuan(split.insurance),
    医保自费资金: yuan(self),
    医保总交易金额: yuan(split.insurance + self),
  }
  return {
    交易时间: paid,
    公众账号ID: placed.appid,
    商户号: placed.mch_id,
    子商户号: placed.sub_mch_id ?? '',
    用户标识: placed.sub_openid ?? placed.openid ?? '',
    货币种类: 'CNY',
    总金额: yuan(split.cash),
    代金券或立减优惠金额: '0.00',
    ...noRefund,
    ...(isCash && cashCells(world, order)),
    ...bureau,
    医院订单号: placed.hosp_out_trade_no,
    医保业务流水号: placed.serial_no,
    医保业务单据号: placed.bill_no,
    医疗机构编码: placed.org_no,
    医院名称: placed.hospital_name,
    订单支付类型: placed.order_type,
    是否允许预结算费用发生变化: String(placed.allow_fee_change),
    订单支付方式: String(order.payType),
    订单号: placed.hosp_out_trade_no,
    订单下单时间: timeOf(order.createMs),
    订单状态: 'SUCCESS',
    订单自费金额: yuan(split.cash),
    订单医保金额: yuan(split.insurance),
    订单总金额: yuan(placed.total_fee),
    微信医保支付总单号: order.id,
    是否已进行医保对账: !isInsured ? '-' : isChecked ? '是' : '否',
    医保个账金额: isInsured ? yuan(split.self) : '-',
    医保统筹金额: isInsured ? yuan(split.fund) : '-',
    医保其他金额: isInsured ? yuan(split.other) : '-',
  }
}

function cashCells(world: World, order: OrderRow): Cells {
  const transaction = order.transactionId ? world.transactions.get(order.transactionId) : undefined
  return {
    微信订单号: order.transactionId ?? '',
    商户订单号: order.cashId ?? '',
    交易类型: 'JSAPI',
    交易状态: 'SUCCESS',
    付款银行: transaction?.bankType ?? 'OTHERS',
    商品名称: order.placed.body,
    // The platform's own data, not the hospital's `attach`.
    商户数据包: Buffer.from(`${order.placed.mch_id}/${order.id}`).toString('base64url'),
    手续费: fee(order.split.cash),
    费率: '0.30%',
  }
}

/** The columns in which a refund differs from its payment. */
function returned(world: World, order: OrderRow, refund: RefundRow): Cells {
  const record = [...world.refunds.values()].find((one) => one.details?.id === refund.id)
  return {
    订单状态: 'REFUND',
    ...(record && {
      交易状态: 'REFUND',
      退款申请时间: timeOf(refund.createMs),
      退款成功时间: timeOf(refund.cashMs),
      微信退款单号: record.refundId,
      商户退款单号: refund.cashId ?? '',
      退款金额: yuan(refund.cashFee),
      退款类型: 'ORIGINAL',
      退款状态: 'SUCCESS',
      手续费: `-${fee(refund.cashFee)}`,
    }),
    ...(refund.insuranceId && {
      撤销金额: yuan(refund.insuranceFee),
      医保撤销金额: yuan(refund.insuranceFee),
      医保外部撤销成功时间: timeOf(refund.insuranceMs),
    }),
    医疗机构退款流水号: refund.number,
    医保撤销流水号: order.placed.serial_no,
    医保撤销单据号: order.placed.bill_no,
    退款订单号: refund.number,
    微信医保支付退款总单号: refund.id,
  }
}

const yuan = bill.fenToYuan

function timeOf(ms: number | undefined): string {
  return ms === undefined ? '' : bill.msToBillTime(ms)
}

/** Three thousandths, rounded to fen, with five decimals. */
function fee(fen: number): string {
  return `${yuan(Math.round((fen * 3) / 1000))}000`
}
