import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, states } from '../src/payer/words.ts'
import type { Checkout } from '../src/product.ts'
import type { Simulator } from '../src/simulator.ts'
import { fakeOrder, openFake } from './payer.fake.ts'

const host = 'http://127.0.0.1:8081'

async function get(sim: Simulator, path: string) {
  const response = await sim.fetch(new Request(`${host}${path}`))
  return { status: response.status, headers: response.headers, html: await response.text() }
}

async function press(sim: Simulator, key: string, form: Record<string, string>, headers = {}) {
  const response = await sim.fetch(
    new Request(`${host}/_simulator/pay/${key}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers,
    }),
  )
  return { status: response.status, location: response.headers.get('location'), html: await response.text() }
}

test('the page names payee, amount, parts and coupons, and offers what the order allows', async () => {
  const { sim } = await openFake({ K: structuredClone(fakeOrder) })
  const { status, html } = await get(sim, '/_simulator/pay/K')
  assert.equal(status, 200)
  for (const text of ['滨江示范医院', '¥2,468.00', '门诊缴费', '医保统筹', '满100减5', '不使用优惠']) {
    assert.ok(html.includes(text), text)
  }
  assert.deepEqual(
    [...html.matchAll(/<button[^>]*value="(\w+)"[^>]*>([^<]+)</g)].map(([, value, label]) => [value, label]),
    [
      ['pay', '支付'],
      ['fail', '支付失败'],
      ['cancel', '取消'],
    ],
  )
})

test('paying with a coupon acts once and shows the result', async () => {
  const { sim, done } = await openFake({ K: structuredClone(fakeOrder) })
  const { status, location } = await press(sim, 'K', { action: 'pay', coupon: 'C2' })
  assert.deepEqual([status, location], [303, '/_simulator/pay/K?done=pay'])
  assert.deepEqual(done, [{ action: 'pay', coupon: 'C2' }])
  const { html } = await get(sim, location as string)
  assert.ok(html.includes('<h1>支付成功</h1>'))
  assert.ok(!html.includes('<form'))
})

test('no coupon is taken when none is chosen', async () => {
  const { sim, done } = await openFake({ K: structuredClone(fakeOrder) })
  await press(sim, 'K', { action: 'pay', coupon: '' })
  assert.deepEqual(done, [{ action: 'pay' }])
})

test('every state has a page of its own', async () => {
  for (const [state, { title }] of Object.entries(states)) {
    if (state === 'open') continue
    const order = { ...structuredClone(fakeOrder), state: state as Checkout['state'], actions: [] }
    const { sim } = await openFake({ K: order })
    const { html } = await get(sim, '/_simulator/pay/K')
    assert.ok(html.includes(`<h1>${title}</h1>`), state)
    assert.equal(html.includes('http-equiv="refresh"'), state === 'paying')
  }
})

test('a service order is confirmed', async () => {
  const { sim, done } = await openFake({
    K: { ...structuredClone(fakeOrder), actions: ['confirm', 'cancel'] },
  })
  assert.ok((await get(sim, '/_simulator/pay/K')).html.includes('>确认</button>'))
  await press(sim, 'K', { action: 'confirm' })
  assert.deepEqual(done, [{ action: 'confirm' }])
})

test('what an order says is text on the page, never markup', async () => {
  const evil = '"><script>alert(1)</script>\'&'
  const order = {
    ...structuredClone(fakeOrder),
    payee: evil,
    description: evil,
    number: evil,
    lines: [{ label: evil, minor: 1 }],
    coupons: [{ id: evil, name: evil, minor: 1 }],
  }
  const { sim } = await openFake({ [evil]: order })
  const { status, html } = await get(sim, `/_simulator/pay/${encodeURIComponent(evil)}`)
  assert.equal(status, 200)
  assert.ok(!html.includes('<script'))
  assert.ok(!/value=""[^ >]/.test(html))
  assert.ok(html.includes('&lt;script&gt;alert(1)'))
})

test('the policy allows no script, no frame and nothing from elsewhere', async () => {
  const { sim } = await openFake({ K: structuredClone(fakeOrder) })
  const { headers, html } = await get(sim, '/_simulator/pay/K')
  const policy = headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.doesNotMatch(policy, /unsafe|script-src|https?:/)
  assert.doesNotMatch(html, /<script|<link|<img|https?:\/\//)
})

test('an unknown key is a friendly 404, an action that is refused says why', async () => {
  const { sim } = await openFake({ K: { ...structuredClone(fakeOrder), actions: ['cancel'] } })
  const unknown = await get(sim, '/_simulator/pay/none')
  assert.equal(unknown.status, 404)
  assert.ok(unknown.html.includes('找不到这个订单'))
  assert.equal((await press(sim, 'none', { action: 'pay' })).status, 404)
  const refused = await press(sim, 'K', { action: 'pay' })
  assert.equal(refused.status, 409)
  assert.ok(refused.html.includes('the order does not allow this'))
})

test('a form of another origin, an unknown button and a body that is no form do nothing', async () => {
  const { sim, done } = await openFake({ K: structuredClone(fakeOrder) })
  assert.equal((await press(sim, 'K', { action: 'pay' }, { origin: 'https://evil.example' })).status, 403)
  assert.equal((await press(sim, 'K', { action: 'pay' }, { 'sec-fetch-site': 'same-site' })).status, 403)
  assert.equal((await press(sim, 'K', { action: 'steal' })).status, 400)
  assert.equal((await press(sim, 'K', { action: 'event' })).status, 400)
  assert.equal((await press(sim, 'K', { action: 'pay' }, { 'content-type': 'text/plain' })).status, 400)
  assert.equal((await press(sim, 'K', { action: 'pay', coupon: 'x'.repeat(17_000) })).status, 400)
  assert.deepEqual(done, [])
})

test('a code to be scanned is a key like any other, on the page and for the controls', async () => {
  const code = 'weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00'
  const { sim } = await openFake({ [code]: structuredClone(fakeOrder) })
  const encoded = encodeURIComponent(code)
  assert.equal((await get(sim, `/_simulator/pay/${encoded}`)).status, 200)
  const shown = JSON.parse((await get(sim, `/_simulator/orders/${encoded}`)).html)
  assert.equal(shown.number, fakeOrder.number)
  assert.equal(shown.payUrl, `https://simulator.invalid/_simulator/pay/${encoded}`)
  const { status, location } = await press(sim, encoded, { action: 'pay' })
  assert.equal(status, 303)
  assert.ok((await get(sim, location as string)).html.includes('<h1>支付成功</h1>'))
})

test('a key that is no valid percent code is not found, not an error', async () => {
  const { sim } = await openFake({})
  for (const path of ['/_simulator/pay/%ff', '/_simulator/pay/%', '/_simulator/orders/%e4%b8']) {
    assert.equal((await get(sim, path)).status, 404, path)
  }
})

test('amounts are shown in the places of their currency', () => {
  assert.equal(money({ minor: 1230, currency: 'CNY' }), '¥12.30')
  assert.equal(money({ minor: 5, currency: 'HKD' }), 'HK$0.05')
  assert.match(money({ minor: 1230, currency: 'JPY' }), /1,230$/)
  assert.equal(money({ minor: 7, currency: 'points' }), '7 points')
})
