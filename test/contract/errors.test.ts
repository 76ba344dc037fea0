import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Lost, Refused } from '@chadan/client'
import { apiv3, type ErrorCase, everyOperation, type OperationShape } from '@chadan/protocol'
import type { Simulator } from '@chadan/simulator'
import { billErrors } from './cases/bills.ts'
import { cashErrors } from './cases/cash.ts'
import { combineErrors } from './cases/combine.ts'
import { medInsErrors } from './cases/medIns.ts'
import { onlyByFault } from './cases/onlyByFault.ts'
import { payinsuranceErrors, xmlWays } from './cases/payinsurance.ts'
import { payscoreErrors } from './cases/payscore.ts'
import { refundErrors } from './cases/refunds.ts'
import { wecomErrors } from './cases/wecom.ts'
import { leavesOpen, nameOf, saysNotFound } from './declared.ts'
import { apiv3Ways, type ErrorCases, numberIn, type Provoke, tokenWays, type Ways } from './provoking.ts'
import { carriers, guarded, openStage, type Stage } from './stage.ts'

/** What only these operations meet; what all of a dialect meet is made for each of them. */
const own: ErrorCases = {
  ...billErrors,
  ...cashErrors,
  ...combineErrors,
  ...medInsErrors,
  ...payinsuranceErrors,
  ...payscoreErrors,
  ...refundErrors,
  ...wecomErrors,
}

/** Declared errors that cannot be met, each with the reason. */
const unmet: Readonly<Record<string, string>> = {
  'payinsurance.getBalanceBill 80000': 'the answer of a bill has no code: it says FAIL, and why in words',
  'payinsurance.getBalanceBill 80001': 'the same',
  'payinsurance.getBalanceBill 80002': 'the same',
}

const shared = (operation: OperationShape): Ways =>
  ({ apiv3: apiv3Ways, token: tokenWays, xml: xmlWays })[operation.dialect](operation)

/** Whether a way is its operation's own: it may change the world, so it has a stage of its own. */
function wayTo(operation: OperationShape, name: string): { way?: Provoke | undefined; lasting: boolean } {
  const way = own[operation.id]?.[name]
  if (way) return { way, lasting: true }
  const met = !Object.hasOwn(unmet, `${operation.id} ${name}`)
  return { way: met ? shared(operation)[name] : undefined, lasting: false }
}

async function provoked(operation: OperationShape, error: ErrorCase, way: () => Promise<unknown>) {
  const name = nameOf(operation, error)
  const caught = await way().then(
    (value) => assert.fail(`${name}: answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  )
  const what = `${operation.id} ${name}: ${caught instanceof Error ? caught.message : caught}`
  const open = leavesOpen(operation, error)
  assert.ok(caught instanceof Lost || caught instanceof Refused, what)
  assert.equal(caught.operation, operation.id, what)
  assert.ok(open ? caught instanceof Lost : caught instanceof Refused, `${what} (${caught.name})`)
  assert.equal(caught.status, error.status, what)
  // The newer servers of combined payment spell the same codes with underscores.
  const spelt = operation.id === 'combine.queryById' ? apiv3.normaliseCode : (code: string) => code
  assert.equal(spelt(caught.code ?? ''), spelt(error.code), what)
  if (!(caught instanceof Refused)) return
  assert.equal(caught.notFound, saysNotFound(operation, error), `${what} (notFound)`)
  const alike = operation.errors.filter((one) => one.code === error.code)
  if (alike.length > 1 && error.numbers) {
    assert.ok(error.numbers.includes(numberIn(caught.requestId) ?? 0), what)
  }
  assert.equal(caught.advice, error.advice, what)
}

/** Errors that a planned fault brought about. */
const faulted = new Set<string>()

/** The stage, noting which error plans a fault. */
function watched(stage: Stage, name: string): Stage {
  const faults = Object.create(stage.sim.faults) as Simulator['faults']
  const next: typeof faults.next = (...planned) => {
    faulted.add(name)
    stage.sim.faults.next(...planned)
  }
  const sim = Object.assign(Object.create(stage.sim) as Simulator, {
    faults: Object.assign(faults, { next }),
  })
  return { ...stage, sim }
}

for (const carrier of carriers) {
  for (const operation of everyOperation) {
    test(`${operation.id} ends with every declared error as declared, ${carrier}`, guarded, async () => {
      await using common = await openStage(carrier)
      const problems: string[] = []
      for (const error of operation.errors) {
        const { way, lasting } = wayTo(operation, nameOf(operation, error))
        if (!way) continue
        const name = `${operation.id} ${nameOf(operation, error)}`
        const run = async () => {
          if (!lasting) return await provoked(operation, error, () => way(watched(common, name)))
          await using stage = await openStage(carrier)
          return await provoked(operation, error, () => way(watched(stage, name)))
        }
        await run().catch((problem: Error) => problems.push(problem.message.split('\n')[0] ?? ''))
      }
      assert.deepEqual(problems, [])
    })
  }
}

test('every error that takes a fault has its reason, and every reason an error', () => {
  const unreasoned = [...faulted].filter((one) => !onlyByFault.some(({ errors }) => errors.test(one)))
  assert.deepEqual(unreasoned, [])
  const idle = onlyByFault.filter(({ errors }) => ![...faulted].some((one) => errors.test(one)))
  assert.deepEqual(
    idle.map(({ reason }) => reason),
    [],
  )
})

test('every declared error of every operation has a case, or a reason why not', () => {
  const missing = everyOperation.flatMap((operation) =>
    operation.errors
      .map((error) => ({ name: nameOf(operation, error), id: `${operation.id} ${nameOf(operation, error)}` }))
      .filter(({ name, id }) => !wayTo(operation, name).way && !Object.hasOwn(unmet, id))
      .map(({ id }) => id),
  )
  assert.deepEqual(missing, [])
})

test('every case is of a declared error', () => {
  const declared = new Set(
    everyOperation.flatMap((one) => one.errors.map((error) => `${one.id} ${nameOf(one, error)}`)),
  )
  const given = Object.entries(own).flatMap(([id, ways]) => Object.keys(ways).map((name) => `${id} ${name}`))
  assert.deepEqual(
    given.filter((one) => !declared.has(one)),
    [],
  )
})
