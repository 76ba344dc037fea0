import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { apiv3, everyOperation, operations, routeOf } from '@chadan/protocol'
import fc from 'fast-check'
import { ConnectionCut, openSimulator, type Simulator } from '../src/index.ts'
import { openBench, seal } from './support.ts'

const { security, certificates } = operations
const body = { echo_message: 'hello' }

/** What is wrong with a request, in the order in which the platform looks (apiv3-protocol.md 3.4). */
const defects = [
  ['path', 404, undefined],
  ['verb', 405, undefined],
  ['accept', 400, 'Http头Accept不能为空'],
  ['agent', 400, 'Http头缺少User-Agent'],
  ['type', 400, 'Http头Content-Type必须为application/json'],
  ['authorization', 401, 'Authorization格式不正确'],
  ['timestamp', 401, 'timestamp expired'],
  ['serial', 401, 'certificate not found'],
  ['signature', 401, 'sign not match'],
  ['rate', 429, '请求过于频繁'],
  ['json', 400, '请求体不是合法的JSON'],
  ['field', 400, '/body/echo_message'],
] as const

type Defect = (typeof defects)[number][0]

/** A request of the merchant that calls `security.echo`, with these defects. */
function defective(sim: Simulator, wrong: readonly Defect[], nonce = 'n'.repeat(32)): Request {
  const has = (defect: Defect) => wrong.includes(defect)
  const { mchid, serialNo, privateKey } = sim.credentials.apiv3
  const path = has('path') ? '/v3/security/ecko' : '/v3/security/echo'
  const message = has('field') ? 7 : 'hello'
  const body = has('json') ? '{' : JSON.stringify({ echo_message: message })
  const timestamp = String(Math.floor(sim.clock.now() / 1000) - (has('timestamp') ? 301 : 0))
  const method = has('verb') ? 'PUT' : 'POST'
  const signature = apiv3.signText(
    apiv3.requestText({ method, target: path, timestamp, nonce, body: has('signature') ? '' : body }),
    createPrivateKey(privateKey),
  )
  const authorization = apiv3.formatAuthorization({
    mchid,
    serialNo: has('serial') ? 'F'.repeat(40) : serialNo,
    nonce,
    timestamp,
    signature,
  })
  const headers = new Headers({
    ...(!has('accept') && { accept: 'application/json' }),
    ...(!has('agent') && { 'user-agent': 'chadan-test' }),
    'content-type': has('type') ? 'text/plain' : 'application/json',
    authorization: has('authorization') ? authorization.replace('nonce_str', 'nonce') : authorization,
  })
  return new Request(`https://api.mch.weixin.qq.com${path}`, { method, headers, body })
}

async function answerTo(sim: Simulator, wrong: readonly Defect[]) {
  sim.changeSwitches({ requestsPerSecond: { 'security.echo': wrong.includes('rate') ? 0 : 1000 } })
  const response = await sim.fetch(defective(sim, wrong))
  return {
    status: response.status,
    text: await response.text(),
    signed: response.headers.has('wechatpay-signature'),
  }
}

test('each defect of a request is answered with its own status and words', async () => {
  const sim = await openSimulator()
  assert.equal((await answerTo(sim, [])).status, 200)
  for (const [defect, status, words] of defects) {
    const answer = await answerTo(sim, [defect])
    assert.equal(answer.status, status, `${defect}: ${answer.text}`)
    if (words) assert.ok(answer.text.includes(words), `${defect}: ${answer.text}`)
    else assert.equal(answer.text, '')
    // Headers and signatures are refused unsigned; what comes after them is signed.
    assert.equal(answer.signed, ['rate', 'json', 'field'].includes(defect), defect)
  }
})

test('of several defects the one the platform looks for first is answered', async () => {
  const sim = await openSimulator()
  await fc.assert(
    fc.asyncProperty(fc.subarray([...defects], { minLength: 2 }), async (chosen) => {
      const [first] = chosen
      assert.ok(first)
      const [defect, status, words = ''] = first
      const answer = await answerTo(
        sim,
        chosen.map(([name]) => name),
      )
      assert.deepEqual([defect, answer.status], [defect, status])
      assert.ok(answer.text.includes(words), `${defect}: ${answer.text}`)
    }),
    { numRuns: 60 },
  )
})

test('a signature that does not match is explained with what was signed', async () => {
  const sim = await openSimulator()
  const { detail } = JSON.parse((await answerTo(sim, ['signature'])).text)
  assert.equal(detail.sign_information.method, 'POST')
  assert.equal(detail.sign_information.url, '/v3/security/echo')
  assert.ok(detail.sign_information.truncated_sign_message.startsWith('POST\n/v3/security/echo\n'))
})

test('a merchant nobody knows is told apart from a serial that is not its own', async () => {
  const sim = await openSimulator()
  const request = defective(sim, [])
  const { mchid } = sim.credentials.apiv3
  const authorization = request.headers.get('authorization')?.replace(mchid, '1999999999') ?? ''
  const answer = await sim.fetch(
    new Request(request, { headers: { ...Object.fromEntries(request.headers), authorization } }),
  )
  const { detail } = await answer.json()
  assert.deepEqual([answer.status, detail.field, detail.issue], [401, 'mchid', 'merchant not found'])
})

test('the window of a timestamp is 300 seconds to either side', async () => {
  const sim = await openSimulator()
  for (const [seconds, status] of [
    [300, 200],
    [301, 401],
    [-300, 200],
    [-301, 401],
  ] as const) {
    const request = defective(sim, [])
    const now = sim.clock.now()
    const late = await openSimulator({ clock: { now: () => now + seconds * 1000, after: () => () => {} } })
    assert.equal((await late.fetch(request)).status, status, `${seconds} s`)
  }
})

test('a nonce may repeat unless the switch says otherwise', async () => {
  const sim = await openSimulator()
  for (const status of [200, 200]) assert.equal((await sim.fetch(defective(sim, []))).status, status)
  sim.changeSwitches({ strictNonce: true })
  for (const status of [200, 401]) {
    assert.equal((await sim.fetch(defective(sim, [], 's'.repeat(32)))).status, status)
  }
})

test('requests beyond the rate are refused until the next second', async () => {
  const sim = await openSimulator({ switches: { requestsPerSecond: { 'security.echo': 2 } } })
  const status = async () => (await sim.fetch(defective(sim, []))).status
  assert.deepEqual([await status(), await status(), await status()], [200, 200, 429])
  await sim.advance(1000)
  assert.equal(await status(), 200)
})

test('a body of more than 4 MiB is not read', async () => {
  const sim = await openSimulator()
  const body = 'x'.repeat(4 * 1024 * 1024 + 1)
  const response = await sim.fetch(
    new Request('https://x.invalid/v3/security/echo', { method: 'POST', body }),
  )
  assert.equal(response.status, 413)
})

test('a serial of another merchant’s public key is refused after the signature', async () => {
  const bench = await openBench()
  const headers = { 'wechatpay-serial': `PUB_KEY_ID_${'0'.repeat(28)}` }
  const answer = await bench.call(security.echo, { body, headers })
  assert.deepEqual([answer.status, answer.body.detail.field], [400, 'Wechatpay-Serial'])
})

test('sealed fields are opened with certificate and public key, and not with a wrong one', async () => {
  const bench = await openBench()
  const secret = { ...body, encrypted_echo_message: seal(bench.sim, 'secret') }
  const ask = (serial: string | undefined) =>
    bench.call(security.echo, {
      body: secret,
      ...(serial && { headers: { 'wechatpay-serial': serial } }),
    })
  const { publicKeyId, platformSerialNo, privateKey } = bench.sim.credentials.apiv3
  const good = await ask(publicKeyId)
  assert.equal(good.status, 200)
  assert.equal(apiv3.openField(good.body.encrypted_echo_message, createPrivateKey(privateKey)), 'secret')
  for (const serial of [undefined, platformSerialNo, 'A'.repeat(40)]) {
    const refused = await ask(serial)
    assert.deepEqual([refused.status, refused.body.detail.field], [400, '/body/encrypted_echo_message'])
  }
})

test('the key mode of a merchant decides who signs, and the serial it asks for comes first', async () => {
  const bench = await openBench()
  const { mchid, platformSerialNo, publicKeyId } = bench.sim.credentials.apiv3
  const signer = async (asked?: string) => {
    const headers: Record<string, string> = asked ? { 'wechatpay-serial': asked } : {}
    const answer = await bench.call(security.echo, { body, headers })
    assert.ok(answer.verified)
    return answer.headers.get('wechatpay-serial')
  }
  assert.equal(await signer(), platformSerialNo)
  assert.equal(await signer(publicKeyId), publicKeyId)
  bench.sim.changeMerchant(mchid, { keyMode: 'pubkey' })
  assert.equal(await signer(), publicKeyId)
  bench.sim.changeMerchant(mchid, { keyMode: { mixed: 0.5 } })
  const drawn = await Promise.all(Array.from({ length: 24 }, () => signer()))
  assert.deepEqual(new Set(drawn), new Set([platformSerialNo, publicKeyId]))
  assert.equal(await signer(platformSerialNo), platformSerialNo)
})

test('a new certificate is listed at once, signs later, and the old one still signs for who asks', async () => {
  const { sim, call } = await openBench()
  const { platformSerialNo, apiV3Key } = sim.credentials.apiv3
  const serialNo = await sim.rotateCertificate(60_000)
  const list = async (headers = {}) => {
    const { body, headers: answered } = await call(certificates.list, { headers })
    return {
      serials: body.data.map((one: { serial_no: string }) => one.serial_no),
      signer: answered.get('wechatpay-serial'),
      body,
    }
  }
  const before = await list()
  assert.deepEqual(before.serials, [platformSerialNo, serialNo])
  assert.equal(before.signer, platformSerialNo)
  const sealed = before.body.data[1].encrypt_certificate
  assert.match(Buffer.from(apiv3.openResource(sealed, apiV3Key)).toString(), /BEGIN CERTIFICATE/)
  await sim.advance(60_000)
  assert.equal((await list()).signer, serialNo)
  assert.equal((await list({ 'wechatpay-serial': platformSerialNo })).signer, platformSerialNo)
  const [old, fresh] = sim.certificates
  assert.ok(old && fresh)
  const key = (pem: string) => createPublicKey(pem).export({ type: 'spki', format: 'pem' })
  assert.notEqual(key(old.certificate), key(fresh.certificate))
})

test('no certificate repeats a key that is in use, in a world that goes on either', async () => {
  const first = await openSimulator()
  const sim = await openSimulator({ snapshot: first.snapshot() })
  await sim.rotateCertificate()
  await sim.rotateCertificate()
  const pems = [
    ...sim.certificates.map((one) => one.certificate),
    sim.credentials.apiv3.publicKey,
    sim.credentials.apiv3.certificate,
  ]
  const keys = pems.map((pem) => createPublicKey(pem).export({ type: 'spki', format: 'pem' }))
  assert.equal(new Set(keys).size, 5)
})

test('every fault of a call does what it says', async () => {
  const bench = await openBench()
  const { sim } = bench
  const place = () => bench.call(operations.cash.prepay, { body: cashOrder(sim, `N${count++}00000`) })
  let count = 1
  const placed = () => sim.recent().length
  const meet = async (fault: Parameters<typeof sim.faults.next>[1]) => {
    const before = placed()
    sim.faults.next('cash.prepay', fault)
    const answer = await place()
    return { ...answer, done: placed() - before }
  }
  const outcomes: [Parameters<typeof sim.faults.next>[1], number, number][] = [
    ['systemError', 500, 0],
    ['systemErrorAfter', 500, 1],
    ['tooMany', 429, 0],
    ['badGateway', 502, 0],
    ['unsigned', 200, 1],
    ['wrongSignature', 200, 1],
    ['probe', 200, 1],
    ['corrupted', 200, 1],
    ['staleClock', 200, 1],
  ]
  for (const [fault, status, done] of outcomes) {
    const answer = await meet(fault)
    assert.deepEqual([fault, answer.status, answer.done], [fault, status, done])
    assert.equal(answer.verified, fault === 'tooMany', fault)
  }
  for (const [fault, done] of [
    ['loseRequest', 0],
    ['loseAnswer', 1],
  ] as const) {
    const before = placed()
    sim.faults.next('cash.prepay', fault)
    await assert.rejects(place(), ConnectionCut)
    assert.equal(placed() - before, done, fault)
  }
  assert.equal((await place()).verified, true)
  assert.deepEqual(sim.faults.planned, [])
})

test('a delayed answer comes when its time has come', async () => {
  const { sim } = await openBench()
  sim.faults.next('security.echo', 'delayed', { delayMs: 5000 })
  let answered = false
  const answer = sim.fetch(defective(sim, [])).then((response) => {
    answered = true
    return response
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await turn()
  await sim.advance(4999)
  await turn()
  assert.equal(answered, false)
  await sim.advance(1)
  assert.equal((await answer).status, 200)
})

test('a body that is cut is half as long and fails its signature', async () => {
  const bench = await openBench()
  const whole = await (await bench.sim.fetch(defective(bench.sim, []))).text()
  bench.sim.faults.next('security.*', 'truncated')
  const cut = await (await bench.sim.fetch(defective(bench.sim, []))).text()
  assert.equal(cut, whole.slice(0, Math.floor(whole.length / 2)))
})

test('a fault for a notice leaves calls alone, and chance follows its share', async () => {
  const sim = await openSimulator()
  sim.faults.next('*', 'lose')
  assert.equal((await sim.fetch(defective(sim, []))).status, 200)
  assert.equal(sim.faults.planned.length, 1)
  sim.faults.heal()
  const failures = async (share: number) => {
    sim.faults.heal()
    sim.faults.often('security.echo', 'systemError', share)
    const answers = await Promise.all(Array.from({ length: 40 }, () => sim.fetch(defective(sim, []))))
    return answers.filter((one) => one.status === 500).length
  }
  assert.equal(await failures(0), 0)
  assert.equal(await failures(1), 40)
  const some = await failures(0.5)
  assert.ok(some > 5 && some < 35, `${some} of 40`)
})

test('with probes on, the first answer to a request is a probe and its repetition is good', async () => {
  const bench = await openBench({ switches: { probeRate: 1 } })
  const answers = []
  for (let turn = 0; turn < 4; turn++) answers.push(await bench.call(certificates.list))
  assert.deepEqual(
    answers.map((one) => one.verified),
    [false, true, false, true],
  )
  assert.match(answers[0]?.headers.get('wechatpay-signature') ?? '', /^WECHATPAY\/SIGNTEST\//)
})

test('junk on any declared route is answered, never thrown', async () => {
  const sim = await openSimulator()
  for (const operation of everyOperation) {
    const { verb, path } = routeOf(operation)
    const target = path.replace(/\{\w+\}/g, '%00')
    for (const body of ['', '\0', '{"a":', '<xml>']) {
      const response = await sim.fetch(
        new Request(`https://x.invalid${target}?a=%ff&a`, { method: verb, ...(verb === 'POST' && { body }) }),
      )
      assert.ok(response.status < 500, `${operation.id} ${response.status}`)
      await response.arrayBuffer()
    }
  }
})

function cashOrder(sim: Simulator, number: string) {
  const { appid, mchid, openid } = sim.credentials.apiv3
  return {
    appid,
    mchid,
    description: '示例-缴费',
    out_trade_no: number,
    notify_url: 'https://shop.example.cn/cash',
    amount: { total: 5000 },
    payer: { openid },
  }
}
