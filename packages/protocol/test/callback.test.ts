import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import {
  CallbackError,
  openCallback,
  openInner,
  openOuter,
  readEncodingAesKey,
  readInnerKey,
  readNotice,
  sealCallback,
  sealEchostr,
  sealInner,
  sealOuter,
  signCallback,
  verifyEchostr,
  writeNotice,
} from '../src/callback/index.ts'
import { callbackExamples } from './fixtures/callback-examples.ts'

const token = 'Nw8Qe5Rt2Yu1'
const key = readEncodingAesKey('mT4kP9xZ2cV7bN1qW8eR5tY3uI6oL0aS2dF4gH7jK9M')
const rawKey = Buffer.from('993e243fdc59d9c57b6cdd6a5bc791e6d637b88ea82f4692d9d178807ee32bd3', 'hex')
const otherKey = readEncodingAesKey('a'.repeat(43))
const receiveId = 'ww6a1f0c2d9b3e4857'
const random = Buffer.from('Zx3Cv6Bn9Mq2We5R')
const timestamp = 1773806000
const receiver = { token, key, receiveId, nowMs: timestamp * 1000 }
const seal = { message: '{"id":"1"}', receiveId, token, key, timestamp, nonce: '826417395', random }

const echo = {
  echostr: 'Qz4TTtFx6gp9Slk8Y+qUJF8yHjdYncZNH/fZuN0xfSYQHNcmhPgY2IgTK5ka/p29Sp3CrglX99Zru6qxW6kJAA==',
  query: {
    msg_signature: 'ed8f0c5aee2fc77669a7a3f309218ce8934bbf7b',
    timestamp: '1773806000',
    nonce: '826417395',
  },
}

function refusedAt(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof CallbackError) return error.check
    throw error
  }
  return 'accepted'
}

test('vector: the URL check is verified, opened and made', () => {
  assert.equal(verifyEchostr({ ...echo, receiver }), '7316092845517720364')
  assert.deepEqual(sealEchostr({ ...seal, message: '7316092845517720364' }), echo)
})

test('vector: an EncodingAESKey gives the documented 32 bytes', () => {
  const cipher = createCipheriv('aes-256-cbc', rawKey, rawKey.subarray(0, 16)).setAutoPadding(false)
  const content = Buffer.concat([
    random,
    Buffer.from([0, 0, 0, 1]),
    Buffer.from('m'),
    Buffer.from('r'),
    Buffer.alloc(10, 10),
  ])
  const encrypt = Buffer.concat([cipher.update(content), cipher.final()]).toString('base64')
  assert.equal(sealOuter({ random, message: 'm', receiveId: 'r' }, key), encrypt)
})

for (const { id, body, query, message, resource } of callbackExamples) {
  test(`vector: the ${id} notice opens through both layers and is made again byte for byte`, () => {
    const nowMs = Number(query.timestamp) * 1000
    const opened = openCallback({ body: Buffer.from(body), query, receiver: { ...receiver, nowMs } })
    const { agentid, encrypt } = JSON.parse(body)
    assert.deepEqual(opened, { message, format: 'json', toUserName: receiveId, agentId: agentid })
    const notice = readNotice(opened.message)
    assert.equal(openInner(notice.resource, key), resource)

    const again = sealInner({ text: resource, nonce: notice.resource.nonce }, key)
    assert.deepEqual(again, notice.resource)
    assert.equal(writeNotice(notice, 'json'), message)
    const plain = openOuter(encrypt, key)
    const { nonce, timestamp: seconds } = query
    const sealed = sealCallback({
      ...seal,
      message,
      nonce,
      timestamp: Number(seconds),
      random: plain.random,
      format: 'json',
      agentId: agentid,
    })
    assert.deepEqual(sealed.query, query)
    assert.deepEqual(JSON.parse(sealed.body), JSON.parse(body))
  })
}

test('the signature sorts by code unit', () => {
  const texts = { token: 'b', timestamp: '1', nonce: 'a', encrypt: 'B' }
  // SHA-1 of "1Bab".
  assert.equal(signCallback(texts), 'b57f4cecc7179eb5aac7ea10fac44a59476189e0')
})

const messages = fc.string({ unit: 'grapheme', maxLength: 200 })
const formats = fc.constantFrom('json' as const, 'xml' as const)
const randoms = fc.uint8Array({ minLength: 16, maxLength: 16 })

test('whatever is sealed is opened again, in both formats, and padded to 32 bytes', () => {
  fc.assert(
    fc.property(messages, formats, randoms, (message, format, chance) => {
      const sealed = sealCallback({ ...seal, message, format, random: chance, agentId: '1' })
      const opened = openCallback({ ...sealed, receiver })
      assert.deepEqual(opened, { message, format, toUserName: receiveId, agentId: '1' })
      const encrypt = sealOuter({ random: chance, message, receiveId }, key)
      assert.equal(Buffer.from(encrypt, 'base64').length % 32, 0)
    }),
  )
})

test('a changed, cut or lengthened body, signature, timestamp or nonce is refused', () => {
  const sealed = sealCallback({ ...seal, format: 'json' })
  const { encrypt } = JSON.parse(sealed.body)
  const change = (text: string, at: number) =>
    text.slice(0, at % text.length) +
    (text[at % text.length] === '1' ? '2' : '1') +
    text.slice((at % text.length) + 1)
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('encrypt', 'cut', 'msg_signature', 'timestamp', 'nonce'),
      (at, part) => {
        const body = { encrypt }
        const query: Record<string, string> = { ...sealed.query }
        if (part === 'encrypt') body.encrypt = change(encrypt, at)
        else if (part === 'cut') body.encrypt = encrypt.slice(0, at % encrypt.length)
        else query[part] = change(query[part] ?? '', at)
        const run = () =>
          openCallback({ body: JSON.stringify(body), query: query as typeof sealed.query, receiver })
        assert.notEqual(refusedAt(run), 'accepted')
      },
    ),
  )
})

test('arbitrary bytes behind a valid signature are refused with a CallbackError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => {
      const encrypt = Buffer.from(bytes).toString('base64')
      const { nonce } = seal
      const query = { timestamp: String(timestamp), nonce }
      const msg_signature = signCallback({ token, encrypt, ...query })
      const run = () =>
        openCallback({ body: JSON.stringify({ encrypt }), query: { ...query, msg_signature }, receiver })
      assert.notEqual(refusedAt(run), 'accepted')
    }),
  )
})

test('arbitrary bodies and notices never escape as another error', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.uint8Array()), (body) => {
      assert.notEqual(
        refusedAt(() => openCallback({ body, query: echo.query, receiver })),
        'accepted',
      )
      if (typeof body === 'string')
        assert.notEqual(
          refusedAt(() => readNotice(body)),
          'accepted',
        )
    }),
  )
})

function encryptRaw(content: Buffer): string {
  const cipher = createCipheriv('aes-256-cbc', rawKey, rawKey.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(content), cipher.final()]).toString('base64')
}

test('padding is counted strictly: 1 to 32 equal bytes', () => {
  const content = (pad: Buffer) => {
    const head = Buffer.concat([random, Buffer.from([0, 0, 0, 2]), Buffer.from('ok')])
    return encryptRaw(Buffer.concat([head, Buffer.alloc(64 - head.length - pad.length, 'r'), pad]))
  }
  const pad = (count: number) => Buffer.alloc(count, count)
  for (const count of [1, 2, 16, 32]) assert.equal(openOuter(content(pad(count)), key).message, 'ok')
  const wrong = [
    Buffer.from([0]),
    Buffer.alloc(33, 33),
    Buffer.from([1, 3, 3]),
    Buffer.alloc(2, 64),
    Buffer.from([5, 4, 4, 4]),
  ]
  for (const bytes of [Buffer.from([2, 9, 3]), ...wrong]) {
    assert.equal(
      refusedAt(() => openOuter(content(bytes), key)),
      'padding',
    )
  }
})

test('a length that says more than is there is refused', () => {
  for (const length of [
    [0, 0, 0, 13],
    [255, 255, 255, 255],
  ]) {
    const content = Buffer.concat([random, Buffer.from(length), Buffer.alloc(11, 'm'), Buffer.from([1])])
    assert.equal(
      refusedAt(() => openOuter(encryptRaw(content), key)),
      'length',
    )
  }
  assert.equal(
    refusedAt(() => openOuter(encryptRaw(Buffer.alloc(16, 16)), key)),
    'length',
  )
})

test('the clock window is held in both directions, before the signature', () => {
  const at = (seconds: number) =>
    refusedAt(() =>
      verifyEchostr({ ...echo, receiver: { ...receiver, nowMs: (timestamp + seconds) * 1000 } }),
    )
  assert.deepEqual([at(300), at(-300), at(301), at(-301)], ['accepted', 'accepted', 'clock', 'clock'])
  const late = { ...receiver, nowMs: (timestamp + 301) * 1000 }
  const forged = { ...echo.query, msg_signature: '0'.repeat(40) }
  assert.equal(
    refusedAt(() => verifyEchostr({ ...echo, query: forged, receiver: late })),
    'clock',
  )
  assert.equal(
    refusedAt(() => verifyEchostr({ ...echo, receiver: { ...receiver, nowMs: Number.NaN } })),
    'clock',
  )
  const wide = { ...receiver, nowMs: (timestamp + 301) * 1000, windowSeconds: 600 }
  assert.equal(
    refusedAt(() => verifyEchostr({ ...echo, receiver: wide })),
    'accepted',
  )
})

test('each refusal names the check that failed', () => {
  const good = sealCallback({ ...seal, format: 'json' })
  const open = (change: object) => refusedAt(() => openCallback({ ...good, receiver, ...change }))
  assert.equal(open({}), 'accepted')
  assert.equal(open({ receiver: { ...receiver, token: 'another' } }), 'signature')
  assert.equal(open({ receiver: { ...receiver, token: '' } }), 'key')
  assert.equal(open({ receiver: { ...receiver, receiveId: 'ww0' } }), 'receiver')
  assert.equal(open({ receiver: { ...receiver, receiveId: '' } }), 'receiver')
  assert.equal(open({ receiver: { ...receiver, maxBytes: 10 } }), 'size')
  assert.equal(open({ query: { ...good.query, nonce: '' } }), 'query')
  assert.equal(open({ query: { ...good.query, nonce: 'n'.repeat(129) } }), 'query')
  assert.equal(open({ query: { ...good.query, timestamp: '1e9' } }), 'query')
  assert.equal(
    open({ query: { ...good.query, msg_signature: good.query.msg_signature.toUpperCase() } }),
    'signature',
  )
  assert.equal(open({ body: '{}' }), 'envelope')
  assert.equal(open({ body: '<xml><Encrypt></Encrypt></xml>' }), 'envelope')
  assert.equal(open({ body: '<!DOCTYPE x><xml/>' }), 'envelope')
  assert.equal(
    refusedAt(() => verifyEchostr({ ...echo, echostr: 'A'.repeat(5000), receiver })),
    'size',
  )
  assert.notEqual(open({ receiver: { ...receiver, key: otherKey } }), 'accepted')
})

test('an inner layer with a changed tag, text, nonce or associated data is refused', () => {
  const resource = sealInner({ text: '{"a":1}', nonce: 'h6Tq1Zc8Wm3P', associatedData: 'x' }, key)
  const open = (change: object, with_ = key) => refusedAt(() => openInner({ ...resource, ...change }, with_))
  assert.equal(open({}), 'accepted')
  const bytes = Buffer.from(resource.ciphertext, 'base64')
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
    assert.equal(open({ ciphertext: changed.toString('base64') }), 'tag')
    assert.equal(
      open({ ciphertext: bytes.subarray(0, at).toString('base64') }),
      at === 0 ? 'encoding' : 'tag',
    )
  }
  assert.equal(open({ nonce: 'h6Tq1Zc8Wm3Q' }), 'tag')
  assert.equal(open({ nonce: 'short' }), 'notice')
  assert.equal(open({ associated_data: '' }), 'tag')
  assert.equal(open({ algorithm: 'none' }), 'notice')
  assert.equal(open({ ciphertext: `${resource.ciphertext} ` }), 'encoding')
  assert.equal(open({}, readInnerKey('k'.repeat(32))), 'tag')
})

test('the inner layer takes a key of its own', () => {
  const inner = readInnerKey('0123456789abcdef0123456789abcdef')
  const resource = sealInner({ text: '支付', nonce: 'h6Tq1Zc8Wm3P' }, inner)
  assert.equal(openInner(resource, inner), '支付')
})

test('a notice is read from XML as it is from JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme-ascii' }), messages, (summary, text) => {
      const resource = sealInner({ text, nonce: 'h6Tq1Zc8Wm3P' }, key)
      const notice = {
        notify_type: 'NORMALPAY',
        id: 'EV-1',
        create_time: '2026-03-18T15:20:45+08:00',
        resource_type: 'encrypt-resource',
        event_type: 'TRANSACTION.SUCCESS',
        resource,
        summary,
      }
      assert.deepEqual(readNotice(writeNotice(notice, 'json')), notice)
      assert.deepEqual(readNotice(writeNotice(notice, 'xml')), notice)
    }),
  )
})

test('keys of a wrong form are refused, and keys do not show themselves', () => {
  for (const bad of [undefined, '', 'a'.repeat(42), `${'a'.repeat(43)}\n`, `${'a'.repeat(42)}=`]) {
    assert.equal(
      refusedAt(() => readEncodingAesKey(bad)),
      'key',
    )
  }
  for (const bad of [undefined, 'a'.repeat(31), `${'a'.repeat(31)}\n`])
    assert.equal(
      refusedAt(() => readInnerKey(bad)),
      'key',
    )
  assert.equal(
    refusedAt(() => sealOuter({ random, message: '', receiveId }, { kind: 'callback_key' })),
    'key',
  )
  assert.equal(inspect(key), "{ kind: 'callback_key' }")
})
