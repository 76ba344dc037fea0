import assert from 'node:assert/strict'
import { constants, privateDecrypt } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { apiv3, bill, check, type OperationShape, operations, routeOf, writeFlat } from '@chadan/protocol'
import { openSimulator, type SimulatorOptions } from '../src/index.ts'
import type { RefundRecord, Transaction } from '../src/ledger.ts'

const { trade, fundFlow, subMerchantFundFlow, ecommerceFundFlow, download } = operations.bills
const hour = 3_600_000
const merchant = '1688000103'
const sub = '1690000201'
const start = apiv3.parseTime('2026-03-17T09:00:00+08:00')

/** A payment as the specification's sample bill tells it. */
const payment: Transaction = {
  transactionId: '4200002913202603175500182747',
  product: 'combine',
  mchid: merchant,
  appid: 'wx7c1f0d2e9b8a4635',
  openid: 'oKq5Zt1mYd8Xw3Rb7Ls0Hc9Vf2Jp',
  outTradeNo: 'SO20260317A00042_2',
  amountMinor: 3550,
  payerMinor: 3550,
  currency: 'CNY',
  coupons: [],
  successMs: apiv3.parseTime('2026-03-17T10:22:11+08:00'),
  tradeType: 'JSAPI',
  bankType: 'OTHERS',
  description: '示例书店-茶谱',
  attach: 'store=HZ02;line=2',
  deviceId: 'POS-HZ-0017',
  feeRate: 0.006,
}

const refund: RefundRecord = {
  refundId: '50300207032026031799118820417',
  outRefundNo: 'RF20260317A00042_2_1',
  transactionId: payment.transactionId,
  product: 'refunds',
  mchid: merchant,
  refundMinor: 550,
  payerRefundMinor: 550,
  currency: 'CNY',
  state: 'SUCCESS',
  createMs: apiv3.parseTime('2026-03-17T16:05:12+08:00'),
  successMs: apiv3.parseTime('2026-03-17T16:06:00+08:00'),
}

/** What makes the balance of the sample bill: 200.00 of the day before, without a fee. */
const opening: Transaction = {
  ...payment,
  transactionId: '4200000000202603160000000001',
  amountMinor: 20_000,
  successMs: payment.successMs - 24 * hour,
  feeRate: 0,
}

/** A world with the sample's merchant in it, and a caller for each merchant. */
async function openBills(options: SimulatorOptions = {}) {
  const sim = await openSimulator(options)
  const { apiv3: given } = sim.credentials
  const partner = sim.world.merchants.get(given.mchid)
  assert.ok(partner)
  sim.world.merchants.set(merchant, { ...partner, mchid: merchant, role: 'merchant', subs: [], extra: {} })
  const privateKey = apiv3.readPrivateKey(given.privateKey)

  async function get(target: string, mchid: string) {
    const timestamp = String(Math.floor(sim.clock.now() / 1000))
    const nonce = sim.world.draw.nonce()
    const text = apiv3.requestText({ method: 'GET', target, timestamp, nonce, body: '' })
    const signature = apiv3.signText(text, privateKey)
    const authorization = apiv3.formatAuthorization({
      mchid,
      serialNo: given.serialNo,
      nonce,
      timestamp,
      signature,
    })
    const headers = { accept: 'application/json', 'user-agent': 'chadan-test', authorization }
    return sim.fetch(new Request(`https://api.mch.weixin.qq.com${target}`, { headers }))
  }

  async function ask(operation: OperationShape, query: object, mchid = merchant) {
    const search = new URLSearchParams(writeFlat(operation.query ?? {}, { ...query }))
    const response = await get(`${routeOf(operation).path}?${search}`, mchid)
    const body = await response.json()
    return { said: `${response.status} ${body.code}`, body }
  }

  async function fetched(address: string, mchid = merchant) {
    const { pathname, search } = new URL(address)
    const response = await get(pathname + search, mchid)
    return { response, bytes: Buffer.from(await response.arrayBuffer()) }
  }
  return { sim, ask, fetched, partner: given.mchid, privateKey }
}

/** The same world on the afternoon after the sample's day. */
async function openSample(options: SimulatorOptions = {}) {
  const bench = await openBills(options)
  bench.sim.world.book(opening)
  bench.sim.world.book(payment)
  bench.sim.world.refunds.set(refund.refundId, { ...refund })
  await bench.sim.advance(24 * hour)
  return bench
}

const day = { bill_date: '2026-03-17' }

test("the trade bill of the specification's story has the published digest", async () => {
  const bench = await openSample()
  const { body } = await bench.ask(trade, day)
  assert.deepEqual(check(trade.result.fields, [], body), [])
  assert.equal(body.hash_value, '7e1e458c287ac80bf5b81450dbbee191efc4f48a')
  const { response, bytes } = await bench.fetched(body.download_url)
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('wechatpay-signature'), null)
  assert.equal(await bill.hashBill([bytes]), body.hash_value)
})

test("the fund-flow bill of the specification's story has the published digest", async () => {
  const bench = await openSample()
  const { body } = await bench.ask(fundFlow, day)
  assert.equal(body.hash_value, '2a003044c00c396a8c4b5d128c20675742821c8c')
})

test('a packed bill is a gzip file whose content has the announced digest', async () => {
  const bench = await openSample()
  const { body } = await bench.ask(trade, { ...day, tar_type: 'GZIP' })
  assert.match(body.download_url, /&tartype=gzip$/)
  const { response, bytes } = await bench.fetched(body.download_url)
  assert.equal(response.headers.get('content-encoding'), null)
  assert.equal(await bill.hashBill([gunzipSync(bytes)]), body.hash_value)
})

test('bills of payments and of refunds hold their own rows and columns', async () => {
  const bench = await openSample()
  const rowsOf = async (bill_type: string) => {
    const { body } = await bench.ask(trade, { ...day, bill_type })
    const parsed = bill.parseBill([(await bench.fetched(body.download_url)).bytes])
    const rows = []
    for await (const row of parsed) rows.push(row)
    return rows
  }
  const paid = await rowsOf('SUCCESS')
  assert.equal(paid.length, 1)
  assert.equal(paid[0]?.text('交易状态'), 'SUCCESS')
  const back = await rowsOf('REFUND')
  assert.equal(back.length, 1)
  assert.equal(back[0]?.text('退款申请时间'), '2026-03-17 16:05:12')
  assert.equal(back[0]?.text('退款成功时间'), '2026-03-17 16:06:00')
  assert.equal(back[0]?.text('交易时间'), '2026-03-17 10:22:11')
})

test('coupons stand in the bill by kind: funded ones are settled, others are not', async () => {
  const bench = await openBills()
  const coupon = { id: 'C', name: '满减', scope: 'GLOBAL' } as const
  bench.sim.world.book({
    ...payment,
    amountMinor: 10_000,
    payerMinor: 7_000,
    coupons: [
      { ...coupon, type: 'CASH', minor: 1_000 },
      { ...coupon, id: 'D', type: 'NOCASH', minor: 2_000 },
    ],
  })
  bench.sim.world.refunds.set('R', { ...refund, refundMinor: 1_000, payerRefundMinor: 700 })
  await bench.sim.advance(24 * hour)
  const { body } = await bench.ask(trade, day)
  const rows = []
  const parsed = bill.parseBill([(await bench.fetched(body.download_url)).bytes])
  for await (const row of parsed) rows.push(row)
  const [paid, back] = rows
  const of = (name: string) => `${paid?.text(name)} ${back?.text(name)}`
  assert.equal(of('代金券金额'), '10.00 0.00')
  assert.equal(of('应结订单金额'), '80.00 0.00')
  assert.equal(of('手续费'), '0.48000 -0.05000')
  assert.equal(of('订单金额'), '100.00 0.00')
  assert.equal(of('申请退款金额'), '0.00 10.00')
  assert.equal(of('充值券退款金额'), '0.00 1.00')
})

test('a bill is a snapshot: refunds stand in it as they were when it was made', async () => {
  const bench = await openBills()
  bench.sim.world.book(payment)
  const states = ['PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL'] as const
  for (const [index, state] of states.entries()) {
    const late = state === 'SUCCESS' && { successMs: start + 26 * hour }
    bench.sim.world.refunds.set(String(index), {
      ...refund,
      refundId: String(index),
      refundMinor: 10,
      payerRefundMinor: 10,
      state,
      createMs: refund.createMs + index,
      ...late,
    })
  }
  await bench.sim.advance(24 * hour)
  const words = async () => {
    const { body } = await bench.ask(trade, { ...day, bill_type: 'REFUND' })
    const found = []
    for await (const row of bill.parseBill([(await bench.fetched(body.download_url)).bytes]))
      found.push(row.text('退款状态'))
    return found
  }
  const first = await words()
  assert.deepEqual(first, ['PROCESSING', 'PROCESSING', 'FAIL', 'CHANGE'])
  const row = bench.sim.world.refunds.get('3')
  assert.ok(row)
  row.state = 'SUCCESS'
  assert.deepEqual(await words(), first)
})

test('where bills exist at once, the running day is offered with what happened so far', async () => {
  const bench = await openBills({ switches: { billsAtOnce: true } })
  assert.equal((await bench.ask(trade, day)).said, '400 NO_STATEMENT_EXIST')
  const rows = async () => {
    const { body } = await bench.ask(trade, day)
    const { bytes } = await bench.fetched(body.download_url)
    assert.equal(await bill.hashBill([bytes]), body.hash_value)
    const found = []
    for await (const row of bill.parseBill([bytes])) found.push(row.text('交易状态'))
    return found
  }
  bench.sim.world.book(payment)
  await bench.sim.advance(2 * hour)
  assert.deepEqual(await rows(), ['SUCCESS'])
  const createMs = bench.sim.clock.now()
  bench.sim.world.refunds.set(refund.refundId, { ...refund, createMs, successMs: createMs })
  await bench.sim.advance(hour)
  assert.deepEqual(await rows(), ['SUCCESS', 'REFUND'])
  assert.equal((await bench.ask(fundFlow, day)).said, '200 undefined')
  assert.equal((await bench.ask(trade, { bill_date: '2026-03-18' })).said, '400 INVALID_REQUEST')
})

test('a day is offered from ten on the next morning, for three months, and only when something happened', async () => {
  const bench = await openBills()
  bench.sim.world.book(payment)
  assert.equal((await bench.ask(trade, day)).said, '400 INVALID_REQUEST')
  await bench.sim.advance(24 * hour - 1)
  assert.equal((await bench.ask(trade, day)).said, '400 STATEMENT_CREATING')
  assert.equal((await bench.ask(fundFlow, day)).said, '400 STATEMENT_CREATING')
  await bench.sim.advance(1)
  assert.equal((await bench.ask(trade, day)).said, '200 undefined')
  assert.equal((await bench.ask(trade, { bill_date: '2026-03-16' })).said, '400 NO_STATEMENT_EXIST')
  assert.equal((await bench.ask(trade, { bill_date: '2025-12-18' })).said, '400 NO_STATEMENT_EXIST')
  assert.equal((await bench.ask(trade, { bill_date: '2025-12-17' })).said, '400 INVALID_REQUEST')
  assert.equal((await bench.ask(trade, { bill_date: '2026-03-18' })).said, '400 INVALID_REQUEST')
  assert.equal((await bench.ask(trade, { bill_date: '17.3.2026' })).said, '400 PARAM_ERROR')
})

test('every kind of bill and account is answered', async () => {
  const bench = await openSample()
  const answers = {
    ALL: '200 undefined',
    SUCCESS: '200 undefined',
    REFUND: '200 undefined',
    RECHARGE_REFUND: '400 NO_STATEMENT_EXIST',
    ALL_SPECIAL: '403 NO_AUTH',
    SUC_SPECIAL: '403 NO_AUTH',
    REF_SPECIAL: '403 NO_AUTH',
  }
  for (const [bill_type, expected] of Object.entries(answers))
    assert.equal((await bench.ask(trade, { ...day, bill_type })).said, expected)
  assert.equal((await bench.ask(fundFlow, { ...day, account_type: 'BASIC' })).said, '200 undefined')
  for (const account_type of ['OPERATION', 'FEES'])
    assert.equal((await bench.ask(fundFlow, { ...day, account_type })).said, '400 NO_STATEMENT_EXIST')
})

test('an address lives five minutes, for the merchant that applied', async () => {
  const bench = await openSample()
  const { body } = await bench.ask(trade, day)
  const code = async (address: string, mchid?: string) => {
    const { response, bytes } = await bench.fetched(address, mchid)
    return `${response.status} ${JSON.parse(bytes.toString()).code}`
  }
  assert.equal(await code(body.download_url, bench.partner), '403 NO_AUTH')
  assert.equal(await code(`${body.download_url}x`), '400 INVALID_REQUEST')
  await bench.sim.advance(5 * 60_000 - 1)
  assert.equal((await bench.fetched(body.download_url)).response.status, 200)
  await bench.sim.advance(1)
  assert.equal(await code(body.download_url), '400 INVALID_REQUEST')
})

test("a partner's bill holds all its sub-merchants, or the one that is asked for", async () => {
  const bench = await openBills()
  const mine = (id: string, subMchid: string) => ({
    ...payment,
    transactionId: id,
    mchid: bench.partner,
    subMchid,
  })
  bench.sim.world.book(mine('4200A', sub))
  bench.sim.world.book(mine('4200B', '1690000202'))
  bench.sim.world.book({ ...mine('4200C', sub), product: 'payscore', currency: 'HKD' })
  await bench.sim.advance(24 * hour)
  const numbers = async (more: object = {}) => {
    const { body } = await bench.ask(trade, { ...day, ...more }, bench.partner)
    const found = []
    for await (const row of bill.parseBill([(await bench.fetched(body.download_url, bench.partner)).bytes]))
      found.push(row.text('微信订单号'))
    return found
  }
  assert.deepEqual(await numbers(), ['4200A', '4200B'])
  assert.deepEqual(await numbers({ sub_mchid: sub }), ['4200A'])
  const forbidden = { ...day, sub_mchid: '1640012345' }
  assert.equal((await bench.ask(trade, forbidden, bench.partner)).said, '403 NO_AUTH')
  assert.equal((await bench.ask(trade, forbidden)).said, '403 NO_AUTH')
  assert.equal((await bench.ask(fundFlow, forbidden, bench.partner)).said, '403 NO_AUTH')
  assert.equal((await bench.ask(fundFlow, day, bench.partner)).said, '400 NO_STATEMENT_EXIST')
})

test("sub-merchants' fund flows come sealed, in parts, and open to the announced digests", async () => {
  const bench = await openBills({ switches: { billPartBytes: 300 } })
  for (const [id, subMchid] of [
    ['4200A', sub],
    ['4200B', '1690000202'],
  ] as const)
    bench.sim.world.book({ ...payment, transactionId: id, mchid: bench.partner, subMchid })
  await bench.sim.advance(24 * hour)

  const sealed = { ...day, algorithm: 'AEAD_AES_256_GCM', tar_type: 'GZIP' }
  const rowsOf = async (operation: OperationShape, more: object) => {
    const { body } = await bench.ask(operation, { ...sealed, ...more }, bench.partner)
    assert.ok(body.download_bill_count > 1)
    const parts = []
    for (const part of body.download_bill_list) {
      const key = privateDecrypt(
        { key: bench.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
        Buffer.from(part.encrypt_key, 'base64'),
      )
      parts.push({ ...part, key, body: [(await bench.fetched(part.download_url, bench.partner)).bytes] })
    }
    const found = []
    for await (const row of bill.parseBill(bill.openSealedBill(parts.reverse()), { kind: 'fundFlow' }))
      found.push(`${row.text('微信支付业务单号')} ${row.text('账户结余(元)')}`)
    return found
  }
  const one = { sub_mchid: sub, account_type: 'BASIC' }
  assert.deepEqual(await rowsOf(subMerchantFundFlow, one), ['4200A 35.50', '4200A 35.29'])
  assert.deepEqual(await rowsOf(ecommerceFundFlow, { account_type: 'ALL' }), [
    '4200A 35.50',
    '4200A 35.29',
    '4200B 35.50',
    '4200B 35.29',
  ])
  const sm4 = { ...sealed, algorithm: 'SM4_GCM' }
  assert.equal((await bench.ask(subMerchantFundFlow, { ...sm4, ...one }, bench.partner)).said, '403 NO_AUTH')
  assert.equal((await bench.ask(ecommerceFundFlow, { ...sealed, account_type: 'ALL' })).said, '403 NO_AUTH')
})

test('a closed refund leaves the account as it was', async () => {
  const bench = await openBills()
  bench.sim.world.book(payment)
  bench.sim.world.refunds.set('R', { ...refund, state: 'CLOSED' })
  await bench.sim.advance(24 * hour)
  const { body } = await bench.ask(fundFlow, day)
  const parsed = bill.parseBill([(await bench.fetched(body.download_url)).bytes])
  const kinds = []
  for await (const row of parsed) kinds.push(row.text('业务名称'))
  assert.deepEqual(kinds, ['交易', '扣除交易手续费'])
})

test('without the permission there are no bills, and too many applications are refused', async () => {
  const bench = await openSample()
  for (let count = 0; count < 3; count++) await bench.ask(fundFlow, day)
  assert.equal((await bench.ask(fundFlow, day)).said, '429 FREQUENCY_LIMITED')
  const row = bench.sim.world.merchants.get(merchant)
  assert.ok(row)
  row.permissions = ['cash']
  await bench.sim.advance(1000)
  assert.equal((await bench.ask(trade, day)).said, '403 NO_AUTH')
  assert.equal((await bench.ask(fundFlow, day)).said, '403 NO_AUTH')
})

test('common refusals come from faults', async () => {
  const bench = await openSample()
  for (const operation of [trade, fundFlow, subMerchantFundFlow, ecommerceFundFlow, download]) {
    bench.sim.faults.next(operation.id, 'tooMany')
    bench.sim.faults.next(operation.id, 'systemError')
    assert.equal((await bench.ask(operation, {})).said, '429 FREQUENCY_LIMITED')
    assert.equal((await bench.ask(operation, {})).said, '500 SYSTEM_ERROR')
    assert.equal((await bench.ask(operation, {}, '1999999999')).said, '401 SIGN_ERROR')
  }
})
