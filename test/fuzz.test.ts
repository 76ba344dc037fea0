/** A short run over every reader; `npm run fuzz -- --runs 1000000` is the long one. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

test('no reader breaks on what nobody should send', () => {
  const fuzz = join(import.meta.dirname, '../bench/src/fuzz.ts')
  const report = execFileSync(process.execPath, [fuzz, '--runs', '9000', '--seed', '20260317'], {
    encoding: 'utf8',
  })
  assert.equal(report.match(/: 1000 runs, [0-9]+ accepted/g)?.length, 9)
})
