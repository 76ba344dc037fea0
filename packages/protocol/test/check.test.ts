import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import {
  charsets,
  choice,
  type Field,
  fen,
  fenBetween,
  group,
  json,
  list,
  notifyUrl,
  offsetTime,
  optional,
  orOne,
  position,
  sealed,
  text,
  time,
} from '../src/fields.ts'
import { readAnswer } from '../src/reading.ts'
import {
  all,
  exactlyOne,
  fits,
  has,
  is,
  mode,
  needs,
  positive,
  refusedAs,
  refuses,
  same,
  sums,
  unique,
  zero,
} from '../src/rules.ts'

const order = {
  number: text(6, 32, charsets.number),
  kind: choice({ CASH: 'Cash.', BOTH: 'Both.' }),
  amount: group({ total: fenBetween(1, 1000), parts: optional(list(group({ fee: fen }))) }),
  openid: optional(text(128)),
  sub_openid: optional(text(128)),
  name: optional(sealed(text(4))),
  expires: optional(time),
  notify_url: optional(notifyUrl),
  extra: optional(json({}, 20)),
}
const good = { number: 'ABC123', kind: 'CASH', amount: { total: 5 }, openid: 'o1' }
const rules = [
  exactlyOne('openid', 'sub_openid'),
  needs(is('kind', 'BOTH'), 'extra'),
  refuses(is('kind', 'CASH'), 'name'),
]
const problems = (value: unknown, more = {}) =>
  check(order, rules, value, { at: '/body', ...more }).map(({ at, rule }) => `${at} ${rule}`)

test('a good input has no problems', () => {
  assert.deepEqual(problems(good), [])
})

test('every problem is listed at once, with its place', () => {
  assert.deepEqual(
    problems({ number: 'A?', amount: { total: 0, parts: [{ fee: -1 }, {}] }, kindd: 1, sub_openid: '' }),
    [
      '/body/number length',
      '/body/number charset',
      '/body/kind required',
      '/body/amount/total range',
      '/body/amount/parts/0/fee range',
      '/body/amount/parts/1/fee required',
      '/body/sub_openid length',
      '/body/kindd unknown',
    ],
  )
})

test('no message holds a value', () => {
  const secret = '秘密secret'
  const found = check(order, rules, {
    number: `${secret}?`,
    kind: secret,
    amount: secret,
    name: secret.repeat(9),
    notify_url: secret,
    expires: secret,
  })
  assert.ok(found.length >= 6)
  assert.ok(!JSON.stringify(found).includes('secret'))
})

test('lengths count characters, not UTF-16 units, and bytes where the platform counts bytes', () => {
  const fields = { name: text(2), note: json({}, 4) }
  assert.deepEqual(
    check(fields, [], { name: '医保', note: '"啊"' }).map((one) => one.at),
    ['/note'],
  )
})

test('four-byte characters are refused, and accepted where a dialect accepts them', () => {
  assert.deepEqual(problems({ ...good, openid: 'a😀' }), ['/body/openid characters'])
  assert.deepEqual(problems({ ...good, openid: 'a😀' }, { fourByteText: 'accept' }), [])
})

test('rules look at the other fields and at the mode', () => {
  assert.deepEqual(problems({ ...good, sub_openid: 'x' }), ['/body exactlyOne'])
  assert.deepEqual(problems({ ...good, kind: 'BOTH' }), ['/body/extra needs'])
  assert.deepEqual(problems({ ...good, name: 'x' }), ['/body/name refuses'])
  const partner = [needs(mode('partner'), 'sub_mchid')]
  assert.equal(check({ sub_mchid: optional(text(9)) }, partner, {}, { mode: 'partner' }).length, 1)
  assert.equal(check({ sub_mchid: optional(text(9)) }, partner, {}, { mode: 'direct' }).length, 0)
})

test('sums add lists up and lists have no twins', () => {
  const fields = { total: fen, base: fen, adds: list(group({ fee: fen, no: text(9) })) }
  const rules = [sums('total', { plus: ['base', 'adds[].fee'] }), unique('adds', 'no')]
  const adds = [
    { fee: 2, no: 'a' },
    { fee: 3, no: 'a' },
  ]
  assert.deepEqual(
    check(fields, rules, { total: 6, base: 1, adds }).map((one) => one.at),
    ['/adds/1'],
  )
  assert.deepEqual(
    check(fields, rules, { total: 7, base: 1, adds: [] }).map((one) => one.at),
    ['/total'],
  )
})

test('a rule may wait for several conditions, compare two fields, or ask for a form', () => {
  const fields = { kind: text(9), pass: optional(text(9)), again: optional(text(9)) }
  const rules = [
    needs(all(is('kind', 'A'), has('pass')), 'again'),
    same(has('again'), 'again', 'pass'),
    fits(is('kind', 'B'), 'pass', { form: /^[0-9]+$/, words: 'digits' }),
  ]
  const found = (value: unknown) => check(fields, rules, value).map((one) => `${one.at} ${one.rule}`)
  assert.deepEqual(found({ kind: 'A', pass: 'x' }), ['/again needs'])
  assert.deepEqual(found({ kind: 'B', pass: 'x' }), ['/pass fits'])
  assert.deepEqual(found({ kind: 'A', pass: 'x', again: 'y' }), ['/again same'])
  assert.deepEqual(found({ kind: 'A', pass: 'x', again: 'x' }), [])
  assert.deepEqual(found({ kind: 'B', pass: '1' }), [])
})

test('unlisted names pass only where they are ignored, and __proto__ is a name like any other', () => {
  assert.deepEqual(problems({ ...good, more: 1 }, { unknown: 'ignore' }), [])
  assert.deepEqual(
    problems(
      JSON.parse('{"number":"ABC123","kind":"CASH","amount":{"total":5},"openid":"o","__proto__":{}}'),
    ),
    ['/body/__proto__ unknown'],
  )
  assert.deepEqual(problems({ ...good, kind: 'toString' }), ['/body/kind choice'])
})

test('times, addresses and JSON are held to their forms', () => {
  assert.deepEqual(problems({ ...good, expires: '2026-02-30T00:00:00+08:00' }), ['/body/expires time'])
  assert.deepEqual(problems({ ...good, notify_url: 'https://a.cn/n?x=1' }), ['/body/notify_url notifyUrl'])
  assert.deepEqual(problems({ ...good, extra: '{' }), ['/body/extra json'])
})

test('amounts can be forbidden or demanded by another field', () => {
  const fields = { kind: choice({ CASH: 'Cash.', BOTH: 'Both.' }), fee: optional(fen), more: optional(fen) }
  const rules = [zero(is('kind', 'CASH'), 'fee'), positive(is('kind', 'BOTH'), 'fee', 'more')]
  const found = (value: unknown) => check(fields, rules, value).map(({ at, rule }) => `${at} ${rule}`)
  assert.deepEqual(found({ kind: 'CASH', fee: 0, more: 1 }), [])
  assert.deepEqual(found({ kind: 'CASH', fee: 1 }), ['/fee zero'])
  assert.deepEqual(found({ kind: 'BOTH' }), [' positive'])
  assert.deepEqual(found({ kind: 'BOTH', more: 1 }), [])
})

test('a lone member is read as a list where the declaration says so', () => {
  const detail = list(group({ type: text(8) }))
  assert.deepEqual(readAnswer(orOne(detail), { type: 'A' }), [{ type: 'A' }])
  assert.deepEqual(readAnswer(orOne(detail), [{ type: 'A' }]), [{ type: 'A' }])
  assert.deepEqual(readAnswer(detail, { type: 'A' }), { type: 'A' })
})

test('a place is two decimals, and an offset can be demanded in figures', () => {
  const found = (field: Field, value: string) => check({ it: field }, [], { it: value }).length
  assert.equal(found(position(40), '120.153576,30.287459'), 0)
  for (const wrong of ['120.15', '200,30', '120,95', '30.2, 120']) assert.equal(found(position(40), wrong), 1)
  assert.equal(found(offsetTime, '2026-03-14T10:15:42+08:00'), 0)
  for (const wrong of ['2026-03-14T02:15:42Z', '2026-03-14T10:15:42'])
    assert.equal(found(offsetTime, wrong), 1)
})

test('a rule says how the platform refuses its breach, and other problems say nothing of it', () => {
  const twice = refusedAs('INVALID_REQUEST', unique('adds', 'no'), 268498688)
  const fields = { adds: list(group({ no: text(1) })) }
  const found = check(fields, [twice], { adds: [{ no: 'a' }, { no: 'a' }, { no: 'bb' }] })
  assert.deepEqual(
    found.map(({ rule, breach }) => [rule, breach]),
    [
      ['length', undefined],
      ['unique', { code: 'INVALID_REQUEST', number: 268498688 }],
    ],
  )
})
