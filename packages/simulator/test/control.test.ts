import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { controlRows, defaultSwitches, readSwitches, type Simulator, seededRandom } from '../src/index.ts'
import { openSimulator } from '../src/simulator.ts'

async function ask(sim: Simulator, verb: 'GET' | 'POST', path: string, body?: unknown, headers = {}) {
  const response = await sim.fetch(
    new Request(`http://127.0.0.1:1/_simulator${path}`, {
      method: verb,
      headers,
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  )
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted member by member.
  return { status: response.status, body: (await response.json()) as any }
}

test('the index lists every control with its verb, path, meaning and answer', async () => {
  const sim = await openSimulator()
  const { status, body } = await ask(sim, 'GET', '/')
  assert.equal(status, 200)
  assert.deepEqual(body.controls, JSON.parse(JSON.stringify(controlRows)))
  assert.ok(body.controls.length >= 25)
  for (const row of body.controls) assert.ok(row.verb && row.path && row.meaning && row.answer)
})

test('the index describes what a body may hold, deep members by dots', async () => {
  const { body } = await ask(await openSimulator(), 'GET', '/')
  const row = body.controls.find(
    (one: { path: string; verb: string }) => one.verb === 'POST' && one.path.endsWith('/switches'),
  )
  assert.match(row.body['combine.closeMismatch'], /^optional numberChoice \(400, 500\)\. Status of a close/)
  for (const [name, words] of Object.entries(row.body))
    assert.match(String(words), /^optional \w+( \([^)]+\))?\. \S/, name)
})

test('every GET control without a placeholder answers JSON', async () => {
  const sim = await openSimulator()
  for (const { verb, path } of controlRows) {
    if (verb !== 'GET' || path.includes(':')) continue
    assert.equal((await ask(sim, 'GET', path.slice('/_simulator'.length))).status, 200, path)
  }
})

test('the credentials control answers what the simulator holds', async () => {
  const sim = await openSimulator({ baseUrl: 'http://127.0.0.1:8081' })
  const { body } = await ask(sim, 'GET', '/credentials')
  assert.deepEqual(body, JSON.parse(JSON.stringify(sim.credentials)))
  assert.equal(body.controlUrl, 'http://127.0.0.1:8081/_simulator')
})

test('a virtual clock is moved, a real one refuses', async () => {
  const sim = await openSimulator()
  const before = sim.clock.now()
  const { body } = await ask(sim, 'POST', '/clock/advance', { ms: 90_000 })
  assert.equal(body.nowMs, before + 90_000)
  assert.equal(body.kind, 'virtual')
  const real = await openSimulator({ clock: { now: () => before, after: () => () => {} } })
  const refused = await ask(real, 'POST', '/clock/advance', { ms: 1 })
  assert.equal(refused.status, 409)
  assert.match(refused.body.expected, /virtual clock/)
})

test("the address of a corp's callbacks is set, and checked, through the event of its corpid", async () => {
  const heard: Request[] = []
  const sim = await openSimulator({
    fetch: async (request) => {
      heard.push(request)
      return new Response('', { status: 500 })
    },
  })
  const event = { name: 'callback:configure', details: { url: 'https://shop.example.cn/wecom' } }
  const { status } = await ask(sim, 'POST', `/orders/${sim.credentials.wecom.corpid}/event`, event)
  assert.equal(status, 200)
  await sim.advance(1000)
  assert.equal(heard[0]?.method, 'GET')
  assert.match(heard[0]?.url ?? '', /^https:\/\/shop\.example\.cn\/wecom\?.*echostr=/)
})

const wrongInputs: [string, unknown, string, string][] = [
  ['/clock/advance', {}, '/body/ms', 'a whole number'],
  ['/clock/advance', { ms: '1' }, '/body/ms', 'whole number'],
  ['/clock/advance', { ms: 1, minutes: 2 }, '/body/minutes', 'one of the names ms'],
  ['/clock/advance', '{', '/body', 'JSON object'],
  ['/clock/advance', '[]', '/body', 'object'],
  ['/faults/next', { on: 'medIns.creat', fault: 'loseAnswer' }, '/on', 'id of an operation'],
  ['/faults/next', { on: 'medIns.paid', fault: 'loseAnswer' }, '/fault', 'duplicate'],
  ['/faults/next', { on: 'medIns.create', fault: 'explode' }, '/body/fault', 'loseAnswer'],
  ['/faults/next', { on: 'medIns.create', fault: 'tooMany', times: 0 }, '/body/times', 'from 1'],
  ['/faults/often', { on: '*', fault: 'probe', share: 1.5 }, '/share', '0 to 1'],
  ['/merchants/1688000101', { keyMode: 'certificate' }, '/keyMode', '"cert"'],
  ['/merchants/1688000101', { keyMode: { mixed: 2 } }, '/keyMode', 'mixed'],
  ['/merchants/1688000101', { balanceMinor: -1 }, '/body/balanceMinor', ''],
  ['/switches', { noticeDelay: 5 }, '/body/noticeDelay', 'noticeDelayMs'],
  ['/switches', { combine: { profil: 'seed' } }, '/body/combine/profil', 'one of the names profile'],
  ['/switches', { combine: { profile: 'old' } }, '/body/combine/profile', 'seed'],
  ['/switches', { probeRate: 2 }, '/body/probeRate', '0 to 1'],
  ['/switches', { requestsPerSecond: { 'cash.pay': 1 } }, '/body/requestsPerSecond', 'operations'],
  ['/switches', { noticeSchedules: { 'medIns.pay': [1] } }, '/body/noticeSchedules', 'notifications'],
  ['/switches', { noticeSchedules: { 'medIns.paid': 15 } }, '/body/noticeSchedules/medIns.paid', 'seconds'],
  ['/switches', { noticeSchedules: { '*': [-1] } }, '/body/noticeSchedules/*', 'seconds'],
  ['/switches', { requestsPerSecond: { '*': 0.5 } }, '/body/requestsPerSecond/*', 'whole number'],
  ['/certificates/rotate', { inMs: -1 }, '/body/inMs', ''],
]

test('a wrong input says where it is and what is expected, and changes nothing', async () => {
  const sim = await openSimulator()
  const before = sim.snapshot()
  for (const [path, body, at, expected] of wrongInputs) {
    const answer = await ask(sim, 'POST', path, body)
    assert.equal(answer.status, 400, `${path} ${JSON.stringify(body)}`)
    assert.equal(answer.body.at, at)
    assert.ok(answer.body.expected.includes(expected), `${answer.body.expected} / ${expected}`)
    assert.equal(typeof answer.body.error, 'string')
  }
  assert.deepEqual(sim.snapshot(), before)
  assert.deepEqual([sim.faults.planned, sim.faults.chances], [[], []])
})

test('what does not exist is a 404 that says what would', async () => {
  const sim = await openSimulator()
  const unknown: ['GET' | 'POST', string, string][] = [
    ['GET', '/orders/none', '/path/key'],
    ['POST', '/orders/none/pay', '/path/key'],
    ['POST', '/notices/none/send', '/id'],
    ['GET', '/merchants/1', '/mchid'],
    ['GET', '/nothing', '/path'],
  ]
  for (const [verb, path, at] of unknown) {
    const { status, body } = await ask(sim, verb, path)
    assert.deepEqual([path, status, body.at], [path, 404, at])
  }
})

test('a body beyond its limit is refused', async () => {
  const sim = await openSimulator()
  const { status, body } = await ask(sim, 'POST', '/clock/advance', ' '.repeat(65 * 1024))
  assert.deepEqual([status, body.at], [400, '/body'])
})

test('a page of another origin changes nothing', async () => {
  const sim = await openSimulator()
  for (const headers of [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'null' },
  ]) {
    assert.equal((await ask(sim, 'POST', '/clock/advance', { ms: 1 }, headers)).status, 400)
  }
  const own = { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-origin' }
  assert.equal((await ask(sim, 'POST', '/clock/advance', { ms: 1 }, own)).status, 200)
})

test('faults are planned, listed and healed', async () => {
  const sim = await openSimulator()
  await ask(sim, 'POST', '/faults/next', { on: 'medIns.create', fault: 'loseAnswer', times: 2 })
  const { body } = await ask(sim, 'POST', '/faults/often', {
    on: 'cash.*',
    fault: 'delayed',
    share: 0.5,
    delayMs: 9,
  })
  assert.deepEqual(body, {
    planned: [{ on: 'medIns.create', fault: 'loseAnswer', times: 2 }],
    chances: [{ on: 'cash.*', fault: 'delayed', share: 0.5, delayMs: 9 }],
    happened: {},
  })
  assert.deepEqual((await ask(sim, 'POST', '/faults/heal')).body, { planned: [], chances: [], happened: {} })
})

test('faults that happened are counted, and healing does not forget them', async () => {
  const sim = await openSimulator()
  sim.faults.next('certificates.list', 'badGateway', { times: 2 })
  for (let call = 0; call < 3; call++)
    await sim.fetch(new Request('https://api.mch.weixin.qq.com/v3/certificates'))
  const { body } = await ask(sim, 'POST', '/faults/heal')
  assert.deepEqual(body.happened, { badGateway: 2 })
})

test('certificates are listed without keys and rotated', async () => {
  const sim = await openSimulator()
  const { body } = await ask(sim, 'POST', '/certificates/rotate', { inMs: 60_000 })
  assert.equal(body.certificates.length, 2)
  assert.equal(body.certificates[1].serialNo, body.serialNo)
  assert.equal(body.certificates[1].signsFromMs, sim.clock.now() + 60_000)
  assert.doesNotMatch(JSON.stringify(body), /PRIVATE KEY/)
})

test('merchants are shown without secrets and changed in parts', async () => {
  const sim = await openSimulator()
  const { mchid, apiV3Key, privateKey } = sim.credentials.apiv3
  const listed = JSON.stringify((await ask(sim, 'GET', '/merchants')).body)
  for (const secret of [
    apiV3Key,
    privateKey,
    sim.credentials.payinsurance.key,
    sim.credentials.wecom.corpsecret,
    sim.credentials.wecom.encodingAesKey,
  ]) {
    assert.ok(!listed.includes(secret))
  }
  const changed = await ask(sim, 'POST', `/merchants/${mchid}`, {
    keyMode: { mixed: 0.25 },
    balanceMinor: 500,
    disabled: true,
    permissions: ['cash'],
  })
  assert.equal(changed.status, 200)
  const merchant = sim.world.merchants.get(mchid)
  assert.deepEqual(
    [merchant?.keyMode, merchant?.balanceMinor, merchant?.disabled, merchant?.permissions],
    [{ mixed: 0.25 }, 500, true, ['cash']],
  )
  await ask(sim, 'POST', `/merchants/${mchid}`, { unlimited: true, disabled: false })
  assert.deepEqual(
    [merchant?.balanceMinor, merchant?.disabled, merchant?.keyMode],
    [undefined, false, { mixed: 0.25 }],
  )
})

test('a merchant without a public key stays in certificate mode', async () => {
  const sim = await openSimulator()
  const { status } = await ask(sim, 'POST', `/merchants/${sim.credentials.apiv3.subMchid}`, {
    keyMode: 'pubkey',
  })
  assert.equal(status, 409)
})

test('switches change in one world only, deep ones keep their neighbours, and a snapshot keeps them', async () => {
  const sim = await openSimulator()
  await ask(sim, 'POST', '/switches', { combine: { closeMismatch: 500 }, noticeDelayMs: 7 })
  assert.equal(sim.world.switches.combine.closeMismatch, 500)
  assert.equal(sim.world.switches.combine.profile, defaultSwitches.combine.profile)
  assert.equal((await openSimulator()).world.switches.combine.closeMismatch, 400)
  const again = await openSimulator({ snapshot: sim.snapshot(), switches: { noticeDelayMs: 9 } })
  assert.deepEqual([again.world.switches.combine.closeMismatch, again.world.switches.noticeDelayMs], [500, 9])
})

test('the default switches pass their own check', () => {
  assert.deepEqual(readSwitches(defaultSwitches), defaultSwitches)
})

test('no JSON body makes a control fail in any other way than 400', async () => {
  const sim = await openSimulator({ random: seededRandom(1) })
  const paths = controlRows
    .filter((row) => row.body && row.path.startsWith('/_simulator/'))
    .map((row) => row.path)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.json(), async (path, body) => {
      const real = path.replace('/_simulator', '').replace(':mchid', '1688000101').replace(':key', 'none')
      const { status } = await ask(sim, 'POST', real, body)
      assert.ok([200, 400, 404, 409].includes(status), `${real} ${body} ${status}`)
    }),
    { numRuns: 200 },
  )
})
