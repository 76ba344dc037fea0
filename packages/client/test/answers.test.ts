/** Whole numbers in answers are exact, or the answer is not taken. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations, parseJson } from '@chadan/protocol'
import { checkSafeIntegers } from '../src/answers.ts'
import { Lost } from '../src/errors.ts'

const check = (total: string) =>
  checkSafeIntegers(operations.cash.queryByOutTradeNo, parseJson(`{"amount":{"total":${total}}}`))

test('an amount beyond what a number holds exactly is refused, however it is spelled', () => {
  for (const total of ['9007199254740993', '-9007199254740993', '1007199254740994e3', '1e400'])
    assert.throws(() => check(total), Lost, total)
  for (const total of ['9007199254740991', '100', '1e3', '"later"', 'null']) check(total)
})
