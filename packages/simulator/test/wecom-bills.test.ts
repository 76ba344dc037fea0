import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { bill, billAuthorization, check, operations } from '@chadan/protocol'
import { openWecomBench, type WecomBench } from './wecom-bench.ts'

const { wecom } = operations
const hour = 3600_000
const day = 24 * hour
const bill_date = '2026-03-17'

/** A day with a payment under a coupon, a plain one, and a partial refund; now it is 10:00 of the next. */
async function openDay(): Promise<WecomBench> {
  const bench = await openWecomBench()
  const first = await bench.place({ description: '茶, 点心' })
  await bench.sim.pay(first.prepayId, { coupon: '90210043' })
  const second = await bench.place({
    detail: { goods_detail: [{ merchant_goods_id: 'T', quantity: 1, unit_price: 12800 }] },
  })
  await bench.sim.pay(second.prepayId, { coupon: '90210044' })
  for (const [order, out_refund_no] of [
    [first, 'R1'],
    [second, 'R2'],
  ] as const) {
    const { mchid, appid, out_trade_no } = order
    await bench.call(wecom.refund, {
      mchid,
      appid,
      out_trade_no,
      out_refund_no,
      amount: { refund: 6400, total: 12800, currency: 'CNY' },
    })
  }
  await bench.sim.advance(day)
  return bench
}

const asked = (bench: WecomBench, more: object = {}) => ({
  mchid: bench.sim.credentials.wecom.mchid,
  bill_date,
  ...more,
})

async function download(
  bench: WecomBench,
  answer: { download_url: string; auth: string },
): Promise<Response> {
  const authorization = billAuthorization(answer.auth)
  return bench.sim.fetch(new Request(answer.download_url, { headers: { authorization } }))
}

async function cellsOf(bench: WecomBench, more: object): Promise<Record<string, string>[]> {
  const { body } = await bench.call(wecom.getBill, asked(bench, more))
  const text = await (await download(bench, body)).text()
  const [header = '', ...lines] = text.replace(/^\ufeff/, '').split('\r\n')
  const names = header.split(',')
  const end = lines.findIndex((line) => !line.startsWith('`'))
  return lines.slice(0, end).map((line) => {
    const cells = line.slice(1).split(',`')
    assert.equal(cells.length, names.length)
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))
  })
}

test('a bill is asked for, downloaded with its auth, and agrees with its hash, plain or packed', async () => {
  const bench = await openDay()
  for (const more of [{}, { tar_type: 'GZIP' }]) {
    const { body } = await bench.call(wecom.getBill, asked(bench, more))
    const { errcode: _code, errmsg: _text, ...rest } = body
    assert.deepEqual(check(wecom.getBill.result.fields, [], rest), [])
    const answer = await download(bench, body)
    assert.equal(answer.status, 200)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const plain = 'tar_type' in more ? gunzipSync(bytes) : bytes
    assert.equal(createHash('sha1').update(plain).digest('hex'), body.hash_value)
  }
})

test('a bill is given once, within thirty seconds, to whoever holds the auth', async () => {
  const bench = await openDay()
  const link = async () => (await bench.call(wecom.getBill, asked(bench))).body
  const used = await link()
  assert.equal((await download(bench, { ...used, auth: 'Authorization: other' })).status, 401)
  assert.equal((await download(bench, used)).status, 200)
  assert.equal((await download(bench, used)).status, 400)
  const late = await link()
  await bench.sim.advance(30_001)
  assert.equal((await download(bench, late)).status, 400)
  const unknown = { ...used, download_url: used.download_url.replace(/token=.*/, 'token=wecom_unknown') }
  assert.equal((await download(bench, unknown)).status, 400)
})

test('payments and refunds stand in the bill with their coupons, fees and states', async () => {
  const bench = await openDay()
  const rows = await cellsOf(bench, {})
  assert.deepEqual(
    rows.map((row) => row.交易状态),
    ['SUCCESS', 'SUCCESS', 'REFUND', 'REFUND'],
  )
  const [first, second, refund, topped] = rows
  assert.deepEqual(
    [first?.订单金额, first?.应结订单金额, first?.代金券金额, first?.手续费, first?.费率],
    ['128.00', '120.00', '8.00', '0.72000', '0.60%'],
  )
  assert.equal(first?.商品名称, '茶\\  点心')
  assert.deepEqual([second?.应结订单金额, second?.代金券金额], ['128.00', '5.00'])
  assert.deepEqual(
    [refund?.申请退款金额, refund?.退款金额, refund?.充值券退款金额, refund?.退款状态, refund?.退款类型],
    ['64.00', '60.00', '0.00', 'SUCCESS', 'ORIGINAL'],
  )
  assert.deepEqual([topped?.退款金额, topped?.充值券退款金额], ['64.00', '2.50'])
  assert.equal((await cellsOf(bench, { bill_type: 'SUCCESS' })).length, 2)
  const refunds = await cellsOf(bench, { bill_type: 'REFUND' })
  assert.equal(refunds.length, 2)
  assert.match(refunds[0]?.退款成功时间 ?? '', /^2026-03-17 10:00:02$/)
})

test('the bill parses under its declared format, and its summary adds up', async () => {
  const bench = await openDay()
  const { body } = await bench.call(wecom.getBill, asked(bench))
  const text = await (await download(bench, body)).text()
  const [, names = '', values = ''] = /\r\n(总交易单数[^\r]*)\r\n`([^\r]*)\r\n$/.exec(text) ?? []
  const summary = Object.fromEntries(names.split(',').map((name, index) => [name, values.split(',`')[index]]))
  assert.deepEqual(
    Object.keys(summary),
    bill.billFormat('wecom.all').summary.map(({ name }) => name),
  )
  assert.deepEqual(
    [
      summary.总交易单数,
      summary.应结订单总金额,
      summary.退款总金额,
      summary.充值券退款总金额,
      summary.申请退款总金额,
    ],
    ['4', '248.00', '124.00', '2.50', '128.00'],
  )
})

test('a bill is refused before 10:00 of the next day, after three months, for an empty day, for others', async () => {
  const bench = await openDay()
  assert.equal(await bench.code(wecom.getBill, asked(bench, { bill_date: '2026-03-18' })), '40058')
  assert.equal(await bench.code(wecom.getBill, asked(bench, { bill_date: '2026-03-16' })), '40058')
  assert.equal(await bench.code(wecom.getBill, asked(bench, { mchid: '1640099999' })), '301002')
  await bench.sim.advance(92 * day)
  assert.equal(await bench.code(wecom.getBill, asked(bench)), '40058')
})

test('a bill with rows in it is not ready until 10:00 of the next day', async () => {
  const bench = await openWecomBench()
  const { prepayId } = await bench.place()
  await bench.sim.pay(prepayId)
  await bench.sim.advance(day - 1)
  assert.equal(await bench.code(wecom.getBill, asked(bench)), '40058')
  await bench.sim.advance(1)
  assert.equal(await bench.code(wecom.getBill, asked(bench)), '0')
})

test('where bills exist at once, the running day is given', async () => {
  const bench = await openWecomBench()
  await bench.sim.pay((await bench.place()).prepayId)
  await bench.sim.advance(5000)
  bench.sim.changeSwitches({ billsAtOnce: true })
  assert.equal(await bench.code(wecom.getBill, asked(bench)), '0')
  assert.equal(await bench.code(wecom.getBill, asked(bench, { bill_date: '2026-03-18' })), '40058')
})

test('a bill may be asked for by GET', async () => {
  const bench = await openDay()
  const search = new URLSearchParams({ access_token: await bench.accessToken(), ...asked(bench) })
  const answer = await bench.sim.fetch(
    new Request(`https://qyapi.weixin.qq.com/cgi-bin/miniapppay/get_bill?${search}`),
  )
  const body = (await answer.json()) as { errcode: number }
  assert.equal(body.errcode, 0)
  const order = `https://qyapi.weixin.qq.com/cgi-bin/miniapppay/get_order?${search}`
  assert.equal((await bench.sim.fetch(new Request(order))).status, 405)
})
