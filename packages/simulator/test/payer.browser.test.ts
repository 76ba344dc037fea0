import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Simulator } from '../src/simulator.ts'
import { noBrowser, openVisitor } from './browser.ts'
import { combine, openCombineBench } from './combine-bench.ts'
import { fakeOrder, openFake } from './payer.fake.ts'

const limits = { skip: noBrowser, timeout: 60_000 }

test('a person pays on a phone of 360 pixels and sees that it is paid', limits, async () => {
  const { sim, done } = await openFake({ K1: structuredClone(fakeOrder) })
  await using visitor = await openVisitor(sim, 360)
  const { page, base, complaints } = visitor
  await page.goto(`${base}/_simulator/pay/K1`)
  assert.equal(await page.locator('.amount').textContent(), '¥2,468.00')
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  assert.equal(widths[0], 360, 'nothing reaches beyond the screen')
  // The style was let in by its hash: without it a button has the browser's own height.
  const button = page.getByRole('button', { name: '支付', exact: true })
  assert.ok(((await button.boundingBox())?.height ?? 0) >= 48)
  await page.getByLabel('新人立减').check()
  await button.click()
  await page.getByRole('heading', { name: '支付成功' }).waitFor()
  assert.deepEqual(done, [{ action: 'pay', coupon: 'C2' }])
  assert.equal(await page.getByRole('button').count(), 0)
  assert.deepEqual(complaints, [])
})

test('long words, many parts and the desktop leave the page whole', limits, async () => {
  const long = structuredClone(fakeOrder)
  long.description = 'W'.repeat(200)
  long.payee = '滨江'.repeat(40)
  long.amount = { minor: 9_999_999_999_99, currency: 'CNY' }
  long.lines = Array.from({ length: 50 }, (_, index) => ({
    label: `部分${'x'.repeat(40)}${index}`,
    minor: index,
  }))
  long.coupons = [{ id: 'C', name: '券'.repeat(60), minor: 1 }]
  const { sim } = await openFake({ K1: long })
  for (const width of [360, 1280]) {
    await using visitor = await openVisitor(sim, width)
    await visitor.page.goto(`${visitor.base}/_simulator/pay/K1`)
    assert.equal(await visitor.page.evaluate(() => document.documentElement.scrollWidth), width)
  }
})

test(
  'the link of a combined H5 order opens in the browser, and paying there pays both merchants',
  limits,
  async () => {
    let sim: Pick<Simulator, 'fetch'> | undefined
    await using visitor = await openVisitor(
      { fetch: async (request) => sim?.fetch(request) ?? new Response(null, { status: 503 }) },
      360,
    )
    const { page, base } = visitor
    const bench = await openCombineBench({ baseUrl: base })
    sim = bench.sim
    const order = bench.direct('CT20260317H00001', {
      scene_info: { device_id: 'WEB-HZ-0001', payer_client_ip: '203.0.113.24', h5_info: { type: 'Wap' } },
    })
    const link = await bench.place(order, combine.createH5)
    assert.ok(link.startsWith(`${base}/_simulator/pay/`), link)
    await page.goto(link)
    assert.equal(await page.locator('.amount').textContent(), '¥163.50')
    await page.getByRole('button', { name: '支付失败', exact: true }).click()
    await page.getByText('可以再试').waitFor()
    await page.getByRole('button', { name: '支付', exact: true }).click()
    await page.getByRole('heading', { name: /支付(成功|处理中)/ }).waitFor()
    await bench.sim.advance(10_000)
    const { body } = await bench.query(order.combine_out_trade_no)
    assert.deepEqual(
      body.sub_orders.map((sub: { trade_state: string }) => sub.trade_state),
      ['SUCCESS', 'SUCCESS'],
    )
    assert.equal(bench.heard.length, 1)
    await page.reload()
    assert.ok(await page.getByRole('heading', { name: '支付成功' }).isVisible())
  },
)
