/** Rows of a trade bill: every cell by its column's name, and what a reconciliation reads of them with types. */
import assert from 'node:assert/strict'
import { bill } from '@chadan/protocol'
import { csvParse, papa } from '../peers.ts'
import { type Effort, inTurns } from '../rounds.ts'
import type { Found } from '../table.ts'

const rowCount = 5_000

/** The measures `bill` (objects) and `billTyped`. */
export async function bills(effort: Effort): Promise<Record<string, Found>> {
  assert.deepEqual({ ...ours()[17] }, { ...withCsvParse()[17] })
  assert.deepEqual({ ...ours()[17] }, { ...withPapa()[17] })
  assert.deepEqual(oursTyped()[17], typed(withCsvParse())[17])
  const counts = rowCount
  const turns = await inTurns(
    {
      limit: { work: splitOnly, counts },
      ours: { work: ours, counts },
      csv: { work: withCsvParse, counts },
      papa: { work: withPapa, counts },
      oursTyped: { work: oursTyped, counts },
      csvTyped: { work: () => typed(withCsvParse()), counts },
      papaTyped: { work: () => typed(withPapa()), counts },
    },
    effort,
  )
  const rate = (name: keyof typeof turns) => turns[name].perCpuSecond
  const found = (own: number, peers: Record<string, number>): Found => ({
    unit: 'rows per CPU second',
    better: 'more',
    ours: own,
    limit: rate('limit'),
    peers,
    aim: { toBestPeer: 1 },
  })
  return {
    bill: found(rate('ours'), { 'csv-parse': rate('csv'), papaparse: rate('papa') }),
    billTyped: found(rate('oursTyped'), { 'csv-parse': rate('csvTyped'), papaparse: rate('papaTyped') }),
  }
}

const columns =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注'
const totals = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额'

function row(number: number): string {
  const yuan = (1 + (number % 900)).toFixed(2)
  const cells = [
    ...[`2026-03-17 10:${String(10 + (number % 50))}:11`, 'wx7c1f0d2e9b8a4635', '1688000103', '0'],
    ...['POS-HZ-0017', `42000029132026031755001${String(number).padStart(5, '0')}`, `SO20260317A${number}`],
    ...['oKq5Zt1mYd8Xw3Rb7Ls0Hc9Vf2Jp', 'JSAPI', 'SUCCESS', 'OTHERS', 'CNY', yuan, '0.00', '0', '0'],
    ...['0.00', '0.00', '', '', '示例书店-茶谱', 'store=HZ02;line=2', '0.21000', '0.60%', yuan, '0.00', ''],
  ]
  return cells.map((cell) => `\`${cell}`).join(',')
}

const lines = [
  `\uFEFF${columns}`,
  ...Array.from({ length: rowCount }, (_, number) => row(number)),
  totals,
  `\`${rowCount},\`1.00,\`0.00,\`0.00,\`0.00,\`1.00,\`0.00`,
]
const bytes = Buffer.from(`${lines.join('\r\n')}\r\n`)

/** Decoding and splitting, nothing made of it. */
function splitOnly(): number {
  let cells = 0
  for (const line of bytes.toString().split('\r\n')) cells += line.split(',`').length
  return cells
}

function ours(): Record<string, string>[] {
  return bill.readBill(bytes).rows.map((one) => one.toObject())
}

function oursTyped(): Typed[] {
  return bill.readBill(bytes).rows.map((one) => ({
    number: one.text('商户订单号') ?? '',
    transaction: one.text('微信订单号') ?? '',
    timeMs: one.time('交易时间'),
    total: one.fen('订单金额'),
    refunded: one.fen('退款金额'),
    state: one.text('交易状态') ?? '',
  }))
}

const withoutBacktick = (cell: string) => (cell.startsWith('`') ? cell.slice(1) : cell)

/** The two lines of totals are read as rows, as a general reader must, and cut off. */
function withCsvParse(): Record<string, string>[] {
  const options = { columns: true, bom: true, quote: null, relax_column_count: true, cast: withoutBacktick }
  return csvParse.parse(bytes, options).slice(0, rowCount)
}

function withPapa(): Record<string, string>[] {
  const text = bytes.toString()
  const options = { header: true, delimiter: ',', quoteChar: '\0', transform: withoutBacktick }
  return papa.parse(text, options).data.slice(0, rowCount)
}

interface Typed {
  readonly number: string
  readonly transaction: string
  readonly timeMs: number | null
  readonly total: number | null
  readonly refunded: number | null
  readonly state: string
}

function typed(rows: readonly Record<string, string>[]): Typed[] {
  const fen = (text: string | undefined) => (text ? Math.round(Number(text) * 100) : null)
  return rows.map((one) => ({
    number: one.商户订单号 ?? '',
    transaction: one.微信订单号 ?? '',
    timeMs: one.交易时间 ? Date.parse(`${one.交易时间.replace(' ', 'T')}+08:00`) : null,
    total: fen(one.订单金额),
    refunded: fen(one.退款金额),
    state: one.交易状态 ?? '',
  }))
}
