/** Every route with every role and a foreign tenant, walked from the table of routes: a new one cannot be forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mayUse } from '../src/http/keys.ts'
import { problemKinds } from '../src/http/problem-kinds.ts'
import type { Route, SubjectKind } from '../src/http/route.ts'
import type { Scope } from '../src/store/store.ts'
import { type HttpBench, openHttpBench, routes } from './http-bench.ts'

/** One of everything that a path may name, all of it east's. */
async function furnish(bench: HttpBench): Promise<Readonly<Record<SubjectKind, string>>> {
  const endpoint = await bench.call('POST', '/v1/webhook-endpoints', {
    key: 'east-admin',
    body: { url: 'https://his.example.cn/chadan' },
  })
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  await bench.pass(2000)
  const refund = await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
    key: 'east-operate',
    body: { reference: 'back-1' },
  })
  assert.equal(refund.status, 202)
  const read = async (path: string) => (await bench.call('GET', path, { key: 'east-read' })).body.data[0].id
  const key = await bench.call('POST', '/v1/keys', {
    key: 'east-admin',
    body: { name: 'spare', scopes: ['read'] },
  })
  return {
    order: order.id,
    reference: 'visit-1',
    endpoint: endpoint.body.id,
    delivery: await read('/v1/deliveries'),
    approval: refund.body.id,
    event: await read('/v1/events'),
    key: key.body.id,
  }
}

const others: Readonly<Record<string, string>> = {
  act: 'complete',
  refund: 'R1',
  fact: 'a'.repeat(64),
  mark: 'amount_mismatch:1',
  code: 'internal',
}

function addressOf(route: Route, subjects: Readonly<Record<SubjectKind, string>>): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'id' || name === 'reference' ? subjects[route.subject ?? 'order'] : (others[name] ?? 'x'),
  )
}

const send = (bench: HttpBench, route: Route, address: string, key: string | undefined, tenant?: string) =>
  bench.call(route.method, address, {
    key,
    ...(route.body && { body: route.example ?? {} }),
    ...(tenant !== undefined && { headers: { 'chadan-tenant': tenant } }),
  })

// A stream does not end by itself; its guard is the same function.
const walked = routes.filter(({ id }) => id !== 'events.stream')
const scopes: readonly Scope[] = ['read', 'operate', 'admin']

test('no route answers without a key, with a false, an expired or a revoked one', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const subjects = await furnish(bench)
  const expired = await bench.makeKey('east', 'old', ['admin'], bench.clock.now())
  const revoked = await bench.makeKey('east', 'gone', ['admin'])
  const row = (await bench.store.apiKeys('east')).find(({ name }) => name === 'gone')
  assert.ok(row)
  await bench.store.saveApiKey({ ...row, revokedMs: bench.clock.now() })
  const false1 = `${(bench.keys['east-admin'] ?? '').slice(0, -1)}_`
  const false2 = `ck_${'0'.repeat(32)}`
  for (const route of routes)
    for (const key of [undefined, '', 'x', false1, false2, expired, revoked]) {
      const { status, body, headers } = await send(bench, route, addressOf(route, subjects), key)
      assert.deepEqual([status, body.code], [401, 'unauthenticated'], `${route.id} with ${key}`)
      assert.equal(headers.get('www-authenticate'), 'Bearer realm="chadan"')
    }
})

test('a key without the scope of a route is refused, whatever else is right', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const subjects = await furnish(bench)
  for (const route of routes)
    for (const scope of scopes)
      if (!mayUse({ scopes: [scope] }, route.scope)) {
        const { status, body } = await send(bench, route, addressOf(route, subjects), `east-${scope}`)
        assert.deepEqual([status, body.code], [403, 'forbidden'], `${route.id} as ${scope}`)
      }
})

test("another tenant's key finds nothing of east anywhere, and changes nothing of it", async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const subjects = await furnish(bench)
  const before = JSON.stringify(await bench.store.find({ id: subjects.order }))
  const kept = async () =>
    JSON.stringify([
      await bench.store.find({ id: subjects.order }),
      await bench.store.endpoints('east'),
      await bench.store.deliveries({ tenant: 'east' }, { limit: 10 }),
      await bench.store.approvals('east'),
      (await bench.store.apiKeys('east')).map(({ lastUsedMs: _, ...key }) => key),
    ])
  const all = await kept()
  for (const route of walked) {
    const { status, body } = await send(bench, route, addressOf(route, subjects), 'west-admin')
    if (route.tenancy === 'all') assert.equal(status, 403, route.id)
    else if (route.subject) {
      const { title } = problemKinds[body.code as keyof typeof problemKinds] ?? {}
      assert.deepEqual([status, body.title], [404, title], route.id)
      assert.match(body.code, /^unknown_/, route.id)
    } else if (status < 300 && !route.id.startsWith('documents.')) {
      const text = JSON.stringify(body)
      for (const one of Object.values(subjects))
        assert.ok(!text.includes(`"${one}"`), `${route.id} shows ${one}`)
    }
    const named = await send(bench, route, addressOf(route, subjects), 'west-admin', 'east')
    assert.ok([403, 404].includes(named.status), `${route.id} with the header`)
  }
  assert.equal(await kept(), all)
  assert.equal(JSON.stringify(await bench.store.find({ id: subjects.order })), before)
})

test('a key of all tenants must name the tenant where one is needed, and one that exists', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const subjects = await furnish(bench)
  for (const route of walked) {
    const address = addressOf(route, subjects)
    if (route.tenancy === 'one') {
      const unnamed = await send(bench, route, address, 'all-admin')
      assert.deepEqual([unnamed.status, unnamed.body.code], [400, 'tenant_required'], route.id)
    }
    const strange = await send(bench, route, address, 'all-admin', 'north')
    assert.deepEqual([strange.status, strange.body.code], [404, 'unknown_tenant'], route.id)
    if (route.subject && route.tenancy !== 'all') {
      const foreign = await send(bench, route, address, 'all-admin', 'west')
      assert.equal(foreign.status, 404, route.id)
    }
  }
})

test('with the right key every route does what it documents: its status or one of its problems', async () => {
  const bench = await openHttpBench({ tenant: { approvalAboveMinor: 0 } })
  const subjects = await furnish(bench)
  const common = ['not_found']
  for (const route of walked) {
    const key = route.tenancy === 'all' ? 'all-admin' : 'east-admin'
    const { status, body } = await send(bench, route, addressOf(route, subjects), key)
    if (status < 300) assert.ok(route.answers[status], `${route.id} answered ${status}`)
    else assert.ok([...route.problems, ...common].includes(body.code), `${route.id}: ${JSON.stringify(body)}`)
  }
})

test('every act is audited before it is done, or says why not', async () => {
  for (const { method, audit, id } of routes)
    if (method !== 'GET') assert.ok(typeof audit === 'function' || (audit?.none ?? '') !== '', id)
  const bench = await openHttpBench({
    store: (store) => ({
      ...store,
      audit: async () => {
        throw new Error('the audit log is away')
      },
    }),
  })
  const { body: order } = await bench.place('visit-1')
  const closed = await bench.call('POST', `/v1/orders/${order.id}/close`, { key: 'east-operate', body: {} })
  assert.equal(closed.status, 500)
  const kept = await bench.store.find({ id: order.id })
  assert.equal(kept?.attempts[0]?.closing, undefined)
})

test('a key says when it was last used, and using it cannot undo its revocation', async () => {
  const bench = await openHttpBench()
  const { body: made } = await bench.call('POST', '/v1/keys', {
    key: 'east-admin',
    body: { name: 'his', scopes: ['read'] },
  })
  assert.match(made.key, /^ck_[0-9A-Za-z]{32}$/)
  assert.equal((await bench.call('GET', '/v1/orders', { key: made.key })).status, 200)
  const shown = async () =>
    (await bench.call('GET', '/v1/keys', { key: 'east-admin' })).body.data.find(
      (one: { id: string }) => one.id === made.id,
    )
  assert.equal((await shown()).last_used_at, '2026-03-17T02:00:00.000Z')
  await bench.call('POST', `/v1/keys/${made.id}/revoke`, { key: 'east-admin' })
  await bench.clock.advance(120_000)
  assert.equal((await bench.call('GET', '/v1/orders', { key: made.key })).status, 401)
  assert.equal((await shown()).active, false)
  const text = JSON.stringify(await bench.store.apiKeys())
  for (const key of Object.values(bench.keys)) assert.ok(!text.includes(key))
})

test('a rotated key keeps its name, and the old one works until the overlap ends', async () => {
  const bench = await openHttpBench()
  const create = { key: 'east-admin', body: { name: 'his', scopes: ['read'] } }
  const { body: made } = await bench.call('POST', '/v1/keys', create)
  assert.equal((await bench.call('POST', '/v1/keys', create)).body.code, 'name_taken')
  const { body: next } = await bench.call('POST', `/v1/keys/${made.id}/rotate`, {
    key: 'east-admin',
    body: { overlap_hours: 1 },
  })
  assert.equal(next.name, 'his')
  const status = async (key: string) => (await bench.call('GET', '/v1/orders', { key })).status
  assert.deepEqual([await status(made.key), await status(next.key)], [200, 200])
  await bench.clock.advance(3_600_000)
  assert.deepEqual([await status(made.key), await status(next.key)], [401, 200])
})

test('only a key of all tenants makes another one', async () => {
  const bench = await openHttpBench()
  const body = { name: 'ops', scopes: ['read'], all_tenants: true }
  assert.equal((await bench.call('POST', '/v1/keys', { key: 'east-admin', body })).status, 403)
  const made = await bench.call('POST', '/v1/keys', { key: 'all-admin', body })
  assert.deepEqual([made.status, made.body.tenant], [201, '*'])
  const unnamed = { name: 'ops2', scopes: ['read'] }
  const without = await bench.call('POST', '/v1/keys', { key: 'all-admin', body: unnamed })
  assert.equal(without.body.code, 'tenant_required')
})
