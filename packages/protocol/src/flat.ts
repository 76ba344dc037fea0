/** Declared values as flat text and back: query strings and flat XML know nothing but text. */
import type { AnyField, Field, Fields } from './fields.ts'

/**
 * Text members read as their declared kinds. What does not read is left as it came, for `check`
 * to name; names that are not declared stay.
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
  return values
}

function readOne(given: Field, text: string): unknown {
  const field = given as AnyField
  if (field.kind === 'whole' || field.kind === 'numberChoice') {
    const number = Number(text)
    return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(number) ? number : text
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
