import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { openSimulator } from '@chadan/simulator'
import { type GivenKeys, inspectKeys } from '../src/diagnosis/index.ts'
import { line, openDesk } from './line.ts'

const { credentials, clock } = await openSimulator()
const { apiv3 } = credentials
const nowMs = clock.now()
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
const strangerPem = stranger.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const wrongIn = (given: GivenKeys, atMs = nowMs) =>
  inspectKeys(given, atMs).flatMap(({ name, verdict, says }) =>
    verdict === 'bad' ? [`${name}: ${says}`] : [],
  )

test('the credentials of a simulation are all good, and nothing secret is shown', async () => {
  const desk = await openDesk()
  for (const json of [[], ['--json']]) {
    const { exit, out, err } = await desk.run(['keys', 'check', ...json])
    assert.deepEqual([exit, err], [0, ''])
    assert.match(out, /are a pair/)
    for (const secret of [
      apiv3.privateKey.slice(60, 90),
      apiv3.apiV3Key,
      desk.sim.credentials.wecom.corpsecret,
      desk.sim.credentials.payinsurance.key,
    ])
      assert.equal(out.includes(secret), false)
  }
})

test('what is wrong is marked, ends with 2 and is summed up on one line', async () => {
  const desk = await openDesk()
  const path = await desk.write('other.pem', strangerPem)
  const { exit, out, err } = await desk.run(['keys', 'check', '--private-key', path])
  assert.equal(exit, 2)
  assert.match(out, /WRONG +privateKey and certificate +are no pair/)
  assert.match(err, /^chadan: 1 wrong \(privateKey and certificate\).*\n$/)
})

const cases: readonly (readonly [string, GivenKeys, RegExp])[] = [
  [
    'a serial of another certificate',
    { certificate: apiv3.certificate, serialNo: '3'.repeat(40) },
    /^serialNo: is not that/,
  ],
  [
    'a serial in lower case',
    { certificate: apiv3.certificate, serialNo: apiv3.serialNo.toLowerCase() },
    /^serialNo: .*another spelling/,
  ],
  ['a public key id for a serial', { serialNo: apiv3.publicKeyId }, /^serialNo: is a public key id/],
  ['an APIv3 key with a line end', { apiV3Key: `${apiv3.apiV3Key}\n` }, /^apiV3Key: .*line end/],
  ['a certificate for a private key', { privateKey: apiv3.certificate }, /^privateKey: .*found certificate/],
  ['a file name for a key', { privateKey: 'apiclient_key.pem' }, /^privateKey: .*file name/],
  ['a public key without its id', { publicKey: apiv3.publicKey }, /^publicKeyId: is missing/],
  ['an id of another form', { publicKey: apiv3.publicKey, publicKeyId: 'PUB_KEY' }, /^publicKeyId: /],
  [
    "the merchant's certificate for a platform's",
    { certificate: apiv3.certificate, platformCertificate: apiv3.certificate },
    /^platformCertificate: is the merchant's own/,
  ],
  [
    'a merchant number of another certificate',
    { certificate: apiv3.certificate, mchid: '1688000999' },
    /^mchid: the certificate is issued to 1688000101/,
  ],
  ['a payinsurance key that is too short', { payinsuranceKey: 'short' }, /^payinsurance\.key: /],
  [
    'an EncodingAESKey of 42 characters',
    { wecom: { encodingAesKey: 'a'.repeat(42) } },
    /^wecom\.encodingAesKey: .*42 characters/,
  ],
  [
    'a corp secret with a blank',
    { wecom: { corpsecret: ` ${'a'.repeat(43)}` } },
    /^wecom\.corpsecret: .*blanks/,
  ],
]

for (const [name, given, pattern] of cases) {
  test(`${name} is found`, () => {
    const wrong = wrongIn(given)
    assert.equal(wrong.length, 1, wrong.join('; '))
    assert.match(wrong[0] ?? '', pattern)
  })
}

test('expiry is told: long before it not at all, soon before it as a note, after it as wrong', () => {
  const day = 86_400_000
  const verdictAt = (atMs: number) => inspectKeys({ certificate: apiv3.certificate }, atMs)[0]?.verdict
  assert.deepEqual(
    [
      verdictAt(nowMs),
      verdictAt(nowMs + (5 * 365 - 10) * day),
      verdictAt(nowMs + 5 * 366 * day),
      verdictAt(nowMs - 60 * day),
    ],
    ['good', 'note', 'bad', 'bad'],
  )
})

test('nothing to check is said as that', async () => {
  const { exit, err } = await line(['keys', 'check'])
  assert.deepEqual(
    [exit, err],
    [2, 'chadan: there is nothing to check: give --credentials, --private-key or another file\n'],
  )
})
