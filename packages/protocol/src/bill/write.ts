import { type BillKind, billFormat } from './columns.ts'
import { BillError } from './error.ts'

/**
 * Cells of one row: by column name (a column not named is empty), or in the order of the columns,
 * where the count is the caller's affair so that broken bills can be written too.
 */
export type BillCells = Readonly<Record<string, string>> | readonly string[]

/** What a bill says. */
export interface BillContent {
  readonly rows: Iterable<BillCells>
  /** Summary values; a function is asked after the last row, so that it can count them. Absent: no summary. */
  readonly summary?: BillCells | (() => BillCells) | undefined
}

/** How a bill looks in bytes. */
export interface BillStyle {
  /** Byte order mark EF BB BF first. Default 'bom', as in real files. */
  readonly bom?: 'bom' | 'none' | undefined
  /** Default CR LF, as in real files. */
  readonly newline?: '\r\n' | '\n' | undefined
  /** Line end after the last line. Default 'newline'. */
  readonly end?: 'newline' | 'none' | undefined
  /** Backticks before each cell, on both sides, or (sample) on both sides of all but the first. Default 'prefix'. */
  readonly quoting?: 'prefix' | 'both' | 'sample' | undefined
  /** How a comma and a line end in a cell are written. Default 'documented': backslash and blank, `\n`; backticks fall out. */
  readonly escapes?: 'documented' | 'none' | undefined
  /** Columns instead of the kind's, for extra or fewer ones. */
  readonly columns?: readonly string[] | undefined
  /** Header line instead of the columns, for bills whose header lies. */
  readonly header?: readonly string[] | undefined
  /** Summary columns instead of the kind's. */
  readonly summaryColumns?: readonly string[] | undefined
  /** Whether the first cell breaks at its blank, as on the printed page. Default 'plain'. */
  readonly firstCell?: 'plain' | 'folded' | undefined
}

const batchCharacters = 65_536

/**
 * Writes a bill, in pieces of about 64 KiB.
 * @throws BillError when a cell cannot be told apart once written, or a name is no column of the bill.
 * @example const bytes = Buffer.concat([...writeBill('trade.all', { rows, summary })])
 */
export function* writeBill(
  kind: BillKind,
  content: BillContent,
  style: BillStyle = {},
): Generator<Buffer, void, undefined> {
  const newline = style.newline ?? '\r\n'
  let text = style.bom === 'none' ? '' : '\uFEFF'
  let first = true
  for (const line of linesOf(kind, content, style)) {
    text += first ? line : newline + line
    first = false
    if (text.length >= batchCharacters) {
      yield Buffer.from(text, 'utf8')
      text = ''
    }
  }
  if (style.end !== 'none') text += newline
  if (text !== '') yield Buffer.from(text, 'utf8')
}

function* linesOf(
  kind: BillKind,
  content: BillContent,
  style: BillStyle,
): Generator<string, void, undefined> {
  const format = billFormat(kind)
  const columns = style.columns ?? format.columns.map(({ name }) => name)
  yield (style.header ?? columns).join(',')
  const writer = rowWriter(columns, style)
  for (const row of content.rows) yield writer(row)
  if (content.summary === undefined) return
  const summaryColumns = style.summaryColumns ?? format.summary.map(({ name }) => name)
  if (summaryColumns.length === 0) {
    throw new BillError({ expected: `no summary in a bill of kind ${kind}`, found: 'one' })
  }
  yield summaryColumns.join(',')
  const summary = typeof content.summary === 'function' ? content.summary() : content.summary
  yield rowWriter(summaryColumns, { ...style, firstCell: 'plain' })(summary)
}

/** A function that writes rows of these columns. */
function rowWriter(columns: readonly string[], style: BillStyle): (row: BillCells) => string {
  const known = new Set(columns)
  const closing = (style.quoting ?? 'prefix') === 'prefix' ? '' : '`'
  const written = style.escapes !== 'none' ? escaped : (cell: string) => plain(cell, closing)
  return (row) => {
    if (!isList(row)) refuseUnknown(row, known)
    const cells = isList(row) ? row : columns.map((name) => row[name] ?? '')
    let line = `\`${firstWritten(written(cells[0] ?? ''), style)}`
    for (let place = 1; place < cells.length; place += 1) {
      line += `,\`${written(cells[place] ?? '')}${closing}`
    }
    return line
  }
}

function firstWritten(cell: string, style: BillStyle): string {
  const folded = style.firstCell === 'folded' ? cell.replace(' ', style.newline ?? '\r\n') : cell
  return style.quoting === 'both' ? `${folded}\`` : folded
}

function refuseUnknown(row: Readonly<Record<string, string>>, known: ReadonlySet<string>): void {
  for (const name of Object.keys(row)) {
    if (!known.has(name))
      throw new BillError({ expected: 'columns of this bill', found: 'another name in a row' })
  }
}

/** The documented escapes. A lone surrogate would silently turn into another character, so it is refused. */
function escaped(cell: string): string {
  if (!/[`,\r\n\uD800-\uDFFF]/.test(cell)) return cell
  refuseLoneSurrogate(cell)
  return cell
    .replaceAll('`', '')
    .replaceAll(/\r\n|\r|\n/g, '\\n')
    .replaceAll(',', '\\ ')
}

function plain(cell: string, closing: string): string {
  // A comma at the end and the closing backtick would read as the next separator.
  if (/[\r\n]|`$/.test(cell) || (cell + closing).includes(',`')) {
    throw new BillError({ expected: 'a cell without line end, comma and backtick', found: 'one with them' })
  }
  refuseLoneSurrogate(cell)
  return cell
}

function refuseLoneSurrogate(cell: string): void {
  if (!cell.isWellFormed()) throw new BillError({ expected: 'well-formed text', found: 'a lone surrogate' })
}

const isList = (row: BillCells): row is readonly string[] => Array.isArray(row)
