/** Declared values as flat text and back: query strings and flat XML know nothing but text. */
import type { AnyField, Field, Fields } from './fields.ts'

/**
 * Text members read as their declared kinds. What does not read is left as it came, for `check`
 * to name (a number with leading zeros, too); names that are not declared stay.
 * @example readFlat({ limit: whole() }, [['limit', '10']]) // { limit: 10 }
 */
export function readFlat(
  fields: Fields,
  members: Iterable<readonly [string, string]>,
): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null)
  for (const [name, text] of members) {
    values[name] = Object.hasOwn(fields, name) ? readOne(fields[name] as Field, text) : text
  }
  for (const name in fields) settleSpellings(values, name, fields[name] as Field)
  return values
}

/**
 * Puts a value that came under another spelling where its declaration has it. Spellings that contradict each other
 * stay as they came and the declared name is left without a value: which of them is meant nobody can say.
 */
function settleSpellings(values: Record<string, unknown>, name: string, field: Field): void {
  const given = (field.spellings ?? []).filter((one) => one in values)
  if (given.length === 0) return
  const read = given.map((one) => readOne(field, String(values[one])))
  const all = new Set(name in values ? [values[name], ...read] : read)
  if (all.size === 1) values[name] = read[0]
  else delete values[name]
}

function readOne(given: Field, text: string): unknown {
  const field = given as AnyField
  if (field.kind === 'whole' || field.kind === 'numberChoice') {
    const number = Number(text)
    return /^-?(?:0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(number) ? number : text
  }
  if (field.kind === 'real') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
  if (field.kind === 'flag' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}

/** Declared values as text members, in the order of the declaration; absent ones are left out. */
export function writeFlat(fields: Fields, values: Readonly<Record<string, unknown>>): [string, string][] {
  const members: [string, string][] = []
  for (const name in fields) {
    const value = values[name]
    if (value !== undefined) members.push([name, typeof value === 'string' ? value : String(value)])
  }
  return members
}
