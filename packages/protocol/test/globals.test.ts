import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import { operations } from '../src/operations.ts'
import { declaredPaths, pathsIn } from './paths.ts'

const { create, list, findById, findByOutRefundNo } = operations.globalRefunds
const { statement } = operations.globalBills

const application = {
  sp_mchid: '1612345678',
  sub_mchid: '1698765432',
  sp_appid: 'wx0f3a9c51d7e2b846',
  sub_appid: 'wx5be2704d91ac386f',
  transaction_id: '4200002631202603187150492836',
  out_refund_no: 'RPB20260318A7K2-0001',
  reason: 'Kiosk slot jammed',
  source: 'REFUND_SOURCE_UNSETTLED_FUNDS',
  amount: { refund: 1000, total: 4000, currency: 'HKD' },
  notify_url: 'https://pay.example.hk/notify/refunds',
}

const names = (found: readonly { at: string; rule: string }[]) => found.map((one) => `${one.at} ${one.rule}`)
const refused = (more: object) => names(check(create.body, create.rules, { ...application, ...more }))

test('a refund of a collection passes, by transaction or by order number but not by both', () => {
  const { transaction_id: _, ...rest } = application
  assert.deepEqual(refused({}), [])
  assert.deepEqual(refused({ out_trade_no: 'A1' }), [' exactlyOne'])
  assert.deepEqual(names(check(create.body, create.rules, rest)), [' exactlyOne'])
  assert.deepEqual(names(check(create.body, create.rules, { ...rest, out_trade_no: 'A1' })), [])
})

test('the fields of a refund are held to their documented lengths and values', () => {
  assert.deepEqual(refused({ out_refund_no: 'R#1' }), ['/out_refund_no charset'])
  assert.deepEqual(refused({ out_refund_no: 'R@|*_-' }), [])
  assert.deepEqual(refused({ out_refund_no: 'R'.repeat(65) }), ['/out_refund_no length'])
  assert.deepEqual(refused({ reason: 'r'.repeat(81) }), ['/reason length'])
  assert.deepEqual(refused({ source: 'REFUND_SOURCE_REchARGE_FUNDS' }), ['/source choice'])
  assert.deepEqual(refused({ amount: { refund: 1, total: 1 } }), ['/amount/currency required'])
})

test('a list of refunds is asked for in pages of at most twenty', () => {
  const asked = { transaction_id: '42', sp_mchid: '1', sub_mchid: '2', offset: 0, count: 20 }
  assert.deepEqual(names(check(list.query, list.rules, asked)), [])
  assert.deepEqual(names(check(list.query, list.rules, { ...asked, count: 21 })), ['/count range'])
})

test('what is answered grows from acceptance to the list, and never loses a name', () => {
  const accepted = declaredPaths(create.result.fields)
  const found = new Set(declaredPaths(findById.result.fields))
  assert.deepEqual(
    accepted.filter((path) => !found.has(path)),
    [],
  )
  assert.deepEqual(declaredPaths(findByOutRefundNo.result.fields), [...found])
  const row = new Set(declaredPaths(list.result.fields))
  const missing = [...found].filter((path) => !row.has(`data[].${path}`))
  assert.deepEqual(missing, ['transaction_id', 'out_trade_no'])
})

test('all three names of the returned discounts are read', () => {
  const discount = {
    promotion_id: '1',
    scope: 'GLOBAL',
    type: 'COUPON',
    amount: 1,
    refund_amount: 1,
    currency: 'CNY',
  }
  const declared = new Set(declaredPaths(findById.result.fields))
  const sample = { detail: [discount], promotion_detail: [discount], refund_detail: [discount] }
  assert.deepEqual(
    pathsIn(sample).filter((path) => !declared.has(path)),
    [],
  )
})

test('a statement is asked for by day without dashes', () => {
  const ask = (date: string) => names(check(statement.query, [], { date, sp_mchid: '1612345678' }))
  assert.deepEqual(ask('20260318'), [])
  assert.deepEqual(ask('2026-03-18'), ['/date length'])
  assert.deepEqual(ask('2026031x'), ['/date charset'])
})
