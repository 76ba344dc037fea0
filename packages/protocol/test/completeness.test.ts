import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extract } from '../../../scripts/dossiers/index.ts'
import { type BillKind, billFormats, columnName } from '../src/bill/columns.ts'
import {
  allDifferences,
  declaredErrors,
  declaredIds,
  type Registered,
  registered,
} from './completeness/agreement.ts'
import { type Difference, flat, plain } from './completeness/compare.ts'
import { covers, deviations } from './completeness/deviations.ts'
import { groups, listOf } from './completeness/lists.ts'
import { without } from './completeness/without.ts'

const dossiers = process.env.CHADAN_DOSSIERS

for (const group of groups) {
  test(`${group}: declarations and dossier agree field by field, value by value, code by code`, () => {
    const unmeant = allDifferences(group).filter((one) => !deviations.some((meant) => covers(meant, one)))
    assert.deepEqual(unmeant.map(line), [])
  })
}

test('every operation of the index is declared', () => {
  const declared = declaredIds()
  const missing = groups.flatMap((group) => {
    const list = listOf(group)
    return [...list.operations, ...list.notifications]
      .map((one) => `${group}: ${one.id}`)
      .filter((id) => !declared.includes(id))
  })
  assert.deepEqual(missing, [])
})

test('every declared operation and notification is in the index, in its own group', () => {
  const indexed = groups.flatMap((group) => {
    const list = listOf(group)
    return [...list.operations, ...list.notifications].map((one) => `${group}: ${one.id}`)
  })
  assert.deepEqual(
    declaredIds().filter((id) => !indexed.includes(id)),
    [],
  )
})

test('a code that a dossier prints for a whole family is declared by one of its operations', () => {
  const undeclared = groups.flatMap((group) => {
    const declared = declaredErrors(group).map(plain)
    if (declared.length === 0) return []
    const shared = listOf(group).operations.flatMap((one) => one.errors.filter((error) => error.shared))
    return [...new Set(shared.map((error) => error.code))]
      .filter((code) => !declared.includes(plain(code)))
      .map((code) => `${group}: ${code}`)
  })
  assert.deepEqual(undeclared, [])
})

test('every deviation is still met by a declaration', () => {
  const all = groups.flatMap(allDifferences)
  const idle = deviations.filter((meant) => !all.some((one) => covers(meant, one)))
  assert.deepEqual(
    idle.map((one) => `${one.ids.join()} ${one.at.join()} ${one.what}`),
    [],
  )
})

test('a declared field that is taken away is missed', () => {
  const unnoticed = registered().flatMap((one) =>
    one.parts.flatMap((part) =>
      flat(part.fields)
        .map(({ path }) => path)
        .filter((path) => part.said.some((field) => field.path === path))
        .filter((path) => !isMissed(part, path))
        .map((path) => `${one.id} ${part.name} ${path}`),
    ),
  )
  assert.deepEqual(unnoticed, [])
})

test('bill columns stand in the order of the dossiers', () => {
  const columns = listOf('bills').columns ?? {}
  for (const [name, said] of Object.entries(columns)) {
    const kind = name.replace('.summary', '') as BillKind
    const format = billFormats[kind]
    const declared = name.endsWith('.summary') ? format.summary : format.columns
    assert.deepEqual(
      declared.map((column) => column.name),
      said.map(columnName),
      name,
    )
  }
})

test('the lists are what the dossiers say', {
  skip: dossiers === undefined && 'CHADAN_DOSSIERS is not set',
}, () => {
  for (const file of extract(dossiers ?? '')) {
    assert.deepEqual(
      listOf(file.group as (typeof groups)[number]),
      JSON.parse(JSON.stringify(file)),
      file.group,
    )
  }
})

function isMissed(part: Registered['parts'][number], path: string): boolean {
  const differences = part.compare(without(part.fields, path))
  const missed = (difference: Difference) => difference.at === path && difference.what === 'not declared'
  return differences.some(
    (difference) => missed(difference) && !deviations.some((meant) => covers(meant, difference)),
  )
}

function line({ id, part, at, what, said, declared }: Difference): string {
  const values = said === declared ? '' : `: dossier ${said || 'none'}, declared ${declared || 'none'}`
  return `${id} ${part} ${at} ${what}${values}`
}
