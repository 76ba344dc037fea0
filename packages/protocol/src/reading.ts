/** Reading what the platform answered: lenient, nothing unknown is lost. */
import type { AnyField, Field } from './fields.ts'

/**
 * The value with every number that the platform spelled as decimal text made a number, and every
 * lone member a list, where the declaration says that happens. Everything else, undeclared names included, stays as it came.
 * @example readAnswer(group({ total: textual(minor) }), { total: '40000' }) // { total: 40000 }
 */
export function readAnswer(given: Field, value: unknown): unknown {
  const field = given as AnyField
  switch (field.kind) {
    case 'whole':
      return field.textual && typeof value === 'string' ? numberIn(value) : value
    case 'list':
      if (!Array.isArray(value))
        return field.orOne && isObject(value) ? [readAnswer(field.item, value)] : value
      return value.map((item) => readAnswer(field.item, item))
    case 'group': {
      if (!isObject(value)) return value
      // Entries define own properties, so that a name like __proto__ stays a name.
      return Object.fromEntries(
        Object.entries(value).map(([name, member]) => {
          const declared = Object.hasOwn(field.fields, name) ? field.fields[name] : undefined
          return [name, declared ? readAnswer(declared, member) : member]
        }),
      )
    }
    default:
      return value
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberIn(text: string): number | string {
  const number = Number(text)
  return /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(number) ? number : text
}
