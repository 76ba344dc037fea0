/** The store in one file, over `node:sqlite`: WAL, every commit synced to disk, no await inside a transaction. */
import { closeSync, openSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { assemble, type StoreOptions } from './assemble.ts'
import { Gathering, type Turn, type Waiting } from './gather.ts'
import { migrate } from './migrations.ts'
import {
  type Answer,
  type Ask,
  type Driver,
  NotUnique,
  type Row,
  type Script,
  StoreFailed,
} from './script.ts'
import type { Store } from './store.ts'
import type { Value } from './tables.ts'
import { gatherChanges } from './together.ts'

/** How a store in a file is opened. */
export interface SqliteOptions extends StoreOptions {
  /** The database's file; made for its owner alone when it is not there. `:memory:` for tests. */
  readonly file?: string | undefined
  /** An open database instead; it stays open when the store is closed. */
  readonly database?: DatabaseSync | undefined
  /** How long to wait for another process that writes (a backup, a command), in ms. */
  readonly busyMs?: number | undefined
}

/** Opens the store and brings its tables up to date. Throws `NewerDatabase`. */
export function openSqlite(options: SqliteOptions): Store {
  const { file, busyMs = 5_000, turn = setImmediate, groupLimit = 64 } = options
  const database = options.database ?? openFile(file)
  database.exec(`PRAGMA busy_timeout = ${Math.trunc(busyMs)}; PRAGMA journal_mode = WAL`)
  // Rows of one minute lie on the same pages. Copied back every 16 MB, most are copied once and not after
  // each commit; larger pieces would hold up whoever waits meanwhile.
  database.exec('PRAGMA wal_autocheckpoint = 4096')
  database.exec('PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY')
  const driver = new SqliteDriver(database, { turn, limit: groupLimit, owned: !options.database })
  driver.transact(() => migrate(driver))
  const tools = { vault: options.vault, dueOf: options.dueOf, slot: 0 }
  const changes = gatherChanges({ write: (script) => driver.writeNow(script) }, tools, {
    turn,
    limit: groupLimit,
  })
  return assemble(driver, {
    ...tools,
    change: () => (change) => changes.add(change),
    finish: () => changes.idle(),
  })
}

function openFile(file: string | undefined): DatabaseSync {
  if (file === undefined) throw new TypeError('a store needs a file or a database')
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600))
  return new DatabaseSync(file)
}

type Prepared = { readonly statement: StatementSync; readonly answers: boolean }

class SqliteDriver implements Driver {
  readonly kind = 'sqlite'
  // One transaction writes at a time: nobody needs to hold rows.
  readonly forUpdate = ''
  readonly forShare = ''
  readonly lockMigrations = undefined
  readonly tablesMade = "SELECT name FROM sqlite_master WHERE name = 'meta'"
  readonly #database: DatabaseSync
  readonly #owned: boolean
  readonly #statements = new Map<string, Prepared>()
  /** Texts put together from table and columns: making one for each row costs as much as running it. */
  readonly #texts = new Map<string, string>()
  readonly #writes: Gathering<() => Script<unknown>, unknown>

  constructor(database: DatabaseSync, { owned, ...group }: { turn: Turn; limit: number; owned: boolean }) {
    this.#database = database
    this.#owned = owned
    this.#writes = new Gathering(group, (waiting) => {
      this.#commit(waiting)
      return undefined
    })
  }

  skipLocked(): string {
    return ''
  }

  ddl(statement: string): string {
    return statement
      .replace(/\bBIGINT\b/g, 'INTEGER')
      .replace(/\bBYTEA\b/g, 'BLOB')
      .replace(/\bSERIAL8\b/g, 'INTEGER PRIMARY KEY AUTOINCREMENT')
      .replace(/^(CREATE TABLE[\s\S]*\))$/, '$1 STRICT')
  }

  anyOf(column: string): string {
    return `${column} IN (SELECT value FROM json_each(?))`
  }

  list(values: readonly string[]): Value {
    return JSON.stringify(values)
  }

  async read<R>(script: () => Script<R>): Promise<R> {
    return this.#drive(script())
  }

  write<R>(script: () => Script<R>): Promise<R> {
    // The gathering answers with what this very script returned.
    return this.#writes.add(script) as Promise<R>
  }

  /** The same without waiting for the end of the turn, and with all that waits for it. */
  writeNow<R>(script: () => Script<R>): Promise<R> {
    return this.#writes.addNow(script) as Promise<R>
  }

  async close(): Promise<void> {
    await this.#writes.idle()
    this.#statements.clear()
    if (this.#owned && this.#database.isOpen) this.#database.close()
  }

  /** One script in a transaction of its own, at once. */
  transact<R>(script: () => Script<R>): R {
    this.#exec('BEGIN IMMEDIATE')
    try {
      const result = this.#drive(script())
      this.#exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#exec('ROLLBACK')
      throw error
    }
  }

  /** All who waited, in one transaction; each behind a savepoint, so that one that fails fails alone. */
  #commit(group: readonly Waiting<() => Script<unknown>, unknown>[]): void {
    const answers: (() => void)[] = []
    try {
      this.transact(() => this.#each(group, answers))
    } catch (error) {
      for (const { reject } of group) reject(error)
      return
    }
    for (const answer of answers) answer()
  }

  *#each(group: readonly Waiting<() => Script<unknown>, unknown>[], answers: (() => void)[]): Script<void> {
    for (const { work, resolve, reject } of group) {
      this.#exec('SAVEPOINT one')
      try {
        const result = this.#drive(work())
        answers.push(() => resolve(result))
      } catch (error) {
        // A full disk ends the whole transaction, and nobody's work stands.
        if (!this.#database.isTransaction) throw error
        this.#exec('ROLLBACK TO one')
        answers.push(() => reject(error))
      }
      this.#exec('RELEASE one')
    }
  }

  #drive<R>(script: Script<R>): R {
    let step = script.next()
    while (!step.done) step = script.next(step.value.map((ask) => this.#answer(ask)))
    return step.value
  }

  #answer(ask: Ask): Answer {
    if (ask.op === 'query') return this.#query(ask.sql, ask.values, ask.dynamic)
    if (ask.op === 'lookup') {
      const { table, by } = ask
      const sql = this.#text(`${table} ${by}`, () => `SELECT * FROM ${table} WHERE ${equal(by, ' AND ')}`)
      const rows = ask.keys.flatMap((key) => this.#query(sql, key).rows)
      return { rows, count: rows.length }
    }
    return { rows: [], count: ask.op === 'insert' ? this.#insert(ask) : this.#update(ask) }
  }

  #insert({ table, rows, conflict }: Ask & { op: 'insert' }): number {
    const [first] = rows
    if (!first) return 0
    const columns = Object.keys(first)
    const sql = this.#text(`+ ${table} ${columns} ${conflict}`, () => {
      const places = columns.map(() => '?').join(', ')
      const or = conflict ? ` ON CONFLICT ${conflict}` : ''
      return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})${or}`
    })
    return rows.reduce(
      (count, row) =>
        count +
        this.#query(
          sql,
          columns.map((one) => row[one] ?? null),
        ).count,
      0,
    )
  }

  #update({ table, rows }: Ask & { op: 'update' }): number {
    const [first] = rows
    if (!first) return 0
    const set = Object.keys(first.set)
    const where = Object.keys(first.where)
    const sql = this.#text(
      `= ${table} ${set} ${where}`,
      () => `UPDATE ${table} SET ${equal(set, ', ')} WHERE ${equal(where, ' AND ')}`,
    )
    return rows.reduce((count, row) => {
      const values = [
        ...set.map((one) => row.set[one] ?? null),
        ...where.map((one) => row.where[one] ?? null),
      ]
      return count + this.#query(sql, values).count
    }, 0)
  }

  #text(name: string, make: () => string): string {
    const known = this.#texts.get(name)
    if (known !== undefined) return known
    const text = make()
    this.#texts.set(name, text)
    return text
  }

  #query(sql: string, values: readonly Value[], dynamic?: true): Answer {
    try {
      const { statement, answers } = dynamic ? this.#prepare(sql) : this.#prepared(sql)
      if (!answers) return { rows: [], count: Number(statement.run(...values).changes) }
      // Columns hold what tables.ts says: integers below 2^53, text, bytes.
      const rows = statement.all(...values) as Row[]
      return { rows, count: rows.length }
    } catch (error) {
      throw failure(error)
    }
  }

  #exec(sql: string): void {
    this.#query(sql, [])
  }

  #prepared(sql: string): Prepared {
    const known = this.#statements.get(sql)
    if (known) return known
    const prepared = this.#prepare(sql)
    this.#statements.set(sql, prepared)
    return prepared
  }

  #prepare(sql: string): Prepared {
    const statement = this.#database.prepare(sql)
    return { statement, answers: statement.columns().length > 0 }
  }
}

function equal(columns: readonly string[], between: string): string {
  return columns.map((one) => `${one} = ?`).join(between)
}

// Result codes: https://www.sqlite.org/rescode.html
const notUnique = [1555, 2067]
/** Busy, no memory, read only, input or output, corrupt, full, cannot open. */
const everybody = [5, 7, 8, 10, 11, 13, 14]

function failure(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  const code = Number(error.errcode)
  if (notUnique.includes(code)) return new NotUnique(error.message.replace(/^.*failed: /, ''))
  const where = everybody.includes(code & 0xff) ? 'store' : 'statement'
  const name = 'errstr' in error ? String(error.errstr) : 'error'
  return new StoreFailed(`SQLite: ${name} (${code})`, { code: String(code), where })
}
