import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import { readFlat, writeFlat } from '../src/flat.ts'
import type { InputOfOperation, OperationShape, ResourceOf, ResultOfOperation } from '../src/operation.ts'
import { payinsurance, payinsuranceNotifications } from '../src/products/payinsurance/index.ts'
import { checkXmlSignature, type Members, parseXml, readMchKey } from '../src/xmlmd5/index.ts'
import { examples } from './fixtures/xmlmd5-examples.ts'

type Example = (typeof examples)[number]['id']
type Name = keyof typeof payinsurance

const key = readMchKey('Demo0Legacy1PayIns2Key3For4Spec5')

function members(id: Example): Members {
  const xml = examples.find((one) => one.id === id)?.xml
  assert.ok(xml !== undefined)
  return parseXml(xml)
}

const requests: readonly (readonly [Name, Example])[] = [
  ['unifiedOrder', 'unified_req'],
  ['queryOrder', 'query_req'],
  ['refund', 'refund_req'],
  ['queryRefund', 'queryrefund_req'],
  ['getBalanceBill', 'bill_req'],
  ['verifyName', 'verify_req'],
  ['closeOrder', 'close_req'],
]

/** A sample request as a caller gives it: without what the dialect fills in. */
function input(id: Example): Record<string, unknown> {
  const { nonce_str: _nonce, sign: _sign, ...given } = members(id)
  const [name] = requests.find(([, one]) => one === id) ?? ['unifiedOrder']
  const operation: OperationShape = payinsurance[name]
  return { ...readFlat(operation.body ?? {}, Object.entries(given)) }
}

function problems(name: Name, value: unknown, mode?: 'direct' | 'partner'): string[] {
  const operation: OperationShape = payinsurance[name]
  const fields = operation.body ?? operation.query ?? {}
  return check(fields, operation.rules ?? [], value, { ...(mode && { mode }) }).map(
    ({ at, rule }) => `${at} ${rule}`,
  )
}

for (const [name, id] of requests) {
  test(`the sample request of ${name} has no problems, for a caller and on the wire`, () => {
    assert.deepEqual(problems(name, input(id), 'partner'), [])
    const operation: OperationShape = payinsurance[name]
    const fields = operation.body ?? {}
    const received = readFlat(fields, Object.entries(members(id)))
    assert.deepEqual(check(fields, operation.rules ?? [], received, { filledFields: 'accept' }), [])
    assert.deepEqual(new Map(writeFlat(fields, received)), new Map(Object.entries(members(id))))
  })
}

test('a token is asked for with the words of the document', () => {
  const agent = {
    grant_type: 'client_credential',
    agentappid: 'wxa1b2c3d4e5f60718',
    agentsecret: 'demosecret',
    appid: 'wx0011223344556677',
  }
  assert.deepEqual(problems('getAgentToken', agent), [])
  assert.deepEqual(problems('getAgentToken', { ...agent, grant_type: 'other' }), ['/grant_type choice'])
  assert.deepEqual(problems('getToken', { ...agent, secret: 's' }), [
    '/agentappid unknown',
    '/agentsecret unknown',
  ])
})

const answers: readonly {
  readonly name: Name
  readonly samples: readonly Example[]
  /** Declared names that no sample shows. */
  readonly unshown: readonly string[]
}[] = [
  { name: 'getAgentToken', samples: ['gettoken_resp'], unshown: ['err_code', 'err_code_des'] },
  {
    name: 'unifiedOrder',
    samples: ['unified_resp_oa', 'unified_resp_mini', 'unified_fail_530'],
    unshown: ['return_msg'],
  },
  {
    name: 'queryOrder',
    samples: ['query_resp'],
    unshown: ['return_msg', 'err_code_des', 'openid', 'limit_pay', 'extends'],
  },
  { name: 'refund', samples: ['refund_resp'], unshown: ['return_msg', 'err_code_desc'] },
  { name: 'queryRefund', samples: ['queryrefund_resp'], unshown: ['return_msg', 'err_code_des'] },
  { name: 'verifyName', samples: ['verify_resp_ok', 'verify_resp_fail'], unshown: ['return_msg'] },
  { name: 'closeOrder', samples: ['close_resp'], unshown: ['return_msg', 'err_code_descs'] },
]

for (const { name, samples, unshown } of answers) {
  test(`the sample answers of ${name} and its declaration name the same fields`, () => {
    const { result } = payinsurance[name] as OperationShape
    assert.ok(result.kind === 'group')
    const shown = new Set(samples.flatMap((id) => Object.keys(members(id))))
    assert.deepEqual([...shown, ...unshown].sort(), Object.keys(result.fields).sort())
    const [success] = samples
    assert.ok(success !== undefined)
    assert.deepEqual(
      check(result.fields, result.rules, readFlat(result.fields, Object.entries(members(success)))),
      [],
    )
  })
}

test('the sample notice and its declaration name the same fields', () => {
  const { resource } = payinsuranceNotifications.notified
  const unshown = ['return_msg', 'openid', 'err_code_des']
  assert.deepEqual(
    [...Object.keys(members('notify')), ...unshown].sort(),
    Object.keys(resource.fields).sort(),
  )
  assert.deepEqual(
    check(resource.fields, resource.rules, readFlat(resource.fields, Object.entries(members('notify')))),
    [],
  )
})

test('an answer is believed by its MD5 exactly where the document signs it', () => {
  const signed = Object.values(payinsurance as Record<string, OperationShape>).filter(
    (one) => one.trust === 'mac',
  )
  assert.deepEqual(
    signed.map((one) => one.id.slice('payinsurance.'.length)),
    ['unifiedOrder', 'queryOrder', 'refund', 'queryRefund', 'closeOrder'],
  )
  for (const { name, samples } of answers) {
    for (const id of samples) {
      const verdict = checkXmlSignature(members(id), key)
      assert.equal(verdict.ok, payinsurance[name].trust === 'mac', id)
    }
  }
})

const refusals: readonly (readonly [string, Example, Record<string, unknown>, readonly string[]])[] = [
  [
    'an order of nothing',
    'unified_req',
    { total_fee: 0, cash_fee: 0, cash_add_fee: 0, insurance_fee: 0, pay_type: 2 },
    ['/total_fee range', '/insurance_fee positive'],
  ],
  ['an amount in text', 'unified_req', { total_fee: '13000' }, ['/total_fee type']],
  ['cash in an order that insurance pays', 'unified_req', { pay_type: 2 }, ['/cash_fee zero']],
  ['insurance in an order that cash pays', 'unified_req', { pay_type: 1 }, ['/insurance_fee zero']],
  [
    'no cash in an order that both pay',
    'unified_req',
    { cash_fee: 0, cash_add_fee: 0 },
    ['/cash_fee positive'],
  ],
  ['a price below its parts', 'unified_req', { total_fee: 12699 }, ['/total_fee covers']],
  [
    'a discount that the price does not hold',
    'unified_req',
    { cash_reduced_fee: 301 },
    ['/total_fee covers'],
  ],
  ['more added cash than cash', 'unified_req', { cash_add_fee: 4001 }, [' covers']],
  ['both users', 'unified_req', { openid: 'o1' }, [' exactlyOne']],
  ['no user', 'unified_req', { sub_openid: undefined }, [' exactlyOne', '/sub_openid needs']],
  ['an agent without the hospital', 'unified_req', { sub_mch_id: undefined }, ['/sub_mch_id needs']],
  [
    'an agent without the account of the user',
    'unified_req',
    { sub_appid: undefined },
    ['/sub_appid needs', '/sub_appid needs'],
  ],
  [
    'an order number with |',
    'unified_req',
    { hosp_out_trade_no: 'HSPA|0001' },
    ['/hosp_out_trade_no charset'],
  ],
  [
    'an order number that leaves no room for R',
    'unified_req',
    { hosp_out_trade_no: 'H'.repeat(64) },
    ['/hosp_out_trade_no length'],
  ],
  ['a digest of 31', 'unified_req', { user_card_no: 'a'.repeat(31) }, ['/user_card_no length']],
  [
    'a card number in place of its digest',
    'unified_req',
    { user_card_no: '44030019000101123X' },
    ['/user_card_no length', '/user_card_no charset'],
  ],
  ['a kind of card that is not assigned', 'unified_req', { user_card_type: 2 }, ['/user_card_type choice']],
  ['a 13th month', 'unified_req', { gmt_out_create: '20201301093000' }, ['/gmt_out_create stamp']],
  [
    'a long IPv6 address',
    'unified_req',
    { spbill_create_ip: '2001:db8:0:1:1:1:1:1' },
    ['/spbill_create_ip length'],
  ],
  [
    'a name in place of an address',
    'unified_req',
    { spbill_create_ip: 'localhost' },
    ['/spbill_create_ip ip'],
  ],
  ['a relative return address', 'unified_req', { return_url: '/back' }, ['/return_url url']],
  [
    'text that is not JSON for the bureau',
    'unified_req',
    { request_content: 'session' },
    ['/request_content json'],
  ],
  ['any card but no_credit', 'unified_req', { limit_pay: 'credit' }, ['/limit_pay choice']],
  ['a signature of the caller', 'unified_req', { sign: 'A'.repeat(32) }, ['/sign filled']],
  ['a token in the body', 'query_req', { access_token: 'x' }, ['/access_token unknown']],
  ['two numbers of an order', 'query_req', { med_trans_id: 'M20080131415926535' }, [' exactlyOne']],
  ['no number of an order', 'close_req', { hosp_out_trade_no: undefined }, [' exactlyOne']],
  ['a refund of no cash', 'refund_req', { cash_refund_fee: 0 }, ['/cash_refund_fee range']],
  [
    'a refund of insurance alone',
    'refund_req',
    { part_refund_type: 'INSURANCE_ONLY' },
    ['/part_refund_type choice'],
  ],
  [
    'a refund that does not repeat the visit',
    'refund_req',
    { cancel_bill_no: undefined },
    ['/cancel_bill_no required'],
  ],
  [
    'four numbers of a refund',
    'queryrefund_req',
    { med_refund_id: 'R1', hosp_out_trade_no: 'H1', med_trans_id: 'M1' },
    [' exactlyOne'],
  ],
  ['a day that is none', 'bill_req', { bill_date: '20200230' }, ['/bill_date plainDay']],
  ['a day with hyphens', 'bill_req', { bill_date: '2020-02-20' }, ['/bill_date length']],
  ['a kind of bill that is none', 'bill_req', { bill_type: 'PAID' }, ['/bill_type choice']],
]

for (const [what, id, changes, expected] of refusals) {
  test(`${what} is refused`, () => {
    const [name] = requests.find(([, one]) => one === id) ?? ['unifiedOrder']
    assert.deepEqual(problems(name, { ...input(id), ...changes }, 'partner'), expected)
  })
}

test('a hospital of its own names no sub account, and its user under its own account', () => {
  const { sub_appid: _appid, sub_mch_id: _mch, sub_openid: _openid, ...own } = input('unified_req')
  const order = { ...own, openid: 'oDEMO0hospA0patient000000001' }
  assert.deepEqual(problems('unifiedOrder', order, 'direct'), [])
  assert.deepEqual(problems('unifiedOrder', input('unified_req'), 'direct'), [
    '/sub_appid refuses',
    '/sub_mch_id refuses',
    '/sub_openid refuses',
  ])
})

test('a value that came under a sibling spelling is read under the declared name', () => {
  const { fields } = payinsurance.queryRefund.result
  const read = (...given: [string, string][]) => readFlat(fields, given).cash_refund_statuses
  assert.equal(read(['cash_refund_stauts', 'CHANGE']), 'CHANGE')
  assert.equal(read(['cash_refund_status', 'CHANGE'], ['cash_refund_statuses', 'CHANGE']), 'CHANGE')
  const split = payinsurance.queryOrder.result.fields
  assert.equal(readFlat(split, [['insurance_self_fee', '3000']]).Insurance_self_fee, 3000)
})

test('spellings that contradict each other leave no value', () => {
  const { fields } = payinsurance.queryRefund.result
  const read = readFlat(fields, [
    ['cash_refund_stauts', 'SUCCESS'],
    ['cash_refund_statuses', 'REFUNDING'],
  ])
  assert.equal('cash_refund_statuses' in read, false)
  assert.equal(read.cash_refund_stauts, 'SUCCESS')
})

test('a number with a leading zero, a sign or an exponent is no amount', () => {
  const { fields } = payinsurance.queryOrder.result
  for (const text of ['013000', '+1', '1e3', '1.0', '', ' 1']) {
    assert.equal(readFlat(fields, [['total_fee', text]]).total_fee, text)
  }
  assert.equal(readFlat(fields, [['cash_fee', '0']]).cash_fee, 0)
})

// Types: what compiles, and what must not.
type Placing = InputOfOperation<typeof payinsurance.unifiedOrder>
type Placed = ResultOfOperation<typeof payinsurance.unifiedOrder>
type Paid = ResourceOf<typeof payinsuranceNotifications.notified>
const query: InputOfOperation<typeof payinsurance.queryOrder> = {
  appid: 'a',
  mch_id: 'm',
  hosp_out_trade_no: 'H1',
}
// @ts-expect-error pay_type is a number of three
const three: Placing['pay_type'] = 4
// @ts-expect-error the dialect signs, not the caller
const self: Placing['sign'] = 'A'
// @ts-expect-error the page is given once and always
const url: undefined = undefined as unknown as Placed['pay_url']
// @ts-expect-error amounts are numbers
const amount: Paid['total_fee'] = '13000'
void [query, three, self, url, amount]
