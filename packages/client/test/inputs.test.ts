/** Inputs that would be sent as something else than they say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { operations } from '@chadan/protocol'
import fc from 'fast-check'
import { InputError, OptionsError } from '../src/index.ts'
import { targetOf } from '../src/prepared.ts'
import { combinedOrder, openBench } from './bench.ts'

const problemsOf = (asked: Promise<unknown>): Promise<InputError> =>
  asked.then(
    () => assert.fail('it was to be refused'),
    (error) => {
      assert.ok(error instanceof InputError, String(error))
      return error
    },
  )

test('a segment of dots is refused with its name, in methods and in paths that are not declared', async () => {
  const { wx, requests } = await openBench()
  for (const x of ['.', '..', ''])
    assert.equal((await problemsOf(wx.chain.unlisted('v3/pay/{x}').get({ x }))).problems[0]?.at, '/path/x')
  const error = await problemsOf(wx.ecommerceRefunds.findById({ refund_id: '..', sub_mchid: '1690000202' }))
  assert.equal(error.problems.at(-1)?.at, '/path/refund_id')
  assert.deepEqual(requests, [])
})

test('whatever a path variable holds, it stays one segment and comes back the same', () => {
  const operation = operations.combine.queryByOutTradeNo
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ minLength: 1 }),
        fc.constantFrom('%2e%2e', '%2F', 'a/../b', '?x=1#y', '\\', 'a b', ';', "'"),
      ),
      (text) => {
        fc.pre(text.isWellFormed() && !['.', '..'].includes(text))
        const target = targetOf(operation, { path: { combine_out_trade_no: text }, query: {} })
        const { pathname, search, hash } = new URL(`https://a.cn${target}`)
        assert.equal(`${pathname}${search}${hash}`, target)
        assert.equal(decodeURIComponent(pathname.slice(pathname.lastIndexOf('/') + 1)), text)
      },
    ),
  )
})

const named = (order: ReturnType<typeof combinedOrder>, name: string) => ({
  ...order,
  combine_payer_info: {
    ...order.combine_payer_info,
    identity: { type: 'IDCARD' as const, number: '110101199003072316', name },
  },
})

test('a name too long to be sealed is refused before anything is sent, with the serial of the key', async () => {
  const { sim, wx, requests } = await openBench()
  const operation = operations.combine.createJsapi
  const most = await wx.prepare(operation, named(combinedOrder(sim), 'n'.repeat(20)))
  assert.equal(most.sealedUnder, sim.credentials.apiv3.publicKeyId)
  const unlimited = {
    ...operation,
    body: { identity: { kind: 'text', min: 0, max: 9999, unit: 'characters', sealed: true } },
    rules: [],
  } as never
  for (const [identity, fits] of [
    ['字'.repeat(71), true],
    [`${'字'.repeat(71)}ab`, false],
  ] as const) {
    const asked = wx.prepare(unlimited, { identity } as never)
    if (fits) assert.ok((await asked).body.length > 0)
    else {
      const error = await problemsOf(asked)
      assert.equal(error.problems[0]?.at, '/body/identity')
      assert.match(error.message, /text of 215 bytes.*214 bytes/)
      assert.ok(error.message.includes(sim.credentials.apiv3.publicKeyId))
      assert.ok(!inspect(error).includes('字'))
    }
  }
  assert.deepEqual(requests, [])
})

const circular: Record<string, unknown> = {}
circular.self = circular
for (const [what, value] of [
  ['a bigint', 12n],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['an integer that is not exact', 2 ** 53],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['a function', () => 1],
  ['half a surrogate pair', '\ud83d'],
  ['a list with a gap', [1, undefined]],
  ['itself', circular],
  ['something with toJSON', { toJSON: () => 1 }],
] as const) {
  test(`a body that is not declared and holds ${what} is refused, not changed`, async () => {
    const { wx, requests } = await openBench()
    const error = await problemsOf(wx.chain.unlisted('v3/some/path').post({ body: { a: { b: value } } }))
    assert.match(error.problems[0]?.at ?? '', /^\/body\/a\/b/)
    assert.deepEqual(requests, [])
  })
}

for (const [what, change] of [
  ['a bigint', 1n],
  ['a fraction', 1.5],
  ['a text', '1'],
  ['NaN', Number.NaN],
  ['a number that is not exact', 2 ** 53],
  ['null', null],
] as const) {
  test(`an amount that is ${what} is refused by its place`, async () => {
    const { sim, wx, requests } = await openBench()
    const order = combinedOrder(sim)
    const [first, second] = order.sub_orders
    const changed = { ...first, amount: { total_amount: change, currency: 'CNY' } }
    const error = await problemsOf(
      wx.combine.createJsapi({ ...order, sub_orders: [changed, second] } as never),
    )
    assert.ok(error.problems.some(({ at }) => at === '/body/sub_orders/0/amount/total_amount'))
    assert.deepEqual(requests, [])
  })
}

test('an object whose toJSON says something else is refused where its fields were checked', async () => {
  const { sim, wx } = await openBench()
  const order = combinedOrder(sim)
  class Payer {
    openid = order.combine_payer_info.openid
    toJSON() {
      return { openid: 'another' }
    }
  }
  const error = await problemsOf(wx.combine.createJsapi({ ...order, combine_payer_info: new Payer() }))
  assert.equal(error.problems[0]?.at, '/body/combine_payer_info')
})

test('emoji and half of one are refused on APIv3 by their position', async () => {
  const { sim, wx } = await openBench()
  for (const attach of ['茶🍵', 'a\udc00']) {
    const order = combinedOrder(sim)
    const [first, second] = order.sub_orders
    const error = await problemsOf(
      wx.combine.createJsapi({ ...order, sub_orders: [{ ...first, attach }, second] } as never),
    )
    assert.equal(error.problems[0]?.rule, 'characters')
    assert.ok(!inspect(error).includes('茶'))
  }
})

test('an input called __proto__ or constructor is an unknown field, and no prototype is touched', async () => {
  const { wx, requests } = await openBench()
  const given = JSON.parse('{"combine_out_trade_no":"A","__proto__":{"polluted":1},"constructor":{"x":1}}')
  const error = await problemsOf(wx.combine.queryByOutTradeNo(given))
  assert.deepEqual(
    error.problems.map(({ at }) => at),
    ['/query/__proto__', '/query/constructor'],
  )
  assert.equal(({} as { polluted?: unknown }).polluted, undefined)
  assert.deepEqual(requests, [])
})

test('looking at the chain in every way a logger does sends nothing and throws nothing', async () => {
  const { wx, requests } = await openBench()
  const chain = wx.chain.v3.medIns as unknown as Record<string, unknown>
  assert.equal(String(chain), 'chain of /v3/med-ins')
  assert.equal(JSON.stringify({ chain }), '{}')
  assert.ok(inspect(chain, { showHidden: true, depth: 5 }))
  assert.deepEqual([{ ...chain }, 'x' in chain, Object.getOwnPropertyNames(chain)], [{}, false, []])
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const under = chain[name] as { get(): Promise<unknown> }
    await assert.rejects(under.get(), /not declared/)
  }
  assert.deepEqual(requests, [])
})

test('a detail page is never signed with a missing, short or padded APIv2 key', async () => {
  const { wx } = await openBench()
  for (const apiV2Key of [undefined as never, '', 'k'.repeat(31), `${'k'.repeat(32)}\n`])
    await assert.rejects(
      wx.handover.payscoreDetail({ serviceId: '5', outOrderNo: 'A1', apiV2Key }),
      (error: Error) => error instanceof OptionsError && !/kkk/.test(error.message),
    )
})
