import { isUtf8 } from 'node:buffer'
import {
  type BillFormat,
  type BillKind,
  billFormat,
  billFormats,
  columnName,
  detectBillKind,
} from './columns.ts'
import { columnNamed, knowsColumn } from './dictionary.ts'
import { BillError } from './error.ts'
import { type BillDefect, type BillLayout, BillRow, decoded, layoutOf, printedNames } from './row.ts'

/** What a reader accepts. Every limit that is met is an error, never a cut. */
export interface BillOptions {
  /** The kind asked for; detected from the header when absent. Rows are read by header either way. */
  readonly kind?: BillKind | undefined
  /** Bytes of one line, or of one folded record. Default 1 MiB. */
  readonly maxLineBytes?: number | undefined
  /** Columns of the header and cells of a row. Default 256. */
  readonly maxColumns?: number | undefined
  /** Rows of the bill. Default: no limit. */
  readonly maxRows?: number | undefined
  /** Bytes of the whole bill. Default 4 GiB. */
  readonly maxBytes?: number | undefined
  /** What a row with too few or too many cells means. Default by kind: payinsurance keeps, others refuse. */
  readonly ragged?: 'refuse' | 'keep' | undefined
  /** Whether a 42-cell row under the 55-column payinsurance header is a compact row. Default 'compact'. */
  readonly shortInsuranceRows?: 'compact' | 'short' | undefined
}

type State = 'header' | 'rows' | 'summary'

const windowBytes = 65_536
const maxTrailingLines = 1_000
const backtick = 96
const compactLayout = layoutOf(billFormats['payinsurance.compact'].columns, [], 0)

/**
 * Reads a bill piece by piece: bytes in, rows out, cut anywhere.
 * @throws BillError from `push` and `end`; after that the reader is spent.
 * @example const reader = new BillReader({ kind: 'trade.all' }); const rows = [...reader.push(bytes), ...reader.end()]
 */
export class BillReader {
  /** The kind asked for, else the one the header fits; undefined before the header is read or when none fits. */
  kind: BillKind | undefined
  /** The header's layout; undefined before the header is read. */
  layout: BillLayout | undefined
  /** Columns the kind declares and the header lacks. */
  missing: readonly string[] = []
  /** Summary rows, one for each part of a bill that came in several. */
  readonly summaries: BillRow[] = []
  /** Lines that belong to no record (payinsurance only), as they came. */
  readonly trailing: string[] = []
  /** Rows read so far. */
  rowCount = 0
  /** Lines read so far. */
  lineCount = 0

  readonly #options: BillOptions
  readonly #maxLineBytes: number
  readonly #maxColumns: number
  readonly #maxRows: number
  readonly #maxBytes: number
  #state: State = 'header'
  #bytes = 0
  #rest: Uint8Array[] = []
  #restBytes = 0
  #header: string[] = []
  #headerBytes = 0
  #width = 0
  #folded = false
  #trimmed = false
  #ragged: 'refuse' | 'keep' = 'refuse'
  #summaryLayout: BillLayout | undefined
  #open: { line: number; pieces: string[]; bytes: number; cells: number } | undefined
  #rows: BillRow[] = []
  #spent = false

  constructor(options: BillOptions = {}) {
    this.#options = options
    this.#maxLineBytes = options.maxLineBytes ?? 2 ** 20
    this.#maxColumns = options.maxColumns ?? 256
    this.#maxRows = options.maxRows ?? Number.POSITIVE_INFINITY
    this.#maxBytes = options.maxBytes ?? 2 ** 32
  }

  /** Takes the next bytes of the uncompressed bill and gives the rows that are complete. */
  push(bytes: Uint8Array): BillRow[] {
    this.#use()
    this.#bytes += bytes.length
    if (this.#bytes > this.#maxBytes) this.#fail(`at most ${this.#maxBytes} bytes`, 'more')
    for (let start = 0; start < bytes.length; start += windowBytes) {
      this.#window(bytes.subarray(start, start + windowBytes))
    }
    return this.#given()
  }

  /** Says that the bill is complete and gives the last rows. */
  end(): BillRow[] {
    this.#use()
    if (this.#restBytes > 0) this.#lines(this.#joined(new Uint8Array(0)))
    this.#close()
    if (this.#state === 'header' && this.#header.length > 0) this.#openHeader()
    if (this.layout === undefined) this.#fail('a header of column names', 'an empty bill')
    if (this.#summaryLayout !== undefined) this.#fail('summary values', 'the end of the bill')
    const rows = this.#given()
    this.#spent = true
    return rows
  }

  #use(): void {
    if (this.#spent)
      throw new BillError({ expected: 'a fresh reader', found: 'one that has ended or failed' })
    this.#spent = true
  }

  #given(): BillRow[] {
    this.#spent = false
    const rows = this.#rows
    this.#rows = []
    return rows
  }

  /** Cuts a window at its last line end; what follows waits for more. */
  #window(bytes: Uint8Array): void {
    const cut = bytes.lastIndexOf(10) + 1
    if (cut > 0) this.#lines(this.#joined(bytes.subarray(0, cut)))
    if (cut === bytes.length) return
    // The caller may reuse its buffer, so what we keep is a copy.
    this.#rest.push(bytes.slice(cut))
    this.#restBytes += bytes.length - cut
    if (this.#restBytes > this.#maxLineBytes) this.#tooLong(this.lineCount + 1)
  }

  #joined(bytes: Uint8Array): Buffer {
    if (this.#restBytes === 0) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const all = Buffer.concat([...this.#rest, bytes])
    this.#rest = []
    this.#restBytes = 0
    return all
  }

  #lines(bytes: Buffer): void {
    if (!isUtf8(bytes)) this.#notUtf8(bytes)
    // One character for each byte: such strings are cheaper to search and cut, and most cells are ASCII.
    const text = bytes.toString('latin1')
    let start = this.lineCount === 0 && text.startsWith('\xef\xbb\xbf') ? 3 : 0
    while (start < text.length) {
      const found = text.indexOf('\n', start)
      const next = found === -1 ? text.length : found
      this.lineCount += 1
      if (next - start > this.#maxLineBytes) this.#tooLong(this.lineCount)
      const end = next > start && text.charCodeAt(next - 1) === 13 ? next - 1 : next
      if (end > start) this.#line(text, start, end)
      start = next + 1
    }
  }

  #line(text: string, start: number, end: number): void {
    if (this.#state === 'rows' && text.charCodeAt(start) === backtick) {
      if (this.#open !== undefined) this.#close()
      this.#record(text.slice(start + 1, end))
      return
    }
    const line = text.slice(start, end)
    if (/^[ \t]*$/.test(line)) return
    if (this.#state === 'header') this.#headerLine(line)
    else if (this.#state === 'summary') this.#afterSummary(line)
    else this.#stray(line)
  }

  #record(record: string): void {
    const cells = record.split(',`')
    if (cells.length < this.#width && this.#folded) {
      this.#open = { line: this.lineCount, pieces: [record], bytes: record.length, cells: cells.length }
      return
    }
    this.#row(cells, this.lineCount)
  }

  /** Makes a row of cells, cut as the quoting asks. */
  #row(cells: string[], line: number): void {
    this.#unquote(cells)
    let layout = this.layout as BillLayout
    let defect: BillDefect | undefined
    if (cells.length !== this.#width) {
      if (this.#isCompact(cells.length)) layout = compactLayout
      else defect = this.#defectOf(cells.length, line)
    }
    this.rowCount += 1
    if (this.rowCount > this.#maxRows) this.#fail(`at most ${this.#maxRows} rows`, 'more')
    this.#rows.push(new BillRow(line, layout, cells, defect))
  }

  #isCompact(count: number): boolean {
    return (
      this.#folded &&
      this.#width === billFormats['payinsurance.all'].columns.length &&
      count === compactLayout.columns.length &&
      this.#options.shortInsuranceRows !== 'short'
    )
  }

  #defectOf(count: number, line: number): BillDefect {
    if (count > this.#maxColumns || this.#ragged === 'refuse') {
      this.#fail(`${this.#width} cells`, `${count}`, line)
    }
    return count < this.#width ? 'short' : 'long'
  }

  /** Cuts closing backticks and, where the format says so, blanks around a cell. */
  #unquote(cells: string[]): void {
    const both = this.#folded || quotedOnBothSides(cells)
    if (!both && !this.#trimmed) return
    for (const [place, cell] of cells.entries()) {
      let end = cell.length
      if (this.#trimmed) while (end > 0 && isBlank(cell.charCodeAt(end - 1))) end -= 1
      if (both && end > 0 && cell.charCodeAt(end - 1) === backtick) end -= 1
      let start = 0
      if (this.#trimmed) {
        while (end > start && isBlank(cell.charCodeAt(end - 1))) end -= 1
        while (start < end && isBlank(cell.charCodeAt(start))) start += 1
      }
      if (start > 0 || end < cell.length) cells[place] = cell.slice(start, end)
    }
  }

  /** Ends the folded record that is open, if one is. */
  #close(): void {
    const open = this.#open
    if (open === undefined) return
    this.#open = undefined
    this.#row(open.pieces.join(' ').split(',`'), open.line)
  }

  /** A line among rows that does not begin with a backtick. */
  #stray(line: string): void {
    if (isSummaryHeader(line)) {
      this.#close()
      this.#state = 'summary'
      const printed = this.#names(line)
      this.#summaryLayout = layoutOf(printed.map(columnName).map(columnNamed), printed, this.lineCount)
      return
    }
    const open = this.#open
    if (open !== undefined) {
      open.pieces.push(line)
      open.bytes += line.length + 1
      open.cells += line.split(',`').length - 1
      if (open.bytes > this.#maxLineBytes) this.#tooLong(open.line)
      if (open.cells >= this.#width) this.#close()
      return
    }
    if (!this.#folded) this.#fail('a row that begins with a backtick', 'another line')
    this.#keepTrailing(line)
  }

  #keepTrailing(line: string): void {
    if (this.trailing.length === maxTrailingLines) {
      this.#fail(`at most ${maxTrailingLines} lines outside records`, 'more')
    }
    this.trailing.push(decoded(line))
  }

  #afterSummary(line: string): void {
    const layout = this.#summaryLayout
    if (layout !== undefined) {
      const cells = line.charCodeAt(0) === backtick ? line.slice(1).split(',`') : line.split(',')
      this.#unquote(cells)
      const { length } = layout.columns
      if (cells.length !== length) this.#fail(`${length} summary values`, `${cells.length}`)
      this.#summaryLayout = undefined
      this.summaries.push(new BillRow(this.lineCount, layout, cells, undefined))
      return
    }
    // A bill in several parts may repeat its header in each part.
    if (this.#header.length === 1 && line === this.#header[0]) this.#state = 'rows'
    else if (this.#folded) this.#keepTrailing(line)
    else this.#fail('the end of the bill after its summary', 'another line')
  }

  #headerLine(line: string): void {
    const first = line.charCodeAt(0)
    if (this.#header.length === 0 && isAnswer(line)) {
      this.#fail('a header of column names', 'an error answer in XML or JSON')
    }
    const rows = first === backtick || isSummaryHeader(line)
    if (!rows) {
      this.#header.push(line)
      this.#headerBytes += line.length
      if (this.#headerBytes > this.#maxLineBytes) this.#tooLong(this.lineCount)
      return
    }
    if (this.#header.length === 0) this.#fail('a header of column names', 'a line of values')
    this.#openHeader()
    this.#line(line, 0, line.length)
  }

  /** Settles the layout once the first line after the header is seen. */
  #openHeader(): void {
    const printed = this.#names(this.#header.join(''))
    const names = printed.map(columnName)
    if (!names.some(knowsColumn)) this.#fail('a header of column names', 'no known column', 1)
    this.kind = this.#options.kind ?? detectBillKind(names)
    const format: BillFormat | undefined = this.kind && billFormat(this.kind)
    this.#folded = format?.folded ?? false
    this.#trimmed = format?.trimmed ?? false
    this.#ragged = this.#options.ragged ?? format?.ragged ?? 'refuse'
    if (this.#header.length > 1 && !this.#folded) {
      this.#fail('a row that begins with a backtick', 'another line', 2)
    }
    const declared = new Map(format?.columns.map((column) => [column.name, column]))
    const columns = names.map((name) => declared.get(name) ?? columnNamed(name))
    this.layout = layoutOf(columns, printed, 1)
    this.missing = [...declared.keys()].filter((name) => !names.includes(name))
    this.#width = columns.length
    this.#state = 'rows'
  }

  #names(line: string): string[] {
    const printed = printedNames(decoded(line))
    if (printed.length > this.#maxColumns)
      this.#fail(`at most ${this.#maxColumns} columns`, `${printed.length}`)
    return printed
  }

  #tooLong(line: number): never {
    this.#fail(`at most ${this.#maxLineBytes} bytes in a line`, 'more', line)
  }

  /** Finds the line at fault: invalid bytes cannot hide a line end, since LF is never part of a sequence. */
  #notUtf8(bytes: Buffer): never {
    let line = this.lineCount + 1
    let start = 0
    for (;;) {
      const end = bytes.indexOf(10, start)
      if (end === -1 || !isUtf8(bytes.subarray(start, end))) break
      start = end + 1
      line += 1
    }
    this.#fail('UTF-8', 'bytes that are not', line)
  }

  #fail(expected: string, found: string, line = Math.max(1, this.lineCount)): never {
    throw new BillError({ line, expected, found })
  }
}

const isBlank = (code: number): boolean => code === 32 || code === 9

const bytesOf = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

const summaryNames = ['总交易单数', '资金流水总笔数'].map(bytesOf)

const isSummaryHeader = (line: string): boolean => summaryNames.some((name) => line.startsWith(name))

const isAnswer = (line: string): boolean => /^[ \t]*[<{]/.test(line)

/** Whether every cell but perhaps the first closes with a backtick, so that those are quotes and not text. */
function quotedOnBothSides(cells: readonly string[]): boolean {
  for (let place = cells.length - 1; place > 0; place -= 1) {
    const cell = cells[place] as string
    if (cell.charCodeAt(cell.length - 1) !== backtick) return false
  }
  return cells.length > 1
}
