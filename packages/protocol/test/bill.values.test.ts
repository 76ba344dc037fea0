import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BillError,
  billTimeToMs,
  decimalToUnits,
  fenToYuan,
  milliFenToYuan,
  msToBillTime,
  yuanToFen,
  yuanToMilliFen,
} from '../src/bill/index.ts'

test('yuan text becomes fen and fees thousandths of a fen, exactly', () => {
  assert.equal(yuanToFen('35.50'), 3550)
  assert.equal(yuanToFen('0.29'), 29)
  assert.equal(yuanToFen('-5.5'), -550)
  assert.equal(yuanToFen('7'), 700)
  assert.equal(yuanToFen('1.23000'), 123)
  assert.ok(Object.is(yuanToFen('-0.00'), 0))
  assert.equal(yuanToMilliFen('-0.03000'), -3000)
  assert.equal(decimalToUnits('45.0', 0), 45)
})

test('what is no amount is refused without naming it', () => {
  for (const text of [
    '',
    '-',
    '1.005',
    '1e3',
    ' 1',
    '1,000.00',
    '+1',
    '.5',
    '5.',
    '0x1',
    '99999999999999.99',
    'NaN',
  ]) {
    assert.throws(() => yuanToFen(text), BillError, text)
  }
  assert.throws(
    () => yuanToFen('secret'),
    (error: Error) => !error.message.includes('secret'),
  )
})

test('any text is an amount exactly when it spells one, with zeros beyond its decimals', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('0', '1', '9', '.', '-', ' ', 'e'), maxLength: 12 }),
    fc.tuple(fc.nat(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`),
  )
  fc.assert(
    fc.property(text, fc.nat(5), (amount, decimals) => {
      const spelled = new RegExp(`^-?\\d+(\\.\\d{0,${decimals}}0*)?$`).test(amount) && !amount.endsWith('.')
      if (!spelled) return assert.throws(() => decimalToUnits(amount, decimals), BillError)
      const [whole = '', fraction = ''] = amount.split('.')
      const exact = BigInt(`${whole}${fraction.slice(0, decimals).padEnd(decimals, '0')}`)
      assert.equal(BigInt(decimalToUnits(amount, decimals)), exact)
    }),
    { numRuns: 2000 },
  )
})

test('leap days are days in leap years only', () => {
  assert.equal(msToBillTime(billTimeToMs('2024-02-29 23:59:59')), '2024-02-29 23:59:59')
  assert.equal(msToBillTime(billTimeToMs('2000-02-29 00:00:00')), '2000-02-29 00:00:00')
  for (const day of ['2026-02-29', '2100-02-29', '2026-04-31', '2026-00-10', '2026-01-00']) {
    assert.throws(() => billTimeToMs(`${day} 00:00:00`), BillError, day)
  }
})

test('every safe amount reads back as written', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (units) => {
      const expected = units === 0 ? 0 : units
      assert.equal(yuanToFen(fenToYuan(units)), expected)
      assert.equal(yuanToMilliFen(milliFenToYuan(units)), expected)
    }),
  )
})

test('bill times are Beijing times and what is no day is refused', () => {
  assert.equal(billTimeToMs('2026-03-17 10:22:11'), Date.parse('2026-03-17T10:22:11+08:00'))
  for (const text of [
    '2026-02-30 00:00:00',
    '2026-13-01 00:00:00',
    '2026-03-17T10:22:11',
    '2026-03-17 24:00:00',
    '0099-01-01 00:00:00',
  ]) {
    assert.throws(() => billTimeToMs(text), BillError, text)
  }
})

test('every second of our age reads back as written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (second) => {
      assert.equal(billTimeToMs(msToBillTime(second * 1000)), second * 1000)
    }),
  )
})
