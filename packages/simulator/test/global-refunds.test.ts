import assert from 'node:assert/strict'
import { createHash, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { apiv3, bill, check, operations } from '@chadan/protocol'
import type { SimulatorOptions } from '../src/index.ts'
import { globalRefunds, openPayscore } from './payscore-bench.ts'
import type { Answered } from './support.ts'

const { statement } = operations.globalBills
const hour = 3_600_000
const said = ({ status, body }: Answered) => `${status} ${body.code}`

async function openRefunds(options: SimulatorOptions & { coupon?: string } = {}) {
  const bench = await openPayscore(options)
  await bench.confirmed()
  if (options.coupon)
    await bench.sim.act(bench.number, { action: 'event', name: 'coupon', details: { id: options.coupon } })
  await bench.complete()
  await bench.sim.advance(2_000)
  const transactionId = (await bench.query()).body.collection.details[0].transaction_id as string
  const { mchid, appid, subMchid } = bench.sim.credentials.apiv3
  const merchants = { sp_mchid: mchid, sub_mchid: subMchid }
  bench.heard.length = 0
  return {
    ...bench,
    transactionId,
    merchants,
    apply: (more: object = {}) =>
      bench.call(globalRefunds.create, {
        body: {
          ...merchants,
          sp_appid: appid,
          transaction_id: transactionId,
          out_refund_no: 'R1',
          reason: 'Returned early',
          amount: { refund: 1000, total: 4000, currency: 'HKD' },
          notify_url: 'https://pay.example.hk/notify/refunds',
          ...more,
        },
      }),
    find: (number = 'R1') =>
      bench.call(globalRefunds.findByOutRefundNo, {
        path: { out_refund_no: number },
        query: merchants,
      }),
    list: (more: object = {}) =>
      bench.call(globalRefunds.list, {
        query: { transaction_id: transactionId, ...merchants, ...more },
      }),
    amount: (refund: number) => ({ refund, total: 4000, currency: 'HKD' }),
  }
}

test('a refund is accepted, arrives, is announced, and the service order stays done', async () => {
  const bench = await openRefunds()
  const accepted = await bench.apply()
  assert.equal(accepted.status, 200)
  assert.equal(accepted.verified, true)
  assert.deepEqual(check(globalRefunds.create.result.fields, [], accepted.body), [])
  assert.equal(accepted.body.amount.payer_currency, 'CNY')
  assert.equal(accepted.body.amount.payer_refund, 919)
  assert.equal((await bench.find()).body.status, 'PROCESSING')
  await bench.sim.advance(2_000)
  const found = await bench.find()
  assert.equal(found.body.status, 'SUCCESS')
  assert.equal(found.body.transaction_id, bench.transactionId)
  assert.ok(found.body.success_time)
  assert.deepEqual(check(globalRefunds.findById.result.fields, [], found.body), [])
  const byId = await bench.call(globalRefunds.findById, {
    path: { refund_id: accepted.body.id },
    query: bench.merchants,
  })
  assert.deepEqual(byId.body, found.body)
  const [notice, ...more] = bench.heard.map(bench.open)
  assert.equal(more.length, 0)
  assert.equal(notice?.event_type, 'REFUND.SUCCESS')
  assert.equal(notice?.resource.refund_status, 'SUCCESS')
  assert.equal(notice?.resource.fund_source, 'REFUND_SOURCE_UNSETTLED_FUNDS')
  assert.equal((await bench.query()).body.state, 'DONE')
})

test('the same refund number refunds once, and not with other content', async () => {
  const bench = await openRefunds()
  const first = await bench.apply()
  assert.deepEqual((await bench.apply()).body, first.body)
  assert.equal(bench.sim.world.refunds.size, 1)
  assert.equal(said(await bench.apply({ amount: bench.amount(999) })), '400 INVALID_REQUEST')
})

test('refunds stay within the transaction, a closed one frees its amount, an abnormal one does not', async () => {
  const bench = await openRefunds()
  const first = (await bench.apply({ amount: bench.amount(4000) })).body.id
  assert.equal(
    said(await bench.apply({ out_refund_no: 'R2', amount: bench.amount(1) })),
    '400 INVALID_REQUEST',
  )
  await bench.sim.act(first, { action: 'event', name: 'refund:abnormal' })
  assert.equal((await bench.find()).body.status, 'ABNORMAL')
  assert.equal(
    said(await bench.apply({ out_refund_no: 'R2', amount: bench.amount(1) })),
    '400 INVALID_REQUEST',
  )
  await bench.sim.act(first, { action: 'event', name: 'refund:reroute' })
  assert.equal((await bench.find()).body.channel, 'OTHER_BANKCARD')
  await bench.sim.act(first, { action: 'event', name: 'refund:closed' })
  assert.equal((await bench.find()).body.status, 'REFUNDCLOSE')
  assert.equal((await bench.apply({ out_refund_no: 'R2', amount: bench.amount(1) })).status, 200)
  await bench.sim.advance(2_000)
  assert.deepEqual(
    bench.heard.map((one) => bench.open(one).event_type),
    ['REFUND.ABNORMAL', 'REFUND.CLOSED', 'REFUND.SUCCESS'],
  )
})

test('money takes every way back, from either fund, as was decided beforehand or happens', async () => {
  const bench = await openRefunds()
  const plan = (name: string) =>
    bench.sim.act(`refunds/${bench.transactionId}`, { action: 'event', name: `refund:${name}` })
  const channels = { success: 'ORIGINAL', balance: 'BALANCE', otherBalance: 'OTHER_BALANCE' }
  for (const [outcome, channel] of Object.entries(channels)) {
    await plan(outcome)
    const source = outcome === 'success' ? 'REFUND_SOURCE_UNSETTLED_FUNDS' : 'REFUND_SOURCE_RECHARGE_FUNDS'
    await bench.apply({ out_refund_no: outcome, amount: bench.amount(1), source })
    await bench.sim.advance(2_000)
    const { body } = await bench.find(outcome)
    assert.equal(`${body.status} ${body.channel} ${body.fund_source}`, `SUCCESS ${channel} ${source}`)
  }
  await plan('stuck')
  await bench.apply({ out_refund_no: 'S', amount: bench.amount(1) })
  await bench.sim.advance(hour)
  assert.equal((await bench.find('S')).body.status, 'PROCESSING')
  await bench.sim.act('S', { action: 'event', name: 'refund:success' })
  assert.equal((await bench.find('S')).body.status, 'SUCCESS')
  await assert.rejects(bench.sim.act('S', { action: 'event', name: 'refund:success' }), {
    name: 'ActionRefused',
  })
})

test('an abnormal refund that is sent elsewhere takes its full time again', async () => {
  const bench = await openRefunds()
  await bench.apply()
  await bench.sim.advance(1_000)
  await bench.sim.act('R1', { action: 'event', name: 'refund:abnormal' })
  await bench.sim.act('R1', { action: 'event', name: 'refund:reroute' })
  await bench.sim.advance(1_999)
  assert.equal((await bench.find()).body.status, 'PROCESSING')
  await bench.sim.advance(1)
  assert.equal((await bench.find()).body.status, 'SUCCESS')
})

test('the rules of refunds are held, each with its code', async () => {
  const bench = await openRefunds({ switches: { refundIntervalMs: 60_000 } })
  const wrong: [object, string][] = [
    [{ amount: bench.amount(0) }, '400 INVALID_REQUEST'],
    [{ amount: bench.amount(4001) }, '400 INVALID_REQUEST'],
    [{ amount: { refund: 1, total: 4001, currency: 'HKD' } }, '400 INVALID_REQUEST'],
    [{ amount: { refund: 1, total: 4000, currency: 'USD' } }, '400 INVALID_REQUEST'],
    [{ out_refund_no: 'R#' }, '400 PARAM_ERROR'],
    [{ out_trade_no: bench.number }, '400 PARAM_ERROR'],
    [{ transaction_id: '4200' }, '404 RESOURCE_NOT_EXISTS'],
    [{ sub_mchid: '1999999999' }, '404 MCH_NOT_EXISTS'],
    [{ sp_mchid: '1999999999' }, '404 MCH_NOT_EXISTS'],
    [{ sub_mchid: '1640012345' }, '403 NO_AUTH'],
    [{ sp_appid: 'wxffffffffffffffff' }, '403 NO_AUTH'],
    [{ sub_appid: 'wxffffffffffffffff' }, '403 NO_AUTH'],
  ]
  for (const [more, expected] of wrong) assert.equal(said(await bench.apply(more)), expected)
  assert.equal(bench.sim.world.refunds.size, 0)
  await bench.apply({ amount: bench.amount(1) })
  await bench.sim.advance(59_999)
  assert.equal(
    said(await bench.apply({ out_refund_no: 'R2', amount: bench.amount(1) })),
    '400 INVALID_REQUEST',
  )
  await bench.sim.advance(1)
  assert.equal((await bench.apply({ out_refund_no: 'R2', amount: bench.amount(1) })).status, 200)
})

test('a transaction takes fifty refunds, within a year', async () => {
  const bench = await openRefunds()
  for (let count = 0; count < 50; count++)
    assert.equal((await bench.apply({ out_refund_no: `R${count}`, amount: bench.amount(1) })).status, 200)
  assert.equal(
    said(await bench.apply({ out_refund_no: 'R50', amount: bench.amount(1) })),
    '400 INVALID_REQUEST',
  )
  const other = await openRefunds()
  await other.sim.advance(365 * 24 * hour + 1)
  assert.equal(said(await other.apply()), '400 INVALID_REQUEST')
})

test('too little money refuses without accepting, the same number works once money is there', async () => {
  const bench = await openRefunds()
  const sub = bench.sim.world.merchants.get(bench.merchants.sub_mchid)
  assert.ok(sub)
  sub.balanceMinor = 999
  assert.equal(said(await bench.apply()), '403 NOT_ENOUGH')
  assert.equal(said(await bench.find()), '404 RESOURCE_NOT_EXISTS')
  sub.balanceMinor = 1000
  const accepted = await bench.apply()
  assert.equal(accepted.status, 200)
  assert.equal(sub.balanceMinor, 0)
  await bench.sim.act(accepted.body.id, { action: 'event', name: 'refund:closed' })
  assert.equal(sub.balanceMinor, 1000)
})

test('a payer whose account is blocked cannot be refunded', async () => {
  const bench = await openRefunds()
  const key = `refunds/${bench.transactionId}`
  await bench.sim.act(key, { action: 'event', name: 'refund:userAccountAbnormal' })
  assert.equal(said(await bench.apply()), '403 USER_ACCOUNT_ABNORMAL')
  await bench.sim.act(key, { action: 'event', name: 'refund:success' })
  assert.equal((await bench.apply()).status, 200)
})

test('coupons come back in proportion, and the last refund takes what rounding left', async () => {
  for (const [coupon, type, scope] of [
    ['30120000458', 'COUPON', 'GLOBAL'],
    ['30120000459', 'DISCOUNT', 'SINGLE'],
  ] as const) {
    const bench = await openRefunds({ coupon })
    for (const [number, amount] of [
      ['A', 1333],
      ['B', 1333],
      ['C', 1334],
    ] as const)
      await bench.apply({ out_refund_no: number, amount: bench.amount(amount) })
    const [payment] = bench.sim.world.transactions.values()
    const back = [...bench.sim.world.refunds.values()].reduce((sum, one) => sum + one.payerRefundMinor, 0)
    assert.equal(back, payment?.payerMinor)
    const { body } = await bench.find('A')
    assert.equal(`${body.detail[0].type} ${body.detail[0].scope}`, `${type} ${scope}`)
  }
})

test('all refunds of a transaction are listed in pages', async () => {
  const bench = await openRefunds()
  assert.equal(said(await bench.list()), '404 RESOURCE_NOT_EXISTS')
  for (const number of ['A', 'B', 'C']) await bench.apply({ out_refund_no: number, amount: bench.amount(1) })
  const { body } = await bench.list({ offset: 1, count: 1 })
  assert.equal(body.total_num, 3)
  assert.equal(body.current_total_num, 1)
  assert.equal(body.data[0].out_refund_no, 'B')
  assert.equal(body.id, bench.transactionId)
  assert.deepEqual(check(globalRefunds.list.result.fields, [], body), [])
  assert.equal(said(await bench.list({ count: 21 })), '400 PARAM_ERROR')
  assert.equal(said(await bench.list({ transaction_id: '4200' })), '404 RESOURCE_NOT_EXISTS')
})

test('a statement tells payments and refunds in 38 columns, signed by its digest', async () => {
  const bench = await openRefunds()
  await bench.apply()
  const query = { date: '20260317', sp_mchid: bench.merchants.sp_mchid }
  const ask = (more: object = {}, headers?: Record<string, string>) =>
    bench.call(statement, { query: { ...query, ...more }, ...(headers && { headers }) })
  assert.equal(said(await ask()), '400 INVALID_REQUEST')
  await bench.sim.advance(23 * hour)
  assert.equal(said(await ask()), '400 STATEMENT_CREATING')
  await bench.sim.advance(hour)
  const answer = await ask()
  assert.equal(answer.status, 200)
  const text = Buffer.from(answer.body)
  const sha1 = createHash('sha1').update(text).digest('hex')
  assert.equal(answer.headers.get('wechatpay-statement-sha1'), sha1)
  const verdict = apiv3.checkSigned({
    headers: apiv3.readSignedHeaders((name) => answer.headers.get(name)),
    body: Buffer.from(JSON.stringify({ sha1 })),
    nowMs: bench.sim.clock.now(),
    keys: () => createPublicKey(bench.sim.credentials.apiv3.platformCertificate),
  })
  assert.equal(verdict.ok, true)

  const lines = answer.body.replace('\uFEFF', '').trimEnd().split('\r\n') as string[]
  const names = lines[0]?.split(',') ?? []
  assert.equal(names.length, 38)
  const rows = lines.slice(1).map((line) => {
    const cells = line.slice(1).split(',`')
    return Object.fromEntries(names.map((name, index) => [name, cells[index]]))
  })
  assert.equal(rows.length, 2)
  assert.equal(rows[0]?.微信订单号, bench.transactionId)
  assert.equal(rows[0]?.['订单金额(标价币种)'], '40.00')
  assert.equal(rows[0]?.用户支付金额, '36.74')
  assert.equal(rows[1]?.交易状态, 'REFUND')
  assert.equal(rows[1]?.申请退款金额, '10.00')
  assert.equal(rows[1]?.退款状态, 'SUCCESS')

  assert.equal(said(await ask({ date: '20260316' })), '400 NO_STATEMENT_EXIST')
  assert.equal(said(await ask({ date: '20260230' })), '400 PARAM_ERROR')
  assert.equal(said(await ask({ date: '20250901' })), '400 INVALID_REQUEST')
  assert.equal(said(await ask({ sp_mchid: '1999999999' })), '403 NO_AUTH')
  assert.equal(said(await ask({ sub_mchid: '1690000202' })), '400 NO_STATEMENT_EXIST')
  assert.equal((await ask({ sub_mchid: bench.merchants.sub_mchid })).body, answer.body)
})

test('a statement tells coupons by kind, in payments and in proportion in refunds', async () => {
  for (const [coupon, amounts] of [
    ['30120000458', ['3.00', '0.00', '40.00', '0.75', '0.00']],
    ['30120000459', ['0.00', '2.00', '38.00', '0.00', '0.50']],
  ] as const) {
    const bench = await openRefunds({ coupon })
    await bench.apply()
    await bench.sim.advance(24 * hour)
    const query = { date: '20260317', sp_mchid: bench.merchants.sp_mchid }
    const { body } = await bench.call(statement, { query })
    const rows = []
    for await (const row of bill.parseBill([Buffer.from(body)], { kind: 'globalStatement' })) rows.push(row)
    const [paid, back] = rows
    assert.deepEqual(
      [
        paid?.text('充值券金额'),
        paid?.text('优惠券金额'),
        paid?.text('应结订单金额'),
        back?.text('充值券退款金额'),
        back?.text('优惠券退款金额'),
      ],
      amounts,
    )
  }
})

test('a statement may come packed, and in smallest units by a switch', async () => {
  const bench = await openRefunds({ switches: { statementAmounts: 'minor' } })
  await bench.sim.advance(24 * hour)
  const plain = await bench.call(statement, {
    query: { date: '20260317', sp_mchid: bench.merchants.sp_mchid },
  })
  assert.match(plain.body, /`4000,/)
  const target = `/v3/global/statements?date=20260317&sp_mchid=${bench.merchants.sp_mchid}`
  const { mchid, serialNo, privateKey } = bench.sim.credentials.apiv3
  const timestamp = String(Math.floor(bench.sim.clock.now() / 1000))
  const signature = apiv3.signText(
    apiv3.requestText({ method: 'GET', target, timestamp, nonce: 'N', body: '' }),
    apiv3.readPrivateKey(privateKey),
  )
  const packed = await bench.sim.fetch(
    new Request(`https://apihk.mch.weixin.qq.com${target}`, {
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': 'chadan-test',
        authorization: apiv3.formatAuthorization({ mchid, serialNo, nonce: 'N', timestamp, signature }),
      },
    }),
  )
  assert.equal(packed.headers.get('content-encoding'), 'gzip')
  const text = gunzipSync(Buffer.from(await packed.arrayBuffer()))
  assert.equal(text.toString(), plain.body)
  assert.equal(await bill.hashBill([text]), packed.headers.get('wechatpay-statement-sha1'))
})

test('common refusals come from faults', async () => {
  const bench = await openRefunds()
  const { create, list, findById, findByOutRefundNo } = globalRefunds
  for (const operation of [create, list, findById, findByOutRefundNo, statement]) {
    bench.sim.faults.next(operation.id, 'tooMany')
    bench.sim.faults.next(operation.id, 'systemError')
    const parts = {
      path: { refund_id: '1', out_refund_no: '1' },
      ...(operation.route.startsWith('POST') && { body: {} }),
    }
    assert.equal(said(await bench.call(operation, parts)), '429 FREQUENCY_LIMITED')
    assert.equal(said(await bench.call(operation, parts)), '500 SYSTEM_ERROR')
    const forged = await bench.call(operation, { ...parts, headers: { authorization: 'none' } })
    assert.equal(said(forged), '401 SIGN_ERROR')
    assert.equal(said(await bench.call(operation, parts)), '400 PARAM_ERROR')
  }
})
