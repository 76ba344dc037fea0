import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkCharacter,
  checkIdNumber,
  IdNumberError,
  idDigest,
  normaliseIdNumber,
  otherCardDigest,
} from '../src/idcard.ts'

// The first is the platform's documented example; the others name areas that do not exist.
const vectors = [
  ['44030019000101123x', '44030019000101123X', '09eb26e839ff3a2e3980352ae45ef09e'],
  ['990000800101123', '990000198001011234', '9ca54e8a69ec60af6d76b3e06621c40d'],
  ['990000800101008', '99000019800101008X', 'af1774619e8bf8e7d77e446727d79abc'],
  ['990001700101001', '990001197001010014', '5bcd20b8479d8f01104588892b3685c3'],
  ['99000119700101009x', '99000119700101009X', 'b3b4cd284da9865dbea5fdc31e597eb0'],
] as const

for (const [input, number, digest] of vectors) {
  test(`vector: ${number}`, () => {
    assert.equal(normaliseIdNumber(input), number)
    assert.equal(idDigest(input), digest)
    assert.equal(idDigest(` ${input.slice(0, 6)} ${input.slice(6)}\n`), digest)
  })
}

test('the digest of the lower-case form is another one, and never made', () => {
  assert.notEqual(idDigest('44030019000101123x'), '54e328219fbf1b7ba724df3c5f9f4033')
})

test('the documented example has a wrong check character, which is reported and does not stop the digest', () => {
  const check = checkIdNumber('44030019000101123x')
  assert.deepEqual(check.ok ? [] : check.problems.map((one) => one.check), ['check_character'])
  assert.equal(checkCharacter('44030019000101123'), '7')
})

test('an upgraded number keeps its digits and has a fitting check character', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9]{15}$/), (fifteen) => {
      const number = normaliseIdNumber(fifteen)
      assert.match(number, /^[0-9]{17}[0-9X]$/)
      assert.equal(number.slice(0, 6) + number.slice(8, 17), fifteen)
      assert.equal(number.slice(6, 8), '19')
      assert.equal(normaliseIdNumber(number), number)
      const check = checkIdNumber(number)
      assert.ok(check.ok || check.problems.every((one) => one.check === 'birth_date'))
    }),
  )
})

test('one wrong digit is always noticed by the check character', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[0-9]{17}$/),
      fc.nat(16),
      fc.integer({ min: 1, max: 9 }),
      (digits, at, by) => {
        const other = String((Number(digits[at]) + by) % 10)
        assert.notEqual(
          checkCharacter(digits.slice(0, at) + other + digits.slice(at + 1)),
          checkCharacter(digits),
        )
      },
    ),
  )
})

test('days that do not exist are reported', () => {
  const problems = (number: string) => {
    const check = checkIdNumber(number)
    return check.ok ? [] : check.problems.map((one) => one.check)
  }
  const complete = (date: string) => `990000${date}123${checkCharacter(`990000${date}123`)}`
  for (const day of ['19800229', '20000229', '19991231']) assert.deepEqual(problems(complete(day)), [])
  for (const day of ['19810229', '19000229', '19801301', '19800001', '19800100', '19800431', '00010101']) {
    assert.deepEqual(problems(complete(day)), ['birth_date'])
  }
  assert.deepEqual(problems('990000198013011230'.replace(/.$/, 'X')), ['birth_date', 'check_character'])
})

test('anything else is refused by length or position, without the number', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      try {
        assert.match(normaliseIdNumber(text), /^[0-9]{17}[0-9X]$/)
      } catch (error) {
        assert.ok(error instanceof IdNumberError)
      }
    }),
  )
  for (const bad of ['', '1'.repeat(17), '99000080010112X', '9900001980010X1234', '１'.repeat(18)]) {
    assert.throws(() => idDigest(bad), IdNumberError)
    assert.equal(checkIdNumber(bad).ok, false)
  }
})

test('another kind of card is hashed in upper case without conversion', () => {
  assert.equal(otherCardDigest('h1234 5678'), otherCardDigest('H12345678'))
  assert.throws(() => otherCardDigest(' '), IdNumberError)
})
