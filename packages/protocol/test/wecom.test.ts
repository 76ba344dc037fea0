import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { invocationText } from '../src/apiv3/index.ts'
import { check } from '../src/check.ts'
import type { AnyField, Field, Fields } from '../src/fields.ts'
import type { InputOfOperation, OperationShape, ResourceOf, ResultOfOperation } from '../src/operation.ts'
import { billAuthorization, refundStanding, wecom, wecomNotifications } from '../src/products/wecom/index.ts'
import { answers, notices, requests } from './fixtures/wecom-samples.ts'

type Name = keyof typeof requests

function problems(name: Name | 'uploadImage', input: unknown): string[] {
  const operation: OperationShape = wecom[name]
  const fields = operation.body ?? operation.query ?? {}
  return check(fields, operation.rules ?? [], input).map(({ at, rule }) => `${at} ${rule}`)
}

/** The sample with some fields exchanged, by dotted path; `undefined` takes one away. */
function but(sample: object, changes: Record<string, unknown>): unknown {
  const copy = structuredClone(sample)
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let inner = copy as Record<string, unknown>
    for (const name of names) inner = inner[name] as Record<string, unknown>
    if (value === undefined) delete inner[last]
    else inner[last] = value
  }
  return copy
}

for (const name of Object.keys(requests) as Name[]) {
  test(`the sample request of ${name} has no problems`, () => {
    assert.deepEqual(problems(name, requests[name]), [])
  })
}

// Declared names that no sample shows; everything else must occur in one.
const unshown: Record<string, readonly string[]> = {
  applyMch: ['error_description'],
  getApplymentStatus: [
    'status.sign_url',
    'status.audit_detail',
    'status.audit_detail.param_name',
    'status.audit_detail.reject_reason',
    'status.account_validation',
    ...[
      'account_name',
      'account_no',
      'pay_amount',
      'destination_account_number',
      'destination_account_name',
      'destination_account_bank',
      'city',
      'remark',
      'deadline',
    ].map((name) => `status.account_validation.${name}`),
    'status.legal_validation_url',
    'reject_reason',
  ],
  getOrder: ['scene_info.device_id'],
}

for (const [name, samples] of Object.entries(answers)) {
  test(`the sample answers of ${name} and its declaration name the same fields`, () => {
    const { result } = wecom[name as keyof typeof answers]
    const shown = new Set(samples.flatMap((sample) => namesIn(sample)))
    assert.deepEqual([...shown, ...(unshown[name] ?? [])].sort(), namesOf(result.fields).sort())
  })
}

for (const [name, sample] of Object.entries(notices)) {
  test(`the sample of ${name} and its declaration name the same fields`, () => {
    const { resource } = wecomNotifications[name as keyof typeof notices]
    assert.deepEqual(namesIn(sample).sort(), namesOf(resource.fields).sort())
    assert.deepEqual(check(resource.fields, resource.rules, sample), [])
  })
}

test('an unpaid order has an empty transaction_id, as declared', () => {
  const { result } = wecom.getOrder
  const [paid, unpaid] = answers.getOrder
  for (const answer of [paid, unpaid]) assert.deepEqual(check(result.fields, result.rules, answer), [])
})

const refusals: readonly (readonly [string, Name, Record<string, unknown>, readonly string[]])[] = [
  ['an order number of five characters', 'createOrder', { out_trade_no: 'WC001' }, ['/out_trade_no length']],
  ['an order number with @', 'createOrder', { out_trade_no: 'WC001@' }, ['/out_trade_no charset']],
  ['an amount of nothing', 'createOrder', { 'amount.total': 0 }, ['/amount/total range']],
  ['another currency', 'createOrder', { 'amount.currency': 'HKD' }, ['/amount/currency choice']],
  [
    'a missing payer address',
    'createOrder',
    { 'scene_info.payer_client_ip': undefined },
    ['/scene_info/payer_client_ip required'],
  ],
  ['a nonce with a hyphen', 'getSign', { nonce: 'a-b' }, ['/nonce charset']],
  ['another signature', 'getSign', { sign_type: 'MD5' }, ['/sign_type choice']],
  ['a timestamp as text', 'getSign', { timestamp: '1773818310' }, ['/timestamp type']],
  ['a refund of more than the order', 'refund', { 'amount.refund': 12801 }, ['/amount/refund atMost']],
  [
    'a refund number of 65 characters',
    'refund',
    { out_refund_no: 'R'.repeat(65) },
    ['/out_refund_no length'],
  ],
  ['a bill of a day that is none', 'getBill', { bill_date: '2026-02-30' }, ['/bill_date day']],
  ['a bill for a short mchid', 'getBill', { mchid: '1640012' }, ['/mchid length']],
  [
    'a certificate type for an individual',
    'applyMch',
    { 'business_license_info.cert_type': 2394 },
    ['/business_license_info/cert_type refuses'],
  ],
  [
    'a licence number with the letter O',
    'applyMch',
    { 'business_license_info.business_license_number': '92440300MA5EXAMPOL' },
    ['/business_license_info/business_license_number fits'],
  ],
  [
    'an individual without a kind of account',
    'applyMch',
    { 'account_info.bank_account_type': undefined },
    ['/account_info/bank_account_type needs'],
  ],
  [
    'an institution without address and validity',
    'applyMch',
    { organization_type: 3 },
    [
      '/business_license_info/company_address needs',
      '/business_license_info/business_time_begin_time needs',
      '/business_license_info/business_time_end_time needs',
    ],
  ],
  [
    'an enterprise that does not name its beneficiary',
    'applyMch',
    {
      organization_type: 0,
      owner: false,
      'id_card_info.id_card_address': '1 Tea Street',
    },
    ['/ubo_info needs', '/ubo_info/id_card_address needs'],
  ],
  [
    'an enterprise without address and beneficiary',
    'applyMch',
    { organization_type: 0 },
    ['/id_card_info/id_card_address needs', '/owner needs'],
  ],
  [
    'a super administrator who is another person',
    'applyMch',
    { 'contact_info.contact_info.id_card_name': 'Lin Mei' },
    ['/contact_info/contact_info/id_card_name same'],
  ],
  [
    'a letter of authorization for the owner',
    'applyMch',
    { 'contact_info.business_authorization_letter_open_wx_pay_media_id': 'MX_1' },
    ['/contact_info/business_authorization_letter_open_wx_pay_media_id refuses'],
  ],
  [
    'an agent with name and number alone',
    'applyMch',
    { 'contact_info.contact_type': '66' },
    [
      '/contact_info/business_authorization_letter_open_wx_pay_media_id needs',
      '/contact_info/contact_info/id_card_copy_open_wx_pay_media_id needs',
      '/contact_info/contact_info/id_card_valid_time_begin needs',
      '/contact_info/contact_info/id_card_valid_time needs',
      '/contact_info/contact_info/id_doc_type needs',
    ],
  ],
  [
    'an online shop that shows nothing',
    'applyMch',
    { 'sales_scene_info.store_url': undefined },
    ['/sales_scene_info/store_url needs'],
  ],
  [
    'a shop with a door but no place',
    'applyMch',
    { 'sales_scene_info.type': 1 },
    [
      '/sales_scene_info/address_code needs',
      '/sales_scene_info/offline_address needs',
      '/sales_scene_info/entrance_pic_open_wx_pay_media_id needs',
      '/sales_scene_info/indoor_pic_open_wx_pay_media_id needs',
    ],
  ],
  [
    'a passport with a back and the number of a card',
    'applyMch',
    { 'id_card_info.id_doc_type': 1 },
    ['/id_card_info/id_card_national_open_wx_pay_media_id refuses', '/id_card_info/id_card_number fits'],
  ],
  [
    'a card that ends some day',
    'applyMch',
    { 'id_card_info.id_card_valid_time': 'some day' },
    ['/id_card_info/id_card_valid_time fits'],
  ],
  [
    'a short name of 65 bytes',
    'applyMch',
    { merchant_short_name: `${'茶'.repeat(21)}xx` },
    ['/merchant_short_name length'],
  ],
  [
    'six qualifications',
    'applyMch',
    { qualifications: { id: ['1', '2', '3', '4', '5', '6'] } },
    ['/qualifications/id count'],
  ],
]

for (const [what, name, changes, expected] of refusals) {
  test(`${name} refuses ${what}`, () => {
    assert.deepEqual(problems(name, but(requests[name], changes)), expected)
  })
}

const accepted: readonly (readonly [string, Name, Record<string, unknown>])[] = [
  ['an order number with a bar', 'createOrder', { out_trade_no: 'WC|001' }],
  ['an order without a store', 'createOrder', { 'scene_info.store_info': undefined }],
  ['a refund number with @', 'refund', { out_refund_no: '@' }],
  ['a card without end', 'applyMch', { 'id_card_info.id_card_valid_time': '长期' }],
  ['a short name of 64 bytes', 'applyMch', { merchant_short_name: `${'茶'.repeat(21)}x` }],
]

for (const [what, name, changes] of accepted) {
  test(`${name} accepts ${what}`, () => {
    assert.deepEqual(problems(name, but(requests[name], changes)), [])
  })
}

const numbers: readonly (readonly [number, string, string])[] = [
  [0, '44030119900307002X', '4403011990030700'],
  [1, 'E-1234567', 'E 1234567'],
  [2, 'H12345678', 'M12345678'],
  [3, 'M1234567890', 'M123456789'],
  [4, '12345678', '123456789'],
  [5, 'ABC123456789012', 'ABC12345678901'],
  [6, '810000199001010018', 'H12345678'],
  [7, '830000199001010018', '12345678'],
  [8, '44030119900307002X', 'x'],
]

for (const [kind, good, bad] of numbers) {
  test(`the number of a card of kind ${kind} is held to its form`, () => {
    const card = (number: string) =>
      problems(
        'applyMch',
        but(requests.applyMch, {
          'id_card_info.id_doc_type': kind,
          'id_card_info.id_card_number': number,
          'contact_info.contact_info.id_card_number': number,
          'id_card_info.id_card_national_open_wx_pay_media_id': undefined,
        }),
      )
    assert.deepEqual(card(good), [])
    assert.deepEqual(card(bad), ['/id_card_info/id_card_number fits'])
  })
}

test('pictures are held to size and extension', () => {
  const media = (name: string, size: number) =>
    problems('uploadImage', { media: { name, type: 'image/png', bytes: new Uint8Array(size) } })
  assert.deepEqual(media('a.PNG', 5), [])
  assert.deepEqual(media('a.bmp', 2 * 1024 * 1024), [])
  assert.deepEqual(media('a.png', 4), ['/media size'])
  assert.deepEqual(media('a.png', 2 * 1024 * 1024 + 1), ['/media size'])
  assert.deepEqual(media('a.gif', 50), ['/media extension'])
})

test('every code occurs once per operation, and only reads and closes of orders know "not found"', () => {
  for (const operation of Object.values(wecom) as OperationShape[]) {
    const codes = operation.errors.map((one) => one.code)
    assert.equal(new Set(codes).size, codes.length, operation.id)
    assert.ok(
      operation.errors.every((one) => one.status === 200),
      operation.id,
    )
    assert.equal(codes.includes('720501'), operation.notFound !== undefined, operation.id)
  }
})

test('every field and every value says what it means', () => {
  const walk = (fields: Fields, at: string): string[] =>
    Object.entries(fields).flatMap(([name, field]) => [
      ...(field.meaning ? [] : [`${at}.${name}`]),
      ...walk(members(field), `${at}.${name}`),
    ])
  const silent = [
    ...Object.values(wecom as Record<string, OperationShape>).flatMap((one) => [
      ...walk(one.query ?? {}, one.id),
      ...walk(one.body ?? {}, one.id),
      ...walk(one.headers ?? {}, one.id),
      ...(one.result.kind === 'group' ? walk(one.result.fields, one.id) : []),
    ]),
    ...Object.values(wecomNotifications).flatMap((one) => walk(one.resource.fields, one.id)),
  ]
  assert.deepEqual(silent, [])
})

test('every word for a closed refund means the same, and an unknown one means nothing', () => {
  const { status } = wecom.getRefundDetail.result.fields
  const { refund_status } = wecomNotifications.refunded.resource.fields
  const words = [...Object.keys(status.values), ...Object.keys(refund_status.values), 'REFUNDCLOSE']
  assert.ok(words.every((word) => refundStanding(word) !== undefined))
  assert.deepEqual(['CLOSE', 'CLOSED', 'REFUNDCLOSE'].map(refundStanding), ['closed', 'closed', 'closed'])
  assert.equal(refundStanding('toString'), undefined)
})

test('the auth of a bill is used without the name of its header', () => {
  assert.equal(billAuthorization('Authorization: WECHATPAY2 mchid="1"'), 'WECHATPAY2 mchid="1"')
  assert.equal(billAuthorization('authorization:WECHATPAY2 x'), 'WECHATPAY2 x')
  assert.equal(billAuthorization('WECHATPAY2 mchid="1"'), 'WECHATPAY2 mchid="1"')
})

test('vector: the text under pay_sign of the sample is that of a mini program', () => {
  const { appid, prepay_id, nonce, timestamp } = requests.getSign
  const text = invocationText({
    appId: appid,
    timestamp: String(timestamp),
    nonce,
    prepay: `prepay_id=${prepay_id}`,
  })
  assert.equal(
    createHash('sha256').update(text).digest('hex'),
    '6ae983e1d875c4473c4c152ad8b17ec66080c43addd6c7cc7dcc3c509653fb47',
  )
})

test('the types follow the declarations', () => {
  const order: InputOfOperation<typeof wecom.createOrder> = structuredClone(requests.createOrder)
  // @ts-expect-error The amount is a group, not a number.
  order.amount = 12800
  // @ts-expect-error Only the page of get_order calls the device `total`.
  order.scene_info.total = 'POS-02'
  const query: InputOfOperation<typeof wecom.getOrder> = { mchid: '1640012345', out_trade_no: 'WC0001' }
  // @ts-expect-error An order has no transaction_id to be asked by.
  query.transaction_id = '42'
  const state = (answer: ResultOfOperation<typeof wecom.getOrder>) => answer.trade_state
  // Enumerations are open in answers, so a new state is no type error.
  assert.equal(
    state({ ...(answers.getOrder[1] as never as Parameters<typeof state>[0]), trade_state: 'NEW' }),
    'NEW',
  )
  const notice = (one: ResourceOf<typeof wecomNotifications.paid>) => one.amount.total
  // @ts-expect-error The payment notice has no transaction_id.
  const number = (one: ResourceOf<typeof wecomNotifications.paid>) => one.transaction_id
  assert.equal(typeof notice, typeof number)
  const download: InputOfOperation<typeof wecom.downloadBill> = { token: 't', Authorization: 'a' }
  assert.equal(Object.keys(download).length, 2)
})

function members(given: Field): Fields {
  const field = given as AnyField
  if (field.kind === 'list') return members(field.item)
  return field.kind === 'group' ? field.fields : {}
}

function namesOf(fields: Fields): string[] {
  return Object.entries(fields).flatMap(([name, field]) => [
    name,
    ...namesOf(members(field)).map((inner) => `${name}.${inner}`),
  ])
}

function namesIn(value: unknown): string[] {
  const names = new Set<string>()
  const visit = (found: unknown, at: string): void => {
    if (Array.isArray(found)) for (const item of found) visit(item, at)
    else if (typeof found === 'object' && found !== null)
      for (const [name, member] of Object.entries(found)) {
        names.add(at + name)
        visit(member, `${at}${name}.`)
      }
  }
  visit(value, '')
  return [...names]
}
