import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { openFolder, secrets, simulator, sound } from './config-desk.ts'

const { apiv3 } = simulator.credentials

test('a sound configuration loads whole, with defaults, and has nothing to warn of', async () => {
  await using folder = await openFolder()
  const { config, warnings } = await folder.load()
  assert.deepEqual(warnings, [])
  assert.equal(config.publicUrl, 'http://127.0.0.1:8080')
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8080 })
  assert.deepEqual(config.store, { sqlite: `${folder.path}/chadan.db` })
  assert.deepEqual(config.vault.keys, [{ id: 'k1', key: new Uint8Array(32).fill(7) }])
  assert.deepEqual(
    config.signers.map(({ shape }) => [shape.id, shape.limits.place, shape.limits.ask]),
    [
      ['hospital', 7, 50],
      ['corp', 50, 50],
    ],
  )
  // Numbers are what was written, not what YAML makes of them.
  assert.equal(config.signers[0]?.shape.mchid, apiv3.mchid)
})

test('every problem is told at once, in the order of the file, with its place and what was probably meant', async () => {
  await using folder = await openFolder()
  const broken = sound
    .replace('publicUrl:', 'publicURL:')
    .replace('simulator: true', 'simulator: yes')
    .replace('mode: partner', 'mode: partnr')
    .replace('    apiV3Key: file:v3\n', '    api_v3_key: file:v3\n')
    .replace('limits: { place: 7 }', 'limits: { place: 0, asks: 3 }')
    .replace('signers: [hospital, corp]', 'signers: [hospitl, corp]')
    .replace('name: 滨江示范医院\n', 'name:\n')
  const lines = (await folder.problems(broken)).map((line) =>
    line.replace(/expected one of .*(?=; did)/, 'expected one of …'),
  )
  assert.deepEqual(lines, [
    'gateway.yaml:1:1: publicUrl: found nothing, expected the https address under which WeChat and payers reach this service',
    'gateway.yaml:1:1: publicURL: found an unknown name (publicURL), expected one of …; did you mean publicUrl?',
    'gateway.yaml:2:12: simulator: found text of 3 characters, expected true or false',
    'gateway.yaml:9:11: signers[0].mode: found text of 6 characters, expected one of …; did you mean partner?',
    'gateway.yaml:14:5: signers[0].api_v3_key: found an unknown name (api_v3_key), expected one of …; did you mean apiV3Key?',
    'gateway.yaml:18:22: signers[0].limits.place: found 0, expected a whole number from 1 to 10000',
    'gateway.yaml:18:25: signers[0].limits.asks: found an unknown name (asks), expected one of …; did you mean ask?',
    'gateway.yaml:24:10: tenants[0].name: found nothing, expected a name of up to 128 characters',
    'gateway.yaml:25:15: tenants[0].signers[0]: found an id that no signer of this file has, expected the id of a signer; did you mean hospital?',
  ])
})

const ownPublic = createPublicKey(apiv3.privateKey).export({ type: 'spki', format: 'pem' }).toString()
const shapes: readonly (readonly [string, string, string, RegExp])[] = [
  [
    'two stores',
    'store: { sqlite: chadan.db }',
    'store: { sqlite: a, postgres: file:v3 }',
    /^gateway.yaml:3:1: store: found both, expected either/,
  ],
  [
    'an address of PostgreSQL that is none',
    'store: { sqlite: chadan.db }',
    'store: { postgres: file:v3 }',
    /^gateway.yaml:3:20: store.postgres: found text of 32 characters, expected postgres:/,
  ],
  [
    'a vault key of the wrong length',
    'key: file:vault',
    'key: file:token',
    /^gateway.yaml:5:25: vault.keys\[0\].key: found text of 24 characters, expected 32 random bytes/,
  ],
  [
    'a missing file',
    'file:key.pem',
    'file:gone.pem',
    /^gateway.yaml:13:17: signers\[0\].privateKey: found a file that cannot be read \(ENOENT\)/,
  ],
  [
    'a secret in the file itself',
    'apiV3Key: file:v3',
    `apiV3Key: ${apiv3.apiV3Key}`,
    /^gateway.yaml:14:15: signers\[0\].apiV3Key: found text of 32 characters, expected file:<path>, exec:<command> or env:<NAME>, never the secret itself$/,
  ],
  [
    'an APIv3 key of the wrong length',
    'file:v3',
    'file:token',
    /apiV3Key: found .*24 characters.*, expected 32 letters and digits/,
  ],
  [
    'a public key for a private one',
    'file:key.pem',
    'file:pub.pem',
    /privateKey: found a? ?public key, expected a private key/i,
  ],
  [
    "the merchant's own key for WeChat Pay's",
    'publicKey: file:pub.pem',
    'publicKey: file:own.pem',
    /publicKey: found the merchant's own key, expected WeChat Pay's/,
  ],
  [
    'a public key without its id',
    `    publicKeyId: ${apiv3.publicKeyId}\n`,
    '',
    /publicKeyId: found nothing, expected the id of publicKey/,
  ],
  [
    'an id that stands twice',
    'id: corp',
    'id: hospital',
    /^gateway.yaml:19:9: signers\[1\].id: found an id that stands above already/,
  ],
  [
    'an allowed webhook target that is none',
    'simulator: true',
    'simulator: true\nwebhooks: { allow: [https://erp.example.com/path] }',
    /^gateway.yaml:3:21: webhooks.allow\[0\]: found text of 28 characters, expected an origin such as/,
  ],
  [
    'a webhook to this machine',
    'https://his.example.com/hook',
    'https://127.0.0.1/hook',
    /webhooks\[0\].url: found an address that is refused \(address\), expected https at a public address, or one that webhooks.allow/,
  ],
  [
    'a token without its key',
    ', encodingAesKey: file:aes',
    '',
    /wecom.encodingAesKey: found nothing, expected both/,
  ],
  ['a signer without credentials', `wecom: { corpid`, 'x: { corpid', /signers\[1\].x: found an unknown name/],
  [
    'a duplicate name',
    'simulator: true',
    'simulator: true\nsimulator: true',
    /^gateway.yaml:3:1: found a name that stands here twice/,
  ],
  [
    'a quote that is not closed',
    'name: 滨江示范医院',
    'name: "滨江',
    /^gateway.yaml:\d+:\d+: found a quote or bracket that is not closed/,
  ],
  ['a tab', '  indexKey', '\tindexKey', /^gateway.yaml:6:1: found/],
]
for (const [name, from, to, pattern] of shapes)
  test(`${name} is found where it stands, and not shown`, async () => {
    await using folder = await openFolder()
    await folder.write('own.pem', ownPublic)
    assert.ok(sound.includes(from))
    const problems = await folder.problems(sound.replace(from, to))
    assert.ok(
      problems.some((line) => pattern.test(line)),
      problems.join('\n'),
    )
    for (const secret of secrets) assert.equal(problems.join('\n').includes(secret), false)
  })

test('a webhook into a private network is taken where the operator allows it', async () => {
  await using folder = await openFolder()
  const inside = sound.replace('https://his.example.com/hook', 'http://10.0.0.5:8080/hook')
  assert.equal((await folder.problems(inside)).length, 1)
  assert.deepEqual(await folder.problems(`${inside}webhooks: { allow: ['http://10.0.0.5:8080'] }\n`), [])
})

test('secrets come from files, commands and the environment, each without its last line end', async () => {
  await using folder = await openFolder()
  const { config, warnings } = await folder.load(
    sound
      .replace('apiV3Key: file:v3', 'apiV3Key: exec:cat v3')
      .replace('corpsecret: file:corp', 'corpsecret: env:CORP')
      .replace('privateKey: file:key.pem', 'privateKey: exec:cat "key.pem"'),
    { env: { CORP: simulator.credentials.wecom.corpsecret } },
  )
  assert.equal(config.signers.length, 2)
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /variable CORP holds a secret/)
})

test('a command is given a time and a size, the folder of the file, and is run once for one text', async () => {
  await using folder = await openFolder()
  const runs: unknown[] = []
  const yaml = sound
    .replace('file:vault', 'exec:kms "read this" vault')
    .replace('file:index', 'exec:kms "read this" vault')
  const { config } = await folder.load(yaml, {
    async run(command, args, limits) {
      runs.push([command, args, limits])
      return Buffer.from(Buffer.alloc(32, 7).toString('base64'))
    },
  })
  assert.deepEqual(runs, [
    ['kms', ['read this', 'vault'], { timeoutMs: 10_000, maxBytes: 65_536, folder: folder.path }],
  ])
  assert.deepEqual(config.vault.indexKey, new Uint8Array(32).fill(7))
})

test('a file that others can read is warned of', async () => {
  await using folder = await openFolder()
  await folder.write('v3', apiv3.apiV3Key, 0o644)
  const { warnings } = await folder.load()
  assert.deepEqual(
    warnings.map((text) => text.replaceAll(folder.path, '')),
    ['/v3 can be read by other users (644): chmod 600 /v3'],
  )
})

test('a command that fails, writes nothing or is not there is told without its words', async () => {
  await using folder = await openFolder()
  const said = async (command: string) =>
    (await folder.problems(sound.replace('apiV3Key: file:v3', `apiV3Key: ${command}`)))[0]?.replace(
      /^.*found /,
      '',
    )
  assert.match(
    (await said('exec:cat v3 gone')) ?? '',
    /^a command that failed \(exit status 1\), expected the secret on/,
  )
  assert.match((await said('exec:no-such-command-here')) ?? '', /^a command that failed \(ENOENT\)/)
  assert.match((await said('exec:true')) ?? '', /^nothing in it/)
  // No shell: what looks like one is an argument.
  assert.match((await said('exec:cat v3; cat key.pem')) ?? '', /exit status 1/)
  assert.match((await said('exec:head -c 100000 /dev/zero')) ?? '', /ERR_CHILD_PROCESS_STDIO_MAXBUFFER/)
})

test('nothing that was loaded shows a secret, however it is looked at', async () => {
  await using folder = await openFolder()
  await folder.write('pg', 'postgres://chadan:hunter2hunter2@db/chadan')
  const { config } = await folder.load(sound.replace('sqlite: chadan.db', 'postgres: file:pg'))
  const shown = `${inspect(config.store, { depth: 9 })}${JSON.stringify(config.store)}${inspect(config.signers, { depth: 9 })}${JSON.stringify(config.signers)}`
  for (const secret of ['hunter2', ...secrets]) assert.equal(shown.includes(secret), false)
})

test('the simulator’s keys are refused in earnest, and everything else in a simulation', async () => {
  await using folder = await openFolder()
  const earnest = sound
    .replace('simulator: true', 'simulator: false')
    .replace('http://127.0.0.1:8080/', 'https://a.example.com')
  const problems = await folder.problems(earnest)
  assert.equal(problems.filter((line) => line.includes('test key of the simulator')).length, 2)
  assert.equal(problems.filter((line) => line.includes('in place of WeChat’s')).length, 2)
  const real = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await folder.write('key.pem', real.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  assert.deepEqual(
    (await folder.problems(sound)).map((line) => line.replace(/^.*?: /, '')),
    [
      'signers[0].privateKey: found a key that is not one of the simulator’s test keys, expected one of them, or no `simulator: true` in this configuration',
    ],
  )
})

test('with real keys another address needs `proxy: true`, and a clock to follow is refused', async () => {
  await using folder = await openFolder()
  const key = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
  await folder.write('key.pem', key().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  await folder.write('pub.pem', key().publicKey.export({ type: 'spki', format: 'pem' }).toString())
  const real = sound
    .replace('simulator: true', 'clock: { follow: http://127.0.0.1:8090 }')
    .replace('http://127.0.0.1:8080/', 'https://a.example.com')
  const problems = await folder.problems(real)
  assert.deepEqual(
    problems.map((line) => line.replace(/: found.*/, '')),
    [
      'gateway.yaml:2:18: clock.follow',
      'gateway.yaml:17:14: signers[0].baseUrl',
      'gateway.yaml:20:14: signers[1].baseUrl',
    ],
  )
  const proxied = real
    .replace('clock: { follow: http://127.0.0.1:8090 }\n', '')
    .replaceAll('baseUrl: http://127.0.0.1:8090', 'baseUrl: http://127.0.0.1:8090\n    proxy: true')
  assert.deepEqual(await folder.problems(proxied), [])
  const open = proxied.replace('https://a.example.com', 'http://a.example.com')
  assert.match((await folder.problems(open)).join(), /publicUrl: found an http address, expected https/)
})

test('two signers of one merchant are refused: one payment would be taken for two orders', async () => {
  await using folder = await openFolder()
  const entry = sound.slice(sound.indexOf('  - id: hospital'), sound.indexOf('  - id: corp'))
  const twice = sound.replace('  - id: corp', `${entry.replace('id: hospital', 'id: again')}  - id: corp`)
  assert.match(
    (await folder.problems(twice)).join(),
    /signers\[1\].mchid: found a merchant number that a signer above has, expected each merchant once/,
  )
  assert.deepEqual(await folder.problems(twice.replace(/(id: again\n {4}mode: )partner/, '$1direct')), [])
})

test('a clock is followed only from the simulator that all signers speak to', async () => {
  await using folder = await openFolder()
  const followed = (url: string) => folder.problems(`${sound}clock: { follow: ${url} }\n`)
  assert.deepEqual(await followed('http://127.0.0.1:8090'), [])
  assert.equal((await followed('http://127.0.0.1:9999')).length, 2)
})

test('a private key may be held by a signer in the program', async () => {
  await using folder = await openFolder()
  const without = sound.replace('    privateKey: file:key.pem\n', '')
  assert.match((await folder.problems(without)).join(), /signers\[0\].privateKey: found nothing/)
  assert.deepEqual(await folder.problems(without, { signers: { hospital: { sign: () => '' } } }), [])
})

test('whatever stands in the file, it is a configuration or its problems, and no secret is shown', async () => {
  await using folder = await openFolder()
  const lines = sound.split('\n')
  const text = fc
    .array(fc.tuple(fc.nat(lines.length - 1), fc.constantFrom('drop', 'twice', 'inline', 'junk')), {
      maxLength: 4,
    })
    .map((changes) => {
      const copy = [...lines]
      for (const [at, how] of changes)
        copy[at] =
          how === 'drop'
            ? ''
            : how === 'twice'
              ? `${copy[at]}\n${copy[at]}`
              : how === 'junk'
                ? `${copy[at]} ]: "`
                : (copy[at] ?? '').replace(/file:\S+?(?=[ ,}]|$)/, apiv3.apiV3Key)
      return copy.join('\n')
    })
  await fc.assert(
    fc.asyncProperty(text, async (yaml) => {
      const said = (await folder.problems(yaml)).join('\n')
      for (const secret of secrets) assert.equal(said.includes(secret), false)
    }),
    { numRuns: 150 },
  )
})

test('the example is sound but for the files it names', async () => {
  await using folder = await openFolder()
  const yaml = await readFile(new URL('../src/config/example.yaml', import.meta.url), 'utf8')
  const problems = await folder.problems(yaml, { run: async () => Buffer.from(apiv3.apiV3Key) })
  assert.deepEqual(
    problems.map((line) => line.replace(/ at .*/, '').replace(/^.*?: /, '')),
    ['vault.keys[0].key', 'vault.indexKey', 'signers[0].privateKey', 'signers[0].publicKey'].map(
      (at) => `${at}: found a file that cannot be read (ENOENT), expected a readable file of`,
    ),
  )
})
