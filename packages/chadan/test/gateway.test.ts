import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { reloaded } from '../src/commands/serve.ts'
import { serve } from '../src/serve.ts'
import { systemClock } from '../src/system.ts'
import { openGatewayDesk } from './gateway-desk.ts'
import { line } from './line.ts'

const bin = fileURLToPath(new URL('../bin/chadan.js', import.meta.url))

test('a sound gateway passes the check in every area, and no secret is shown', async () => {
  await using desk = await openGatewayDesk()
  const { exit, out, err } = await desk.run(['check', desk.file])
  assert.deepEqual([exit, err], [0, ''], out)
  for (const says of [
    /good +configuration .*reads well; signers: 3, tenants: 1/,
    /good +keys +provider .*public key mode/,
    /good +database +sqlite .*a write can be committed/,
    /note +database +API keys +there are none/,
    /good +WeChat Pay +provider \d+ +answers/,
    /good +WeChat Pay +insurance payinsurance \d+ +answers, and knows who asks/,
    /good +WeChat Pay +corp wecom \w+ +answers, and knows who asks/,
    /(good|note) +clock +this machine/,
    /note +public address +127.0.0.1 +nobody answers there from here/,
  ])
    assert.match(out, says)
  const json = await desk.run(['check', desk.file, '--json'])
  assert.equal(JSON.parse(json.out).good, true)
  for (const secret of desk.secrets) assert.equal(`${out}${json.out}`.includes(secret), false)
})

test('what is wrong with keys and ways is told with what to do, and ends with 1', async () => {
  await using desk = await openGatewayDesk()
  await desk.write('v3', 'x'.repeat(32))
  await desk.write('agent', 'not the secret')
  const { serialNo } = desk.simulation.simulator.credentials.apiv3
  await desk.rewrite(serialNo, '3'.repeat(40))
  await desk.rewrite(
    'name: 示例茶馆',
    'name: 示例茶馆\n    webhooks: [{ url: https://no-such-host.invalid/hook }]',
  )
  const { exit, out, err } = await desk.run(['check', desk.file])
  assert.equal(exit, 1)
  assert.match(out, /WRONG +WeChat Pay +provider \d+ +refuses: 401 SIGN_ERROR\n +→ /)
  assert.match(out, /WRONG +WeChat Pay +insurance payinsurance \d+ +refuses/)
  assert.match(out, /WRONG +webhooks +teahouse no-such-host.invalid +the name has no address\n +→ /)
  assert.match(err, /^chadan: 3 wrong: /)
})

test('a WeChat Pay that cannot be reached is told as that', async () => {
  await using desk = await openGatewayDesk()
  await desk.simulation.close()
  // The others draw tokens first, several times with pauses.
  await desk.rewrite(/ {2}- id: corp\n(.|\n)*?(?=tenants:)/, '')
  await desk.rewrite('[provider, corp, insurance]', '[provider]')
  const { exit, out } = await desk.run(['check', desk.file])
  assert.equal(exit, 1)
  assert.match(
    out,
    /WRONG +WeChat Pay +provider \d+ +cannot be reached: .*\n +→ check DNS, firewall and proxy/,
  )
  assert.match(out, /note +clock +this machine +nobody answered with a time/)
})

test('a database that cannot be reached is told with what to do, without its address', async () => {
  await using desk = await openGatewayDesk()
  await desk.write('pg', 'postgres://chadan:hunter2hunter2@127.0.0.1:1/chadan')
  await desk.rewrite('sqlite: chadan.db', 'postgres: file:pg')
  const { exit, out } = await desk.run(['check', desk.file, '--offline'])
  assert.equal(exit, 1)
  assert.match(out, /WRONG +database +postgres +cannot be opened\n +→ nobody listens there: start PostgreSQL/)
  assert.equal(out.includes('WeChat Pay'), false)
  const served = await desk.run(['serve', '--config', desk.file])
  assert.match(served.err, /the gateway cannot start: nobody listens there/)
  assert.match(
    (await desk.run(['migrate', '--config', desk.file])).err,
    /the database cannot be opened: nobody listens/,
  )
  assert.equal(`${out}${served.err}`.includes('hunter2'), false)
})

test('events are followed until the gateway is gone', async () => {
  await using desk = await openGatewayDesk()
  const gateway = await desk.start()
  await desk.login()
  const order = await desk.place('visit-1')
  const clock = {
    now: systemClock.now,
    // The pause between two looks: the first one ends the gateway.
    after(ms: number, work: () => void) {
      if (ms === 2_000) void gateway.stop().then(work)
      return () => {}
    },
  }
  const key = join(desk.folder, 'teahouse-admin.key')
  await desk.heard('order.placed')
  const followed = await line(['events', '--follow', '--json', '--url', desk.publicUrl, '--key-file', key], {
    clock,
  })
  assert.equal(followed.exit, 4)
  assert.equal(JSON.parse(followed.out.split('\n')[0] ?? '').order, order.id)
})

test('a configuration with faults is shown place by place', async () => {
  await using desk = await openGatewayDesk()
  await desk.rewrite('simulator: true', 'simulater: true')
  const { exit, out } = await desk.run(['check', desk.file])
  assert.equal(exit, 1)
  assert.match(out, /gateway.yaml:2:1 simulater +found an unknown name/)
  assert.match(out, /→ expected one of .*did you mean simulator\?/)
  const served = await desk.run(['serve', '--config', desk.file])
  assert.equal(served.exit, 2)
  assert.match(served.err, /gateway.yaml has \d+ problems: .*gateway.yaml:2:1: simulater/)
})

test('an API key is shown once, kept as a hash, listed and revoked, each in the audit log', async () => {
  await using desk = await openGatewayDesk()
  const create = ['keys', 'create', '--config', desk.file, '--name', 'his']
  const stranger = await desk.run([...create, '--tenant', 'nobody'])
  assert.deepEqual([stranger.exit, stranger.out], [2, ''])
  // Tenants of the file may have keys before the gateway ran for the first time.
  const made = await desk.run([...create, '--tenant', 'teahouse', '--scopes', 'read', '--days', '30'])
  assert.equal(made.exit, 0, made.err)
  const key = made.out.trim()
  assert.match(key, /^ck_[0-9A-Za-z]{32}$/)
  assert.match(
    (await desk.run([...create, '--tenant', 'teahouse'])).err,
    /an active key of this tenant is named his/,
  )
  const listed = JSON.parse((await desk.run(['keys', 'list', '--config', desk.file, '--json'])).out)
  assert.deepEqual(
    listed.data.map(({ tenant, name, scopes, active }: Record<string, unknown>) => ({
      tenant,
      name,
      scopes,
      active,
    })),
    [{ tenant: 'teahouse', name: 'his', scopes: ['read'], active: true }],
  )
  assert.equal(JSON.stringify(listed).includes(key.slice(3)), false)
  const [{ id }] = listed.data
  assert.match(
    (await desk.run(['keys', 'revoke', id, '--config', desk.file])).out,
    /his \(key_\w+\) is revoked/,
  )
  assert.match((await desk.run(['keys', 'list', '--config', desk.file])).out, /teahouse +his +read +revoked/)
  assert.equal((await desk.run(['keys', 'revoke', 'key_none', '--config', desk.file])).exit, 3)
  const verified = JSON.parse((await desk.run(['audit', 'verify', '--config', desk.file, '--json'])).out)
  assert.deepEqual([verified.sound, verified.entries], [true, 2])
})

test('a key that goes into a file is for its owner alone', async () => {
  await using desk = await openGatewayDesk()
  const out = join(desk.folder, 'his.key')
  const made = await desk.run([
    ...['keys', 'create', '--config', desk.file, '--tenant', '*', '--name', 'ops', '--out', out, '--json'],
  ])
  assert.equal(made.out.includes('ck_'), false)
  assert.match(await readFile(out, 'utf8'), /^ck_\w{32}\n$/)
  assert.equal((await stat(out)).mode & 0o777, 0o600)
})

test('migrate brings tables up to date, and seals what is kept under the newest key', async () => {
  await using desk = await openGatewayDesk()
  assert.match((await desk.run(['migrate', '--config', desk.file])).out, /sqlite store are up to date/)
  const gateway = await desk.start()
  await desk.login()
  await desk.place('visit-1')
  await gateway.stop()
  await desk.write('vault2', Buffer.alloc(32, 8).toString('base64'))
  await desk.rewrite('keys: [{', 'keys: [{ id: k2, key: file:vault2 }, {')
  const { resealed, key } = JSON.parse(
    (await desk.run(['migrate', '--config', desk.file, '--reseal', '--json'])).out,
  )
  assert.ok(resealed > 0)
  assert.equal(key, 'k2')
  await desk.rewrite(', { id: k1, key: file:vault }', '')
  await desk.start()
  assert.match((await desk.at(['orders', 'query', 'visit-1'])).out, /awaiting_payment/)
})

test('an order is listed, shown, asked for, refunded, and its events are read, from the command line', async () => {
  await using desk = await openGatewayDesk()
  await desk.start()
  await desk.login()
  const order = await desk.place('visit-1')
  const listed = await desk.at(['orders', 'list', '--state', 'awaiting_payment'])
  assert.match(listed.out, /combine +awaiting_payment +163.50 CNY +visit-1/, listed.err)
  const ofShop = (merchant: string, amount: string) =>
    desk.at(['orders', 'list', '--merchant', merchant, '--amount', amount])
  assert.match((await ofShop('1690000202', '163.50')).out, /visit-1/)
  assert.doesNotMatch((await ofShop('1690000202', '163.51')).out, /visit-1/)
  assert.doesNotMatch((await ofShop('1690000209', '163.5')).out, /visit-1/)
  const asked = await desk.at(['orders', 'query', order.id])
  assert.match(
    asked.out,
    /^combine visit-1 \(\w+\): awaiting_payment, 0.00 CNY of 163.50 CNY taken, .*; asked again at 2/,
  )

  const { simulator } = desk.simulation
  await simulator.pay(order.number)
  await desk.heard('order.paid')
  const shown = await desk.at(['orders', 'show', 'visit-1'])
  assert.match(shown.out, /^combine visit-1: paid\n/, shown.out + shown.err)
  assert.match(shown.out, /paid +128.00 CNY +\w+ +\d+\n/)
  assert.match(shown.out, /history\n.* 1 +none → placing +open\n/)

  const part = JSON.parse((await desk.at(['orders', 'show', 'visit-1', '--json'])).out).attempts[0].parts[0]
    .id
  const refund = ['orders', 'refund', 'visit-1', '--reference', 'back-1']
  const wrong = await desk.at([...refund, '--part', `${part}=8.005`])
  assert.deepEqual(
    [wrong.exit, wrong.err],
    [2, 'chadan: --part: give an amount with at most 2 decimals, such as 12.50\n'],
  )
  const given = await desk.at([...refund, '--part', `${part}=8.00`])
  assert.match(given.out, /refunds\n +back-1 +\w+ +\w+ +8.00 CNY/, given.err)
  const again = JSON.parse((await desk.at([...refund, '--part', `${part}=8.00`, '--json'])).out)
  assert.equal(again.refunds.length, 1)
  const closed = await desk.at(['orders', 'close', 'visit-1', '--reason', 'tried'])
  assert.equal(closed.exit, 3)
  assert.match(closed.err, /^chadan: .*paid/i)

  const events = await desk.at(['events', '--json'])
  const types = events.out
    .trim()
    .split('\n')
    .map((one) => JSON.parse(one))
  assert.deepEqual(
    types.slice(0, 2).map(({ seq, type }) => [seq, type]),
    [
      [1, 'order.placed'],
      [2, 'order.paid'],
    ],
  )
  assert.match(
    (await desk.at(['events', '--after', '1', '--limit', '1'])).out,
    /^2 +.* +order.paid .*163.50 CNY\n(more|that is all)/,
  )
  for (const secret of desk.secrets)
    assert.equal(`${shown.out}${events.out}${desk.told}`.includes(secret), false)
})

test('an order that is not paid is closed with its reason', async () => {
  await using desk = await openGatewayDesk()
  await desk.start()
  await desk.login()
  await desk.place('visit-1')
  const { exit, out, err } = await desk.at([
    'orders',
    'close',
    'visit-1',
    '--reason',
    'the visit was cancelled',
    '--json',
  ])
  assert.equal(exit, 0, err)
  assert.match(JSON.parse(out).state, /closed|awaiting_payment/)
  const gone = await desk.at(['orders', 'resolve', 'visit-1', 'no_such_mark', '--reason', 'looked'])
  assert.equal(gone.exit, 3, gone.err)
})

test('what needs a person is listed, told what to do about, and resolved by name from the command line', async () => {
  await using desk = await openGatewayDesk()
  await desk.rewrite(/^signers:/m, 'limits: { requestsPerSecond: 100000 }\nsigners:')
  await desk.start()
  await desk.login()
  const { id, number } = await desk.place('visit-1')
  const shown = JSON.parse((await desk.at(['orders', 'show', id, '--json'])).out)
  const { simulator } = desk.simulation
  simulator.faults.often('combine.paid', 'lose', 1)
  simulator.faults.often('combine.queryByOutTradeNo', 'loseAnswer', 1)
  await simulator.pay(number)
  // Money goes back that nobody here ordered: at WeChat Pay's merchant platform, say.
  const elsewhere = [
    ...['call', 'refunds.create', 'sub_mchid=1690000202', `out_trade_no=${shown.attempts[0].parts[0].id}`],
    ...['out_refund_no=ELSEWHERE1', 'amount.refund=1', 'amount.total=12800', 'amount.currency=CNY'],
    ...['--credentials', join(desk.folder, 'wechat.json')],
  ]
  // Paying takes the simulator a moment.
  while ((await desk.run(elsewhere)).exit !== 0);
  simulator.faults.heal()
  let listed = await desk.at(['orders', 'list', '--attention'])
  while (!listed.out.includes('visit-1')) {
    await desk.at(['orders', 'query', 'visit-1'])
    listed = await desk.at(['orders', 'list', '--attention'])
  }
  const { out } = await desk.at(['orders', 'show', 'visit-1'])
  const [, mark = ''] = /needs a person: (refunded_elsewhere:\S+)\n {2}found: .+\n {2}to do: /.exec(out) ?? []
  const resolve = ['orders', 'resolve', 'visit-1', mark, '--reason', 'given back at the till']
  const said = await desk.at([...resolve, '--json'])
  assert.equal(said.exit, 0, said.err)
  const resolved = JSON.parse(said.out)
  assert.equal(resolved.needs_attention, false)
  assert.deepEqual(
    [resolved.marks[0].resolved.operator, resolved.marks[0].resolved.reason],
    ['admin of tests', 'given back at the till'],
  )
  assert.match((await desk.at(['orders', 'list', '--attention'])).out, /no such orders/)
})

test('a delivery that died is listed, given up by name, and sent again by its id', async () => {
  await using desk = await openGatewayDesk()
  const status = { now: 410 }
  const receiver = await serve(async () => new Response(null, { status: status.now }), { port: 0 })
  await desk.rewrite(/^signers:/m, `webhooks: { allow: ['${receiver.url}'] }\nsigners:`)
  await desk.rewrite(/\n$/, `\n    webhooks: [{ url: '${receiver.url}/told' }]\n`)
  await desk.start()
  await desk.login()
  const none = await desk.at(['deliveries', 'list', '--state', 'dead'])
  assert.deepEqual([none.exit, none.out], [0, 'there are no such deliveries\n'])
  const nothing = await desk.at(['deliveries', 'redeliver'])
  assert.deepEqual([nothing.exit, nothing.out], [2, ''])
  const unknown = await desk.at(['deliveries', 'skip', 'dlv_none', '--reason', 'booked by hand'])
  assert.equal(unknown.exit, 3, unknown.err)

  await desk.place('visit-1')
  const inState = async (state: string) =>
    JSON.parse((await desk.at(['deliveries', 'list', '--state', state, '--json'])).out).data
  let dead = await inState('dead')
  while (dead.length === 0) dead = await inState('dead')
  const { id } = dead[0]
  assert.match((await desk.at(['deliveries', 'list'])).out, /dead +1 +evt_\S+ +ord_\S+ +whe_\S+ .*410/)
  const skipped = await desk.at(['deliveries', 'skip', id, '--reason', 'booked by hand'])
  assert.equal(skipped.out, `${id} is given up; the later events of its order go on\n`, skipped.err)
  assert.match((await desk.at(['deliveries', 'list', '--state', 'skipped'])).out, /booked by hand/)
  assert.equal((await desk.at(['deliveries', 'redeliver', '--dead'])).out, '0 are due again\n')
  assert.equal((await desk.at(['deliveries', 'redeliver', id])).out, '1 are due again\n')
  assert.equal((await inState('due')).length, 1)
  await receiver.close()
})

test('the audit log is verified by the gateway for keys of all tenants', async () => {
  await using desk = await openGatewayDesk()
  await desk.start()
  await desk.login('*')
  const { exit, out, err } = await desk.at(['audit', 'verify'])
  assert.equal(exit, 0, err)
  assert.match(out, /^sound: \d entries, \d seals, head [0-9a-f]{64}\n$/)
})

test('a gateway that is not there, a wrong key and a missing key are told apart', async () => {
  await using desk = await openGatewayDesk()
  await desk.login()
  const away = await desk.at(['orders', 'list'])
  assert.equal(away.exit, 4)
  assert.match(away.err, /^chadan: no answer from http.*: start chadan serve, or give another --url\n$/)
  await desk.start()
  const bad = await line(['orders', 'list', '--url', desk.publicUrl, '--json'], {
    env: { CHADAN_API_KEY: `ck_${'0'.repeat(32)}` },
  })
  assert.equal(bad.exit, 3)
  assert.equal(JSON.parse(bad.err).error.code, 'unauthenticated')
  const none = await line(['orders', 'list', '--url', desk.publicUrl])
  assert.equal(none.exit, 2)
  assert.match(none.err, /there is no API key: make one with chadan keys create/)
  assert.match((await desk.at(['orders', 'show', 'nobody'])).err, /There is no such order/)
})

test('a reload takes up tenants, and a broken file changes nothing', async () => {
  await using desk = await openGatewayDesk()
  const gateway = await desk.start()
  const told: string[] = []
  await desk.rewrite('name: 示例茶馆', 'name: 茶馆')
  await reloaded(quiet(told), gateway)
  assert.match(told.at(-1) ?? '', /read again: 1 signers and tenants changed/)
  await desk.rewrite('name: 茶馆', 'nam: 茶馆')
  await reloaded(quiet(told), gateway)
  assert.match(
    told.at(-1) ?? '',
    /gateway.yaml:\d+:5: tenants\[0\].nam: .*did you mean name\?(.|\n)*refused; what was in force stays/,
  )
})

function quiet(told: string[]) {
  return {
    stdout: () => {},
    stderr: (text: string) => void told.push(text),
    stdin: async () => new Uint8Array(),
    clock: { now: () => 0, after: () => () => {} },
  }
}

test('the process says where it is, reads its configuration again on SIGHUP, and stops on SIGTERM', async () => {
  await using desk = await openGatewayDesk()
  const child = spawn(process.execPath, [bin, 'serve', '--config', desk.file, '--json'])
  let err = ''
  const heard = Promise.withResolvers<void>()
  child.stderr.on('data', (data) => {
    err += data
    if (err.includes('was read again')) heard.resolve()
  })
  const [first] = await once(createInterface({ input: child.stdout }), 'line')
  const said = JSON.parse(first)
  assert.equal(said.url, desk.publicUrl)
  assert.equal((await fetch(`${said.adminUrl}/readyz`)).status, 200)
  child.kill('SIGHUP')
  await heard.promise
  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'exit')
  assert.deepEqual([code, signal], [0, null], err)
  await assert.rejects(fetch(said.url))
})
