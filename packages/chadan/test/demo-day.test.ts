import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { Command } from 'commander'
import { demoCommand } from '../src/commands/demo.ts'
import { openChance } from '../src/demo/chance.ts'
import { products } from '../src/demo/comparison.ts'
import type { Day } from '../src/demo/day.ts'
import { planDay } from '../src/demo/plans.ts'
import { type DayResult, durationOf, tableOf, verdictOf } from '../src/demo/summary.ts'
import { isSigned } from '../src/demo/webhooks.ts'
import type { Io } from '../src/io.ts'
import { run } from '../src/run.ts'

const minute = 60_000

test('one seed plans one day, another seed another', () => {
  const plan = (seed: number) => planDay(50, 7 * minute, openChance(seed, 'plans'))
  assert.deepEqual(plan(1), plan(1))
  assert.notDeepEqual(plan(1), plan(2))
})

test('a small day already holds every product, refunds, closes and payments again', () => {
  const plans = planDay(40, 7 * minute, openChance(1, 'plans'))
  assert.equal(new Set(plans.map((plan) => plan.reference)).size, 40)
  assert.deepEqual(new Set(plans.map((plan) => plan.product)), new Set(products))
  const wills = new Set(plans.map((plan) => plan.merchant))
  for (const will of ['refunds all', 'refunds a part', 'closes', 'pays again', 'lets it expire'] as const)
    assert.ok(wills.has(will), will)
  assert.ok(plans.some((plan) => plan.payer === 'insurance fails'))
  assert.ok(plans.every((plan) => plan.placeMs <= 7 * minute + 2_000))
})

const secret = `whsec_${Buffer.from('k'.repeat(32)).toString('base64')}`
const nowMs = Date.UTC(2026, 2, 17, 2)

function signed(body: string, more: Record<string, string> = {}): Headers {
  const stamp = String(nowMs / 1000)
  const digest = createHmac('sha256', 'k'.repeat(32)).update(`evt_1.${stamp}.${body}`).digest('base64')
  return new Headers({
    'webhook-id': 'evt_1',
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${digest}`,
    ...more,
  })
}

test('a webhook is believed by its signature alone, while it is fresh', () => {
  const headers = signed('{}')
  assert.equal(isSigned(headers, '{}', secret, nowMs), true)
  assert.equal(isSigned(headers, '{ }', secret, nowMs), false)
  assert.equal(
    isSigned(headers, '{}', `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`, nowMs),
    false,
  )
  assert.equal(isSigned(headers, '{}', secret, nowMs + 6 * minute), false)
  assert.equal(isSigned(signed('{}', { 'webhook-id': 'evt_2' }), '{}', secret, nowMs), false)
  assert.equal(isSigned(new Headers(), '{}', secret, nowMs), false)
})

test('while secrets overlap, one good signature among several is enough', () => {
  const good = signed('{}').get('webhook-signature')
  assert.equal(isSigned(signed('{}', { 'webhook-signature': `v1,AAAA ${good}` }), '{}', secret, nowMs), true)
})

const row = { orders: 8, byNotification: 5, byQuery: 2, byReturnPage: 1, refunds: 2, unknownMaxMs: 95_000 }
const result: DayResult = {
  seed: 1,
  orders: 40,
  agree: true,
  faults: { lost: 30, duplicated: 15, forged: 6, answersLost: 9, kills: 1 },
  products: { medIns: row, combine: row, payscore: row, wecom: row, payinsurance: row },
  disagreements: [],
}

test('the verdict says that all agree, or names each order that does not', () => {
  assert.match(verdictOf(result), /^Every one of the 40 orders/)
  const one = {
    product: 'wecom',
    reference: 'wecom-0003',
    number: 'N3',
    what: 'paid',
    here: '1.00 CNY',
    there: '2.00 CNY',
  } as const
  const text = verdictOf({ ...result, agree: false, disagreements: [one] })
  assert.match(text, /do not agree/)
  assert.match(text, /wecom wecom-0003 N3: paid: here 1\.00 CNY, there 2\.00 CNY/)
})

test('the table has a row a product, in straight columns', () => {
  const lines = tableOf(result.products).split('\n')
  assert.equal(lines.length, 6)
  assert.match(lines[1] ?? '', /^medIns +8 +5 +2 +1 +2 +95 s +医保自费混合支付$/)
  assert.deepEqual(
    [durationOf(119_000), durationOf(250_000), durationOf(120_000)],
    ['119 s', '4 min 10 s', '2 min'],
  )
})

/** The command over a day that ended like this. */
async function demo(ended: DayResult, ...flags: string[]) {
  const printed = { out: '', err: '', closed: 0, plant: undefined as string | undefined }
  const io: Io = {
    stdout(chunk) {
      printed.out += chunk
    },
    stderr(text) {
      printed.err += text
    },
    stdin: async () => new Uint8Array(),
    clock: { now: () => nowMs, after: () => () => {} },
  }
  const live = async (): Promise<Day> => ({
    gatewayUrl: '',
    controlUrl: '',
    compare: async (plant) => {
      printed.plant = plant
      return ended
    },
    close: async () => void printed.closed++,
  })
  const program = new Command('chadan').addCommand(demoCommand(io, live))
  return { exit: await run(program, ['node', 'chadan', 'demo', ...flags], io), ...printed }
}

const other = {
  ...result,
  agree: false,
  disagreements: [
    { product: 'combine', reference: 'A-1', number: 'N1', what: 'state', here: 'closed', there: 'SUCCESS' },
  ],
} as const

test('the exit status is 0 only when all agree, and the day is closed in both cases', async () => {
  const good = await demo(result)
  assert.deepEqual([good.exit, good.closed, good.err], [0, 1, ''])
  assert.match(good.out, /Every one of the 40 orders/)
  const bad = await demo(other, '--plant', 'lost-order')
  assert.deepEqual([bad.exit, bad.closed, bad.plant], [1, 1, 'lost-order'])
  assert.match(bad.out, /combine A-1 N1: state: here closed, there SUCCESS/)
})

test('under --json the result alone stands on standard output', async () => {
  const { exit, out } = await demo(other, '--json')
  assert.equal(exit, 1)
  assert.deepEqual(JSON.parse(out), other)
})

test('a wrong option is refused before anything is started', async () => {
  for (const flags of [
    ['--orders', '0'],
    ['--seed', 'x'],
    ['--plant', 'nothing'],
    ['--speed', '601'],
  ]) {
    const { exit, closed } = await demo(result, ...flags)
    assert.deepEqual([exit, closed], [2, 0], flags.join(' '))
  }
})
