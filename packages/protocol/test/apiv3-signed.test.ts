import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Authorization,
  authorizationScheme,
  checkSigned,
  formatAuthorization,
  isProbe,
  isSigned,
  parseAuthorization,
  probeSignature,
  readSignedHeaders,
  requestText,
  responseText,
  type SignedHeaders,
  signText,
  type Verdict,
  verifyText,
  writeSignedHeaders,
} from '../src/apiv3/index.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const serial = '3F6D1B8CA95E27047DC1E8F0B6A24935710DCE52'
const nowMs = 1773714031_000
const bytes = (text: string) => new TextEncoder().encode(text)

const quoted = fc.stringMatching(/^[\x21\x23-\x7e]{1,40}$/)
const line = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'))

function signedMessage(
  body = '{"a":1}',
  timestamp = '1773714031',
): { headers: SignedHeaders; body: Uint8Array } {
  const nonce = 'c41d8e0f27b96a3510dfe28b7a6c9d34'
  const signature = signText(responseText({ timestamp, nonce, body }), privateKey)
  return { headers: { timestamp, nonce, serial, signature }, body: bytes(body) }
}

function check(message: { headers: SignedHeaders; body: Uint8Array }, at = nowMs): Verdict {
  return checkSigned({ ...message, nowMs: at, keys: (asked) => (asked === serial ? publicKey : undefined) })
}

function refusal(verdict: Verdict) {
  assert.equal(verdict.ok, false)
  return verdict
}

test('a request text is its five lines and the body bytes untouched', () => {
  fc.assert(
    fc.property(line, line, line, fc.uint8Array({ maxLength: 200 }), (target, timestamp, nonce, body) => {
      const text = requestText({ method: 'post', target, timestamp, nonce, body })
      const head = bytes(`POST\n${target}\n${timestamp}\n${nonce}\n`)
      assert.deepEqual(text.subarray(0, head.length), head)
      assert.deepEqual(text.subarray(head.length, -1), body)
      assert.equal(text.at(-1), 0x0a)
    }),
  )
})

test('a body keeps its own last line feed', () => {
  const text = requestText({ method: 'POST', target: '/', timestamp: '1', nonce: 'n', body: '{}\n' })
  assert.equal(new TextDecoder().decode(text), 'POST\n/\n1\nn\n{}\n\n')
})

test('a line feed cannot be smuggled into a signed line', () => {
  assert.throws(
    () => requestText({ method: 'GET', target: '/a\n1', timestamp: '1', nonce: 'n', body: '' }),
    RangeError,
  )
  assert.throws(() => responseText({ timestamp: '1', nonce: 'n\nbody', body: '' }), RangeError)
})

test('what is signed verifies, and no other text or key does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (text, other) => {
      const signature = signText(text, privateKey)
      assert.equal(signature.length, 344)
      assert.equal(verifyText(text, signature, publicKey), true)
      assert.equal(verifyText(other, signature, publicKey), Buffer.compare(text, other) === 0)
      assert.equal(verifyText(text, signature, stranger.publicKey), false)
    }),
    { numRuns: 20 },
  )
})

test('a signature with any character changed, added, dropped or wrapped is refused', () => {
  const text = bytes('text')
  const signature = signText(text, privateKey)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  for (let index = 0; index < signature.length; index++) {
    const old = signature.charAt(index)
    // The neighbour in the alphabet also changes the unused last bits, which a lenient decoder would drop.
    const next = alphabet.charAt((alphabet.indexOf(old) + 1) % 64)
    const changed = signature.slice(0, index) + next + signature.slice(index + 1)
    assert.equal(verifyText(text, changed, publicKey), false, `position ${index}`)
  }
  const odd = [
    signature.slice(0, -1),
    signature.slice(0, -2),
    `${signature}\n`,
    ` ${signature}`,
    `${signature}=`,
    `${signature.slice(0, 76)}\n${signature.slice(76)}`,
    signature.replaceAll('+', '-').replaceAll('/', '_').replace('==', ''),
    '',
    'A'.repeat(100_000),
  ]
  for (const other of odd) assert.equal(verifyText(text, other, publicKey), false)
})

test('verifying never throws, whatever is given as signature and key', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (signature) => {
      assert.equal(verifyText(bytes('text'), signature, publicKey), false)
      assert.equal(verifyText(bytes('text'), signature, curve.publicKey), false)
    }),
  )
})

test('only a private RSA key signs', () => {
  assert.throws(() => signText(bytes('text'), curve.privateKey), TypeError)
  assert.throws(() => signText(bytes('text'), publicKey), TypeError)
})

test('the Authorization header is read back as it was written', () => {
  const names = { mchid: quoted, serialNo: quoted, nonce: quoted, timestamp: quoted, signature: quoted }
  const authorization = fc.record(names, { noNullPrototype: true })
  fc.assert(
    fc.property(authorization, (written) => {
      assert.deepEqual(parseAuthorization(formatAuthorization(written)), written)
    }),
  )
})

test('the five pairs may come in any order, with blanks after commas', () => {
  const pairs = ['mchid="1"', 'nonce_str="a,b"', 'timestamp="3"', 'serial_no="4"', 'signature="5=="']
  const expected = { mchid: '1', nonce: 'a,b', timestamp: '3', serialNo: '4', signature: '5==' }
  fc.assert(
    fc.property(
      fc.shuffledSubarray(pairs, { minLength: 5 }),
      fc.constantFrom(',', ', ', ',  '),
      (order, comma) => {
        assert.deepEqual(parseAuthorization(`${authorizationScheme}  ${order.join(comma)}`), expected)
      },
    ),
  )
})

test('an Authorization header that breaks the grammar is a problem without values', () => {
  const good = formatAuthorization({
    mchid: 'M',
    nonce: 'N',
    timestamp: '1',
    serialNo: 'S',
    signature: 'Sig',
  })
  const broken = [
    '',
    authorizationScheme,
    `${authorizationScheme} `,
    good.replace('WECHATPAY2-SHA256-RSA2048', 'WECHATPAY2-SM2-WITH-SM3'),
    good.replace('WECHATPAY2', 'wechatpay2'),
    good.replace(',signature="Sig"', ''),
    good.replace('"Sig"', '"Sig",'),
    good.replace('"Sig"', '""'),
    good.replace('"Sig"', '"S"ig"'),
    good.replace('"Sig"', '"S ig"'),
    good.replace('"Sig"', 'Sig'),
    `${good},appid="wx1"`,
    `${good},__proto__="x"`,
    `${good},mchid="M"`,
    `${good} `,
    good.replace(',', ' ,'),
    good.replace(' ', '\t'),
    good.replace('"Sig"', `"${'s'.repeat(5000)}"`),
  ]
  for (const header of broken) {
    const read = parseAuthorization(header)
    assert.ok('problem' in read, header.slice(0, 200))
    assert.doesNotMatch(read.problem, /Sig|wx1/)
  }
})

test('reading an Authorization header never throws', () => {
  const near = fc
    .array(fc.constantFrom('mchid', '="', '"', ',', ' ', '1', '\n', 'signature="x"', '值'))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), near), (text) => {
      assert.ok('problem' in parseAuthorization(text))
      assert.ok('problem' in parseAuthorization(`${authorizationScheme} ${text}`))
    }),
  )
})

test('a value that would break out of its quotes is not written', () => {
  const good: Authorization = { mchid: 'M', nonce: 'N', timestamp: '1', serialNo: 'S', signature: 'Sig' }
  for (const nonce of ['', 'a"b', 'a b', 'a\r\nX: y', '值']) {
    assert.throws(() => formatAuthorization({ ...good, nonce }), RangeError)
  }
})

test('signature headers survive the wire, whatever the case of their names', () => {
  const { headers } = signedMessage()
  const wire = new Headers(writeSignedHeaders(headers))
  assert.deepEqual(
    readSignedHeaders((name) => wire.get(name)),
    { ...headers, signatureType: authorizationScheme },
  )
  assert.equal(isSigned(headers), true)
  assert.equal(isSigned({ ...headers, nonce: '' }), false)
})

test('a message signed by the platform now is accepted, also without a body', () => {
  assert.deepEqual(check(signedMessage()), { ok: true, serial })
  assert.deepEqual(check(signedMessage('')), { ok: true, serial })
})

test('a flipped bit anywhere in the body is refused', () => {
  const message = signedMessage('{"amount":{"total":100}}')
  fc.assert(
    fc.property(fc.nat(message.body.length * 8 - 1), (bit) => {
      const body = message.body.slice()
      body[bit >> 3] = (body[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      assert.equal(refusal(check({ ...message, body })).check, 'signature')
    }),
  )
})

test('a changed timestamp, nonce or serial is refused', () => {
  const { headers, body } = signedMessage()
  assert.equal(refusal(check({ headers: { ...headers, timestamp: '1773714032' }, body })).check, 'signature')
  assert.equal(
    refusal(check({ headers: { ...headers, nonce: `${headers.nonce}0` }, body })).check,
    'signature',
  )
  assert.equal(refusal(check({ headers: { ...headers, serial: `0${serial}` }, body })).check, 'serial')
})

test('the clock may differ by 300 seconds either way and not by a moment more', () => {
  const message = signedMessage()
  for (const ms of [-300_000, 0, 300_000]) assert.equal(check(message, nowMs + ms).ok, true)
  const late = refusal(check(message, nowMs + 300_001))
  assert.deepEqual([late.check, late.skewSeconds], ['clock', -300])
  const early = refusal(check(message, nowMs - 301_000))
  assert.deepEqual([early.check, early.skewSeconds], ['clock', 301])
  assert.match(early.reason, /our clock is slow/)
})

test('a clock that is not a number lets nothing pass', () => {
  assert.equal(refusal(check(signedMessage(), Number.NaN)).check, 'clock')
})

test('the clock is judged before the signature, and a probe before the serial', () => {
  const { headers, body } = signedMessage()
  const probe = { ...headers, signature: probeSignature(headers.signature), serial: 'UNKNOWN' }
  assert.equal(refusal(check({ headers: probe, body }, nowMs + 900_000)).check, 'clock')
  assert.equal(refusal(check({ headers: probe, body })).check, 'probe')
  assert.equal(isProbe(probe.signature), true)
  assert.equal(isProbe(headers.signature), false)
})

test('headers that are missing, malformed or doubled are refused by name', () => {
  const { headers, body } = signedMessage()
  const none = { timestamp: '', nonce: '', serial: '', signature: '' }
  assert.match(refusal(check({ headers: none, body })).reason, /no Wechatpay-\* headers/)
  assert.match(refusal(check({ headers: { ...headers, nonce: '' }, body })).reason, /missing Wechatpay-Nonce/)
  for (const timestamp of [
    '1773714031, 1773714031',
    '1773714031.5',
    '0x69',
    '-1',
    '1773714031000',
    ' 1773714031',
  ]) {
    const verdict = refusal(check({ headers: { ...headers, timestamp }, body }))
    assert.equal(verdict.check, 'headers')
    assert.match(verdict.reason, /Wechatpay-Timestamp/)
  }
  assert.equal(refusal(check({ headers: { ...headers, nonce: 'a\nb' }, body })).check, 'headers')
})

test('another signature type is refused, the missing one means RSA', () => {
  const { headers, body } = signedMessage()
  assert.equal(check({ headers: { ...headers, signatureType: authorizationScheme }, body }).ok, true)
  const other = { ...headers, signatureType: 'WECHATPAY2-SM2-WITH-SM3' }
  assert.equal(refusal(check({ headers: other, body })).check, 'type')
})

test('an unknown serial tells which key is missing', () => {
  const { headers, body } = signedMessage()
  const id = 'PUB_KEY_ID_0116880001012026010100181901'
  assert.match(
    refusal(check({ headers: { ...headers, serial: id }, body })).reason,
    /public key with id PUB_KEY_ID_0116/,
  )
  assert.match(
    refusal(check({ headers: { ...headers, serial: 'ABCD' }, body })).reason,
    /certificate with serial ABCD/,
  )
})

test('the reason for a wrong signature names size and digest of the body and never its content', () => {
  const message = signedMessage('{"secret":"value"}')
  const verdict = refusal(check({ ...message, body: bytes('{"secret": "value"}') }))
  assert.match(verdict.reason, /body 19 bytes, SHA-256 [0-9a-f]{64}/)
  assert.doesNotMatch(verdict.reason, /secret|value/)
})

test('checking never throws, whatever the headers hold', () => {
  const text = fc.string({ unit: 'binary' })
  const headers = fc.record(
    {
      timestamp: fc.oneof(text, fc.constant('1773714031')),
      nonce: text,
      serial: fc.oneof(text, fc.constant(serial)),
      signature: text,
      signatureType: text,
    },
    { requiredKeys: ['timestamp', 'nonce', 'serial', 'signature'] },
  )
  fc.assert(
    fc.property(headers, fc.uint8Array(), (read, body) => {
      assert.equal(check({ headers: read, body }).ok, false)
    }),
  )
})
