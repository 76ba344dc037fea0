import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { check, everyNotification, everyOperation, type GroupField } from '@chadan/protocol'
import { tours } from './cases/tours.ts'
import { unseen } from './cases/unseen.ts'
import { declaredValues, operationOf, valuesOf } from './declared.ts'
import { openLog } from './log.ts'
import { carriers, guarded, openStage } from './stage.ts'

const logs = new Map(carriers.map((carrier) => [carrier, openLog()]))

/** What a message has against its declaration, unknown members included. */
function problemsOf(id: string, { fields, rules }: GroupField, value: unknown): string[] {
  return check(fields, rules, value, {
    unknown: 'refuse',
    fourByteText: 'accept',
    filledFields: 'accept',
    sealedFields: 'sealed',
  }).map(({ at, found, expected }) => `${id} ${at.replace(/\/\d+/g, '/0')}: ${found}; expected ${expected}`)
}

/** The answer without what the dialect adds to every one. */
function ownMembers(id: string, value: unknown): unknown {
  if (operationOf(id).dialect !== 'token') return value
  const { errcode: _code, errmsg: _text, ...own } = value as Record<string, unknown>
  return own
}

for (const carrier of carriers) {
  const log = logs.get(carrier)
  for (const [name, tour] of Object.entries(tours)) {
    test(`${name}: every answer and notice agrees with its declaration, ${carrier}`, guarded, async () => {
      await using stage = await openStage(carrier, { log })
      const from = { answers: stage.log.answers.length, notices: stage.log.notices.length }
      await tour(stage)
      await stage.sim.settle()
      const problems = new Set<string>()
      for (const { operation, value } of stage.log.answers.slice(from.answers)) {
        const { result } = operationOf(operation)
        if (result.kind === 'empty') assert.deepEqual(value, {}, operation)
        if (result.kind !== 'group') continue
        for (const one of problemsOf(operation, result, ownMembers(operation, value))) problems.add(one)
      }
      for (const { type, resource } of stage.log.notices.slice(from.notices)) {
        const declared = everyNotification.find(({ id }) => id === type)
        assert.ok(declared, `a notice of an undeclared kind: ${type}`)
        for (const one of problemsOf(type, declared.resource, resource)) problems.add(one)
      }
      assert.deepEqual([...problems], [])
    })
  }

  test(`every operation was called successfully, ${carrier}`, () => {
    const answered = new Set(log?.answers.map(({ operation }) => operation))
    assert.deepEqual(
      everyOperation.map(({ id }) => id).filter((id) => !answered.has(id)),
      [],
    )
  })

  test(`every notification was heard, ${carrier}`, () => {
    const heard = new Set(log?.notices.map(({ type }) => type))
    assert.deepEqual(
      everyNotification.map(({ id }) => id).filter((id) => !heard.has(id)),
      [],
    )
  })

  test(`every declared value occurred, or has its reason, ${carrier}`, () => {
    const seen = new Set<string>()
    for (const { operation, value } of log?.answers ?? [])
      for (const one of valuesOf(value)) seen.add(`${operation.split('.')[0]} ${one}`)
    for (const { type, resource } of log?.notices ?? [])
      for (const one of valuesOf(resource)) seen.add(`${type} ${one}`)
    const declared = new Set([
      ...everyOperation.flatMap(({ id, result }) =>
        result.kind === 'group'
          ? declaredValues(result.fields).map((one) => `${id.split('.')[0]} ${one}`)
          : [],
      ),
      ...everyNotification.flatMap(({ id, resource }) =>
        declaredValues(resource.fields).map((one) => `${id} ${one}`),
      ),
    ])
    const missing = [...declared].filter((one) => !seen.has(one))
    const reasoned = (one: string) => unseen.some(({ values }) => values.test(one))
    assert.deepEqual(
      missing.filter((one) => !reasoned(one)),
      [],
    )
    const idle = unseen.filter(({ values }) => !missing.some((one) => values.test(one)))
    assert.deepEqual(
      idle.map(({ reason }) => reason),
      [],
      'reasons for values that do occur',
    )
  })
}

after(() => logs.clear())
