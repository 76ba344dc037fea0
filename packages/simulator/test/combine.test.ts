import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, notifications } from '@chadan/protocol'
import { ActionRefused, openSimulator } from '../src/index.ts'
import {
  books,
  combine,
  freight,
  initiator,
  notifyUrl,
  openCombineBench,
  orchard,
  tea,
} from './combine-bench.ts'
import { seal } from './support.ts'

const minute = 60_000
const day = 24 * 60 * minute
const states = (answer: { body: { sub_orders: { trade_state: string }[] } }) =>
  answer.body.sub_orders.map((sub) => sub.trade_state)

test('an order is placed, seen unpaid, paid with one password and announced once', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  const prepayId = await bench.place(body)
  assert.match(prepayId, /^wx[0-9a-f]{34}$/)

  const before = await bench.query(body.combine_out_trade_no)
  assert.equal(before.status, 200)
  assert.ok(before.verified)
  assert.deepEqual(before.body, {
    combine_appid: body.combine_appid,
    combine_mchid: initiator,
    combine_out_trade_no: 'CT20260317A00042',
    scene_info: { device_id: 'POS-HZ-0017' },
    sub_orders: [
      {
        mchid: tea,
        out_trade_no: 'CT20260317A00042_sub1',
        trade_type: 'JSAPI',
        trade_state: 'NOTPAY',
        attach: 'store=HZ02',
        amount: { total_amount: 12800, currency: 'CNY', payer_amount: 0, payer_currency: 'CNY' },
      },
      {
        mchid: books,
        out_trade_no: 'CT20260317A00042_sub2',
        trade_type: 'JSAPI',
        trade_state: 'NOTPAY',
        attach: 'store=HZ02',
        amount: { total_amount: 3550, currency: 'CNY', payer_amount: 0, payer_currency: 'CNY' },
      },
    ],
  })

  await bench.sim.advance(101_000)
  await bench.sim.pay(prepayId)
  await bench.sim.advance(0)
  const after = await bench.query(body.combine_out_trade_no)
  const { fields, rules } = combine.queryByOutTradeNo.result
  assert.deepEqual(check(fields, rules, after.body), [])
  assert.deepEqual(states(after), ['SUCCESS', 'SUCCESS'])
  const [first, second] = after.body.sub_orders
  assert.equal(first.success_time, '2026-03-17T10:01:41+08:00')
  assert.equal(second.success_time, first.success_time)
  assert.match(first.transaction_id, /^4200\d{24}$/)
  assert.notEqual(first.transaction_id, second.transaction_id)
  assert.equal(after.body.combine_payer_info.openid, bench.sim.credentials.apiv3.openid)

  assert.equal(bench.heard.length, 1)
  const notice = bench.open(bench.heard[0] as never)
  assert.equal(bench.heard[0]?.url, notifyUrl)
  assert.equal(notice.event_type, 'TRANSACTION.SUCCESS')
  assert.deepEqual(notice.resource, after.body)
  const { resource } = notifications.combine.paid
  assert.deepEqual(check(resource.fields, resource.rules, notice.resource), [])
})

test('each front end gets its own handle and trade type', async () => {
  const bench = await openCombineBench()
  const scene = {
    device_id: 'WEB-HZ-0001',
    payer_client_ip: '203.0.113.24',
    h5_info: { type: 'Wap', app_name: '示例商城' },
  }
  const h5 = await bench.place(bench.direct('CT0001', { scene_info: scene }), combine.createH5)
  const native = await bench.place(bench.direct('CT0002'), combine.createNative)
  const app = await bench.place(bench.direct('CT0003', { combine_payer_info: undefined }), combine.createApp)
  assert.match(h5, /^https:\/\/simulator\.invalid\/_simulator\/pay\/wx[0-9a-f]+\?package=\d{10}$/)
  assert.match(native, /^weixin:\/\/wxpay\/bizpayurl\/up\?pr=\w{9}&groupid=00$/)
  assert.match(app, /^wx/)
  for (const [number, type] of [
    ['CT0001', 'MWEB'],
    ['CT0002', 'NATIVE'],
    ['CT0003', 'APP'],
  ] as const) {
    assert.equal((await bench.query(number)).body.sub_orders[0].trade_type, type)
  }
  await bench.sim.pay(h5)
  assert.deepEqual(states(await bench.query('CT0001')), ['SUCCESS', 'SUCCESS'])
})

test('a provider’s order shows sub-merchants, and the payer under their appid', async () => {
  const bench = await openCombineBench()
  const { subAppid, subOpenid } = bench.sim.credentials.apiv3
  const body = bench.provided()
  const withApp = {
    ...body,
    sub_orders: body.sub_orders.map((sub) => ({ ...sub, sub_appid: subAppid })),
    combine_payer_info: { sub_openid: subOpenid },
  }
  const order = await bench.paid(withApp)
  assert.deepEqual(
    order.sub_orders.map((sub: Record<string, unknown>) => [sub.mchid, sub.sub_mchid, sub.sub_openid]),
    [
      [initiator, orchard, subOpenid],
      [initiator, freight, subOpenid],
    ],
  )
})

test('an individual payee is placed for, paid and shown with the authorisation', async () => {
  const bench = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  const { sub_orders, ...rest } = bench.provided('CT20260317C00003', { trade_scenario: 'RECOMMERCE' })
  const [{ sub_mchid: _, ...sub }] = sub_orders as [Record<string, unknown>]
  const individual = { ...sub, individual_auth_id: '110001773', individual_name: '旧书摊主' }
  const prepayId = await bench.place({ ...rest, sub_orders: [individual] }, combine.createMiniprogram)
  await bench.sim.pay(prepayId)
  const { body } = await bench.query('CT20260317C00003')
  assert.equal(body.trade_scenario, 'RECOMMERCE')
  const byId = await bench.call(combine.queryById, {
    path: { combine_transaction_id: body.combine_transaction_id },
  })
  assert.equal(byId.status, 200)
  const { fields, rules } = combine.queryById.result
  assert.deepEqual(check(fields, rules, byId.body), [])
  assert.equal(byId.body.sub_orders[0].individual_auth_id, '110001773')
  const resource = bench.sim.notices[0]?.resource
  assert.equal(resource?.trade_scenario, undefined)
  assert.equal(resource?.combine_transaction_id, body.combine_transaction_id)
})

test('the older profile knows no number of the combined order', async () => {
  const bench = await openCombineBench()
  const order = await bench.paid(bench.direct())
  assert.equal(order.combine_transaction_id, undefined)
  const answer = await bench.call(combine.queryById, {
    path: { combine_transaction_id: `4200${'1'.repeat(24)}` },
  })
  assert.equal(`${answer.status} ${answer.body.code}`, '404 ORDERNOTEXIST')
})

test('a coupon lowers the cash of the tagged sub-order and shows who paid it', async () => {
  const bench = await openCombineBench()
  const [prefunded, merchant, other] = bench.sim.checkout(await bench.place(bench.direct()))?.coupons ?? []
  assert.ok(prefunded && merchant && other)
  const numbers = ['CT0101', 'CT0102', 'CT0103']
  for (const [index, coupon] of [prefunded, merchant, other].entries()) {
    const { sub_orders } = await bench.paid(bench.direct(numbers[index]), { coupon: coupon.id })
    const [first, second] = sub_orders
    const [promotion] = first.promotion_detail
    assert.equal(first.amount.payer_amount, 12800 - coupon.minor)
    assert.equal(promotion.amount, coupon.minor)
    assert.equal(
      promotion.wechatpay_contribute + promotion.merchant_contribute + promotion.other_contribute,
      coupon.minor,
    )
    assert.equal(second.promotion_detail, undefined)
    assert.equal(promotion.goods_detail !== undefined, promotion.scope === 'SINGLE')
    assert.equal(bench.sim.world.transactions.get(first.transaction_id)?.payerMinor, 12800 - coupon.minor)
  }
})

test('the ledger holds every sub-order as a payment of its own merchant', async () => {
  const bench = await openCombineBench()
  const order = await bench.paid(bench.direct(), { bank: 'ICBC_DEBIT' })
  const booked = order.sub_orders.map((sub: { transaction_id: string }) =>
    bench.sim.world.transactions.get(sub.transaction_id),
  )
  assert.deepEqual(
    booked.map((one: Record<string, unknown>) => [
      one.product,
      one.mchid,
      one.outTradeNo,
      one.amountMinor,
      one.bankType,
    ]),
    [
      ['combine', tea, 'CT20260317A00042_sub1', 12800, 'ICBC_DEBIT'],
      ['combine', books, 'CT20260317A00042_sub2', 3550, 'ICBC_DEBIT'],
    ],
  )
})

test('repeating a placement gives the same order a fresh session', async () => {
  const bench = await openCombineBench()
  const body = bench.direct('CT1', { time_expire: '2026-03-17T10:30:00+08:00' })
  const first = await bench.place(body)
  const again = { ...body, scene_info: undefined, time_expire: '2026-03-17T20:00:00+08:00' }
  const second = await bench.place(again)
  assert.notEqual(first, second)
  // The first end of payment stays.
  await bench.sim.advance(31 * minute)
  assert.equal(bench.sim.checkout(second)?.state, 'expired')
  await assert.rejects(bench.sim.pay(second), ActionRefused)
})

test('sealed identities are compared in clear text, and only that person may pay', async () => {
  const bench = await openCombineBench()
  const { userName } = bench.sim.credentials.payinsurance
  const idNumber = bench.sim.world.payers.get('P1')?.idNumber ?? ''
  const { publicKeyId } = bench.sim.credentials.apiv3
  const headers = { 'wechatpay-serial': publicKeyId }
  const sealedBody = (name: string) => ({
    ...bench.direct(),
    combine_payer_info: {
      openid: bench.sim.credentials.apiv3.openid,
      identity: { type: 'IDCARD', number: seal(bench.sim, idNumber), name: seal(bench.sim, name) },
    },
  })
  const placed = await bench.call(combine.createJsapi, { body: sealedBody(userName), headers })
  const repeated = await bench.call(combine.createJsapi, { body: sealedBody(userName), headers })
  assert.deepEqual([placed.status, repeated.status], [200, 200])
  await bench.sim.pay(repeated.body.prepay_id)

  const stranger = await bench.call(combine.createJsapi, {
    body: { ...sealedBody('李四'), combine_out_trade_no: 'CT2', sub_orders: bench.direct('CT2').sub_orders },
    headers,
  })
  await assert.rejects(bench.sim.pay(stranger.body.prepay_id), ActionRefused)
})

test('sessions end after 2 hours and H5 links after 5 minutes, the order does not', async () => {
  const bench = await openCombineBench()
  const session = await bench.place(bench.direct('CT1'))
  const scene = { device_id: 'WEB-HZ-0001', payer_client_ip: '203.0.113.24', h5_info: { type: 'iOS' } }
  const link = await bench.place(bench.direct('CT2', { scene_info: scene }), combine.createH5)
  await bench.sim.advance(5 * minute + 1)
  await assert.rejects(bench.sim.pay(link), ActionRefused)
  await bench.sim.advance(115 * minute)
  await assert.rejects(bench.sim.pay(session), ActionRefused)
  assert.deepEqual(states(await bench.query('CT1')), ['NOTPAY', 'NOTPAY'])
  await bench.sim.pay(await bench.place(bench.direct('CT1')))
  assert.deepEqual(states(await bench.query('CT1')), ['SUCCESS', 'SUCCESS'])
})

test('a new code ends the one before, a new session does not', async () => {
  const bench = await openCombineBench()
  const [oldCode] = [await bench.place(bench.direct('CT1'), combine.createNative)]
  await bench.place(bench.direct('CT1'), combine.createNative)
  await assert.rejects(bench.sim.pay(oldCode), ActionRefused)
  const oldSession = await bench.place(bench.direct('CT2'))
  await bench.place(bench.direct('CT2'))
  await bench.sim.pay(oldSession)
  assert.deepEqual(states(await bench.query('CT2')), ['SUCCESS', 'SUCCESS'])
})

test('unpaid orders are closed after 7 days, or later when payment may last longer', async () => {
  const bench = await openCombineBench()
  await bench.place(bench.direct('CT1'))
  await bench.place(bench.direct('CT2', { time_expire: '2026-03-27T10:00:00+08:00' }))
  await bench.sim.advance(7 * day - 1)
  assert.deepEqual(states(await bench.query('CT1')), ['NOTPAY', 'NOTPAY'])
  await bench.sim.advance(1)
  assert.deepEqual(states(await bench.query('CT1')), ['CLOSED', 'CLOSED'])
  assert.deepEqual(states(await bench.query('CT2')), ['NOTPAY', 'NOTPAY'])
  await bench.sim.advance(3 * day)
  assert.deepEqual(states(await bench.query('CT2')), ['CLOSED', 'CLOSED'])
  assert.equal(bench.heard.length, 0)
})

test('payment ends at time_expire, which is held between 1 minute and 15 days', async () => {
  const bench = await openCombineBench()
  const [past, far] = ['2026-03-17T09:00:00+08:00', '2026-12-31T00:00:00+08:00']
  const short = await bench.place(bench.direct('CT1', { time_expire: past }))
  await bench.place(bench.direct('CT2', { time_expire: far }))
  await bench.sim.advance(minute)
  await bench.sim.pay(short)
  await bench.sim.advance(15 * day - minute)
  assert.deepEqual(states(await bench.query('CT2')), ['CLOSED', 'CLOSED'])
})

test('the password dialogue shows USERPAYING, leaving it NOTPAY; newer servers show neither', async () => {
  const bench = await openCombineBench()
  const key = await bench.place(bench.direct())
  const password = { action: 'event', name: 'password' } as const
  await bench.sim.act(key, password)
  assert.deepEqual(states(await bench.query('CT20260317A00042')), ['USERPAYING', 'USERPAYING'])
  assert.equal(bench.sim.checkout(key)?.state, 'paying')
  await bench.sim.act(key, { action: 'cancel' })
  assert.deepEqual(states(await bench.query('CT20260317A00042')), ['NOTPAY', 'NOTPAY'])

  const modern = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  await modern.sim.act(await modern.place(modern.direct()), password)
  assert.deepEqual(states(await modern.query('CT20260317A00042')), ['NOTPAY', 'NOTPAY'])
})

test('a refused payment leaves NOTPAY or PAYERROR, and may be tried again', async () => {
  for (const afterBankRefusal of ['NOTPAY', 'PAYERROR'] as const) {
    const bench = await openCombineBench({ switches: { combine: { afterBankRefusal } } })
    const key = await bench.place(bench.direct())
    await bench.sim.act(key, { action: 'fail' })
    assert.deepEqual(states(await bench.query('CT20260317A00042')), [afterBankRefusal, afterBankRefusal])
    await bench.sim.pay(key)
    assert.deepEqual(states(await bench.query('CT20260317A00042')), ['SUCCESS', 'SUCCESS'])
    await assert.rejects(bench.sim.act(key, { action: 'fail' }), ActionRefused)
  }
})

test('limit_pay excludes means of payment; the older page takes it as one text too', async () => {
  const bench = await openCombineBench()
  const pay = async (number: string, limit: unknown, bank?: string) => {
    const key = await bench.place(bench.direct(number, { limit_pay: limit }))
    return bench.sim.pay(key, { ...(bank && { bank }) })
  }
  await assert.rejects(pay('CT1', ['no_balance']), ActionRefused)
  await assert.rejects(pay('CT2', 'no_balance'), ActionRefused)
  await assert.rejects(pay('CT3', ['no_debit'], 'ICBC_DEBIT'), ActionRefused)
  await assert.rejects(pay('CT4', ['balance_only'], 'ICBC_CREDIT'), ActionRefused)
  await pay('CT5', ['no_balance'], 'ICBC_DEBIT')
  const modern = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  await assert.rejects(modern.place(modern.direct('CT0001', { limit_pay: 'no_balance' })), /PARAM_ERROR/)
  await assert.rejects(bench.place(bench.direct('CT6', { limit_pay: 'no_cash' })), /PARAM_ERROR/)
})

test('closing an unpaid order is answered 204, signed, and may be repeated', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  const key = await bench.place(body)
  const closed = await bench.close(body)
  assert.equal(closed.status, 204)
  assert.equal(closed.body, '')
  assert.ok(closed.verified)
  assert.deepEqual(states(await bench.query(body.combine_out_trade_no)), ['CLOSED', 'CLOSED'])
  assert.equal((await bench.close(body)).status, 204)
  await assert.rejects(bench.sim.pay(key), ActionRefused)
})

test('a close names all sub-orders, in any order', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  await bench.place(body)
  const [first, second] = body.sub_orders.map(({ mchid, out_trade_no }) => ({ mchid, out_trade_no }))
  for (const subs of [[first], [first, first], [first, { ...second, sub_mchid: orchard }]]) {
    const answer = await bench.close(body, { sub_orders: subs })
    assert.equal(`${answer.status} ${answer.body.code}`, '400 INVALID_REQUEST')
  }
  assert.equal((await bench.close(body, { sub_orders: [second, first] })).status, 204)
})

test('a close of a paid order is refused, of an unknown one as the switch says', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  await bench.paid(body)
  const paid = await bench.close(body)
  assert.equal(`${paid.status} ${paid.body.code}`, '400 ORDER_PAID')
  const unknown = await bench.close(bench.direct('CT9'))
  assert.equal(`${unknown.status} ${unknown.body.code}`, '404 ORDERNOTEXIST')
  const lenient = await openCombineBench({
    switches: { closeUnknown: { other: 'success' }, combine: { closeMismatch: 500 } },
  })
  assert.equal((await lenient.close(lenient.direct('CT9'))).status, 204)
  const known = lenient.direct()
  await lenient.place(known)
  const mismatch = await lenient.close(known, {
    sub_orders: known.sub_orders.slice(0, 1).map(({ mchid, out_trade_no }) => ({ mchid, out_trade_no })),
  })
  assert.equal(`${mismatch.status} ${mismatch.body.code}`, '500 SYSTEMERROR')
})

test('whichever comes first decides between payment and close', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  const key = await bench.place(body)
  const [, close] = await Promise.all([bench.sim.pay(key), bench.close(body)])
  assert.equal(close.body.code, 'ORDER_PAID')
  assert.deepEqual(states(await bench.query(body.combine_out_trade_no)), ['SUCCESS', 'SUCCESS'])
})

test('an order belongs to its initiator alone', async () => {
  const bench = await openCombineBench()
  const body = bench.direct()
  await bench.place(body)
  const asked = await bench.call(combine.queryByOutTradeNo, {
    path: { combine_out_trade_no: body.combine_out_trade_no },
    as: tea,
  })
  assert.equal(`${asked.status} ${asked.body.code}`, '404 ORDERNOTEXIST')
  const closed = await bench.close(body, {}, { as: tea })
  assert.equal(closed.status, 404)
})

test('numbers with | and @ are found however they travel, and never with a mchid in the query', async () => {
  const bench = await openCombineBench()
  await bench.place(bench.direct('CT|a@*_-'))
  assert.equal((await bench.query('CT|a@*_-')).body.combine_out_trade_no, 'CT|a@*_-')
  const path = { combine_out_trade_no: 'CT|a@*_-' }
  const withQuery = { ...combine.queryByOutTradeNo, query: { mchid: combine.close.body.combine_appid } }
  const strict = await bench.call(withQuery, { path, query: { mchid: initiator } })
  assert.equal(`${strict.status} ${strict.body.code}`, '400 PARAM_ERROR')
  const lenient = await openCombineBench({ switches: { strictUnknownKeys: false } })
  await lenient.place(lenient.direct('CT|a@*_-'))
  assert.equal((await lenient.call(withQuery, { path, query: { mchid: initiator } })).status, 200)
})

test('the newer profile is stricter with numbers and counts, and milder with terminals', async () => {
  const bench = await openCombineBench({ switches: { combine: { profile: 'modern' } } })
  const refused = async (body: unknown) => (await bench.call(combine.createJsapi, { body })).body.code
  const good = bench.direct()
  assert.equal(await refused({ ...good, combine_out_trade_no: 'CT1' }), 'PARAM_ERROR')
  assert.equal(await refused({ ...good, combine_out_trade_no: 'CT2026@' }), 'PARAM_ERROR')
  const [first, second] = good.sub_orders
  assert.equal(await refused({ ...good, sub_orders: [first] }), 'PARAM_ERROR')
  assert.equal(
    await refused({ ...good, sub_orders: [{ ...first, out_trade_no: 'SO@0001' }, second] }),
    'PARAM_ERROR',
  )
  const scene = (device: string) => ({ device_id: device, payer_client_ip: '203.0.113.24' })
  assert.equal(await refused({ ...good, scene_info: scene('POS1:1') }), undefined)
  const older = await openCombineBench()
  const oldAnswer = await older.call(combine.createJsapi, { body: { ...good, scene_info: scene('POS1:1') } })
  assert.equal(oldAnswer.body.code, 'PARAM_ERROR')
  const lenient = await openCombineBench({ switches: { combine: { lenientDeviceId: true } } })
  assert.ok(await lenient.place(lenient.direct('CT1', { scene_info: scene('POS1:1') })))
})

test('errors are spelt as the profile spells them', async () => {
  const spellings = { seed: 'ORDERNOTEXIST', modern: 'ORDER_NOT_EXIST' } as const
  for (const profile of ['seed', 'modern'] as const) {
    const bench = await openCombineBench({ switches: { combine: { profile } } })
    assert.equal((await bench.query('CT20260317X')).body.code, spellings[profile])
    bench.sim.faults.next('combine.queryByOutTradeNo', 'systemError')
    assert.equal(
      (await bench.query('CT20260317X')).body.code,
      profile === 'seed' ? 'SYSTEMERROR' : 'SYSTEM_ERROR',
    )
  }
})

test('quirks of the older page are shown when asked for', async () => {
  const bench = await openCombineBench({
    switches: {
      combine: {
        quirks: { trailingBlankKey: true, colonFraction: true, strictPresence: true, payingIs202: true },
      },
    },
  })
  const body = bench.direct()
  const key = await bench.place(body)
  const unpaid = (await bench.query(body.combine_out_trade_no)).body
  assert.equal(unpaid['combine_appid '], body.combine_appid)
  assert.equal(unpaid.sub_orders[0].success_time, '')
  assert.equal(unpaid.sub_orders[0].transaction_id, '')
  assert.equal(unpaid.sub_orders[0].sub_mchid, tea)
  await bench.sim.act(key, { action: 'event', name: 'password' })
  const paying = await bench.query(body.combine_out_trade_no)
  assert.equal(`${paying.status} ${paying.body.code}`, '202 USERPAYING')
  await bench.sim.pay(key)
  const paid = (await bench.query(body.combine_out_trade_no)).body
  assert.equal(paid.sub_orders[0].success_time, '2026-03-17T10:00:00:000+08:00')
})

test('contracts are answered only to those who ask', async () => {
  const bench = await openCombineBench()
  const body = bench.direct('CT1', { combine_payer_info: undefined })
  const contract_info = {
    mchid: initiator,
    appid: body.combine_appid,
    out_contract_code: 'C1',
    plan_id: 1,
    contract_display_account: '张三',
    notify_url: notifyUrl,
  }
  const asked = await bench.call(combine.createApp, { body: { ...body, contract_info } })
  assert.equal(asked.body.contract_result.code, 'SUCCESS')
  const plain = await bench.call(combine.createApp, {
    body: { ...body, ...bench.direct('CT2', { combine_payer_info: undefined }) },
  })
  assert.deepEqual(Object.keys(plain.body), ['prepay_id'])
})

test('the checkout shows the initiator, every sub-order and what can be done', async () => {
  const bench = await openCombineBench()
  const key = await bench.place(bench.direct())
  const shown = bench.sim.checkout(key)
  assert.equal(shown?.payee, '示例服务商')
  assert.deepEqual(shown?.amount, { minor: 16350, currency: 'CNY' })
  assert.deepEqual(
    shown?.lines.map(({ minor }) => minor),
    [12800, 3550],
  )
  assert.deepEqual(shown?.actions, ['pay', 'fail'])
  await bench.sim.pay(key)
  assert.equal(bench.sim.checkout('CT20260317A00042')?.state, 'paid')
  assert.deepEqual(bench.sim.checkout('CT20260317A00042')?.actions, [])
})

test('a snapshot keeps orders, sessions and what is planned', async () => {
  const bench = await openCombineBench()
  const key = await bench.place(bench.direct())
  const simulator = await openSimulator({ snapshot: JSON.parse(JSON.stringify(bench.sim.snapshot())) })
  await simulator.advance(7 * day)
  assert.equal(simulator.checkout(key)?.state, 'closed')
})
