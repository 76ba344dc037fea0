/** From what a caller gives to the parts of a request, checked. */
import {
  type AnyField,
  check,
  type Field,
  type Fields,
  type OperationShape,
  type Problem,
} from '@chadan/protocol'
import { InputError } from './errors.ts'

/** The parts of a request apart. */
export interface Parts {
  readonly path: Record<string, unknown>
  readonly query: Record<string, unknown>
  readonly headers: Record<string, unknown>
  readonly body: Record<string, unknown>
}

/** Deals a flat input out to path, query, headers and body, by the declared names. */
export function dealOut(operation: OperationShape, input: unknown): Parts {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new InputError(operation.id, [
      { at: '', found: Array.isArray(input) ? 'a list' : typeof input, expected: 'an object', rule: 'type' },
    ])
  }
  const parts = { path: {}, query: {}, headers: {}, body: {} } as Record<keyof Parts, Record<string, unknown>>
  for (const [name, value] of Object.entries(input)) {
    let placed = false
    for (const part of ['path', 'query', 'headers', 'body'] as const) {
      if (!Object.hasOwn(operation[part] ?? {}, name)) continue
      define(parts[part], name, value)
      placed = true
    }
    // Where it would belong is unknown, so that `check` names it as not declared.
    if (!placed) define(parts[operation.body ? 'body' : 'query'], name, value)
  }
  return parts
}

/** Sets a member even if it is called `__proto__`. */
function define(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}

/** Throws `InputError` with every problem of the parts. */
export function checkParts(
  operation: OperationShape,
  parts: Parts,
  mode: 'direct' | 'partner' | undefined,
): void {
  const options = {
    ...(mode && { mode }),
    fourByteText: operation.dialect === 'apiv3' ? 'refuse' : 'accept',
  } as const
  const problems: Problem[] = []
  for (const part of ['path', 'query', 'headers', 'body'] as const) {
    const fields = operation[part] ?? {}
    const ruled = operation.body ? part === 'body' : part === 'query'
    problems.push(
      ...check(fields, ruled ? (operation.rules ?? []) : [], parts[part], { ...options, at: `/${part}` }),
    )
  }
  problems.push(...strayingSegments(operation.path ?? {}, parts.path))
  for (const [name, field] of Object.entries(operation.body ?? {})) {
    const stray = (field as AnyField).kind === 'anything' && strayValue(parts.body[name], `/body/${name}`)
    if (stray) problems.push(stray)
  }
  if (problems.length > 0) throw new InputError(operation.id, problems)
}

/** Segments that parsers of addresses drop or climb by: the call would be signed for another path. */
function strayingSegments(fields: Fields, path: Record<string, unknown>): Problem[] {
  return Object.keys(fields)
    .filter((name) => ['', '.', '..'].includes(path[name] as string))
    .map((name) => ({
      at: `/path/${name}`,
      found: 'nothing but dots',
      expected: 'text that stays one segment of the path',
      rule: 'segment',
    }))
}

const nestingMost = 64

/** The first value that JSON would change, drop or not hold, where a declaration leaves the value open. */
function strayValue(value: unknown, at: string, depth = 0): Problem | undefined {
  const stray = (found: string): Problem => ({
    at,
    found,
    expected: 'a value that JSON holds as it is',
    rule: 'json',
  })
  if (value === undefined || value === null || typeof value === 'boolean') return undefined
  if (typeof value === 'string') return value.isWellFormed() ? undefined : stray('half of a surrogate pair')
  if (typeof value === 'number') {
    const exact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
    return exact ? undefined : stray('a number that JSON does not hold exactly')
  }
  if (typeof value !== 'object') return stray(`a ${typeof value}`)
  if (depth === nestingMost) return stray(`more than ${nestingMost} levels`)
  const plain = Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!plain || typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return stray('an object of a class')
  for (const [name, member] of Object.entries(value)) {
    const missing = Array.isArray(value) && member === undefined
    const found = missing ? stray('a list with a gap') : strayValue(member, `${at}/${name}`, depth + 1)
    if (found) return found
  }
  return undefined
}

/** Whether any of these fields travels sealed and is given. */
export function holdsSealed(fields: Fields, values: Record<string, unknown>): boolean {
  return Object.keys(values).some(
    (name) =>
      Object.hasOwn(fields, name) &&
      values[name] !== undefined &&
      needsSeal(fields[name] as Field, values[name]),
  )
}

function needsSeal(field: Field, value: unknown): boolean {
  const known = field as AnyField
  if (field.sealed) return true
  if (known.kind === 'group') return holdsSealed(known.fields, value as Record<string, unknown>)
  if (known.kind === 'list') return (value as unknown[]).some((item) => needsSeal(known.item, item))
  return false
}

/** Seals one text; `at` is where it stands, for whoever must be told that it cannot. */
export type SealText = (text: string, at: string) => string

/** The values with every sealed field passed through `seal`; members that are `undefined` are left out. */
export function mapSealed(
  fields: Fields,
  values: Record<string, unknown>,
  seal: SealText,
  at = '/body',
): Record<string, unknown> {
  const mapped: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue
    const field = Object.hasOwn(fields, name) ? (fields[name] as Field) : undefined
    define(mapped, name, field ? mapOne(field, value, seal, `${at}/${name}`) : value)
  }
  return mapped
}

function mapOne(field: Field, value: unknown, seal: SealText, at: string): unknown {
  const known = field as AnyField
  if (field.sealed && typeof value === 'string') return seal(value, at)
  if (known.kind === 'group' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return mapSealed(known.fields, value as Record<string, unknown>, seal, at)
  }
  if (known.kind === 'list' && Array.isArray(value))
    return value.map((item, index) => mapOne(known.item, item, seal, `${at}/${index}`))
  return value
}
