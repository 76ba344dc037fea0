/** What is believed, of whom, and at which address. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HttpBench, openHttpBench, publicUrl } from './http-bench.ts'

/** Keeps copies of the notices that arrive. */
function recorded(bench: HttpBench): Request[] {
  const seen: Request[] = []
  const { fetch } = bench.service
  bench.service.fetch = async (request) => {
    if (request.url.includes('/notify/')) seen.push(request.clone() as Request)
    return fetch(request)
  }
  return seen
}

async function sentTo(path: string, notice: Request): Promise<Request> {
  const body = await notice.clone().arrayBuffer()
  return new Request(`${publicUrl}${path}`, { method: 'POST', headers: notice.headers, body })
}

test('a genuine notice at the address of another product is refused, not swallowed', async () => {
  const bench = await openHttpBench()
  const notices = recorded(bench)
  const { body: order } = await bench.place('visit-1')
  bench.sim.faults.next('combine.paid', 'lose')
  await bench.pay(order)
  await bench.sim.sendNotice(bench.sim.notices.at(-1)?.id ?? '')
  await bench.pump(bench.sim.settle())
  const [notice] = notices
  assert.ok(notice)
  for (const product of ['medIns', 'payscore', 'wecom', 'payinsurance']) {
    const answer = await bench.raw(await sentTo(`/notify/main/${product}`, notice))
    assert.ok(answer.status >= 400, `${product}: ${answer.status}`)
  }
})

test('a genuine refund notice at the address of another product changes nothing', async () => {
  const bench = await openHttpBench()
  const notices = recorded(bench)
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  const [part] = order.attempts[0].parts
  bench.sim.faults.next('refunds.*', 'lose')
  await bench.call('POST', `/v1/orders/${order.id}/refunds`, {
    key: 'east-operate',
    body: { reference: 'r', parts: { [part.id]: 700 } },
  })
  await bench.clock.advance(5 * 60_000, async () => {})
  await bench.pump(bench.sim.settle())
  const notice = notices.at(-1)
  assert.ok(notice)
  const before = await bench.store.find({ id: order.id })
  const answer = await bench.raw(await sentTo('/notify/main/medIns', notice))
  const after = await bench.store.find({ id: order.id })
  assert.ok(answer.status >= 400, `${answer.status}`)
  assert.equal(after?.version, before?.version)
})

test('a tenant that shares a signer cannot place in the name of another merchant', async () => {
  const bench = await openHttpBench({
    tenant: { merchant: { mchid: '1900000109', sub_mchid: '1900000119' } },
  })
  for (const [product, details] of [
    ['wecom', { mchid: '1900000108' }],
    ['payscore', { sub_mchid: '1900000118' }],
  ] as const) {
    const { status, body } = await bench.place('visit-1', { product, details })
    assert.equal(status, 422, JSON.stringify(body))
    assert.equal(body.rule, 'another_merchant')
  }
})
