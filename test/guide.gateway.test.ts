/** The gateway's examples: shell, receivers in three languages and the whole configuration, against a gateway on sockets. */
import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { loadConfig, systemSecretDoors } from '@chadan/gateway'
import { Webhook } from 'standardwebhooks'
import { type GatewayDesk, openGatewayDesk } from '../packages/chadan/test/gateway-desk.ts'
import { namesAt, settingsShape, signerShape, tenantShape } from '../packages/gateway/src/config/shape.ts'

const examples = join(import.meta.dirname, '../docs/guide/examples/gateway')
const bin = join(import.meta.dirname, '../packages/chadan/bin/chadan.js')
const run = promisify(execFile)
const missing = [
  ['curl', '--version'],
  ['jq', '--version'],
  ['openssl', 'version'],
].find(([tool = '', ...words]) => !runs(tool, words))
const skip = missing && `there is no ${missing[0]}`

test('start.sh brings up a gateway, and order.sh takes money through it', { skip }, async (t) => {
  await using desk = await openGatewayDesk()
  const at = await startByScript(t, desk)
  const { stdout } = await run('sh', [await script(desk, 'order.sh', at), 'secrets/till.key'], {
    cwd: desk.folder,
  })
  assert.match(stdout, /"state": "awaiting_payment",\n {2}"number"/)
  assert.match(stdout, /"package": "prepay_id=wx/)
  assert.match(stdout, /"state": "paid",\n {2}"taken": \{\n {4}"minor": 16350/)
  assert.match(stdout, /"reference": "return-1",\n +"number": "R\w+",\n +"state": "(processing|succeeded)"/)
  assert.match(stdout, /"state": "closed",\n {2}"reason": "the customer pays in another way"/)
  assert.match(stdout, /"attempts": \[\n +"closed",\n +"awaiting_payment"/)
  assert.match(stdout, /^\[1,"order.placed",\d+\]\n\[2,"order.paid",\d+\]$/m)
})

test('products.sh places an order of each product, and each of them is paid', { skip }, async () => {
  await using desk = await openGatewayDesk()
  const { simulator } = desk.simulation
  const running = await desk.start()
  await desk.login()
  const file = await script(desk, 'products.sh', running.url)
  const call = async (...words: string[]) => {
    const { stdout } = await run('sh', [file, 'teahouse-admin.key', ...words], { cwd: desk.folder })
    return JSON.parse(stdout)
  }
  for (const [product, minor] of [
    ['medIns', 15_400],
    ['combine', 16_350],
    ['wecom', 12_800],
    ['payinsurance', 12_700],
  ] as const) {
    const order = await call(product, `v-${product}`)
    assert.deepEqual([order.state, order.amount.minor], ['awaiting_payment', minor], product)
    await simulator.pay(order.number)
    assert.equal((await settled(desk, running.url, order.id, 'paid')).taken.minor, minor, product)
  }
  const service = await call('payscore', 'rental-1')
  await simulator.act(service.number, { action: 'confirm' })
  await settled(desk, running.url, service.id, 'in_service')
  assert.equal((await call('complete', service.id)).amount.minor, 4000)
  if (simulator.checkout(service.number)?.state !== 'paid') await simulator.pay(service.number)
  await settled(desk, running.url, service.id, 'paid')
  await running.stop()
})

const receivers = {
  'receiver.ts': ['node', '--version'],
  'receiver.py': ['python3', '--version'],
  'Receiver.java': ['java', '--version'],
}

for (const [name, [tool = '', ...words]] of Object.entries(receivers))
  test(`${name} takes what the gateway tells, and refuses what it does not`, {
    skip: !runs(tool, words) && `there is no ${tool}`,
  }, async (t) => {
    await using desk = await openGatewayDesk()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const secret = `whsec_${randomBytes(32).toString('base64')}`
    await desk.write('webhook.secret', secret)
    await desk.rewrite('signers:\n', `webhooks: { allow: ['${url}'] }\nsigners:\n`)
    await desk.rewrite(
      /(name: .*)\n/,
      `$1\n    webhooks: [{ url: ${url}/chadan, secret: file:webhook.secret }]\n`,
    )
    const lines = await startReceiver(t, tool, [join(examples, name), String(port)], secret)
    const running = await desk.start()
    await desk.login()
    const order = await desk.place('visit-1')
    assert.equal(await lines(), 'order.placed visit-1 awaiting_payment')
    await desk.simulation.simulator.pay(order.number)
    assert.equal(await lines(), 'order.paid visit-1 paid')
    const body = JSON.stringify({ id: 'evt_x', type: 'order.paid', data: { order: {} } })
    const post = (at: Date, key: string) =>
      fetch(`${url}/chadan`, {
        method: 'POST',
        body,
        headers: {
          'webhook-id': 'evt_x',
          'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
          'webhook-signature': new Webhook(key).sign('evt_x', at, body),
        },
      })
    const stranger = `whsec_${randomBytes(32).toString('base64')}`
    assert.equal((await post(new Date(), stranger)).status, 401)
    assert.equal((await post(new Date(Date.now() - 600_000), secret)).status, 401)
    assert.equal((await fetch(`${url}/chadan`, { method: 'POST', body })).status, 401)
    await running.stop()
  })

test('full.yaml is sound and holds every name that may stand in a configuration', { skip }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-full-'))
  t.after(() => rm(folder, { recursive: true }))
  await cp(join(examples, 'full.yaml'), join(folder, 'gateway.yaml'))
  await writeSecrets(join(folder, 'secrets'))
  const { config, warnings } = await loadConfig(join(folder, 'gateway.yaml'), systemSecretDoors)
  assert.deepEqual(warnings, [])
  const text = await readFile(join(folder, 'gateway.yaml'), 'utf8')
  const absent = [settingsShape, signerShape, tenantShape]
    .flatMap((shape) => namesOf(shape))
    .filter((name) => !new RegExp(`(^|[\\s{])${name}:`, 'm').test(text))
  // What only a simulation may say has no place in a configuration for production.
  assert.deepEqual(absent.sort(), ['clock', 'follow', 'simulator'])
  assert.deepEqual([config.signers.length, config.tenants.length], [3, 1])
})

/** All names of a shape, at every depth. */
function namesOf(shape: Parameters<typeof namesAt>[0], path: readonly PropertyKey[] = []): string[] {
  return namesAt(shape, path).flatMap((name) => [
    name,
    ...namesOf(shape, [...path, name]),
    ...namesOf(shape, [...path, name, 0]),
  ])
}

async function writeSecrets(folder: string): Promise<void> {
  await mkdir(folder)
  const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = { type: 'spki', format: 'pem' } as const
  const subject = ['-subj', '/CN=Tenpay.com sign', '-days', '1', '-newkey', 'rsa:2048', '-nodes']
  const { stdout: certificate } = await run('openssl', ['req', '-x509', ...subject, '-keyout', '/dev/null'])
  const secrets = {
    'postgres-url': 'postgres://chadan:password@127.0.0.1/chadan',
    'vault-2027': randomBytes(32).toString('base64'),
    'vault-2026': randomBytes(32).toString('base64'),
    index: randomBytes(32).toString('base64'),
    'apiclient_key.pem': pair().privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'apiv3.key': 'a'.repeat(32),
    'pub_key.pem': pair().publicKey.export(pem),
    'platform.pem': certificate,
    'insurance.key': 'b'.repeat(32),
    'insurance-app.secret': 'c'.repeat(32),
    'insurance-agent.secret': 'd'.repeat(32),
    'corp.secret': 'e'.repeat(43),
    'corp.token': 'f'.repeat(24),
    'corp.aes': `${'h'.repeat(42)}A`,
    'corp-pay.key': 'g'.repeat(32),
    'webhook.secret': `whsec_${randomBytes(32).toString('base64')}`,
  }
  for (const [name, content] of Object.entries(secrets))
    await writeFile(join(folder, name), content, { mode: 0o600 })
}

/** Runs start.sh as a reader would, on free ports, and answers where the gateway is. */
async function startByScript(t: TestContext, desk: GatewayDesk): Promise<string> {
  const port = await freePort()
  const at = `http://127.0.0.1:${port}`
  const tools = join(desk.folder, 'tools')
  await mkdir(tools)
  await writeFile(join(tools, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${bin}' "$@"\n`, {
    mode: 0o700,
  })
  const file = await script(desk, 'start.sh', at, (text) =>
    text.replace(/^store:/m, `listen: { port: ${port} }\nadminListen: { port: 0 }\nstore:`),
  )
  const child = spawn('sh', [file], {
    cwd: desk.folder,
    env: { ...process.env, PATH: `${tools}:${process.env.PATH}` },
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.after(() => process.kill(-(child.pid ?? 0), 'SIGTERM'))
  const said: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.startsWith('the gateway listens at ')) return at
  }
  throw new Error(said.join('\n'))
}

/** A copy of an example for another address than the one it shows. */
async function script(
  desk: GatewayDesk,
  name: string,
  at: string,
  change = (text: string) => text,
): Promise<string> {
  const text = await readFile(join(examples, name), 'utf8')
  return desk.write(name, change(text).replaceAll('http://127.0.0.1:8080', at))
}

async function startReceiver(t: TestContext, tool: string, words: string[], secret: string) {
  const child = spawn(tool === 'node' ? process.execPath : tool, words, {
    env: { ...process.env, WEBHOOK_SECRET: secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill())
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => (await lines.next()).value ?? ''
  assert.equal(await next(), 'ready')
  return next
}

/** An order once it is in this state: looking is asking, and what is not known then the feed tells. */
async function settled(desk: GatewayDesk, url: string, id: string, state: string) {
  const key = (await readFile(join(desk.folder, 'teahouse-admin.key'), 'utf8')).trim()
  const get = (path: string) => fetch(`${url}/v1${path}`, { headers: { authorization: `Bearer ${key}` } })
  const look = async () =>
    (await (await get(`/orders/${id}`)).json()) as { state: string; taken: { minor: number } }
  const seen = await look()
  if (seen.state === state) return seen
  let text = ''
  for await (const piece of (await get('/events/stream')).body ?? []) {
    text += Buffer.from(piece).toString()
    const told = text
      .split('\n\n')
      .some((one) => one.includes(`"${id}"`) && one.includes(`event: order.${state}\n`))
    if (told) break
  }
  return look()
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function runs(tool: string, words: readonly string[]): boolean {
  try {
    execFileSync(tool, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
