/** The keys that answers are verified with: found, kept, replaced, and never a reason to wait for ever. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiv3 } from '@chadan/protocol'
import { Lost, Refused, type WechatPayOptions } from '../src/index.ts'
import { KeyRing } from '../src/keys.ts'
import { readOptions } from '../src/options.ts'
import { signedAnswer, signedHeaders } from './answering.ts'
import { type Bench, combinedOrder, openBench } from './bench.ts'

const byCertificates: Partial<WechatPayOptions> = {
  publicKey: undefined,
  publicKeyId: undefined,
  platformCertificates: [],
  retries: 0,
}
const isList = (request: Request) => new URL(request.url).pathname === '/v3/certificates'

function certificateOf({ sim }: Bench): apiv3.Certificate {
  return apiv3.readCertificate(sim.credentials.apiv3.platformCertificate)
}

function serialOf(bench: Bench): string {
  return certificateOf(bench).serialNo
}

test('a list refused under a certificate that is not at hand ends the call instead of waiting for itself', async () => {
  const bench = await openBench()
  const body = '{"code":"RESOURCE_NOT_EXISTS","message":"无可用的平台证书"}'
  const wx = bench.open({
    ...byCertificates,
    fetch: async () => signedAnswer(bench, body, { status: 404, serial: serialOf(bench) }),
  })
  await assert.rejects(wx.combine.createJsapi(combinedOrder(bench.sim)), (error: Refused) => {
    assert.ok(error instanceof Refused)
    assert.deepEqual([error.operation, error.status, error.verified], ['certificates.list', 404, false])
    return true
  })
})

test('without any key nothing is placed, in the minute after the download failed as well', async () => {
  const bench = await openBench()
  const seen: string[] = []
  const wx = bench.open({
    ...byCertificates,
    fetch: async (request) => {
      seen.push(new URL(request.url).pathname)
      return new Response('busy', { status: 500 })
    },
  })
  for (let n = 0; n < 3; n++) {
    await assert.rejects(
      wx.combine.createJsapi(combinedOrder(bench.sim)),
      (error: Lost) => error instanceof Lost && error.operation === 'certificates.list',
    )
  }
  assert.deepEqual(seen, ['/v3/certificates'])
})

test('an empty list is no key: it verifies under nothing, and nothing is placed', async () => {
  const bench = await openBench()
  const paths: string[] = []
  const wx = bench.open({
    ...byCertificates,
    fetch: async (request) => {
      paths.push(new URL(request.url).pathname)
      return signedAnswer(bench, '{"data":[]}', { serial: serialOf(bench) })
    },
  })
  await assert.rejects(wx.combine.createJsapi(combinedOrder(bench.sim)), {
    name: 'Distrusted',
    check: 'serial',
  })
  assert.deepEqual(paths, ['/v3/certificates'])
})

test('a merchant whose certificate list is 404 lives on its public key alone', async () => {
  const bench = await openBench()
  const wx = bench.open({
    fetch: (request) =>
      isList(request) ? Promise.resolve(new Response('{}', { status: 404 })) : bench.sim.fetch(request),
  })
  assert.ok((await wx.combine.createJsapi(combinedOrder(bench.sim))).prepay_id)
})

test('while the list is being replaced the kept certificate goes on verifying', async () => {
  const bench = await openBench()
  const held = Promise.withResolvers<void>()
  let lists = 0
  const wx = bench.open({
    ...byCertificates,
    fetch: async (request) => {
      if (isList(request) && ++lists > 1) await held.promise
      return bench.sim.fetch(request)
    },
  })
  await wx.combine.createJsapi(combinedOrder(bench.sim))
  await bench.sim.advance(61_000)
  const body = '{}'
  const junk = wx.notifications.receive({
    headers: { ...signedHeaders(bench.sim, body, serialOf(bench)), 'wechatpay-serial': 'F'.repeat(40) },
    body,
  })
  const refused = assert.rejects(junk, { check: 'serial' })
  const order = await wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' })
  assert.equal(order.combine_out_trade_no, 'CT20260317A00042')
  held.resolve()
  await refused
  assert.equal(lists, 2)
})

test('a download that fails takes no certificate away', async () => {
  const bench = await openBench()
  let fail = false
  const wx = bench.open({
    ...byCertificates,
    fetch: async (request) =>
      fail && isList(request) ? new Response('', { status: 502 }) : bench.sim.fetch(request),
  })
  await wx.combine.createJsapi(combinedOrder(bench.sim))
  fail = true
  await bench.sim.advance(11 * 3600_000)
  assert.ok(await wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' }))
})

test('a certificate that has expired verifies nothing any more', async () => {
  const bench = await openBench()
  const { validToMs } = certificateOf(bench)
  const { platformCertificate } = bench.sim.credentials.apiv3
  const later = { ...bench.sim.clock, now: () => validToMs + 1000 }
  const answering = { sim: { ...bench.sim, clock: later } as Bench['sim'] } as Bench
  const wx = bench.open({
    ...byCertificates,
    platformCertificates: [platformCertificate],
    apiV3Key: undefined,
    clock: later,
    fetch: async () => signedAnswer(answering, '{}', { serial: serialOf(bench) }),
  })
  await assert.rejects(wx.combine.createJsapi(combinedOrder(bench.sim)), /no key that answers/)
})

test('a request always says under which serial its answer is wanted', async () => {
  const serials: (string | null)[] = []
  const bench = await openBench()
  const fetch = (request: Request) => {
    if (!isList(request)) serials.push(request.headers.get('wechatpay-serial'))
    return bench.sim.fetch(request)
  }
  await bench.open({ fetch }).combine.createJsapi(combinedOrder(bench.sim))
  await bench.open({ ...byCertificates, fetch }).combine.createJsapi(combinedOrder(bench.sim))
  assert.deepEqual(serials, [bench.sim.credentials.apiv3.publicKeyId, serialOf(bench)])
})

test('an answer under a certificate that has expired is distrusted although its signature holds', async () => {
  const bench = await openBench()
  const later = { ...bench.sim.clock, now: () => certificateOf(bench).validToMs + 1000 }
  const answering = { sim: { ...bench.sim, clock: later } } as Bench
  const wx = bench.open({
    platformCertificates: [bench.sim.credentials.apiv3.platformCertificate],
    clock: later,
    retries: 0,
    fetch: async (request) =>
      isList(request)
        ? new Response('{}', { status: 404 })
        : signedAnswer(answering, '{}', { serial: serialOf(bench) }),
  })
  const asked = wx.combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' })
  await assert.rejects(asked, { name: 'Distrusted', check: 'serial' })
})

test('a certificate that a new list leaves out verifies on until it expires', async () => {
  const bench = await openBench()
  const { merchant } = readOptions({
    ...byCertificates,
    mchid: '1',
    serialNo: '0'.repeat(40),
    signer: { sign: () => '' },
    platformCertificates: [bench.sim.credentials.apiv3.platformCertificate],
    baseUrl: 'https://simulator.invalid',
  })
  assert.ok(merchant)
  const ring = new KeyRing(merchant, bench.sim.clock, undefined)
  ring.take([])
  assert.ok(ring.get(serialOf(bench)))
  assert.equal((await ring.current())?.serial, serialOf(bench))
})

test('junk under one serial and under many costs one download a minute, and a real new serial is found after it', async () => {
  const bench = await openBench()
  const wx = bench.open(byCertificates)
  await wx.combine.createJsapi(combinedOrder(bench.sim))
  const serial = await bench.sim.rotateCertificate(0)
  const body = '{}'
  const hear = async (under: string) =>
    wx.notifications
      .receive({
        headers: { ...signedHeaders(bench.sim, body, serial), 'wechatpay-serial': under },
        body,
      })
      .then(
        () => 'heard',
        (error: { check: string }) => error.check,
      )
  const lists = () => bench.requests.filter((one) => one.endsWith('/v3/certificates')).length
  assert.deepEqual([await hear('F'.repeat(40)), await hear(serial), lists()], ['serial', 'serial', 1])
  await bench.sim.advance(60_000)
  assert.deepEqual([await hear('F'.repeat(40)), await hear(serial), lists()], ['serial', 'envelope', 2])
  assert.deepEqual([await hear('E'.repeat(40)), lists()], ['serial', 2])
})
