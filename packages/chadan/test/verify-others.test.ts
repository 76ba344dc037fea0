import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { callback, xmlmd5 } from '@chadan/protocol'
import {
  type Capture,
  explainCallback,
  explainUnsigned,
  explainXml,
  readCapture,
} from '../src/diagnosis/index.ts'
import { md5, raw } from './captures.ts'

const causesOf = ({ causes }: { causes: readonly { id: string }[] }) => causes.map(({ id }) => id)

const key = `${'K'.repeat(31)}7`
const keys = [{ label: 'payinsurance.key', text: key }]
const members = {
  appid: 'wx1',
  Insurance_self_fee: '0',
  body: ' 挂号 A&B ',
  attach: '',
  nonce_str: 'N1',
  total_fee: '100',
}
const text = 'Insurance_self_fee=0&appid=wx1&body= 挂号 A&B &nonce_str=N1&total_fee=100'

/** A captured XML message under any `sign`. */
function xml(sign: string, given: Record<string, string> = members): Capture {
  return readCapture(
    raw('POST /notify HTTP/1.1', { 'Content-Type': 'text/xml' }, xmlmd5.serialiseXml({ ...given, sign })),
  )
}

test('an XML message under the right key verifies', () => {
  const diagnosis = explainXml(xml(md5(`${text}&key=${key}`)), 'notice', keys)
  assert.deepEqual([diagnosis.verifies, diagnosis.causes], [true, []])
  assert.equal(Buffer.from(diagnosis.canonical).toString(), text)
})

const signs: readonly (readonly [string, string, string[]])[] = [
  ['sign is in lower case', md5(`${text}&key=${key}`).toLowerCase(), ['sign.lowerCase']],
  ['values were trimmed', md5(`${text.replace(' 挂号 A&B ', '挂号 A&B')}&key=${key}`), ['value.trimmed']],
  ['values were escaped', md5(`${text.replace('A&B', 'A&amp;B')}&key=${key}`), ['value.escaped']],
  [
    'values kept their CDATA marks',
    md5(
      `Insurance_self_fee=<![CDATA[0]]>&appid=<![CDATA[wx1]]>&body=<![CDATA[ 挂号 A&B ]]>&nonce_str=<![CDATA[N1]]>&total_fee=<![CDATA[100]]>&key=${key}`,
    ),
    ['value.cdata'],
  ],
  [
    'empty members were signed',
    md5(`Insurance_self_fee=0&appid=wx1&attach=&body= 挂号 A&B &nonce_str=N1&total_fee=100&key=${key}`),
    ['members.empty'],
  ],
  [
    'zeros were left out',
    md5(`appid=wx1&body= 挂号 A&B &nonce_str=N1&total_fee=100&key=${key}`),
    ['members.zeros'],
  ],
  [
    'names were sorted without capitals',
    md5(`appid=wx1&body= 挂号 A&B &Insurance_self_fee=0&nonce_str=N1&total_fee=100&key=${key}`),
    ['order.case'],
  ],
  ['the key has a line end', md5(`${text}&key=${key}\n`), ['key.lineEnd']],
  ['there is no key', md5(text), ['key.missing']],
  ['the key is empty', md5(`${text}&key=`), ['key.empty']],
  ['the key stands bare', md5(text + key), ['key.bare']],
  ['the key is in lower case', md5(`${text}&key=${key.toLowerCase()}`), ['key.lowerCase']],
  ['the key is another', md5(`${text}&key=${'X'.repeat(32)}`), ['key.wrong']],
  [
    'it is HMAC',
    createHmac('sha256', key).update(`${text}&key=${key}`).digest('hex').toUpperCase(),
    ['hash.hmac'],
  ],
  ['there is no sign', '', ['sign.missing']],
]

for (const [name, sign, expected] of signs) {
  test(`an XML message is explained: ${name}`, () => {
    const diagnosis = explainXml(xml(sign), 'notice', keys)
    assert.equal(diagnosis.verifies, false)
    assert.deepEqual(causesOf(diagnosis), expected)
  })
}

test('doubly escaped values are told as decoded once too seldom', () => {
  const given = { appid: 'wx1', body: 'A&amp;B' }
  const sign = md5(`appid=wx1&body=A&B&key=${key}`)
  assert.deepEqual(causesOf(explainXml(xml(sign, given), 'notice', keys)), ['value.decoded'])
})

test('a sign of another message at hand is told as a mix-up', () => {
  const other = Buffer.from(xmlmd5.serialiseXml({ appid: 'wx2' }))
  const diagnosis = explainXml(xml(md5(`appid=wx2&key=${key}`)), 'notice', keys, [
    { name: 'the request', body: other },
  ])
  assert.deepEqual(causesOf(diagnosis), ['body.other'])
})

test('XML that is not the accepted kind is refused with its place, a FAIL answer told as unsigned', () => {
  const strange = readCapture(raw('POST / HTTP/1.1', { a: 'b' }, '<!DOCTYPE x><xml></xml>'))
  assert.deepEqual(causesOf(explainXml(strange, 'notice', keys)), ['xml'])
  const fail = readCapture(raw('HTTP/1.1 200 OK', { a: 'b' }, '<xml><return_code>FAIL</return_code></xml>'))
  assert.match(explainXml(fail, 'answer', keys).causes[0]?.says ?? '', /never decides about money/)
})

const receiver = {
  label: 'wecom.token',
  token: 'QDG6eK',
  encodingAesKey: 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C',
  corpid: 'wx5823bf96d3bd56c7',
}
const stamp = 1773714030

function sealed(changes: Partial<typeof receiver> = {}) {
  const { token, encodingAesKey, corpid } = { ...receiver, ...changes }
  return callback.sealCallback({
    message: '{"id":"1"}',
    receiveId: corpid,
    token,
    key: callback.readEncodingAesKey(encodingAesKey),
    timestamp: stamp,
    nonce: 'a+b/c',
    random: new Uint8Array(16),
    format: 'json',
  })
}

function called(
  { body, query }: ReturnType<typeof sealed>,
  change: (query: Record<string, string>) => Record<string, string> = (same) => same,
): Capture {
  const pairs = Object.entries(change({ ...query })).map(
    ([name, value]) => `${name}=${encodeURIComponent(value)}`,
  )
  return readCapture(
    raw(`POST /callback?${pairs.join('&')} HTTP/1.1`, { 'Content-Type': 'application/json' }, body),
  )
}

test('a callback under the right token verifies, and its clock is judged on demand', () => {
  assert.equal(explainCallback(called(sealed()), [receiver]).verifies, true)
  const late = explainCallback(called(sealed()), [receiver], { arrivedMs: stamp * 1000 + 400_000 })
  assert.deepEqual(causesOf(late), ['clock'])
})

test('a callback is explained: token, query, capitals, sealing key, receiver, missing parts', () => {
  const other = { ...receiver, token: 'Another1', label: 'other' }
  const otherKey = { ...receiver, label: 'app two', encodingAesKey: 'a'.repeat(43) }
  const cases: [string[], ReturnType<typeof explainCallback>][] = [
    [['key.wrong'], explainCallback(called(sealed()), [other])],
    [
      ['query.plus'],
      explainCallback(
        called(sealed(), (query) => ({ ...query, nonce: 'a b/c' })),
        [receiver],
      ),
    ],
    [
      ['signature.case'],
      explainCallback(
        called(sealed(), (query) => ({ ...query, msg_signature: (query.msg_signature ?? '').toUpperCase() })),
        [receiver],
      ),
    ],
    [
      ['seal.key'],
      explainCallback(called(sealed({ encodingAesKey: otherKey.encodingAesKey })), [receiver, otherKey]),
    ],
    [['seal.receiver'], explainCallback(called(sealed({ corpid: 'ww0000000000000000' })), [receiver])],
    [
      ['query'],
      explainCallback(
        called(sealed(), (query) => ({ ...query, msg_signature: '' })),
        [receiver],
      ),
    ],
    [['key.none'], explainCallback(called(sealed()), [])],
    [
      ['envelope'],
      explainCallback(readCapture(raw('POST /c?msg_signature=a HTTP/1.1', { a: 'b' }, '{}')), [receiver]),
    ],
  ]
  for (const [expected, diagnosis] of cases) assert.deepEqual(causesOf(diagnosis), expected)
})

test('the check of a callback address is explained, too', () => {
  const { echostr, query } = callback.sealEchostr({
    message: '1234567890',
    receiveId: receiver.corpid,
    token: receiver.token,
    key: callback.readEncodingAesKey(receiver.encodingAesKey),
    timestamp: stamp,
    nonce: 'n1',
    random: new Uint8Array(16),
  })
  const target = `/c?msg_signature=${query.msg_signature}&timestamp=${query.timestamp}&nonce=n1&echostr=`
  const right = readCapture(raw(`GET ${target}${encodeURIComponent(echostr)} HTTP/1.1`, { a: 'b' }))
  assert.equal(explainCallback(right, [receiver]).verifies, true)
})

test('a capture is read as raw text or JSON, its body byte for byte and its address untouched', () => {
  const body = new Uint8Array([0xe6, 0x94, 0xaf, 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0xff])
  const captured = readCapture(raw('GET /v3/a%7Cb?x=%2F HTTP/1.1', { 'Wechatpay-Nonce': 'n:1' }, body))
  assert.deepEqual(Buffer.from(captured.body), Buffer.from(body))
  assert.deepEqual(
    [captured.method, captured.target, captured.header('wechatpay-NONCE')],
    ['GET', '/v3/a%7Cb?x=%2F', 'n:1'],
  )
  const json = readCapture(
    Buffer.from(
      JSON.stringify({
        method: 'POST',
        url: 'https://shop.example/n?a=%2F#',
        headers: { A: ['1', '2'] },
        bodyBase64: Buffer.from(body).toString('base64'),
      }),
    ),
  )
  assert.deepEqual(
    [json.target, json.origin, json.header('a')],
    ['/n?a=%2F#', 'https://shop.example', '1, 2'],
  )
  assert.deepEqual(Buffer.from(json.body), Buffer.from(body))
  const unixLines = readCapture(Buffer.from('HTTP/1.1 204 No Content\nA: 1\n\nx\n\ny'))
  assert.deepEqual([unixLines.status, Buffer.from(unixLines.body).toString()], [204, 'x\n\ny'])
})

test('a capture says when its body was parsed or its length differs, and is refused when it is no message', () => {
  const parsed = readCapture(Buffer.from('{"headers":{},"body":{"a":1}}'))
  assert.equal(parsed.parsedBody, true)
  assert.match(parsed.notes[0] ?? '', /capture the raw text/)
  const cut = readCapture(raw('POST / HTTP/1.1', { 'Content-Length': '10' }, 'abc'))
  assert.match(cut.notes[0] ?? '', /says 10 bytes, the capture holds 3/)
  for (const wrong of ['', 'hello', '{"a":1}'])
    assert.throws(() => readCapture(Buffer.from(wrong)), { name: 'CaptureError' }, wrong)
  assert.throws(() => readCapture(new Uint8Array(5 * 1024 * 1024)), /more than/)
})

test('a v2 refund notice is named, with what was left out', () => {
  const capture = readCapture(raw('POST / HTTP/1.1', { a: 'b' }, '<xml><req_info>abc</req_info></xml>'))
  assert.deepEqual(causesOf(explainXml(capture, 'notice', keys)), ['xml.v2'])
})

test('messages under an access_token are told as unsigned, other unsigned ones are not', () => {
  const sent = readCapture(
    raw('POST /cgi-bin/miniapppay/get_order?access_token=T HTTP/1.1', { a: 'b' }, '{}'),
  )
  assert.deepEqual(causesOf(explainUnsigned(sent, 'request') ?? { causes: [] }), ['unsigned'])
  const heard = readCapture(raw('HTTP/1.1 200 OK', { a: 'b' }, '{"errcode":0}'))
  assert.deepEqual(causesOf(explainUnsigned(heard, 'answer') ?? { causes: [] }), ['unsigned'])
  const other = readCapture(raw('HTTP/1.1 200 OK', { a: 'b' }, '{"code_url":"x"}'))
  assert.equal(explainUnsigned(other, 'answer'), undefined)
})
