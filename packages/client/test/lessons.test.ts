import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const at = (path: string) => new URL(`../../../${path}`, import.meta.url)
const sources = ['packages/client/test/', 'packages/protocol/test/']
  .flatMap((folder) =>
    readdirSync(at(folder))
      .filter((name) => name.endsWith('.ts') && name !== 'lessons.test.ts')
      .map((name) => readFileSync(at(folder + name), 'utf8')),
  )
  .join('\n')

test('every mistake of the field names tests that exist', () => {
  const rows = readFileSync(at('docs/decisions/lessons.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(
      (cells) => cells.length === 5 && cells[3] !== '' && cells[3] !== 'test' && !/^-+$/.test(cells[3] ?? ''),
    )
  assert.equal(rows.length, 38)
  for (const [, , mistake, tests = ''] of rows) {
    for (const name of tests.replaceAll('`', '').split('; ')) {
      const pieces = name
        .replace(/^[CP] [\w-]+: /, '')
        .split('…')
        .map((piece) => piece.trim())
      for (const piece of pieces.filter((one) => one.length > 5))
        assert.ok(sources.includes(piece), `${mistake}: there is no test "${piece}"`)
    }
  }
})
