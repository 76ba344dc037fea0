import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  adviceFor,
  judgeJson,
  judgeXml,
  readTokenAnswer,
  renewAt,
  tokenCacheKey,
  tokenRules,
} from '../src/token/index.ts'
import { readMchKey, serialiseXml, signXml } from '../src/xmlmd5/index.ts'
import { examples } from './fixtures/xmlmd5-examples.ts'

const key = readMchKey('Demo0Legacy1PayIns2Key3For4Spec5')
const otherKey = readMchKey('192006250b4c09247ec02edce69f6a2d')
const signed = { key, signed: 'always' } as const

function example(id: string): { status: number; body: string } {
  const found = examples.find((one) => one.id === id)
  assert.ok(found, id)
  return { status: 200, body: found.xml }
}

function ok(body: string): { status: number; body: string } {
  return { status: 200, body }
}

function renewing(dialect: 'wecom' | 'payinsurance'): string[] {
  return Object.keys(tokenRules[dialect].call).filter((code) => adviceFor(dialect, 'call', code) === 'renew')
}

test('a token is renewed on the decided codes and on no other', () => {
  assert.deepEqual(renewing('wecom'), ['40014', '42001'])
  assert.deepEqual(renewing('payinsurance'), ['40001', '40014', '42001'])
})

test('a missing token is our own mistake, a wrong secret a matter of configuration, an unlisted code says nothing', () => {
  for (const dialect of ['wecom', 'payinsurance'] as const) {
    assert.equal(adviceFor(dialect, 'call', '41001'), 'programming')
    assert.equal(adviceFor(dialect, 'draw', '40001'), 'configuration')
    assert.equal(adviceFor(dialect, 'call', '-1'), 'retry')
    assert.equal(adviceFor(dialect, 'call', '45009'), 'wait')
    for (const code of ['99999', 'toString', '__proto__', ''])
      assert.equal(adviceFor(dialect, 'call', code), 'unknown')
  }
  assert.equal(adviceFor('wecom', 'call', '40001'), 'configuration')
  assert.equal(adviceFor('wecom', 'call', '720501'), 'not_found')
})

test('a token is replaced 300 s before its end, in payinsurance 5 % of a long life before', () => {
  const at = (dialect: 'wecom' | 'payinsurance', expiresInSeconds: number) =>
    renewAt({ obtainedMs: 1_000, expiresInSeconds }, tokenRules[dialect].margin)
  assert.equal(at('wecom', 7200), 1_000 + 6_900_000)
  assert.equal(at('payinsurance', 7200), 1_000 + 6_840_000)
  assert.equal(at('payinsurance', 3600), 1_000 + 3_300_000)
})

test('a token with a short rest of life is used for half of it instead of being drawn without end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100_000 }),
      fc.constantFrom(...(['wecom', 'payinsurance'] as const)),
      (life, dialect) => {
        const at = renewAt({ obtainedMs: 0, expiresInSeconds: life }, tokenRules[dialect].margin)
        assert.ok(at >= (life * 1000) / 2 && at < life * 1000)
      },
    ),
  )
})

test('tokens of different owners never share a name', () => {
  const keys = [
    tokenCacheKey({ dialect: 'wecom', corpid: 'a', app: 'b' }),
    tokenCacheKey({ dialect: 'wecom', corpid: 'a:b', app: '' }),
    tokenCacheKey({ dialect: 'payinsurance', appid: 'b', agentappid: 'a' }),
    tokenCacheKey({ dialect: 'payinsurance', appid: 'a', agentappid: 'b' }),
    tokenCacheKey({ dialect: 'payinsurance', appid: 'a' }),
  ]
  assert.equal(new Set(keys).size, keys.length)
})

test('a token answer is read from JSON and from XML alike', () => {
  const json = ok(
    '{"errcode":0,"errmsg":"ok","access_token":"tk_7Yh2Qe9Lm4Xc8Vb1Nz6Rp3Ws5Kd0Jf","expires_in":7200}',
  )
  assert.deepEqual(readTokenAnswer('wecom', json), {
    ok: true,
    accessToken: 'tk_7Yh2Qe9Lm4Xc8Vb1Nz6Rp3Ws5Kd0Jf',
    expiresInSeconds: 7200,
  })
  assert.deepEqual(readTokenAnswer('payinsurance', example('gettoken_resp')), {
    ok: true,
    accessToken: 'DEMO_ACCESS_TOKEN_agent_wxa1b2_hosp_wx0011',
    expiresInSeconds: 7200,
  })
  assert.equal(readTokenAnswer('payinsurance', ok('{"access_token":"t","expires_in":60}')).ok, true)
})

test('a refused token call gives code and advice, in JSON and in XML', () => {
  const refusal = (body: string) => {
    const answer = readTokenAnswer('payinsurance', ok(body))
    return answer.ok ? 'token' : [answer.code, answer.advice]
  }
  assert.deepEqual(refusal('{"errcode":40125,"errmsg":"invalid appsecret"}'), ['40125', 'configuration'])
  assert.deepEqual(refusal('{"errcode":-1,"errmsg":"busy"}'), ['-1', 'retry'])
  const xml = {
    return_code: 'SUCCESS',
    result_code: 'FAIL',
    err_code: '40164',
    access_token: 'x',
    expires_in: '1',
  }
  assert.deepEqual(refusal(serialiseXml(xml)), ['40164', 'configuration'])
  assert.deepEqual(refusal(serialiseXml({ return_code: 'FAIL', return_msg: 'no' })), [undefined, 'unknown'])
})

test('an answer without a usable token is never taken for one', () => {
  for (const body of [
    '',
    'x',
    '{',
    '[]',
    '<xml>',
    '{}',
    '{"access_token":"","expires_in":7200}',
    '{"access_token":"a b","expires_in":7200}',
    '{"access_token":"t"}',
    '{"access_token":"t","expires_in":0}',
    '{"access_token":"t","expires_in":1.5}',
    '{"access_token":"t","expires_in":"7200s"}',
    `{"access_token":"${'t'.repeat(3000)}","expires_in":7200}`,
  ]) {
    assert.equal(readTokenAnswer('wecom', ok(body)).ok, false, body.slice(0, 40))
  }
  const token = '{"access_token":"t","expires_in":7200}'
  assert.equal(readTokenAnswer('wecom', ok(token)).ok, true)
  const down = readTokenAnswer('wecom', { status: 502, body: token })
  assert.equal(down.ok ? '' : down.advice, 'retry')
})

test('an answer is judged in order: the first failing step decides', () => {
  const ids = { appid: 'wxa1b2c3d4e5f60718', mch_id: '1900000701', sub_appid: undefined }
  const outcome = (answer: { status: number; body: string }, more = {}) =>
    judgeXml(answer, { ...signed, ...more }).outcome
  assert.equal(outcome(example('query_resp'), { ids }), 'success')
  assert.equal(outcome({ ...example('query_resp'), status: 500 }), 'unknown')
  assert.equal(outcome({ ...example('query_resp'), status: 0 }), 'unknown')
  assert.equal(outcome(ok('')), 'unknown')
  assert.equal(outcome(ok(' \n')), 'unknown')
  assert.equal(outcome(ok('<xml><a></xml>')), 'unknown')
  assert.equal(outcome(ok('<html><body>Bad gateway</body></html>')), 'unknown')
  assert.equal(outcome(ok('{"errcode":0}')), 'unknown')
  assert.equal(outcome(example('fail_sign')), 'protocol_fail')
  assert.equal(outcome(example('query_resp'), { key: otherKey, ids: { mch_id: 'x' } }), 'signature_invalid')
  assert.equal(outcome(example('query_resp'), { ids: { ...ids, mch_id: '1900000000' } }), 'identity_mismatch')
  assert.equal(outcome(example('query_resp'), { ids: { zz: 'not echoed' } }), 'identity_mismatch')
})

test('a signed business refusal keeps its code', () => {
  const judged = judgeXml(example('unified_fail_530'), signed)
  assert.equal(judged.outcome === 'refused' ? judged.code : judged.outcome, '530')
})

test('all three spellings of the error text are read', () => {
  for (const name of ['err_code_des', 'err_code_desc', 'err_code_descs']) {
    const members = { return_code: 'SUCCESS', result_code: 'FAIL', err_code: '554', [name]: 'text' }
    const judged = judgeXml(ok(serialiseXml({ ...members, sign: signXml(members, key) })), signed)
    assert.equal(judged.outcome === 'refused' ? judged.message : '', 'text')
  }
})

test('token trouble is heard in JSON and in XML, and renews; other gateway codes leave the outcome open', () => {
  const heard = (body: string) => {
    const judged = judgeXml(ok(body), signed)
    return judged.outcome === 'gateway' ? [judged.code, judged.advice, judged.executed] : judged.outcome
  }
  assert.deepEqual(heard('{"errcode":42001,"errmsg":"expired"}'), ['42001', 'renew', 'no'])
  assert.deepEqual(heard('{"errcode":45009,"errmsg":"quota"}'), ['45009', 'wait', 'unknown'])
  assert.deepEqual(heard('{"errcode":7,"errmsg":"new"}'), ['7', 'unknown', 'unknown'])
  const xml = { return_code: 'SUCCESS', result_code: 'FAIL', err_code: '40001' }
  assert.deepEqual(heard(serialiseXml(xml)), ['40001', 'renew', 'no'])
  assert.equal(heard(serialiseXml({ ...xml, err_code: 'toString' })), 'signature_invalid')
  assert.equal(heard(serialiseXml({ ...xml, err_code: '530' })), 'signature_invalid')
  assert.equal(heard(serialiseXml({ ...xml, result_code: 'SUCCESS' })), 'signature_invalid')
})

test('an answer that the document does not sign is believed, and checked where it is signed nevertheless', () => {
  const members = { return_code: 'SUCCESS', result_code: 'SUCCESS' }
  const outcome = (body: Record<string, string>, mode: 'always' | 'if_present' | 'never') =>
    judgeXml(ok(serialiseXml(body)), { key, signed: mode }).outcome
  assert.equal(outcome(members, 'always'), 'signature_invalid')
  assert.equal(outcome(members, 'if_present'), 'success')
  assert.equal(outcome({ ...members, sign: '0'.repeat(32) }, 'if_present'), 'signature_invalid')
  assert.equal(outcome({ ...members, sign: '0'.repeat(32) }, 'never'), 'success')
})

test('text is an answer only where a bill is expected, however large', () => {
  const bill = ok('\ufeff 交易时间,公众账号ID\n')
  assert.equal(judgeXml(bill, { key, signed: 'never', text: 'expected' }).outcome, 'text')
  assert.equal(judgeXml(bill, signed).outcome, 'unknown')
  const large = { status: 200, body: Buffer.alloc(3 * 1024 * 1024, 'x') }
  assert.equal(judgeXml(large, { key, signed: 'never', text: 'expected' }).outcome, 'text')
  assert.equal(
    judgeXml(example('bill_fail'), { key, signed: 'never', text: 'expected' }).outcome,
    'protocol_fail',
  )
})

test('a result_code of neither kind is no verdict', () => {
  const members = { return_code: 'SUCCESS', result_code: 'PENDING' }
  const body = serialiseXml({ ...members, sign: signXml(members, key) })
  assert.equal(judgeXml(ok(body), signed).outcome, 'unknown')
})

test('wecom: an absent errcode counts as 0, the code alone decides', () => {
  const judged = (body: string, status = 200) => {
    const one = judgeJson({ status, body })
    return one.outcome === 'gateway' ? [one.code, one.advice] : one.outcome
  }
  assert.equal(judged('{"errcode":0,"errmsg":"ok"}'), 'success')
  assert.equal(judged('{"trade_state":"SUCCESS"}'), 'success')
  assert.deepEqual(judged('{"errcode":40014,"errmsg":"invalid access_token"}'), ['40014', 'renew'])
  assert.deepEqual(judged('{"errcode":720501,"errmsg":"not exists","promotion_detail":[]}'), [
    '720501',
    'not_found',
  ])
  assert.deepEqual(judged('{"errcode":{},"errmsg":"?"}'), [undefined, 'unknown'])
  for (const body of ['', 'ok', '<xml></xml>', '[]', '{"errcode":0']) assert.equal(judged(body), 'unknown')
  assert.equal(judged('{"errcode":0}', 503), 'unknown')
})

test('whatever arrives is judged, never thrown, and never believed without a signature', () => {
  const bodies = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.json(),
    fc.string().map((text) => `<xml><a>${text}</a></xml>`),
  )
  fc.assert(
    fc.property(bodies, (body) => {
      const answer = { status: 200, body }
      assert.ok(!['success', 'refused'].includes(judgeXml(answer, signed).outcome))
      judgeJson(answer)
      readTokenAnswer('payinsurance', answer)
    }),
  )
})
