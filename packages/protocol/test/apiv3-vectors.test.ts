import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  appInvocation,
  checkSigned,
  encodeSegment,
  formatAuthorization,
  invocationText,
  jsapiInvocation,
  miniProgramInvocation,
  openResource,
  parseAuthorization,
  readPublicKey,
  requestText,
  responseText,
  sealResource,
  verifyText,
} from '../src/apiv3/index.ts'
import * as vectors from './apiv3-vectors.ts'

const merchantKey = readPublicKey(vectors.merchantKeyPem)
const platformKey = readPublicKey(vectors.platformKeyPem)
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

for (const vector of vectors.requests) {
  test(`request vector ${vector.name} has the published text and signature`, () => {
    const text = requestText(vector)
    assert.equal(text.length, vector.bytes)
    assert.equal(sha256(text), vector.sha256)
    assert.equal(verifyText(text, vector.signature, merchantKey), true)
    assert.deepEqual(requestText({ ...vector, body: new TextEncoder().encode(vector.body) }), text)
  })
}

test('the Authorization header of V1 is written and read as published', () => {
  const [v1] = vectors.requests
  assert.ok(v1)
  const authorization = {
    mchid: '1688000101',
    nonce: v1.nonce,
    timestamp: v1.timestamp,
    serialNo: '5A3C9E10D27B4F6688ACD0134E9B7F21C5D80E36',
    signature: v1.signature,
  }
  const header = `WECHATPAY2-SHA256-RSA2048 mchid="1688000101",nonce_str="K7Q2MZX9T4RW8YB1LC6PD3HS5VN0FGJA",timestamp="1773714030",serial_no="5A3C9E10D27B4F6688ACD0134E9B7F21C5D80E36",signature="${v1.signature}"`
  assert.equal(formatAuthorization(authorization), header)
  assert.deepEqual(parseAuthorization(header), authorization)
})

test('X0 to X2: the target is signed literally, escaped or not', () => {
  const text = (segment: string) =>
    requestText({
      method: 'GET',
      target: `/v3/combine-transactions/out-trade-no/${segment}`,
      timestamp: '1773714245',
      nonce: '8F1D3B7A5C904E62B8D7F0A1C3E5964B',
      body: '',
    })
  const x0 = text('CT|2026-03*17')
  const x1 = text(encodeSegment('CT|2026-03*17'))
  const x2 = text('CT%257C2026-03%2A17')
  assert.deepEqual([x0.length, x1.length, x2.length], [101, 103, 107])
  assert.equal(sha256(x0), 'e5346175afb9d07b82d9b5f81b13f958d917c299c7d4f56abb4d8a3b07c707a7')
  assert.equal(sha256(x1), 'b759b991e00a9cc060e6d51ec56ce67055f2f1e4f11f6d3c5fdcf796da8d42c7')
  assert.equal(sha256(x2), '5204b20d44448df1fa99f5e74260f99dc029fae5eb52e36fd2e333985f5ec20c')
})

test('the texts of the PayScore dossier have the published digests', () => {
  const query = requestText({
    method: 'GET',
    target:
      '/v3/payscore/oversea/partner/serviceorder?service_id=00004000000000174209551136824512&sub_mchid=1698765432&out_order_no=PB20260318A7K2-0001',
    timestamp: '1773806411',
    nonce: '9F2C6B1E4D7A4830A5C1E0B3D8F76214',
    body: '',
  })
  assert.equal(sha256(query), 'b1c2645366c7db6bce4232a3c86fe237d2454ca3e3c6ee5b3339898ccc5b26b4')
  const cancel = requestText({
    method: 'POST',
    target: '/v3/payscore/oversea/partner/serviceorder/PB20260318A7K2-0001/cancel',
    timestamp: '1773806520',
    nonce: '41D0B7C2E9384F65A7B1C6D2E3F40918',
    body: '{"service_id":"00004000000000174209551136824512","sub_mchid":"1698765432","appid":"wx5be2704d91ac386f","reason":"Kiosk slot jammed"}',
  })
  assert.equal(sha256(cancel), 'd8a23dc00382259cdc1cf222ef2bfab6b6f851db7c9d8cced3bdf96f68b2b03e')
  const empty = responseText({ timestamp: '1773806521', nonce: 'c0f1e2d3b4a5968778695a4b3c2d1e0f', body: '' })
  assert.equal(sha256(empty), 'cd77e238a9bf2c3ceaf1fd2b1ccafbfaf3b422653d9408147486bf8b549a7560')
})

for (const vector of vectors.responses) {
  test(`response vector ${vector.name} verifies, in one piece and as a checked message`, () => {
    const text = responseText(vector)
    assert.equal(text.length, vector.bytes)
    assert.equal(sha256(text), vector.sha256)
    assert.equal(verifyText(text, vector.signature, platformKey), true)
    for (const serial of [vectors.platformSerial, 'PUB_KEY_ID_0116880001012026010100181901']) {
      const verdict = checkSigned({
        headers: { timestamp: vector.timestamp, nonce: vector.nonce, serial, signature: vector.signature },
        body: new TextEncoder().encode(vector.body),
        nowMs: Number(vector.timestamp) * 1000,
        keys: (asked) => (asked === serial ? platformKey : undefined),
      })
      assert.deepEqual(verdict, { ok: true, serial })
    }
  })
}

test('H1 opens to the published bytes', () => {
  const h1 = vectors.responses.find(({ name }) => name === 'H1')
  assert.ok(h1)
  assert.equal(
    sha256(new TextEncoder().encode(h1.body)),
    '6ad75629273e947b90a03ea52b8b6567b11d858c8378e2f54103c5b7bf3ba458',
  )
  const plain = openResource(JSON.parse(h1.body).resource, 'sim7Qm2Kx9Tz4Rw8Yb1Lc6Pd3Hs5Vn0F')
  assert.equal(plain.length, 1258)
  assert.equal(sha256(plain), 'f72d239c8998fccf4556bd80e61dd76ed6614e340c1fdd3362239423ebf0ad26')
})

test('the example of the certificate list opens', () => {
  const plain = openResource(
    {
      algorithm: 'AEAD_AES_256_GCM',
      nonce: 'Xc7Vb2Nm9Qw4',
      associated_data: 'certificate',
      ciphertext:
        'rdD3DCWufmNWvDA3QcbPq9REIzJTqR04R6hU7y9lhLWU3yXsn7Ykvb+FJOl8Evhf09V3i+2WjGeBDHAk3GFuQC5AXfPHBqiwfysj6qnBfg==',
    },
    'sim7Qm2Kx9Tz4Rw8Yb1Lc6Pd3Hs5Vn0F',
  )
  assert.match(decode(plain), /^-----BEGIN CERTIFICATE-----/)
})

for (const { name, key, nonce, associatedData, ciphertext, plain } of vectors.resources) {
  test(`resource vector ${name} opens and seals to the published bytes`, () => {
    const resource = { algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: associatedData, nonce }
    assert.equal(decode(openResource(resource, key)), plain)
    assert.deepEqual(sealResource(plain, { apiV3Key: key, nonce, associatedData }), resource)
  })
}

test('the tags of G1 and G2 are the last sixteen bytes', () => {
  const tags = vectors.resources
    .slice(0, 2)
    .map(({ ciphertext }) => Buffer.from(ciphertext, 'base64').subarray(-16).toString('hex'))
  assert.deepEqual(tags, ['3ba544ab468e79f2abf229cce5c33053', 'bad7d6a9211a146e9f5414696ecb69f9'])
})

const invoked = { timestamp: '1773714033', nonce: '5K8JENCG2Q7RX0TZ4WYB6DHM1PVS9AFL' }
const appId = 'wx7c1f0d2e9b8a4635'
const prepayId = 'wx17102030418e5b7c2a90d46f13e8b70000'

for (const vector of vectors.invocations) {
  test(`invocation vector ${vector.name} has the published text and signature`, () => {
    const text = invocationText({ appId, ...invoked, prepay: vector.prepay })
    assert.equal(text.length, vector.bytes)
    assert.equal(sha256(text), vector.sha256)
    assert.equal(verifyText(text, vector.signature, merchantKey), true)
  })
}

test('front ends have the text of their own vector signed', () => {
  const digest = { sign: sha256 }
  const [p1, p2] = vectors.invocations
  assert.deepEqual(jsapiInvocation({ appId, prepayId, ...invoked, ...digest }), {
    appId,
    timeStamp: invoked.timestamp,
    nonceStr: invoked.nonce,
    package: `prepay_id=${prepayId}`,
    signType: 'RSA',
    paySign: p1?.sha256,
  })
  const { appId: _, ...handedOver } = jsapiInvocation({ appId, prepayId, ...invoked, ...digest })
  assert.deepEqual(miniProgramInvocation({ appId, prepayId, ...invoked, ...digest }), handedOver)
  assert.deepEqual(
    appInvocation({ appid: appId, partnerid: '1688000101', prepayid: prepayId, ...invoked, ...digest }),
    {
      appid: appId,
      partnerid: '1688000101',
      prepayid: prepayId,
      package: 'Sign=WXPay',
      noncestr: invoked.nonce,
      timestamp: invoked.timestamp,
      sign: p2?.sha256,
    },
  )
})
