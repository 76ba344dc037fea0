import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import { group, list, minor, supposed, text, textual, whole } from '../src/fields.ts'
import { readAnswer } from '../src/reading.ts'

const answer = group({ total: textual(minor), paid: minor, rows: list(group({ total: textual(minor) })) })

test('a number spelled as text is read as a number, only where that is declared', () => {
  assert.deepEqual(readAnswer(answer, { total: '40000', paid: '5', rows: [{ total: '7' }, { total: 8 }] }), {
    total: 40000,
    paid: '5',
    rows: [{ total: 7 }, { total: 8 }],
  })
})

test('what is no whole number stays text, and unknown names stay', () => {
  const given = JSON.parse('{"total":"4e3","more":{"total":"1"},"__proto__":"x","rows":"none"}')
  const read = readAnswer(answer, given) as object
  assert.equal(JSON.stringify(read), '{"total":"4e3","more":{"total":"1"},"__proto__":"x","rows":"none"}')
  assert.equal(readAnswer(answer, null), null)
  assert.deepEqual(readAnswer(answer, { total: '99999999999999999' }), { total: '99999999999999999' })
})

test('a supposed bound is no reason to refuse a caller, only the simulator holds to it', () => {
  const fields = { name: supposed(text(3)), count: supposed(whole(1, 9)) }
  const value = { name: 'long', count: 10 }
  assert.deepEqual(check(fields, [], value), [])
  assert.deepEqual(
    check(fields, [], value, { beyondSupposed: 'refuse' }).map((one) => one.rule),
    ['length', 'range'],
  )
  assert.equal(check(fields, [], { name: '', count: 1 }).length, 1)
})
