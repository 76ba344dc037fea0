/** Answers that are genuine in one respect and wrong in another. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Distrusted, Lost, Refused, type WechatPay } from '../src/index.ts'
import { signedAnswer } from './answering.ts'
import { type Bench, combinedOrder, openBench } from './bench.ts'

const number = { combine_out_trade_no: 'CT20260317A00042' }

/** A client whose platform answers every call but the certificate list like this. */
async function answered(make: (bench: Bench) => Response | Promise<Response>) {
  const bench = await openBench()
  let calls = 0
  const wx: WechatPay = bench.open({
    fetch: async () => {
      calls++
      return make(bench)
    },
    retries: 0,
  })
  return { bench, wx, calls: () => calls }
}

/** Any error of a call, with the members that the tests look at. */
type Failure = Error &
  Partial<Pick<Distrusted, 'check' | 'reason' | 'unsent'>> &
  Partial<Omit<Refused, keyof Error>>

const rejection = (asked: Promise<unknown>): Promise<Failure> =>
  asked.then(
    () => assert.fail('it was to fail'),
    (error) => error,
  )

test('a genuine answer about another order is distrusted: the signature covers no address', async () => {
  const { wx } = await answered((bench) =>
    signedAnswer(bench, '{"combine_out_trade_no":"ANOTHER0001","sub_orders":[]}'),
  )
  const error = await rejection(wx.combine.queryByOutTradeNo(number))
  assert.ok(error instanceof Distrusted)
  assert.equal(error.check, 'identity')
  assert.doesNotMatch(`${inspect(error)}${JSON.stringify(error)}`, /ANOTHER0001/)
})

for (const [name, body] of [
  ['nothing', ''],
  ['null', 'null'],
  ['a number', '5'],
  ['a text', '"CT20260317A00042"'],
  ['a list', '[{"combine_out_trade_no":"CT20260317A00042"}]'],
] as const) {
  test(`a verified answer that holds ${name} is lost, never an order`, async () => {
    const { wx } = await answered((bench) => signedAnswer(bench, body))
    const error = await rejection(wx.combine.queryByOutTradeNo(number))
    assert.ok(error instanceof Lost && !(error instanceof Distrusted), String(error))
    assert.equal(error.reason, 'form')
  })
}

test('a verified answer that is no JSON is lost, and nothing that holds the error quotes it', async () => {
  const { wx } = await answered((bench) => signedAnswer(bench, '{"openid":"oUpF8uMuAJO", 王秘密}'))
  const error = await rejection(wx.combine.queryByOutTradeNo(number))
  assert.equal(error.reason, 'form')
  assert.doesNotMatch(`${inspect(error.cause)}${error.stack}${inspect(error)}`, /oUpF8|王秘密/)
})

for (const amount of ['9007199254740993', '1e300', '1e999', '123456789012345678901234567890']) {
  test(`an amount of ${amount} cannot be held exactly and is refused by its place`, async () => {
    const body = `{"combine_out_trade_no":"CT20260317A00042","sub_orders":[{"amount":{"total_amount":${amount}}}]}`
    const { wx } = await answered((bench) => signedAnswer(bench, body))
    const error = await rejection(wx.combine.queryByOutTradeNo(number))
    assert.equal(error.reason, 'form')
    assert.match(error.message, /\/sub_orders\/0\/amount\/total_amount/)
    assert.ok(!error.message.includes(amount))
  })
}

test('unknown fields and values are kept, and a member called __proto__ is a member', async () => {
  const body =
    '{"combine_out_trade_no":"CT20260317A00042","sub_orders":[{"trade_state":"NEW_STATE","new_field":{"a":1}}],"__proto__":{"polluted":1}}'
  const { wx } = await answered((bench) => signedAnswer(bench, body))
  const order = (await wx.combine.queryByOutTradeNo(number)) as unknown as Record<string, unknown>
  assert.equal((order.sub_orders as { trade_state: string }[])[0]?.trade_state, 'NEW_STATE')
  assert.deepEqual((order.sub_orders as { new_field: object }[])[0]?.new_field, { a: 1 })
  assert.ok(Object.hasOwn(order, '__proto__'))
  assert.equal((order as { polluted?: unknown }).polluted, undefined)
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
})

const unknownOrder = '{"code":"ORDER_NOT_EXIST","message":"订单不存在"}'

test('a refusal whose signature is wrong says nothing: it is lost, not "no such order"', async () => {
  const { wx } = await answered((bench) => {
    const { headers } = signedAnswer(bench, unknownOrder, { status: 404 })
    return new Response(unknownOrder.replace('订', '定'), { status: 404, headers })
  })
  const error = await rejection(wx.combine.queryByOutTradeNo(number))
  assert.ok(error instanceof Distrusted)
  assert.equal(error.check, 'signature')
})

test('a signed refusal is verified, an unsigned one says that it is not', async () => {
  const signed = await answered((bench) => signedAnswer(bench, unknownOrder, { status: 404 }))
  assert.equal((await rejection(signed.wx.combine.queryByOutTradeNo(number))).verified, true)
  const bare = await answered(() => new Response(unknownOrder, { status: 404 }))
  const error = await rejection(bare.wx.combine.queryByOutTradeNo(number))
  assert.deepEqual([error.notFound, error.verified], [true, 'absent'])
})

const order = {
  out_trade_no: 'MI20260317A0001',
  sub_mchid: '1690000202',
}
for (const body of [
  '',
  '<html>404</html>',
  '{}',
  '[]',
  'null',
  '{"message":"no Route matched"}',
  '{"code":7}',
]) {
  test(`a 404 with ${body === '' ? 'nothing' : body} comes from no interface and is not "no such order"`, async () => {
    const { wx } = await answered(() => new Response(body, { status: 404 }))
    const error = await rejection(wx.medIns.queryByOutTradeNo(order))
    assert.ok(error instanceof Refused, String(error))
    assert.deepEqual([error.notFound, error.advice, error.code], [false, 'configure', 'NO_SUCH_PATH'])
  })
}

test('an unsigned answer cannot write lines of its own into a log', async () => {
  const forged = {
    code: 'PARAM_ERROR',
    detail: { field: `/a\n2026 INFO paid\u001b[2J${'x'.repeat(5000)}`, issue: '\r\n' },
  }
  const { wx } = await answered(() => Response.json(forged, { status: 400 }))
  const error = await rejection(wx.combine.queryByOutTradeNo(number))
  assert.ok(error instanceof Refused)
  assert.ok(error.message.length < 1000 && !/\p{C}/u.test(error.message), JSON.stringify(error.message))
  const { wx: other } = await answered(() => Response.json({ code: 'A\nB' }, { status: 400 }))
  assert.doesNotMatch((await rejection(other.combine.queryByOutTradeNo(number))).message, /A\nB/)
})

for (const [status, body] of [
  [502, '<html>Bad Gateway</html>'],
  [429, '<html>slow down</html>'],
  [429, '{"code":"FREQUENCY_LIMITED"}'],
  [500, '{"code":"SYSTEM_ERROR"}'],
  [500, '{"code":"SOMETHING_NEW"}'],
  [202, '{"code":"PROCESSING_NEW"}'],
  [302, ''],
] as const) {
  test(`a refund answered ${status} ${body} is unknown and is sent once`, async () => {
    const { wx, calls } = await answered(() => new Response(body, { status }))
    const error = await rejection(
      wx.refunds.create({
        transaction_id: '4200000000202603171234567890',
        out_refund_no: 'R0001',
        notify_url: 'https://shop.example.cn/n',
        amount: { refund: 1, total: 1, currency: 'CNY' },
      } as never),
    )
    assert.ok(error instanceof Lost && !error.unsent, String(error))
    assert.equal(calls(), 1)
  })
}

test('a final refusal keeps its meaning under status 500', async () => {
  const { wx } = await answered(() => Response.json({ code: 'OPENID_MISMATCH' }, { status: 500 }))
  const bench = await openBench()
  const error = await rejection(wx.combine.createJsapi(combinedOrder(bench.sim)))
  assert.ok(error instanceof Refused, String(error))
  assert.equal(error.advice, 'fix')
})

test('an undeclared integer beyond 2^53 keeps every digit', async () => {
  const body = '{"combine_out_trade_no":"CT20260317A00042","sub_orders":[],"new_id":12345678901234567890}'
  const { wx } = await answered((bench) => signedAnswer(bench, body))
  const order = (await wx.combine.queryByOutTradeNo(number)) as unknown as { new_id: bigint }
  assert.equal(order.new_id, 12345678901234567890n)
})

test('an answer whose signature is wrong is not asked for again: it would be wrong again', async () => {
  const { sim, open, requests, pump } = await openBench()
  sim.faults.next('combine.queryByOutTradeNo', 'wrongSignature', { times: 3 })
  const asked = pump(open({ retries: 2 }).combine.queryByOutTradeNo(number))
  await assert.rejects(asked, { name: 'Distrusted', check: 'signature' })
  assert.equal(requests.length, 1)
})

test('the platform’s own words may hold names: they stand on the error, and nothing prints them', async () => {
  const body = '{"code":"PARAM_ERROR","message":"姓名王秘密不符"}'
  const { wx } = await answered((bench) => signedAnswer(bench, body, { status: 400 }))
  const error = await rejection(wx.combine.queryByOutTradeNo(number))
  assert.equal(error.platformMessage, '姓名王秘密不符')
  assert.doesNotMatch(
    `${inspect(error, { showHidden: true })}${JSON.stringify(error)}${error}${error.stack}`,
    /王秘密/,
  )
})
