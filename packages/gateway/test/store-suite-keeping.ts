/** What every store does for operators and with secrets: sealing, purge, keys, the audit chain. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ApiKey,
  type Approval,
  auditHash,
  auditStart,
  type Endpoint,
  type Store,
  type Suspense,
} from '../src/store/index.ts'
import { entryOf, eventOf, next, orderOf, vaultOf } from './store-orders.ts'
import { make, type OpenPlace } from './store-place.ts'

const marker = 'oMARKER-zhangsan'
const endpoint: Endpoint = {
  ...{ id: 'hook', tenant: 'hospital', url: 'https://hospital.example/', types: [] },
  ...{ secrets: [{ secret: `whsec_${marker}` }], state: 'on', createdMs: 1 },
}
const approval: Approval = {
  ...{ id: 'ap1', tenant: 'hospital', order: 'A', action: 'refund', askedBy: 'li', askedMs: 1 },
  ...{ request: { name: marker }, state: 'waiting' },
}
const suspense: Omit<Suspense, 'count' | 'resolved'> = {
  ...{ id: 's1', signer: 'provider', product: 'combine', number: 'N9', why: 'unknown_number', by: 'notice' },
  ...{ heardMs: 1, found: 'mchid differs', bytes: Buffer.from(marker) },
}
const token = { accessToken: marker, obtainedMs: 1, expiresInSeconds: 7200 }
const fact = {
  ...{ order: 'A', fingerprint: 'f1', bytes: Buffer.from(marker), heardMs: 3 },
  ...{ serial: undefined, requestId: undefined },
}

/** One of everything that is sealed, the marker in each. */
async function keepSecrets(store: Store): Promise<void> {
  const order = orderOf('A', { state: 'paid' })
  await make(store, order, {
    bytes: [{ id: 'A/N1/create', order: 'A', bytes: Buffer.from(marker) }],
    facts: [fact],
    payer: marker,
    log: [entryOf(order, 1_000)],
  })
  await store.saveEndpoint(endpoint)
  await store.saveApproval(approval)
  await store.suspend(suspense)
  await store.tokens.set('app', token)
}

async function readSecrets(store: Store): Promise<readonly unknown[]> {
  return [
    String(await store.bytes('A/N1/create')),
    String((await store.facts('A'))[0]?.bytes),
    (await store.endpoints())[0]?.secrets,
    (await store.approval('ap1'))?.request,
    String((await store.suspended({ limit: 5 })).rows[0]?.bytes),
    await store.tokens.get('app'),
  ]
}
const secrets = [marker, marker, endpoint.secrets, approval.request, marker, token]

/** Tests of sealing, purge and what operators keep. */
export function keepingSuite(openPlace: OpenPlace): void {
  test('what is sealed is read as it was, and stands nowhere in the database in clear', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await keepSecrets(store)
    assert.deepEqual(await readSecrets(store), secrets)
    const contents = await place.contents()
    assert.ok(contents.includes('hospital'), 'the contents are looked at')
    assert.ok(!contents.includes(marker))
    assert.ok(!contents.includes(Buffer.from(marker).toString('hex')))
    assert.ok(!contents.includes(Buffer.from(marker).toString('base64').slice(0, 16)))
  })

  test('after a new key came, everything is sealed with it step by step, and the old one is not needed', async () => {
    await using place = await openPlace()
    await keepSecrets(await place.open())
    const both = await place.open({ vault: vaultOf(['k2', 'k1']) })
    assert.deepEqual(await readSecrets(both), secrets)
    const alone = await place.open({ vault: vaultOf(['k2']) })
    await assert.rejects(readSecrets(alone), { name: 'VaultError', message: /key k1/ })
    const counts: number[] = []
    do counts.push(await both.rekey(4))
    while (counts.at(-1) !== 0)
    assert.deepEqual(counts, [4, 2, 0])
    assert.deepEqual(await readSecrets(alone), secrets)
  })

  test('purge removes what was said of settled orders, keeps what proves it, and spares the others', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const said = (id: string) => ({
      bytes: [{ id: `${id}/N`, order: id, bytes: Buffer.from(marker) }],
      facts: [{ ...fact, order: id, serial: 'S' }],
    })
    const orders = [
      orderOf('settled', { state: 'paid' }),
      orderOf('refunding', { state: 'paid', dueMs: 9_000 }),
      orderOf('marked', { state: 'closed', marks: 1 }),
      orderOf('open', { state: 'awaiting_payment', dueMs: 9_000 }),
      orderOf('idle', { state: 'unknown' }),
      orderOf('young', { state: 'paid' }),
    ]
    for (const order of orders)
      await make(store, order, {
        ...said(order.id),
        log: [entryOf(order, order.id === 'young' ? 5_000 : 1_000)],
        key: { tenant: 'hospital', key: order.id, digest: 'd', order: order.id, atMs: 4_500 },
      })
    assert.equal(await store.purge(4_000, 10), 2)
    assert.equal(await store.purge(4_000, 10), 0)
    for (const { id } of orders) {
      const purged = id === 'settled'
      assert.equal(String((await store.bytes(`${id}/N`)) ?? ''), purged ? '' : marker, id)
      const [kept] = await store.facts(id)
      assert.deepEqual([kept?.fingerprint, kept?.serial], ['f1', 'S'])
      assert.equal(String(kept?.bytes), purged ? '' : marker, id)
      assert.equal((await store.log(id)).length, 1)
      assert.ok(await store.find({ id }))
    }
    const key = await store.change({ tenant: 'hospital', reference: 'x', key: 'open' }, (found) => ({
      result: found.key?.order,
    }))
    assert.equal(key, 'open')
  })

  test('purge takes a limited number at a time, and old keys and acknowledged deliveries with it', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveEndpoint(endpoint)
    for (const id of ['A', 'B', 'C']) {
      const order = orderOf(id, { state: 'paid' })
      await make(store, order, {
        bytes: [{ id: `${id}/N`, order: id, bytes: Buffer.from('x') }],
        key: { tenant: 'hospital', key: id, digest: 'd', order: id, atMs: 1_000 },
        events: [eventOf(order, 1)],
      })
    }
    await store.sequence(10, 1_000)
    await store.claimDeliveries(1_000, 2, { id: 'c', untilMs: 2_000 })
    for (const id of ['A', 'B'])
      await store.settleDelivery('c', `evt_${id}_1.hook`, { state: 'acknowledged', attempts: 1, dueMs: 0 })
    const counts: number[] = []
    do counts.push(await store.purge(9_000, 2))
    while (counts.at(-1) !== 0)
    assert.deepEqual(counts, [6, 2, 0])
    assert.equal((await store.deliveries({}, { limit: 9 })).rows.length, 1)
    assert.equal((await store.events('hospital', 0, 9)).length, 3)
  })

  test('figures count what is there, and since when', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await make(store, orderOf('A', { state: 'unknown', dueMs: 50 }), { log: [entryOf(orderOf('A'), 700)] })
    await make(store, orderOf('B', { state: 'unknown', dueMs: 60 }), { log: [entryOf(orderOf('B'), 600)] })
    await make(store, orderOf('C', { state: 'paid', marks: 1 }))
    const change = (id: string, to: Parameters<typeof next>[1], atMs: number) =>
      store.change({ id }, ({ order }) => {
        const changed = next(order, to)
        return { result: undefined, write: { order: changed, log: [entryOf(changed, atMs)] } }
      })
    await change('A', {}, 900)
    const before = await store.figures(55)
    assert.deepEqual(before.orders, [
      { product: 'combine', state: 'paid', count: 1 },
      { product: 'combine', state: 'unknown', count: 2 },
    ])
    assert.deepEqual([before.oldestUnknownMs, before.due, before.oldestDueMs], [600, 1, 50])
    assert.equal(before.needsAttention, 1)
    await Promise.all([change('B', { state: 'paid', dueMs: undefined }, 950), change('C', { marks: 0 }, 950)])
    const after = await store.figures(100)
    assert.deepEqual(
      after.orders.map((one) => [one.state, one.count]),
      [
        ['paid', 2],
        ['unknown', 1],
      ],
    )
    assert.deepEqual([after.oldestUnknownMs, after.due, after.needsAttention], [700, 1, 0])
  })

  test('the audit chain has no gaps, whoever writes, and each hash follows from the one before', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        stores[at % 2]?.audit({
          ...{ atMs: at, actor: 'li', tenant: 'hospital', action: at < 5 ? 'resolve' : 'refund' },
          ...{ subject: 'A', details: { reason: 'r', at, none: undefined } },
        }),
      ),
    )
    const [store] = stores
    const entries = (await store?.auditLog(0, 100)) ?? []
    assert.equal(entries.length, 10)
    let before = auditStart
    for (const [at, entry] of entries.entries()) {
      assert.equal(entry.seq, at + 1)
      assert.equal(entry.hash, auditHash(before, entry))
      before = entry.hash
    }
    assert.deepEqual(
      (await store?.auditLog(8, 100))?.map(({ seq }) => seq),
      [9, 10],
    )
    const newest = entries.findLast(({ action }) => action === 'refund')
    assert.deepEqual(await store?.lastAudit('refund'), newest)
    assert.equal(await store?.lastAudit('other'), undefined)
  })

  test('API keys are found by their hash, and noting a use undoes no revocation', async () => {
    await using place = await openPlace()
    const store = await place.open()
    const key: ApiKey = {
      ...{
        id: 'key1',
        tenant: 'hospital',
        name: 'his',
        hash: 'ab',
        scopes: ['read', 'operate'],
        createdMs: 1,
      },
      ...{ expiresMs: undefined, revokedMs: undefined, lastUsedMs: undefined },
    }
    await store.saveApiKey(key)
    await store.saveApiKey({ ...key, id: 'key2', tenant: '*', hash: 'cd' })
    assert.deepEqual(await store.apiKey('ab'), key)
    assert.equal(await store.apiKey('ef'), undefined)
    await store.saveApiKey({ ...key, revokedMs: 5 })
    await store.touchApiKey('key1', 9)
    // Another had read it before: its end is not undone.
    await store.saveApiKey(key)
    assert.deepEqual(await store.apiKey('ab'), { ...key, revokedMs: 5, lastUsedMs: 9 })
    assert.deepEqual(
      (await store.apiKeys('hospital')).map(({ id }) => id),
      ['key1'],
    )
    assert.equal((await store.apiKeys()).length, 2)
  })

  test('tenants and signers are kept under their id, the newest word holds', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.saveRecord({ kind: 'tenant', id: 'b', json: '{}', updatedMs: 1 })
    await store.saveRecord({ kind: 'tenant', id: 'a', json: '{}', updatedMs: 1 })
    await store.saveRecord({ kind: 'tenant', id: 'b', json: '{"name":1}', updatedMs: 2 })
    await store.saveRecord({ kind: 'signer', id: 'a', json: '{}', updatedMs: 1 })
    assert.deepEqual(await store.records('tenant'), [
      { kind: 'tenant', id: 'a', json: '{}', updatedMs: 1 },
      { kind: 'tenant', id: 'b', json: '{"name":1}', updatedMs: 2 },
    ])
  })

  test('of two people who decide on a wish one is first', async () => {
    await using place = await openPlace()
    const stores = [await place.open(), await place.open()]
    const [store] = stores
    await store?.saveApproval(approval)
    await store?.saveApproval({ ...approval, id: 'ap2', tenant: 'clinic' })
    const decided = await Promise.all(
      stores.map((one, at) => one.decideApproval('ap1', at ? 'approved' : 'refused', `p${at}`, 9)),
    )
    assert.deepEqual(decided.toSorted(), [false, true])
    const found = await store?.approval('ap1')
    assert.equal(found?.decidedBy, found?.state === 'approved' ? 'p1' : 'p0')
    assert.deepEqual(
      (await store?.approvals(undefined, 'waiting'))?.map(({ id }) => id),
      ['ap2'],
    )
    assert.deepEqual(
      (await store?.approvals('hospital'))?.map(({ id }) => id),
      ['ap1'],
    )
  })

  test('a notice in suspense is counted when it comes again, and resolved once', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.suspend(suspense)
    await store.suspend(suspense)
    await store.suspend({ ...suspense, id: 's2', heardMs: 2 })
    const first = await store.suspended({ limit: 1 })
    assert.deepEqual(
      first.rows.map(({ id }) => id),
      ['s2'],
    )
    const [second] = (await store.suspended({ limit: 1, cursor: first.next })).rows
    assert.deepEqual([second?.id, second?.count, second?.resolved], ['s1', 2, undefined])
    assert.equal((await store.figures(0)).suspense, 2)
    assert.equal(await store.resolveSuspense('s1', 'li', 'a test order', 9), true)
    assert.equal(await store.resolveSuspense('s1', 'wang', 'late', 10), false)
    assert.equal((await store.figures(0)).suspense, 1)
    // However many were resolved since, the open one is found.
    const open = await store.suspended({ limit: 1, open: true })
    assert.deepEqual([open.rows.map(({ id }) => id), open.next], [['s2'], undefined])
    await store.resolveSuspense('s2', 'li', 'another', 20)
    assert.deepEqual((await store.suspended({ limit: 1, open: true })).rows, [])
  })

  test('purge removes messages and wishes that somebody has long decided, and no open one', async () => {
    await using place = await openPlace()
    const store = await place.open()
    for (const id of ['s1', 's2']) await store.suspend({ ...suspense, id })
    for (const id of ['a1', 'a2']) await store.saveApproval({ ...approval, id })
    await store.resolveSuspense('s1', 'li', 'a test order', 9)
    await store.decideApproval('a1', 'refused', 'wang', 9)
    assert.equal(await store.purge(9, 10), 0)
    assert.equal(await store.purge(10, 10), 2)
    assert.deepEqual(
      (await store.suspended({ limit: 5 })).rows.map(({ id }) => id),
      ['s2'],
    )
    assert.deepEqual(
      (await store.approvals(undefined)).map(({ id }) => id),
      ['a2'],
    )
  })

  test('an access token is dropped only if it is still the one that was refused', async () => {
    await using place = await openPlace()
    const store = await place.open()
    await store.tokens.set('app', token)
    await store.tokens.drop('app', 'an older one')
    assert.deepEqual(await store.tokens.get('app'), token)
    await store.tokens.drop('app', marker)
    assert.equal(await store.tokens.get('app'), undefined)
  })
}
