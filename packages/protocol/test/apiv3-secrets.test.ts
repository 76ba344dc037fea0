import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  isPublicKeyId,
  KeyError,
  maxFieldBytes,
  OpenError,
  openBytes,
  openField,
  openResource,
  parseCertificates,
  type Resource,
  readApiV3Key,
  readCertificate,
  readPrivateKey,
  readPublicKey,
  readPublicKeyId,
  sealField,
  sealResource,
} from '../src/apiv3/index.ts'
import { certificatePem, certificateSerial } from './apiv3-vectors.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const apiV3Key = 'sim7Qm2Kx9Tz4Rw8Yb1Lc6Pd3Hs5Vn0F'
const otherKey = 'Kq7Zr2Lw9Xc4Vb6Nm1Tp8Ys3Hd5Jf0Ga'
const nonce = 'fN3kWz8QxT1b'
const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const spki = publicKey.export({ type: 'spki', format: 'pem' }).toString()

const unicode = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((text) => Buffer.byteLength(text) <= 214)
const ascii = (length: number) => fc.stringMatching(new RegExp(`^[0-9A-Za-z]{${length}}$`))

/** The OpenError that an action ends in. */
function failure(action: () => unknown): OpenError {
  try {
    action()
  } catch (error) {
    assert.ok(error instanceof OpenError, String(error))
    return error
  }
  assert.fail('it opened')
}

test('a resource opens to what was sealed, with 12 or 16 bytes of nonce and with or without associated data', () => {
  const nonces = fc.oneof(ascii(12), ascii(16))
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      nonces,
      fc.string({ unit: 'grapheme' }),
      (plain, once, associatedData) => {
        const sealed = sealResource(plain, { apiV3Key, nonce: once, associatedData })
        assert.deepEqual(new Uint8Array(openResource(sealed, apiV3Key)), plain)
        assert.deepEqual(new Uint8Array(openResource(sealed, Buffer.from(apiV3Key))), plain)
      },
    ),
  )
})

test('associated data that is empty, absent or null is the same', () => {
  const { associated_data: _, ...sealed } = sealResource('{}', { apiV3Key, nonce })
  const none = { ...sealed, associated_data: null } as unknown as Resource
  for (const resource of [sealed, { ...sealed, associated_data: '' }, none]) {
    assert.equal(new TextDecoder().decode(openResource(resource, apiV3Key)), '{}')
  }
})

test('a flipped bit anywhere in the ciphertext or its tag is refused', () => {
  const sealed = sealResource('{"amount":100}', { apiV3Key, nonce, associatedData: 'transaction' })
  const bytes = Buffer.from(sealed.ciphertext, 'base64')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(
      failure(() => openResource({ ...sealed, ciphertext: flipped.toString('base64') }, apiV3Key)).part,
      'tag',
    )
  }
})

test('a resource that does not open says which part is to blame and nothing of its content', () => {
  const sealed = sealResource('{"amount":100}', { apiV3Key, nonce, associatedData: 'transaction' })
  const parts: [Partial<Resource>, string, OpenError['part']][] = [
    [{}, otherKey, 'tag'],
    [{ associated_data: 'refund' }, apiV3Key, 'tag'],
    [{ nonce: 'fN3kWz8QxT1c' }, apiV3Key, 'tag'],
    [{ nonce: 'short' }, apiV3Key, 'nonce'],
    [{ algorithm: 'AEAD_SM4_GCM' }, apiV3Key, 'algorithm'],
    [{}, `${apiV3Key}\n`, 'key'],
    [{ ciphertext: sealed.ciphertext.slice(0, -3) }, apiV3Key, 'ciphertext'],
    [{ ciphertext: sealed.ciphertext.slice(0, 8) }, apiV3Key, 'ciphertext'],
    [
      { ciphertext: `${sealed.ciphertext.slice(0, 4)}\n${sealed.ciphertext.slice(4)}` },
      apiV3Key,
      'ciphertext',
    ],
    [{ ciphertext: '' }, apiV3Key, 'ciphertext'],
    [{ ciphertext: 'A'.repeat(1_048_580) }, apiV3Key, 'ciphertext'],
  ]
  for (const [change, key, part] of parts) {
    const error = failure(() => openResource({ ...sealed, ...change }, key))
    assert.equal(error.part, part)
    assert.doesNotMatch(error.message, /amount/)
    assert.equal(error.message.includes(key.trim()), false)
  }
})

test('opening throws nothing but OpenError, whatever the envelope holds', () => {
  const value = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.constant('AEAD_AES_256_GCM'),
    fc.integer(),
    fc.constant(undefined),
  )
  const envelope = fc.record({
    algorithm: fc.constantFrom('AEAD_AES_256_GCM', 'x'),
    ciphertext: value,
    associated_data: value,
    nonce: value,
  })
  fc.assert(
    fc.property(envelope, fc.oneof(fc.constant(apiV3Key), fc.string()), (resource, key) => {
      failure(() => openResource(resource as Resource, key))
    }),
  )
})

test('an envelope without a resource is an OpenError too', () => {
  for (const none of [undefined, null, 'text', 1])
    failure(() => openResource(none as unknown as Resource, apiV3Key))
})

test('bytes that are shorter than a tag do not open', () => {
  assert.equal(failure(() => openBytes(new Uint8Array(15), { key: apiV3Key, nonce })).part, 'ciphertext')
})

test('an APIv3 key is exactly 32 letters and digits, and an error tells what was found instead', () => {
  assert.equal(readApiV3Key(apiV3Key), apiV3Key)
  const wrong: [string, RegExp][] = [
    ['', /found 0 characters/],
    [apiV3Key.slice(1), /found 31 characters/],
    [`${apiV3Key}\n`, /33 characters, the last one a line end/],
    [`${apiV3Key}\r\n`, /34 characters, the last one a line end/],
    [` ${apiV3Key}`, /33 characters with blanks around/],
    [`${apiV3Key.slice(1)}值`, /position 32/],
    ['0123456789abcdef'.repeat(4), /64 characters of hexadecimal/],
    [pkcs8.trim(), /PEM/],
  ]
  for (const [text, reason] of wrong) {
    assert.throws(
      () => readApiV3Key(text),
      (error) => error instanceof KeyError && reason.test(error.message),
    )
  }
})

test('a field opens to what was sealed, whichever way the seed was drawn', () => {
  fc.assert(
    fc.property(unicode, fc.uint8Array({ minLength: 20, maxLength: 20 }), (plain, seed) => {
      assert.equal(openField(sealField(plain, publicKey), privateKey), plain)
      const seeded = sealField(plain, publicKey, seed)
      assert.equal(openField(seeded, privateKey), plain)
      assert.equal(sealField(plain, publicKey, seed), seeded)
    }),
    { numRuns: 30 },
  )
})

test('a field takes 214 bytes with 2048 bits and not one more', () => {
  const seed = new Uint8Array(20)
  assert.equal(maxFieldBytes(publicKey), 214)
  for (const drawn of [undefined, seed]) {
    const longest = `${'值'.repeat(71)}x`
    assert.equal(openField(sealField(longest, publicKey, drawn), privateKey), longest)
    assert.throws(() => sealField(`${longest}x`, publicKey, drawn), /has 215 bytes, at most 214/)
  }
})

test('a seed of another length and half a surrogate pair are refused', () => {
  assert.throws(() => sealField('x', publicKey, new Uint8Array(19)), RangeError)
  assert.throws(() => sealField('\ud800', publicKey), RangeError)
})

test('a field that was changed, cut or sealed to another key does not open', () => {
  const sealed = sealField('name', publicKey)
  assert.equal(failure(() => openField(sealed, stranger.privateKey)).part, 'content')
  assert.equal(failure(() => openField(sealed.slice(0, 340), privateKey)).part, 'ciphertext')
  assert.equal(failure(() => openField('name', privateKey)).part, 'ciphertext')
  const bytes = Buffer.from(sealed, 'base64')
  for (let index = 0; index < bytes.length; index += 16) {
    const flipped = Buffer.from(bytes)
    flipped[index] = (flipped[index] ?? 0) ^ 1
    failure(() => openField(flipped.toString('base64'), privateKey))
  }
  const older = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from('name'))
  assert.equal(failure(() => openField(older.toString('base64'), privateKey)).part, 'content')
})

test('opening a field throws nothing but OpenError', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc
          .uint8Array({ minLength: 256, maxLength: 256 })
          .map((bytes) => Buffer.from(bytes).toString('base64')),
      ),
      (text) => {
        failure(() => openField(text, privateKey))
      },
    ),
    { numRuns: 30 },
  )
})

test('keys are read from PEM, with Windows line ends or a byte order mark too', () => {
  assert.equal(readPrivateKey(pkcs8).equals(privateKey), true)
  assert.equal(
    readPrivateKey(privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()).equals(privateKey),
    true,
  )
  assert.equal(readPrivateKey(pkcs8.replaceAll('\n', '\r\n')).equals(privateKey), true)
  assert.equal(readPrivateKey(`\ufeff\n${pkcs8}\n`).equals(privateKey), true)
  assert.equal(readPublicKey(spki).equals(publicKey), true)
})

test('a key error names what was found and repeats nothing of it', () => {
  const body = pkcs8.split('\n')[3] ?? assert.fail()
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = (key: typeof privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const encrypted = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString()
  const wrong: [string, RegExp][] = [
    ['', /found nothing/],
    [spki, /found public key/],
    [certificatePem, /found certificate/],
    [encrypted, /encrypted key/],
    [pkcs8.replaceAll('\n', '\\n'), /backslash and n/],
    [pkcs8.split('\n').slice(1, -2).join('\n'), /without its -----BEGIN/],
    ['./apiclient_key.pem', /file name/],
    [pkcs8.slice(0, 400), /damaged or cut/],
    [pkcs8.replace(body, ''), /damaged or cut/],
    [pem(short.privateKey), /at least 2048 bits, found 1024/],
    [pem(curve.privateKey), /expected RSA, found ec/],
    ['x'.repeat(100_000), /100000 characters/],
  ]
  for (const [text, reason] of wrong) {
    assert.throws(
      () => readPrivateKey(text),
      (error) => error instanceof KeyError && reason.test(error.message) && !error.message.includes(body),
    )
  }
  assert.throws(() => readPublicKey(pkcs8), /expected a public key in PEM, found private key/)
  assert.throws(() => readPublicKey(certificatePem), /found certificate/)
  assert.throws(() => readCertificate(spki), /expected a certificate in PEM, found public key/)
})

test('reading keys throws nothing but KeyError', () => {
  const label = fc.constantFrom('PRIVATE KEY', 'PUBLIC KEY', 'CERTIFICATE', 'RSA PRIVATE KEY', 'X')
  const pem = fc
    .tuple(label, fc.base64String())
    .map(([name, body]) => `-----BEGIN ${name}-----\n${body}\n-----END ${name}-----\n`)
  fc.assert(
    fc.property(fc.oneof(fc.string(), pem), (text) => {
      for (const read of [readPrivateKey, readPublicKey, readCertificate, readPublicKeyId, readApiV3Key]) {
        assert.throws(() => read(text), KeyError)
      }
    }),
  )
})

test('an unset variable or a file buffer in place of text is a KeyError that says so', () => {
  const read = [readPrivateKey, readPublicKey, readCertificate, readPublicKeyId, readApiV3Key]
  for (const one of read as ((text: unknown) => unknown)[]) {
    assert.throws(
      () => one(undefined),
      (error) => error instanceof KeyError && /found undefined/.test(error.message),
    )
    assert.throws(
      () => one(Buffer.from(pkcs8)),
      (error) => error instanceof KeyError && /read the file as text/.test(error.message),
    )
  }
})

test('a certificate keeps the zeros its serial begins with', () => {
  const certificate = readCertificate(certificatePem)
  assert.equal(certificate.serialNo, certificateSerial)
  assert.equal(certificate.subject, 'CN=Chadan Test Platform')
  assert.equal(certificate.publicKey.asymmetricKeyType, 'rsa')
  assert.equal(certificate.validToMs - certificate.validFromMs, 1825 * 86_400_000)
})

test('the id of a public key is its prefix and digits, without anything around', () => {
  const id = 'PUB_KEY_ID_0116880001012026010100181901'
  assert.equal(readPublicKeyId(id), id)
  assert.equal(isPublicKeyId(certificateSerial), false)
  for (const text of ['', 'PUB_KEY_ID_', 'pub_key_id_01', `X${id}`, `${id}A`, certificateSerial]) {
    assert.throws(() => readPublicKeyId(text), KeyError)
  }
  assert.throws(() => readPublicKeyId(`${id}\n`), /line end around it/)
})

const entry = {
  serial_no: certificateSerial,
  effective_time: '2026-01-05T09:00:00+08:00',
  expire_time: '2031-01-04T09:00:00+08:00',
  encrypt_certificate: sealResource(certificatePem, {
    apiV3Key,
    nonce: 'Xc7Vb2Nm9Qw4',
    associatedData: 'certificate',
  }),
}
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

test('the certificate list opens from bytes and from an object', () => {
  const [certificate] = parseCertificates(bytes({ data: [entry] }), apiV3Key)
  assert.equal(certificate?.serialNo, certificateSerial)
  assert.equal(certificate?.pem, certificatePem)
  assert.equal(certificate?.effectiveMs, Date.parse(entry.effective_time))
  assert.equal(certificate?.expireMs, Date.parse(entry.expire_time))
  assert.equal(parseCertificates({ data: [entry, entry] }, apiV3Key).length, 2)
  assert.deepEqual(parseCertificates(bytes({ data: [] }), apiV3Key), [])
})

test('the certificate list is read although a name ends in a blank and times are integers', () => {
  const { effective_time, ...rest } = entry
  const [blank] = parseCertificates({ data: [{ ...rest, 'effective_time ': effective_time }] }, apiV3Key)
  assert.equal(blank?.effectiveMs, Date.parse(effective_time))
  const [integer] = parseCertificates({ data: [{ ...entry, expire_time: 1_925_000_000 }] }, apiV3Key)
  assert.equal(integer?.expireMs, 1_925_000_000_000)
  const [absent] = parseCertificates({ data: [rest] }, apiV3Key)
  assert.equal(absent?.effectiveMs, readCertificate(certificatePem).validFromMs)
})

test('a certificate list under another key, or with another serial than its certificate, is refused', () => {
  assert.equal(failure(() => parseCertificates({ data: [entry] }, otherKey)).part, 'tag')
  assert.match(
    failure(() => parseCertificates({ data: [{ ...entry, serial_no: 'C3E10' }] }, apiV3Key)).message,
    /another serial/,
  )
  const tiny = sealResource('-----BEGIN CERTIFICATE-----', { apiV3Key, nonce, associatedData: 'certificate' })
  assert.equal(
    failure(() => parseCertificates({ data: [{ ...entry, encrypt_certificate: tiny }] }, apiV3Key)).part,
    'content',
  )
})

test('reading a certificate list throws nothing but OpenError', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.json(), (garbage, json) => {
      failure(() => parseCertificates(garbage, apiV3Key))
      failure(() => parseCertificates(new TextEncoder().encode(json), apiV3Key))
      failure(() => parseCertificates({ data: [JSON.parse(json)] }, apiV3Key))
    }),
  )
})
