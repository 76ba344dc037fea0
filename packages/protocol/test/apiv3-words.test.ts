import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  businessViewDetail,
  encodeQuery,
  encodeSegment,
  errorNumber,
  errorNumbers,
  formatTime,
  h5Link,
  jsapiInvocation,
  medInsInvocation,
  normaliseCode,
  openBusinessViewParameters,
  parseTime,
} from '../src/apiv3/index.ts'

const decode = (text: Uint8Array) => new TextDecoder().decode(text)

test('a path variable stays one segment and is sent as it was signed', () => {
  const dots = ['.', '..', '']
  const nasty = fc.constantFrom(
    '../../x?y=1#',
    '%2e%2e',
    '%2F',
    '//',
    'a/b',
    'a\\b',
    '?',
    '#',
    ';',
    '\t',
    '\n',
    ' ',
    "'",
    '|',
    '@',
  )
  const value = fc.oneof(fc.string({ unit: 'grapheme' }), nasty).filter((text) => !dots.includes(text))
  fc.assert(
    fc.property(value, (text) => {
      const path = `/v3/refund/${encodeSegment(text)}/close`
      const url = new URL(path, 'https://api.mch.weixin.qq.com')
      assert.equal(url.pathname + url.search + url.hash, path)
      assert.equal(decodeURIComponent(url.pathname.split('/')[3] ?? ''), text)
    }),
  )
})

test('a path variable that no encoding keeps in place is refused', () => {
  for (const value of ['', '.', '..', '\ud800']) assert.throws(() => encodeSegment(value), RangeError)
})

test('a query keeps its order and is sent as it was signed', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), (pairs) => {
      const query = encodeQuery(pairs)
      const url = new URL(`/v3/x?${query}`, 'https://api.mch.weixin.qq.com')
      assert.equal(url.search, `?${query}`)
      assert.equal(url.hash, '')
      assert.deepEqual([...url.searchParams], pairs)
    }),
  )
  assert.equal(encodeQuery([]), '')
  assert.equal(encodeQuery([['q', '{"a":"it\'s"}']]), 'q=%7B%22a%22%3A%22it%27s%22%7D')
})

test('both spellings of a code are one', () => {
  const pairs = [
    ['SYSTEMERROR', 'SYSTEM_ERROR'],
    ['BANKERROR', 'BANK_ERROR'],
    ['ORDERNOTEXIST', 'ORDER_NOT_EXIST'],
    ['ORDERNOTEXIST', 'ORDER_NOT_EXISTS'],
    ['RULELIMIT', 'RULE_LIMIT'],
    ['NOTENOUGH', 'NOT_ENOUGH'],
    ['NOAUTH', 'NO_AUTH'],
    ['ACCOUNTERROR', 'ACCOUNT_ERROR'],
    ['ORDERPAID', 'ORDER_PAID'],
    ['ORDERCLOSED', 'ORDER_CLOSED'],
    ['FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED'],
    ['FREQUENCY_LIMITED', 'RATELIMIT_EXCEED'],
    ['FREQUENCY_LIMITED', 'RATELIMIT_EXCEEDED'],
  ] as const
  for (const [older, newer] of pairs) assert.equal(normaliseCode(older), normaliseCode(newer))
  assert.equal(normaliseCode('param_Error'), 'PARAMERROR')
  assert.equal(normaliseCode('constructor'), 'CONSTRUCTOR')
})

test('a code that was normalised stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (code) => {
      assert.equal(normaliseCode(normaliseCode(code)), normaliseCode(code))
    }),
  )
})

test('the internal number stands behind the last hyphen of a Request-ID', () => {
  assert.equal(errorNumber('08F4C2A1E30-268512771'), 268512771)
  assert.equal(errorNumber('08F4-C2A1-0'), 0)
  for (const none of ['', '08F4C2A1', '08F4C2A1-', '08F4C2A1-12x', '08F4C2A1-12345678901']) {
    assert.equal(errorNumber(none), undefined)
  }
  assert.equal(errorNumbers[268512771], 'order does not exist')
  assert.equal(Object.keys(errorNumbers).length, 20)
})

test('a time is read in every form that the pages show', () => {
  const ms = 1773714035_000
  const forms: [string, number][] = [
    ['2026-03-17T10:20:35+08:00', ms],
    ['2026-03-17T02:20:35Z', ms],
    ['2026-03-16T18:50:35-07:30', ms],
    ['2026-03-17T10:20:35.1+08:00', ms + 100],
    ['2026-03-17T10:20:35.120+08:00', ms + 120],
    ['2026-03-17T10:20:35:120+08:00', ms + 120],
    ['2026-03-17T10:20:35.123456789+08:00', ms + 123],
    ['1970-01-01T08:00:00+08:00', 0],
    ['2024-02-29T00:00:00Z', 1709164800_000],
  ]
  for (const [text, expected] of forms) assert.equal(parseTime(text), expected, text)
})

test('what is no time, or a day that does not exist, is refused', () => {
  const wrong = [
    '',
    '2026-03-17',
    '2026-03-17T10:20:35',
    '2026-03-17 10:20:35+08:00',
    '2026-03-17T10:20:35.+08:00',
    '2026-03-17T10:20:35.1234567890+08:00',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-17T24:00:00Z',
    '2026-03-17T10:60:00Z',
    '2026-03-17T10:20:60Z',
    '2026-03-17T10:20:35+24:00',
    '2026-03-17T10:20:35Z\n',
    ' 2026-03-17T10:20:35Z',
  ]
  for (const text of wrong) assert.throws(() => parseTime(text), RangeError, text)
})

test('reading a time throws nothing but RangeError', () => {
  const near = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.:]\d{0,10})?(Z|[+-]\d\d:\d\d)?$/)
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (text) => {
      try {
        assert.ok(Number.isInteger(parseTime(text)))
      } catch (error) {
        assert.ok(error instanceof RangeError)
      }
    }),
  )
})

test('a written time reads back to the same instant', () => {
  const instant = fc.integer({ min: -62_000_000_000_000, max: 253_000_000_000_000 })
  fc.assert(
    fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (ms, offsetMinutes) => {
      assert.equal(parseTime(formatTime(ms, { offsetMinutes, milliseconds: true })), ms)
      assert.equal(parseTime(formatTime(ms, { offsetMinutes })), Math.floor(ms / 1000) * 1000)
    }),
  )
})

test('a time is written in Beijing time with whole seconds unless asked otherwise', () => {
  assert.equal(formatTime(1773714030_999), '2026-03-17T10:20:30+08:00')
  assert.equal(formatTime(1773714035_120, { milliseconds: true }), '2026-03-17T10:20:35.120+08:00')
  assert.equal(formatTime(1773714030_000, { offsetMinutes: -90 }), '2026-03-17T00:50:30-01:30')
  for (const ms of [Number.NaN, Number.POSITIVE_INFINITY, 253_402_300_800_000]) {
    assert.throws(() => formatTime(ms), RangeError)
  }
  assert.throws(() => formatTime(0, { offsetMinutes: 1440 }), RangeError)
})

const cash = {
  prepayId: 'wx14101558203471a9c0d3e8b25f7a6100b0',
  timestamp: '1773454585',
  nonce: 'K3f9Qm2Zt7Rw5Yx1Hs8Lb6Vc4Nd0JpGa',
}
const medIns = { appId: 'wx7e6d5c4b3a291807', mixTradeNo: '202603141016023381457720914406' }

test('the medical-insurance cashier is given what the dossier shows, signed over four lines', () => {
  const sign = (text: Uint8Array) => decode(text)
  const page = medInsInvocation({ ...medIns, front: 'page', cash: { ...cash, sign } })
  assert.deepEqual(page, {
    appid: 'wx7e6d5c4b3a291807',
    timeStamp: '1773454585',
    nonceStr: 'K3f9Qm2Zt7Rw5Yx1Hs8Lb6Vc4Nd0JpGa',
    package: 'prepay_id=wx14101558203471a9c0d3e8b25f7a6100b0',
    signType: 'RSA',
    paySign:
      'wx7e6d5c4b3a291807\n1773454585\nK3f9Qm2Zt7Rw5Yx1Hs8Lb6Vc4Nd0JpGa\nprepay_id=wx14101558203471a9c0d3e8b25f7a6100b0\n',
    mixTradeNo: '202603141016023381457720914406',
  })
  const { appid: _, ...handedOver } = page
  assert.deepEqual(
    medInsInvocation({ ...medIns, front: 'mini program', cash: { ...cash, sign } }),
    handedOver,
  )
})

test('an order paid by insurance alone is handed over without pay parameters', () => {
  const { appId: appid, mixTradeNo } = medIns
  assert.deepEqual(medInsInvocation({ ...medIns, front: 'page' }), { appid, mixTradeNo })
  assert.deepEqual(medInsInvocation({ ...medIns, front: 'mini program' }), { mixTradeNo })
})

test('a signer that answers later makes the invocation a promise', async () => {
  const invocation = jsapiInvocation({ appId: 'wx1', ...cash, sign: async (text) => decode(text) })
  assert.ok(invocation instanceof Promise)
  assert.match((await invocation).paySign, /^wx1\n/)
})

test('what extends the package is signed with it', () => {
  const packageSuffix = '&subsidy_period_type=PERIOD&selected_installment_number=3'
  const { package: handedOver, paySign } = jsapiInvocation({
    appId: 'wx1',
    ...cash,
    packageSuffix,
    sign: decode,
  })
  assert.equal(handedOver, `prepay_id=${cash.prepayId}${packageSuffix}`)
  assert.equal(paySign.split('\n')[3], handedOver)
})

test('an H5 link comes back to the page that was asked for', () => {
  const link = 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=2'
  assert.equal(h5Link(link), link)
  assert.equal(
    h5Link(link, 'https://a.cn/b?c=1&d=2'),
    `${link}&redirect_url=https%3A%2F%2Fa.cn%2Fb%3Fc%3D1%26d%3D2`,
  )
  assert.equal(
    new URL(h5Link('https://wx.tenpay.com/x', 'https://a.cn/')).searchParams.get('redirect_url'),
    'https://a.cn/',
  )
})

test('a PayScore order is confirmed with the package untouched', () => {
  const text = 'mch_id=1612345678&package=AXkT90fpLw2s6Qe1&sign=4D%1C'
  assert.deepEqual(openBusinessViewParameters({ package: text }), {
    businessType: 'wxpayScoreUse',
    queryString: text,
  })
})

test('a PayScore order is shown with every value signed', () => {
  const detail = businessViewDetail({
    mchId: '1612345678',
    serviceId: '00004000000000174209551136824512',
    outOrderNo: 'PB20260318A7K2-0001',
    timestamp: '1773806411',
    nonce: 'b7c2f0e9',
    sign: decode,
    envVersion: 'trial',
  })
  const { sign, ...shown } = Object.fromEntries(new URLSearchParams(detail.queryString))
  assert.equal(sign, new URLSearchParams(shown).toString())
  assert.deepEqual([detail.businessType, detail.envVersion], ['wxpayScoreDetail', 'trial'])
  assert.deepEqual(Object.keys(shown), [
    'mch_id',
    'nonce_str',
    'out_order_no',
    'service_id',
    'sign_type',
    'timestamp',
  ])
})
