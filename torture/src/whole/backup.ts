/** A backup of the database in memory, and going back to it: everything since then is forgotten here, and nowhere else. */
import type { DatabaseSync } from 'node:sqlite'

/** A backup that is taken once and restored once. */
export class Backup {
  readonly #database: DatabaseSync
  readonly #tables: readonly string[]
  readonly takenMs: number

  constructor(database: DatabaseSync, nowMs: number) {
    this.#database = database
    this.takenMs = nowMs
    const rows = database
      .prepare("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
      .all()
    this.#tables = rows.map(({ name }) => String(name))
    database.exec("ATTACH DATABASE ':memory:' AS backup")
    for (const table of this.#tables)
      database.exec(`CREATE TABLE backup."${table}" AS SELECT * FROM main."${table}"`)
  }

  /** Makes the database what it was. */
  restore(): void {
    const steps = this.#tables.flatMap((table) => [
      `DELETE FROM main."${table}"`,
      `INSERT INTO main."${table}" SELECT * FROM backup."${table}"`,
    ])
    this.#database.exec(`BEGIN; ${steps.join('; ')}; COMMIT`)
  }
}
