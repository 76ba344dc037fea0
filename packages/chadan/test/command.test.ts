import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { line } from './line.ts'

const bin = fileURLToPath(new URL('../bin/chadan.js', import.meta.url))

test('the command runs as a process of its own and ends with the codes it promises', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    bin,
    'operations',
    'combine.close',
    '--json',
  ])
  assert.equal(JSON.parse(stdout).id, 'combine.close')
  await assert.rejects(promisify(execFile)(process.execPath, [bin, 'operations', 'nothing.here']), {
    code: 2,
  })
})

test('a reader that has seen enough ends it quietly', async () => {
  const child = spawn(process.execPath, [bin, 'operations', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let err = ''
  child.stderr.on('data', (part) => {
    err += part
  })
  await once(child.stdout, 'data')
  child.stdout.destroy()
  const [code] = await once(child, 'exit')
  assert.deepEqual([code, err], [0, ''])
})

test('a verb called in a wrong way is told on one line, under --json as JSON', async () => {
  const missing = await line(['call', 'combine.close'])
  assert.deepEqual([missing.exit, missing.out], [2, ''])
  assert.match(missing.err, /^chadan: required option '--credentials <file>' not specified: --help .*\n$/)
  const json = await line(['call', 'combine.close', '--json'])
  assert.equal(JSON.parse(json.err).error.exit, 2)
  const unknown = await line(['pay', 'me'])
  assert.deepEqual(
    [unknown.exit, unknown.err],
    [2, "chadan: unknown command 'pay': chadan --help lists the verbs\n"],
  )
})

test('the whole program tells misuse on one line, too', async () => {
  await assert.rejects(promisify(execFile)(process.execPath, [bin, 'nothing']), {
    code: 2,
    stderr: "chadan: unknown command 'nothing': chadan --help lists the verbs\n",
  })
})
