import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

const exported =
  /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/

/** Exports of a file that no docstring stands before; of overloads only the first is asked. */
function undocumented(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  const seen = new Set<string>()
  return lines.flatMap((line, index) => {
    const name = exported.exec(line)?.[1]
    if (!name || seen.has(name)) return []
    seen.add(name)
    return lines[index - 1]?.trimEnd().endsWith('*/') ? [] : [`${path}:${index + 1} ${name}`]
  })
}

test('every exported thing says in a line what it is', () => {
  const paths = globSync('packages/*/src/**/*.ts')
  assert.ok(paths.length > 200)
  assert.deepEqual(paths.flatMap(undocumented), [])
})
