/** Reading answers leniently in shape and strictly in numbers. */
import { type AnyField, type Field, type Fields, type OperationShape, readAnswer } from '@chadan/protocol'
import { Lost } from './errors.ts'

/** The answer with the spellings that its declaration allows read as what they mean. */
export function readShape(result: Field, value: unknown): unknown {
  return isLenient(result) ? readAnswer(result, value) : value
}

const lenient = new WeakMap<Field, boolean>()

/** Whether any field below is declared to come in more than one spelling; most answers have none. */
function isLenient(field: Field): boolean {
  let found = lenient.get(field)
  if (found === undefined) {
    const known = field as AnyField
    found =
      (known.kind === 'whole' && known.textual === true) ||
      (known.kind === 'list' && (known.orOne === true || isLenient(known.item))) ||
      (known.kind === 'group' && Object.values(known.fields).some(isLenient))
    lenient.set(field, found)
  }
  return found
}

/** Refuses an answer in which a declared integer cannot be held exactly. */
export function checkSafeIntegers(operation: OperationShape, value: unknown): void {
  if (operation.result.kind !== 'group') return
  const at = unsafeIntegerAt(operation.result.fields, value)
  if (at)
    throw new Lost(operation.id, 'form', `the answer holds an integer at ${at} that is too large to be exact`)
}

/** Where the first declared integer stands that a number cannot hold exactly. The path is made only once one is found. */
export function unsafeIntegerAt(fields: Fields, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const name in fields) {
    const member = (value as Record<string, unknown>)[name]
    const below = member === undefined ? undefined : unsafeIn(fields[name] as Field, member)
    if (below !== undefined) return `/${name}${below}`
  }
  return undefined
}

/** Where below this value it stands; empty text for the value itself. */
function unsafeIn(field: Field, value: unknown): string | undefined {
  const known = field as AnyField
  if (known.kind === 'whole' || known.kind === 'numberChoice')
    return typeof value === 'bigint' ||
      (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
      ? ''
      : undefined
  if (known.kind === 'group') return unsafeIntegerAt(known.fields, value)
  if (known.kind !== 'list' || !Array.isArray(value)) return undefined
  for (const [index, item] of value.entries()) {
    const below = unsafeIn(known.item, item)
    if (below !== undefined) return `/${index}${below}`
  }
  return undefined
}
