/** Asks in PostgreSQL's words: many rows are one statement over arrays, one for each column. */
import type { Ask } from './script.ts'
import { type ColumnKind, type TableName, tables, type Value } from './tables.ts'

/** What is sent. Statements with a name are prepared once for each connection. */
export interface Statement {
  readonly sql: string
  readonly values: readonly Value[]
  readonly name?: string | undefined
}

/** The statement of an ask. */
export function statementOf(ask: Ask): Statement {
  switch (ask.op) {
    case 'query':
      return ask.dynamic ? ask : { ...named(numbered(ask.sql)), values: ask.values }
    case 'insert':
      return insert(ask)
    case 'update':
      return update(ask)
    case 'lookup':
      return find(ask)
  }
}

function insert({ table, rows, conflict }: Ask & { op: 'insert' }): Statement {
  const columns = Object.keys(rows[0] ?? {})
  const or = conflict ? ` ON CONFLICT ${conflict}` : ''
  const sql = `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM ${unnest(table, columns)}${or}`
  return { ...named(sql), values: columns.map((column) => array(rows.map((row) => row[column] ?? null))) }
}

function update({ table, rows }: Ask & { op: 'update' }): Statement {
  const set = Object.keys(rows[0]?.set ?? {})
  const where = Object.keys(rows[0]?.where ?? {})
  const sets = set.map((column) => `${column} = v.set_${column}`).join(', ')
  const wheres = where.map((column) => `t.${column} = v.at_${column}`).join(' AND ')
  const names = [...set.map((one) => `set_${one}`), ...where.map((one) => `at_${one}`)].join(', ')
  const values = unnest(table, [...set, ...where])
  return {
    ...named(`UPDATE ${table} AS t SET ${sets} FROM ${values} AS v(${names}) WHERE ${wheres}`),
    values: [
      ...set.map((column) => array(rows.map((row) => row.set[column] ?? null))),
      ...where.map((column) => array(rows.map((row) => row.where[column] ?? null))),
    ],
  }
}

function find({ table, by, keys, lock }: Ask & { op: 'lookup' }): Statement {
  const on = by.map((column) => `t.${column} = k.${column}`).join(' AND ')
  // Held in the order of their keys by everybody: two who want the same rows never wait for each other in a circle.
  const held = lock ? ` ORDER BY ${by.map((column) => `t.${column}`).join(', ')} FOR UPDATE OF t` : ''
  const sql = `SELECT t.* FROM ${unnest(table, by)} AS k(${by.join(', ')}) JOIN ${table} t ON ${on}${held}`
  return { ...named(sql), values: by.map((_, at) => array(keys.map((key) => key[at] ?? null))) }
}

const types = { text: 'text', int: 'int8', bytes: 'bytea' } as const

function unnest(table: TableName, columns: readonly string[]): string {
  const kinds: Readonly<Record<string, ColumnKind>> = tables[table]
  const arrays = columns.map((column, at) => {
    const kind = kinds[column]?.replace('?', '') as keyof typeof types | undefined
    if (!kind) throw new TypeError(`the table ${table} has no column ${column}`)
    return `$${at + 1}::${types[kind]}[]`
  })
  return `unnest(${arrays.join(', ')})`
}

function array(values: readonly Value[]): Value {
  // pg writes arrays; the border's values are otherwise plain.
  return values as unknown as Value
}

function numbered(sql: string): string {
  let place = 0
  return sql.replace(/\?/g, () => `$${++place}`)
}

const names = new Map<string, string>()

/** Our own texts are few and stay the same: each is prepared under a name of its own. */
function named(sql: string): { sql: string; name: string } {
  const name = names.get(sql) ?? `chadan_${names.size}`
  names.set(sql, name)
  return { sql, name }
}
