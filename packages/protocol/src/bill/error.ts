/** Where a bill stopped making sense, for people and for programs. Holds no cell value. */
export interface BillFault {
  /** Line in the bill, from 1; absent when the fault has no line (a digest, a gzip stream). */
  readonly line?: number | undefined
  /** Column name, or the byte position in the line when no column is known yet. */
  readonly column?: string | number | undefined
  /** What should stand there. */
  readonly expected: string
  /** What was found, described by type, length or position, never by value. */
  readonly found: string
}

/**
 * A bill that cannot be read or written as it is. Rows handed out before it are right as far as they go;
 * the file as a whole is not to be trusted.
 */
export class BillError extends Error {
  override readonly name = 'BillError'
  readonly line: number | undefined
  readonly column: string | number | undefined
  readonly expected: string
  readonly found: string

  constructor(fault: BillFault, options?: ErrorOptions) {
    const line = fault.line === undefined ? '' : ` line ${fault.line}`
    const column = fault.column === undefined ? '' : ` column ${fault.column}`
    super(`bill${line}${column}: expected ${fault.expected}, found ${fault.found}`, options)
    this.line = fault.line
    this.column = fault.column
    this.expected = fault.expected
    this.found = fault.found
  }
}
