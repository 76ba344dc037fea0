import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkXmlSignature,
  MchKeyError,
  parseXml,
  readMchKey,
  readReply,
  replyXml,
  serialiseXml,
  signatureText,
  signXml,
  XmlError,
} from '../src/xmlmd5/index.ts'
import { examples } from './fixtures/xmlmd5-examples.ts'

const key = readMchKey('Demo0Legacy1PayIns2Key3For4Spec5')
const publicKey = readMchKey('192006250b4c09247ec02edce69f6a2d')
const notice = example('notify')

function example(id: string): string {
  const found = examples.find((one) => one.id === id)
  assert.ok(found, id)
  return found.xml
}

function refusal(run: () => unknown): XmlError {
  try {
    run()
  } catch (error) {
    if (error instanceof XmlError) return error
    throw error
  }
  assert.fail('it was accepted')
}

const vectors: readonly (readonly [string, Record<string, string>, string, string, typeof key])[] = [
  [
    'the published v2 vector',
    {
      appid: 'wxd930ea5d5a258f4f',
      mch_id: '10000100',
      device_info: '1000',
      body: 'test',
      nonce_str: 'ibuaiVcKdpRxkhJA',
    },
    'appid=wxd930ea5d5a258f4f&body=test&device_info=1000&mch_id=10000100&nonce_str=ibuaiVcKdpRxkhJA',
    '9A0A8659F005D6984697E2CA0A9CF3B7',
    publicKey,
  ],
  [
    'an empty member is dropped, a zero is kept',
    { appid: 'wxa', nonce_str: 'n', cash_fee: '0', err_code: '0', attach: '' },
    'appid=wxa&cash_fee=0&err_code=0&nonce_str=n',
    '8AD0D3938A6776B7495DB1C99A08AE87',
    key,
  ],
  [
    'a capital I sorts first',
    { appid: 'wxa', insurance_fee: '10', insurance_fund_fee: '6', Insurance_self_fee: '4' },
    'Insurance_self_fee=4&appid=wxa&insurance_fee=10&insurance_fund_fee=6',
    '4E933215920E9DEA279886CF50BC1B30',
    key,
  ],
  [
    'Chinese is hashed as UTF-8',
    { appid: 'wxa', body: '示例挂号', nonce_str: 'n' },
    'appid=wxa&body=示例挂号&nonce_str=n',
    '42DF67ACBA2A6A2B659F00419A1B4AF1',
    key,
  ],
  [
    'JSON in CDATA is signed as it is',
    { appid: 'wxa', nonce_str: 'n', request_content: '{"a":"1","b":"x & <y>"}' },
    'appid=wxa&nonce_str=n&request_content={"a":"1","b":"x & <y>"}',
    'AE2394A8672B021A5261AE33A8357345',
    key,
  ],
  [
    'inner blanks matter',
    { appid: 'wxa', nonce_str: 'n', request_content: '{ "a" : "1" }' },
    'appid=wxa&nonce_str=n&request_content={ "a" : "1" }',
    'A0AF32501BD80D167574090BB70BED32',
    key,
  ],
  [
    'a name that begins with another name sorts after it',
    { err_code_desc: 'e', err_code_des: 'd', err_code: '1' },
    'err_code=1&err_code_des=d&err_code_desc=e',
    '532D34F987771D5C5EF8487BB5A4A15E',
    key,
  ],
  [
    'an unknown member is signed too',
    { zz_new: '1', appid: 'wxa', nonce_str: 'n' },
    'appid=wxa&nonce_str=n&zz_new=1',
    '79C02AE9CD02CCE31E98509A1093F750',
    key,
  ],
  [
    'an underscore sorts before a lower-case letter',
    { cashx: '3', cash_fee: '1', cash_add_fee: '2' },
    'cash_add_fee=2&cash_fee=1&cashx=3',
    '0979F3EEE0ADC1F7731288904757FE52',
    key,
  ],
]

for (const [name, members, text, sign, vectorKey] of vectors) {
  test(`vector: ${name}`, () => {
    assert.equal(signatureText(members), text)
    assert.equal(signXml(members, vectorKey), sign)
    const received = parseXml(serialiseXml({ ...members, sign }))
    assert.deepEqual(checkXmlSignature(received, vectorKey), { ok: true })
  })
}

for (const { id, signed, xml } of examples) {
  test(`the example ${id} is read, and its signature ${signed ? 'fits' : 'is missing'}`, () => {
    const check = checkXmlSignature(parseXml(Buffer.from(xml)), key)
    assert.equal(check.ok ? 'ok' : check.check, signed ? 'ok' : 'missing')
  })
}

test('the worked examples give the documented text and signature', () => {
  const query = parseXml(example('query_req'))
  assert.equal(
    signatureText(query),
    'appid=wxa1b2c3d4e5f60718&hosp_out_trade_no=HSPA20200801093000000001&mch_id=1900000701&nonce_str=n05demoNonce0Legacy0Example00000&sub_appid=wx0011223344556677&sub_mch_id=1900000702',
  )
  assert.equal(signXml(query, key), '96273A0C3F10EBAAFCE7CD44FA15E444')
  assert.equal(signXml(parseXml(example('refund_req')), key), '9F63E0B83BD00F5A277323B9032EFE6C')
  const text = signatureText(parseXml(notice))
  assert.ok(text.startsWith('Insurance_self_fee=3000&appid=wxa1b2c3d4e5f60718&attach=dept=A01&'))
  assert.equal(signXml(parseXml(notice), key), '37054CAAFFDE1F9B03E847B57E38461E')
})

test('CDATA is kept character for character, adjacent sections are joined, nothing is trimmed', () => {
  const members = parseXml(
    '<xml><a><![CDATA[ &amp; <b> ]]></a><b><![CDATA[x]]]]><![CDATA[>y]]></b><c> 1 </c><d/><e></e>\n<f> <![CDATA[g]]> </f></xml>',
  )
  assert.deepEqual({ ...members }, { a: ' &amp; <b> ', b: 'x]]>y', c: ' 1 ', d: '', e: '', f: ' g ' })
})

test('entities and numbered references are resolved once', () => {
  const members = parseXml('<xml><a>&amp;lt; &lt;&gt;&quot;&apos;&#20013;&#x1F600;&#13;</a></xml>')
  assert.equal(members.a, '&lt; <>"\'中😀\r')
})

test('line ends become LF as XML says, also inside CDATA', () => {
  assert.equal(parseXml('<xml>\r\n<a><![CDATA[1\r\n2\r3]]></a>\r\n</xml>').a, '1\n2\n3')
})

test('a declaration, a byte order mark and blanks around the root are accepted', () => {
  const bytes = Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>\n')
  assert.equal(parseXml(bytes).a, '1')
  assert.deepEqual(Object.keys(parseXml('<xml/>')), [])
})

test('__proto__ and constructor are members like any other', () => {
  const members = parseXml('<xml><__proto__>1</__proto__><constructor>2</constructor></xml>')
  assert.deepEqual(Object.keys(members), ['__proto__', 'constructor'])
  assert.equal(signatureText(members), '__proto__=1&constructor=2')
  assert.equal(({} as Record<string, unknown>).a, undefined)
  assert.equal(Object.getPrototypeOf(members), null)
})

const refused: readonly (readonly [string, string | Uint8Array])[] = [
  ['nothing at all', ''],
  ['a DOCTYPE', '<!DOCTYPE xml [<!ENTITY a "b">]><xml><a>&a;</a></xml>'],
  ['a DOCTYPE inside', '<xml><!DOCTYPE a><a>1</a></xml>'],
  ['an undeclared entity', '<xml><a>&nbsp;</a></xml>'],
  ['a bare ampersand', '<xml><a>a & b</a></xml>'],
  ['a reference to a forbidden character', '<xml><a>&#0;</a></xml>'],
  ['a reference to a surrogate', '<xml><a>&#xD800;</a></xml>'],
  ['a reference beyond Unicode', '<xml><a>&#x110000;</a></xml>'],
  ['a processing instruction', '<xml><?php 1 ?><a>1</a></xml>'],
  ['another encoding', '<?xml version="1.0" encoding="GBK"?><xml><a>1</a></xml>'],
  ['a comment', '<xml><!-- --><a>1</a></xml>'],
  ['a comment inside a value', '<xml><a>1<!-- -->2</a></xml>'],
  ['an attribute', '<xml><a b="1">1</a></xml>'],
  ['an attribute on the root', '<xml a="1"><a>1</a></xml>'],
  ['a nested element', '<xml><a><b>1</b></a></xml>'],
  ['a name twice', '<xml><a>1</a><a>1</a></xml>'],
  ['another root', '<html><a>1</a></html>'],
  ['a longer root name', '<xmls><a>1</a></xmls>'],
  ['text between members', '<xml>x<a>1</a></xml>'],
  ['something after the root', '<xml><a>1</a></xml><xml></xml>'],
  ['a wrong end tag', '<xml><a>1</b></xml>'],
  ['an end tag that goes on', '<xml><a>1</ab></xml>'],
  ['a CDATA section without end', '<xml><a><![CDATA[1</a></xml>'],
  ['the damaged CDATA of one printed sample', '<xml><a>![CDATA[x]]</a>'],
  ['a CDATA end in text', '<xml><a>]]></a></xml>'],
  ['a cut message', '<xml><a>1</a>'],
  ['a control character', '<xml><a>\u0001</a></xml>'],
  ['bytes that are not UTF-8', Uint8Array.from([0x3c, 0x78, 0x6d, 0x6c, 0x3e, 0xff])],
  ['a lone surrogate', '<xml><a>\ud800</a></xml>'],
  ['too many bytes', `<xml><a>${'中'.repeat(350_000)}</a></xml>`],
  ['too many members', `<xml>${Array.from({ length: 257 }, (_, n) => `<a${n}>1</a${n}>`).join('')}</xml>`],
  ['a name without end', `<xml><${'a'.repeat(200)}>1</${'a'.repeat(200)}></xml>`],
]

for (const [name, message] of refused) {
  test(`refused with a position: ${name}`, () => {
    const error = refusal(() => parseXml(message))
    assert.ok(error.position >= 0 && error.expected.length > 0)
  })
}

test('a refusal says where, and never repeats what was there', () => {
  const error = refusal(() => parseXml('<xml><name>王小明 & co</name></xml>'))
  assert.equal(error.position, 15)
  assert.ok(!error.message.includes('王'))
})

test('members of a named group come out under group.member, and only there', () => {
  const text = '<xml><id>1</id><resource><nonce><![CDATA[n]]></nonce></resource></xml>'
  assert.deepEqual(
    { ...parseXml(text, { groups: ['resource'] }) },
    { id: '1', resource: '', 'resource.nonce': 'n' },
  )
  assert.throws(() => parseXml(text), XmlError)
  const deeper = '<xml><resource><resource><a>1</a></resource></resource></xml>'
  assert.throws(() => parseXml(deeper, { groups: ['resource'] }), XmlError)
})

// Characters that XML can carry; CR comes along because the writer has to rescue it from CDATA.
const values = fc
  .string({ unit: 'binary', maxLength: 40 })
  .map((text) => text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ''))
  .chain((text) => fc.constantFrom(text, `${text}]]>${text}`, `<![CDATA[${text}&amp;`, `\r\n${text}`))
const names = fc.oneof(
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,20}$/),
  fc.constantFrom('__proto__', 'toString', 'xml', 'sign'),
)
const memberLists = fc.uniqueArray(fc.tuple(names, values), { maxLength: 12, selector: ([name]) => name })

function record(list: readonly (readonly [string, string])[]): Record<string, string> {
  const members: Record<string, string> = Object.create(null)
  for (const [name, value] of list) members[name] = value
  return members
}

test('whatever is written is read back unchanged, in every style', () => {
  fc.assert(
    fc.property(
      memberLists,
      fc.constantFrom('always' as const, 'text' as const, 'unless_number' as const),
      (list, cdata) => {
        const members = record(list)
        const written = serialiseXml(members, { cdata })
        assert.deepEqual(Object.entries(parseXml(written)), Object.entries(members))
        assert.deepEqual(Object.entries(parseXml(Buffer.from(written))), Object.entries(members))
      },
    ),
  )
})

test('whatever arrives, it is read or refused with an XmlError', () => {
  const pieces = fc.constantFrom(
    '<xml>',
    '</xml>',
    '<a>',
    '</a>',
    '<![CDATA[',
    ']]>',
    '&',
    '&#',
    ';',
    'amp',
    '<',
    '<?xml',
    '\r',
    '/>',
    '<b/>',
    '!',
  )
  const messages = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 20 })
      .map((list) => `<xml>${list.join('')}</xml>`),
  )
  fc.assert(
    fc.property(messages, (message) => {
      try {
        const members = parseXml(message)
        assert.deepEqual(Object.entries(parseXml(serialiseXml(members))), Object.entries(members))
      } catch (error) {
        assert.ok(error instanceof XmlError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})

test('what XML cannot carry is not written', () => {
  for (const value of ['\0', '\ud800', '\uffff']) assert.throws(() => serialiseXml({ a: value }), XmlError)
  for (const name of ['', '1a', 'a b', 'a>', 'é'])
    assert.throws(() => serialiseXml({ [name]: '1' }), XmlError)
})

test('the signature does not depend on the order of the members', () => {
  const shuffled = memberLists.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  )
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      assert.equal(signXml(record(list), key), signXml(record(other), key))
    }),
  )
})

test('a changed character in any value of a notification is refused', () => {
  const members = parseXml(notice)
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(members)), fc.nat(), (name, where) => {
      const value = members[name] ?? ''
      const at = where % value.length
      const other = value[at] === '1' ? '2' : '1'
      const changed = { ...members, [name]: value.slice(0, at) + other + value.slice(at + 1) }
      assert.equal(checkXmlSignature(changed, key).ok, false)
    }),
  )
})

test('a removed or an added member is refused', () => {
  const members = parseXml(notice)
  for (const name of Object.keys(members)) {
    const check = checkXmlSignature({ ...members, [name]: undefined }, key)
    assert.equal(check.ok ? '' : check.check, name === 'sign' ? 'missing' : 'signature')
  }
  assert.equal(checkXmlSignature({ ...members, zz: '1' }, key).ok, false)
})

test('a signature in lower case, or of another length, is refused by its form', () => {
  const members = parseXml(notice)
  for (const sign of [members.sign?.toLowerCase(), 'A', `${members.sign}0`]) {
    const check = checkXmlSignature({ ...members, sign }, key)
    assert.equal(check.ok ? '' : check.check, 'form')
  }
})

test('a key that is missing, has a line end or an odd length is refused at construction', () => {
  const good = '192006250b4c09247ec02edce69f6a2d'
  for (const bad of [
    undefined,
    '',
    `${good}\n`,
    ` ${good}`,
    'short',
    'x'.repeat(65),
    `${good.slice(1)}中`,
    `${good.slice(0, 15)} ${good.slice(16)}`,
  ]) {
    assert.throws(() => readMchKey(bad), MchKeyError)
  }
  assert.throws(() => readMchKey(`${good}\n`), /begins or ends with a blank or a line end/)
  assert.equal(readMchKey(good).warning, undefined)
  assert.match(readMchKey('x'.repeat(20)).warning ?? '', /20 characters/)
})

test('nothing is signed or accepted with a key that was never checked', () => {
  const forged = { kind: 'mch_key' } as const
  assert.throws(() => signXml({ a: '1' }, forged), MchKeyError)
  // @ts-expect-error A key is never plain text; JavaScript callers get the same refusal at run time.
  assert.throws(() => checkXmlSignature({ a: '1' }, undefined), MchKeyError)
})

test('a key does not show itself', () => {
  assert.equal(JSON.stringify(key), '{"kind":"mch_key"}')
  assert.throws(
    () => readMchKey('secret secret secret'),
    (thrown: Error) => !thrown.message.includes('secret'),
  )
})

test('the reply of the dossier is built byte for byte', () => {
  assert.equal(
    replyXml({ outcome: 'processed', nonce: 'n08demoNonce0Legacy0Example00000', key }),
    example('notify_reply'),
  )
})

test('the sender stops only at a signed reply with both codes', () => {
  const nonce = 'n'
  const read = (body: string) => {
    const reading = readReply(body, key)
    return reading.verdict === 'accepted' ? 'accepted' : reading.check
  }
  assert.equal(read(replyXml({ outcome: 'processed', nonce, key })), 'accepted')
  assert.equal(read(replyXml({ outcome: 'later', nonce, key })), 'codes')
  assert.equal(read(replyXml({ outcome: 'refused', reason: 'no', nonce, key })), 'codes')
  assert.equal(read(replyXml({ outcome: 'processed', nonce })), 'missing')
  assert.equal(read(replyXml({ outcome: 'processed', nonce, key: publicKey })), 'signature')
  assert.equal(read('success'), 'xml')
  assert.equal(readReply(replyXml({ outcome: 'processed', nonce })).verdict, 'accepted')
})

test('an empty reason is left out of a reply, a long one is cut', () => {
  assert.equal(parseXml(replyXml({ outcome: 'later', nonce: 'n', key })).return_msg, undefined)
  const long = parseXml(replyXml({ outcome: 'refused', reason: '错'.repeat(500), nonce: 'n', key }))
  assert.equal(long.return_msg?.length, 128)
})
