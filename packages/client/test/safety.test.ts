import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { operations } from '@chadan/protocol'
import { combinedOrder, openBench } from './bench.ts'

test('no error, client or hook shows a key, a token, a name or an openid', async () => {
  const seen: unknown[] = []
  const { sim, open } = await openBench()
  const wx = open({
    hooks: {
      started: (event) => void seen.push(event),
      ended: (event) => void seen.push(event),
      noticed: (event) => void seen.push(event),
    },
  })
  const order = combinedOrder(sim)
  const { apiv3, wecom } = sim.credentials
  const named = {
    ...order,
    combine_payer_info: {
      ...order.combine_payer_info,
      identity: { type: 'IDCARD' as const, number: '110101199003072316', name: '王秘密' },
    },
  }
  const attempts = [
    () =>
      wx.combine.createJsapi({
        ...named,
        sub_orders: [{ ...(named.sub_orders[0] as object), attach: 5 }],
      } as never),
    () => wx.wecom.getOrder({ mchid: wecom.mchid, out_trade_no: 'NOBODY_0001' }),
    () =>
      wx.notifications.receive({
        headers: { 'wechatpay-signature': 'x', 'wechatpay-serial': 'y' },
        body: '{"name":"王秘密"}',
      }),
    ...(['loseAnswer', 'wrongSignature', 'corrupted', 'systemError', 'tooMany', 'unsigned'] as const).map(
      (fault) => () => {
        sim.faults.next('combine.createJsapi', fault)
        return wx.combine.createJsapi(named)
      },
    ),
  ]
  for (const attempt of attempts) {
    const asked: Promise<unknown> = attempt()
    await asked.then(
      () => assert.fail('it was to fail'),
      (error: unknown) => seen.push(error),
    )
  }
  const shown =
    seen
      .map((one) => `${inspect(one, { depth: 9, showHidden: false })} ${JSON.stringify(one)} ${String(one)}`)
      .join('\n') +
    inspect(wx, { depth: 9 }) +
    JSON.stringify(wx)
  for (const secret of [
    '王秘密',
    '110101199003072316',
    apiv3.openid,
    apiv3.apiV3Key,
    'PRIVATE KEY',
    wecom.corpsecret,
    'access_token=',
    wecom.encodingAesKey,
  ]) {
    assert.ok(!shown.includes(secret), `shown: ${secret.slice(0, 6)}…`)
  }
})

test('two preparations of one input have one digest and different seals; another input has another', async () => {
  const { sim, wx } = await openBench()
  const order = combinedOrder(sim)
  const named = (name: string) => ({
    ...order,
    combine_payer_info: {
      ...order.combine_payer_info,
      identity: { type: 'IDCARD' as const, number: '110101199003072316', name },
    },
  })
  const [one, two, other] = [
    await wx.prepare(operations.combine.createJsapi, named('张三')),
    await wx.prepare(operations.combine.createJsapi, named('张三')),
    await wx.prepare(operations.combine.createJsapi, named('李四')),
  ]
  assert.equal(one.sealedUnder, sim.credentials.apiv3.publicKeyId)
  assert.equal(one.digest, two.digest)
  assert.notDeepEqual(one.body, two.body)
  assert.notEqual(one.digest, other.digest)
  assert.ok(!Buffer.from(one.body).toString().includes('张三'))
})

test('prepared bytes can be sent twice, each time freshly signed, and place one order', async () => {
  const authorizations: (string | null)[] = []
  const { sim, open } = await openBench()
  const wx = open({
    fetch: (request) => {
      authorizations.push(request.headers.get('authorization'))
      return sim.fetch(request)
    },
  })
  const prepared = await wx.prepare(operations.combine.createJsapi, combinedOrder(sim))
  const kept = structuredClone(prepared)
  const first = await wx.send(prepared)
  await sim.advance(600_000)
  const second = await wx.send(kept)
  assert.ok(first.prepay_id && second.prepay_id)
  assert.notEqual(authorizations[0], authorizations[1])
})

test('a number with path signs addresses no other path', async () => {
  const { wx, requests } = await openBench()
  await assert.rejects(wx.refunds.find({ out_refund_no: '../../x?y=1#' }), { name: 'InputError' })
  assert.deepEqual(requests, [])
  await assert.rejects(wx.chain.unlisted('v3/pay/{x}').get({ x: '../../y?z=1#' }), { name: 'Refused' })
  assert.deepEqual(requests, ['GET /v3/pay/..%2F..%2Fy%3Fz%3D1%23'])
})

test('a 429 that no declaration explains leaves the outcome open; a declared one says what it means', async () => {
  const answers = [
    new Response('<html>slow down</html>', { status: 429 }),
    Response.json({ code: 'UNLISTED_LIMIT', message: '' }, { status: 429 }),
    Response.json({ code: 'FREQUENCY_LIMITED', message: '' }, { status: 429 }),
  ]
  const { sim, open } = await openBench()
  const wx = open({ fetch: async () => answers.shift() ?? new Response() })
  const place = () => wx.combine.createJsapi(combinedOrder(sim))
  await assert.rejects(place(), { name: 'Lost', reason: 'status', status: 429 })
  await assert.rejects(place(), { name: 'Lost', code: 'UNLISTED_LIMIT' })
  await assert.rejects(place(), { name: 'Refused', advice: 'wait' })
})

test('no refund that met 429 is taken for refused', async () => {
  const { sim, wx } = await openBench()
  const { apiv3 } = sim.credentials
  for (const group of ['refunds', 'ecommerceRefunds', 'globalRefunds'] as const) {
    sim.faults.next(`${group}.create`, 'tooMany')
    const amount = { refund: 1, total: 1 }
    const names = { out_refund_no: 'R1', notify_url: 'https://shop.example.cn/notify' }
    const refunds = {
      refunds: () =>
        wx.refunds.create({
          ...names,
          out_trade_no: 'CT20260317A_1',
          sub_mchid: apiv3.subMchid,
          amount: { ...amount, currency: 'CNY' },
        }),
      ecommerceRefunds: () =>
        wx.ecommerceRefunds.create({
          ...names,
          out_trade_no: 'CT20260317A_1',
          sub_mchid: apiv3.subMchid,
          sp_appid: apiv3.appid,
          amount: { ...amount, currency: 'CNY' },
        }),
      globalRefunds: () =>
        wx.globalRefunds.create({
          ...names,
          sp_mchid: apiv3.mchid,
          sp_appid: apiv3.appid,
          sub_mchid: apiv3.subMchid,
          transaction_id: '4200000000202603170000000001',
          amount: { ...amount, currency: 'HKD' },
        }),
    }
    await assert.rejects(refunds[group](), { name: 'Lost', status: 429 }, group)
  }
})

test('the digest of an input is keyed: under another key it is another, and it is no plain hash', async () => {
  const { sim, open } = await openBench()
  const digest = async (digestKey: string) =>
    (await open({ digestKey }).prepare(operations.combine.createJsapi, combinedOrder(sim))).digest
  assert.equal(await digest('a'.repeat(16)), await digest('a'.repeat(16)))
  assert.notEqual(await digest('a'.repeat(16)), await digest('b'.repeat(16)))
})
