/** What the registry declares: codes and the values of their enumerations. */
import {
  apiv3,
  type ErrorCase,
  everyOperation,
  type fields,
  type OperationShape,
  token,
} from '@chadan/protocol'

export function operationOf(id: string): OperationShape {
  const found = everyOperation.find((one) => one.id === id)
  if (!found) throw new TypeError(`there is no operation ${id}`)
  return found
}

/** An error case's name within its operation: its code, with a number where several bear that code. */
export function nameOf({ errors }: OperationShape, { code, numbers }: ErrorCase): string {
  const alike = errors.filter((one) => one.code === code)
  return alike.length === 1 ? code : [code, ...(numbers ?? [])].join(' ')
}

/** Whether this refusal says that there is no such order or refund. */
export function saysNotFound(
  { notFound }: OperationShape,
  { code, status, numbers = [] }: ErrorCase,
): boolean {
  if (!notFound) return false
  const kind = apiv3.normaliseCode(code)
  return (
    notFound.codes.some((one) => apiv3.normaliseCode(one) === kind) ||
    numbers.some((number) => notFound.numbers?.includes(number)) ||
    (notFound.any404 === true && status === 404)
  )
}

/**
 * Whether an error leaves open what was done, so that the caller gets `Lost` and looks it up: the
 * outcome is elsewhere, or the platform failed. In XML a
 * read that failed is just read again.
 */
export function leavesOpen(operation: OperationShape, error: ErrorCase): boolean {
  if (saysNotFound(operation, error)) return false
  const { advice, status, code } = error
  if (operation.dialect === 'xml') {
    if (operation.repeat === 'read' || operation.credentials === 'none') return false
    // The gate does not sign, so its word decides nothing about money (X27), but for the token it refuses.
    const byGate = /^4\d{4}$/.test(code) && token.adviceFor('payinsurance', 'call', code) !== 'renew'
    return advice === 'query' || byGate
  }
  // A read that was refused has done nothing; one that met a system error has said nothing.
  const open = advice === 'query' && operation.repeat !== 'read'
  if (operation.dialect === 'token') return open || code === '-1'
  return open || (status >= 500 && (advice === 'query' || advice === 'repeat'))
}

/** The values of all enumerations in a message's fields, as `path value`. */
export function declaredValues(declared: fields.Fields, at = ''): string[] {
  return Object.entries(declared).flatMap(([name, field]) =>
    valuesIn(field as fields.AnyField, at === '' ? name : `${at}.${name}`),
  )
}

function valuesIn(field: fields.AnyField, at: string): string[] {
  if (field.kind === 'choice' || field.kind === 'numberChoice')
    return Object.keys(field.values).map((value) => `${at} ${value}`)
  if (field.kind === 'group') return declaredValues(field.fields, at)
  if (field.kind === 'list') return valuesIn(field.item as fields.AnyField, `${at}[]`)
  return []
}

/** Every text and number in a message, as `path value`. */
export function valuesOf(value: unknown, at = ''): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [`${at} ${value}`]
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, `${at}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    valuesOf(member, at === '' ? name : `${at}.${name}`),
  )
}
