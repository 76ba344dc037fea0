import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { apiv3, check, operations } from '@chadan/protocol'
import { type Bench, openBench, seal } from './support.ts'

const { certificates, security } = operations

const merchantOf = (bench: Bench) => {
  const merchant = bench.sim.world.merchants.get(bench.sim.credentials.apiv3.mchid)
  assert.ok(merchant)
  return merchant
}

test('the list opens with the APIv3 key to the certificate that signs', async () => {
  const bench = await openBench()
  const { apiV3Key, platformSerialNo, platformCertificate } = bench.sim.credentials.apiv3
  for (const operation of [certificates.list, certificates.listGlobal]) {
    const answered = await bench.call(operation)
    assert.ok(answered.verified)
    const { fields, rules } = operation.result
    assert.deepEqual(check(fields, rules, answered.body), [])
    const [one] = apiv3.parseCertificates(answered.body, apiV3Key)
    assert.equal(one?.serialNo, platformSerialNo)
    assert.equal(one?.pem.trim(), platformCertificate.trim())
  }
})

test('a rotation lists the new certificate before it signs, and drops the old one when it ends', async () => {
  const bench = await openBench()
  const day = 24 * 3600_000
  const serial = await bench.sim.rotateCertificate(day)
  const listed = async () =>
    (await bench.call(certificates.list)).body.data.map((one: { serial_no: string }) => one.serial_no)
  const { platformSerialNo } = bench.sim.credentials.apiv3
  assert.deepEqual(await listed(), [platformSerialNo, serial])
  await bench.sim.advance(day)
  // The old one ends with the merchant's own certificate; here it is ended early.
  const old = bench.sim.world.table<{ expireMs: number }>('world.platformCertificates').get(platformSerialNo)
  assert.ok(old)
  old.expireMs = bench.sim.clock.now()
  assert.deepEqual(await listed(), [serial])
})

test('only certificates of the asked kind are listed', async () => {
  const bench = await openBench()
  const count = async (algorithm_type: string) =>
    (await bench.call(certificates.list, { query: { algorithm_type } })).body.data.length
  assert.deepEqual([await count('RSA'), await count('SM2'), await count('ALL')], [1, 0, 1])
  const wrong = await bench.call(certificates.list, { query: { algorithm_type: 'DSA' } })
  assert.equal(wrong.body.code, 'PARAM_ERROR')
})

test('a merchant that works with a public key has no certificates', async () => {
  const bench = await openBench()
  merchantOf(bench).keyMode = 'pubkey'
  const answered = await bench.call(certificates.list)
  assert.deepEqual([answered.status, answered.body.code], [404, 'RESOURCE_NOT_EXISTS'])
})

test('the self-test sends text back as it came, and sealed text sealed for the merchant', async () => {
  const bench = await openBench()
  const { publicKeyId, privateKey } = bench.sim.credentials.apiv3
  const answered = await bench.call(security.echo, {
    body: { echo_message: '你好', encrypted_echo_message: seal(bench.sim, '秘密') },
    headers: { 'wechatpay-serial': publicKeyId },
  })
  assert.equal(answered.body.echo_message, '你好')
  assert.equal(apiv3.openField(answered.body.encrypted_echo_message, createPrivateKey(privateKey)), '秘密')
  const plain = await bench.call(security.echo, { body: { echo_message: 'hello' } })
  assert.deepEqual(plain.body, { echo_message: 'hello' })
  const unsealed = await bench.call(security.echo, {
    body: { echo_message: 'hello', encrypted_echo_message: '秘密' },
    headers: { 'wechatpay-serial': publicKeyId },
  })
  assert.deepEqual([unsealed.status, unsealed.body.code], [400, 'PARAM_ERROR'])
})
