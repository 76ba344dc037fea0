import assert from 'node:assert/strict'
import { test } from 'node:test'

test('the repository brings its own Node', () => {
  assert.ok(Number(process.versions.node.split('.')[0]) >= 22)
})
