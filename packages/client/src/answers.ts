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

/** Where the first declared integer stands that a number cannot hold exactly. */
export function unsafeIntegerAt(fields: Fields, value: unknown, at = ''): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  for (const name in fields) {
    const found = unsafeIn(fields[name] as Field, (value as Record<string, unknown>)[name], `${at}/${name}`)
    if (found) return found
  }
  return undefined
}

function unsafeIn(field: Field, value: unknown, at: string): string | undefined {
  if (value === undefined) return undefined
  const known = field as AnyField
  if (known.kind === 'whole' || known.kind === 'numberChoice')
    return typeof value === 'bigint' ||
      (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER)
      ? at
      : undefined
  if (known.kind === 'group') return unsafeIntegerAt(known.fields, value, at)
  if (known.kind !== 'list' || !Array.isArray(value)) return undefined
  for (const [index, item] of value.entries()) {
    const found = unsafeIn(known.item, item, `${at}/${index}`)
    if (found) return found
  }
  return undefined
}
