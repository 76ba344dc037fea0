import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, notifications, readAnswer } from '@chadan/protocol'
import { openPayscore, payscore, refusal } from './payscore-bench.ts'
import { openBench } from './support.ts'

const hour = 3_600_000

test('a rental is created, confirmed, completed and paid, and every answer has the declared form', async () => {
  const bench = await openPayscore()
  const created = await bench.create()
  assert.equal(created.status, 200)
  assert.equal(created.verified, true)
  assert.equal(created.body.state, 'CREATED')
  assert.match(created.body.package, /^mch_id=1688000101&package=/)
  assert.match(created.body.order_id, /^\d{31}$/)
  assert.ok(!('currency_price' in (await bench.query()).body))

  await bench.sim.act(created.body.package, { action: 'confirm' })
  await bench.sim.advance(0)
  const running = (await bench.query()).body
  assert.equal(`${running.state}/${running.state_description}`, 'DOING/USER_CONFIRM')
  assert.equal(running.currency_price, 91_850_000)
  assert.equal(running.currency_rate_info, '1HKD=0.9185CNY')
  assert.equal(running.sub_openid, bench.sim.credentials.apiv3.subOpenid)
  assert.ok(!('openid' in running) && !('total_amount' in running) && !('collection' in running))

  await bench.sim.advance(hour)
  const completed = await bench.complete()
  assert.equal(completed.status, 204)
  assert.equal(completed.verified, true)
  assert.equal(completed.body, '')
  const collecting = (await bench.query()).body
  assert.equal(collecting.state_description, 'MCH_COMPLETE')
  assert.equal(collecting.need_collection, true)
  assert.deepEqual(collecting.collection, {
    state: 'USER_PAYING',
    total_amount: 4000,
    paying_amount: 4000,
    paid_amount: 0,
  })
  assert.deepEqual(collecting.time_range, {
    start_time: '2026-03-17T10:00:00+08:00',
    start_time_remark: 'Unlock time',
    end_time: '2026-03-17T11:00:00+08:00',
    end_time_remark: 'Return time',
  })
  assert.deepEqual(collecting.location, {
    start_location: 'Central Pier 7 kiosk',
    end_location: 'Sheung Wan MTR kiosk',
  })

  await bench.sim.advance(2_000)
  const done = (await bench.query()).body
  assert.equal(done.state, 'DONE')
  assert.ok(!('state_description' in done))
  assert.equal(done.collection.state, 'USER_PAID')
  assert.equal(done.collection.paying_amount, 0)
  assert.equal(done.collection.details[0].paid_type, 'NEWTON')
  assert.match(done.collection.details[0].transaction_id, /^4200\d{24}$/)
  for (const answer of [running, collecting, done])
    assert.deepEqual(check(payscore.query.result.fields, [], answer, { beyondSupposed: 'refuse' }), [])
  assert.deepEqual(check(payscore.create.result.fields, [], created.body), [])
})

test('confirmation and payment are announced, each once, on the addresses of the order', async () => {
  const bench = await openPayscore()
  await bench.paid()
  const [confirmed, paid, ...more] = bench.heard.map(bench.open)
  assert.equal(more.length, 0)
  assert.equal(confirmed?.event_type, 'PAYSCORE.USER_CONFIRM')
  assert.equal(confirmed?.resource.state_description, 'USER_CONFIRM')
  assert.ok(!('total_amount' in (confirmed?.resource ?? {})))
  assert.equal(paid?.event_type, 'PAYSCORE.USER_PAID')
  assert.equal(paid?.resource.state, 'DONE')
  assert.equal(paid?.resource.total_amount, 4000)
  assert.deepEqual(paid?.resource.post_discounts, [
    { name: 'First ride', description: 'First rental only', amount: 200 },
  ])
  for (const name of ['currency', 'currency_price', 'currency_rate_info', 'notify_url'])
    assert.ok(!(name in (paid?.resource ?? {})))
  assert.equal(bench.heard[0]?.url, 'https://pay.example.hk/notify/payscore')
})

test('an unacknowledged notice is repeated nine times within 3 h 4 min and never again', async () => {
  const bench = await openPayscore()
  bench.status = 500
  await bench.confirmed()
  const first = bench.sim.clock.now()
  await bench.sim.advance(11_040_000)
  assert.equal(bench.heard.length, 10)
  assert.equal(bench.sim.clock.now() - first, 11_040_000)
  await bench.sim.advance(24 * hour)
  assert.equal(bench.heard.length, 10)
})

test('notices follow the switches: rates, text totals, TRANSACTION.SUCCESS, silence', async () => {
  const both = await openPayscore({
    switches: { payscore: { paidEvent: 'both', ratesInNotices: true, totalInNotices: 'text' } },
  })
  await both.paid()
  const events = both.heard.map(both.open)
  assert.deepEqual(
    events.map((one) => one.event_type),
    ['PAYSCORE.USER_CONFIRM', 'PAYSCORE.USER_PAID', 'TRANSACTION.SUCCESS'],
  )
  assert.equal(events[1]?.resource.total_amount, '4000')
  assert.equal(events[1]?.resource.currency_rate_info, '1HKD=0.9185CNY')
  assert.equal(events[2]?.resource.trade_state, 'SUCCESS')
  const { resource } = notifications.payscore.paid
  const read = readAnswer(resource, events[1]?.resource) as { total_amount: number }
  assert.equal(read.total_amount, 4000)

  const silent = await openPayscore({ switches: { payscore: { paidEvent: 'none' } } })
  await silent.paid()
  assert.equal(silent.heard.length, 1)
})

test('an order that nobody confirms expires after exactly one hour', async () => {
  const bench = await openPayscore()
  await bench.create()
  await bench.sim.advance(hour - 1)
  assert.equal((await bench.query()).body.state, 'CREATED')
  await bench.sim.advance(1)
  assert.equal((await bench.query()).body.state, 'EXPIRED')
  await assert.rejects(bench.sim.act(bench.number, { action: 'confirm' }), { name: 'ActionRefused' })
  assert.equal(refusal(await bench.create()), '400 INVALID_ORDER_STATE')
  assert.equal(refusal(await bench.cancel()), '400 INVALID_ORDER_STATE')
  assert.equal(refusal(await bench.complete()), '400 INVALID_ORDER_STATE')
  assert.equal(refusal(await bench.sync()), '400 INVALID_ORDER_STATE')
})

test('a repeated create succeeds with the same content, whatever the order of names, and no other', async () => {
  const bench = await openPayscore()
  const first = await bench.create()
  const turned = Object.fromEntries(Object.entries(bench.rental()).reverse())
  const again = await bench.call(payscore.create, { body: { ...turned, need_user_confirm: undefined } })
  assert.deepEqual(again.body, first.body)
  const other = await bench.create({ service_introduction: 'Umbrella' })
  assert.equal(refusal(other), '400 INVALID_REQUEST')
  assert.match(other.headers.get('request-id') ?? '', /-271316598$/)
})

test('the same number under another sub-merchant is another order', async () => {
  const bench = await openPayscore()
  const first = await bench.create()
  const second = await bench.create({ sub_mchid: '1690000202', sub_appid: undefined })
  assert.equal(second.status, 200)
  assert.notEqual(second.body.order_id, first.body.order_id)
})

test('the query takes the number or the query id of the front end, and not both', async () => {
  const bench = await openPayscore()
  await bench.create()
  const [row] = bench.sim.world.table<{ queryId: string }>('payscore.orders').values()
  const ask = (more: object) => bench.call(payscore.query, { query: { ...bench.ids, ...more } })
  assert.equal((await ask({ query_id: row?.queryId })).body.out_order_no, bench.number)
  for (const query_id of ['other', bench.number])
    assert.equal(refusal(await ask({ query_id })), '404 ORDER_NOT_EXIST')
  assert.equal(refusal(await ask({})), '400 PARAM_ERROR')
  assert.equal(refusal(await ask({ query_id: row?.queryId, out_order_no: bench.number })), '400 PARAM_ERROR')
})

test('an order without confirmation starts at once, unannounced, with the rate locked', async () => {
  const bench = await openPayscore()
  const { subOpenid } = bench.sim.credentials.apiv3
  const created = await bench.create({ need_user_confirm: false, sub_openid: subOpenid })
  assert.equal(`${created.body.state}/${created.body.state_description}`, 'DOING/USER_CONFIRM')
  assert.ok(!('package' in created.body))
  assert.equal((await bench.query()).body.currency_price, 91_850_000)
  await bench.sim.advance(2 * hour)
  assert.equal(bench.heard.length, 0)
  assert.equal((await bench.query()).body.state, 'DOING')
})

test('every kind of risk fund has its service', async () => {
  const bench = await openPayscore()
  for (const name of ['DEPOSIT', 'ADVANCE', 'CASH_DEPOSIT'])
    assert.equal((await bench.create({ out_order_no: name, risk_fund: { name, amount: 1 } })).status, 200)
  bench.sim.world.table('payscore.services').set('2002', {
    id: '2002',
    mchid: bench.sim.credentials.apiv3.mchid,
    failing: 'refuse',
    risk: 'estimate',
    limitMinor: 5_000,
    subs: [bench.ids.sub_mchid],
    unconfirmed: 'allowed',
  })
  const risk_fund = { name: 'ESTIMATE_ORDER_COST', amount: 1 }
  assert.equal((await bench.create({ service_id: '2002', risk_fund })).status, 200)
  assert.equal(
    refusal(
      await bench.create({ service_id: '2002', risk_fund, sub_mchid: '1690000202', sub_appid: undefined }),
    ),
    '403 NO_AUTH',
  )
})

test('an exact repetition of a completion succeeds, before and after the payment, another is refused', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  const end = { time_range: { end_time: bench.at() } }
  assert.equal((await bench.complete(end)).status, 204)
  assert.equal((await bench.complete(end)).status, 204)
  const other = await bench.complete({ ...end, total_amount: 4200, post_discounts: undefined })
  assert.equal(refusal(other), '400 INVALID_ORDER_STATE')
  await bench.sim.advance(2_000)
  assert.equal((await bench.complete(end)).status, 204)
  assert.equal((await bench.query()).body.total_amount, 4000)
  assert.equal(bench.sim.world.transactions.size, 1)
})

test('a total of nothing ends the order without a collection', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  const free = { total_amount: 0, post_payments: [{ name: 'Rental fee', amount: 0 }], post_discounts: [] }
  assert.equal((await bench.complete(free)).status, 204)
  const { body } = await bench.query()
  assert.equal(body.state, 'DONE')
  assert.equal(body.total_amount, 0)
  assert.equal(body.need_collection, false)
  assert.ok(!('collection' in body))
  await bench.sim.advance(hour)
  assert.equal(bench.heard.length, 1)
  assert.equal(bench.sim.world.transactions.size, 0)
})

test('a completed order that is not paid can be cancelled, and is not collected any more', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  await bench.complete()
  assert.equal((await bench.cancel()).status, 204)
  const { body } = await bench.query()
  assert.equal(body.state, 'REVOKED')
  assert.equal(body.total_amount, 4000)
  assert.equal(body.need_collection, false)
  assert.ok(!('collection' in body))
  await bench.sim.advance(24 * hour)
  assert.equal(bench.sim.world.transactions.size, 0)
  assert.equal((await bench.query()).body.state, 'REVOKED')
})

test('while the user is in the cashier, cancel and sync are refused for three minutes', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  await bench.complete()
  await bench.sim.act(bench.number, { action: 'event', name: 'cashier:enter' })
  for (const answer of [await bench.cancel(), await bench.sync()]) {
    assert.equal(refusal(answer), '400 INVALID_ORDER_STATE')
    assert.match(answer.headers.get('request-id') ?? '', /-271316754$/)
    assert.match(answer.body.message, /3分钟/)
  }
  await bench.sim.advance(179_999)
  assert.equal(refusal(await bench.cancel()), '400 INVALID_ORDER_STATE')
  await bench.sim.act(bench.number, { action: 'event', name: 'cashier:leave' })
  assert.equal((await bench.cancel()).status, 204)
})

test('the deduction waits for the cashier and then collects', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  await bench.complete()
  await bench.sim.act(bench.number, { action: 'event', name: 'cashier:enter' })
  await bench.sim.advance(179_999)
  assert.equal((await bench.query()).body.collection.state, 'USER_PAYING')
  await bench.sim.advance(1)
  assert.equal((await bench.query()).body.collection.state, 'USER_PAID')
})

test('failed deductions are repeated until one succeeds, and the user may pay meanwhile', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  await bench.sim.act(bench.number, { action: 'event', name: 'deduction:fail', details: { times: 2 } })
  await bench.complete()
  await bench.sim.advance(2_000 + hour - 1)
  assert.equal((await bench.query()).body.state, 'DOING')
  await bench.sim.advance(1)
  assert.equal((await bench.query()).body.state, 'DONE')

  const other = await openPayscore()
  await other.confirmed()
  await other.complete()
  await other.sim.act(other.number, { action: 'fail' })
  await other.sim.advance(2_000)
  assert.equal((await other.query()).body.state, 'DOING')
  await other.sim.pay(other.number, { bank: 'CMB_CREDIT' })
  assert.equal((await other.query()).body.collection.bank_type, 'CMB_CREDIT')
  await other.sim.advance(24 * hour)
  assert.equal(other.sim.world.transactions.size, 1)
})

test('a payment outside WeChat ends the order with a merchant row and books nothing', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  assert.equal(refusal(await bench.sync()), '400 INVALID_ORDER_STATE')
  await bench.complete()
  const detail = { paid_time: bench.at() }
  assert.equal(refusal(await bench.sync({ detail: { ...detail, paid_amount: 3999 } })), '400 PARAM_ERROR')
  assert.equal(refusal(await bench.sync({ detail: { paid_time: bench.at(1000) } })), '400 PARAM_ERROR')
  assert.equal((await bench.sync({ detail })).status, 204)
  const { body } = await bench.query()
  assert.equal(body.state, 'DONE')
  assert.equal(body.need_collection, true)
  assert.deepEqual(body.collection.details, [
    { seq: 1, amount: 4000, paid_type: 'MCH', paid_time: detail.paid_time },
  ])
  await bench.sim.advance(24 * hour)
  assert.equal(bench.sim.world.transactions.size, 0)
  assert.equal(bench.heard.length, 1)
})

test('coupons of both scopes and kinds are told, and their shares add up to the face value', async () => {
  for (const [id, scope, type] of [
    ['30120000458', 'GLOBAL', 'CASH'],
    ['30120000459', 'SINGLE', 'NOCASH'],
  ] as const) {
    const bench = await openPayscore(
      scope === 'SINGLE' ? { switches: { payscore: { couponCurrency: 'CNY' } } } : {},
    )
    await bench.confirmed()
    await bench.sim.act(bench.number, { action: 'event', name: 'coupon', details: { id } })
    await bench.complete()
    assert.equal(bench.sim.checkout(bench.number)?.coupons.length, 2)
    await bench.sim.advance(2_000)
    const { body } = await bench.query()
    const [promotion] = body.collection.details[0].promotion_detail
    assert.equal(`${promotion.scope} ${promotion.type}`, `${scope} ${type}`)
    assert.equal(promotion.currency, scope === 'SINGLE' ? 'CNY' : 'HKD')
    const { wechatpay_contribute, merchant_contribute, other_contribute } = promotion
    assert.equal(wechatpay_contribute + merchant_contribute + other_contribute, promotion.amount)
    assert.equal(promotion.goods_detail?.length, scope === 'SINGLE' ? 1 : undefined)
    assert.equal(body.collection.paid_amount, 4000)
    assert.deepEqual(check(payscore.query.result.fields, [], body, { beyondSupposed: 'refuse' }), [])
  }
})

test('the person sees what can be done, and nothing can be done to what is over', async () => {
  const bench = await openPayscore()
  await bench.create()
  assert.equal(bench.sim.checkout(bench.number)?.state, 'open')
  await bench.sim.act(bench.number, { action: 'cancel' })
  assert.equal((await bench.query()).body.state, 'CREATED')
  await assert.rejects(bench.sim.pay(bench.number), { name: 'ActionRefused' })
  await assert.rejects(bench.sim.act(bench.number, { action: 'event', name: 'toString' }), {
    name: 'ActionRefused',
  })
  await bench.sim.act(bench.number, { action: 'confirm' })
  await bench.complete()
  assert.equal(bench.sim.checkout(bench.number)?.state, 'paying')
  await bench.sim.advance(2_000)
  assert.equal(bench.sim.checkout(bench.number)?.state, 'paid')
  await assert.rejects(bench.sim.pay(bench.number), { name: 'ActionRefused' })
})

test('a snapshot goes on where the world was left, with what was planned', async () => {
  const before = await openPayscore()
  await before.confirmed()
  await before.complete()
  const after = await openBench({ snapshot: JSON.parse(JSON.stringify(before.sim.snapshot())) })
  await after.sim.advance(2_000)
  const answer = await after.call(payscore.query, { query: { ...before.ids, out_order_no: before.number } })
  assert.equal(answer.body.state, 'DONE')
})
