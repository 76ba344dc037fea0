import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openPayscore, payscore, refusal } from './payscore-bench.ts'

test('what is over stays over: cancelled and done numbers are refused with their own codes', async () => {
  const cancelled = await openPayscore()
  await cancelled.create()
  assert.equal((await cancelled.cancel()).status, 204)
  assert.equal((await cancelled.query()).body.state, 'REVOKED')
  assert.equal((await cancelled.cancel()).status, 204)
  assert.equal(refusal(await cancelled.create()), '400 ORDER_CANCELED')
  assert.equal(refusal(await cancelled.complete()), '400 ORDER_CANCELED')
  assert.equal(refusal(await cancelled.sync()), '400 ORDER_CANCELED')

  const done = await openPayscore()
  await done.paid()
  assert.equal(refusal(await done.create()), '400 ORDER_DONE')
  assert.equal(refusal(await done.cancel()), '400 ORDER_DONE')
  assert.equal(refusal(await done.complete({ total_amount: 4200, post_discounts: [] })), '400 ORDER_DONE')
  assert.equal(refusal(await done.sync()), '400 ORDER_DONE')
})

test('an unknown number is not found, and a path that does not exist overseas is an empty 404', async () => {
  const bench = await openPayscore()
  for (const answer of [
    await bench.query(),
    await bench.cancel(),
    await bench.complete(),
    await bench.sync(),
  ]) {
    assert.equal(refusal(answer), '404 ORDER_NOT_EXIST')
    assert.match(answer.headers.get('request-id') ?? '', /-271317510$/)
  }
  for (const name of ['modify', 'pay', 'direct-complete']) {
    const response = await bench.sim.fetch(
      new Request(`https://apihk.mch.weixin.qq.com/v3/payscore/oversea/partner/serviceorder/A/${name}`, {
        method: 'POST',
      }),
    )
    assert.equal(response.status, 404)
    assert.equal(await response.text(), '')
  }
})

test('who fails the assessment is refused where the service says so', async () => {
  const bench = await openPayscore()
  const { subOpenid, mchid } = bench.sim.credentials.apiv3
  await bench.create({ out_order_no: 'OTHER' })
  await bench.sim.act('OTHER', { action: 'event', name: 'assessment:fail' })
  const refused = await bench.create({ need_user_confirm: false, sub_openid: subOpenid })
  assert.equal(refusal(refused), '400 INVALID_REQUEST')
  assert.match(refused.headers.get('request-id') ?? '', /-271300099$/)
  assert.equal((await bench.query()).status, 404)
  // A user who fails may pay the deposit and go on, unless the service refuses such users.
  await bench.confirmed()
  assert.equal((await bench.query()).body.state, 'DOING')
  bench.sim.world.table('payscore.services').set(bench.ids.service_id, {
    id: bench.ids.service_id,
    mchid,
    failing: 'refuse',
    risk: 'deposit',
    limitMinor: 100_000,
    subs: 'all',
    unconfirmed: 'refused',
  })
  await assert.rejects(bench.sim.act('OTHER', { action: 'confirm' }), /failed the assessment/)
  await bench.sim.act('OTHER', { action: 'event', name: 'assessment:pass' })
  await bench.sim.act('OTHER', { action: 'confirm' })
  const forbidden = await bench.create({
    out_order_no: 'THIRD',
    need_user_confirm: false,
    sub_openid: subOpenid,
  })
  assert.equal(refusal(forbidden), '403 NO_AUTH')
})

test('permissions, bindings and currency of the registry are held', async () => {
  const bench = await openPayscore()
  const numbers: [object, string, number][] = [
    [{ service_id: '1' }, '403 NO_AUTH', 268503786],
    [{ sub_mchid: '1999999999' }, '403 NO_AUTH', 271302144],
    [{ appid: 'wxffffffffffffffff' }, '403 NO_AUTH', 271302149],
    [{ sub_appid: 'wxffffffffffffffff' }, '403 NO_AUTH', 271302149],
    [{ currency: 'USD' }, '400 PARAM_ERROR', 268435461],
    [{ risk_fund: { name: 'ESTIMATE_ORDER_COST', amount: 1 } }, '400 PARAM_ERROR', 268435461],
    [{ risk_fund: { name: 'DEPOSIT', amount: 100_001 } }, '400 PARAM_ERROR', 268435464],
    [{ notify_url: 'http://pay.example.hk/n' }, '400 PARAM_ERROR', 268435461],
    [{ location: { start_location: 'x'.repeat(51) } }, '400 PARAM_ERROR', 268435461],
    [{ post_payments: [{ name: 'A' }, { name: 'A' }] }, '400 PARAM_ERROR', 268435461],
    [{ colour: 'red' }, '400 PARAM_ERROR', 270924358],
    [
      { time_range: { start_time: '2026-03-17T10:00:00+08:00', end_time: '2026-03-17T09:59:59+08:00' } },
      '400 PARAM_ERROR',
      271316637,
    ],
  ]
  for (const [more, expected, number] of numbers) {
    const answer = await bench.create(more)
    assert.equal(refusal(answer), expected)
    assert.match(answer.headers.get('request-id') ?? '', new RegExp(`-${number}$`))
  }
  const repeatable = await bench.create({ post_payments: [{ name: '商品信息' }, { name: '商品信息' }] })
  assert.equal(repeatable.status, 200)
})

test('a completion is held to state, sum, limit, currency, times and appid', async () => {
  const bench = await openPayscore()
  await bench.create()
  assert.equal(refusal(await bench.complete()), '400 INVALID_ORDER_STATE')
  await bench.sim.act(bench.number, { action: 'confirm' })
  const total = (amount: number) => ({
    total_amount: amount,
    post_payments: [{ name: 'Rental fee', amount }],
    post_discounts: [],
  })
  const wrong: [object, number][] = [
    [{ total_amount: 4200 }, 268435461],
    [total(30_001), 271316656],
    [{ currency: 'USD' }, 268435461],
    [{ appid: bench.sim.credentials.apiv3.appid }, 268435461],
    [{ time_range: undefined }, 268435461],
    [{ time_range: { end_time: bench.at(1000) } }, 268435461],
    [{ time_range: { end_time: bench.at(-1000) } }, 271316637],
  ]
  for (const [more, number] of wrong) {
    const answer = await bench.complete(more)
    assert.equal(refusal(answer), '400 PARAM_ERROR')
    assert.match(answer.headers.get('request-id') ?? '', new RegExp(`-${number}$`))
  }
  assert.equal((await bench.query()).body.state_description, 'USER_CONFIRM')
  assert.equal((await bench.complete({ ...total(30_000), appid: undefined })).status, 204)
})

test('common refusals come from faults: too many, system error, bad signature', async () => {
  const bench = await openPayscore()
  for (const operation of Object.values(payscore)) {
    bench.sim.faults.next(operation.id, 'tooMany')
    bench.sim.faults.next(operation.id, 'systemError')
    const parts = { path: { out_order_no: bench.number }, query: {}, body: {} }
    const given = operation.route.startsWith('GET') ? { query: parts.query } : parts
    assert.equal((await bench.call(operation, given)).body.code, 'FREQUENCY_LIMITED')
    const failed = await bench.call(operation, given)
    assert.equal(`${failed.status} ${failed.body.code} ${failed.verified}`, '500 SYSTEM_ERROR false')
    const forged = await bench.call(operation, { ...given, headers: { authorization: 'none' } })
    assert.equal(`${forged.status} ${forged.body.code} ${forged.verified}`, '401 SIGN_ERROR false')
  }
})

test('every operation refuses wrong headers, missing fields and services of others', async () => {
  const bench = await openPayscore()
  await bench.create()
  const path = { out_order_no: bench.number }
  const service_id = '1'
  const stranger = {
    create: await bench.create({ service_id }),
    query: await bench.call(payscore.query, { query: { ...bench.ids, service_id, ...path } }),
    cancel: await bench.cancel({ service_id }),
    complete: await bench.complete({ service_id }),
    sync: await bench.sync({ service_id }),
  }
  for (const answer of Object.values(stranger)) assert.equal(refusal(answer), '403 NO_AUTH')
  for (const operation of Object.values(payscore)) {
    const given = operation.route.startsWith('GET') ? { query: {} } : { path, body: {} }
    assert.equal(refusal(await bench.call(operation, given)), '400 PARAM_ERROR')
    const html = await bench.call(operation, { ...given, headers: { accept: 'text/html' } })
    assert.equal(`${html.status} ${html.body.code}`, '400 INVALID_REQUEST')
  }
})

for (const [name, details] of [
  ['deduction:fail', { times: 'twice' }],
  ['deduction:fail', { times: 0 }],
  ['coupon', { id: '30120000000' }],
] as const) {
  test(`${name} with ${JSON.stringify(details)} is refused and plans nothing`, async () => {
    const bench = await openPayscore()
    await bench.confirmed()
    await assert.rejects(bench.sim.act(bench.number, { action: 'event', name, details }), {
      name: 'ActionRefused',
    })
    await bench.complete()
    await bench.sim.advance(2_000)
    assert.equal((await bench.query()).body.collection.details[0].promotion_detail, undefined)
  })
}
