import { type Exception, enumExceptions, exceptions } from '../dossier-exceptions.ts'
import { quoted, rowsOf, type Section } from './markdown.ts'

/** R required in its object, O optional, C required under a condition the dossier states. */
export type Need = 'R' | 'O' | 'C'

/** One field as a dossier states it. Arrays end in `[]`, JSON kept in a string is entered with `{}`. */
export interface Field {
  path: string
  type: string
  min?: number
  max?: number
  required: Need
  sealed?: true
  enum?: string[]
  /** The dossier prints only members of this object, never the object itself. */
  implied?: true
}

/** Which columns of a table hold what. Without `need` every row has the need `always`. */
export interface Columns {
  readonly name: string
  readonly type?: string
  readonly max?: string
  readonly need?: string
  readonly note?: string
  readonly where?: string
  readonly sealed?: string
}

/** How a table is read beyond its columns. */
export interface Reading {
  readonly columns: Columns
  readonly nth?: number
  /** Where hand-listed rows are looked up; the section's own place unless the table is read more than once. */
  readonly at?: string
  readonly always?: Need
  readonly where?: string
  readonly known?: readonly Field[]
  readonly need?: (row: Record<string, string>) => string
  /** Values a row points to elsewhere in the dossier. */
  readonly values?: (row: Record<string, string>) => string[] | undefined
  /** Members of a type that the dossier names and prints once. */
  readonly nested?: (type: string) => Field[] | undefined
  /** The list whose members are written with a leading dot. */
  readonly dotted?: string
}

const used = new Set<Exception>()

/** The fields of one table, in table order; a row that cannot be read must be listed by hand. */
export function fieldsOf(section: Section, reading: Reading): Field[] {
  const at = reading.at ?? section.at
  const fields = rowsOf(section, reading.nth).flatMap((row) => fieldsOfRow(row, at, reading))
  return withContainers(fields)
}

/** Fields that stand in prose, listed by hand under `at` and `row`; the quoted words must still be there. */
export function proseOf(section: Section, at: string, row: string, known: readonly Field[] = []): Field[] {
  const exception = find(at, row)
  if (exception === undefined) throw new Error(`${at}: nothing is listed by hand for "${row}"`)
  if (!section.text.includes(row)) throw new Error(`${at}: the dossier no longer says "${row}"`)
  return withContainers(exception.fields.map((line) => parseLine(at, line, known)))
}

/** Fails when a hand-listed exception was not needed by this run: it no longer matches any dossier. */
export function unusedExceptions(): string[] {
  return exceptions.filter((one) => !used.has(one)).map((one) => `${one.at}: ${one.row}`)
}

/** Adds the objects and lists that only show through their members. */
export function withContainers(fields: readonly Field[]): Field[] {
  const seen = new Set(fields.map((field) => field.path))
  const complete: Field[] = []
  for (const field of fields) {
    for (const parent of parentsOf(field.path)) {
      if (seen.has(parent)) continue
      seen.add(parent)
      const type = parent.endsWith('[]') ? 'object[]' : 'object'
      complete.push({ path: parent, type, required: 'C', implied: true })
    }
    complete.push(field)
  }
  return complete
}

/** The objects around a field, outermost first; a string that holds JSON counts as one. */
export function parentsOf(path: string): string[] {
  const steps = path.split('.')
  return steps.slice(1).map((_, index) =>
    steps
      .slice(0, index + 1)
      .join('.')
      .replace(/\{\}$/, ''),
  )
}

function fieldsOfRow(row: Record<string, string>, at: string, reading: Reading): Field[] {
  const { columns } = reading
  const cell = (column: string | undefined) => (column === undefined ? '' : (row[column] ?? ''))
  const where = cell(columns.where)
  if (reading.where !== undefined && !where.replaceAll('*', '').startsWith(reading.where)) return []
  const name = cell(columns.name)
  const note = cell(columns.note)
  const need = reading.need?.(row) ?? cell(columns.need)
  const required = needOf(columns.need === undefined && !reading.need ? (reading.always ?? '') : need, note)
  if (required === undefined) return []
  const exception = find(at, name)
  if (exception !== undefined) {
    return exception.fields.map((line) => parseLine(at, line, reading.known ?? []))
  }
  if (required === 'unreadable') throw new Error(`${at}: cannot read the need of ${name}: "${need}"`)
  return namesOf(name, reading.dotted).flatMap((path) => {
    const known = reading.known?.find((one) => one.path.replace('[]', '') === path.replace('[]', ''))
    const named = nestedOf(cell(columns.type), path, required, reading)
    if (named !== undefined) return named
    const form =
      columns.type === undefined ? formOf(known) : readType(at, cell(columns.type), cell(columns.max))
    const field: Field = { path, ...form, required }
    if (/\[\]$/.test(field.type) && !path.endsWith('[]')) field.path = `${path}[]`
    const sealed =
      `${cell(columns.type)} ${where}`.includes('encrypted') || cell(columns.sealed).includes('yes')
    if (sealed) field.sealed = true
    const dossier = at.slice(0, 2)
    const listed = enumExceptions[`${at}/${field.path}`] ?? enumExceptions[`${dossier}/${field.path}`]
    const values = listed ?? reading.values?.(row) ?? enumOf(note) ?? known?.enum
    if (values !== undefined) field.enum = [...values]
    return [field]
  })
}

function nestedOf(cell: string, path: string, required: Need, reading: Reading): Field[] | undefined {
  const match = /^(array)\[([A-Z]\w+)\]|^(?:object \()?([A-Z][a-z]\w+)/.exec(cell)
  const members = reading.nested?.(match?.[2] ?? match?.[3] ?? '')
  if (match === null || members === undefined) return undefined
  const container = match[1] === undefined ? path : `${path}[]`
  const type = match[1] === undefined ? 'object' : 'object[]'
  return [
    { path: container, type, required },
    ...members.map((member) => ({ ...member, path: `${container}.${member.path}` })),
  ]
}

function formOf(known: Field | undefined): { type: string; min?: number; max?: number } {
  if (known === undefined) return { type: 'string' }
  const { type, min, max } = known
  return { type, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
}

function find(at: string, row: string): Exception | undefined {
  const found = exceptions.find((one) => one.at === at && one.row === row)
  if (found !== undefined) used.add(found)
  return found
}

/** `a.b string(6-32) R sealed =X|Y`; the type `~` borrows everything but the need from `known`. */
function parseLine(at: string, line: string, known: readonly Field[]): Field {
  const match = /^(\S+) (~|[a-z0-9[\]]+)(?:\((?:(\d+)-)?(\d+)\))? ([ROC])( sealed)?(?: =(\S+))?$/.exec(line)
  if (match === null) throw new Error(`${at}: cannot read the hand-listed field "${line}"`)
  const [, path = '', type = '', min, max, need, sealed, values] = match
  const borrowed = type === '~' ? known.find((one) => one.path === path) : undefined
  if (type === '~' && borrowed === undefined) throw new Error(`${at}: nothing to borrow for ${path}`)
  return {
    ...(borrowed ?? { path, type }),
    ...(min === undefined ? {} : { min: Number(min) }),
    ...(max === undefined ? {} : { max: Number(max) }),
    required: need as Need,
    ...(sealed === undefined ? {} : { sealed: true as const }),
    ...(values === undefined ? {} : { enum: values.split('|') }),
  }
}

// `amount.total / payer_total` and `.scope` name members of the object before them.
function namesOf(cell: string, dotted = ''): string[] {
  const plain = cell
    .replaceAll(/\s*\([^)]*[^\u0020-\u007e][^)]*\)/g, '')
    .replaceAll(/[`*]/g, '')
    .trim()
  const [first = '', ...others] = plain.split(/, | \/ /)
  const start = first.startsWith('.') ? `${dotted}${first}` : first
  const parent = start.slice(0, start.lastIndexOf('.') + 1)
  const full = others.map((name) => (/^[^.]+\./.test(name) ? name : `${parent}${name.replace('.', '')}`))
  for (const name of [start, ...full]) {
    if (!fieldName.test(name)) throw new Error(`cannot read the field name "${cell}"`)
  }
  return [start, ...full]
}

const fieldName = /^[A-Za-z_0-9]+(\[\])?(\{\})?(\.[A-Za-z_0-9]+(\[\])?)*$/

const needs: readonly (readonly [RegExp, Need | undefined])[] = [
  [/^(–|—|absent|X)$/, undefined],
  [/^(R|Y|yes)\b/, 'R'],
  [/^(C\b|1of|conditional|one of|no; yes when|if |for |enterprise )/, 'C'],
  [/^(O|N|no|optional)\b/, 'O'],
  [/^$/, 'O'],
]

function needOf(cell: string, note: string): Need | undefined | 'unreadable' {
  const plain = (cell.split('→').at(-1) ?? '').replaceAll('*', '').trim()
  const found = needs.find(([pattern]) => pattern.test(plain))
  if (found === undefined) return 'unreadable'
  // Such a field is conditional only because its object is optional.
  if (found[1] === 'C' && /required (in its object|within \w+|once `\w+` is present)/i.test(note)) return 'R'
  return found[1]
}

function readType(at: string, cell: string, max: string): { type: string; min?: number; max?: number } {
  const plain = cell.replace(/^enum string/, 'string').replace(/^string \(\[/, 'string[')
  const match =
    /^(array of string|string\[\](?!\d)|object\[\]|string|str|array|object|boolean|bool|int64|integer|int|number|u8|u32|u64|RFC 3339|enum|any)/.exec(
      plain,
    )
  if (match === null) throw new Error(`${at}: cannot read the type "${cell}"`)
  const type = types[match[1] ?? ''] ?? match[1] ?? ''
  const limits = limitsOf(plain.slice(match[0].length), max)
  return { type, ...limits }
}

const types: Readonly<Record<string, string>> = {
  'array of string': 'string[]',
  array: 'object[]',
  str: 'string',
  bool: 'boolean',
  integer: 'int',
  enum: 'string',
  'RFC 3339': 'string',
}

function limitsOf(rest: string, max: string): { min?: number; max?: number } {
  const range = /^\s*(?:enum )?\[(\d+),(\d+)\]/.exec(rest)
  if (range) return { min: Number(range[1]), max: Number(range[2]) }
  const exact = /^=(\d+)/.exec(rest)
  if (exact) return { min: Number(exact[1]), max: Number(exact[1]) }
  const simple = /^\((?:(\d+)–)?(\d+)\)|^≤(\d+)/.exec(rest)
  const column = /^(?:(\d+)–)?(\d+)/.exec(max)
  const least = /min (\d+)/.exec(rest)?.[1] ?? simple?.[1] ?? column?.[1]
  const most = simple?.[2] ?? simple?.[3] ?? column?.[2]
  return {
    ...(least === undefined ? {} : { min: Number(least) }),
    ...(most === undefined ? {} : { max: Number(most) }),
  }
}

// A note that begins with words in backticks lists the field's values; one alone must be all it says.
function enumOf(note: string): string[] | undefined {
  const plain = note.replaceAll(/\s*\([^)]*\)/g, '').replace(/^[a-z-]+: /, '')
  const bars = /^`[A-Za-z0-9_]+`(?:\s*\\\|\s*`[A-Za-z0-9_]+`)+/.exec(plain)
  const commas = /^`[A-Z0-9_]+`(?:, `[A-Z0-9_]+`)+/.exec(plain)
  const spaces = /^`[A-Z]+_[A-Z]+`(?: `[A-Z_]+`)+/.exec(plain)
  const single = /^`[A-Z][A-Z0-9_]+`(?=;|$)|^CNY(?= only$|$)/.exec(plain)
  const found = bars ?? commas ?? spaces ?? single
  return found === null ? undefined : quoted(found[0].replace(/^CNY/, '`CNY`'))
}
