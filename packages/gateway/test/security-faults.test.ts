/** What is taken away while orders are open: signers, tenants, the store, time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Signer, Tenant } from '../src/engine/desk.ts'
import { openBuckets } from '../src/http/buckets.ts'
import { type HttpBench, openHttpBench, publicUrl } from './http-bench.ts'

/** A bench whose signer and tenants can be taken out of the configuration. */
async function openRemovable() {
  const removed = { signer: false, tenant: false }
  const limits = { place: 1000, ask: 1000, close: 1000, refund: 1000, ask_refund: 1000 }
  let facts: Signer['facts'] | undefined
  const tenant = (id: string): Tenant => ({
    ...{ id, name: id, signers: ['main'], merchant: {}, refundUnexpected: 'by_hand' as const },
    returnPage: 'https://hospital.example.cn/paid',
  })
  const bench: HttpBench = await openHttpBench({
    options: {
      signer: async (id) =>
        id === 'main' && facts && !removed.signer ? { facts, client: bench.client, limits } : undefined,
      tenant: async (id) => (removed.tenant ? undefined : tenant(id)),
    },
  })
  const { mchid, appid } = bench.sim.credentials.apiv3
  facts = { id: 'main', mode: 'partner', mchid, appid }
  return { bench, removed }
}

test('an open order whose signer was taken out of the configuration is still shown, and goes on when it is back', async () => {
  const { bench, removed } = await openRemovable()
  const { body: order } = await bench.place('visit-1')
  removed.signer = true
  await bench.pass(60_000)
  const seen = await bench.call('GET', `/v1/orders/${order.id}`, { key: 'east-read' })
  assert.deepEqual([seen.status, seen.body.state], [200, 'awaiting_payment'])
  const back = await bench.raw(new Request(`${publicUrl}/return/${order.id}`))
  assert.equal(back.status, 302)
  const closing = await bench.call('POST', `/v1/orders/${order.id}/close`, { key: 'east-operate', body: {} })
  assert.ok(closing.status < 500, JSON.stringify(closing.body))
  await bench.pay(order)
  removed.signer = false
  await bench.pass(10 * 60_000)
  assert.equal((await bench.store.find({ id: order.id }))?.view.state, 'paid')
})

test('an open order whose tenant was taken out of the configuration is followed to its end', async () => {
  const { bench, removed } = await openRemovable()
  const { body: order } = await bench.place('visit-1')
  removed.tenant = true
  await bench.pay(order)
  await bench.pass(10_000)
  assert.equal((await bench.store.find({ id: order.id }))?.view.state, 'paid')
  const seen = await bench.call('GET', `/v1/orders/${order.id}`, { key: 'east-read' })
  assert.equal(seen.status, 200)
  const refund = await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
    key: 'east-operate',
    body: { reference: 'r' },
  })
  assert.ok(refund.status >= 400 && refund.status < 500, `${refund.status}`)
})

test('a clock that is set back locks nobody out', () => {
  let nowMs = 86_400_000
  const buckets = openBuckets({ now: () => nowMs }, { perSecond: 1, burst: 1 })
  assert.equal(buckets.take('key'), 0)
  nowMs = 0
  assert.ok(buckets.take('key') > 0)
  nowMs = 1000
  assert.equal(buckets.take('key'), 0)
})
