import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type fields, notifications, operations } from '@chadan/protocol'
import { type CombineBench, openCombineBench, orchard, tea } from './combine-bench.ts'
import { seal } from './support.ts'

const { combine, refunds, ecommerceRefunds } = operations

/** Declared values of the enumerations in these fields, as `path value`. */
function declaredValues(declared: fields.Fields, at = ''): string[] {
  return Object.entries(declared).flatMap(([name, field]) =>
    valuesOf(field as fields.AnyField, `${at}${name}`),
  )
}

function valuesOf(field: fields.AnyField, at: string): string[] {
  if (field.kind === 'choice') return Object.keys(field.values).map((value) => `${at} ${value}`)
  if (field.kind === 'group') return declaredValues(field.fields, `${at}.`)
  if (field.kind === 'list') return valuesOf(field.item as fields.AnyField, `${at}[]`)
  return []
}

/** Every text in a message, as `path value`. */
function texts(value: unknown, at = ''): string[] {
  if (typeof value === 'string') return [`${at} ${value}`]
  if (Array.isArray(value)) return value.flatMap((item) => texts(item, `${at}[]`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => texts(member, at ? `${at}.${name}` : name))
}

const missing = (declared: fields.Fields, messages: readonly unknown[]) => {
  const seen = new Set(messages.flatMap((message) => texts(message)))
  return declaredValues(declared).filter((one) => !seen.has(one))
}

const refundsOf = (number: string) => `refunds/${number}`

test('every state, trade type, coupon and scenario of a combined order occurs', async () => {
  const bench = await openCombineBench({ switches: { combine: { afterBankRefusal: 'PAYERROR' } } })
  const orders: unknown[] = []
  const see = async (number: string) => void orders.push((await bench.query(number)).body)
  const scene = { device_id: 'WEB-HZ-0001', payer_client_ip: '203.0.113.24', h5_info: { type: 'Wap' } }
  await bench.place(bench.direct('CT1', { scene_info: scene }), combine.createH5)
  await see('CT1')
  await bench.close(bench.direct('CT1'))
  await see('CT1')
  await bench.place(bench.direct('CT2'), combine.createNative)
  await bench.sim.act('CT2', { action: 'event', name: 'password' })
  await see('CT2')
  await bench.sim.act('CT2', { action: 'fail' })
  await see('CT2')
  for (const coupon of bench.sim.checkout('CT2')?.coupons ?? []) {
    await bench.paid(bench.direct(`CT-${coupon.id}`), { coupon: coupon.id })
    await see(`CT-${coupon.id}`)
  }
  const app = { combine_payer_info: undefined, trade_scenario: 'RECOMMERCE' }
  await bench.sim.pay(await bench.place(bench.direct('CT3', app), combine.createApp))
  const body = {
    out_trade_no: 'CT3_sub1',
    out_refund_no: 'R1',
    amount: { refund: 1, total: 12800, currency: 'CNY' },
  }
  await bench.call(refunds.create, { body, as: tea })
  await see('CT3')
  assert.deepEqual(missing(combine.queryByOutTradeNo.result.fields, orders), [
    // Reversal and deduction products; combined orders know neither.
    'sub_orders[].trade_state REVOKED',
    'sub_orders[].trade_state ACCEPT',
  ])
})

/** Refunds in every state and by every channel, each seen at once and at the end. */
async function refundTour(
  bench: CombineBench,
  call: (number: string, more: Record<string, unknown>) => Promise<{ body: Record<string, unknown> }>,
  find: (number: string) => Promise<{ body: Record<string, unknown> }>,
  order: string,
): Promise<unknown[]> {
  const seen: unknown[] = []
  const outcomes = ['success', 'balance', 'otherBalance', 'closed', 'abnormal']
  for (const [index, outcome] of outcomes.entries()) {
    await bench.sim.act(refundsOf(order), { action: 'event', name: `refund:${outcome}` })
    const funds_account = ['AVAILABLE', 'UNSETTLED'][index % 2]
    seen.push((await call(`R-${outcome}`, { funds_account })).body)
    await bench.sim.advance(2000)
    seen.push((await find(`R-${outcome}`)).body)
  }
  return seen
}

test('every state, channel and account of a refund occurs', async () => {
  const bench = await openCombineBench()
  const coupons = ['3417860025501', '3417860025502']
  const seen: unknown[] = []
  for (const coupon of coupons) {
    const number = `CT-${coupon}`
    await bench.paid(bench.direct(number), { coupon })
    const call = (out_refund_no: string, more: Record<string, unknown>) =>
      bench.call(refunds.create, {
        body: {
          out_trade_no: `${number}_sub1`,
          out_refund_no: `${coupon}${out_refund_no}`,
          notify_url: 'https://shop.example.cn/refund',
          amount: {
            refund: 100,
            total: 12800,
            currency: 'CNY',
            from: [
              { account: 'AVAILABLE', amount: 60 },
              { account: 'UNAVAILABLE', amount: 40 },
            ],
          },
          ...more,
        },
        as: tea,
      })
    const find = (out_refund_no: string) =>
      bench.call(refunds.find, { path: { out_refund_no: `${coupon}${out_refund_no}` }, as: tea })
    seen.push(...(await refundTour(bench, call, find, `${number}_sub1`)))
    const refund_id = ((await find('R-abnormal')).body as { refund_id: string }).refund_id
    const sent = await bench.call(refunds.applyAbnormal, {
      path: { refund_id },
      body: {
        out_refund_no: `${coupon}R-abnormal`,
        type: 'USER_BANK_CARD',
        bank_type: 'PSBC_DEBIT',
        bank_account: seal(bench.sim, '6221880000000417'),
        real_name: seal(bench.sim, '张三'),
      },
      headers: { 'wechatpay-serial': bench.sim.credentials.apiv3.publicKeyId },
      as: tea,
    })
    seen.push(sent.body)
  }
  const plain = await bench.call(refunds.create, {
    body: {
      out_trade_no: 'CT-3417860025501_sub1',
      out_refund_no: 'R-from',
      amount: {
        refund: 1,
        total: 12800,
        currency: 'CNY',
        from: [{ account: 'UNAVAILABLE', amount: 1 }],
      },
    },
    as: tea,
  })
  seen.push(plain.body)
  assert.deepEqual(missing(refunds.find.result.fields, seen), [
    // A merchant of the simulated world has one account, and none in digital currency.
    'funds_account OPERATION',
    'funds_account BASIC',
    'funds_account ECNY_BASIC',
    // The other words for the same two kinds of coupon (C18).
    'promotion_detail[].type COUPON',
    'promotion_detail[].type DISCOUNT',
  ])
  const resources = bench.sim.notices.map(({ resource }) => resource)
  const statuses = new Set(resources.map(({ refund_status }) => refund_status))
  assert.deepEqual([...statuses].filter(Boolean).sort(), ['ABNORMAL', 'CLOSED', 'SUCCESS'])
  assert.deepEqual(missing(notifications.refunds.closed.resource.fields, resources), [
    'refund_status CLOSE',
    'refund_account REFUND_SOURCE_SUB_MERCHANT',
    'refund_account REFUND_SOURCE_PARTNER_ADVANCE',
  ])
})

test('every state, channel and payer of a platform’s refund occurs', async () => {
  const bench = await openCombineBench()
  const number = 'CT20260317B00007'
  const body = bench.provided(number)
  const tagged = { ...body, sub_orders: body.sub_orders.map((sub) => ({ ...sub, goods_tag: 'SPRING26' })) }
  await bench.paid(tagged, { coupon: '3417860025501' })
  const payers = ['REFUND_SOURCE_SUB_MERCHANT', 'REFUND_SOURCE_PARTNER_ADVANCE']
  let calls = 0
  const call = (out_refund_no: string, more: Record<string, unknown>) =>
    bench.call(ecommerceRefunds.create, {
      body: {
        sub_mchid: orchard,
        sp_appid: bench.sim.credentials.apiv3.appid,
        out_trade_no: `${number}_sub1`,
        out_refund_no,
        notify_url: 'https://shop.example.cn/refund',
        amount: {
          refund: 100,
          total: 20000,
          currency: 'CNY',
          from: [
            { account: 'AVAILABLE', amount: 60 },
            { account: 'UNAVAILABLE', amount: 40 },
          ],
        },
        refund_account: payers[calls++ % 2],
        ...more,
      },
    })
  const find = (out_refund_no: string) =>
    bench.call(ecommerceRefunds.findByOutRefundNo, { path: { out_refund_no }, query: { sub_mchid: orchard } })
  const seen = await refundTour(bench, call, find, `${number}_sub1`)
  await call('R-prepaid', { funds_account: 'PREPAID' })
  seen.push((await find('R-prepaid')).body)
  assert.deepEqual(missing(ecommerceRefunds.findById.result.fields, seen), [
    // Only a card named by the merchant, which the next answer shows.
    'channel OTHER_BANKCARD',
    'status REFUNDCLOSE',
    'promotion_detail[].scope GLOBAL',
    'promotion_detail[].type NOCASH',
    'promotion_detail[].type COUPON',
    'promotion_detail[].type DISCOUNT',
    'funds_account BASIC',
    'funds_account ECNY_BASIC',
  ])
  const { refund_id } = (await find('R-abnormal')).body
  const sent = await bench.call(ecommerceRefunds.applyAbnormal, {
    path: { refund_id },
    body: { sub_mchid: orchard, out_refund_no: 'R-abnormal', type: 'MERCHANT_BANK_CARD' },
  })
  assert.equal(sent.body.channel, 'OTHER_BANKCARD')
})
