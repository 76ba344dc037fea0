/** Options that would switch a protection off without a word. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testKeySource } from '@chadan/simulator'
import { Lost, OptionsError, WechatPay, type WechatPayOptions } from '../src/index.ts'
import { readOptions } from '../src/options.ts'
import { combinedOrder, openBench } from './bench.ts'

const refused = (options: WechatPayOptions, message: RegExp) =>
  assert.throws(
    () => new WechatPay(options),
    (error: Error) => {
      assert.ok(error instanceof OptionsError, String(error))
      assert.match(error.message, message)
      return true
    },
  )

for (const name of ['timeoutMs', 'retries', 'maxAnswerBytes', 'windowSeconds'] as const) {
  test(`${name} that is no whole number is refused`, () => {
    for (const value of [Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, '5' as never])
      refused({ [name]: value }, new RegExp(`^${name}: `))
  })
}

test('limits of receiving that are no whole numbers are refused', () => {
  refused({ receiving: { maxBodyBytes: Number.NaN } }, /^receiving\.maxBodyBytes: /)
})

test('addresses that are none, or hold credentials, are refused without being shown', () => {
  for (const baseUrl of [
    'localhost:8080',
    'ftp://a.cn',
    'https://u:pa55@a.cn',
    'https://a.cn?x=pa55',
    '',
    'https://a .cn',
  ]) {
    refused({ baseUrl }, /^baseUrl: (?!.*pa55)/)
    refused({ hosts: { wecom: baseUrl } }, /^hosts\.wecom: (?!.*pa55)/)
  }
  refused({ fallback: 'second' }, /^fallback: /)
})

test('the official second address serves the official first one alone', () => {
  assert.equal(readOptions({}).fallback, 'https://api2.mch.weixin.qq.com')
  assert.equal(readOptions({ hosts: { mainland: 'http://127.0.0.1:1' } }).fallback, undefined)
  assert.equal(readOptions({ baseUrl: 'http://127.0.0.1:1' }).fallback, undefined)
  assert.equal(readOptions({ fallback: false }).fallback, undefined)
})

test('a digest key that can be guessed is refused', () => {
  for (const digestKey of ['', 'short', new Uint8Array(15), 5 as never])
    refused({ digestKey }, /^digestKey: /)
  assert.ok(readOptions({ digestKey: new Uint8Array(16) }))
})

test('callback keys are read at the start, not by the first stranger', () => {
  const wecom = { corpid: 'ww1', corpsecret: 's', token: 'T0ken', encodingAesKey: 'a'.repeat(43) }
  assert.ok(readOptions({ wecom }))
  for (const [change, message] of [
    [{ token: 'T0ken\n' }, /^wecom\.token: /],
    [{ token: undefined }, /belong together/],
    [{ encodingAesKey: `${'a'.repeat(42)}\n` }, /^wecom\.encodingAesKey: /],
    [{ payNotifyKey: 'short' }, /^wecom\.payNotifyKey: /],
    [{ corpsecret: 's\n' }, /^wecom\.corpsecret: /],
    [{ corpsecret: undefined as never }, /^wecom\.corpsecret: /],
  ] as const)
    refused({ wecom: { ...wecom, ...change } }, message)
})

test('every test key of the simulator is refused at the official address, in each place a key can stand', async () => {
  const { sim } = await openBench()
  const { mchid, serialNo, publicKey, publicKeyId, platformCertificate } = sim.credentials.apiv3
  const fresh = { sign: () => '' }
  const next = testKeySource()
  const seen = new Set<string>()
  for (let privateKey = next(); !seen.has(privateKey); privateKey = next()) {
    seen.add(privateKey)
    refused({ mchid, serialNo, privateKey, apiV3Key: 'a'.repeat(32) }, /^privateKey: a public test key/)
  }
  assert.ok(seen.size > 1)
  refused({ mchid, serialNo, signer: fresh, publicKey, publicKeyId }, /^publicKey: a public test key/)
  refused(
    { mchid, serialNo, signer: fresh, platformCertificates: [platformCertificate] },
    /^platformCertificates\[0\]: /,
  )
  assert.ok(
    new WechatPay({ mchid, serialNo, signer: fresh, publicKey, publicKeyId, baseUrl: 'http://127.0.0.1:1' }),
  )
})

test('a number of repetitions that is none repeats nothing', async () => {
  const { open, sim } = await openBench()
  let calls = 0
  const wx = open({ fetch: async () => new Response('', { status: ++calls > 9 ? 200 : 502 }) })
  await assert.rejects(
    wx.combine.queryByOutTradeNo(
      { combine_out_trade_no: combinedOrder(sim).combine_out_trade_no },
      { retries: Number.NaN },
    ),
    Lost,
  )
  assert.equal(calls, 1)
})

test('a read that meets probe after probe is repeated once', async () => {
  const { sim, open, requests, pump } = await openBench()
  sim.faults.next('combine.queryByOutTradeNo', 'probe', { times: 5 })
  const asked = open({ retries: 5 }).combine.queryByOutTradeNo({ combine_out_trade_no: 'CT20260317A00042' })
  await assert.rejects(pump(asked), { name: 'Distrusted', check: 'probe' })
  assert.equal(requests.length, 2)
})
