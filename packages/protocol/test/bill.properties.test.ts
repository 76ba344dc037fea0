import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BillError,
  type BillKind,
  BillReader,
  type BillRow,
  type BillStyle,
  billFormat,
  billKinds,
  readBill,
  writeBill,
} from '../src/bill/index.ts'
import { fundFlowSample, insuranceAllSample, insuranceRefundSample, tradeSample } from './bill.samples.ts'

const samples = [tradeSample, fundFlowSample, insuranceAllSample, insuranceRefundSample]
const sampleBytes = samples.flatMap((lines) => [
  Buffer.from(`${lines.join('\n')}\n`),
  Buffer.from(`\uFEFF${lines.join('\r\n')}`),
])

const kind = fc.constantFrom(...billKinds)
const style: fc.Arbitrary<BillStyle> = fc.record({
  bom: fc.constantFrom('bom', 'none'),
  newline: fc.constantFrom('\n', '\r\n'),
  end: fc.constantFrom('newline', 'none'),
  quoting: fc.constantFrom('prefix', 'both', 'sample'),
})

/** Text anyone may have typed: commas, quotes, blanks, line ends, Chinese, 4-byte characters. */
const typed = fc.string({
  unit: fc.oneof(
    fc.constantFrom(',', '"', "'", '\\', ' ', '\n', '茶', '，', '😀', '<', '\t', '\u00a0'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
})

/** Rows of a kind, each cell free text. */
const bills = (text: fc.Arbitrary<string>) =>
  fc.tuple(kind, style).chain(([chosen, how]) => {
    const names = billFormat(chosen).columns.map(({ name }) => name)
    const row = fc.array(text, { minLength: names.length, maxLength: names.length })
    return fc.record({
      kind: fc.constant(chosen),
      style: fc.constant(how),
      rows: fc.array(row, { maxLength: 5 }),
    })
  })

const all = (rows: readonly BillRow[]) => rows.map((row) => [row.line, row.defect, row.cells])

/** Feeds a reader piece by piece; the buffer of each piece is spoiled afterwards, as a caller may reuse it. */
function readInPieces(bytes: Uint8Array, lengths: readonly number[]) {
  const reader = new BillReader()
  const rows: BillRow[] = []
  let start = 0
  for (let turn = 0; start < bytes.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1
    const piece = Uint8Array.from(bytes.subarray(start, start + length))
    rows.push(...reader.push(piece))
    piece.fill(0)
    start += length
  }
  rows.push(...reader.end())
  return { rows: all(rows), summaries: all(reader.summaries), trailing: reader.trailing, kind: reader.kind }
}

const whole = (bytes: Uint8Array) => readInPieces(bytes, [Math.max(1, bytes.length)])

/** What the escapes and the format leave of a text: they cannot be undone where the text looks like one. */
const kept = (text: string, format: BillKind) => {
  const read = text.replaceAll('`', '').replaceAll(/\r\n|\r|\n/g, '\n')
  return billFormat(format).trimmed ? read.replace(/^[ \t]+|[ \t]+$/g, '') : read
}

test('free text of any kind is read back as it was written', () => {
  const unambiguous = typed.filter((text) => !/\\[ n]|\\[`]+[ n]|[ \t]$|^[ \t]|\\$|,$|`/.test(text))
  fc.assert(
    fc.property(bills(unambiguous), (bill) => {
      const bytes = Buffer.concat([...writeBill(bill.kind, bill, bill.style)])
      const { rows } = readBill(bytes, { kind: bill.kind })
      const names = billFormat(bill.kind).columns.map(({ name }) => name)
      const read = rows.map((row) => names.map((name) => row.freeText(name)))
      assert.deepEqual(
        read,
        bill.rows.map((row) => row.map((text) => kept(text, bill.kind))),
      )
    }),
    { numRuns: 300 },
  )
})

test('unescaped commas are read back as they were written', () => {
  const commas = fc
    .string({ unit: fc.constantFrom(',', 'a', '茶', ' ', '\\', '"') })
    .filter((text) => text === text.trim() && !text.endsWith(','))
  fc.assert(
    fc.property(bills(commas), (bill) => {
      const bytes = Buffer.concat([...writeBill(bill.kind, bill, { ...bill.style, escapes: 'none' })])
      assert.deepEqual(
        readBill(bytes, { kind: bill.kind }).rows.map((row) => row.cells),
        bill.rows,
      )
    }),
  )
})

test('any cutting into pieces gives the same bill', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...sampleBytes),
      fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
      (bytes, lengths) => {
        assert.deepEqual(readInPieces(bytes, lengths), whole(bytes))
      },
    ),
  )
  for (const bytes of sampleBytes) assert.deepEqual(readInPieces(bytes, [1]), whole(bytes))
})

test('a bill larger than any inner window reads whole, whatever the pieces', () => {
  const [header = '', payment = ''] = tradeSample
  const bytes = Buffer.from(`${[header, ...Array<string>(900).fill(payment)].join('\r\n')}\r\n`)
  const once = whole(bytes)
  assert.equal(once.rows.length, 900)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200_000 }), (length) => {
      assert.deepEqual(readInPieces(bytes, [length]), once)
    }),
    { numRuns: 10 },
  )
})

/** A sample with some bytes changed, taken out or put in. */
const damaged = fc
  .tuple(
    fc.constantFrom(...sampleBytes),
    fc.array(
      fc.record({
        at: fc.nat(1200),
        take: fc.nat(3),
        put: fc.oneof(
          fc.uint8Array({ maxLength: 3 }),
          fc
            .constantFrom('`', ',', ',`', '\n', '\r\n', '\n`', '<', '总交易单数')
            .map((text) => Buffer.from(text)),
        ),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([bytes, changes]) => {
    let result: Buffer = bytes
    for (const { at, take, put } of changes) {
      result = Buffer.concat([result.subarray(0, at), put, result.subarray(at + take)])
    }
    return result
  })

/** Reads everything every row offers; a BillError is the only way to say no. */
function useUp(bytes: Uint8Array): void {
  try {
    const { rows, reader } = readBill(bytes, { maxLineBytes: 4096 })
    for (const row of [...rows, ...reader.summaries]) {
      row.toObject()
      for (const { name } of row.columns) {
        row.freeText(name)
        for (const read of ['fen', 'milliFen', 'time', 'count'] as const) {
          try {
            row[read](name)
          } catch (error) {
            assert.ok(error instanceof BillError)
          }
        }
      }
    }
  } catch (error) {
    assert.ok(error instanceof BillError, String(error))
  }
}

test('damaged and arbitrary bytes give rows or a BillError, nothing else', () => {
  fc.assert(fc.property(damaged, useUp), { numRuns: 400 })
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), useUp))
})

test('no byte of a record disappears: its cells and what separates them add up to its line', () => {
  const line = fc
    .string({ unit: fc.constantFrom('`', ',', 'a', '茶', ' '), minLength: 1 })
    .map((text) => `\`${text}`)
  fc.assert(
    fc.property(line, (text) => {
      const { rows } = readBill(Buffer.from(`交易时间,商户号\n${text}\n`), {
        kind: 'trade.all',
        ragged: 'keep',
      })
      const cells = rows[0]?.cells ?? []
      const prefixed = `\`${cells.join(',`')}`
      const both = cells.map((cell) => `\`${cell}\``).join(',')
      const sample = cells.map((cell, place) => (place === 0 ? `\`${cell}` : `\`${cell}\``)).join(',')
      assert.ok([prefixed, both, sample].includes(text))
    }),
    { numRuns: 500 },
  )
})

test('a record folded into very many lines is refused by its length, in time that grows with it', () => {
  const [header = ''] = insuranceAllSample
  const bytes = Buffer.from(`${header}\n\`a\n${'b\n'.repeat(600_000)}`)
  assert.throws(() => readBill(bytes), /bytes in a line/)
})
