import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Distrusted, Lost, OptionsError, Refused, WechatPay } from '../src/index.ts'
import { combinedOrder, openBench } from './bench.ts'

const number = { combine_out_trade_no: 'CT20260317A00042' }

for (const [fault, check] of [
  ['unsigned', 'headers'],
  ['wrongSignature', 'signature'],
  ['corrupted', 'signature'],
  ['truncated', 'signature'],
  ['staleClock', 'clock'],
  ['probe', 'probe'],
] as const) {
  test(`an answer with fault ${fault} to a placement is distrusted at ${check}, and its text only shows when revealed`, async () => {
    const { sim, wx } = await openBench()
    sim.faults.next('combine.createJsapi', fault)
    await assert.rejects(wx.combine.createJsapi(combinedOrder(sim)), (error: Distrusted) => {
      assert.ok(error instanceof Distrusted && error instanceof Lost)
      assert.equal(error.check, check)
      assert.ok(!JSON.stringify(error).includes('prepay_id'))
      assert.match(error.reveal(), /prepay_id|\n/)
      return true
    })
  })
}

test('platform certificates alone verify, with the keys downloaded once for many calls', async () => {
  const { sim, open, requests } = await openBench()
  const wx = open({ publicKey: undefined, publicKeyId: undefined, platformCertificates: [] })
  await Promise.all([1, 2, 3, 4].map((n) => wx.combine.createJsapi(combinedOrder(sim, `CT2026031700${n}`))))
  assert.equal(requests.filter((one) => one === 'GET /v3/certificates').length, 1)
})

test('after a rotation answers under the new certificate verify', async () => {
  const { sim, open } = await openBench()
  const wx = open({ publicKey: undefined, publicKeyId: undefined, platformCertificates: [] })
  await wx.combine.createJsapi(combinedOrder(sim))
  await sim.rotateCertificate(0)
  await sim.advance(61_000)
  // The request still names the old certificate, so ask with a client that was told of none.
  const fresh = open({ publicKey: undefined, publicKeyId: undefined, platformCertificates: [] })
  assert.equal(
    (await fresh.combine.queryByOutTradeNo(number)).combine_out_trade_no,
    number.combine_out_trade_no,
  )
})

test('fifty junk notices under unknown serials cost one download', async () => {
  const { sim, open, requests } = await openBench()
  const wx = open()
  const junk = (serial: string) => ({
    headers: {
      'wechatpay-timestamp': String(Math.floor(sim.clock.now() / 1000)),
      'wechatpay-nonce': 'a',
      'wechatpay-serial': serial,
      'wechatpay-signature': Buffer.alloc(256, 1).toString('base64'),
    },
    body: '{}',
  })
  for (let n = 0; n < 50; n++) {
    const serial = n.toString(16).toUpperCase().padStart(40, 'A')
    await assert.rejects(wx.notifications.receive(junk(serial)), { name: 'NoticeRefused', check: 'serial' })
  }
  assert.equal(requests.filter((one) => one.endsWith('/v3/certificates')).length, 1)
})

test('a certificate list that does not verify under its own certificates is thrown away', async () => {
  const { sim, open } = await openBench()
  const wx = open({ publicKey: undefined, publicKeyId: undefined, platformCertificates: [] })
  sim.faults.next('certificates.list', 'wrongSignature')
  await assert.rejects(wx.combine.createJsapi(combinedOrder(sim)), {
    name: 'Distrusted',
    operation: 'certificates.list',
  })
})

test('in the gray switch answers under certificate and public key both verify', async () => {
  const { sim, open } = await openBench()
  const merchant = sim.world.merchants.get(sim.credentials.apiv3.mchid)
  if (merchant) merchant.keyMode = { mixed: 0.5 }
  const wx = open({ retries: 0 })
  const serials = new Set<string>()
  for (let n = 0; n < 12; n++) {
    await wx.combine.createJsapi(combinedOrder(sim, `CT2026031701${n}`))
    const asked = sim.world.signingKey(merchant as never)
    serials.add(asked.serial)
  }
  assert.equal(serials.size, 2)
})

test('options that cannot be what they should be are refused without showing them', async () => {
  const { sim } = await openBench()
  const { mchid, serialNo, privateKey, apiV3Key, publicKey, publicKeyId } = sim.credentials.apiv3
  const good = { mchid, serialNo, privateKey, apiV3Key, publicKey, publicKeyId }
  const wrong: [object, RegExp][] = [
    [{ apiV3Key: `${apiV3Key}\n` }, /^apiV3Key: /],
    [{ apiV3Key: apiV3Key.slice(1) }, /^apiV3Key: .*31/],
    [{ privateKey: publicKey }, /^privateKey: /],
    [{ publicKey: privateKey }, /^publicKey: /],
    [{ publicKeyId: 'PUB_KEY' }, /^publicKeyId: /],
    [{ publicKeyId: undefined }, /belong together/],
    [{ serialNo: 'no' }, /^serialNo: /],
    [{ mchid: undefined }, /^mchid is missing/],
    [{ privateKey: undefined }, /^privateKey is missing/],
    [{ publicKey: undefined, publicKeyId: undefined, apiV3Key: undefined }, /could not be verified/],
    [{ payinsurance: { key: 'short\n', appid: 'x' } }, /^payinsurance\.key: /],
  ]
  for (const [change, message] of wrong) {
    assert.throws(
      () => new WechatPay({ ...good, ...change }),
      (error: OptionsError) => {
        assert.ok(error instanceof OptionsError, String(error))
        assert.match(error.message, message)
        for (const secret of [apiV3Key.slice(1), 'MII', 'short']) assert.ok(!error.message.includes(secret))
        return true
      },
    )
  }
})

test('a request signed with the wrong serial is refused with what to compare', async () => {
  const { open } = await openBench()
  const wx = open({ serialNo: '0'.repeat(40) })
  await assert.rejects(wx.combine.queryByOutTradeNo(number), (error: Refused) => {
    assert.ok(error instanceof Refused)
    assert.deepEqual(
      [error.status, error.code, error.advice, error.verified],
      [401, 'SIGN_ERROR', 'configure', 'absent'],
    )
    assert.match(error.hint ?? '', /serial/)
    return true
  })
})

test('a client without options says what it needs', () => {
  assert.throws(() => new WechatPay(undefined as never), {
    name: 'OptionsError',
    message: /options are missing/,
  })
})
