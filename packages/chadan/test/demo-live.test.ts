import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Day, liveDay } from '../src/demo/day.ts'
import { systemClock } from '../src/system.ts'

const limits = { timeout: 110_000 }
const bin = join(import.meta.dirname, '../bin/chadan.js')

// Living a day costs seconds, so all tests look at the same one.
let lived: Promise<Day> | undefined
const day = () => {
  lived ??= liveDay({
    orders: 40,
    seed: 7,
    speed: 120,
    bin,
    clock: systemClock,
    fetch: (request) => fetch(request),
    report: () => {},
  })
  return lived
}

test('a small day with every fault ends in agreement', limits, async () => {
  const result = await (await day()).compare()
  assert.deepEqual(result.disagreements, [])
  assert.deepEqual([result.agree, result.orders, result.seed], [true, 40, 7])
  assert.deepEqual(Object.keys(result), ['seed', 'orders', 'agree', 'faults', 'products', 'disagreements'])
  assert.equal(result.faults.kills, 1)
  assert.ok(result.faults.lost > 0 && result.faults.forged > 0, JSON.stringify(result.faults))
  const rows = Object.values(result.products)
  assert.equal(
    rows.reduce((sum, row) => sum + row.orders, 0),
    40,
  )
  for (const row of rows)
    assert.deepEqual(Object.keys(row), [
      'orders',
      'byNotification',
      'byQuery',
      'byReturnPage',
      'refunds',
      'unknownMaxMs',
    ])
})

const wrong = [
  ['lost-order', 'order', /no such order/],
  ['amount', 'amount', /CNY|HKD/],
  ['phantom', 'order', /paid/],
] as const

for (const [plant, what, here] of wrong) {
  test(`a planted ${plant} is found, and the order is named`, limits, async () => {
    const { agree, disagreements } = await (await day()).compare(plant)
    assert.equal(agree, false)
    const found = disagreements.find((one) => one.what === what)
    assert.match(found?.here ?? '', here, JSON.stringify(disagreements))
    assert.ok(found?.number, 'the number of the order')
  })
}

test('when the day is closed, nobody listens any more', limits, async () => {
  const { close, gatewayUrl, controlUrl } = await day()
  const answers = () =>
    Promise.allSettled([fetch(`${controlUrl}/health`), fetch(`${gatewayUrl}/v1/orders`)]).then((both) =>
      both.map((one) => one.status),
    )
  assert.deepEqual(await answers(), ['fulfilled', 'fulfilled'])
  await close()
  assert.deepEqual(await answers(), ['rejected', 'rejected'])
})
