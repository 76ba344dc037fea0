import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ActMisplaced } from '../src/order/acts.ts'
import { act, hear } from '../src/order/apply.ts'
import { chain, type LogEntry } from '../src/order/log.ts'
import { chainStart, type Order } from '../src/order/order.ts'
import { plan, settled } from '../src/order/plan.ts'
import type { AttemptReading, Observation, Reading, RefundReading } from '../src/order/reading.ts'
import { attempt, opened, openedRefund, testProduct, yuan } from './order-support.ts'

const t0 = Date.UTC(2026, 2, 17, 2)

function observe(reading: Reading, at: number, more: Partial<Observation> = {}): Observation {
  return {
    source: 'answer',
    by: 'combine.queryByOutTradeNo',
    trust: 'signature',
    verified: true,
    askedMs: at,
    heardMs: at,
    reading,
    ...more,
  }
}

function says(said: AttemptReading['said'], more: Partial<AttemptReading> = {}): AttemptReading {
  return { about: 'attempt', number: 'N1', said, word: said.toUpperCase(), ...more }
}

const paid = (minor = 100): AttemptReading => says('paid', { amount: yuan(minor) })

function take(order: Order, ...observations: readonly Observation[]): Order {
  return observations.reduce((now, one) => hear(now, one, testProduct, one.heardMs).order, order)
}

test('a verified payment of the ordered amount makes the order paid and names its proof', () => {
  const order = take(opened(), observe(paid(), t0))
  assert.equal(order.view.state, 'paid')
  assert.equal(order.view.taken, 100)
  assert.equal(order.view.attempts[0]?.proof, order.facts[0]?.fingerprint)
})

test('a payment of another amount leaves the state and needs attention', () => {
  const order = take(opened(), observe(says('awaiting_payment'), t0), observe(paid(99), t0 + 1))
  assert.equal(order.view.state, 'awaiting_payment')
  assert.equal(order.view.taken, 0)
  assert.deepEqual(
    order.view.marks.map((mark) => mark.code),
    ['amount_mismatch'],
  )
})

test('a payment in another currency is another amount', () => {
  const order = take(opened(), observe(says('paid', { amount: { minor: 100, currency: 'HKD' } }), t0))
  assert.notEqual(order.view.state, 'paid')
  assert.equal(order.view.marks[0]?.code, 'amount_mismatch')
})

test('a message without amounts or without proof does not pay', () => {
  const without = take(opened(), observe(says('paid'), t0))
  const unproven = take(opened(), observe(paid(), t0, { verified: false }))
  assert.notEqual(without.view.state, 'paid')
  assert.notEqual(unproven.view.state, 'paid')
})

test('a payment after the close is taken, marked, and stays', () => {
  const order = take(opened(), observe(says('closed'), t0), observe(paid(), t0 + 5))
  assert.equal(order.view.state, 'paid')
  assert.ok(order.view.marks.some((mark) => mark.code === 'paid_after_close'))
  const later = take(order, observe(says('closed'), t0 + 100_000))
  assert.equal(later.view.state, 'paid')
})

test('an answer from yesterday changes nothing but is marked', () => {
  const order = take(opened(), observe(paid(), t0), observe(says('awaiting_payment'), t0 + 120_000))
  assert.equal(order.view.state, 'paid')
  assert.ok(order.view.marks.some((mark) => mark.code === 'stepped_back'))
})

test('an answer that was asked for before the payment was heard is no step back', () => {
  const late = observe(says('awaiting_payment'), t0 + 120_000, { askedMs: t0 - 1_000 })
  const order = take(opened(), observe(paid(), t0), late)
  assert.deepEqual(order.view.marks, [])
})

test('a lost placement is unknown, and unknown ends only in evidence', () => {
  const lost = act(opened(), { act: 'lose', number: 'N1', step: 'create', atMs: t0 }, testProduct, t0).order
  assert.equal(lost.view.state, 'unknown')
  const twice = take(lost, observe(says('not_found'), t0 + 5_000), observe(says('not_found'), t0 + 10_000))
  assert.equal(twice.view.state, 'unknown')
  const fenced = take(twice, observe(says('never_placed'), t0 + 700_000))
  assert.equal(fenced.view.state, 'closed')
  assert.equal(fenced.view.reason, 'never_placed')
})

test('one refusal of two sends decides nothing; a refusal of every send does', () => {
  const send = { act: 'send', number: 'N1', step: 'create', atMs: t0, body: 'b', digest: 'd' } as const
  const twice = act(opened(), send, testProduct, t0).order
  const refusal = (at: number) => observe(says('refused', { step: 'create', word: 'PARAM_ERROR' }), at)
  const once = take(twice, refusal(t0 + 1))
  assert.notEqual(once.view.state, 'failed')
  assert.equal(take(once, refusal(t0 + 2)).view.state, 'failed')
})

test('other content under the same number is a defect that is never sent', () => {
  const send = { act: 'send', number: 'N1', step: 'create', atMs: t0, body: 'b', digest: 'other' } as const
  assert.throws(() => act(opened(), send, testProduct, t0), ActMisplaced)
})

test('two paid attempts are a double payment until one has gone back', () => {
  const first = take(opened(), observe(says('closed'), t0))
  const second = act(first, { act: 'attempt', attempt: attempt('N2') }, testProduct, t0).order
  const both = take(second, observe(paid(), t0 + 1), observe({ ...paid(), number: 'N2' }, t0 + 2))
  assert.equal(both.view.taken, 200)
  assert.ok(both.view.marks.some((mark) => mark.code === 'double_payment'))
})

test('a resolved mark stays resolved and says by whom and why', () => {
  const order = take(opened(), observe(paid(99), t0))
  const [mark] = order.view.marks
  assert.ok(mark)
  const ruling = { mark: mark.key, operator: 'lin', reason: 'shop lowered the price', atMs: t0 }
  const ruled = act(order, { act: 'rule', ruling }, testProduct, t0).order
  assert.equal(ruled.view.marks[0]?.resolved?.operator, 'lin')
  assert.equal(take(ruled, observe(paid(99), t0 + 9)).view.marks[0]?.resolved?.operator, 'lin')
})

test('a refund that ended abnormal holds its amount until a person frees it', () => {
  const order = openedRefund(take(opened(), observe(paid(), t0)), 60)
  const stuck = take(order, observe(refundSays('abnormal'), t0 + 1))
  assert.equal(stuck.view.refunding, 60)
  assert.ok(stuck.view.marks.some((mark) => mark.code === 'refund_abnormal'))
  const free = { act: 'free', number: 'R1', operator: 'lin', reason: 'paid by hand' } as const
  const freed = act(stuck, free, testProduct, t0 + 2).order
  assert.equal(freed.view.refunding, 0)
})

test('what went back decides between partly and wholly refunded', () => {
  const order = openedRefund(take(opened(), observe(paid(), t0)), 60)
  assert.equal(order.view.state, 'paid')
  assert.equal(take(order, observe(refundSays('succeeded'), t0)).view.state, 'partially_refunded')
  const all = openedRefund(take(opened(), observe(paid(), t0)), 100)
  assert.equal(take(all, observe(refundSays('succeeded'), t0)).view.state, 'refunded')
})

test('of a refund of two calls, what one gave back counts although the other was refused', () => {
  const paidOrder = take(opened(), observe(paid(), t0))
  const order = openedRefund(paidOrder, 60, [
    { step: 'refund', id: 'whole', minor: 40 },
    { step: 'report', id: 'rest', minor: 20 },
  ])
  const sent = act(
    order,
    { act: 'send', number: 'R1', step: 'report', atMs: t0, body: 'r2', digest: 'd' },
    testProduct,
    t0,
  ).order
  const torn = take(
    sent,
    observe(refundSays('succeeded'), t0 + 1),
    observe({ ...refundSays('refused'), step: 'report' }, t0 + 2),
  )
  assert.equal(torn.view.refunds[0]?.state, 'failed')
  assert.deepEqual(torn.view.refunds[0]?.returned, [{ id: 'whole', amount: yuan(40) }])
  assert.deepEqual([torn.view.refunded, torn.view.refunding], [40, 20])
  assert.deepEqual(
    torn.view.marks.map((mark) => mark.code),
    ['refund_failed'],
  )
})

test('what was paid with another sum counts as nothing taken', () => {
  const parts = [{ id: 'whole', word: 'SUCCESS', said: 'paid' as const }]
  const order = take(opened(), observe({ ...paid(99), parts }, t0))
  assert.equal(order.view.taken, 0)
  assert.equal(order.view.attempts[0]?.parts[0]?.state, 'waiting')
})

function refundSays(said: RefundReading['said']): RefundReading {
  return { about: 'refund', number: 'R1', said, word: said.toUpperCase(), step: 'refund' }
}

const attemptSaid = [
  'accepted',
  'refused',
  'not_found',
  'never_placed',
  'unclear',
  'awaiting_payment',
  'in_service',
  'paying',
  'paid',
  'failing',
  'failed',
  'closed',
] as const
const refundSaid = [
  'accepted',
  'refused',
  'not_found',
  'processing',
  'succeeded',
  'closed',
  'abnormal',
  'change',
  'failed',
] as const

const someAttempt = fc.record({
  said: fc.constantFrom(...attemptSaid),
  minor: fc.constantFrom(100, 99, undefined),
  at: fc.integer({ min: 0, max: 400_000 }),
  asked: fc.integer({ min: 0, max: 400_000 }),
  verified: fc.boolean(),
  notice: fc.boolean(),
})
const someRefund = fc.record({
  refund: fc.constantFrom(...refundSaid),
  at: fc.integer({ min: 0, max: 400_000 }),
})

const facts = fc.array(fc.oneof(someAttempt, someRefund), { minLength: 1, maxLength: 8 }).map((list) =>
  list.map((one) => {
    if ('refund' in one) return observe(refundSays(one.refund), t0 + one.at)
    const step = one.said === 'accepted' || one.said === 'refused' ? { step: 'create' } : {}
    const amount = one.minor === undefined ? {} : { amount: yuan(one.minor) }
    return observe(says(one.said, { ...step, ...amount }), t0 + one.at, {
      verified: one.verified,
      askedMs: t0 + Math.min(one.asked, one.at),
      source: one.notice ? 'notice' : 'answer',
    })
  }),
)

test('the same facts in any order, any number of times, end in the same view', () => {
  const base = openedRefund(opened(), 60)
  fc.assert(
    fc.property(
      facts.chain((list) =>
        fc.tuple(
          fc.constant(list),
          fc.shuffledSubarray(list, { minLength: list.length }),
          fc.array(fc.constantFrom(...list), { maxLength: 4 }),
        ),
      ),
      ([list, shuffled, repeated]) => {
        const once = take(base, ...list)
        const again = take(base, ...shuffled, ...repeated)
        assert.deepEqual(again.view, once.view)
        assert.deepEqual(
          again.facts.map((one) => one.fingerprint),
          once.facts.map((one) => one.fingerprint),
        )
      },
    ),
    { numRuns: 400 },
  )
})

test('hearing a fact again changes nothing but counters', () => {
  fc.assert(
    fc.property(facts, (list) => {
      const order = take(openedRefund(opened(), 60), ...list)
      for (const one of list) {
        const { entry, order: after } = hear(order, one, testProduct, t0 + 900_000)
        assert.equal(entry, undefined)
        assert.equal(after.version, order.version)
        assert.deepEqual(after.view, order.view)
      }
    }),
    { numRuns: 200 },
  )
})

test('a terminal state is left only for paid, whatever is heard', () => {
  fc.assert(
    fc.property(facts, (heard) => {
      // One send has one answer: it is not refused and accepted.
      const refused = heard.some(({ reading }) => reading.said === 'refused')
      const list = heard.filter(({ reading }) => !(refused && reading.said === 'accepted'))
      let order = opened()
      for (const one of list) {
        const after = take(order, one)
        const { state } = order.view
        if (settled.includes(state) && after.view.state !== state)
          assert.ok(
            (state === 'closed' || state === 'failed') &&
              ['paid', 'closed', 'failed'].includes(after.view.state),
            `${state} became ${after.view.state}`,
          )
        order = after
      }
    }),
    { numRuns: 400 },
  )
})

test('every change of state names what proves it', () => {
  fc.assert(
    fc.property(facts, (list) => {
      let order = opened()
      for (const one of list) {
        const { entry, order: after } = hear(order, one, testProduct, one.heardMs)
        if (entry && entry.from !== entry.to)
          assert.ok(after.facts.some((fact) => fact.fingerprint === entry.evidence))
        order = after
      }
    }),
    { numRuns: 200 },
  )
})

test('an unsettled order always has a next step, at a time that can be reached', () => {
  fc.assert(
    fc.property(facts, (list) => {
      const order = take(openedRefund(opened(), 60), ...list)
      const next = plan(order, testProduct)
      if (!settled.includes(order.view.state)) assert.ok(next)
      if (next) assert.ok(Number.isSafeInteger(next.atMs) && next.atMs < t0 + 10 * 86_400_000)
    }),
    { numRuns: 300 },
  )
})

test('the log is a chain in which every byte counts', () => {
  const log: LogEntry[] = []
  let order: Order | undefined
  for (const one of [observe(says('awaiting_payment'), t0), observe(paid(), t0 + 1)]) {
    const { order: after, entry } = hear(order ?? opened(), one, testProduct, one.heardMs)
    if (entry) log.push(entry)
    order = after
  }
  let before = opened().head
  for (const { hash, ...entry } of log) {
    assert.equal(chain(before, entry), hash)
    assert.notEqual(chain(before, { ...entry, to: 'closed' }), hash)
    before = hash
  }
  assert.equal(order?.head, before)
  assert.notEqual(before, chainStart)
})
