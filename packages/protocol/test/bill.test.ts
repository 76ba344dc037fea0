import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  BillError,
  type BillKind,
  BillReader,
  type BillStyle,
  billFormat,
  billKinds,
  detectBillKind,
  parseBill,
  readBill,
  writeBill,
} from '../src/bill/index.ts'
import {
  fundFlowSample,
  insuranceAllSample,
  insuranceCompactSample,
  insuranceRefundSample,
  tradeSample,
} from './bill.samples.ts'

const plain = { bom: 'none', newline: '\n' } as const
const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')
const bytesOf = (lines: readonly string[], newline = '\n') => Buffer.from(`${lines.join(newline)}${newline}`)
const real = (lines: readonly string[]) =>
  Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytesOf(lines, '\r\n')])

/** Reads a bill and writes what was read. */
function rewritten(bytes: Uint8Array, kind: BillKind, style: BillStyle = {}): Buffer {
  const { rows, reader } = readBill(bytes)
  const summary = reader.summaries[0]?.cells
  return Buffer.concat([...writeBill(kind, { rows: rows.map((row) => row.toObject()), summary }, style)])
}

const replaced = (lines: readonly string[], line: number, from: string, to: string) =>
  lines.map((text, place) => (place === line ? text.replace(from, to) : text))

test('the trade sample has the published digests in both variants, read and written again', () => {
  assert.equal(real(tradeSample).length, 1202)
  assert.equal(sha1(rewritten(real(tradeSample), 'trade.all')), '7e1e458c287ac80bf5b81450dbbee191efc4f48a')
  const lf = rewritten(bytesOf(tradeSample), 'trade.all', plain)
  assert.equal(lf.length, 1194)
  assert.equal(sha1(lf), 'e38adcc533ffd5437d3f95f647aadcb447a52919')
})

test('the fund-flow sample has the published digest, read and written again', () => {
  const written = rewritten(real(fundFlowSample), 'fundFlow')
  assert.equal(written.length, 877)
  assert.equal(sha1(written), '2a003044c00c396a8c4b5d128c20675742821c8c')
})

test('the trade sample reads as a payment, a refund and their summary', () => {
  const { rows, reader } = readBill(real(tradeSample))
  assert.equal(reader.kind, 'trade.all')
  assert.deepEqual(reader.missing, [])
  const [payment, refund] = rows
  assert.ok(payment && refund && rows.length === 2)
  assert.equal(payment.line, 2)
  assert.equal(payment.time('交易时间'), Date.parse('2026-03-17T10:22:11+08:00'))
  assert.equal(payment.fen('应结订单金额'), 3550)
  assert.equal(payment.milliFen('手续费'), 21000)
  assert.equal(payment.id('微信退款单号'), null)
  assert.equal(payment.text('商品名称'), '示例书店-茶谱')
  assert.equal(payment.text('费率'), '0.60%')
  assert.equal(payment.text('费率备注'), '')
  assert.equal(refund.text('交易状态'), 'REFUND')
  assert.equal(refund.fen('退款金额'), 550)
  assert.equal(refund.milliFen('手续费'), -3000)
  assert.equal(refund.id('商户退款单号'), 'RF20260317A00042_2_1')
  const summary = reader.summaries[0]
  assert.equal(summary?.count('总交易单数'), 2)
  assert.equal(summary?.fen('申请退款总金额'), 550)
  assert.equal(summary?.milliFen('手续费总金额'), 18000)
})

test('the fund-flow sample reads with either kind of parentheses in its header', () => {
  const wide = fundFlowSample.map((line) => line.replaceAll('(元)', '\uFF08元\uFF09'))
  for (const lines of [fundFlowSample, wide]) {
    const { rows, reader } = readBill(bytesOf(lines))
    assert.equal(reader.kind, 'fundFlow')
    assert.deepEqual(
      rows.map((row) => [row.text('收支类型'), row.fen('收支金额(元)'), row.fen('账户结余(元)')]),
      [
        ['收入', 3550, 23550],
        ['支出', 21, 23529],
        ['支出', 547, 22982],
      ],
    )
    assert.equal(reader.summaries[0]?.fen('支出金额'), 568)
  }
})

test('each payinsurance sample reads by name and is written back byte for byte', () => {
  const samples = [
    ['payinsurance.all', insuranceAllSample, 'sample', 55],
    ['payinsurance.refund', insuranceRefundSample, 'prefix', 53],
    ['payinsurance.compact', insuranceCompactSample, 'both', 42],
  ] as const
  for (const [kind, lines, quoting, width] of samples) {
    const style = { ...plain, quoting }
    const { rows, reader } = readBill(bytesOf(lines))
    assert.equal(reader.kind, kind)
    assert.equal(rows[0]?.columns.length, width)
    assert.equal(rows[0]?.fen('订单自费金额'), 4000)
    assert.equal(rows[0]?.fen('订单医保金额'), 8700)
    assert.equal(rows[0]?.fen('医保统筹金额'), 5200)
    assert.equal(rows[0]?.text('微信医保支付总单号'), 'M20080131415926535')
    assert.equal(rewritten(bytesOf(lines), kind, style).toString(), bytesOf(lines).toString())
  }
})

test('a folded first cell is joined with a blank', () => {
  const content = { rows: readBill(bytesOf(insuranceAllSample)).rows.map((row) => row.toObject()) }
  const style = { quoting: 'sample', firstCell: 'folded' } as const
  const bytes = Buffer.concat([...writeBill('payinsurance.all', content, style)])
  assert.equal(bytes.toString().split('\r\n').length, 4)
  const { rows } = readBill(bytes)
  assert.equal(rows[0]?.text('交易时间'), '2020-08-01 09:34:12')
  assert.equal(rows[0]?.defect, undefined)
  assert.equal(rows[0]?.text('医保其他金额'), '5.00')
})

test('a header folded over two lines is joined without a blank', () => {
  const [header = '', record = ''] = insuranceAllSample
  const { rows, reader } = readBill(bytesOf([header.slice(0, 100), header.slice(100), record]))
  assert.deepEqual(reader.missing, [])
  assert.equal(rows[0]?.fen('订单总金额'), 13000)
})

test('a compact row under the 55-column header is mapped by the compact layout, or kept short on demand', () => {
  const bytes = bytesOf([insuranceAllSample[0] ?? '', insuranceCompactSample[1] ?? ''])
  const [row] = readBill(bytes).rows
  assert.equal(row?.defect, undefined)
  assert.equal(row?.text('商品名称'), '示例第一医院-挂号费')
  assert.equal(row?.text('退款状态'), undefined)
  const [short] = readBill(bytes, { shortInsuranceRows: 'short' }).rows
  assert.equal(short?.defect, 'short')
  assert.equal(short?.text('交易时间'), undefined)
  assert.equal(short?.cells.length, 42)
})

test('a torn payinsurance row is kept apart, never read by position, and the next row is whole', () => {
  const [header = '', record = ''] = insuranceAllSample
  const torn = `${record.split(',`').slice(0, 40).join(',`')},\``
  const { rows } = readBill(bytesOf([header, torn, record]))
  assert.deepEqual(
    rows.map((row) => row.defect),
    ['short', undefined],
  )
  assert.equal(rows[0]?.text('订单总金额'), undefined)
  assert.equal(rows[0]?.cells[39], 'RegPay')
})

test('surplus payinsurance cells are kept as extras and lines outside records are reported', () => {
  const [header = '', record = ''] = insuranceAllSample
  const { rows, reader } = readBill(bytesOf([header, `${record},\`新`, '合计 2 笔', record]))
  assert.deepEqual(
    rows.map((row) => row.defect),
    ['long', undefined],
  )
  assert.equal(rows[0]?.toObject()['extra[1]'], '新')
  assert.deepEqual(reader.trailing, ['合计 2 笔'])
})

test('a dash is no amount and no error', () => {
  const lines = replaced(insuranceAllSample, 1, '`52.00`', '`-`')
  assert.equal(readBill(bytesOf(lines)).rows[0]?.fen('医保统筹金额'), null)
})

test('commas inside a value survive', () => {
  const lines = replaced(tradeSample, 1, '示例书店-茶谱', '茶, 谱,,x')
  assert.equal(readBill(bytesOf(lines)).rows[0]?.text('商品名称'), '茶, 谱,,x')
})

test('the documented escapes are undone on demand only', () => {
  const lines = replaced(tradeSample, 1, '示例书店-茶谱', '茶\\ 谱\\n二')
  const [row] = readBill(bytesOf(lines)).rows
  assert.equal(row?.text('商品名称'), '茶\\ 谱\\n二')
  assert.equal(row?.freeText('商品名称'), '茶,谱\n二')
})

test('new columns and another order of columns change nothing that was asked for', () => {
  const columns = [
    '新列',
    ...billFormat('trade.all')
      .columns.map(({ name }) => name)
      .reverse(),
  ]
  const source = readBill(bytesOf(tradeSample)).rows.map((row) => ({ ...row.toObject(), 新列: '值' }))
  const bytes = Buffer.concat([...writeBill('trade.all', { rows: source }, { columns })])
  const { rows, reader } = readBill(bytes)
  assert.equal(reader.kind, 'trade.all')
  assert.equal(rows[1]?.fen('退款金额'), 550)
  assert.equal(rows[1]?.text('新列'), '值')
})

test('a missing column is named and reads as nothing', () => {
  const columns = billFormat('trade.all')
    .columns.map(({ name }) => name)
    .filter((name) => name !== '费率')
  const bytes = Buffer.concat([...writeBill('trade.all', { rows: [{ 订单金额: '1.00' }] }, { columns })])
  const { rows, reader } = readBill(bytes)
  assert.deepEqual(reader.missing, ['费率'])
  assert.equal(rows[0]?.text('费率'), undefined)
})

test('every kind has the documented count of columns and is recognised by its own header', () => {
  const widths: Record<BillKind, number> = {
    'trade.all': 27,
    'trade.success': 20,
    'trade.refund': 29,
    'trade.old': 24,
    fundFlow: 11,
    globalStatement: 38,
    'payinsurance.all': 55,
    'payinsurance.success': 55,
    'payinsurance.refund': 53,
    'payinsurance.compact': 42,
    'wecom.all': 27,
    'wecom.success': 20,
    'wecom.refund': 29,
  }
  for (const kind of billKinds) {
    const { columns } = billFormat(kind)
    assert.equal(columns.length, widths[kind], kind)
    for (const column of [...columns, ...billFormat(kind).summary]) {
      assert.doesNotMatch(column.meaning, /unknown/, column.name)
    }
    const detected = detectBillKind(columns.map(({ name }) => name))
    assert.deepEqual(detected && billFormat(detected).columns, columns)
  }
})

test('a summary follows a bill without rows, without backticks, or with counts like 45.0', () => {
  const [header = '', , , summaryHeader = '', summary = ''] = tradeSample
  for (const values of [summary.replace('`2', '`45.0'), summary.replaceAll('`', '').replace('2,', '45,')]) {
    const { rows, reader } = readBill(bytesOf([header, summaryHeader, values]))
    assert.equal(rows.length, 0)
    assert.equal(reader.summaries[0]?.count('总交易单数'), 45)
  }
})

test('parts with a header and a summary of their own read as one bill', () => {
  const { rows, reader } = readBill(Buffer.concat([bytesOf(fundFlowSample), bytesOf(fundFlowSample)]))
  assert.equal(rows.length, 6)
  assert.equal(reader.summaries.length, 2)
})

test('times of the old layout read with full-width colons', () => {
  const bytes = Buffer.concat([
    ...writeBill('trade.old', { rows: [{ 交易时间: '2014-11-10 16\uFF1A33\uFF1A45', 总金额: '0.01' }] }),
  ])
  const { rows, reader } = readBill(bytes)
  assert.equal(reader.kind, 'trade.old')
  assert.equal(rows[0]?.time('交易时间'), Date.parse('2014-11-10T16:33:45+08:00'))
  assert.equal(rows[0]?.fen('总金额'), 1)
})

test('a statement amount reads in the units of its currency', () => {
  const bytes = Buffer.concat([
    ...writeBill('globalStatement', {
      rows: [{ 用户支付币种: 'JPY', 用户支付金额: '1200', 手续费: '-0.125' }],
    }),
  ])
  const [row] = readBill(bytes).rows
  assert.equal(row?.minor('用户支付金额', 0), 1200)
  assert.equal(row?.minor('手续费', 3), -125)
  assert.throws(() => row?.minor('手续费', 2), BillError)
})

test('a missing last line end loses no row', () => {
  assert.equal(readBill(Buffer.from(tradeSample.slice(0, 3).join('\r\n'))).rows.length, 2)
})

test('a stream gives its rows one by one and its summary afterwards', async () => {
  const bytes = real(tradeSample)
  const bill = parseBill([bytes.subarray(0, 500), bytes.subarray(500)])
  const numbers: unknown[] = []
  for await (const row of bill) numbers.push(row.text('微信退款单号'))
  assert.deepEqual(numbers, ['0', '50300207032026031799118820417'])
  assert.equal(bill.reader.summaries.length, 1)
})

test('what is no bill is refused with the line and without its values', () => {
  const [header = '', row = ''] = tradeSample
  const refused: [string | Uint8Array, number, RegExp][] = [
    ['', 1, /an empty bill/],
    ['<xml><return_code>FAIL</return_code></xml>', 1, /error answer/],
    ['\uFEFF {"code":"NO_STATEMENT_EXIST"}', 1, /error answer/],
    ['`1,`2\n', 1, /a line of values/],
    ['a,b\n', 1, /no known column/],
    [`${header}\nsecond line\n${row}`, 2, /another line/],
    [`${header}\n${row},\`surplus`, 2, /expected 27 cells, found 28/],
    [`${header}\n${row}\n${row.slice(0, -3)}`, 3, /expected 27 cells, found 26/],
    [`${header}\n${row}\nsecret`, 3, /begins with a backtick/],
    [`${tradeSample.join('\n')}\n${row}`, 6, /after its summary/],
    [tradeSample.slice(0, 4).join('\n'), 4, /summary values/],
    [tradeSample.join('\n').slice(0, -7), 5, /expected 7 summary values, found 6/],
    [`${header},${header}`, 1, /repeated name/],
    [Buffer.concat([Buffer.from(`${header}\n${row}\n`), Buffer.from([0x60, 0xff, 10])]), 3, /UTF-8/],
  ]
  for (const [text, line, message] of refused) {
    assert.throws(
      () => readBill(Buffer.from(text as string)),
      (error) => {
        assert.ok(error instanceof BillError, String(error))
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /secret|surplus/)
        assert.equal(error.line, line, error.message)
        return true
      },
    )
  }
})

test('every limit is an error, never a cut', () => {
  const bytes = bytesOf(tradeSample)
  for (const limits of [{ maxRows: 1 }, { maxBytes: 1193 }, { maxColumns: 26 }, { maxLineBytes: 300 }]) {
    assert.throws(() => readBill(bytes, limits), /at most/)
  }
  assert.equal(readBill(bytes, { maxRows: 2, maxBytes: 1194, maxColumns: 27 }).rows.length, 2)
  const reader = new BillReader({ maxLineBytes: 1000 })
  reader.push(Buffer.alloc(999, 97))
  assert.throws(() => reader.push(Buffer.alloc(2, 97)), /bytes in a line/)
  assert.throws(() => reader.push(bytes), /a fresh reader/)
})

test('a cell that cannot be told apart once written is refused', () => {
  const write = (商品名称: string, style: BillStyle) =>
    [...writeBill('trade.all', { rows: [{ 商品名称 }] }, style)].length
  for (const cell of ['a,`b', 'a\nb', 'a`', '\ud800']) {
    assert.throws(() => write(cell, { escapes: 'none' }), BillError)
  }
  assert.throws(() => write('a,', { escapes: 'none', quoting: 'both' }), BillError)
  assert.throws(() => [...writeBill('trade.all', { rows: [{ 没有: '1' }] })], BillError)
  assert.throws(() => [...writeBill('payinsurance.all', { rows: [], summary: [] })], BillError)
  assert.equal(write('a, b`c', { escapes: 'none' }), 1)
})

test('a comma, a line end and a backtick are written with the documented escapes', () => {
  const columns = ['商品名称', '商户数据包']
  const rows = [{ 商品名称: '茶, 谱\r\n二', 商户数据包: 'a`b' }]
  const bytes = Buffer.concat([...writeBill('trade.all', { rows }, { ...plain, columns })])
  assert.equal(bytes.toString(), '商品名称,商户数据包\n`茶\\  谱\\n二,`ab\n')
})
