import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OperationShape, operations } from '@chadan/protocol'
import { contentOf, type InsuranceBench, openInsuranceBench } from './payinsurance-bench.ts'

const { payinsurance } = operations
type Name = keyof typeof payinsurance

/** What lets an operation answer a code: a request, or a state of the world. */
type Provoke = (bench: InsuranceBench) => Promise<string>

const event = (name: string, details: Record<string, unknown> = {}) =>
  ({ action: 'event', name, details }) as const
const hospitalOf = ({ sim }: InsuranceBench) => sim.credentials.payinsurance.subMchId

async function refundCode(
  bench: InsuranceBench,
  number: string,
  changes?: Record<string, unknown>,
): Promise<string> {
  const answer = await bench.refund(number, changes)
  return answer.code ?? answer.outcome
}

function merchantOf(bench: InsuranceBench) {
  const merchant = bench.sim.world.merchants.get(hospitalOf(bench))
  assert.ok(merchant)
  return merchant
}

/** The gate stands before every call alike. */
function gate(name: Name): Record<string, Provoke> {
  const operation: OperationShape = payinsurance[name]
  return {
    '40001': (bench) => bench.code(operation, {}, { token: 'x'.repeat(138) }),
    '40014': (bench) => bench.code(operation, {}, { token: 'short' }),
    '41001': (bench) => bench.code(operation, {}, { token: '' }),
    '42001': async (bench) => {
      await bench.accessToken()
      bench.sim.expireTokens()
      return bench.code(operation)
    },
    '43002': (bench) => bench.code(operation, {}, { verb: 'GET' }),
    '48001': async (bench) => {
      merchantOf(bench).permissions = []
      return bench.code(operation)
    },
  }
}

const credential = (bench: InsuranceBench) => {
  const { agentAppid, agentSecret, subAppid } = bench.sim.credentials.payinsurance
  return {
    grant_type: 'client_credential',
    agentappid: agentAppid,
    agentsecret: agentSecret,
    appid: subAppid,
  }
}
const ownCredential = (bench: InsuranceBench) => {
  const { appid, agentSecret } = bench.sim.credentials.payinsurance
  return { grant_type: 'client_credential', appid, secret: agentSecret }
}

function drawing(name: 'getAgentToken' | 'getToken'): Record<string, Provoke> {
  const [appid, secret] = name === 'getToken' ? ['appid', 'secret'] : ['agentappid', 'agentsecret']
  const code = (bench: InsuranceBench, changes: Record<string, string>) => {
    const given = { ...(name === 'getToken' ? ownCredential(bench) : credential(bench)), ...changes }
    const kept = Object.entries(given).filter(([, value]) => value !== '')
    return bench.code(payinsurance[name], Object.fromEntries(kept))
  }
  return {
    '40001': (bench) => code(bench, { [secret as string]: '0'.repeat(32) }),
    '40002': (bench) => code(bench, { grant_type: 'password' }),
    '40013': (bench) => code(bench, { [appid as string]: 'wxnobody' }),
    '40125': (bench) => code(bench, { [secret as string]: 'not a secret' }),
    '41002': (bench) => code(bench, { [appid as string]: '' }),
    '41004': (bench) => code(bench, { [secret as string]: '' }),
    '40164': (bench) => {
      const agent = bench.sim.world.merchants.get(bench.sim.credentials.payinsurance.mchId)
      if (agent) agent.extra.tokenIps = ['203.0.113.7']
      return code(bench, {})
    },
    '45011': (bench) => {
      bench.sim.changeSwitches({ requestsPerSecond: { [`payinsurance.${name}`]: 0 } })
      return code(bench, {})
    },
  }
}

const place = (bench: InsuranceBench, changes?: Record<string, unknown>) =>
  bench.code(payinsurance.unifiedOrder, bench.order(changes))

const provoked: Readonly<Record<Name, Record<string, Provoke>>> = {
  getAgentToken: {
    ...drawing('getAgentToken'),
    '48001': async (bench) => {
      const agent = bench.sim.world.merchants.get(bench.sim.credentials.payinsurance.mchId)
      if (agent) agent.subs = []
      return bench.code(payinsurance.getAgentToken, credential(bench))
    },
  },
  getToken: drawing('getToken'),
  unifiedOrder: {
    ...gate('unifiedOrder'),
    '513': (bench) => place(bench, { total_fee: 100 }),
    '530': async (bench) => place(bench, { hosp_out_trade_no: await bench.place() }),
    '532': async (bench) => {
      await bench.sim.act(hospitalOf(bench), event('bureau:split', { cash: 3501, insurance: 8699 }))
      return place(bench)
    },
    '533': async (bench) => {
      await bench.place()
      await bench.sim.advance(24 * 3600_000 + 1)
      return place(bench)
    },
    '534': (bench) => place(bench, { user_name: '李四' }),
  },
  queryOrder: {
    ...gate('queryOrder'),
    '513': (bench) => bench.code(payinsurance.queryOrder, {}),
    '541': (bench) => bench.code(payinsurance.queryOrder, { hosp_out_trade_no: 'HSPA999999' }),
  },
  refund: {
    ...gate('refund'),
    '40164': async (bench) => {
      merchantOf(bench).extra.refundIps = ['203.0.113.7']
      return refundCode(bench, 'HSPA000001')
    },
    '513': async (bench) => refundCode(bench, await bench.paid(), { cancel_bill_no: 'another' }),
    '550': async (bench) => {
      const number = await bench.paid()
      await bench.refund(number)
      return refundCode(bench, number)
    },
    '553': async (bench) => {
      const number = await bench.paid()
      await bench.sim.advance(24 * 3600_000)
      return refundCode(bench, number)
    },
    '554': async (bench) => refundCode(bench, await bench.place()),
    '556': async (bench) => {
      bench.sim.changeMerchant(hospitalOf(bench), { balanceMinor: 3999 })
      return refundCode(bench, await bench.paid())
    },
    '558': async (bench) => {
      const number = await bench.paid()
      await bench.refund(number)
      return refundCode(bench, number, { hosp_out_refund_no: 'another' })
    },
  },
  queryRefund: {
    ...gate('queryRefund'),
    '513': (bench) => bench.code(payinsurance.queryRefund, {}),
    '551': (bench) => bench.code(payinsurance.queryRefund, { hosp_out_refund_no: 'RHSPA1' }),
  },
  getBalanceBill: gate('getBalanceBill'),
  verifyName: {
    ...gate('verifyName'),
    '80001': (bench) => bench.code(payinsurance.verifyName, { ...person(bench), idcard_md5: 'short' }),
    '80002': (bench) =>
      bench.code(payinsurance.verifyName, person(bench), {
        key: 'another key of 32 characters ...'.replaceAll(' ', '-'),
      }),
    '80004': (bench) => bench.code(payinsurance.verifyName, { ...person(bench), openid: 'nobody' }),
    '80005': (bench) => bench.code(payinsurance.verifyName, { ...person(bench), name: '李四' }),
    '80006': (bench) => bench.code(payinsurance.verifyName, { ...person(bench), idcard_md5: '0'.repeat(32) }),
  },
  closeOrder: {
    ...gate('closeOrder'),
    '80001': (bench) => bench.code(payinsurance.closeOrder, {}),
  },
}

function person(bench: InsuranceBench) {
  const { openid, userName, userCardNo } = bench.sim.credentials.payinsurance
  return { openid, name: userName, idcard_md5: userCardNo }
}

/** Codes that no request and no state brings about, each with the reason. */
const byFaultAlone: Record<string, string> = {
  '-1': 'the platform is busy',
  '45009': 'the quota of a day',
  '45035': 'an older name of 40164',
  '514': 'a system error',
  '531': 'the cash side refuses the order',
  '535': 'the binding cannot be looked up',
  '540': 'the bureau cannot be asked',
  '542': 'the cash side cannot be asked',
  '551': 'on a refund: its record cannot be looked up',
  '552': 'the record cannot be updated',
  '555': 'the bureau cannot be asked',
  '557': 'the cash side cannot be asked',
  '80000': 'a system failure',
  '80001': 'another name of 513, which is answered where both are declared; bills say it in words',
  '80002': 'a wrong signature is answered without a code (Q23), except by the name check',
}

for (const [name, cases] of Object.entries(provoked)) {
  const operation: OperationShape = payinsurance[name as Name]
  for (const [code, provoke] of Object.entries(cases)) {
    test(`${name} answers ${code}`, async () => {
      assert.ok(operation.errors.some((one) => one.code === code))
      assert.equal(await provoke(await openInsuranceBench()), code)
    })
  }
}

test('every declared code is provoked, or a fault brings it about and the reason is listed', async () => {
  for (const [name, cases] of Object.entries(provoked)) {
    const operation: OperationShape = payinsurance[name as Name]
    const others = operation.errors.map(({ code }) => code).filter((code) => !Object.hasOwn(cases, code))
    assert.deepEqual(
      others.filter((code) => byFaultAlone[code] === undefined),
      [],
      name,
    )
  }
})

test('a fault answers with the code it was given, before the work or after it', async () => {
  const bench = await openInsuranceBench()
  for (const code of ['531', '535', '514', '80000', '80001', '80002']) {
    bench.sim.faults.next('payinsurance.unifiedOrder', 'systemError', { code })
    assert.equal(await place(bench), code)
  }
  const number = await bench.place()
  const ask = () => bench.code(payinsurance.queryOrder, { hosp_out_trade_no: number })
  for (const code of ['540', '542', '514']) {
    bench.sim.faults.next('payinsurance.queryOrder', 'systemError', { code })
    assert.equal(await ask(), code)
  }
  bench.sim.faults.next('payinsurance.getAgentToken', 'systemError')
  assert.equal(await bench.code(payinsurance.getAgentToken, credential(bench)), '-1')
  bench.sim.faults.next('payinsurance.getAgentToken', 'tooMany', { code: '45009' })
  assert.equal(await bench.code(payinsurance.getAgentToken, credential(bench)), '45009')
})

test('an order whose answer said 514 may exist all the same', async () => {
  const bench = await openInsuranceBench()
  bench.sim.faults.next('payinsurance.unifiedOrder', 'systemErrorAfter')
  const order = bench.order()
  assert.equal(await bench.code(payinsurance.unifiedOrder, order), '514')
  assert.equal(await bench.code(payinsurance.unifiedOrder, order), '530')
  assert.equal((await bench.query(String(order.hosp_out_trade_no))).med_trade_state, 'NOTPAY')
})

test('a wrong key and a broken body are refused without signature and without a code', async () => {
  const bench = await openInsuranceBench()
  const key = 'k'.repeat(32)
  const wrong = await bench.call(payinsurance.unifiedOrder, bench.order(), { key })
  assert.equal(wrong.outcome, 'protocol_fail')
  assert.match(wrong.raw, /签名失败/)
  assert.doesNotMatch(wrong.raw, /<sign>/)
  for (const raw of [
    '<xml><appid>1</appid><appid>2</appid></xml>',
    '<!DOCTYPE xml><xml></xml>',
    'text',
    '<xml></xml>',
  ]) {
    const broken = await bench.call(payinsurance.queryOrder, {}, { raw })
    assert.equal(broken.outcome, 'protocol_fail', raw)
    assert.match(broken.raw, /参数格式校验错误/)
  }
  for (const name of ['appid', 'mch_id', 'nonce_str', 'sign']) {
    const members = { [name]: name === 'sign' ? '' : undefined }
    const lacking = await bench.call(payinsurance.queryOrder, { hosp_out_trade_no: 'H00001' }, { members })
    assert.match(lacking.raw, /参数格式校验错误/, name)
  }
})

test('the accounts of a request are those of its token', async () => {
  const bench = await openInsuranceBench()
  const { appid, mchId } = bench.sim.credentials.payinsurance
  const number = await bench.place()
  const ask = (changes: Record<string, unknown>) =>
    bench.code(payinsurance.queryOrder, { hosp_out_trade_no: number, ...changes })
  assert.equal(await ask({ appid: 'wxanother' }), '513')
  assert.equal(await ask({ mch_id: '1230009999' }), '513')
  assert.equal(await ask({ sub_appid: undefined }), '513')
  assert.equal(await ask({ sub_appid: appid }), '513')
  assert.equal(await ask({ sub_mch_id: mchId }), '513')
  const close = { hosp_out_trade_no: number, appid: 'wxanother' }
  assert.equal(await bench.code(payinsurance.closeOrder, close), '80001')
})

const wrongOrders: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['another kind of card', { user_card_type: 9 }, '513'],
  ['another id number', { user_card_no: '0'.repeat(32) }, '534'],
  ['a payer who is unknown under this app', { sub_openid: 'nobody' }, '534'],
  ['content that is no object', { request_content: '[]' }, '513'],
  ['content without a session', { request_content: '{"bka001":"1"}' }, '513'],
  ['content with an empty key', { request_content: contentOf({ bka015: '' }) }, '513'],
  ['content with a long batch', { request_content: contentOf({ bka001: '1234' }) }, '513'],
  ['an amount with a leading zero', { total_fee: '013000' }, '513'],
  ['both users', { openid: 'o1' }, '513'],
  ['a number of 65', { hosp_out_trade_no: 'H'.repeat(65) }, '513'],
]

for (const [what, changes, code] of wrongOrders) {
  test(`${what} is refused with ${code}`, async () => {
    assert.equal(await place(await openInsuranceBench(), changes), code)
  })
}

test('an institution that the bureau does not know fails the pre-settlement', async () => {
  const bench = await openInsuranceBench()
  merchantOf(bench).extra.orgNos = ['H1']
  assert.equal(await place(bench), '533')
})

test('figures of the bureau that exceed the price fail the pre-settlement', async () => {
  const bench = await openInsuranceBench()
  await bench.sim.act(hospitalOf(bench), event('bureau:split', { cash: 4001, insurance: 8500 }))
  // 4001 and 500 added in cash, 8500 insured: 130.01 yuan.
  assert.equal(await place(bench, { allow_fee_change: 1, total_fee: 13000 }), '533')
  assert.equal(await place(bench, { allow_fee_change: 1, total_fee: 13001 }), 'success')
})

test('a token serves the hospital it was drawn for and no other', async () => {
  const bench = await openInsuranceBench()
  const { mchId } = bench.sim.credentials.payinsurance
  const { merchants } = bench.sim.world
  const key = 'another-key-of-32-characters-012'
  const hospital = merchantOf(bench)
  merchants.set('1230000303', { ...hospital, mchid: '1230000303', appids: ['wxother'], extra: { key } })
  merchants.get(mchId)?.subs.push('1230000303')
  const body = { hosp_out_trade_no: 'HSPA000001', sub_appid: 'wxother', sub_mch_id: '1230000303' }
  const answer = await bench.call(payinsurance.queryOrder, body, { key })
  // Signed with the other hospital's key, which this bench does not hold.
  assert.equal(answer.outcome, 'signature_invalid')
  assert.match(answer.raw, /<err_code>513</)
})

test('a platform-wide code that a fault names comes from the gate, unsigned', async () => {
  const bench = await openInsuranceBench()
  bench.sim.faults.next('payinsurance.unifiedOrder', 'systemErrorAfter', { code: '-1' })
  const answer = await bench.call(payinsurance.unifiedOrder, bench.order())
  assert.deepEqual([answer.outcome, JSON.parse(answer.raw).errcode], ['gateway', -1])
})

test('token errors come as JSON, or as XML where the switch says so', async () => {
  const bench = await openInsuranceBench()
  const json = await bench.call(payinsurance.queryOrder, {}, { token: 'short' })
  assert.equal(JSON.parse(json.raw).errcode, 40014)
  bench.sim.changeSwitches({ payinsurance: { tokenErrors: 'xml' } })
  const xml = await bench.call(payinsurance.queryOrder, {}, { token: 'short' })
  assert.deepEqual([xml.outcome, xml.code, xml.raw.startsWith('<xml>')], ['gateway', '40014', true])
})

test('the refusal of a foreign address may be a signed 513', async () => {
  const bench = await openInsuranceBench({ switches: { payinsurance: { ipRefusal: 513 } } })
  merchantOf(bench).extra.refundIps = ['203.0.113.7']
  const number = await bench.paid()
  const refused = await bench.refund(number)
  assert.deepEqual([refused.outcome, refused.code], ['refused', '513'])
})

test('the text of an error is spelled in three ways, or in one', async () => {
  const bench = await openInsuranceBench()
  const refused = async () => [
    (await bench.call(payinsurance.queryOrder, {})).raw,
    (await bench.refund('HSPA999999')).raw,
    (await bench.call(payinsurance.closeOrder, {})).raw,
  ]
  const names = (raws: string[]) => raws.map((raw) => /<(err_code_\w+)>/.exec(raw)?.[1])
  assert.deepEqual(names(await refused()), ['err_code_des', 'err_code_desc', 'err_code_descs'])
  bench.sim.changeSwitches({ payinsurance: { wireNames: 'common' } })
  assert.deepEqual(names(await refused()), ['err_code_des', 'err_code_des', 'err_code_des'])
})

test('a name and a number that fit are answered without signature', async () => {
  const bench = await openInsuranceBench()
  const answer = await bench.call(payinsurance.verifyName, person(bench))
  assert.equal(answer.outcome, 'success')
  assert.doesNotMatch(answer.raw, /<sign>|<nonce_str>/)
  await bench.sim.act(hospitalOf(bench), event('card:unbind', { payer: 'P1' }))
  assert.equal(await bench.code(payinsurance.verifyName, person(bench)), '80004')
})

test('answers whose signature is missing, wrong or broken are not believed', async () => {
  const bench = await openInsuranceBench()
  const number = await bench.place()
  const outcomes: string[] = []
  for (const fault of ['unsigned', 'wrongSignature', 'corrupted', 'truncated', 'badGateway'] as const) {
    bench.sim.faults.next('payinsurance.queryOrder', fault)
    outcomes.push((await bench.call(payinsurance.queryOrder, { hosp_out_trade_no: number })).outcome)
  }
  assert.deepEqual(outcomes, [
    'signature_invalid',
    'signature_invalid',
    'signature_invalid',
    'unknown',
    'unknown',
  ])
})

test('calls faster than the switch allows are turned away at the gate', async () => {
  const bench = await openInsuranceBench({
    switches: { requestsPerSecond: { 'payinsurance.queryOrder': 1 } },
  })
  const ask = () => bench.code(payinsurance.queryOrder, { hosp_out_trade_no: 'HSPA999999' })
  assert.deepEqual([await ask(), await ask()], ['541', '45009'])
})
