/** The examples in other languages: real programs against `chadan simulate` on a socket. Skipped where the tool is missing. */
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { WechatPay } from '@chadan/client'
import * as combine from '../docs/guide/examples/combine.ts'
import { openSimulation } from '../packages/chadan/src/simulation.ts'
import { systemClock, systemRandom } from '../packages/chadan/src/system.ts'

const examples = join(import.meta.dirname, '../docs/guide/examples/languages')
const run = promisify(execFile)

type Start = (file: string, number: string, given: Record<string, string>) => Promise<{ stdout: string }>

const languages: Record<string, { tools: string[][]; start: Start }> = {
  'query.sh': {
    tools: [
      ['curl', '--version'],
      ['jq', '--version'],
      ['openssl', 'version'],
    ],
    start: (file, number, { credentials = '' }) => run('sh', [file, credentials, number]),
  },
  'query.py': {
    tools: [['python3', '-c', 'import cryptography']],
    start: (file, number, { credentials = '' }) => run('python3', [file, credentials, number]),
  },
  'Query.java': {
    tools: [['java', '--version']],
    start: (file, number, given) => run('java', [file, number], { env: { ...process.env, ...given } }),
  },
}

for (const [name, { tools, start }] of Object.entries(languages)) {
  const missing = tools.find(([tool = '', ...words]) => !runs(tool, words))
  test(`${name} asks for an order of the simulator`, {
    skip: missing && `there is no ${missing.join(' ')}`,
  }, async (t) => {
    const number = 'CT20260317L'
    const { given, credentials } = await openWorld(t, number)
    const { stdout } = await start(join(examples, name), number, { ...given, credentials })
    assert.equal(JSON.parse(stdout).combine_out_trade_no, number)
    await assert.rejects(start(join(examples, name), 'CT20260317M', { ...given, credentials }))
  })
}

/** A simulator on a port with one order in it, and the file of its credentials. */
async function openWorld(t: TestContext, number: string) {
  const folder = mkdtempSync(join(tmpdir(), 'chadan-guide-'))
  const credentials = join(folder, 'wechat.json')
  const simulation = await openSimulation({
    clock: systemClock,
    random: systemRandom,
    port: 0,
    credentials,
    fetch: (request) => fetch(request),
  })
  t.after(async () => {
    await simulation.close()
    rmSync(folder, { recursive: true })
  })
  const { credentials: given } = simulation.simulator
  const wx = new WechatPay({ ...given.apiv3, baseUrl: given.baseUrl })
  await combine.place(
    { wx, given, notifyUrl: 'http://127.0.0.1:9/notify', save: async () => {}, now: () => '' },
    number,
  )
  return { given: { ...given.apiv3, baseUrl: given.baseUrl }, credentials }
}

function runs(tool: string, words: readonly string[]): boolean {
  try {
    execFileSync(tool, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
