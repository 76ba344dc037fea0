import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request as send } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { apiv3, notifications } from '@chadan/protocol'
import { ConnectionCut, type Credentials, defaultSwitches } from '@chadan/simulator'
import { parseSwitches } from '../src/commands/simulate.ts'
import { CommandProblem } from '../src/problem.ts'
import { serve } from '../src/serve.ts'
import { openSimulation, type Simulation, type SimulationOptions } from '../src/simulation.ts'
import { systemClock, systemRandom } from '../src/system.ts'

const limits = { timeout: 30_000 }
const bin = join(import.meta.dirname, '../bin/chadan.js')

/** A folder that goes when what was opened in it is closed: hooks run in the order of their making. */
async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chadan-simulate-'))
  t.after(async () => {
    for (const simulation of open.get(path) ?? []) await simulation.close()
    await rm(path, { recursive: true })
  })
  return path
}

const open = new Map<string, Simulation[]>()

async function begin(path: string, more: Partial<SimulationOptions> = {}): Promise<Simulation> {
  const simulation = await openSimulation({
    clock: systemClock,
    random: systemRandom,
    port: 0,
    credentials: join(path, 'credentials.json'),
    fetch: (request) => fetch(request),
    ...more,
  })
  open.set(path, [...(open.get(path) ?? []), simulation])
  return simulation
}

/** Sends exactly this target; `fetch` would normalise it first. */
function get(url: string, target: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: Headers; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = send({ hostname, port, path: target, headers, agent: false }, async (response) => {
      const body = await text(response)
      resolve({
        status: response.statusCode ?? 0,
        headers: new Headers(response.headers as Record<string, string>),
        body,
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

function signedHeaders({ apiv3: given }: Credentials, target: string): Record<string, string> {
  const stamp = { timestamp: String(Math.floor(Date.now() / 1000)), nonce: 'n'.repeat(32) }
  const signature = apiv3.signText(
    apiv3.requestText({ method: 'GET', target, ...stamp, body: '' }),
    createPrivateKey(given.privateKey),
  )
  const { mchid, serialNo } = given
  return {
    accept: 'application/json',
    'user-agent': 'chadan-test',
    authorization: apiv3.formatAuthorization({ mchid, serialNo, signature, ...stamp }),
  }
}

test('the raw target of a request reaches the function that is served', limits, async (t) => {
  const serving = await serve(async (_request, { incoming }) => new Response(incoming.url), { port: 0 })
  t.after(() => serving.close())
  const target = '/a/./b/../c%2fd%7E?x=%20+&y='
  assert.equal((await get(serving.url, target)).body, target)
})

test('a connection that is cut ends without an answer, and the next one is served', limits, async (t) => {
  let requests = 0
  const serving = await serve(
    async () => {
      if (requests++ === 0) throw new ConnectionCut('cut')
      return new Response('served')
    },
    { port: 0 },
  )
  t.after(() => serving.close())
  await assert.rejects(get(serving.url, '/'), { code: 'ECONNRESET' })
  assert.equal((await get(serving.url, '/')).body, 'served')
})

test('an error of the function is a 500 and is reported, a cut is not', limits, async (t) => {
  const reports: string[] = []
  const failures = [new ConnectionCut('cut'), new RangeError('too far')]
  const serving = await serve(() => Promise.reject(failures.shift()), {
    port: 0,
    report: (message) => void reports.push(message),
  })
  t.after(() => serving.close())
  await assert.rejects(get(serving.url, '/'), { code: 'ECONNRESET' })
  const { status, body } = await get(serving.url, '/')
  assert.deepEqual([status, body], [500, ''])
  assert.deepEqual(reports, ['a request failed: RangeError: too far'])
})

test('a port that is taken is a problem in one line that says what to do', limits, async (t) => {
  const serving = await serve(async () => new Response(), { port: 0 })
  t.after(() => serving.close())
  await assert.rejects(
    serve(async () => new Response(), { port: serving.port }),
    (error: unknown) => {
      assert.ok(error instanceof CommandProblem)
      assert.equal(error.message, `port ${serving.port} is taken: give another --port, or 0 for a free one`)
      return true
    },
  )
})

test('the credentials file is for its owner only and holds what a client needs', limits, async (t) => {
  const path = await folder(t)
  const { simulator, url } = await begin(path)
  const file = join(path, 'credentials.json')
  if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600)
  const written: Credentials = JSON.parse(await readFile(file, 'utf8'))
  assert.deepEqual(written, JSON.parse(JSON.stringify(simulator.credentials)))
  assert.deepEqual([written.baseUrl, written.controlUrl], [url, `${url}/_simulator`])
  assert.ok(createPrivateKey(written.apiv3.privateKey))
  assert.equal(new X509Certificate(written.apiv3.certificate).serialNumber, written.apiv3.serialNo)
  const empty = Object.values(written)
    .flatMap((part) => Object.values(part))
    .filter((value) => value === '')
  assert.deepEqual(empty, [])
})

test('a request signed over its raw target is answered and signed back over a socket', limits, async (t) => {
  const { simulator, url } = await begin(await folder(t))
  const target = '/v3/certificates?algorithm_type=RSA'
  const answer = await get(url, target, signedHeaders(simulator.credentials, target))
  assert.equal(answer.status, 200, answer.body)
  const { platformSerialNo, platformCertificate } = simulator.credentials.apiv3
  const verdict = apiv3.checkSigned({
    headers: apiv3.readSignedHeaders((name) => answer.headers.get(name)),
    body: Buffer.from(answer.body),
    nowMs: Date.now(),
    keys: (serial) =>
      serial === platformSerialNo ? new X509Certificate(platformCertificate).publicKey : undefined,
  })
  assert.equal(verdict.ok, true)
})

test('a planned loss cuts the socket of a simulated call', limits, async (t) => {
  const { simulator, url } = await begin(await folder(t))
  const target = '/v3/certificates'
  for (const fault of ['loseRequest', 'loseAnswer'] as const) {
    simulator.faults.next('certificates.list', fault)
    await assert.rejects(get(url, target, signedHeaders(simulator.credentials, target)), {
      code: 'ECONNRESET',
    })
  }
  assert.equal((await get(url, target, signedHeaders(simulator.credentials, target))).status, 200)
})

test('a notice reaches a server on loopback, unless loopback is refused', limits, async (t) => {
  const heard: string[] = []
  const shop = await serve(
    async (request) => {
      heard.push(new URL(request.url).pathname)
      return new Response(null, { status: 204 })
    },
    { port: 0 },
  )
  t.after(() => shop.close())
  const path = await folder(t)
  const notify = async ({ simulator }: Simulation) => {
    const { mchid } = simulator.credentials.apiv3
    simulator.world.notify({
      notification: notifications.cash.paid,
      url: `${shop.url}/heard`,
      to: mchid,
      resource: {},
    })
    const [notice] = simulator.notices
    assert.ok(notice)
    await simulator.sendNotice(notice.id)
    return notice
  }
  assert.equal((await notify(await begin(path))).state, 'accepted')
  assert.deepEqual(new Set(heard), new Set(['/heard']))
  const refusing = await begin(path, { switches: { loopbackNotifyUrls: 'refuse' } })
  assert.match((await notify(refusing)).problem ?? '', /loopback/)
})

test('a world goes on where it was saved, at its new address', limits, async (t) => {
  const path = await folder(t)
  const state = join(path, 'world.json')
  const first = await begin(path, { state, seed: '7' })
  const serialNo = await first.simulator.rotateCertificate()
  const prepayId = first.simulator.world.draw.digits(20)
  await first.close()
  if (process.platform !== 'win32') assert.equal((await stat(state)).mode & 0o777, 0o600)
  const second = await begin(path, { state, seed: '7' })
  assert.deepEqual(second.simulator.credentials.apiv3, first.simulator.credentials.apiv3)
  assert.equal(second.simulator.credentials.baseUrl, second.url)
  assert.ok(second.simulator.certificates.some((one) => one.serialNo === serialNo))
  const drawn = Array.from({ length: 50 }, () => second.simulator.world.draw.digits(20))
  assert.ok(!drawn.includes(prepayId), 'numbers do not repeat after a restart')
})

test('a change is saved without being asked for', limits, async (t) => {
  const path = await folder(t)
  const state = join(path, 'world.json')
  const { url } = await begin(path, { state })
  const saved = new Promise<void>((resolve) => {
    const watcher = watch(path, async () => {
      // The last event may come when the folder is already gone.
      const { tables } = JSON.parse(await readFile(state, 'utf8').catch(() => '{}'))
      if (tables?.['world.switches']?.all.noticeDelayMs === 77) resolve()
    })
    t.after(() => watcher.close())
  })
  const changed = await fetch(`${url}/_simulator/switches`, { method: 'POST', body: '{"noticeDelayMs":77}' })
  assert.equal(changed.status, 200)
  await saved
})

test('a file that is no state is left alone and named', limits, async (t) => {
  const path = await folder(t)
  const state = join(path, 'world.json')
  for (const text of ['', '{', '{"version":9,"nowMs":0,"tables":{}}', '[]']) {
    await writeFile(state, text)
    await assert.rejects(begin(path, { state }), (error: unknown) => {
      assert.ok(error instanceof CommandProblem)
      assert.match(error.message, /world\.json is no state of .*: move it away to begin anew/)
      return true
    })
    assert.equal(await readFile(state, 'utf8'), text)
  }
})

test('switches are read from name=value, deep ones and tables with dots in their names', () => {
  const read = parseSwitches([
    'combine.closeMismatch=500',
    'combine.profile=modern',
    'requestsPerSecond.refunds.create=2',
    'probeRate=0.05',
    'signBusiness4xx=false',
    'payinsurance.settlingMs.pay=1',
  ])
  assert.deepEqual(read, {
    combine: { closeMismatch: 500, profile: 'modern' },
    requestsPerSecond: { 'refunds.create': 2 },
    probeRate: 0.05,
    signBusiness4xx: false,
    payinsurance: { settlingMs: { pay: 1 } },
  })
})

test('a wrong switch is one line that says what it may be', () => {
  const wrong: [string, RegExp][] = [
    ['combine.closeMismatch=501', /--switch combine\.closeMismatch: give one of 400, 500/],
    ['combine.nothing=1', /--switch combine\.nothing: .*one of the names profile/],
    ['nothing=1', new RegExp(Object.keys(defaultSwitches).slice(0, 3).join(', '))],
    ['noticeDelayMs', /name=value/],
    ['=1', /name=value/],
    ['__proto__.polluted=1', /--switch __proto__/],
    ['combine=1', /an object/],
  ]
  for (const [given, message] of wrong) {
    assert.throws(
      () => parseSwitches([given]),
      (error: unknown) => {
        assert.ok(error instanceof CommandProblem, given)
        assert.match(error.message, message)
        assert.doesNotMatch(error.message, /\n/)
        return true
      },
    )
  }
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
})

test('the command says where it is, answers, saves on SIGTERM and ends with 0', limits, async (t) => {
  const path = await folder(t)
  const [credentials, state] = [join(path, 'c.json'), join(path, 'w.json')]
  const flags = ['--port', '0', '--credentials', credentials, '--state', state, '--json']
  const child = spawn(process.execPath, [bin, 'simulate', ...flags, '--switch', 'noticeDelayMs=3'])
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface(child.stdout)
  const [first] = await once(lines, 'line')
  const said = JSON.parse(first)
  assert.deepEqual(said, { baseUrl: said.baseUrl, controlUrl: `${said.baseUrl}/_simulator`, credentials })
  const health = await (await fetch(`${said.controlUrl}/health`)).json()
  assert.equal(health.state, 'up')
  const switches = await (await fetch(`${said.controlUrl}/switches`)).json()
  assert.deepEqual([switches.noticeDelayMs, switches.loopbackNotifyUrls], [3, 'accept'])
  await fetch(`${said.controlUrl}/merchants/1688000101`, { method: 'POST', body: '{"balanceMinor":5}' })
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  const saved = JSON.parse(await readFile(state, 'utf8'))
  assert.equal(saved.tables['world.merchants']['1688000101'].balanceMinor, 5)
})

test('a world runs as fast as it is told, from when it is told, and never goes back', limits, async (t) => {
  const path = await folder(t)
  const state = join(path, 'world.json')
  let nowMs = 5_000
  const clock = { now: () => nowMs, after: () => () => {} }
  const first = await begin(path, { state, clock, speed: 60, startMs: 1_000_000_000_000 })
  nowMs += 2_000
  assert.equal(first.simulator.clock.now(), 1_000_000_120_000)
  // Five real seconds: the network does not run faster.
  assert.equal(first.simulator.world.switches.noticeTimeoutMs, 300_000)
  await first.close()
  const second = await begin(path, { state, clock, speed: 60, startMs: 1_000_000_000_000 })
  assert.equal(second.simulator.clock.now(), 1_000_000_120_000)
})

test('a bad option ends with one line and a code of failure', limits, async (t) => {
  const path = await folder(t)
  const wrong: [string[], number, RegExp][] = [
    [['--port', '70000', '--credentials', join(path, 'c')], 2, /0 to 65535/],
    [['--speed', '0', '--credentials', join(path, 'c')], 2, /above 0, up to 3600/],
    [['--start', '2026-03-17', '--credentials', join(path, 'c')], 2, /a time with its zone/],
    [[], 2, /--credentials/],
    [['--credentials', join(path, 'c'), '--switch', 'combine.x=1'], 2, /--switch combine\.x/],
    [['--port', '0', '--credentials', join(path, 'none', 'c')], 1, /give a file in a folder that exists/],
  ]
  for (const [flags, exit, message] of wrong) {
    const child = spawn(process.execPath, [bin, 'simulate', ...flags])
    t.after(() => child.kill('SIGKILL'))
    const said = text(child.stderr)
    const [code] = await once(child, 'exit')
    assert.equal(code, exit)
    assert.match(await said, message)
    assert.equal((await said).trim().split('\n').length, 1)
  }
})

/** Makes a Node say that it is older. */
const older = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})`

/** The head of the command in a clone of its own, whose command prints its arguments and waits for SIGTERM. */
async function bareClone(path: string): Promise<string> {
  const [head, main] = [
    join(path, 'packages/chadan/bin/chadan.js'),
    join(path, 'packages/chadan/src/main.ts'),
  ]
  for (const file of [head, main]) await mkdir(dirname(file), { recursive: true })
  await copyFile(bin, head)
  await writeFile(join(path, 'package.json'), '{"type":"module"}')
  await writeFile(
    main,
    `export function main([, , ...words]: string[]): void {
       const life = setInterval(() => {}, 1000)
       process.on('SIGTERM', () => { clearInterval(life); process.exitCode = 3 })
       console.log(words.join())
     }`,
  )
  return head
}

test('an older Node is told on one line which it needs', limits, async (t) => {
  const child = spawn(process.execPath, ['--import', older, await bareClone(await folder(t)), 'simulate'])
  const said = await text(child.stderr)
  assert.equal(
    said,
    'chadan needs Node 24 or newer, and this is 20.1.0: install a newer one from https://nodejs.org\n',
  )
  if (child.exitCode === null) await once(child, 'exit')
  assert.equal(child.exitCode, 1)
})

test(
  'under an older Node the one that came with the clone works, is stopped and gives the code',
  limits,
  async (t) => {
    const path = await folder(t)
    const head = await bareClone(path)
    const own = join(path, 'node_modules/.bin/node')
    await mkdir(dirname(own), { recursive: true })
    await writeFile(own, `#!/bin/sh\nexec '${process.execPath}' "$@"\n`, { mode: 0o700 })
    const child = spawn(process.execPath, ['--import', older, head, 'simulate', '--json'])
    t.after(() => child.kill('SIGKILL'))
    const [said] = await once(createInterface(child.stdout), 'line')
    assert.equal(said, 'simulate,--json')
    child.kill('SIGTERM')
    assert.deepEqual(await once(child, 'exit'), [3, null])
  },
)
