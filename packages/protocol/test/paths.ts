/** The names in a declaration and in a sample, as paths like `sub_orders[].amount`, to be compared. */
import type { AnyField, Field, Fields } from '../src/fields.ts'

/** Every path that is declared. */
export function declaredPaths(fields: Fields, before = ''): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [before + name, ...inside(field, before + name)])
}

function inside(given: Field, path: string): string[] {
  const field = given as AnyField
  if (field.kind === 'group') return declaredPaths(field.fields, `${path}.`)
  return field.kind === 'list' ? inside(field.item, `${path}[]`) : []
}

/** Every path that occurs in a sample. */
export function pathsIn(sample: unknown, before = ''): string[] {
  if (Array.isArray(sample))
    return [...new Set(sample.flatMap((one) => pathsIn(one, `${before.slice(0, -1)}[].`)))]
  if (typeof sample !== 'object' || sample === null) return []
  return Object.entries(sample).flatMap(([name, value]) => [
    before + name,
    ...pathsIn(value, `${before}${name}.`),
  ])
}
