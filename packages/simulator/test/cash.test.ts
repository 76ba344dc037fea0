import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, type OperationShape, operations } from '@chadan/protocol'
import { type Answered, type Bench, joinMerchant, openBench, type Parts, seal } from './support.ts'

const { cash } = operations
const number = 'HZ20260317D0001728'
const hour = 3600_000

/** Every code and number that the tests below met, by operation. */
const met = new Set<string>()

/** Calls, and holds what comes back to the declaration. */
async function call(bench: Bench, operation: OperationShape, parts: Parts): Promise<Answered> {
  const answered = await bench.call(operation, parts)
  if (answered.status >= 400) {
    met.add(`${operation.id} ${answered.body.code}`)
    const listed = operation.errors.some(
      ({ code, status }) => code === answered.body.code && status === answered.status,
    )
    assert.ok(listed, `${operation.id} answered ${answered.status} ${answered.body.code}`)
  } else {
    assert.ok(answered.verified)
    const { result } = operation
    if (result.kind === 'group') assert.deepEqual(check(result.fields, result.rules, answered.body), [])
  }
  return answered
}

const requestId = ({ headers }: Answered) => Number(headers.get('request-id')?.split('-').at(-1))

function partnerBody(bench: Bench, more: object = {}) {
  const { appid, mchid, subAppid, subMchid, subOpenid } = bench.sim.credentials.apiv3
  return {
    sp_appid: appid,
    sp_mchid: mchid,
    sub_appid: subAppid,
    sub_mchid: subMchid,
    description: '滨江示范医院-门诊缴费',
    out_trade_no: number,
    attach: 'visit=0001728',
    notify_url: 'https://shop.example.cn/cash',
    amount: { total: 5000, currency: 'CNY' },
    payer: { sub_openid: subOpenid },
    ...more,
  }
}

function directBody(bench: Bench, more: object = {}) {
  const { appid, mchid, openid } = bench.sim.credentials.apiv3
  return {
    appid,
    mchid,
    description: '示例-缴费',
    out_trade_no: number,
    notify_url: 'https://shop.example.cn/cash',
    amount: { total: 5000 },
    payer: { openid },
    ...more,
  }
}

const place = (bench: Bench, more?: object) =>
  call(bench, cash.prepayPartner, { body: partnerBody(bench, more) })
const placeDirect = (bench: Bench, more?: object) =>
  call(bench, cash.prepay, { body: directBody(bench, more) })

function pair(bench: Bench) {
  const { mchid, subMchid } = bench.sim.credentials.apiv3
  return { sp_mchid: mchid, sub_mchid: subMchid }
}
const ask = (bench: Bench, more: object = {}, path = number) =>
  call(bench, cash.queryByOutTradeNoPartner, {
    path: { out_trade_no: path },
    query: { ...pair(bench), ...more },
  })
const close = (bench: Bench, more: object = {}, path = number) =>
  call(bench, cash.closePartner, { path: { out_trade_no: path }, body: { ...pair(bench), ...more } })

test('a sub-merchant order is placed, paid, announced and found by both numbers', async () => {
  const bench = await openBench()
  const placed = await place(bench, { scene_info: { payer_client_ip: '203.0.113.24', device_id: 'K7' } })
  assert.match(placed.body.prepay_id, /^wx\d{14}[0-9a-z]+$/)
  const before = await ask(bench)
  assert.equal(before.body.trade_state, 'NOTPAY')
  assert.equal(before.body.payer, undefined)
  await bench.sim.pay(placed.body.prepay_id, { bank: 'ICBC_DEBIT' })
  await bench.sim.advance(0)
  const after = await ask(bench)
  assert.equal(after.body.trade_state, 'SUCCESS')
  assert.equal(after.body.bank_type, 'ICBC_DEBIT')
  assert.deepEqual(after.body.amount, {
    total: 5000,
    payer_total: 5000,
    currency: 'CNY',
    payer_currency: 'CNY',
  })
  assert.deepEqual(after.body.scene_info, { device_id: 'K7' })
  const byId = await call(bench, cash.queryByIdPartner, {
    path: { transaction_id: after.body.transaction_id },
    query: pair(bench),
  })
  assert.deepEqual(byId.body, after.body)
  const [notice] = bench.heard
  assert.ok(notice)
  const { event_type, resource } = bench.open(notice)
  assert.equal(event_type, 'TRANSACTION.SUCCESS')
  assert.deepEqual(resource, after.body)
  assert.equal(bench.heard.length, 1)
})

test('a direct order goes the same way under its own names', async () => {
  const bench = await openBench()
  const { mchid, openid } = bench.sim.credentials.apiv3
  const placed = await placeDirect(bench)
  await bench.sim.pay(placed.body.prepay_id)
  await bench.sim.advance(0)
  const query = { mchid }
  const found = await call(bench, cash.queryByOutTradeNo, { path: { out_trade_no: number }, query })
  assert.equal(found.body.trade_state, 'SUCCESS')
  assert.deepEqual(found.body.payer, { openid })
  const byId = await call(bench, cash.queryById, {
    path: { transaction_id: found.body.transaction_id },
    query,
  })
  assert.deepEqual(byId.body, found.body)
  assert.deepEqual(bench.open(bench.heard[0] as never).resource, found.body)
})

test('an unpaid number is placed again with the same content only, for a fresh prepay id', async () => {
  const bench = await openBench()
  const first = await place(bench)
  const again = await place(bench)
  assert.equal(again.status, 200)
  assert.notEqual(again.body.prepay_id, first.body.prepay_id)
  const later = await place(bench, { time_expire: '2026-03-18T10:00:00+08:00' })
  assert.equal(later.status, 200)
  const other = await place(bench, { amount: { total: 5001, currency: 'CNY' } })
  assert.deepEqual([other.status, other.body.code, requestId(other)], [403, 'OUT_TRADE_NO_USED', 268498688])
  const path = await placeDirect(bench)
  assert.deepEqual([path.body.code, requestId(path)], ['OUT_TRADE_NO_USED', 268498688])
  await bench.sim.pay(again.body.prepay_id)
  const paid = await place(bench)
  assert.deepEqual([paid.body.code, requestId(paid)], ['OUT_TRADE_NO_USED', 268498689])
  assert.equal(bench.sim.checkout(first.body.prepay_id)?.state, 'paid')
})

test('a close ends an unpaid order, may be repeated, and is refused after payment', async () => {
  const bench = await openBench()
  const placed = await place(bench)
  const closed = await close(bench)
  assert.deepEqual([closed.status, closed.body, closed.verified], [204, '', true])
  assert.equal((await close(bench)).status, 204)
  assert.equal((await ask(bench)).body.trade_state, 'CLOSED')
  await assert.rejects(bench.sim.pay(placed.body.prepay_id), /closed/)
  assert.equal((await place(bench)).body.code, 'ORDER_CLOSED')

  const second = await place(bench, { out_trade_no: 'A00002' })
  await bench.sim.pay(second.body.prepay_id)
  const refused = await close(bench, {}, 'A00002')
  assert.deepEqual([refused.status, refused.body.code, requestId(refused)], [400, 'ORDER_PAID', 268449538])
})

test('a close of an unknown number proves nothing, or is refused by the switch', async () => {
  const bench = await openBench()
  assert.equal((await close(bench)).status, 204)
  const missing = await ask(bench)
  assert.deepEqual([missing.status, missing.body.code], [404, 'ORDER_NOT_EXIST'])
  const strict = await openBench({ switches: { closeUnknown: { cash: 'notFound' } } })
  const refused = await strict.call(cash.closePartner, { path: { out_trade_no: number }, body: pair(strict) })
  assert.deepEqual([refused.status, refused.body.code], [404, 'ORDER_NOT_EXIST'])
})

test('a refund shows from its acceptance and keeps the order from being closed', async () => {
  const bench = await openBench()
  const placed = await place(bench)
  await bench.sim.pay(placed.body.prepay_id)
  const { transaction_id } = (await ask(bench)).body
  const refund = await bench.call(operations.refunds.create, {
    body: {
      sub_mchid: pair(bench).sub_mchid,
      transaction_id,
      out_refund_no: 'R1',
      notify_url: 'https://shop.example.cn/refund',
      amount: { refund: 100, total: 5000, currency: 'CNY' },
    },
  })
  assert.equal(refund.status, 200, JSON.stringify(refund.body))
  assert.equal((await ask(bench)).body.trade_state, 'REFUND')
  assert.equal((await close(bench)).body.code, 'TRADE_ERROR')
})

test('a prepay id lives two hours, time_expire ends payment, seven days close the order', async () => {
  const bench = await openBench()
  const first = await place(bench)
  await bench.sim.advance(2 * hour)
  assert.equal(bench.sim.checkout(first.body.prepay_id)?.state, 'expired')
  await assert.rejects(bench.sim.pay(first.body.prepay_id), /expired/)
  const second = await place(bench)
  assert.equal(bench.sim.checkout(second.body.prepay_id)?.state, 'open')

  // A moment that is too near is raised to one minute.
  const short = await place(bench, { out_trade_no: 'A00002', time_expire: '2026-03-17T12:00:01+08:00' })
  await bench.sim.advance(59_000)
  assert.equal(bench.sim.checkout(short.body.prepay_id)?.state, 'open')
  await bench.sim.advance(2_000)
  await assert.rejects(bench.sim.pay(short.body.prepay_id), /expired/)
  assert.equal((await ask(bench, {}, 'A00002')).body.trade_state, 'NOTPAY')

  await bench.sim.advance(7 * 24 * hour)
  assert.equal((await ask(bench)).body.trade_state, 'CLOSED')
})

test('a last moment may lie beyond seven days, and is cut to fifteen', async () => {
  const bench = await openBench()
  const day = 24 * hour
  await place(bench, { time_expire: '2026-04-30T10:00:00+08:00' })
  await bench.sim.advance(15 * day - hour)
  const { prepay_id } = (await place(bench)).body
  assert.equal(bench.sim.checkout(prepay_id)?.state, 'open')
  await bench.sim.advance(hour)
  assert.equal((await ask(bench)).body.trade_state, 'CLOSED')
})

test('an attempt that fails or is left leaves the order unpaid', async () => {
  const bench = await openBench()
  const { prepay_id } = (await place(bench)).body
  await bench.sim.act(prepay_id, { action: 'fail' })
  await bench.sim.act(prepay_id, { action: 'cancel' })
  assert.equal((await ask(bench)).body.trade_state, 'NOTPAY')
  await assert.rejects(bench.sim.act(prepay_id, { action: 'confirm' }), /confirm/)
})

test('an order with a coupon tag takes a coupon, and shows who paid it', async () => {
  const bench = await openBench()
  const { prepay_id } = (await place(bench, { goods_tag: 'SPRING26' })).body
  const [, coupon] = bench.sim.checkout(prepay_id)?.coupons ?? []
  assert.ok(coupon)
  await assert.rejects(bench.sim.pay(prepay_id, { coupon: 'none' }), /coupon/)
  await bench.sim.pay(prepay_id, { coupon: coupon.id })
  const { amount, promotion_detail } = (await ask(bench)).body
  assert.equal(amount.payer_total, 5000 - coupon.minor)
  const [shown] = promotion_detail
  assert.equal(shown.merchant_contribute + shown.other_contribute + shown.wechatpay_contribute, shown.amount)
})

test('a sealed identity is opened, and broken ones are refused', async () => {
  const bench = await openBench()
  const headers = { 'wechatpay-serial': bench.sim.credentials.apiv3.publicKeyId }
  const { openid } = bench.sim.credentials.apiv3
  const identity = {
    type: 'IDCARD',
    number: seal(bench.sim, '44030019000101123X'),
    name: seal(bench.sim, '张三'),
  }
  const body = directBody(bench, { payer: { openid, identity } })
  assert.equal((await call(bench, cash.prepay, { body, headers })).status, 200)
  // The same people sealed anew are the same content.
  const again = { ...identity, name: seal(bench.sim, '张三') }
  const repeated = directBody(bench, { payer: { openid, identity: again } })
  assert.equal((await call(bench, cash.prepay, { body: repeated, headers })).status, 200)
  assert.equal((await call(bench, cash.prepay, { body })).body.code, 'PARAM_ERROR')
})

test('malformed placings are refused as such', async () => {
  const bench = await openBench()
  assert.equal((await place(bench, { amount: { total: 0 } })).body.code, 'PARAM_ERROR')
  const extra = await place(bench, { sub_mch_id: '1' })
  assert.deepEqual([extra.body.code, requestId(extra)], ['PARAM_ERROR', 270924358])
  assert.equal((await place(bench, { payer: { sub_openid: 'o404' } })).body.code, 'PARAM_ERROR')
  assert.equal((await placeDirect(bench, { payer: { openid: 'o404' } })).body.code, 'PARAM_ERROR')
  const goods = Array.from({ length: 90 }, (_, index) => ({
    merchant_goods_id: `M${index}`,
    goods_name: '挂号挂号挂号',
    quantity: 1,
    unit_price: 1,
  }))
  assert.equal((await placeDirect(bench, { detail: { goods_detail: goods } })).body.code, 'PARAM_ERROR')
})

test('placings of the wrong merchants and apps are refused as such', async () => {
  const bench = await openBench()
  const own = bench.sim.credentials.apiv3.mchid
  const cases: [string, string, Answered][] = [
    ['INVALID_REQUEST', 'another provider', await place(bench, { sp_mchid: '1999999999' })],
    ['INVALID_REQUEST', 'itself as its sub', await place(bench, { sub_mchid: own })],
    ['INVALID_REQUEST', 'another merchant', await placeDirect(bench, { mchid: '1999999999' })],
    ['MCH_NOT_EXISTS', 'no such sub', await place(bench, { sub_mchid: '1999999999' })],
    ['NO_AUTH', 'a stranger as sub', await place(bench, { sub_mchid: '1230000302' })],
    ['APPID_MCHID_NOT_MATCH', 'an app of nobody', await place(bench, { sp_appid: 'wx0' })],
    ['APPID_MCHID_NOT_MATCH', 'a sub app of nobody', await place(bench, { sub_appid: 'wx0' })],
    ['APPID_MCHID_NOT_MATCH', 'a direct app of nobody', await placeDirect(bench, { appid: 'wx0' })],
  ]
  for (const [code, what, answered] of cases) assert.equal(answered.body.code, code, what)
})

test('a merchant that is barred or lacks the product cannot place', async () => {
  const bench = await openBench()
  const sub = bench.sim.world.merchants.get(pair(bench).sub_mchid)
  assert.ok(sub)
  sub.disabled = true
  const barred = await place(bench)
  assert.deepEqual([barred.body.code, requestId(barred)], ['NO_AUTH', 268448010])
  sub.disabled = false
  sub.permissions = ['payscore']
  assert.equal((await place(bench)).body.code, 'NO_AUTH')
  sub.permissions = ['cash']
  assert.equal((await place(bench)).status, 200)
})

test('queries and closes are for the pair that placed', async () => {
  const bench = await openBench()
  await place(bench)
  const other = { sub_mchid: '1690000202' }
  for (const send of [ask, close]) {
    assert.equal((await send(bench, { sp_mchid: '1999999999' })).body.code, 'INVALID_REQUEST')
    assert.equal((await send(bench, { sub_mchid: '1999999999' })).body.code, 'MCH_NOT_EXISTS')
    const stranger = await send(bench, { sub_mchid: '1230000302' })
    assert.deepEqual([stranger.body.code, requestId(stranger)], ['RULE_LIMIT', 268443701])
    const mismatch = await send(bench, other)
    assert.deepEqual([mismatch.body.code, requestId(mismatch)], ['RULE_LIMIT', 268447845])
    assert.equal((await send(bench, {}, 'A1')).body.code, 'PARAM_ERROR')
  }
  const direct = await call(bench, cash.queryByOutTradeNo, {
    path: { out_trade_no: number },
    query: { mchid: pair(bench).sp_mchid },
  })
  assert.equal(direct.body.code, 'RULE_LIMIT')
})

test('a number of WeChat Pay that is unknown, or of another product, is not found', async () => {
  const bench = await openBench()
  const { mchid } = bench.sim.credentials.apiv3
  const path = { transaction_id: '4200000000202603170000000000' }
  assert.equal((await call(bench, cash.queryById, { path, query: { mchid } })).body.code, 'ORDER_NOT_EXIST')
  const partner = await call(bench, cash.queryByIdPartner, { path, query: pair(bench) })
  assert.equal(partner.body.code, 'ORDER_NOT_EXIST')
})

test('one provider cannot read or close the orders of another', async () => {
  const bench = await openBench()
  const { mchid, subMchid } = bench.sim.credentials.apiv3
  const other = joinMerchant(bench.sim, '1688000909', { role: 'partner', subs: [subMchid] }).mchid
  await bench.sim.pay((await place(bench)).body.prepay_id)
  const { transaction_id } = (await ask(bench)).body
  const query = { sp_mchid: other, sub_mchid: subMchid }
  const parts = [
    { path: { out_trade_no: number }, query, as: other },
    { path: { transaction_id }, query, as: other },
  ] as const
  const byNumber = await call(bench, cash.queryByOutTradeNoPartner, parts[0])
  const byId = await call(bench, cash.queryByIdPartner, parts[1])
  assert.deepEqual([byNumber.body.code, byId.body.code], ['ORDER_NOT_EXIST', 'ORDER_NOT_EXIST'])
  const stolen = { ...parts[0], query: { sp_mchid: mchid, sub_mchid: subMchid } }
  assert.equal((await call(bench, cash.queryByOutTradeNoPartner, stolen)).body.code, 'INVALID_REQUEST')
})

test('every operation is refused without a good signature, when too fast and when the platform fails', async () => {
  const bench = await openBench()
  const parts: Record<string, Parts> = {
    prepay: { body: directBody(bench) },
    prepayPartner: { body: partnerBody(bench) },
    queryByOutTradeNo: { path: { out_trade_no: number }, query: { mchid: pair(bench).sp_mchid } },
    queryByOutTradeNoPartner: { path: { out_trade_no: number }, query: pair(bench) },
    queryById: { path: { transaction_id: '42' }, query: { mchid: pair(bench).sp_mchid } },
    queryByIdPartner: { path: { transaction_id: '42' }, query: pair(bench) },
    close: { path: { out_trade_no: number }, body: { mchid: pair(bench).sp_mchid } },
    closePartner: { path: { out_trade_no: number }, body: pair(bench) },
  }
  for (const [name, part] of Object.entries(parts)) {
    const operation = cash[name as keyof typeof cash]
    bench.sim.faults.next(operation.id, 'tooMany')
    assert.equal((await call(bench, operation, part)).body.code, 'FREQUENCY_LIMITED')
    bench.sim.faults.next(operation.id, 'systemError')
    assert.equal((await call(bench, operation, part)).body.code, 'SYSTEM_ERROR')
    const unsigned = await call(bench, operation, { ...part, headers: { authorization: 'none' } })
    assert.equal(unsigned.body.code, 'SIGN_ERROR')
    const {
      mchid: _mchid,
      sp_mchid: _spMchid,
      ...rest
    } = (part.query ?? part.body) as Record<string, unknown>
    const renamed = name.endsWith('Partner')
      ? { ...rest, sp_mchid: '1999999999' }
      : { ...rest, mchid: '1999999999' }
    const strange = await call(
      bench,
      operation,
      part.query ? { ...part, query: renamed } : { ...part, body: renamed },
    )
    assert.equal(strange.body.code, 'INVALID_REQUEST')
    const malformed = await call(
      bench,
      operation,
      part.query ? { ...part, query: {} } : { ...part, body: {} },
    )
    assert.equal(malformed.body.code, 'PARAM_ERROR')
  }
})

test('direct orders are closed and refused like those of sub-merchants', async () => {
  const bench = await openBench()
  const { mchid } = bench.sim.credentials.apiv3
  const path = { out_trade_no: number }
  const closeDirect = () => call(bench, cash.close, { path, body: { mchid } })
  const askDirect = () => call(bench, cash.queryByOutTradeNo, { path, query: { mchid } })
  assert.equal((await askDirect()).body.code, 'ORDER_NOT_EXIST')
  await placeDirect(bench, { out_trade_no: 'A00001' })
  assert.equal(
    (await call(bench, cash.close, { path: { out_trade_no: 'A00001' }, body: { mchid } })).status,
    204,
  )
  assert.equal((await placeDirect(bench, { out_trade_no: 'A00001' })).body.code, 'ORDER_CLOSED')

  await bench.sim.pay((await placeDirect(bench)).body.prepay_id)
  assert.equal((await closeDirect()).body.code, 'ORDER_PAID')
  const refund = {
    out_trade_no: number,
    out_refund_no: 'R1',
    notify_url: 'https://shop.example.cn/refund',
    amount: { refund: 5000, total: 5000, currency: 'CNY' },
  }
  assert.equal((await bench.call(operations.refunds.create, { body: refund })).status, 200)
  assert.equal((await closeDirect()).body.code, 'TRADE_ERROR')
  assert.equal((await askDirect()).body.trade_state, 'REFUND')

  const caller = bench.sim.world.merchants.get(mchid)
  assert.ok(caller)
  caller.disabled = true
  assert.equal((await placeDirect(bench, { out_trade_no: 'A00002' })).body.code, 'NO_AUTH')
})

test('an order of a sub-merchant is not shown to a direct call, nor to another pair', async () => {
  const bench = await openBench()
  const { mchid } = bench.sim.credentials.apiv3
  await bench.sim.pay((await place(bench)).body.prepay_id)
  const path = { transaction_id: (await ask(bench)).body.transaction_id }
  assert.equal((await call(bench, cash.queryById, { path, query: { mchid } })).body.code, 'RULE_LIMIT')
  const direct = await call(bench, cash.close, { path: { out_trade_no: number }, body: { mchid } })
  assert.equal(direct.body.code, 'RULE_LIMIT')
  const codes = { '1690000202': 'RULE_LIMIT', '1999999999': 'MCH_NOT_EXISTS' }
  for (const [sub_mchid, code] of Object.entries(codes)) {
    const query = { sp_mchid: mchid, sub_mchid }
    assert.equal((await call(bench, cash.queryByIdPartner, { path, query })).body.code, code)
  }
})

test('every documented code was met, but those that no state brings about', () => {
  const unmet = Object.values(cash).flatMap((operation: OperationShape) =>
    operation.errors
      .filter(({ code }) => !met.has(`${operation.id} ${code}`))
      .map(({ code }) => `${operation.id} ${code}`),
  )
  assert.deepEqual([...new Set(unmet)].sort(), [
    // A direct call names the merchant that signs, so it exists.
    'cash.close MCH_NOT_EXISTS',
    'cash.prepay MCH_NOT_EXISTS',
    'cash.queryById MCH_NOT_EXISTS',
    // No state of an order forbids reading it.
    'cash.queryById TRADE_ERROR',
    'cash.queryByIdPartner TRADE_ERROR',
    'cash.queryByOutTradeNo MCH_NOT_EXISTS',
    'cash.queryByOutTradeNo TRADE_ERROR',
    'cash.queryByOutTradeNoPartner TRADE_ERROR',
  ])
})

test('REVOKED, USERPAYING and PAYERROR are of pay codes and never occur here', async () => {
  const bench = await openBench()
  const { prepay_id } = (await place(bench)).body
  const seen = new Set<string>()
  const look = async () => void seen.add((await ask(bench)).body.trade_state)
  await look()
  await bench.sim.act(prepay_id, { action: 'fail' })
  await look()
  await bench.sim.pay(prepay_id)
  await look()
  assert.deepEqual([...seen], ['NOTPAY', 'SUCCESS'])
})
