import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openResource } from '../src/apiv3/index.ts'
import { check } from '../src/check.ts'
import type { AnswersOf, Fields } from '../src/fields.ts'
import type { InputOfOperation, OperationShape, ResourceOf, ResultOfOperation } from '../src/operation.ts'
import { operations } from '../src/operations.ts'
import {
  type payscore,
  payscoreNotifications,
  rateOf,
  rateText,
  serviceStage,
} from '../src/products/payscore/index.ts'
import { readAnswer } from '../src/reading.ts'
import * as samples from './fixtures/payscore-examples.ts'
import { declaredPaths, pathsIn } from './paths.ts'

const { create, query, cancel, complete, sync } = operations.payscore

const problems = (operation: OperationShape, part: 'body' | 'query', value: object): string[] =>
  check(operation[part] ?? {}, operation.rules ?? [], value, { at: `/${part}`, mode: 'partner' }).map(
    (one) => `${one.at} ${one.rule}`,
  )

const undeclared = (fields: Fields, sample: unknown): string[] => {
  const declared = new Set(declaredPaths(fields))
  return pathsIn(sample).filter((path) => !declared.has(path))
}

test('every full sample request passes the check', () => {
  const bodies: [OperationShape, object][] = [
    [create, samples.createRequest],
    [cancel, samples.cancelRequest],
    [complete, samples.completeRequest],
    [sync, samples.syncRequest],
  ]
  for (const [operation, body] of bodies) assert.deepEqual(problems(operation, 'body', body), [])
  const { service_id, sub_mchid, out_order_no } = samples.queryAnswer
  assert.deepEqual(problems(query, 'query', { service_id, sub_mchid, out_order_no }), [])
})

test('the five operations exist and no other', () => {
  assert.deepEqual(Object.keys(operations.payscore), ['create', 'query', 'cancel', 'complete', 'sync'])
})

test("the official answer and the query's declaration name the same 70 fields", () => {
  const declared = declaredPaths(query.result.fields)
  assert.deepEqual(new Set(declared), new Set(pathsIn(samples.seedAnswer)))
  assert.equal(declared.length, 70)
})

test('answers and notifications hold declared names only', () => {
  assert.deepEqual(undeclared(create.result.fields, samples.createAnswer), [])
  assert.deepEqual(undeclared(query.result.fields, samples.queryAnswer), [])
  assert.deepEqual(undeclared(payscoreNotifications.confirmed.resource.fields, samples.confirmed), [])
  assert.deepEqual(undeclared(payscoreNotifications.paid.resource.fields, samples.paid), [])
})

test('the answer of a create has the documented 19 fields and nothing of the money', () => {
  assert.equal(Object.keys(create.result.fields).length, 19)
  for (const name of ['total_amount', 'need_collection', 'collection', 'openid', 'currency_price'])
    assert.ok(!Object.hasOwn(create.result.fields, name))
})

test('the create takes 17 fields with 17 nested ones, complete 12, cancel 4, sync 4 with 3', () => {
  const counts = (fields: Fields) => [Object.keys(fields).length, declaredPaths(fields).length]
  assert.deepEqual(counts(create.body), [17, 34])
  assert.deepEqual(counts(complete.body), [12, 12 + 14])
  assert.deepEqual(counts(cancel.body), [4, 4])
  assert.deepEqual(counts(sync.body), [4, 7])
})

test("notifications hold the 21 documented fields of this product and the order's rate where it comes", () => {
  const unlisted = ['currency', 'currency_price', 'currency_rate_info', 'notify_url']
  for (const { resource } of Object.values(payscoreNotifications)) {
    const names = Object.keys(resource.fields).filter((name) => !unlisted.includes(name))
    assert.equal(names.length, 21)
  }
})

test('the sealed notifications open to the documented text, and sums spelled as text are read', () => {
  for (const [envelope, content, { resource, event }] of [
    [samples.confirmedNotice, samples.confirmed, payscoreNotifications.confirmed],
    [samples.paidNotice, samples.paid, payscoreNotifications.paid],
  ] as const) {
    const opened = JSON.parse(new TextDecoder().decode(openResource(envelope.resource, samples.apiV3Key)))
    assert.deepEqual(opened, content)
    assert.equal(envelope.event_type, event)
    assert.deepEqual(readAnswer(resource, { ...opened, total_amount: '4000' }), {
      ...opened,
      total_amount: 4000,
    })
  }
})

test('exactly one of order number and query id is given', () => {
  const { service_id, sub_mchid, out_order_no } = samples.queryAnswer
  assert.deepEqual(problems(query, 'query', { service_id, sub_mchid }), ['/query exactlyOne'])
  assert.deepEqual(problems(query, 'query', { service_id, sub_mchid, out_order_no, query_id: 'Q' }), [
    '/query exactlyOne',
  ])
  assert.deepEqual(problems(query, 'query', { service_id, sub_mchid, query_id: 'Q' }), [])
})

test('an order without confirmation names exactly one user', () => {
  const unconfirmed = { ...samples.createRequest, need_user_confirm: false }
  assert.deepEqual(problems(create, 'body', unconfirmed), ['/body/sub_openid needs'])
  assert.deepEqual(problems(create, 'body', { ...unconfirmed, openid: 'o1' }), [])
  assert.deepEqual(problems(create, 'body', { ...unconfirmed, sub_openid: 'o2' }), [])
  assert.deepEqual(problems(create, 'body', { ...unconfirmed, openid: 'o1', sub_openid: 'o2' }), [
    '/body/sub_openid refuses',
  ])
  const { sub_appid: _, ...withoutApp } = unconfirmed
  assert.deepEqual(problems(create, 'body', { ...withoutApp, sub_openid: 'o2' }), ['/body/sub_appid needs'])
})

test('lengths, characters and counts are refused as documented', () => {
  const body = samples.createRequest
  const with_ = (more: object) => problems(create, 'body', { ...body, ...more })
  assert.deepEqual(with_({ out_order_no: 'A@1' }), ['/body/out_order_no charset'])
  assert.deepEqual(with_({ out_order_no: 'A|*_-1' }), [])
  assert.deepEqual(with_({ out_order_no: 'A'.repeat(33) }), ['/body/out_order_no length'])
  assert.deepEqual(with_({ service_introduction: '宝'.repeat(21) }), ['/body/service_introduction length'])
  assert.deepEqual(with_({ service_introduction: '宝'.repeat(20) }), [])
  assert.deepEqual(with_({ notify_url: 'https://a.hk/n?x=1' }), ['/body/notify_url notifyUrl'])
  assert.deepEqual(with_({ risk_fund: { name: 'DEPOSIT', amount: 0 } }), ['/body/risk_fund/amount range'])
  assert.deepEqual(with_({ time_range: {} }), ['/body/time_range/start_time required'])
  assert.deepEqual(with_({ time_range: { start_time: '20260318100500' } }), [
    '/body/time_range/start_time time',
  ])
  assert.deepEqual(problems(cancel, 'body', { ...samples.cancelRequest, reason: '因'.repeat(51) }), [
    '/body/reason length',
  ])
})

test('lengths that no overseas page states do not stop a caller', () => {
  const long = { ...samples.createRequest, location: { start_location: 'x'.repeat(51) } }
  assert.deepEqual(problems(create, 'body', long), [])
  const found = check(create.body, create.rules, long, { beyondSupposed: 'refuse' })
  assert.deepEqual(
    found.map((one) => one.at),
    ['/location/start_location'],
  )
})

test('the total of a completion is payments less discounts', () => {
  const body = samples.completeRequest
  assert.deepEqual(problems(complete, 'body', { ...body, total_amount: 4200 }), ['/body/total_amount sums'])
  assert.deepEqual(problems(complete, 'body', { ...body, post_payments: [] }).slice(0, 1), [
    '/body/post_payments count',
  ])
  const discounts = [{ name: 'First ride', description: 'First rental only' }]
  assert.deepEqual(problems(complete, 'body', { ...body, total_amount: 4200, post_discounts: discounts }), [
    '/body/post_discounts/0/amount required',
  ])
})

test('a synchronisation reports a paid order with the time of payment', () => {
  const body = samples.syncRequest
  assert.deepEqual(problems(sync, 'body', { ...body, type: 'Order_Canceled' }), ['/body/type choice'])
  assert.deepEqual(problems(sync, 'body', { ...body, detail: { seq: 1 } }), [
    '/body/detail/paid_time required',
  ])
})

test('the query declares the four errors of the official page', () => {
  const errors = Object.fromEntries(query.errors.map((one) => [one.code, one.status]))
  for (const [code, status] of Object.entries({
    PARAM_ERROR: 400,
    INVALID_REQUEST: 400,
    SIGN_ERROR: 401,
    SYSTEM_ERROR: 500,
  }))
    assert.equal(errors[code], status)
})

test('the three words of an order name its stage, and unknown words stay unknown', () => {
  assert.equal(serviceStage({ state: 'CREATED' }), 'awaiting_confirmation')
  assert.equal(serviceStage(samples.confirmed), 'in_service')
  assert.equal(serviceStage({ state: 'DOING', state_description: 'MCH_COMPLETE' }), 'collecting')
  assert.equal(serviceStage(samples.paid), 'paid')
  assert.equal(serviceStage({ state: 'DONE', total_amount: 0, need_collection: false }), 'no_charge')
  assert.equal(serviceStage({ state: 'DONE' }), 'unknown')
  assert.equal(serviceStage({ state: 'DONE', collection: { state: 'USER_PAYING' } }), 'unknown')
  assert.equal(serviceStage({ state: 'REVOKED' }), 'cancelled')
  assert.equal(serviceStage({ state: 'EXPIRED' }), 'expired')
  assert.equal(serviceStage({ state: 'DOING', state_description: 'toString' }), 'unknown')
  assert.equal(serviceStage({ state: 'toString' }), 'unknown')
})

test('a rate is exact and its text has at least two decimals', () => {
  assert.deepEqual(rateOf(samples.seedAnswer), { numerator: 90_000_000, denominator: 100_000_000 })
  assert.equal(rateOf({}), undefined)
  assert.equal(rateText('HKD', 90_000_000), '1HKD=0.90CNY')
  assert.equal(rateText('HKD', 91_850_000), '1HKD=0.9185CNY')
  assert.equal(rateText('USD', 700_000_000), '1USD=7.00CNY')
  assert.equal(rateText('JPY', 4_712_345), '1JPY=0.04712345CNY')
})

test('inputs and answers have the declared types', () => {
  const asked: InputOfOperation<typeof payscore.query> = {
    service_id: 'S',
    sub_mchid: '1',
    out_order_no: 'A',
  }
  // @ts-expect-error: the service id is required.
  const incomplete: InputOfOperation<typeof payscore.query> = { sub_mchid: '1', out_order_no: 'A' }
  const risk: InputOfOperation<typeof payscore.create>['risk_fund'] = { name: 'DEPOSIT', amount: 1 }
  // @ts-expect-error: no such risk.
  risk.name = 'HOPE'
  const state: ResultOfOperation<typeof payscore.query>['state'] = 'A_NEW_STATE'
  type Total = ResourceOf<(typeof payscoreNotifications)['paid']>['total_amount']
  const total: Total = 1
  // @ts-expect-error: a total is a number once it is read.
  const textual: Total = '1'
  const details: AnswersOf<typeof payscore.query.result.fields>['collection'] = { state: 'USER_PAID' }
  assert.ok(asked && incomplete && risk && state && total && textual && details)
})
