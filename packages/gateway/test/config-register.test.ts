import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { test } from 'node:test'
import { directSigner, fetchTransport, type Signer as KeySigner, systemRandom } from '@chadan/client'
import type { Clock } from '@chadan/protocol'
import {
  ClockUnread,
  ConfigError,
  type Configuration,
  followClock,
  type LoadDoors,
  openConfig,
  openStore,
  type Register,
  systemSecretDoors,
} from '../src/config/index.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import type { Store } from '../src/store/store.ts'
import { openVault } from '../src/store/vault.ts'
import { type Folder, openFolder, simulator, sound } from './config-desk.ts'
import { startPostgres } from './postgres.ts'

/** A clock that stands until it is set. */
function standing(startMs = 1_700_000_000_000): Clock & { set(ms: number): void } {
  let nowMs = startMs
  const waiting: { atMs: number; work: () => void }[] = []
  return {
    now: () => nowMs,
    after(ms, work) {
      const one = { atMs: nowMs + ms, work }
      waiting.push(one)
      return () => void waiting.splice(waiting.indexOf(one), 1)
    },
    set(ms) {
      nowMs = ms
      for (const one of waiting.filter(({ atMs }) => atMs <= ms)) {
        waiting.splice(waiting.indexOf(one), 1)
        one.work()
      }
    },
  }
}

interface Node {
  readonly configuration: Configuration
  readonly register: Register
}

function openMemory(): Store {
  const vault = openVault({
    keys: [{ id: 'k1', key: new Uint8Array(32).fill(7) }],
    indexKey: new Uint8Array(32).fill(9),
    random: systemRandom,
  })
  return openSqlite({ file: ':memory:', vault, dueOf: () => undefined })
}

async function openNode(
  folder: Folder,
  store: Store,
  yaml = sound,
  { clock = standing(), ...doors }: Partial<LoadDoors> & { clock?: Clock } = {},
): Promise<Node> {
  await folder.write('gateway.yaml', yaml)
  const configuration = await openConfig(folder.file, { ...systemSecretDoors, env: {}, ...doors })
  const transport = fetchTransport((request) => simulator.fetch(request))
  const register = await configuration.register({ store, clock, random: systemRandom, transport })
  return { configuration, register }
}

test('signers and tenants stand in the store as they were written, and work from there', async () => {
  await using folder = await openFolder()
  const store = openMemory()
  const { register } = await openNode(folder, store, sound, { clock: simulator.clock })
  const kept = await store.records('signer')
  assert.deepEqual(kept.map(({ id }) => id).toSorted(), ['corp', 'hospital'])
  assert.equal(JSON.parse(kept.find(({ id }) => id === 'hospital')?.json ?? '').privateKey, 'file:key.pem')
  const signer = await register.signer('hospital')
  assert.deepEqual(signer?.facts, {
    id: 'hospital',
    mode: 'partner',
    mchid: simulator.credentials.apiv3.mchid,
    appid: simulator.credentials.apiv3.appid,
  })
  assert.equal(signer?.limits.place, 7)
  const listed = await signer?.client.certificates.list()
  assert.equal(listed?.data.length, 1)
  assert.deepEqual(await register.tenant('outpatient'), {
    id: 'outpatient',
    name: '滨江示范医院',
    signers: ['hospital', 'corp'],
    merchant: { sub_mchid: simulator.credentials.apiv3.subMchid },
    returnPage: undefined,
    approvalAboveMinor: 5000,
    refundUnexpected: 'at_once',
  })
  assert.equal(await register.signer('nobody'), undefined)
})

test('a signer in the program signs in place of a private key', async () => {
  await using folder = await openFolder()
  const signed: number[] = []
  const key = createPrivateKey(simulator.credentials.apiv3.privateKey)
  const hospital: KeySigner = {
    sign(text) {
      signed.push(text.length)
      return directSigner(key).sign(text)
    },
  }
  const yaml = sound.replace('    privateKey: file:key.pem\n', '')
  const { register } = await openNode(folder, openMemory(), yaml, {
    clock: simulator.clock,
    signers: { hospital },
  })
  await (await register.signer('hospital'))?.client.certificates.list()
  assert.equal(signed.length, 1)
})

test('a client is made once and shared', async () => {
  await using folder = await openFolder()
  const { register } = await openNode(folder, openMemory())
  const [first, second] = await Promise.all([register.signer('hospital'), register.signer('hospital')])
  assert.equal(first, second)
})

test('a node without signers of its own works with those that another node wrote', async () => {
  await using folder = await openFolder()
  await using bare = await openFolder()
  const store = openMemory()
  await openNode(folder, store)
  const { register } = await openNode(bare, store, sound.slice(0, sound.indexOf('signers:')))
  assert.equal((await register.signer('hospital'))?.facts.id, 'hospital')
  assert.deepEqual(await register.ids('tenant'), ['outpatient'])
})

test('what another node changes is seen after a while, what it adds at once', async () => {
  await using folder = await openFolder()
  const [store, clock] = [openMemory(), standing()]
  const first = await openNode(folder, store, sound, { clock })
  assert.equal((await first.register.tenant('outpatient'))?.name, '滨江示范医院')
  clock.set(clock.now() + 2_000)
  const renamed = sound.replace('name: 滨江示范医院', 'name: 滨江医院')
  await openNode(folder, store, `${renamed}  - { id: ward, name: 病房, signers: [hospital] }\n`, { clock })
  assert.equal((await first.register.tenant('ward'))?.name, '病房')
  clock.set(clock.now() + 11_000)
  // The first look fetches the news, the next one has it.
  await first.register.tenant('outpatient')
  await new Promise(setImmediate)
  assert.equal((await first.register.tenant('outpatient'))?.name, '滨江医院')
})

test('webhook endpoints of the file are seeded once, with a secret drawn or given', async () => {
  await using folder = await openFolder()
  const [store, clock] = [openMemory(), standing()]
  const { configuration } = await openNode(folder, store, sound, { clock })
  const [before] = await store.endpoints('outpatient')
  assert.deepEqual(
    [before?.url, before?.types, before?.state],
    ['https://his.example.com/hook', ['order.paid'], 'on'],
  )
  assert.match(before?.secrets[0]?.secret ?? '', /^whsec_/)
  await configuration.reload()
  assert.deepEqual(await store.endpoints('outpatient'), [before])
  const given = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
  await folder.write('hook', given)
  await folder.write(
    'gateway.yaml',
    sound.replace('types: [order.paid]', 'types: [order.paid], secret: file:hook'),
  )
  await configuration.reload()
  const [after] = await store.endpoints('outpatient')
  assert.deepEqual(after?.secrets, [
    { secret: given },
    { secret: before?.secrets[0]?.secret, untilMs: clock.now() + 24 * 3_600_000 },
  ])
})

test('a webhook that left the file goes on being told, and is named', async () => {
  await using folder = await openFolder()
  const store = openMemory()
  const { configuration } = await openNode(folder, store)
  await folder.write('gateway.yaml', sound.replace(/ {4}webhooks: .*\n/, ''))
  const [endpoint] = await store.endpoints('outpatient')
  assert.deepEqual((await configuration.reload()).others, [endpoint?.id])
  assert.deepEqual(await store.endpoints('outpatient'), [endpoint])
})

test('a reload puts file and secrets in force together', async () => {
  await using folder = await openFolder()
  const { configuration, register } = await openNode(folder, openMemory())
  const before = await register.signer('hospital')
  await folder.write('gateway.yaml', sound.replace('place: 7', 'place: 9'))
  const { written, others } = await configuration.reload()
  assert.deepEqual([written, others], [1, []])
  const after = await register.signer('hospital')
  assert.deepEqual([before?.limits.place, after?.limits.place], [7, 9])
  // The same file, but a key that was exchanged: clients are made anew.
  await configuration.reload()
  assert.notEqual(await register.signer('hospital'), after)
})

test('a reload with anything wrong is refused whole', async () => {
  await using folder = await openFolder()
  const store = openMemory()
  const { configuration, register } = await openNode(folder, store)
  const before = [configuration.current, await register.signer('hospital'), await store.records('tenant')]
  await folder.write(
    'gateway.yaml',
    sound.replace('name: 滨江示范医院', 'name: 新').replace('place: 7', 'place: x'),
  )
  await assert.rejects(configuration.reload(), ConfigError)
  assert.deepEqual(
    [configuration.current, await register.signer('hospital'), await store.records('tenant')],
    before,
  )
})

test('a reload that needs a restart says where', async () => {
  await using folder = await openFolder()
  const { configuration } = await openNode(folder, openMemory())
  await folder.write('vault', Buffer.alloc(32, 8).toString('base64'))
  await folder.write('gateway.yaml', `${sound}listen: { port: 9000 }\n`)
  await assert.rejects(configuration.reload(), ({ message }: Error) => {
    assert.deepEqual(
      message.split('\n').map((line) => line.replace(/.*gateway.yaml/, '').replace(/: found.*/, '')),
      [':30:1: listen', ':4:1: vault'],
    )
    return true
  })
})

test('a signer that left the file goes on working, and is told', async () => {
  await using folder = await openFolder()
  const { configuration, register } = await openNode(folder, openMemory())
  const gone = sound.replace(/ {2}- id: corp\n.*\n.*\n/, '').replace('[hospital, corp]', '[hospital]')
  await folder.write('gateway.yaml', gone)
  assert.deepEqual((await configuration.reload()).others, ['corp'])
  assert.equal((await register.signer('corp'))?.facts.wecom?.corpid, simulator.credentials.wecom.corpid)
})

test('a signer of the store whose key is not on this node says so, and works when it is', async () => {
  await using folder = await openFolder()
  await using bare = await openFolder()
  const [store, clock] = [openMemory(), standing()]
  await openNode(folder, store)
  const { register } = await openNode(bare, store, sound.slice(0, sound.indexOf('signers:')), { clock })
  await bare.write('key.pem', 'rubbish')
  await assert.rejects(
    register.signer('hospital'),
    /a signer of the store cannot be used here: privateKey: found/,
  )
  await bare.write('key.pem', simulator.credentials.apiv3.privateKey)
  clock.set(clock.now() + 11_000)
  await new Promise(setImmediate)
  assert.equal((await register.signer('hospital'))?.facts.id, 'hospital')
})

test('a followed clock begins at the simulator’s time and runs at its speed', async () => {
  const real = standing(50_000)
  const asked: string[] = []
  const clock = await followClock(
    'http://127.0.0.1:8090/',
    async ({ url }) => {
      asked.push(url)
      real.set(real.now() + 10)
      return Response.json({ nowMs: 1_800_000_000_000, speed: 600 })
    },
    real,
  )
  assert.deepEqual(asked, ['http://127.0.0.1:8090/_simulator/clock'])
  real.set(50_005)
  assert.equal(clock.now(), 1_800_000_000_000)
  real.set(50_105)
  assert.equal(clock.now(), 1_800_000_060_000)
  const rung: string[] = []
  clock.after(60_000, () => void rung.push('first'))
  const cancel = clock.after(60_000, () => void rung.push('second'))
  cancel()
  real.set(50_204)
  assert.deepEqual(rung, [])
  real.set(50_205)
  assert.deepEqual(rung, ['first'])
})

test('a clock that does not tell a time is refused', async () => {
  const refused = (answer: () => Response) =>
    assert.rejects(
      followClock('http://127.0.0.1:1', async () => answer(), standing()),
      ClockUnread,
    )
  await refused(() => new Response(null, { status: 404 }))
  await refused(() => Response.json({ nowMs: 'soon', speed: 1 }))
  await refused(() => Response.json({ nowMs: 1, speed: 0 }))
  await refused(() => {
    throw new TypeError('fetch failed')
  })
})

test('PostgreSQL keeps thousands of tenants, and a second node needs no file to know them', async () => {
  await using server = await startPostgres()
  await using folder = await openFolder()
  await folder.write('pg', await server.database())
  const tenants = Array.from(
    { length: 2_000 },
    (_, index) => `  - { id: t${index}, name: T${index}, signers: [hospital] }`,
  )
  const yaml = `${sound.replace('sqlite: chadan.db', 'postgres: file:pg').replace('name: 滨江示范医院', 'name: 首')}${tenants.join('\n')}\n`
  const { config } = await folder.load(yaml)
  const options = { random: systemRandom, dueOf: () => undefined }
  await using stores = new AsyncDisposableStack()
  const open = async () => {
    const store = await openStore(config, options)
    stores.defer(() => store.close())
    return store
  }
  const first = await openNode(folder, await open(), yaml)
  assert.equal((await first.register.ids('tenant')).length, 2_001)
  const second = await openNode(folder, await open(), yaml.slice(0, yaml.indexOf('signers:')))
  assert.equal((await second.register.tenant('t1999'))?.name, 'T1999')
  // Seeded again there is nothing to write.
  await folder.write('gateway.yaml', yaml)
  assert.equal((await first.configuration.reload()).written, 0)
})
