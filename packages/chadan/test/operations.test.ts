import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationShape, operations } from '@chadan/protocol'
import { line } from './line.ts'

const count = Object.values(operations).flatMap((group) => Object.values(group)).length

test('the table lists every operation, and every notification after them', async () => {
  const { exit, out } = await line(['operations'])
  assert.equal(exit, 0)
  const [asked = '', heard = ''] = out.trim().split('\n\n')
  assert.equal(asked.split('\n').length, count)
  assert.match(
    asked,
    /^combine\.close +POST \/v3\/combine-transactions\/out-trade-no\/\{combine_out_trade_no\}\/close/m,
  )
  assert.match(heard, /^medIns\.paid +MEDICAL_INSURANCE\.SUCCESS/m)
})

test('one product alone is listed, and an unknown one refused with the names there are', async () => {
  const { out } = await line(['operations', '--product', 'wecom'])
  assert.ok(out.split('\n').every((row) => row === '' || row.startsWith('wecom.')))
  const { exit, err } = await line(['operations', '--product', 'alipay'])
  assert.equal(exit, 2)
  assert.match(err, /^chadan: --product alipay: give one of bills, cash.*\n$/)
})

test('the JSON form has the same names for every operation, with schemas by location', async () => {
  const { out } = await line(['operations', '--json'])
  const { operations: entries, notifications } = JSON.parse(out)
  assert.equal(entries.length, count)
  for (const entry of entries)
    assert.deepEqual(Object.keys(entry), [
      'id',
      'product',
      'title',
      'dialect',
      'method',
      'host',
      'path',
      'request',
      'answer',
      'errors',
      'page',
    ])
  const close = entries.find(({ id }: OperationShape) => id === 'combine.close')
  assert.deepEqual([close.method, close.host, close.answer], ['POST', 'api.mch.weixin.qq.com', null])
  assert.deepEqual(close.request.path.required, ['combine_out_trade_no'])
  assert.equal(close.request.body.properties.sub_orders.maxItems, 50)
  assert.equal(close.request.query, null)
  const paid = notifications.find(({ id }: OperationShape) => id === 'medIns.paid')
  assert.equal(paid.event, 'MEDICAL_INSURANCE.SUCCESS')
  assert.ok(paid.resource.properties.mix_trade_no)
})

test('an id gives its page: address, fields with their meanings, rules, errors', async () => {
  const { out } = await line(['operations', 'medIns.create'])
  assert.match(out, /POST https:\/\/api\.mch\.weixin\.qq\.com\/v3\/med-ins\/orders/)
  assert.match(out, /payer +an object/)
  assert.match(out, /name +text of 1 to 214 bytes +\(required, travels sealed\)/)
  assert.match(out, /CASH_ONLY .*纯自费/)
  assert.match(out, /Exactly one of openid, sub_openid is given\./)
  assert.match(out, /PARAM_ERROR +400 +fix/)
  const notice = await line(['operations', 'medIns.paid', '--json'])
  assert.equal(JSON.parse(notice.out).id, 'medIns.paid')
})

test('an id that is not there is answered with the nearest ones, on one line', async () => {
  const { exit, err, out } = await line(['operations', 'combine.creatJsapi'])
  assert.deepEqual([exit, out], [2, ''])
  assert.match(
    err,
    /^chadan: there is no operation combine\.creatJsapi; did you mean combine\.createJsapi, .*\?\n$/,
  )
  const inJson = await line(['operations', 'nothing.here', '--json'])
  assert.equal(JSON.parse(inJson.err).error.exit, 2)
})

test('every verb has help with examples', async () => {
  for (const verb of [['operations'], ['call'], ['query'], ['verify'], ['keys', 'check']]) {
    const { exit, out } = await line([...verb, '--help'])
    assert.equal(exit, 0)
    assert.match(out, /Examples:\n {2}chadan /)
  }
})

test('the page of an operation says how times are written and what a JSON text holds', async () => {
  const { out } = await line(['operations', 'payinsurance.unifiedOrder'])
  assert.match(out, /^ {2}gmt_out_create +time yyyyMMddHHmmss +\(required\)/m)
  assert.match(out, /^ {2}request_content +JSON as text .*\n {4}session_id +text of 1 to 50 characters/m)
  const combined = await line(['operations', 'combine.createJsapi'])
  assert.match(combined.out, /^ {2}notify_url +URL without query of at most 256 characters/m)
})

test('the page of an operation says how a request names its caller, where it has to', async () => {
  const caller = async (id: string) => /^caller +(.*)$/m.exec((await line(['operations', id])).out)?.[1]
  assert.match((await caller('combine.close')) ?? '', /^Authorization/)
  assert.match((await caller('wecom.getOrder')) ?? '', /access_token=.* wecom\.getToken/)
  assert.match((await caller('payinsurance.refund')) ?? '', /access_token=.* MD5/)
  assert.equal(await caller('wecom.getToken'), undefined)
})
