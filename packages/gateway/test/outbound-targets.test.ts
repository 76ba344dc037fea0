import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcp } from 'node:net'
import { test } from 'node:test'
import type { Carry, TargetRules } from '../src/outbound/index.ts'
import { networksOf, openTargets, pinnedCarry, reachOf, TargetRefused } from '../src/outbound/index.ts'

const publicAddress = '93.184.215.14'
const webhook = (url: string) => ({ url, headers: { 'content-type': 'application/json' }, body: '{}' })

/** Targets over a carrier that only remembers where it was sent. */
function recording(rules: TargetRules = {}, found: readonly (readonly string[])[] = [[publicAddress]]) {
  const carried: { host: string; addresses: readonly string[] }[] = []
  let asked = 0
  const carry: Carry = async ({ url, addresses }) => {
    carried.push({ host: url.host, addresses })
    return { status: 200, header: () => undefined, body: '' }
  }
  const resolve = async () => found[Math.min(asked++, found.length - 1)] ?? []
  return { targets: openTargets({ rules, resolve, carry }), carried, asked: () => asked }
}

async function listening(t: { after(end: () => void): void }, answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const refusedUrls: readonly (readonly [string, TargetRefused['why']])[] = [
  ['', 'url'],
  ['hook', 'url'],
  ['https://', 'url'],
  [`https://shop.example/${'a'.repeat(2048)}`, 'url'],
  ['ftp://shop.example/', 'scheme'],
  ['file:///etc/passwd', 'url'],
  ['gopher://shop.example/', 'scheme'],
  ['javascript:alert(1)', 'url'],
  ['http://shop.example/', 'scheme'],
  ['http://shop.example:443/', 'scheme'],
  ['https://user@shop.example/', 'credentials'],
  ['https://user:word@shop.example/', 'credentials'],
  ['https://shop.example@127.0.0.1/', 'credentials'],
  ['https://shop.example:22/', 'port'],
  ['https://shop.example:8443/', 'port'],
  ['https://shop.example:80/', 'port'],
  ['https://127.0.0.1/', 'address'],
  ['https://127.1/', 'address'],
  ['https://0x7f000001/', 'address'],
  ['https://0x7f.0.0.1/', 'address'],
  ['https://0177.0.0.1/', 'address'],
  ['https://2130706433/', 'address'],
  ['https://017700000001/', 'address'],
  ['https://１２７.０.０.１/', 'address'],
  ['https://①②⑦.0.0.1/', 'address'],
  ['https://127.0.0.1./', 'address'],
  ['https://0/', 'address'],
  ['https://0.0.0.0/', 'address'],
  ['https://10.0.0.1/', 'address'],
  ['https://172.16.0.1/', 'address'],
  ['https://172.31.255.255/', 'address'],
  ['https://192.168.1.1/', 'address'],
  ['https://100.64.0.1/', 'address'],
  ['https://169.254.169.254/latest/meta-data/', 'address'],
  ['https://224.0.0.1/', 'address'],
  ['https://255.255.255.255/', 'address'],
  ['https://[::1]/', 'address'],
  ['https://[::]/', 'address'],
  ['https://[::ffff:127.0.0.1]/', 'address'],
  ['https://[::ffff:a9fe:a9fe]/', 'address'],
  ['https://[::127.0.0.1]/', 'address'],
  ['https://[fe80::1]/', 'address'],
  ['https://[fc00::1]/', 'address'],
  ['https://[fd12:3456:789a::1]/', 'address'],
  ['https://[ff02::1]/', 'address'],
  ['https://[64:ff9b::7f00:1]/', 'address'],
  ['https://[64:ff9b:1::a00:1]/', 'address'],
  ['https://[2002:7f00:1::]/', 'address'],
  ['https://[2001:0:7f00:1::]/', 'address'],
  ['https://[2001:db8::1]/', 'address'],
  ['https://[2a00:1450::5efe:10.0.0.1]/', 'address'],
  ['https://[2a00:1450::200:5efe:a00:1]/', 'address'],
]

for (const [url, why] of refusedUrls) {
  test(`the target ${JSON.stringify(url.slice(0, 60))} is refused for its ${why}`, async () => {
    const { targets, carried, asked } = recording()
    assert.throws(() => targets.check(url), { name: 'TargetRefused', why })
    await assert.rejects(targets.send(webhook(url), AbortSignal.any([])), { name: 'TargetRefused', why })
    assert.deepEqual([carried.length, asked()], [0, 0])
  })
}

const hiddenAddresses = [
  '127.0.0.1',
  '10.255.255.255',
  '172.20.0.1',
  '192.168.0.10',
  '100.127.255.255',
  '169.254.169.254',
  '192.0.0.170',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.7',
  '239.1.1.1',
  '240.0.0.1',
  '0.0.0.0',
  '::',
  '::1',
  'fe80::1%eth0',
  '2606:4700::1111%eth0',
  'fec0::1',
  'fd00:ec2::254',
  '::ffff:10.0.0.1',
  '::ffff:0:10.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '2001:db8:1::1',
  '3fff::1',
  '100::1',
  '5f00::1',
  'not an address',
]

for (const address of hiddenAddresses) {
  test(`a name that resolves to ${address} is not sent to`, async () => {
    const { targets, carried } = recording({}, [[address]])
    const refusal = await targets.send(webhook('https://shop.example/'), AbortSignal.any([])).catch((e) => e)
    assert.ok(refusal instanceof TargetRefused)
    assert.equal(refusal.why, 'address')
    assert.ok(!refusal.message.includes(address), 'the message names no address that was found')
    assert.equal(carried.length, 0)
  })
}

test('public addresses of both families are public', () => {
  for (const address of [
    '93.184.215.14',
    '8.8.8.8',
    '172.32.0.1',
    '100.128.0.1',
    '2a00:1450:4001::200e',
    '2606:4700::1111',
  ]) {
    assert.equal(reachOf(address), 'public', address)
  }
})

test('of several addresses only the public ones are connected to', async () => {
  const { targets, carried } = recording({}, [['10.0.0.1', publicAddress, '::1']])
  await targets.send(webhook('https://shop.example/'), AbortSignal.any([]))
  assert.deepEqual(carried, [{ host: 'shop.example', addresses: [publicAddress] }])
})

test('a name that is rebound after the check is still reached at the checked address', async () => {
  const { targets, carried, asked } = recording({}, [[publicAddress], ['127.0.0.1']])
  await targets.send(webhook('https://shop.example/'), AbortSignal.any([]))
  assert.deepEqual([carried[0]?.addresses, asked()], [[publicAddress], 1])
  await assert.rejects(targets.send(webhook('https://shop.example/'), AbortSignal.any([])), {
    why: 'address',
  })
  assert.equal(carried.length, 1)
})

test('a name without addresses is refused', async () => {
  const { targets } = recording({}, [[]])
  await assert.rejects(targets.send(webhook('https://shop.example/'), AbortSignal.any([])), { why: 'name' })
})

test('further ports are open where an operator lists them, for https only', () => {
  const { targets } = recording({ ports: [443, 8443] })
  assert.equal(targets.check('https://shop.example:8443/hook').port, '8443')
  assert.throws(() => targets.check('https://shop.example:9443/'), { why: 'port' })
  assert.throws(() => targets.check('http://shop.example:8443/'), { why: 'scheme' })
})

test('an allowed origin may be plain, have any port and a private address, but no link-local one', async () => {
  const rules = { allow: ['http://erp.hospital.internal:8080', 'http://10.0.0.5:81'] }
  const { targets, carried } = recording(rules, [['10.0.0.7'], ['169.254.169.254', '::ffff:10.0.0.7']])
  await targets.send(webhook('http://erp.hospital.internal:8080/hook'), AbortSignal.any([]))
  assert.deepEqual(carried[0]?.addresses, ['10.0.0.7'])
  targets.check('http://10.0.0.5:81/hook')
  assert.throws(() => targets.check('http://10.0.0.5:82/hook'), { why: 'scheme' })
  assert.throws(() => targets.check('http://erp.hospital.internal/'), { why: 'scheme' })
  await assert.rejects(targets.send(webhook('http://erp.hospital.internal:8080/'), AbortSignal.any([])), {
    why: 'address',
  })
})

test('an allowed network opens its addresses for https alone', () => {
  const { targets } = recording({ allow: ['10.1.0.0/16', 'fd00:1::/32'] })
  targets.check('https://10.1.2.3/')
  targets.check('https://[fd00:1::9]/')
  assert.throws(() => targets.check('https://10.2.0.1/'), { why: 'address' })
  assert.throws(() => targets.check('https://[::ffff:10.1.2.3]/'), { why: 'address' })
  assert.throws(() => targets.check('http://10.1.2.3/'), { why: 'scheme' })
})

test('an allowed entry that is neither origin nor network is an error of configuration', () => {
  for (const entry of [
    'erp',
    '10.0.0.0',
    '10.0.0.0/33',
    '::/129',
    'http://erp/hook',
    'ftp://erp',
    'https://u:p@erp',
    '10.0.0.0/8/8',
  ]) {
    assert.throws(() => recording({ allow: ['https://ok.example', entry] }), /allowed target 2/, entry)
  }
  assert.equal(networksOf(['nonsense']), undefined)
})

test('the carrier connects to the given address and never asks a resolver', async (t) => {
  const hosts: (string | undefined)[] = []
  const port = await listening(t, (request, response) => {
    hosts.push(request.headers.host)
    response.writeHead(204).end()
  })
  const carry = pinnedCarry()
  t.after(() => carry.close())
  // `.invalid` names exist nowhere: only a pinned address can reach the server.
  const url = `http://hook.invalid:${port}/path?x=1`
  const targets = openTargets({
    rules: { allow: [`http://hook.invalid:${port}`] },
    resolve: async () => ['127.0.0.1'],
    carry,
  })
  assert.deepEqual(await targets.send(webhook(url), AbortSignal.any([])), { status: 204 })
  assert.deepEqual(hosts, [`hook.invalid:${port}`])
})

test('a redirect is an answer, not a way', async (t) => {
  let visits = 0
  const port = await listening(t, (_request, response) => {
    visits++
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('moved')
  })
  const carry = pinnedCarry()
  t.after(() => carry.close())
  const origin = `http://127.0.0.1:${port}`
  const targets = openTargets({ rules: { allow: [origin] }, resolve: async () => [], carry })
  assert.equal((await targets.send(webhook(origin), AbortSignal.any([]))).status, 302)
  assert.equal(visits, 1)
})

test('of an endless answer only the beginning is read', { timeout: 10_000 }, async (t) => {
  let ended = () => {}
  const closed = new Promise<void>((done) => {
    ended = done
  })
  const port = await listening(t, (_request, response) => {
    response.on('close', ended)
    response.writeHead(500, { 'content-type': 'text/plain' })
    const more = () => {
      while (!response.destroyed && response.write('busy '.repeat(2000)));
    }
    response.on('drain', more)
    more()
  })
  const carry = pinnedCarry()
  t.after(() => carry.close())
  const origin = `http://127.0.0.1:${port}`
  const targets = openTargets({ rules: { allow: [origin] }, resolve: async () => [], carry })
  const { status, excerpt } = await targets.send(webhook(origin), AbortSignal.any([]))
  assert.equal(status, 500)
  assert.ok((excerpt?.length ?? 999) <= 120)
  await closed
})

test('an answer whose body never ends is taken at its status when time is up', async (t) => {
  const abort = new AbortController()
  const headArrived = () => setImmediate(() => abort.abort())
  subscribe('undici:request:headers', headArrived)
  t.after(() => unsubscribe('undici:request:headers', headArrived))
  const port = await listening(t, (_request, response) => {
    response.writeHead(200)
    response.write('so far')
  })
  const carry = pinnedCarry()
  t.after(() => carry.close())
  const origin = `http://127.0.0.1:${port}`
  const targets = openTargets({ rules: { allow: [origin] }, resolve: async () => [], carry })
  assert.equal((await targets.send(webhook(origin), abort.signal)).status, 200)
})

test('a receiver that answers nothing is left when time is up', async (t) => {
  const abort = new AbortController()
  const server = createTcp((socket) => {
    socket.on('error', () => {})
    socket.on('data', () => abort.abort())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const carry = pinnedCarry()
  t.after(async () => {
    await carry.close()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const targets = openTargets({ rules: { allow: [origin] }, resolve: async () => [], carry })
  await assert.rejects(targets.send(webhook(origin), abort.signal), { name: 'AbortError' })
})

test('a receiver may ask for a rest in seconds, with the codes that mean one', async () => {
  const answering = (status: number, after: string) =>
    openTargets({
      rules: {},
      resolve: async () => [publicAddress],
      carry: async () => ({
        status,
        header: (name) => (name === 'retry-after' ? after : undefined),
        body: '',
      }),
    }).send(webhook('https://shop.example/'), AbortSignal.any([]))
  assert.equal((await answering(429, '120')).retryMs, 120_000)
  assert.equal((await answering(503, 'Wed, 21 Oct 2026 07:28:00 GMT')).retryMs, undefined)
  assert.equal((await answering(500, '120')).retryMs, undefined)
})
