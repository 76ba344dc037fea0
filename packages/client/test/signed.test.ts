/** What is signed is what is sent: every request is checked as the platform would, over the bytes that left. */
import assert from 'node:assert/strict'
import { createPublicKey, KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { apiv3, operations } from '@chadan/protocol'
import { Lost, Refused } from '../src/index.ts'
import { readOptions } from '../src/options.ts'
import { combinedOrder, openBench } from './bench.ts'

/** A client whose requests are kept, each with whether its signature covers exactly what was sent. */
async function watched() {
  const bench = await openBench()
  const publicKey = createPublicKey(bench.sim.credentials.apiv3.certificate)
  const sent: { line: string; genuine: boolean; serial: string | null; nonce: string }[] = []
  const wx = bench.open({
    retries: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const target = pathname + search
      const body = new Uint8Array(await request.clone().arrayBuffer())
      const given = apiv3.parseAuthorization(request.headers.get('authorization') ?? '')
      assert.ok(!('problem' in given))
      const { timestamp, nonce, signature } = given
      const text = apiv3.requestText({ method: request.method, target, timestamp, nonce, body })
      sent.push({
        line: `${request.method} ${target} ${body.byteLength > 0 ? 'with' : 'without'} body`,
        genuine: apiv3.verifyText(text, signature, publicKey),
        serial: request.headers.get('wechatpay-serial'),
        nonce,
      })
      return bench.sim.fetch(request)
    },
  })
  return { ...bench, wx, sent }
}

test('path, query and body are signed as they are sent', async () => {
  const { wx, sent } = await watched()
  for (const ask of [
    () => wx.medIns.queryByOutTradeNo({ out_trade_no: 'A|B*1', sub_mchid: '1690000202' }),
    () => wx.chain.unlisted('v3/some/{path}').get({ path: "a b'c/d", query: { note: "茶 & 'x'" } }),
    () => wx.chain.unlisted('v3/some/path').post({ body: { note: '茶' } }),
    () => wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'A@1' }),
  ])
    await assert.rejects(ask(), Refused)
  assert.deepEqual(
    sent.map(({ line, genuine }) => [line, genuine]),
    [
      ['GET /v3/med-ins/orders/out-trade-no/A%7CB*1?sub_mchid=1690000202 without body', true],
      ["GET /v3/some/a%20b'c%2Fd?note=%E8%8C%B6%20%26%20%27x%27 without body", true],
      ['POST /v3/some/path with body', true],
      ['GET /v3/combine-transactions/out-trade-no/A%401 without body', true],
    ],
  )
})

test('no two requests share a nonce', async () => {
  const { wx, sent } = await watched()
  for (let n = 0; n < 20; n++)
    await wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'NOBODY' }).catch(() => {})
  assert.equal(new Set(sent.map(({ nonce }) => nonce)).size, 20)
  assert.ok(sent.every(({ nonce }) => /^[0-9A-Za-z]{32}$/.test(nonce)))
})

test('a sealed field names the key that sealed it in Wechatpay-Serial, which opens it', async () => {
  const { sim, wx, sent } = await watched()
  const order = combinedOrder(sim)
  const identity = { type: 'IDCARD' as const, number: '110101199003072316', name: '张三' }
  const prepared = await wx.prepare(operations.combine.createJsapi, {
    ...order,
    combine_payer_info: { ...order.combine_payer_info, identity },
  })
  await wx.send(prepared)
  assert.equal(sent[0]?.serial, prepared.sealedUnder)
  const merchant = sim.world.merchants.get(sim.credentials.apiv3.mchid)
  const { privateKey } = sim.world.signingKey(merchant as never, prepared.sealedUnder)
  const body = JSON.parse(Buffer.from(prepared.body).toString())
  assert.equal(apiv3.openField(body.combine_payer_info.identity.name, privateKey), '张三')
})

test('the private key is read once, at the start, and a call has a time limit unless told otherwise', async () => {
  const { sim } = await openBench()
  const { mchid, serialNo, privateKey, publicKey, publicKeyId, apiV3Key } = sim.credentials.apiv3
  const baseUrl = 'http://127.0.0.1:1'
  const settings = readOptions({ mchid, serialNo, privateKey, publicKey, publicKeyId, apiV3Key, baseUrl })
  assert.ok(settings.merchant?.privateKey instanceof KeyObject)
  assert.ok(settings.merchant.apiV3Key instanceof KeyObject)
  assert.equal(settings.timeoutMs, 10_000)
})

test('signatures are compared in constant time, wherever they are not checked by RSA', () => {
  for (const file of ['xmlmd5/sign.ts', 'callback/outer.ts']) {
    const source = readFileSync(new URL(`../../protocol/src/${file}`, import.meta.url), 'utf8')
    assert.match(source, /timingSafeEqual\(Buffer\.from\(sign\w*, 'latin1'\), Buffer\.from\(expected/)
    assert.doesNotMatch(source, /[!=]== *(expected|sign\w*)\b|\b(expected|signature) *[!=]==/)
  }
})

test('certificates that one client loaded verify nothing for another', async () => {
  const { sim, open } = await openBench()
  const byCertificates = {
    publicKey: undefined,
    publicKeyId: undefined,
    platformCertificates: [],
    retries: 0,
  }
  await open(byCertificates).combine.createJsapi(combinedOrder(sim))
  const other = open({ ...byCertificates, fetch: async () => new Response('', { status: 502 }) })
  await assert.rejects(other.combine.createJsapi(combinedOrder(sim)), { operation: 'certificates.list' })
})

test('a close that succeeds proves nothing: the same number is unknown when asked for', async () => {
  const { sim, wx } = await openBench()
  const { mchid } = sim.credentials.apiv3
  const order = { out_trade_no: 'NEVERPLACED1', mchid }
  await wx.cash.close(order)
  await assert.rejects(
    wx.cash.queryByOutTradeNo(order),
    (error: Refused) => error instanceof Refused && error.notFound,
  )
})

test('a token refused again after its renewal is renewed no further', async () => {
  const { sim, open } = await openBench()
  const paths: string[] = []
  const wx = open({
    retries: 0,
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      paths.push(pathname.endsWith('gettoken') ? 'draw' : 'call')
      return pathname.endsWith('gettoken')
        ? Response.json({ errcode: 0, access_token: `T${paths.length}`, expires_in: 7200 })
        : Response.json({ errcode: 42001, errmsg: 'access_token expired' })
    },
  })
  const asked = wx.wecom.getOrder({ mchid: sim.credentials.wecom.mchid, out_trade_no: 'NOBODY_0001' })
  await assert.rejects(asked, (error: Refused) => error instanceof Refused && error.code === '42001')
  assert.deepEqual(paths, ['draw', 'call', 'draw', 'call'])
})

for (const code of [40001, 48002]) {
  test(`wecom’s ${code} in a call draws no new token: it is a matter of configuration`, async () => {
    const { sim, open } = await openBench()
    let draws = 0
    const wx = open({
      retries: 0,
      fetch: async (request) => {
        const drawing = new URL(request.url).pathname.endsWith('gettoken')
        if (drawing) draws++
        return Response.json(drawing ? { access_token: 'T', expires_in: 7200 } : { errcode: code })
      },
    })
    const asked = wx.wecom.getOrder({ mchid: sim.credentials.wecom.mchid, out_trade_no: 'NOBODY_0001' })
    await assert.rejects(asked, (error: Refused) => error instanceof Refused && error.advice === 'configure')
    assert.equal(draws, 1)
  })
}

test('a placement of any dialect that meets a broken connection is sent once', async () => {
  const { sim, open } = await openBench()
  const counts = new Map<string, number>()
  const wx = open({
    retries: 5,
    fetch: async (request) => {
      const { pathname } = new URL(request.url)
      if (/token/.test(pathname)) return Response.json({ access_token: 'T', expires_in: 7200 })
      counts.set(pathname, (counts.get(pathname) ?? 0) + 1)
      throw Object.assign(new TypeError('reset'), { code: 'ECONNRESET' })
    },
  })
  const refund = {
    transaction_id: '4200000000202603171234567890',
    out_refund_no: 'R0001',
    notify_url: 'https://shop.example.cn/n',
    amount: { refund: 1, total: 1, currency: 'CNY' as const },
  }
  const lost = (asked: Promise<unknown>) =>
    assert.rejects(asked, (error: Lost) => error instanceof Lost && !error.unsent)
  await lost(wx.combine.createJsapi(combinedOrder(sim)))
  await lost(wx.refunds.create(refund))
  assert.deepEqual([...counts.values()], [1, 1])
})

test('a notice can be answered before its work is done: receiving waits for nothing', async () => {
  const { sim, wx, messages, requests } = await openBench()
  const { prepay_id } = await wx.combine.createJsapi(combinedOrder(sim))
  await sim.pay(prepay_id)
  await sim.advance(1000)
  const [message] = messages
  assert.ok(message)
  const before = requests.length
  const notice = await wx.notifications.receive(message)
  assert.equal((await notice.accept()).status, 204)
  assert.equal(requests.length, before)
})

test('what was sealed before a rotation is sent under the serial it was sealed with', async () => {
  const { sim, wx, sent } = await watched()
  const prepared = await wx.prepare(operations.combine.createJsapi, combinedOrder(sim))
  await wx.send({ ...prepared, sealedUnder: 'A'.repeat(40) }).catch(() => {})
  assert.equal(sent[0]?.serial, 'A'.repeat(40))
})
