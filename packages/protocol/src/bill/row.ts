import type { BillColumn } from './dictionary.ts'
import { BillError } from './error.ts'
import { billTimeOf, described, unitsOf } from './values.ts'

/** The columns of one header, with their places; shared by all rows under it. */
export interface BillLayout {
  readonly columns: readonly BillColumn[]
  /** Place by name, in the spelling of the tables and as printed. */
  readonly places: ReadonlyMap<string, number>
}

/** What is wrong with the shape of a row that was kept all the same. */
export type BillDefect = 'short' | 'long'

/**
 * One row of a bill, read by column name.
 * Cells stay as they came until asked for: that is what makes reading fast.
 * @example row.text('商户订单号'); row.fen('订单金额') // 'SO20260317A00042_2', 3550
 */
export class BillRow {
  /** Line in the bill, from 1, on which the row begins. */
  readonly line: number
  /** Set when the row has too few or too many cells; a short row answers no column, only `cells`. */
  readonly defect: BillDefect | undefined
  readonly #layout: BillLayout
  readonly #bytes: readonly string[]

  /** Made by the reader: `bytes` are the cells, one character for each byte. */
  constructor(line: number, layout: BillLayout, bytes: readonly string[], defect: BillDefect | undefined) {
    this.line = line
    this.defect = defect
    this.#layout = layout
    this.#bytes = bytes
  }

  /** All cells in the order of the file, the surplus ones of a long row included. */
  get cells(): string[] {
    return this.#bytes.map(decoded)
  }

  /** The columns of this row, in the order of the file. */
  get columns(): readonly BillColumn[] {
    return this.#layout.columns
  }

  /** Raw text of a column; undefined when the bill has no such column or the row is short. */
  text(name: string): string | undefined {
    const place = this.#layout.places.get(name)
    if (place === undefined || this.defect === 'short') return undefined
    const bytes = this.#bytes[place]
    return bytes === undefined ? undefined : decoded(bytes)
  }

  /** Text with the documented escapes undone: backslash and blank is a comma, `\n` a line end. */
  freeText(name: string): string | undefined {
    return this.text(name)?.replaceAll('\\ ', ',').replaceAll('\\n', '\n')
  }

  /** Amount in fen; null when the cell is empty, `-` or missing. @throws BillError when it is no amount. */
  fen(name: string): number | null {
    return this.#read(name, 'an amount in yuan with two decimals', (text) => unitsOf(text, 2))
  }

  /** Fee in thousandths of a fen (1/100000 yuan); null and errors as in `fen`. */
  milliFen(name: string): number | null {
    return this.#read(name, 'an amount in yuan with five decimals', (text) => unitsOf(text, 5))
  }

  /** Amount in units of its last decimal, for currencies other than yuan: `minor('用户支付金额', 0)`. */
  minor(name: string, decimals: number): number | null {
    return this.#read(name, `an amount with ${decimals} decimals`, (text) => unitsOf(text, decimals))
  }

  /** UTC milliseconds of a Beijing time; null when empty. @throws BillError when it is no time. */
  time(name: string): number | null {
    return this.#read(name, 'a time as yyyy-MM-dd HH:mm:ss', billTimeOf)
  }

  /** Whole number, also when printed `45.0`; null when empty. @throws BillError when it is none. */
  count(name: string): number | null {
    return this.#read(name, 'a whole number', (text) => unitsOf(text, 0))
  }

  /** Number of something that may not exist: null when the cell is empty or `0`. */
  id(name: string): string | null {
    const text = this.text(name)
    return text === undefined || text === '' || text === '0' ? null : text
  }

  /** Every column by its name, raw text; surplus cells of a long row as `extra[n]`, n from 1. */
  toObject(): Record<string, string> {
    const object: Record<string, string> = Object.create(null)
    if (this.defect === 'short') return object
    const { columns } = this.#layout
    this.#bytes.forEach((bytes, place) => {
      object[columns[place]?.name ?? `extra[${place - columns.length + 1}]`] = decoded(bytes)
    })
    return object
  }

  #read(name: string, expected: string, read: (text: string) => number | undefined): number | null {
    const text = this.text(name)
    if (text === undefined || text === '' || text === '-') return null
    const value = read(text)
    if (value === undefined) {
      throw new BillError({ line: this.line, column: name, expected, found: described(text) })
    }
    return value
  }
}

/** A layout from names as printed. @throws BillError when two columns have one name. */
export function layoutOf(
  columns: readonly BillColumn[],
  printed: readonly string[],
  line: number,
): BillLayout {
  const places = new Map<string, number>()
  for (const [place, { name }] of columns.entries()) {
    if (places.has(name)) {
      throw new BillError({
        line,
        column: place + 1,
        expected: 'each column name once',
        found: 'a repeated name',
      })
    }
    places.set(name, place)
  }
  for (const [place, name] of printed.entries()) if (!places.has(name)) places.set(name, place)
  return { columns, places }
}

/** Column names of a header line, as printed. */
export const printedNames = (header: string): string[] => header.split(/[,\uFF0C]/)

const beyondAscii = /[\x80-\xff]/

/** Text of bytes held one per character. */
export const decoded = (bytes: string): string =>
  beyondAscii.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
