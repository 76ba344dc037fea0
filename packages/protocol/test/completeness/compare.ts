import type { Field as Said } from '../../../../scripts/dossiers/fields.ts'
import type { NotificationFacts, OperationFacts } from '../../../../scripts/dossiers/shape.ts'
import type { AnyField, Field, Fields } from '../../src/fields.ts'
import type { NotificationShape, OperationShape } from '../../src/operation.ts'
import { anywhere } from './deviations.ts'

/** One disagreement between a declaration and the dossier. */
export interface Difference {
  readonly id: string
  /** `body`, `result`, `errors`, … */
  readonly part: string
  /** The field's path, or the error's code. */
  readonly at: string
  readonly what:
    | 'not declared'
    | 'not in the dossier'
    | 'required'
    | 'optional'
    | 'kind'
    | 'min'
    | 'max'
    | 'values'
    | 'sealed'
    | 'status'
    | 'numbers'
    | 'route'
  readonly said: string
  readonly declared: string
}

/** One declared field, by the path the dossiers would give it. */
interface Declared {
  readonly path: string
  readonly field: AnyField
  readonly optional: boolean
}

/** Everything in which a declared operation differs from the dossier. */
export function differencesOf(said: OperationFacts, declared: OperationShape): Difference[] {
  const { id } = said
  const route: Difference = {
    id,
    part: 'route',
    at: '',
    what: 'route',
    said: said.route,
    declared: declared.route,
  }
  return [
    ...(said.route === declared.route ? [] : [route]),
    ...partsOf(said, declared).flatMap(([part, listed, fields]) =>
      fieldDifferences(id, part, listed, fields),
    ),
    ...errorDifferences(said, declared),
  ]
}

/** The parts of a request and its answer: name, what the dossier says, what is declared. */
export function partsOf(said: OperationFacts, declared: OperationShape) {
  return [
    ['path', said.request.path, declared.path],
    ['query', said.request.query, declared.query],
    ['body', said.request.body, declared.body],
    ['result', said.result, resultFields(declared)],
  ] as const
}

/** Everything in which a declared notification differs from the dossier. */
export function noticeDifferences(said: NotificationFacts, declared: NotificationShape): Difference[] {
  return fieldDifferences(said.id, 'resource', said.resource, declared.resource.fields)
}

/** Codes as they are compared: X19, the client ignores underscores. */
export function plain(code: string): string {
  return code.replaceAll('_', '')
}

/** Paths of all declared fields, members of groups, lists and JSON texts included. */
export function flat(fields: Fields, prefix = ''): Declared[] {
  return Object.entries(fields).flatMap(([name, given]) => {
    const field = given as Field as AnyField
    const inList = field.kind === 'list'
    const path = `${prefix}${name}${inList ? '[]' : ''}`
    const item = inList ? (field.item as Field as AnyField) : field
    const own = { path, field: item, optional: field.optional === true }
    if (item.kind === 'group') return [own, ...flat(item.fields, `${path}.`)]
    if (item.kind === 'text' && item.known !== undefined) return [own, ...flat(item.known, `${path}{}.`)]
    return [own]
  })
}

function resultFields(declared: OperationShape): Fields | undefined {
  return declared.result.kind === 'group' ? declared.result.fields : undefined
}

/** Everything in which one part differs. */
export function fieldDifferences(
  id: string,
  part: string,
  said: readonly Said[],
  fields: Fields = {},
): Difference[] {
  const declared = flat(fields)
  const missing = said.filter((one) => !declared.some((other) => other.path === one.path))
  const surplus = declared.filter((one) => !said.some((other) => other.path === one.path))
  const both = said.flatMap((one) => {
    const other = declared.find((candidate) => candidate.path === one.path)
    return other === undefined ? [] : traits(one, other)
  })
  const name = (at: string, what: Difference['what']) => ({ id, part, at, what, said: '', declared: '' })
  return [
    ...missing.map((one) => name(one.path, 'not declared')),
    ...surplus.map((one) => name(one.path, 'not in the dossier')),
    ...both.map((trait) => ({ id, part, ...trait })),
  ]
}

type Trait = Pick<Difference, 'at' | 'what' | 'said' | 'declared'>

function traits(said: Said, declared: Declared): Trait[] {
  const { field, path: at } = declared
  const trait = (what: Difference['what'], one: unknown, other: unknown): Trait[] =>
    one === other ? [] : [{ at, what, said: String(one), declared: String(other) }]
  const expected = kindOf(said.type)
  const kinds = expected.includes(field.kind) ? [] : trait('kind', said.type, field.kind)
  const sealing = trait('sealed', said.sealed === true, field.sealed === true)
  return [
    ...kinds,
    ...needs(said, declared),
    ...limits(said, field, trait),
    ...values(said, field, trait),
    ...sealing,
  ]
}

function needs(said: Said, { optional, path: at }: Declared): Trait[] {
  if (said.implied) return []
  if (said.required === 'R' && optional) return [{ at, what: 'required', said: 'R', declared: 'optional' }]
  if (said.required !== 'R' && !optional) {
    return [{ at, what: 'optional', said: said.required, declared: 'required' }]
  }
  return []
}

type Compare = (what: Difference['what'], one: unknown, other: unknown) => Trait[]

// Forms with a length of their own (an instant, a day) need no other; values have the length they have.
function limits(said: Said, field: AnyField, trait: Compare): Trait[] {
  if (field.kind === 'whole') {
    return said.max === undefined
      ? []
      : [...trait('max', said.max, field.max), ...trait('min', said.min, field.min)]
  }
  if (field.kind !== 'text' || field.format === 'time') return []
  return [
    ...(said.max === undefined ? [] : trait('max', said.max, field.max)),
    ...(said.min === undefined || said.min === 1 ? [] : trait('min', said.min, field.min)),
  ]
}

function values(said: Said, field: AnyField, trait: Compare): Trait[] {
  const open = field.kind !== 'choice' && field.kind !== 'numberChoice'
  const declared = open ? [] : Object.keys(field.values)
  const listed = said.enum ?? []
  // A single value is what samples show; whether the platform knows others is not said.
  if (listed.length === 1 && open) return []
  const text = (list: readonly string[]) => list.toSorted().join(' ')
  return trait('values', text(listed), text(declared))
}

function kindOf(type: string): readonly string[] {
  const plainType = type.replace('[]', '')
  const kinds: Readonly<Record<string, readonly string[]>> = {
    string: ['text', 'choice'],
    object: ['group'],
    boolean: ['flag'],
    number: ['whole', 'real'],
    file: ['upload'],
  }
  return kinds[plainType] ?? ['whole', 'numberChoice']
}

function errorDifferences(said: OperationFacts, declared: OperationShape): Difference[] {
  if (said.errorsUnstated) return []
  const has = (code: string) => declared.errors.some((one) => plain(one.code) === plain(code))
  const own = said.errors.filter((one) => !one.shared && !has(one.code))
  const known = [...said.errors.map((one) => one.code), ...anywhere.codes].map(plain)
  const surplus = declared.errors.filter((one) => !known.includes(plain(one.code)))
  const statuses = declared.errors.flatMap((one) => {
    const listed = said.errors.filter((other) => plain(other.code) === plain(one.code) && other.status)
    if (listed.length === 0 || listed.some((other) => other.status === one.status)) return []
    return [{ code: one.code, said: listed[0]?.status, declared: one.status }]
  })
  const numbers = said.errors.flatMap(({ code, number }) => {
    const same = declared.errors.filter((one) => plain(one.code) === plain(code))
    if (number === undefined || same.length === 0) return []
    return same.some((one) => one.numbers?.includes(number)) ? [] : [{ code, said: String(number) }]
  })
  const difference = (at: string, what: Difference['what'], one = '', other = ''): Difference => ({
    id: said.id,
    part: 'errors',
    at,
    what,
    said: one,
    declared: other,
  })
  const codes = (list: readonly { code: string }[]) => [...new Set(list.map((one) => one.code))]
  return [
    ...codes(own).map((code) => difference(code, 'not declared')),
    ...codes(surplus).map((code) => difference(code, 'not in the dossier')),
    ...statuses.map((one) => difference(one.code, 'status', String(one.said), String(one.declared))),
    ...numbers.map((one) => difference(one.code, 'numbers', one.said)),
  ]
}
