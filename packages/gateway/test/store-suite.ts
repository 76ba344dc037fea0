/** What every store does, whatever stands behind it: changes, claims and lists. Run once for each database. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Order } from '../src/order/order.ts'
import { ClaimLost, type Decision, type Found, type OrderFilter, Taken } from '../src/store/index.ts'
import { tables } from '../src/store/tables.ts'
import { entryOf, next, orderOf } from './store-orders.ts'
import { make, type OpenPlace } from './store-place.ts'
import { feedSuite } from './store-suite-feed.ts'
import { keepingSuite } from './store-suite-keeping.ts'

/** All tests of a store. */
export function storeSuite(openPlace: OpenPlace): void {
  changes(openPlace)
  claims(openPlace)
  lists(openPlace)
  feedSuite(openPlace)
  keepingSuite(openPlace)
}

const raise = ({ order }: Found): Decision<number> => {
  const raised = next(order)
  return { result: raised.version, write: { order: raised } }
}

function changes(openPlace: OpenPlace): void {
  test('an order that was made is found by its id, its reference and each of its numbers', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A'), {
      numbers: [
        { kind: 'order', number: 'N1' },
        { kind: 'refund', number: 'R1' },
      ],
    })
    const made = orderOf('A')
    assert.deepEqual(await store.find({ id: 'A' }), JSON.parse(JSON.stringify(made)))
    for (const find of [
      { tenant: 'hospital', reference: 'ref-A' },
      { signer: 'provider', kind: 'order', number: 'N1' },
      { signer: 'provider', kind: 'refund', number: 'R1' },
    ] as const)
      assert.equal((await store.find(find))?.id, 'A')
    assert.equal(await store.find({ signer: 'provider', kind: 'refund', number: 'N1' }), undefined)
    assert.equal(await store.find({ tenant: 'clinic', reference: 'ref-A' }), undefined)
  })

  test('changes asked for in one turn share it, and each sees what those before it made of the order', async () => {
    await using place = await openPlace()
    let turns = 0
    const store = await place.open({
      turn: (work) => {
        turns++
        setImmediate(work)
      },
    })
    await make(store, orderOf('A'), { numbers: [{ kind: 'order', number: 'N1' }] })
    turns = 0
    const results = await Promise.all([
      store.change({ id: 'A' }, raise),
      store.change({ signer: 'provider', kind: 'order', number: 'N1' }, raise),
      store.change({ tenant: 'hospital', reference: 'ref-A' }, raise),
      make(store, orderOf('B')),
      store.change({ id: 'B' }, raise),
      store.change({ tenant: 'hospital', reference: 'ref-B' }, raise),
    ])
    assert.deepEqual(results, [2, 3, 4, undefined, 2, 3])
    assert.equal(turns, 1)
    assert.equal((await store.find({ id: 'A' }))?.version, 4)
    assert.equal((await store.find({ id: 'B' }))?.version, 3)
  })

  test('more changes than a group takes are all made', async () => {
    await using place = await openPlace()
    const store = await place.open({ groupLimit: 3 })
    await make(store, orderOf('A'))
    const results = await Promise.all(Array.from({ length: 10 }, () => store.change({ id: 'A' }, raise)))
    assert.deepEqual(results, [2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  })

  test('a change that fails fails alone, whether its decision threw or its key was taken', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A'), { numbers: [{ kind: 'order', number: 'N1' }] })
    const outcomes = await Promise.allSettled([
      make(store, orderOf('B')),
      store.change({ id: 'A' }, () => {
        throw new RangeError('no')
      }),
      make(store, orderOf('C'), { numbers: [{ kind: 'order', number: 'N1' }] }),
      make(store, orderOf('D', { reference: 'ref-A' })),
      store.change({ id: 'A' }, raise),
    ])
    assert.deepEqual(
      outcomes.map((one) => (one.status === 'rejected' ? one.reason.name : one.status)),
      ['fulfilled', 'RangeError', 'Taken', 'Taken', 'fulfilled'],
    )
    assert.deepEqual(
      outcomes.flatMap((one) => (one.status === 'rejected' ? (one.reason.what ?? []) : [])),
      ['number', 'reference'],
    )
    assert.equal(await store.find({ id: 'C' }), undefined)
    assert.equal(await store.find({ id: 'D' }), undefined)
    assert.equal((await store.find({ id: 'A' }))?.version, 2)
    assert.ok(await store.find({ id: 'B' }))
    assert.deepEqual((await store.figures(0)).orders, [{ product: 'combine', state: 'placing', count: 2 }])
  })

  test('two nodes that place the same reference make one order, and the other finds it', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const names = Array.from({ length: 12 }, (_, at) => `ref-${at}`)
    const results = await Promise.all(
      names.flatMap((reference) =>
        stores.map((store, node) =>
          store.change({ tenant: 'hospital', reference, key: `key-${reference}` }, ({ order, key }) => {
            if (order) return { result: `found ${key?.order === order.id}` }
            const made = orderOf(`${reference}-${node}`, { reference })
            const kept = { tenant: 'hospital', key: `key-${reference}`, digest: 'd', order: made.id, atMs: 1 }
            return { result: 'made', write: { order: made, key: kept } }
          }),
        ),
      ),
    )
    assert.deepEqual(results.toSorted(), [...names.map(() => 'found true'), ...names.map(() => 'made')])
  })

  test('two nodes that draw the same number for two orders: one is told that it is taken', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const outcomes = await Promise.allSettled(
      stores.map((store, node) =>
        make(store, orderOf(`A${node}`), { numbers: [{ kind: 'order', number: 'N1' }] }),
      ),
    )
    const [lost] = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    assert.ok(lost instanceof Taken)
    assert.equal(lost.what, 'number')
    const [first] = stores
    assert.equal((await first?.orders({}, { limit: 9 }))?.rows.length, 1)
  })

  test('an idempotency key belongs to one order', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const key = { tenant: 'hospital', key: 'K', digest: 'd', order: 'A', atMs: 1 }
    await make(store, orderOf('A'), { key })
    await assert.rejects(make(store, orderOf('B'), { key: { ...key, order: 'B' } }), { what: 'key' })
    const found = await store.change({ tenant: 'hospital', reference: 'ref-B', key: 'K' }, (one) => ({
      result: one,
    }))
    assert.deepEqual(found, { order: undefined, key })
  })

  test('changes of one order from two nodes are made one after the other, none is lost', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [first] = stores
    assert.ok(first)
    await make(first, orderOf('A'))
    await make(first, orderOf('B'))
    // In different orders, so that two who held rows as they came would wait for each other.
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => [
        ...stores.map((store) => store.change({ id: at % 2 ? 'A' : 'B' }, raise)),
        ...stores.toReversed().map((store) => store.change({ id: at % 2 ? 'B' : 'A' }, raise)),
      ]).flat(),
    )
    assert.equal((await first.find({ id: 'A' }))?.version, 41)
    assert.equal((await first.find({ id: 'B' }))?.version, 41)
  })

  test('changes that raise no version are not lost either', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [first] = stores
    assert.ok(first)
    await make(first, orderOf('A', { dueMs: 0 }))
    const later = ({ order }: Found): Decision<void> => {
      const { version } = next(order)
      const dueMs = (order?.watchedUntilMs ?? 0) + 1
      return { result: undefined, write: { order: { ...next(order, { dueMs }), version: version - 1 } } }
    }
    for (let round = 0; round < 10; round++)
      await Promise.all(
        stores.flatMap((store) => [store.change({ id: 'A' }, later), store.change({ id: 'A' }, later)]),
      )
    assert.equal((await first.find({ id: 'A' }))?.watchedUntilMs, 40)
    assert.equal(await first.nextDueMs(), 40)
  })

  test('bytes, facts and log are kept with the change, and read as they were', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const order = orderOf('A')
    const entry = entryOf(order, 2_000)
    const fact = {
      ...{ order: 'A', fingerprint: 'f1', bytes: Buffer.from('heard'), heardMs: 3 },
      ...{ serial: 'S', requestId: undefined },
    }
    await make(store, order, {
      bytes: [{ id: 'A/N1/create', order: 'A', bytes: Buffer.from('sent') }],
      log: [entry],
      facts: [fact, { ...fact, fingerprint: 'f2', serial: undefined, requestId: 'Q' }],
    })
    // The same meaning once more: the first bytes stay.
    await store.change({ id: 'A' }, ({ order: found }) => ({
      result: undefined,
      write: { order: next(found), facts: [{ ...fact, bytes: Buffer.from('again') }] },
    }))
    assert.equal(String(await store.bytes('A/N1/create')), 'sent')
    assert.equal(await store.bytes('A/N1/refund'), undefined)
    assert.deepEqual(await store.log('A'), [entry])
    const facts = await store.facts('A')
    assert.deepEqual(
      facts.map((one) => [one.fingerprint, String(one.bytes), one.serial, one.requestId]),
      [
        ['f1', 'heard', 'S', undefined],
        ['f2', 'heard', undefined, 'Q'],
      ],
    )
  })

  test('the newest log entries of a span of time are found, one for each order', async () => {
    await using place = await openPlace()
    const store = await place.open()
    for (const id of ['A', 'B', 'C']) await make(store, orderOf(id), { log: [entryOf(orderOf(id), 1_000)] })
    for (const [id, version, atMs] of [
      ['A', 2, 1_500],
      ['A', 3, 2_000],
      ['B', 2, 1_999],
    ] as const) {
      const order = orderOf(id, { version })
      await make(store, order, { log: [entryOf(order, atMs)] })
    }
    assert.deepEqual(await store.heads(1_100, 2_000), [
      { order: 'A', version: 2, hash: 'hash-A-2' },
      { order: 'B', version: 2, hash: 'hash-B-2' },
    ])
  })

  test('what was written is found after closing and opening again', async () => {
    await using place = await openPlace()
    const before = await place.open()
    const asked = make(before, orderOf('A'), { payer: 'openid-1' })
    // Closing finishes what was asked for.
    await before.close()
    await asked
    const after = await place.open()
    assert.equal((await after.find({ id: 'A' }))?.id, 'A')
    assert.equal((await after.orders({ payer: 'openid-1' }, { limit: 5 })).rows.length, 1)
  })

  test('a database of a newer version is refused, and says what to do', async () => {
    await using place = await openPlace()
    await (await place.open()).close()
    await place.run("UPDATE meta SET value = '999' WHERE name = 'schema'")
    await assert.rejects(place.open(), { name: 'NewerDatabase', message: /999.*newer version/ })
  })

  test('the tables made are the tables declared', async () => {
    await using place = await openPlace()
    await place.open()
    for (const [table, columns] of Object.entries(tables)) {
      // `arrived` is the database's own.
      const found = (await place.columns(table)).filter((one) => one !== 'arrived')
      assert.deepEqual(found.toSorted(), Object.keys(columns).toSorted(), table)
    }
  })
}

function claims(openPlace: OpenPlace): void {
  test('orders that are due are taken once, the longest due first, and again when a claim ran out', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [store] = stores
    assert.ok(store)
    for (const [at, id] of ['C', 'A', 'B', 'D'].entries()) await make(store, orderOf(id, { dueMs: 100 + at }))
    await make(store, orderOf('settled'))
    assert.equal(await store.nextDueMs(), 100)
    assert.deepEqual(await store.claimDue(99, 10, { id: 'c0', untilMs: 500 }), [])
    const taken = await Promise.all(
      stores.map((one, node) => one.claimDue(103, 2, { id: `c${node}`, untilMs: 500 })),
    )
    const ids = taken.map((orders) => orders.map(({ id }) => id))
    assert.deepEqual(ids.flat().toSorted(), ['A', 'B', 'C', 'D'])
    assert.ok(ids.some(([first]) => first === 'C'))
    assert.deepEqual(await store.claimDue(499, 10, { id: 'c2', untilMs: 900 }), [])
    assert.equal(await store.nextDueMs(), 500)
    assert.equal((await store.claimDue(500, 10, { id: 'c2', untilMs: 900 })).length, 4)
  })

  test('a claim on one order keeps others off until it ends or runs out', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A', { dueMs: 100 }))
    assert.equal((await store.claim('A', 10, { id: 'c1', untilMs: 50 }))?.id, 'A')
    assert.equal(await store.claim('A', 49, { id: 'c2', untilMs: 90 }), undefined)
    assert.equal(await store.claim('missing', 49, { id: 'c2', untilMs: 90 }), undefined)
    assert.equal((await store.claim('A', 50, { id: 'c2', untilMs: 90 }))?.id, 'A')
    // The first holder is late: its word does not end the second claim.
    await store.release('A', 'c1')
    assert.equal(await store.claim('A', 60, { id: 'c3', untilMs: 90 }), undefined)
    await store.release('A', 'c2', 300)
    assert.equal(await store.nextDueMs(), 300)
    assert.equal((await store.claim('A', 60, { id: 'c3', untilMs: 90 }))?.id, 'A')
  })

  test('a write under a claim that was lost is not made, and one that needs none leaves the claim alone', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A', { dueMs: 100 }), { take: { id: 'c1', untilMs: 50 } })
    const under = (id: string, more: { must: boolean; release: boolean; untilMs: number }) =>
      store.change({ id: 'A' }, ({ order }) => ({
        result: undefined,
        write: { order: next(order), claim: { id, ...more } },
      }))
    await assert.rejects(under('other', { must: true, release: true, untilMs: 0 }), ClaimLost)
    assert.equal((await store.find({ id: 'A' }))?.version, 1)
    await under('other', { must: false, release: true, untilMs: 0 })
    await under('c1', { must: true, release: false, untilMs: 200 })
    assert.equal((await store.find({ id: 'A' }))?.version, 3)
    assert.equal(await store.nextDueMs(), 200)
    await under('c1', { must: true, release: true, untilMs: 0 })
    assert.equal(await store.nextDueMs(), 100)
    await assert.rejects(under('c1', { must: true, release: true, untilMs: 0 }), ClaimLost)
  })

  test('a budget gives what is left of its window over all nodes, and all of the next one', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const given = await Promise.all(
      Array.from({ length: 5 }, () => stores.map((store) => store.takeBudget('ask', 1_000, 10, 3))).flat(),
    )
    assert.equal(
      given.reduce((sum, one) => sum + one, 0),
      10,
    )
    const [store] = stores
    assert.equal(await store?.takeBudget('ask', 2_000, 10, 30), 10)
    assert.equal(await store?.takeBudget('place', 2_000, 10, 3), 3)
    assert.equal(await store?.takeBudget('ask', 1_000, 10, 3), 0, 'a slow clock opens no old window')
    // A clock that jumped a day ahead and came back leaves no window behind that all must wait for.
    assert.equal(await store?.takeBudget('ask', 86_402_000, 10, 10), 10)
    assert.equal(await store?.takeBudget('ask', 3_000, 10, 4), 4)
    assert.equal(await store?.takeBudget('ask', 3_000, 10, 10), 6)
  })

  test('a lease is held by one, renewed by its holder, and free when it ran out', async () => {
    await using place = await openPlace()
    const store = await place.open()
    assert.equal(await store.lease('sequencer', 'n1', 0, 100), true)
    assert.equal(await store.lease('sequencer', 'n2', 99, 200), false)
    assert.equal(await store.lease('sequencer', 'n1', 99, 150), true)
    assert.equal(await store.lease('sequencer', 'n2', 149, 300), false)
    assert.equal(await store.lease('sequencer', 'n2', 150, 300), true)
    // Taken by a clock that was a day ahead: nobody waits a day for it.
    assert.equal(await store.lease('sequencer', 'n2', 86_400_000, 86_400_100), true)
    assert.equal(await store.lease('sequencer', 'n1', 400, 500), true)
    assert.equal(await store.lease('sequencer', 'n2', 400, 500), false)
  })
}

function lists(openPlace: OpenPlace): void {
  test('each filter finds its orders', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A', { state: 'paid', minor: 500, createdMs: 1_000 }), {
      payer: 'openid-1',
      numbers: [{ kind: 'order', number: 'NA' }],
    })
    await make(store, orderOf('B', { state: 'unknown', marks: 2, createdMs: 2_000 }), {
      numbers: [{ kind: 'refund', number: 'RB' }],
    })
    await make(store, orderOf('C', { tenant: 'clinic', signer: 'own', product: 'wecom', createdMs: 3_000 }))
    const found = async (filter: OrderFilter) =>
      (await store.orders(filter, { limit: 10 })).rows.map(({ id }) => id).join('')
    const expected: readonly (readonly [OrderFilter, string])[] = [
      [{}, 'CBA'],
      [{ tenant: 'hospital' }, 'BA'],
      [{ signer: 'own' }, 'C'],
      [{ product: 'combine' }, 'BA'],
      [{ states: ['paid', 'unknown'] }, 'BA'],
      [{ states: [] }, ''],
      [{ needsAttention: true }, 'B'],
      [{ needsAttention: false }, 'CA'],
      [{ number: 'NA' }, 'A'],
      [{ number: 'RB' }, 'B'],
      [{ number: 'NX' }, ''],
      [{ reference: 'ref-C' }, 'C'],
      [{ payer: 'openid-1' }, 'A'],
      [{ payer: 'openid-2' }, ''],
      [{ createdFromMs: 2_000 }, 'CB'],
      [{ createdBeforeMs: 2_000 }, 'A'],
      [{ minorFrom: 101 }, 'A'],
      [{ minorTo: 100 }, 'CB'],
      [{ tenant: 'hospital', states: ['paid'], minorFrom: 500, minorTo: 500 }, 'A'],
      [{ tenant: 'clinic', number: 'NA' }, ''],
    ]
    for (const [filter, ids] of expected) assert.equal(await found(filter), ids, JSON.stringify(filter))
  })

  test('a cursor goes on where the page ended, though newer orders came in between', async () => {
    await using place = await openPlace()
    const store = await place.open()
    // Some made in the same millisecond.
    for (let at = 0; at < 7; at++)
      await make(store, orderOf(`A${at}`, { createdMs: 1_000 + Math.floor(at / 3) }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.orders({ tenant: 'hospital' }, { limit: 2, cursor })
      seen.push(...page.rows.map(({ id }) => id))
      cursor = page.next
      await make(store, orderOf(`new${seen.length}`, { createdMs: 9_000 }))
    } while (cursor !== undefined)
    assert.deepEqual(seen, ['A6', 'A5', 'A4', 'A3', 'A2', 'A1', 'A0'])
    await assert.rejects(store.orders({}, { limit: 2, cursor: 'nonsense' }), { name: 'BadCursor' })
  })

  test('orders in several states are one list, newest first, page by page', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const states = ['paid', 'closed', 'unknown'] as const
    for (let at = 0; at < 9; at++)
      await make(store, orderOf(`A${at}`, { createdMs: 1_000 + (at >> 1), state: states[at % 3] ?? 'paid' }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await store.orders({ states: ['unknown', 'paid', 'paid'] }, { limit: 2, cursor })
      seen.push(...page.rows.map(({ id }) => id))
      cursor = page.next
    } while (cursor !== undefined)
    assert.deepEqual(seen, ['A8', 'A6', 'A5', 'A3', 'A2', 'A0'])
  })

  test('the orders of a merchant are found by any mchid or sub_mchid they name, page by page', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const named = (id: string, createdMs: number, ...shops: readonly string[]): Order => {
      const order = orderOf(id, { createdMs, state: id === 'C' ? 'closed' : 'paid' })
      const parts = shops.map((sub_mchid) => ({
        ...{ id: `${id}${sub_mchid}`, amount: order.view.amount, fixed: true },
        merchant: { mchid: '1688000101', sub_mchid },
      }))
      const attempt = {
        ...{
          number: `N${id}`,
          openedMs: 0,
          amount: order.view.amount,
          parts,
          errands: [],
          expiresMs: 0,
          closes: 0,
        },
        merchant: { mchid: '1688000101' },
      }
      return { ...order, attempts: [attempt] }
    }
    await make(store, named('A', 1_000, '1690000202', '1690000203'))
    await make(store, named('B', 2_000, '1690000203'))
    await make(store, named('C', 3_000, '1690000203'))
    // Paid again, at another shop.
    await store.change({ id: 'B' }, ({ order }) => {
      const [attempt] = named('B', 2_000, '1690000204').attempts
      assert.ok(order && attempt)
      const attempts = [...order.attempts, attempt]
      return { result: undefined, write: { order: { ...order, attempts, version: 2 } } }
    })
    const page = async (filter: OrderFilter, cursor?: string) => {
      const { rows, next } = await store.orders(filter, { limit: 2, cursor })
      return [rows.map(({ id }) => id).join(''), next] as const
    }
    assert.equal((await page({ merchant: '1690000202' }))[0], 'A')
    assert.equal((await page({ merchant: '1690000204' }))[0], 'B')
    assert.equal((await page({ merchant: '1690000209' }))[0], '')
    assert.equal((await page({ merchant: '1690000203', states: ['closed', 'unknown'] }))[0], 'C')
    assert.equal((await page({ merchant: '1690000203', createdBeforeMs: 2_000, tenant: 'hospital' }))[0], 'A')
    const [first, cursor] = await page({ merchant: '1688000101' })
    assert.deepEqual([first, (await page({ merchant: '1688000101' }, cursor))[0]], ['CB', 'A'])
  })

  test('the payer of an order stays found when later changes do not name him', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A'), { payer: 'openid-1' })
    await store.change({ id: 'A' }, raise)
    assert.equal((await store.orders({ payer: 'openid-1' }, { limit: 5 })).rows[0]?.version, 2)
  })
}
