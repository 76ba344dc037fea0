/** Where WeChat Pay and payers' browsers arrive. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHttpBench, publicUrl } from './http-bench.ts'

test('a notice reaches the gateway byte by byte, and is answered after its commit', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  await bench.pay(order)
  const [notice] = bench.sim.notices.filter((one) => one.state === 'accepted')
  assert.equal(notice?.attempts, 1)
  assert.equal((await bench.store.find({ id: order.id }))?.view.state, 'paid')
  assert.match(
    await bench.service.metrics.text(),
    /chadan_notifications_total\{kind="combine.paid",result="ok"\} 1/,
  )
})

test('a forged notice is refused in its dialect and counted; nothing changes', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1')
  const forged = await bench.raw(
    new Request(`${publicUrl}/notify/main/combine`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'wechatpay-timestamp': String(Math.floor(bench.clock.now() / 1000)),
        'wechatpay-nonce': 'abc',
        'wechatpay-serial': 'PUB_KEY_ID_0000000000',
        'wechatpay-signature': 'AAAA',
      },
      body: JSON.stringify({ id: 'x', event_type: 'TRANSACTION.SUCCESS' }),
    }),
  )
  assert.ok(forged.status >= 400, `${forged.status}`)
  assert.equal((await bench.store.find({ id: order.id }))?.view.state, 'awaiting_payment')
  assert.match(
    await bench.service.metrics.text(),
    /chadan_notifications_total\{kind="unverified",result="refused"\} 1/,
  )
})

test('unknown signers and products, and too large messages, never reach the gateway', async () => {
  const bench = await openHttpBench()
  const status = async (path: string, body: BodyInit = '{}') =>
    (await bench.raw(new Request(`${publicUrl}${path}`, { method: 'POST', body }))).status
  assert.equal(await status('/notify/main/none'), 404)
  assert.equal(await status('/notify/main/__proto__'), 404)
  assert.equal(await status('/notify/other/combine'), 404)
  assert.equal(await status('/notify/a%2Fb/combine'), 404)
  assert.equal(await status('/notify/main/combine', 'x'.repeat(2 * 1024 * 1024 + 1)), 413)
})

test('a message whose commit takes too long is refused within five seconds, so that it comes again', async () => {
  const bench = await openHttpBench({
    store: (store) => ({
      ...store,
      change: (find, decide) => ('kind' in find ? new Promise(() => {}) : store.change(find, decide)),
    }),
  })
  const { body: order } = await bench.place('visit-1')
  const kept = await bench.store.find({ id: order.id })
  await bench.sim.pay(kept?.view.attempts[0]?.kept.prepay_id ?? '')
  const startMs = bench.clock.now()
  const answers: Response[] = []
  const { fetch } = bench.service
  bench.service.fetch = async (request) => {
    const answer = await fetch(request)
    answers.push(answer.clone())
    return answer
  }
  await bench.clock.advance(5000, async () => {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
  })
  assert.equal(answers[0]?.status, 503)
  assert.deepEqual(await answers[0]?.json(), { code: 'FAIL', message: 'not now; send it again' })
  assert.ok(bench.clock.now() - startMs <= 6000)
})

test('a payer who comes back goes on to the page of the merchant with the known state', async () => {
  const bench = await openHttpBench()
  const { body: order } = await bench.place('visit-1', { return_to: 'https://his.example.cn/back?visit=1' })
  await bench.pay(order)
  const answer = await bench.raw(new Request(`${publicUrl}/return/${order.id}`))
  assert.equal(answer.status, 302)
  const to = new URL(answer.headers.get('location') ?? '')
  assert.equal(to.origin + to.pathname, 'https://his.example.cn/back')
  assert.deepEqual([to.searchParams.get('visit'), to.searchParams.get('state')], ['1', 'paid'])
})

test('without a page to go on to, or without an order, a neutral page is shown', async () => {
  const bench = await openHttpBench({ tenant: { returnPage: undefined } })
  const { body: order } = await bench.place('visit-1')
  const known = await bench.raw(new Request(`${publicUrl}/return/${order.id}`))
  const unknown = await bench.raw(new Request(`${publicUrl}/return/none`))
  assert.deepEqual([known.status, unknown.status], [200, 200])
  const text = await known.text()
  assert.equal(text, await unknown.text())
  assert.match(text, /请返回商户页面/)
  assert.ok(!text.includes(order.id))
})

test('the return page takes a browser to web addresses only', async () => {
  const bench = await openHttpBench({ tenant: { returnPage: 'javascript:alert(1)' } })
  const { body: order } = await bench.place('visit-1')
  const answer = await bench.raw(new Request(`${publicUrl}/return/${order.id}`))
  assert.deepEqual([answer.status, answer.headers.get('location')], [200, null])
})
