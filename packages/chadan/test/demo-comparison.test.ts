import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AttemptHere, OrderHere, OrderThere, RefundHere } from '../src/demo/books.ts'
import { compare, tally } from '../src/demo/comparison.ts'

const fen = (minor: number) => ({ minor, currency: 'CNY' })

function attempt(more: Partial<AttemptHere> = {}): AttemptHere {
  return {
    number: 'N1',
    state: 'paid',
    amount: fen(1000),
    taken: fen(1000),
    refunded: fen(0),
    learnt_by: { source: 'notice', at: '2026-03-17T02:00:05.000Z' },
    ...more,
  }
}

function here(more: Partial<OrderHere> = {}): OrderHere {
  return {
    id: 'ord_1',
    tenant: 'teahouse',
    reference: 'A-1',
    product: 'combine',
    state: 'paid',
    number: 'N1',
    attempts: [attempt()],
    refunds: [],
    ...more,
  }
}

function there(more: Partial<OrderThere> = {}): OrderThere {
  return {
    product: 'combine',
    number: 'N1',
    state: 'SUCCESS',
    currency: 'CNY',
    orderedMinor: 1000,
    paidMinor: 1000,
    paidMs: Date.UTC(2026, 2, 17, 2),
    refunds: [],
    ...more,
  }
}

const refund = (more: Partial<RefundHere> = {}): RefundHere => ({
  number: 'R1',
  attempt: 'N1',
  state: 'succeeded',
  amount: fen(300),
  ...more,
})

const partly = here({
  state: 'partially_refunded',
  attempts: [attempt({ state: 'partially_refunded', refunded: fen(300) })],
  refunds: [refund()],
})

test('equal books agree, whatever order they are read in', () => {
  const second = { number: 'N2', state: 'closed', taken: fen(0) }
  const ours = [here(), here({ id: 'ord_2', reference: 'A-2', number: 'N2', attempts: [attempt(second)] })]
  const theirs = [there({ number: 'N2', state: 'CLOSED', paidMinor: 0 }), there()]
  assert.deepEqual(compare(ours, theirs), [])
})

test('a refund agrees also where it was several there, and where the platform says REFUND', () => {
  const back = [
    { number: 'R1_1', minor: 100, state: 'SUCCESS' },
    { number: 'R1_2', minor: 200, state: 'SUCCESS' },
  ]
  assert.deepEqual(compare([partly], [there({ state: 'SUCCESS+REFUND', refunds: back })]), [])
})

const differences: [string, OrderHere[], OrderThere[], string, string, string][] = [
  [
    'an order that is paid there and not in the books here',
    [],
    [there()],
    'order',
    'no such order',
    'SUCCESS, 10.00 CNY paid',
  ],
  [
    'an order that is paid here and not in the books there',
    [here()],
    [],
    'order',
    'paid, 10.00 CNY paid',
    'no such order',
  ],
  [
    'an order that waits here and never arrived there',
    [here({ attempts: [attempt({ state: 'unknown', taken: fen(0) })] })],
    [],
    'order',
    'unknown',
    'no such order',
  ],
  [
    'a payment that is not known here',
    [here({ attempts: [attempt({ state: 'unknown', taken: fen(1000) })] })],
    [there()],
    'state',
    'unknown',
    'SUCCESS',
  ],
  [
    'a payment of an order that is closed here',
    [here({ attempts: [attempt({ state: 'closed', taken: fen(1000) })] })],
    [there()],
    'state',
    'closed',
    'SUCCESS',
  ],
  [
    'another amount',
    [here({ attempts: [attempt({ amount: fen(1001) })] })],
    [there()],
    'amount',
    '10.01 CNY',
    '10.00 CNY',
  ],
  [
    'another sum paid',
    [here({ attempts: [attempt({ taken: fen(999) })] })],
    [there()],
    'paid',
    '9.99 CNY',
    '10.00 CNY',
  ],
  [
    'another currency',
    [here({ attempts: [attempt({ amount: { minor: 1000, currency: 'HKD' } })] })],
    [there()],
    'amount',
    'HKD',
    'CNY',
  ],
  [
    'money that went back there only',
    [here()],
    [there({ state: 'REFUND', refunds: [{ number: 'R9', minor: 300, state: 'SUCCESS' }] })],
    'refund',
    'no such refund',
    'SUCCESS 3.00 CNY (R9)',
  ],
  [
    'a refund that is done here and under way there',
    [partly],
    [there({ refunds: [{ number: 'R1', minor: 300, state: 'PROCESSING' }] })],
    'refund',
    'succeeded 3.00 CNY (R1)',
    '0.00 CNY went back',
  ],
  [
    'a refund that is refused here and done there',
    [here({ refunds: [refund({ state: 'refused' })] })],
    [there({ refunds: [{ number: 'R1', minor: 300, state: 'SUCCESS' }] })],
    'refund',
    'refused 3.00 CNY (R1)',
    '3.00 CNY went back',
  ],
]

for (const [name, ours, theirs, what, mine, said] of differences) {
  test(`${name} is a disagreement`, () => {
    const found = compare(ours, theirs)
    const one = found.find((each) => each.what === what)
    assert.deepEqual([one?.here, one?.there], [mine, said], JSON.stringify(found))
    assert.equal(one?.number, 'N1')
  })
}

test('an order that was never placed may be missing there', () => {
  const never = here({ state: 'closed', attempts: [attempt({ state: 'closed', taken: fen(0) })] })
  assert.deepEqual(compare([never], []), [])
})

test('a state there that nobody foresaw is a disagreement, not an agreement by silence', () => {
  assert.equal(compare([here()], [there({ state: 'TELEPORTED' })])[0]?.what, 'state')
})

test('the cash order of a mixed order is its leg, alone it stands for the order', () => {
  const mixed = here({ product: 'medIns' })
  const leg = there({ product: 'cash', orderedMinor: 400, paidMinor: 400 })
  assert.deepEqual(compare([mixed], [leg, there({ product: 'medIns', state: 'MIX_PAY_SUCCESS' })]), [])
  const closed = here({ product: 'medIns', attempts: [attempt({ state: 'closed', taken: fen(0) })] })
  assert.deepEqual(
    compare([closed], [there({ product: 'cash', state: 'CLOSED', orderedMinor: 400, paidMinor: 0 })]),
    [],
  )
  assert.equal(compare([closed], [leg])[0]?.what, 'state')
})

test('the table counts how each order was learnt, and the longest time it was paid and not known', () => {
  const by = (source: string, at: string, number: string) =>
    here({ number, attempts: [attempt({ number, learnt_by: { source, at } })] })
  const ours = [
    by('notice', '2026-03-17T02:00:05.000Z', 'N1'),
    by('answer', '2026-03-17T02:01:30.000Z', 'N2'),
    by('return_page', '2026-03-17T02:00:02.000Z', 'N3'),
    { ...partly, number: 'N4', attempts: [attempt({ number: 'N4', learnt_by: null })] },
  ]
  const theirs = ['N1', 'N2', 'N3', 'N4'].map((number) => there({ number }))
  assert.deepEqual(tally(ours, theirs).combine, {
    orders: 4,
    byNotification: 1,
    byQuery: 1,
    byReturnPage: 1,
    refunds: 1,
    unknownMaxMs: 90_000,
  })
  assert.equal(tally(ours, theirs).wecom.orders, 0)
})
