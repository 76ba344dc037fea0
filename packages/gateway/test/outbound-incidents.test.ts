import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deadLetters, redeliver, silentEndpoints, skip } from '../src/outbound/index.ts'
import { type Bench, hour, openBench } from './outbound-bench.ts'

/** Three events of one order, the first of them dead. */
async function withDeadLetter(bench: Bench) {
  await bench.endpoint()
  bench.answer = ({ order }) => ({ status: order === 'o1' ? 500 : 200 })
  const told = [
    await bench.happen('o1', 'order.paid', { minor: 300 }),
    await bench.happen('o1', 'refund.succeeded', { minor: 50 }),
    await bench.happen('o1', 'order.partially_refunded', { minor: 300 }),
  ]
  await bench.happen('o2')
  await bench.settle()
  bench.received.length = 0
  bench.answer = () => ({ status: 200 })
  const [incident] = (await deadLetters(bench)).rows
  assert.ok(incident)
  return { told, incident }
}

test('a dead letter is an incident: its age, the money at stake, and what it holds', async () => {
  await using bench = await openBench()
  const { told, incident } = await withDeadLetter(bench)
  const { delivery, ageMs, atStake, held } = incident
  assert.equal(delivery.event, told[0])
  assert.equal(delivery.lastError, 'answered 500')
  assert.ok(ageMs > 70 * hour)
  assert.deepEqual(atStake, { CNY: 650 })
  assert.deepEqual(
    held.map(({ event, type }) => [event, type]),
    [
      [told[1], 'refund.succeeded'],
      [told[2], 'order.partially_refunded'],
    ],
  )
  assert.equal((await deadLetters(bench, { tenant: 'clinic' })).rows.length, 0)
})

test('a dead letter holds its order until it is redriven, and all is sent in order then', async () => {
  await using bench = await openBench()
  const { told } = await withDeadLetter(bench)
  await bench.settle()
  assert.equal(bench.received.length, 0, 'the order is held')
  assert.equal(await redeliver(bench, 'li', { tenant: 'hospital', dead: true }), 1)
  await bench.settle()
  assert.deepEqual(
    bench.received.map(({ id }) => id),
    told,
  )
  assert.equal((await deadLetters(bench)).rows.length, 0)
  assert.deepEqual(
    (await bench.store.auditLog(0, 10)).map(({ actor, action }) => [actor, action]),
    [['li', 'deliveries.redeliver']],
  )
})

test('a redriven delivery has all its attempts before it again', async () => {
  await using bench = await openBench()
  const { incident } = await withDeadLetter(bench)
  bench.answer = () => ({ status: 500 })
  await redeliver(bench, 'li', { tenant: 'hospital', ids: [incident.delivery.id] })
  await bench.dispatcher().tick()
  const [delivery] = await bench.deliveries({ id: incident.delivery.id })
  assert.deepEqual([delivery?.state, delivery?.attempts], ['due', 1])
})

test('a named operator skips a dead letter with a reason, and what it held goes on', async () => {
  await using bench = await openBench()
  const { told, incident } = await withDeadLetter(bench)
  const { id } = incident.delivery
  await skip(bench, 'li', { tenant: 'hospital', id, reason: 'told by telephone' })
  await bench.settle()
  assert.deepEqual(
    bench.received.map((one) => one.id),
    told.slice(1),
  )
  const [skipped] = await bench.deliveries({ id })
  assert.deepEqual(
    [skipped?.state, skipped?.skippedBy, skipped?.skippedWhy],
    ['skipped', 'li', 'told by telephone'],
  )
  const [entry] = await bench.store.auditLog(0, 10)
  assert.deepEqual([entry?.actor, entry?.action, entry?.subject], ['li', 'delivery.skip', id])
})

test('skipping needs a name, a reason, a dead delivery and its tenant', async () => {
  await using bench = await openBench()
  const { incident } = await withDeadLetter(bench)
  const { id } = incident.delivery
  const [, waiting] = await bench.deliveries({ order: 'o1' })
  const tries = [
    ['li', { tenant: 'hospital', id, reason: ' ' }, 'reason_missing'],
    ['', { tenant: 'hospital', id, reason: 'why' }, 'reason_missing'],
    ['li', { tenant: 'clinic', id, reason: 'why' }, 'unknown_delivery'],
    ['li', { tenant: 'hospital', id: 'dlv_0', reason: 'why' }, 'unknown_delivery'],
    ['li', { tenant: 'hospital', id: waiting?.id ?? '', reason: 'why' }, 'delivery_not_dead'],
  ] as const
  for (const [operator, what, code] of tries) await assert.rejects(skip(bench, operator, what), { code })
  assert.equal((await bench.store.auditLog(0, 10)).length, 0)
})

test('redelivering everything at once must be said', async () => {
  await using bench = await openBench()
  await assert.rejects(redeliver(bench, 'li', { tenant: 'hospital' }), { code: 'nothing_named' })
})

test('an endpoint that is off is an incident as soon as something waits for it', async () => {
  await using bench = await openBench()
  const endpoint = await bench.endpoint()
  await bench.endpoint()
  await bench.store.saveEndpoint({ ...endpoint, state: 'off' })
  assert.deepEqual(await silentEndpoints(bench), [])
  await bench.happen('o1')
  await bench.happen('o2')
  await bench.clock.advance(hour)
  const [silent, ...others] = await silentEndpoints(bench)
  assert.equal(others.length, 0)
  assert.deepEqual([silent?.endpoint.id, silent?.waiting, silent?.ageMs], [endpoint.id, 2, hour])
})
