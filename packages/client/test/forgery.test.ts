/** Messages that are almost notices: reflected, re-used, cut, or made to hurt the receiver. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiv3, callback, xmlmd5 } from '@chadan/protocol'
import { memoryNotices, NoticeRefused } from '../src/index.ts'
import { signedHeaders } from './answering.ts'
import { openBench } from './bench.ts'

const refusal = (asked: Promise<unknown>): Promise<NoticeRefused> =>
  asked.then(
    () => assert.fail('it was to be refused'),
    (error) => {
      assert.ok(error instanceof NoticeRefused, String(error))
      return error
    },
  )

test('our own signed refusal, sent back to us, is no notice', async () => {
  const { wx } = await openBench()
  const first = await wx.notifications.handle({ headers: {}, body: '<xml><a>1</a></xml>' }, () => {
    assert.fail('not verified')
  })
  const reflected = await first.text()
  assert.match(reflected, /<sign>/)
  const error = await refusal(wx.notifications.receive({ headers: {}, body: reflected }))
  assert.equal(error.check, 'notice')
})

test('our own signed request and our own acceptance, sent back to us, are no notices', async () => {
  const { sim, wx } = await openBench()
  const key = xmlmd5.readMchKey(sim.credentials.payinsurance.key)
  const acceptance = xmlmd5.replyXml({ outcome: 'processed', nonce: 'n', key })
  const members = { appid: 'wx1', mch_id: '1', hosp_out_trade_no: 'H1', total_fee: '100', nonce_str: 'n' }
  const request = xmlmd5.serialiseXml({ ...members, sign: xmlmd5.signXml(members, key) })
  for (const body of [acceptance, request])
    assert.equal((await refusal(wx.notifications.receive({ headers: {}, body }))).check, 'notice')
})

test('notices of two hospitals about one number are two, in one memory', async () => {
  const { sim, open } = await openBench()
  const wx = open({ receiving: { memory: memoryNotices() } })
  const key = xmlmd5.readMchKey(sim.credentials.payinsurance.key)
  const notice = (sub_mch_id: string, nonce_str: string) => {
    const members = {
      return_code: 'SUCCESS',
      result_code: 'SUCCESS',
      mch_id: '1',
      sub_mch_id,
      hosp_out_trade_no: 'H1',
      nonce_str,
    }
    return { headers: {}, body: xmlmd5.serialiseXml({ ...members, sign: xmlmd5.signXml(members, key) }) }
  }
  await (await wx.notifications.receive(notice('10', 'a'))).accept()
  assert.equal((await wx.notifications.receive(notice('10', 'b'))).repeated, true)
  assert.equal((await wx.notifications.receive(notice('11', 'a'))).repeated, false)
})

test('a callback that somebody caught is not opened for him as echostr', async () => {
  const { sim, wx } = await openBench()
  const { token = '', encodingAesKey, corpid } = sim.credentials.wecom
  const sealed = callback.sealCallback({
    message: '{"id":"1","resource":{"name":"王秘密"}}',
    receiveId: corpid,
    token,
    key: callback.readEncodingAesKey(encodingAesKey),
    timestamp: Math.floor(sim.clock.now() / 1000),
    nonce: '1',
    random: new Uint8Array(16),
    format: 'json',
  })
  const { encrypt } = JSON.parse(sealed.body) as { encrypt: string }
  const query = new URLSearchParams({ ...sealed.query, echostr: encrypt })
  const answer = await wx.notifications.handle(
    { method: 'GET', url: `/n?${query}`, headers: {}, body: '' },
    () => {},
  )
  assert.equal(answer.status, 401)
  assert.doesNotMatch(await answer.text(), /王秘密/)
})

for (const url of [
  '//?msg_signature=x',
  'http://[?msg_signature=x',
  '/%ff?msg_signature=%',
  '?',
  '/a?b#?msg_signature=x',
]) {
  test(`a request line ${url} is refused, and throws nothing else`, async () => {
    const { wx } = await openBench()
    await refusal(wx.notifications.receive({ method: 'GET', url, headers: {}, body: '' }))
  })
}

test('a body that breaks off is refused and asked for again', async () => {
  const { wx } = await openBench()
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from('{"id"')),
    pull: (controller) => controller.error(new Error('the client went away')),
  })
  const request = new Request('https://shop.example.cn/n', {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit)
  assert.equal((await refusal(wx.notifications.receive(request))).response.status, 500)
})

test('a request whose body was read before says what to pass', async () => {
  const { wx } = await openBench()
  const request = new Request('https://shop.example.cn/n', { method: 'POST', body: '{}' })
  await request.text()
  await assert.rejects(wx.notifications.receive(request), /untouched request/)
})

for (const [what, body] of [
  ['no JSON', 'x'],
  ['no object', '[]'],
  ['nothing', 'null'],
  ['no resource', '{"id":"1","event_type":"A"}'],
  ['a resource that is text', '{"id":"1","event_type":"A","resource":"x"}'],
  ['an id that is a number', '{"id":1,"event_type":"A","resource":{}}'],
  ['a list nested a hundred thousand deep', '['.repeat(100_000)],
  [
    'deep nesting beside a long number',
    `{"id":1234567890123456789,"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ],
] as const) {
  test(`a signed message that holds ${what} is refused`, async () => {
    const { sim, wx } = await openBench()
    const error = await refusal(wx.notifications.receive({ headers: signedHeaders(sim, body), body }))
    assert.equal(error.check, 'envelope')
    assert.equal(error.response.status, 401)
  })
}

for (const [what, headers] of [
  ['a nonce', { 'wechatpay-nonce': 'n'.repeat(129) }],
  ['a timestamp', { 'wechatpay-timestamp': '1'.repeat(13) }],
  ['a timestamp with a sign', { 'wechatpay-timestamp': '-1' }],
  ['a serial', { 'wechatpay-serial': 'A'.repeat(65) }],
  ['a signature', { 'wechatpay-signature': 'A'.repeat(2049) }],
  ['a header sent twice', { 'wechatpay-nonce': ['a', 'b'] as never }],
] as const) {
  test(`${what} beyond its form is refused before any key is looked at`, async () => {
    const { sim, wx, requests } = await openBench()
    const error = await refusal(
      wx.notifications.receive({ headers: { ...signedHeaders(sim, '{}'), ...headers }, body: '{}' }),
    )
    assert.equal(error.check, 'headers')
    assert.deepEqual(requests, [])
  })
}

test('what was refused is not remembered, so the genuine notice is new', async () => {
  const ids: string[] = []
  const memory = { has: async (id: string) => ids.includes(id), add: async (id: string) => void ids.push(id) }
  const { sim, open } = await openBench()
  const wx = open({ receiving: { memory } })
  const body = '{"id":"N1","event_type":"TRANSACTION.SUCCESS","resource":{}}'
  const headers = { ...signedHeaders(sim, body), 'wechatpay-nonce': 'another' }
  await wx.notifications.handle({ headers, body }, () => {})
  assert.deepEqual(ids, [])
})

test('a memory that fails brings the notice again instead of an exception', async () => {
  const outcomes: string[] = []
  const memory = { has: async () => false, add: async () => Promise.reject(new Error('away')) }
  const { sim, open } = await openBench()
  const wx = open({ receiving: { memory }, hooks: { noticed: ({ outcome }) => void outcomes.push(outcome) } })
  const key = xmlmd5.readMchKey(sim.credentials.payinsurance.key)
  const members = { return_code: 'SUCCESS', result_code: 'SUCCESS', hosp_out_trade_no: 'H1', nonce_str: 'n' }
  const body = xmlmd5.serialiseXml({ ...members, sign: xmlmd5.signXml(members, key) })
  const answer = await wx.notifications.handle({ headers: {}, body }, () => {})
  assert.match(await answer.text(), /<result_code><!\[CDATA\[FAIL\]\]>/)
  assert.deepEqual(outcomes, ['verified', 'failed'])
})

test('the memory of this process forgets the oldest, and never grows beyond its limit', async () => {
  const memory = memoryNotices(2)
  for (const id of ['a', 'b', 'b', 'c']) await memory.add(id)
  assert.deepEqual([await memory.has('a'), await memory.has('b'), await memory.has('c')], [false, true, true])
})

test('a hook that fails later ends no process', async () => {
  const { wx } = await openBench({
    client: { hooks: { noticed: async () => Promise.reject(new Error('late')) } },
  })
  await refusal(wx.notifications.receive({ headers: {}, body: '{}' }))
})

test('a request over the limit is refused while it comes, not after', async () => {
  const { open } = await openBench()
  const wx = open({ receiving: { maxBodyBytes: 1000 } })
  let pulled = 0
  const body = new ReadableStream({
    pull(controller) {
      pulled++
      controller.enqueue(new Uint8Array(600))
      if (pulled === 50) controller.close()
    },
  })
  const request = new Request('https://shop.example.cn/n', {
    method: 'POST',
    body,
    duplex: 'half',
  } as RequestInit)
  const error = await refusal(wx.notifications.receive(request))
  assert.deepEqual([error.check, error.response.status], ['size', 413])
  assert.ok(pulled < 10)
})

test('a notice whose amount cannot be held exactly is refused by its place, never rounded', async () => {
  const { sim, wx } = await openBench()
  const plain =
    '{"combine_out_trade_no":"A1","sub_orders":[{"trade_state":"SUCCESS","amount":{"total_amount":9007199254740993}}]}'
  const { apiV3Key } = sim.credentials.apiv3
  const resource = apiv3.sealResource(plain, {
    apiV3Key,
    nonce: 'n'.repeat(12),
    associatedData: 'transaction',
  })
  const body = JSON.stringify({ id: 'N1', event_type: 'TRANSACTION.SUCCESS', resource })
  const error = await refusal(wx.notifications.receive({ headers: signedHeaders(sim, body), body }))
  assert.equal(error.check, 'resource')
  assert.match(error.message, /\/sub_orders\/0\/amount\/total_amount/)
})
