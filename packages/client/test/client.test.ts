import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evidenceOf, InputError, Lost, Refused } from '../src/index.ts'
import { combinedOrder, openBench } from './bench.ts'

test('an order is placed, paid, heard, and its query is verified', async () => {
  const { sim, wx, notices } = await openBench()
  const { prepay_id } = await wx.combine.createJsapi(combinedOrder(sim))
  await sim.pay(prepay_id)
  await sim.advance(1000)
  assert.deepEqual(
    notices.map((notice) => notice.type),
    ['combine.paid'],
  )
  const order = await wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' })
  assert.deepEqual(
    order.sub_orders.map((sub) => [sub.trade_state, sub.amount.total_amount]),
    [
      ['SUCCESS', 12800],
      ['SUCCESS', 3550],
    ],
  )
  const evidence = evidenceOf(order)
  assert.equal(evidence?.serial, sim.credentials.apiv3.publicKeyId)
  assert.deepEqual(JSON.parse(Buffer.from(evidence?.bytes ?? []).toString()), order)
})

test('the three styles of the chain and the method are one call', async () => {
  const { sim, wx } = await openBench()
  await wx.combine.createJsapi(combinedOrder(sim))
  const combine_out_trade_no = 'CT20260317A00042'
  const path = 'v3/combine-transactions/out-trade-no/{combine_out_trade_no}'
  const answers = [
    await wx.combine.queryByOutTradeNo({ combine_out_trade_no }),
    await wx.chain.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({ combine_out_trade_no }),
    await wx.chain(path).get({ combine_out_trade_no }),
    await wx.chain[path].get({ combine_out_trade_no }),
    await wx.chain.unlisted(path).get({ combine_out_trade_no }),
  ]
  for (const answer of answers) assert.deepEqual(answer, answers[0])
})

test('the chain is not thenable, remembers nothing and refuses what is not declared', async () => {
  const { wx, requests } = await openBench()
  const chain = await Promise.resolve(wx.chain)
  assert.equal(Object.keys(chain).length, 0)
  assert.equal((chain as unknown as { then?: unknown }).then, undefined)
  assert.deepEqual(requests, [])
  const loose = wx.chain as unknown as (path: string) => { get(): Promise<unknown> }
  await assert.rejects(loose('v3/med-ins/order').get(), /not declared/)
  assert.deepEqual(requests, [])
})

test('every problem of an input is listed and nothing is sent', async () => {
  const { sim, wx, requests } = await openBench()
  const order = {
    ...combinedOrder(sim),
    combine_out_trade_no: '',
    extra: 1,
    notify_url: 'https://a.cn/x?y=1',
  }
  await assert.rejects(wx.combine.createJsapi(order as never), (error: InputError) => {
    assert.ok(error instanceof InputError)
    assert.deepEqual(
      error.problems.map(({ at }) => at),
      ['/body/combine_out_trade_no', '/body/notify_url', '/body/extra'],
    )
    return true
  })
  assert.deepEqual(requests, [])
})

test('an unknown order is refused as not found, and the refusal says so', async () => {
  const { wx } = await openBench()
  await assert.rejects(
    wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'NOBODY0001' }),
    (error: Refused) => {
      assert.ok(error instanceof Refused)
      assert.equal(error.kind, 'ORDERNOTEXIST')
      assert.equal(error.notFound, true)
      assert.equal(error.verified, true)
      assert.equal(error.errorNumber, 268512771)
      return true
    },
  )
})

test('a placement whose answer was lost is not repeated, and is found by its number', async () => {
  const { sim, wx, requests } = await openBench()
  sim.faults.next('combine.createJsapi', 'loseAnswer')
  await assert.rejects(
    wx.combine.createJsapi(combinedOrder(sim)),
    (error: Lost) => error instanceof Lost && error.reason === 'network' && !error.unsent,
  )
  assert.deepEqual(requests, ['POST /v3/combine-transactions/jsapi'])
  const order = await wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' })
  assert.equal(order.sub_orders[0]?.trade_state, 'NOTPAY')
})

for (const fault of ['loseAnswer', 'loseRequest', 'systemError', 'tooMany', 'badGateway', 'probe'] as const) {
  test(`a read that met ${fault} is repeated by itself`, async () => {
    const { sim, wx, pump } = await openBench()
    await wx.combine.createJsapi(combinedOrder(sim))
    sim.faults.next('combine.queryByOutTradeNo', fault)
    const order = await pump(wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' }))
    assert.equal(order.combine_out_trade_no, 'CT20260317A00042')
    assert.equal(sim.faults.planned.length, 0)
  })
}

test('a system error on a placement is unknown, never a refusal', async () => {
  const { sim, wx } = await openBench()
  sim.faults.next('combine.createJsapi', 'systemErrorAfter')
  await assert.rejects(
    wx.combine.createJsapi(combinedOrder(sim)),
    (error: Lost) => error instanceof Lost && error.status === 500,
  )
})
