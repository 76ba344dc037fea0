import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operations } from '@chadan/protocol'
import type { BookedOrder, Simulator } from '../src/index.ts'
import { openCombineBench } from './combine-bench.ts'
import { number as mixNumber, openHospital } from './medIns-bench.ts'
import { openInsuranceBench } from './payinsurance-bench.ts'
import { globalRefunds, openPayscore } from './payscore-bench.ts'
import { openWecomBench } from './wecom-bench.ts'

type Listed = BookedOrder & { notices: { notification: string; state: string; attempts: number }[] }

async function books(
  sim: Simulator,
  product: string,
  query = '',
): Promise<{ orders: Listed[]; next?: number }> {
  const response = await sim.fetch(new Request(`http://127.0.0.1:1/_simulator/books/${product}${query}`))
  assert.equal(response.status, 200)
  return response.json()
}

const only = async (sim: Simulator, product: string): Promise<Listed> => {
  const { orders, next } = await books(sim, product)
  assert.deepEqual([orders.length, next], [1, undefined])
  return orders[0] as Listed
}

test('the books of combined orders show what was paid, what went back of which part, and the notices', async () => {
  const bench = await openCombineBench()
  const body = bench.provided('CT1')
  const paid = await bench.paid(body)
  const refund = await bench.call(operations.refunds.create, {
    body: {
      sub_mchid: paid.sub_orders[1].sub_mchid,
      transaction_id: paid.sub_orders[1].transaction_id,
      out_refund_no: 'R1',
      notify_url: 'https://shop.example.cn/refund',
      amount: { refund: 90, total: 990, currency: 'CNY' },
    },
  })
  assert.equal(refund.status, 200)
  await bench.sim.advance(60_000)
  const nowMs = bench.sim.clock.now()
  assert.deepEqual(await only(bench.sim, 'combine'), {
    product: 'combine',
    number: 'CT1',
    others: ['CT1_sub1', 'CT1_sub2'],
    mchid: '1688000101',
    state: 'SUCCESS+REFUND',
    currency: 'CNY',
    orderedMinor: 20990,
    paidMinor: 20990,
    createMs: nowMs - 60_000,
    paidMs: nowMs - 60_000,
    refunds: [
      {
        number: 'R1',
        part: 'CT1_sub2',
        minor: 90,
        state: 'SUCCESS',
        createMs: nowMs - 60_000,
        successMs: nowMs - 58_000,
      },
    ],
    notices: [
      { notification: 'combine.paid', state: 'accepted', attempts: 1 },
      { notification: 'refunds.succeeded', state: 'accepted', attempts: 1 },
    ],
  })
})

test('books are paged, and a place in them never changes', async () => {
  const bench = await openCombineBench()
  for (const number of ['CT1', 'CT2', 'CT3']) await bench.place(bench.direct(number))
  const numbers = async (query: string) => {
    const { orders, next } = await books(bench.sim, 'combine', query)
    return [orders.map((order) => order.number).join(), next]
  }
  assert.deepEqual(await numbers('?limit=2'), ['CT1,CT2', 2])
  await bench.sim.pay('CT1')
  await bench.place(bench.direct('CT4'))
  assert.deepEqual(await numbers('?limit=2&from=2'), ['CT3,CT4', 4])
  assert.deepEqual(await numbers('?limit=2&from=4'), ['', undefined])
})

test('a mixed order counts both legs, its cash order stands in the ordinary books', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo, { legs: { cash: 'success', insurance: 'fail' } })
  await hospital.sim.advance(10_000)
  const mixed = await only(hospital.sim, 'medIns')
  assert.deepEqual(
    [mixed.number, mixed.state, mixed.orderedMinor, mixed.paidMinor],
    [mixNumber, 'MIX_PAY_FAIL', 15400, 5000],
  )
  const cash = await only(hospital.sim, 'cash')
  assert.deepEqual([cash.number, cash.state, cash.paidMinor], [mixNumber, 'SUCCESS', 5000])
  assert.deepEqual(
    cash.notices.map(({ notification }) => notification),
    ['cash.paid'],
  )
})

test('a report that the bureau refunded stands in the books as the insurance part', async () => {
  const hospital = await openHospital()
  const mixTradeNo = await hospital.placed()
  await hospital.sim.pay(mixTradeNo)
  await hospital.sim.advance(10_000)
  assert.equal((await hospital.report(mixTradeNo)).status, 204)
  const { paidMinor, refunds } = await only(hospital.sim, 'medIns')
  assert.equal(paidMinor, 15400)
  assert.deepEqual(
    refunds.map(({ part, state }) => [part, state]),
    [['insurance', 'REPORTED']],
  )
})

test('a service order is booked with both its words, and with the refunds of its collection', async () => {
  const bench = await openPayscore()
  await bench.confirmed()
  assert.equal((await only(bench.sim, 'payscore')).state, 'DOING/USER_CONFIRM')
  await bench.complete()
  await bench.sim.advance(2_000)
  const { transaction_id } = (await bench.query()).body.collection.details[0]
  const refund = await bench.call(globalRefunds.create, {
    body: {
      sp_mchid: '1688000101',
      sub_mchid: bench.ids.sub_mchid,
      sp_appid: bench.sim.credentials.apiv3.appid,
      transaction_id,
      out_refund_no: 'R1',
      amount: { refund: 1000, total: 4000, currency: 'HKD' },
      notify_url: 'https://shop.example.cn/refund',
    },
  })
  assert.equal(refund.status, 200, JSON.stringify(refund.body))
  await bench.sim.advance(60_000)
  const { state, currency, orderedMinor, paidMinor, refunds } = await only(bench.sim, 'payscore')
  assert.deepEqual([state, currency, orderedMinor, paidMinor], ['DONE', 'HKD', 4000, 4000])
  assert.deepEqual(
    refunds.map(({ number, minor, state }) => [number, minor, state]),
    [['R1', 1000, 'SUCCESS']],
  )
})

test("WeCom's orders are booked, unpaid ones with nothing paid", async () => {
  const bench = await openWecomBench()
  const { prepayId, out_trade_no } = await bench.place()
  assert.deepEqual((await only(bench.sim, 'wecom')).paidMinor, 0)
  await bench.sim.pay(prepayId)
  await bench.sim.advance(1_000)
  const { number, state, paidMinor, notices } = await only(bench.sim, 'wecom')
  assert.deepEqual([number, state, paidMinor], [out_trade_no, 'SUCCESS', 12800])
  assert.deepEqual(
    notices.map(({ notification }) => notification),
    ['wecom.paid'],
  )
})

test('an order of the first generation shows its refund leg by leg', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.paid()
  await bench.refund(number)
  await bench.sim.advance(12_000)
  const { state, paidMinor, refunds } = await only(bench.sim, 'payinsurance')
  assert.deepEqual([state, paidMinor], ['REFUND', 12700])
  assert.deepEqual(
    refunds.map((one) => [one.number, one.part, one.minor, one.state]),
    [
      [`R${number}`, 'cash', 4000, 'SUCCESS'],
      [`R${number}`, 'insurance', 8700, 'REFUNDING'],
    ],
  )
})

test('what the platform took and gave back by itself does not count as paid', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  await bench.sim.pay(number, { legs: { insurance: 'fail' } })
  await bench.sim.advance(3_000)
  const broken = await only(bench.sim, 'payinsurance')
  assert.deepEqual([broken.state, broken.paidMinor], ['SYS_REFUNDING', 4000])
  await bench.sim.advance(60_000)
  const reversed = await only(bench.sim, 'payinsurance')
  assert.deepEqual([reversed.state, reversed.paidMinor], ['SYS_REFUNDED', 0])
})

test("the payer's way back stands beside what the payer sees", async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  assert.equal(bench.sim.checkout(number)?.returnUrl, `https://h5.example.com/pay/back?no=${number}`)
})
