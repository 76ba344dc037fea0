/**
 * The border to a database. What is done in a transaction is written once, as a script: a generator
 * that yields what it asks and is given the answers. SQLite's driver runs a script without ever
 * giving up the thread; PostgreSQL's sends each batch in one round trip and awaits it. A script
 * cannot await anything else.
 */
import type { TableName, Value } from './tables.ts'

/** A row as a driver takes it. */
export type Row = Readonly<Record<string, Value>>

/** One thing asked of the database. Many rows of one table are one thing. */
export type Ask =
  /** Text with `?` for each value. `dynamic`: built for this once, places already in the dialect's own form. */
  | { readonly op: 'query'; readonly sql: string; readonly values: readonly Value[]; readonly dynamic?: true }
  /** `conflict` follows `ON CONFLICT`. Rows have the same columns. */
  | {
      readonly op: 'insert'
      readonly table: TableName
      readonly rows: readonly Row[]
      readonly conflict?: string
    }
  /** Sets columns of each row that `where` finds. */
  | {
      readonly op: 'update'
      readonly table: TableName
      readonly rows: readonly { readonly set: Row; readonly where: Row }[]
    }
  /** Rows with any of these keys; `lock` holds them, in the order of their keys, until the end of the transaction. */
  | {
      readonly op: 'lookup'
      readonly table: TableName
      readonly by: readonly string[]
      readonly keys: readonly (readonly Value[])[]
      readonly lock?: true
    }

/** What came back: rows, and how many were found or touched. */
export interface Answer {
  readonly rows: readonly Row[]
  readonly count: number
}

/** What is done in one go. Yields a batch whose asks do not depend on each other's answers. */
export type Script<R> = Generator<readonly Ask[], R, readonly Answer[]>

/** A database. */
export interface Driver {
  readonly kind: 'sqlite' | 'postgres'
  /** After a SELECT: hold the rows, wait for whoever holds them. */
  readonly forUpdate: string
  /** After a SELECT: hold the rows, leave out those that others hold. */
  readonly skipLocked: (of?: string) => string
  /** After a SELECT: let nobody change these rows before we are done. */
  readonly forShare: string
  readonly lockMigrations: string | undefined
  /** A query that answers a row when the tables were made. */
  readonly tablesMade: string
  /** A statement that makes tables, in the dialect's words. */
  ddl(statement: string): string
  /** `column = any of the values`, with one place for `list(values)`. */
  anyOf(column: string): string
  list(values: readonly string[]): Value
  /** Outside of any transaction. */
  read<R>(script: () => Script<R>): Promise<R>
  /**
   * In one transaction, answered after its commit. Nothing of it remains when it throws. A script is begun
   * anew where another transaction was in its way.
   */
  write<R>(script: () => Script<R>): Promise<R>
  /** Finishes what was begun. */
  close(): Promise<void>
}

/** Rows of a query. */
export function* all<R>(sql: string, ...values: readonly Value[]): Script<readonly R[]> {
  const [answer] = yield [{ op: 'query', sql, values }]
  return (answer?.rows ?? []) as readonly R[]
}

/** Touches rows; answers how many. */
export function* run(sql: string, ...values: readonly Value[]): Script<number> {
  const [answer] = yield [{ op: 'query', sql, values }]
  return answer?.count ?? 0
}

/** Rows by their keys. */
export function* lookup<R>(
  table: TableName,
  by: readonly string[],
  keys: readonly (readonly Value[])[],
): Script<readonly R[]> {
  const [answer] = yield [{ op: 'lookup', table, by, keys }]
  return (answer?.rows ?? []) as readonly R[]
}

/** A row with its columns' text for `ON CONFLICT (key) DO UPDATE`. */
export function overwrite(key: readonly string[], row: Row): string {
  const others = Object.keys(row).filter((column) => !key.includes(column))
  return `(${key.join(', ')}) DO UPDATE SET ${others.map((one) => `${one} = excluded.${one}`).join(', ')}`
}

/** Writes a row over the one with the same key. */
export function* put(table: TableName, key: readonly string[], row: Row): Script<void> {
  yield [{ op: 'insert', table, rows: [row], conflict: overwrite(key, row) }]
}

/** Two rows with one key. `index` names the table and columns or the index. */
export class NotUnique extends Error {
  override readonly name = 'NotUnique'
  readonly index: string
  constructor(index: string) {
    super('a row with this key exists')
    this.index = index
  }
}

/** Another transaction was in the way: the same again may succeed. */
export class Collided extends Error {
  override readonly name = 'Collided'
}

/**
 * The database did not do it. `outcome` is `unknown` where the connection broke while committing: what
 * was written may stand, and is found by looking.
 */
export class StoreFailed extends Error {
  override readonly name = 'StoreFailed'
  /** SQLSTATE, or SQLite's extended result code. */
  readonly code: string
  /** `statement`: this one is at fault, others may succeed; `store`: nothing can be done now. */
  readonly where: 'statement' | 'store'
  readonly outcome: 'nothing' | 'unknown'
  constructor(
    message: string,
    {
      code,
      where,
      outcome = 'nothing',
    }: Pick<StoreFailed, 'code' | 'where'> & { outcome?: 'nothing' | 'unknown' },
  ) {
    super(message)
    this.code = code
    this.where = where
    this.outcome = outcome
  }
}
