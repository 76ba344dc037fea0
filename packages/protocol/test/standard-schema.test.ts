import assert from 'node:assert/strict'
import { test } from 'node:test'
import { group, list, optional, text, whole } from '../src/fields.ts'
import { exactlyOne } from '../src/rules.ts'
import { type StandardSchema, standardSchema } from '../src/standard-schema.ts'

const order = {
  number: text(6, 32),
  parts: optional(list(group({ amount: whole(1), '0': optional(text(2)) }))),
}

test('a schema names itself as version 1 of the standard', () => {
  const { version, vendor } = standardSchema(order)['~standard']
  assert.deepEqual([version, vendor], [1, 'chadan'])
})

test('what is right comes back as it is', () => {
  const value = { number: 'A12345' }
  const result = standardSchema(order)['~standard'].validate(value)
  assert.equal(result.issues, undefined)
  assert.equal('value' in result && result.value, value)
})

test('every problem is an issue with its path, places in lists as numbers, and no value in its message', () => {
  const given = { number: 'short', parts: [{ amount: 1 }, { amount: 'secret', '0': 'abc' }] }
  const { issues } = standardSchema(order)['~standard'].validate(given)
  assert.deepEqual(
    issues?.map(({ path }) => path),
    [['number'], ['parts', 1, '0'], ['parts', 1, 'amount']],
  )
  assert.doesNotMatch(JSON.stringify(issues), /secret|short/)
})

test('rules count, and their issue stands on the object', () => {
  const schema = standardSchema({ a: optional(text(1)), b: optional(text(1)) }, [exactlyOne('a', 'b')])
  assert.deepEqual(
    schema['~standard'].validate({}).issues?.map(({ path }) => path),
    [[]],
  )
  assert.deepEqual(
    schema['~standard'].validate('text').issues?.map(({ path }) => path),
    [[]],
  )
})

test('the type of the input is the declared one', () => {
  const schema = standardSchema(order)
  const typed: StandardSchema<{ number: string }> | typeof schema = schema
  type Input = NonNullable<(typeof typed)['~standard']['types']>['input']
  const input: Input = { number: 'A12345' }
  // @ts-expect-error A number is text.
  const wrong: Input = { number: 1 }
  assert.ok(input && wrong)
})
