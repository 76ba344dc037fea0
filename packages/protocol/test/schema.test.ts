import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { check } from '../src/check.ts'
import {
  charsets,
  choice,
  fen,
  group,
  json,
  list,
  octets,
  optional,
  sealed,
  supposed,
  text,
} from '../src/fields.ts'
import type { NotificationShape, OperationShape } from '../src/operation.ts'
import { notifications, operations } from '../src/operations.ts'
import {
  all,
  atMostOne,
  exactlyOne,
  fits,
  has,
  is,
  lacks,
  mode,
  needs,
  positive,
  type Rule,
  refuses,
  sums,
  together,
  zero,
} from '../src/rules.ts'
import { type JsonSchema, jsonSchema, operationSchemas } from '../src/schema.ts'
import { inputsOf, partsOf, valuesOf } from './support/arbitrary.ts'

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
const every: OperationShape[] = Object.values(operations).flatMap((group) => Object.values(group))
const parts = ['path', 'query', 'headers', 'body'] as const

const takes = (schema: JsonSchema, value: unknown): boolean => ajv.compile(schema)(value)

for (const side of ['direct', 'partner'] as const) {
  test(`what check takes in ${side} mode, the schema of every operation takes`, () => {
    for (const operation of every) {
      const schemas = operationSchemas(operation, { mode: side })
      const validators = parts.flatMap((part) => {
        const schema = schemas[part]
        return schema ? [[part, ajv.compile(schema)] as const] : []
      })
      fc.assert(
        fc.property(partsOf(operation, side), (made) => {
          for (const [part, validate] of validators)
            assert.ok(validate(made[part]), `${operation.id} ${part}: ${ajv.errorsText(validate.errors)}`)
        }),
        { numRuns: 12 },
      )
    }
  })
}

test('an input that was broken by chance is taken by the schema wherever check takes it', () => {
  for (const operation of every) {
    const fields = operation.body ?? operation.query
    if (!fields) continue
    const rules = operation.rules ?? []
    const validate = ajv.compile(jsonSchema({ fields, rules }))
    fc.assert(
      fc.property(valuesOf(fields, rules), fc.nat(), fc.constantFrom(...breaks), (made, pick, change) => {
        const names = Object.keys(made)
        const name = names[pick % Math.max(1, names.length)]
        if (name === undefined) return
        change(made, name)
        if (check(fields, rules, made).length === 0)
          assert.ok(
            validate(made),
            `${operation.id} without or with another ${name}: ${ajv.errorsText(validate.errors)}`,
          )
      }),
      { numRuns: 12 },
    )
  }
})

const breaks: ((made: Record<string, unknown>, name: string) => void)[] = [
  (made, name) => void Reflect.deleteProperty(made, name),
  (made, name) => void Reflect.set(made, name, 0),
  (made, name) => void Reflect.set(made, name, ''),
  (made, name) => void Reflect.set(made, name, `${made[name]}0`),
  (made, name) => void Reflect.set(made, name, []),
]

test('answers and notices that hold to their declaration are taken by their schemas', () => {
  const notices: NotificationShape[] = Object.values(notifications).flatMap((group) => Object.values(group))
  const shapes = [
    ...every.flatMap(({ id, result }) => (result.kind === 'group' ? [{ id, ...result }] : [])),
    ...notices.map(({ id, resource }) => ({ id, ...resource })),
  ]
  for (const { id, fields, rules } of shapes) {
    const validate = ajv.compile(jsonSchema({ fields, rules }, { side: 'answer' }))
    fc.assert(
      fc.property(valuesOf(fields, rules), (made) => {
        const read = { ...made, a_name_of_tomorrow: 1 }
        assert.ok(validate(read), `${id}: ${ajv.errorsText(validate.errors)}`)
      }),
      { numRuns: 8 },
    )
  }
})

test('a schema refuses what is too long, of other characters, of another type, not declared or missing', () => {
  const fields = { number: text(2, 4, charsets.digits), note: optional(text(3)), fee: optional(fen) }
  const schema = jsonSchema({ fields })
  assert.ok(takes(schema, { number: '12' }))
  for (const wrong of [
    {},
    { number: '1' },
    { number: '12345' },
    { number: '1a' },
    { number: 12 },
    { number: '12', fee: -1 },
    { number: '12', fee: 1.5 },
    { number: '12', other: 1 },
    { number: '12', note: '' },
  ])
    assert.equal(takes(schema, wrong), false, JSON.stringify(wrong))
})

test('every rule that JSON Schema has words for refuses what check refuses', () => {
  const small = {
    a: optional(fen),
    b: optional(fen),
    c: optional(choice({ X: 'x', Y: 'y' })),
    d: optional(group({ e: optional(fen) })),
  }
  const rules: Rule[] = [
    exactlyOne('a', 'b'),
    atMostOne('a', 'b', 'd.e'),
    together('a', 'd.e'),
    needs(is('c', 'X'), 'd.e'),
    needs(all(has('a'), lacks('b')), 'c'),
    refuses(has('d.e'), 'a'),
    zero(is('c', 'Y'), 'a', 'd.e'),
    positive(has('c'), 'a', 'b'),
  ]
  const values = fc.record(
    {
      a: fc.nat(1),
      b: fc.nat(1),
      c: fc.constantFrom('X', 'Y'),
      d: fc.record({ e: fc.nat(1) }, { requiredKeys: [] }),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  for (const rule of rules) {
    const validate = ajv.compile(jsonSchema({ fields: small, rules: [rule] }))
    fc.assert(
      fc.property(values, (made) => {
        assert.equal(
          validate(made),
          check(small, [rule], made).length === 0,
          `${rule.rule} ${JSON.stringify(made)}`,
        )
      }),
    )
  }
})

test('a form without flags is said as a pattern; sums, flags and an undecided mode are left to x-rules, in words', () => {
  const fields = { number: optional(text(9)), a: optional(fen), b: optional(fen) }
  const pattern = jsonSchema({
    fields,
    rules: [fits(has('a'), 'number', { form: /^9/, words: 'a 9 first' })],
  })
  assert.equal(takes(pattern, { a: 1, number: '19' }), false)
  assert.equal(takes(pattern, { number: '19' }), true)
  const rules = [
    sums('a', { plus: ['b'] }),
    fits(has('a'), 'number', { form: /^.$/s, words: 'one character' }),
    needs(mode('partner'), 'a'),
  ]
  const open = jsonSchema({ fields, rules })
  assert.deepEqual(
    (open['x-rules'] as { words: string }[]).map(({ words }) => words),
    [
      'a = b.',
      'Where a is given: number is one character.',
      'Where the caller works in partner mode: a must be given.',
    ],
  )
  assert.equal(takes(open, {}), true)
  assert.equal(takes(jsonSchema({ fields, rules }, { mode: 'partner' }), {}), false)
  assert.equal(takes(jsonSchema({ fields, rules }, { mode: 'direct' }), {}), true)
})

test('meanings, sealed fields, bytes, supposed bounds and known keys inside JSON text stand in the schema', () => {
  const { properties } = jsonSchema({
    fields: {
      name: sealed(octets(1, 214).describe('Real name.')),
      guess: supposed(text(8)),
      extra: json({ inner: text(4) }, 99),
      kind: choice({ A: 'First.', B: 'Second.' }),
      items: list(fen, 1, 3),
    },
  }) as { properties: Record<string, JsonSchema> }
  assert.equal(properties.name?.['x-sealed'], true)
  assert.equal(properties.name?.description, 'Real name. Counted in UTF-8 bytes: 1 to 214.')
  assert.equal(properties.guess?.maxLength, undefined)
  assert.equal(properties.guess?.['x-supposed'], 'text of 1 to 8 characters')
  assert.equal(properties.extra?.contentMediaType, 'application/json')
  assert.ok(properties.extra?.contentSchema)
  assert.deepEqual(properties.kind?.enum, ['A', 'B'])
  assert.deepEqual(properties.kind?.['x-enumDescriptions'], { A: 'First.', B: 'Second.' })
  assert.deepEqual([properties.items?.minItems, properties.items?.maxItems], [1, 3])
})

test('an answer may hold values that an enumeration does not list', () => {
  const fields = { state: choice({ PAID: 'Paid.' }) }
  assert.equal(takes(jsonSchema({ fields }, { side: 'answer' }), { state: 'NEW' }), true)
  assert.equal(takes(jsonSchema({ fields }), { state: 'NEW' }), false)
})

test('inputs drawn side by side hold, dealt out by the declared names, in every part', () => {
  for (const operation of every) {
    const ruled = operation.body ? 'body' : 'query'
    for (const input of fc.sample(inputsOf(operation, 'partner'), { numRuns: 3, seed: 1 })) {
      for (const part of parts) {
        const fields = operation[part] ?? {}
        const given = Object.fromEntries(
          Object.entries(input).filter(([name]) => Object.hasOwn(fields, name)),
        )
        const rules = part === ruled ? (operation.rules ?? []) : []
        assert.deepEqual(check(fields, rules, given, { mode: 'partner' }), [], `${operation.id} ${part}`)
      }
    }
  }
})
