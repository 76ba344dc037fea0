/** What is published tells the client everything but the prose. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { emit, readModules, writeProtocol } from '../scripts/build-emit.ts'

type Protocol = typeof import('@chadan/protocol')

const folder = mkdtempSync(join(tmpdir(), 'chadan-prose-'))
after(() => rmSync(folder, { recursive: true }))

emit(join(folder, 'emitted'), { check: false })
writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
writeProtocol(folder, readModules(join(folder, 'emitted/protocol/src')))
const full = await load('described/index.js')
const stripped = await load('index.js')

function load(name: string): Promise<Protocol> {
  return import(pathToFileURL(join(folder, name)).href)
}

test('the published declarations are the full ones but for their prose', () => {
  for (const part of ['operations', 'notifications'] as const)
    assert.deepEqual(bare(stripped[part]), bare(full[part]))
})

test('no meaning, title or link is left in the published declarations', () => {
  for (const part of ['operations', 'notifications', 'commonErrors'] as const) {
    assert.deepEqual(proseIn(stripped[part]), [])
    assert.notDeepEqual(proseIn(full[part]), [])
  }
})

test('both entries export the same names', () => {
  assert.deepEqual(Object.keys(stripped), Object.keys(full))
})

test('an error of one entry is known to the other', () => {
  assert.equal(full.apiv3.OpenError, stripped.apiv3.OpenError)
  assert.notEqual(full.operations, stripped.operations)
})

const proseNames = new Set(['meaning', 'title', 'doc'])

/** The value without what is prose; functions by their name, patterns by their source. */
function bare(value: unknown): unknown {
  if (typeof value === 'function') return `function ${value.name}`
  if (value instanceof RegExp) return String(value)
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([name]) => !proseNames.has(name))
  return Object.fromEntries(
    members.map(([name, member]) => [name, isTable(value, name) ? Object.keys(member) : bare(member)]),
  )
}

/** Where prose is found. */
function proseIn(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => {
    const here = `${at}/${name}`
    if (typeof member === 'string' && (proseNames.has(name) || at.endsWith('/values')))
      return member === '' ? [] : [here]
    return proseIn(member, here)
  })
}

function isTable(value: object, name: string): boolean {
  return name === 'values' && 'kind' in value && /choice/i.test(String(value.kind))
}
