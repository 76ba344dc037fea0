import assert from 'node:assert/strict'
import { constants, createPublicKey, sign } from 'node:crypto'
import { test } from 'node:test'
import { apiv3 } from '@chadan/protocol'
import fc from 'fast-check'
import { explainRequest, explainSigned } from '../src/diagnosis/index.ts'
import {
  known,
  mchid,
  merchantKey,
  merchantSerial,
  nonce,
  notice,
  platformKey,
  platformSerial,
  publicKeyId,
  type RequestSlip,
  request,
  type SignedSlip,
  stampedMs,
  strangerKey,
  timestamp,
} from './captures.ts'

const causesOf = ({ causes }: { causes: readonly { id: string }[] }) => causes.map(({ id }) => id)

test('a request that was signed rightly verifies', () => {
  for (const slip of [
    { body: '{"a":1}' },
    { method: 'GET', target: '/v3/certificates' },
    { body: '{"名":"值"}' },
  ]) {
    const asked = { ...known, mchids: [mchid], arrivedMs: stampedMs + 250_000 }
    const { verifies, causes, canonical } = explainRequest(request(slip), asked)
    assert.deepEqual([verifies, causes], [true, []], JSON.stringify(slip))
    const { method = 'POST', target = path, body = '' } = slip as RequestSlip
    assert.equal(Buffer.from(canonical).toString(), text(target, { method, body }))
  }
})

const path = '/v3/pay/transactions/jsapi'
const find = '/v3/med-ins/orders/out-trade-no/A%7C1?sub_mchid=1690000201&b=%E4%B8%AD'
const text = (target: string, { method = 'GET', body = '' } = {}) =>
  `${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`
const body = '{"description":"挂号费/诊间","amount":{"total":1,"rate":1.0}}'
const posted = (signed: string): RequestSlip => ({ body, text: text(path, { method: 'POST', body: signed }) })
const got = (signed: string, change = (whole: string) => whole): RequestSlip => ({
  method: 'GET',
  target: find,
  text: change(text(signed)),
})

const mistakes: readonly (readonly [string, RequestSlip, string[]])[] = [
  [
    'a JSON body with blanks was signed',
    posted('{"description": "挂号费/诊间", "amount": {"total": 1, "rate": 1.0}}'),
    ['body.spaced'],
  ],
  [
    'a JSON body as Python writes it was signed',
    posted('{"description": "\\u6302\\u53f7\\u8d39/\\u8bca\\u95f4", "amount": {"total": 1, "rate": 1.0}}'),
    ['body.python'],
  ],
  [
    'a JSON body as PHP writes it was signed',
    posted('{"description":"\\u6302\\u53f7\\u8d39\\/\\u8bca\\u95f4","amount":{"total":1,"rate":1.0}}'),
    ['body.php'],
  ],
  [
    'a JSON body with \\/ was signed',
    posted('{"description":"挂号费\\/诊间","amount":{"total":1,"rate":1.0}}'),
    ['body.slashes'],
  ],
  [
    'a JSON body with other numbers was signed',
    posted('{"description":"挂号费/诊间","amount":{"total":1,"rate":1}}'),
    ['body.numbers'],
  ],
  [
    'a JSON body with sorted names was signed',
    posted('{"amount":{"rate":1.0,"total":1},"description":"挂号费/诊间"}'),
    ['body.sorted'],
  ],
  [
    'an indented JSON body was signed',
    posted(JSON.stringify(JSON.parse(body.replace('1.0', '1.5')), null, 2).replace('1.5', '1.0')),
    ['body.pretty2'],
  ],
  ['an empty body was signed', posted(''), ['body.empty']],
  ['a line feed behind the body was signed', posted(`${body}\n`), ['body.finalLf']],
  ['the query was not signed', got('/v3/med-ins/orders/out-trade-no/A%7C1'), ['target.withoutQuery']],
  [
    'the decoded address was signed',
    got('/v3/med-ins/orders/out-trade-no/A|1?sub_mchid=1690000201&b=中'),
    ['target.decoded'],
  ],
  [
    'the decoded path was signed',
    got('/v3/med-ins/orders/out-trade-no/A|1?sub_mchid=1690000201&b=%E4%B8%AD'),
    ['target.decodedPath'],
  ],
  [
    'percent escapes in lower case were signed',
    got(find.replace('%7C', '%7c').replace('%E4%B8%AD', '%e4%b8%ad')),
    ['target.lowerEscapes'],
  ],
  [
    'the query was sorted before it was signed',
    got('/v3/med-ins/orders/out-trade-no/A%7C1?b=%E4%B8%AD&sub_mchid=1690000201'),
    ['target.sortedQuery'],
  ],
  ['the whole address was signed', got(`https://api.mch.weixin.qq.com${find}`), ['target.wholeAddress']],
  [
    'a proxy put a prefix before the path',
    { method: 'GET', target: '/proxy/v3/certificates', text: text('/v3/certificates') },
    ['target.prefix'],
  ],
  [
    'the last line feed is missing',
    { method: 'GET', target: '/v3/a', text: text('/v3/a').slice(0, -1) },
    ['text.emptyLine'],
  ],
  [
    'the last line feed behind a body is missing',
    { body, text: text(path, { method: 'POST', body }).slice(0, -1) },
    ['text.finalLf'],
  ],
  [
    'lines end with CRLF',
    { body, text: text(path, { method: 'POST', body }).replaceAll('\n', '\r\n') },
    ['text.crlf'],
  ],
  [
    'lines end with two characters, backslash and n',
    { body, text: text(path, { method: 'POST', body }).replaceAll('\n', '\\n') },
    ['text.backslashN'],
  ],
  [
    'nonce and timestamp changed places',
    { body, text: `POST\n${path}\n${nonce}\n${timestamp}\n${body}\n` },
    ['text.order'],
  ],
  [
    'the method is in lower case',
    { body, text: `post\n${path}\n${timestamp}\n${nonce}\n${body}\n` },
    ['text.method'],
  ],
  ['another method was signed', { body, text: text(path, { method: 'GET', body }) }, ['text.otherMethod']],
  ['the text of an answer was signed', { body, text: `${timestamp}\n${nonce}\n${body}\n` }, ['text.answer']],
  [
    'query and last line feed are missing',
    got('/v3/med-ins/orders/out-trade-no/A%7C1', (whole) => whole.slice(0, -1)),
    ['text.emptyLine', 'target.withoutQuery'],
  ],
  ['something else altogether was signed', { body, text: 'nonsense' }, ['text.unknown']],
  ['another key signed under our serial', { body, key: strangerKey }, ['key.wrong']],
  [
    'another key signed under its own serial',
    { body, key: strangerKey, serialNo: `5${'C'.repeat(39)}` },
    ['key.unknown'],
  ],
  ['our key signed under another serial', { body, serialNo: `5${'C'.repeat(39)}` }, ['serial.wrong']],
  ['the serial is in lower case', { body, serialNo: merchantSerial.toLowerCase() }, ['serial.case']],
  ['the hash is SHA-1', { body, hash: 'sha1' }, ['key.hash']],
  [
    'the signature lacks its padding',
    { body, signature: (one) => one.replace(/=+$/, '') },
    ['base64.padding'],
  ],
  [
    'the signature is in the URL alphabet',
    { body, signature: (one) => one.replaceAll('+', '-').replaceAll('/', '_') },
    ['base64.url'],
  ],
  ['the signature was cut', { body, signature: (one) => one.slice(0, 200) }, ['base64.cut']],
  ['the timestamp is in milliseconds', { body, timestamp: `${timestamp}000` }, ['clock.milliseconds']],
  ['the merchant number is another', { body, mchid: '1688000999' }, ['mchid']],
]

for (const [name, slip, expected] of mistakes) {
  test(`a request is explained: ${name}`, () => {
    const diagnosis = explainRequest(request(slip), { ...known, mchids: [mchid] })
    assert.equal(diagnosis.verifies, false)
    assert.deepEqual(causesOf(diagnosis), expected)
  })
}

test('a request with PSS padding is told as that', () => {
  const target = '/v3/certificates'
  const pss = sign('sha256', Buffer.from(text(target)), {
    key: merchantKey,
    padding: constants.RSA_PKCS1_PSS_PADDING,
  })
  const capture = request({ method: 'GET', target, signature: () => pss.toString('base64') })
  assert.deepEqual(causesOf(explainRequest(capture, known)), ['key.pss'])
})

test('the text that was signed is found out together with the mistake', () => {
  const { signed, canonical } = explainRequest(request(got('/v3/med-ins/orders/out-trade-no/A%7C1')), known)
  assert.equal(Buffer.from(signed ?? '').toString(), text('/v3/med-ins/orders/out-trade-no/A%7C1'))
  assert.equal(Buffer.from(canonical).toString(), text(find))
})

const original = '{"id":"EV-1","summary":"支付成功","resource":{"nonce":"fdasflkja484w"}}'

test('a notice that came as it was sent verifies, and a late one is told by --at alone', () => {
  const capture = notice({ body: original })
  assert.equal(explainSigned(capture, 'notice', known).verifies, true)
  assert.match(explainSigned(capture, 'notice', known).notes[0] ?? '', /^stamped 2026-03-17T10:20:30\+08:00/)
  assert.deepEqual(causesOf(explainSigned(capture, 'notice', { ...known, arrivedMs: stampedMs + 301_000 })), [
    'clock',
  ])
  const zoned = explainSigned(capture, 'notice', { ...known, arrivedMs: stampedMs + 8 * 3600_000 })
  assert.match(zoned.causes[0]?.says ?? '', /points to a time zone/)
})

const changes: readonly (readonly [string, SignedSlip, string[]])[] = [
  [
    'the body was parsed and indented by a logger',
    { body: JSON.stringify(JSON.parse(original), null, 2), signedBody: original },
    ['body.compact'],
  ],
  ['the body lost its final line feed', { body: original, signedBody: `${original}\n` }, ['body.finalLf']],
  ['the body gained a line end', { body: `${original}\r\n`, signedBody: original }, ['body.trimmed']],
  ['line feeds became CRLF', { body: '{\r\n"a":1}', signedBody: '{\n"a":1}' }, ['body.lf']],
  [
    'a byte order mark was put before it',
    { body: `\ufeff${original}`, signedBody: original },
    ['body.withoutBom'],
  ],
  [
    'it was read as Latin-1',
    { body: Buffer.from(original).toString('latin1'), signedBody: original },
    ['body.mojibake'],
  ],
  [
    'it was written as JSON twice',
    { body: JSON.stringify(original), signedBody: original },
    ['body.quotedText'],
  ],
  [
    'quotes became entities',
    { body: original.replaceAll('"', '&quot;'), signedBody: original },
    ['body.entities'],
  ],
  [
    'the text lacks its last line feed',
    { body: original, text: `${timestamp}\n${nonce}\n${original}` },
    ['text.finalLf'],
  ],
  ['it is a probe', { signature: (one) => `WECHATPAY/SIGNTEST/${one}` }, ['probe']],
  ['it is signed by the key of another serial', { key: merchantKey }, ['key.wrong']],
  ['it names a public key that was not given', { key: strangerKey, serial: publicKeyId }, ['key.unknown']],
  ['blanks stand where + stood', { signature: (one) => one.replaceAll('+', ' ').trim() }, ['base64.blanks']],
  [
    'the signature was broken into lines',
    { signature: (one) => `${one.slice(0, 64)} ${one.slice(64)}` },
    ['base64.lineEnds'],
  ],
]

for (const [name, slip, expected] of changes) {
  test(`a notice is explained: ${name}`, () => {
    assert.deepEqual(causesOf(explainSigned(notice(slip), 'notice', known)), expected)
  })
}

test('a platform key that is filed under a wrong serial is found', () => {
  const misfiled = {
    ...known,
    platform: [{ label: 'pub_key.pem', serial: publicKeyId, key: createPublicKey(platformKey) }],
  }
  const { causes } = explainSigned(notice(), 'notice', misfiled)
  assert.deepEqual(causesOf({ causes }), ['serial.wrong'])
  assert.match(
    causes[0]?.says ?? '',
    new RegExp(`signed by pub_key\\.pem, while .*${platformSerial.slice(-8)}`),
  )
})

test('a key that was given without a serial serves every serial', () => {
  const unnamed = {
    ...known,
    platform: [{ label: 'pub_key.pem', serial: '', key: createPublicKey(platformKey) }],
  }
  assert.equal(explainSigned(notice(), 'notice', unnamed).verifies, true)
})

test('headers and body of two messages that were mixed up are told as that', () => {
  const other = '{"id":"EV-2"}'
  const capture = notice({ body: original, signedBody: other })
  const diagnosis = explainSigned(capture, 'notice', {
    ...known,
    others: [{ name: 'the answer', body: Buffer.from(other) }],
  })
  assert.deepEqual(causesOf(diagnosis), ['body.other'])
})

test('whatever JSON a body holds, its parsed and rewritten form is recognised, and an unrelated text never is', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ minLength: 1 }), (made, other) => {
      const spaced = JSON.stringify(JSON.parse(made), null, 4)
      const compact = JSON.stringify(JSON.parse(made))
      const found = explainSigned(notice({ body: spaced, signedBody: compact }), 'notice', known)
      assert.equal(
        causesOf(found).every((id) => id.startsWith('body.')),
        true,
      )
      const unrelated = explainSigned(
        notice({ body: spaced, signedBody: `${other}\u0000unrelated` }),
        'notice',
        known,
      )
      assert.deepEqual(causesOf(unrelated), ['text.unknown'])
    }),
    { numRuns: 25 },
  )
})

test('no explanation repeats a value of the message', () => {
  const secret = '6217001234567890123'
  const slips: SignedSlip[] = [
    { body: `{"card":"${secret}"}`, signedBody: 'else' },
    { body: `{ "card":"${secret}"}`, signedBody: `{"card":"${secret}"}` },
    { body: secret, key: strangerKey },
  ]
  for (const slip of slips) {
    const { causes, notes } = explainSigned(notice(slip), 'notice', known)
    assert.equal(JSON.stringify([causes, notes]).includes(secret), false)
  }
})

test('an Authorization header with blanks between its pairs is read, and told as malformed', () => {
  const whole = request({ body })
  const broken = { ...whole, header: (name: string) => whole.header(name)?.replaceAll('",', '" ,') }
  assert.deepEqual(causesOf(explainRequest(broken, known)), ['authorization'])
  const none = { ...whole, header: () => undefined }
  assert.deepEqual(causesOf(explainRequest(none, known)), ['headers'])
})

test('an answer without signature headers is told by its status', () => {
  const unsigned = { header: () => undefined, body: new Uint8Array(), notes: [] }
  assert.match(
    explainSigned({ ...unsigned, status: 401 }, 'answer', known).causes[0]?.says ?? '',
    /^an answer 401 without a signature/,
  )
  assert.match(explainSigned(unsigned, 'notice', known).causes[0]?.says ?? '', /^no Wechatpay-\* headers/)
})

test('a genuine notice whose resource does not open is told by its key, and any key that opens it serves', () => {
  const apiV3Key = 'K'.repeat(32)
  const resource = apiv3.sealResource('{"a":1}', { apiV3Key, nonce: 'abcdefghijkl' })
  const capture = notice({ body: JSON.stringify({ id: 'EV-1', resource }) })
  const wrong = { label: 'old', text: 'X'.repeat(32) }
  const right = { label: 'new', text: apiV3Key }
  const explained = (...apiV3Keys: { label: string; text: string }[]) =>
    causesOf(explainSigned(capture, 'notice', { ...known, apiV3Keys }))
  assert.deepEqual([explained(), explained(wrong), explained(wrong, right)], [[], ['resource'], []])
})
