/** A short run of the torture; the long ones are `npm run torture`. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { openChance } from '../src/chance.ts'
import { coreDefects, wholeDefects } from '../src/defects.ts'
import { type Job, runJob } from '../src/jobs.ts'
import { catchDefect } from '../src/planting.ts'
import { openScheduler, TimeStoodStill } from '../src/scheduler.ts'
import { readSeeds } from '../src/seeds.ts'
import { shrink } from '../src/shrink.ts'
import { scenarioSeed } from '../src/whole/scenarios.ts'

const core = { layer: 'core', orders: 6, lines: 0 } as const
const whole = { layer: 'whole', orders: 6, lines: 0 } as const

async function holds(job: Job): Promise<void> {
  const { broken } = await runJob(job)
  assert.equal(broken, undefined, broken && `seed ${job.seed}: ${broken.message}`)
}

test('events run in order of time, and those of one time in an order the seed decides', async () => {
  const order = async (seed: number) => {
    const scheduler = openScheduler(0, openChance(seed))
    const ran: string[] = []
    for (const name of ['a', 'b', 'c', 'd', 'e']) scheduler.at(10, () => ran.push(name))
    scheduler.at(5, () => ran.push('first'))
    const takeBack = scheduler.at(7, () => ran.push('never'))
    takeBack()
    await scheduler.run(20)
    assert.equal(scheduler.nowMs, 20)
    return ran.join('')
  }
  assert.equal(await order(1), await order(1))
  const orders = new Set(await Promise.all([1, 2, 3, 4, 5, 6].map(order)))
  assert.ok(orders.size > 1)
  for (const one of orders) assert.ok(one.startsWith('first'))
})

test('what runs in a circle without time passing is stopped', async () => {
  const scheduler = openScheduler(0, openChance(1))
  const circle = () => void scheduler.after(0, circle)
  circle()
  await assert.rejects(scheduler.run(10), TimeStoodStill)
})

test('the same seed gives the same run, byte for byte', async () => {
  for (const job of [
    { ...core, seed: 3 },
    { ...whole, seed: 3 },
  ] as const) {
    const [one, two] = [await runJob(job), await runJob(job)]
    assert.equal(one.digest, two.digest, job.layer)
    assert.deepEqual(one.counts, two.counts)
    assert.notEqual(one.digest, (await runJob({ ...job, seed: 4 })).digest)
  }
})

test('the order core keeps its promises under every fault', async () => {
  for (let seed = 1; seed <= 40; seed++) await holds({ ...core, seed })
})

test('two nodes on one database keep their promises under every fault', async () => {
  for (let seed = 1; seed <= 4; seed++) await holds({ ...whole, seed })
})

test('what once broke a promise keeps it now', async () => {
  for (const { found: _, ...job } of readSeeds()) await holds({ ...job, lines: 0 })
})

test('a node that dies between sending and hearing leaves an order that is known in the end', async () => {
  const job = { ...whole, orders: 0, seed: scenarioSeed, scenario: 'combine: refunded' }
  for (const crashAt of [3, 9, 14, 40]) {
    const { broken, counts } = await runJob({ ...job, crashAt })
    assert.equal(broken, undefined, broken?.message)
    assert.equal(counts.crashes, 1)
  }
})

test('planted defects are caught', async () => {
  const sample: readonly [Job['layer'], string][] = [
    ['core', 'failed_after_retries'],
    ['core', 'no_close_before_paying_again'],
    ['core', 'close_without_fence'],
    ['core', 'no_refund_bound'],
    ['core', 'late_success_ignored'],
    ['core', 'notice_amount_not_compared'],
    ['whole', 'acknowledged_before_commit'],
    ['whole', 'sent_is_delivered'],
  ]
  for (const [layer, defect] of sample) {
    const orders = layer === 'core' ? 6 : 10
    const found = await catchDefect(runJob, { layer, defect, orders, from: 0, most: 40 })
    assert.ok(found, `${defect} was not caught`)
  }
})

test('there are at least forty planted defects, each with a sentence', () => {
  const all = [...Object.values(coreDefects), ...Object.values(wholeDefects)]
  assert.ok(all.length >= 40, `${all.length}`)
  for (const { what } of all) assert.ok(what.split(' ').length > 3, what)
})

test('a failing run shrinks to fewer orders and fewer kinds of fault, and still fails', async () => {
  const given = { layer: 'core', orders: 6, defect: 'no_refund_bound' } as const
  const found = await catchDefect(runJob, { ...given, from: 0, most: 40 })
  const job: Job = { ...given, seed: found?.seeds ?? 0, lines: 0 }
  const { broken } = await runJob(job)
  assert.ok(broken)
  const small = await shrink(job, broken, runJob, 40)
  assert.ok(small.orders < 6 || (small.without ?? []).length > 0)
  assert.equal((await runJob(small)).broken?.promise, broken.promise)
})
