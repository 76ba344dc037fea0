import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDemo, stories } from '../src/demo/demo.ts'
import { openStage } from '../src/demo/stage.ts'
import { expect, type Story, tell } from '../src/demo/story.ts'
import { tableOf } from '../src/demo/table.ts'

const startMs = Date.UTC(2026, 2, 17, 2)

test('every story of the demonstration ends as it should, for all five products', async () => {
  const outcomes = await runDemo({ startMs, fetch: (request) => fetch(request) })
  assert.deepEqual(
    outcomes.filter((outcome) => !outcome.ok).map((outcome) => [outcome.story, outcome.steps.at(-1)?.seen]),
    [],
  )
  assert.equal(outcomes.length, stories.length)
  assert.deepEqual([...new Set(outcomes.map((outcome) => outcome.product))].sort(), [
    'combine',
    'medIns',
    'payinsurance',
    'payscore',
    'wecom',
  ])
  const money = Object.fromEntries(outcomes.map((one) => [one.number, [one.paidMinor, one.refundedMinor]]))
  assert.deepEqual(money, {
    DEMO_MI_1: [15400, 15400],
    DEMO_MI_2: [5000, 5000],
    'DEMO-CT-1': [16350, 550],
    'DEMO-CT-2': [0, 0],
    'DEMO-CT-3': [16350, 0],
    'DEMO-CT-4': [0, 0],
    'DEMO-PS-1': [4000, 1000],
    DEMO_WC_1: [12800, 3200],
    DEMO_PI_1: [12700, 12700],
  })
})

test('a story that does not end as it should says at which step, and the table shows it', async () => {
  const wrong: Story = {
    product: 'combine',
    title: 'goes wrong',
    async tell({ step }) {
      await step('place', async () => 'done')
      await step('query', async () => {
        expect(1 + 1 === 3, 'three')
        return ''
      })
      await step('never', async () => 'reached')
    },
  }
  const stage = await openStage(startMs, (request) => fetch(request))
  try {
    const outcome = await tell(stage, wrong, () => {})
    assert.equal(outcome.ok, false)
    assert.deepEqual(
      outcome.steps.map(({ step, seen }) => [step, seen]),
      [
        ['place', 'done'],
        ['query', 'expected three'],
      ],
    )
    assert.match(tableOf([outcome]), /✗/)
  } finally {
    await stage.close()
  }
})
