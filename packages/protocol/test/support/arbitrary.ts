/** From declarations to fast-check: inputs that an operation takes, made from its fields and rules alone. */
import fc from 'fast-check'
import { check } from '../../src/check.ts'
import type { AnyField, Field, Fields, TextField, TextFormat, UploadField } from '../../src/fields.ts'
import type { OperationShape } from '../../src/operation.ts'
import type { Rule } from '../../src/rules.ts'
import { settle } from './settling.ts'

type Values = Record<string, unknown>
type Mode = 'direct' | 'partner' | undefined

/** The parts of a request. */
export interface RequestParts {
  readonly path: Values
  readonly query: Values
  readonly headers: Values
  readonly body: Values
}

/**
 * Requests that `check` accepts, part by part, in the given mode.
 * @example fc.assert(fc.property(partsOf(operations.combine.close), ({ body }) => …))
 */
export function partsOf(operation: OperationShape, mode?: Mode): fc.Arbitrary<RequestParts> {
  const ruled = operation.body ? 'body' : 'query'
  const one = (part: keyof RequestParts) =>
    valuesOf(operation[part] ?? {}, part === ruled ? (operation.rules ?? []) : [], mode)
  return fc.record({ path: one('path'), query: one('query'), headers: one('headers'), body: one('body') })
}

/** The same side by side, as a client's method takes them. */
export function inputsOf(operation: OperationShape, mode?: Mode): fc.Arbitrary<Values> {
  return partsOf(operation, mode).map(({ path, query, headers, body }) => ({
    ...headers,
    ...query,
    ...body,
    ...path,
  }))
}

/** Objects with these fields that keep these rules. */
export function valuesOf(fields: Fields, rules: readonly Rule[] = [], mode?: Mode): fc.Arbitrary<Values> {
  const draw = (field: Field) => oneOf(field, mode)
  return groupOf(fields, mode)
    .map((made) => settle(fields, rules, made, { mode, draw }))
    .filter((values) => check(fields, rules, values, mode && { mode }).length === 0)
}

function groupOf(fields: Fields, mode: Mode): fc.Arbitrary<Values> {
  const given = Object.entries(fields).filter(([, field]) => !field.filled)
  const model = Object.fromEntries(given.map(([name, field]) => [name, oneOf(field, mode)]))
  const requiredKeys = given.filter(([, field]) => !field.optional).map(([name]) => name)
  return fc.record(model, { requiredKeys, noNullPrototype: true })
}

function oneOf(given: Field, mode: Mode): fc.Arbitrary<unknown> {
  const field = given as AnyField
  switch (field.kind) {
    case 'text':
      return textOf(field)
    case 'whole':
      // Small amounts, so that sums of them stay safe integers.
      return fc.oneof(
        fc.constant(field.min),
        fc.integer({ min: field.min, max: Math.min(field.max, field.min + 100_000) }),
      )
    case 'real':
      return fc.integer({ min: 1, max: 1_000_000 })
    case 'flag':
      return fc.boolean()
    case 'choice':
      return fc.constantFrom(...Object.keys(field.values))
    case 'numberChoice':
      return fc.constantFrom(...Object.keys(field.values).map(Number))
    case 'list':
      return fc.array(oneOf(field.item, mode), {
        minLength: field.min,
        maxLength: Math.min(field.max, field.min + 2),
      })
    case 'group':
      return valuesOf(field.fields, field.rules, mode)
    case 'upload':
      return uploadOf(field)
    case 'anything':
      return fc.constantFrom<unknown>('text', 7, true, { name: 'value' }, ['one'])
  }
}

function textOf(field: TextField): fc.Arbitrary<string> {
  const { min, max, unit, charset, format } = field
  if (format) return formats[format](field)
  const letters = charset ? lettersOf(field) : unit === 'bytes' ? ascii : [...ascii, '查', '单', 'é', '–']
  return fc
    .array(fc.constantFrom(...letters), {
      minLength: min,
      maxLength: Math.max(min, Math.min(max, min + 24)),
    })
    .map((parts) => parts.join(''))
}

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index))

function lettersOf({ charset }: TextField): string[] {
  return ascii.filter((letter) => charset?.allowed.test(letter))
}

const dayOf = fc
  .integer({ min: 0, max: 20_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10))
const secondOf = fc
  .integer({ min: 0, max: 86_399 })
  .map((seconds) => new Date(seconds * 1000).toISOString().slice(11, 19))
const instantOf = fc.tuple(dayOf, secondOf)

const formats: Readonly<Record<TextFormat, (field: TextField) => fc.Arbitrary<string>>> = {
  time: () =>
    fc
      .tuple(instantOf, fc.constantFrom('', '.1', '.123', ':456'), fc.constantFrom('Z', '+08:00', '-03:30'))
      .map(([[day, clock], fraction, zone]) => `${day}T${clock}${fraction}${zone}`),
  offsetTime: () =>
    fc
      .tuple(instantOf, fc.constantFrom('+08:00', '-03:30'))
      .map(([[day, clock], zone]) => `${day}T${clock}${zone}`),
  day: () => dayOf,
  plainDay: () => dayOf.map((day) => day.replaceAll('-', '')),
  stamp: () => instantOf.map(([day, clock]) => `${day}${clock}`.replace(/[-:]/g, '')),
  url: () => fc.constantFrom('https://shop.example/back?order=1', 'http://127.0.0.1:8080/notify'),
  notifyUrl: () => fc.constantFrom('https://shop.example/notify', 'http://127.0.0.1:8080/n'),
  ip: () => fc.constantFrom('10.0.0.1', '::1', '203.0.113.7'),
  position: () => fc.constantFrom('120.153576,30.287459', '-1.5,0', '0,-90'),
  json: () => fc.constantFrom('{}', '{"name":"值"}', '[1,2]', '"text"'),
  base64: () =>
    fc.uint8Array({ minLength: 3, maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64')),
}

function uploadOf({ minBytes, extensions }: UploadField): fc.Arbitrary<unknown> {
  return fc.record({
    name: fc.constantFrom(...extensions.flatMap((one) => [`a.${one}`, `b.${one.toUpperCase()}`])),
    type: fc.constant('image/jpeg'),
    bytes: fc.constant(new Uint8Array(minBytes)),
  })
}
