import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import type { ErrorCase, InputOfOperation } from '../src/operation.ts'
import { cash, cashNotifications } from '../src/products/cash/index.ts'
import { certificates } from '../src/products/certificates/index.ts'
import { security } from '../src/products/security/index.ts'
import { cashAnswer, prepayRequest } from './fixtures/med-ins-examples.ts'
import { declaredPaths, pathsIn } from './paths.ts'

const {
  sp_appid: _app,
  sp_mchid: _mchid,
  sub_appid: _subApp,
  sub_mchid: _subMchid,
  ...shared
} = prepayRequest
const directRequest = {
  ...shared,
  appid: 'wx5a1b2c3d4e5f6071',
  mchid: '1680001234',
  payer: { openid: 'oQ2hV8n5Kc0Xr7Tj3Yb6Lw9Mz1Fs' },
}

/** Every field that a prepay may have beyond the documented sample. */
const more = {
  time_expire: '2026-03-14T10:45:42+08:00',
  goods_tag: 'SPRING26',
  limit_pay: ['no_credit'],
  support_fapiao: true,
  detail: {
    cost_price: 5600,
    invoice_id: 'R0001728',
    goods_detail: [
      {
        merchant_goods_id: 'M1',
        wechatpay_goods_id: '1001',
        goods_name: '挂号',
        quantity: 1,
        unit_price: 5000,
      },
    ],
  },
  scene_info: {
    payer_client_ip: '2001:db8::24',
    device_id: 'KIOSK-07',
    store_info: { id: '0001', name: '滨江示范医院', area_code: '330108', address: '江南大道 1 号' },
  },
  settle_info: { profit_sharing: false },
  subsidy_info: {
    subsidy_detail: [
      {
        subsidy_period_type: 'PERIOD',
        subsidy_plan: [{ subsidy_installment_num: 12, subsidy_percent: 100 }],
      },
    ],
  },
}
const identity = { type: 'IDCARD', number: '44030019000101123X', name: '张三' }

const problems = (operation: typeof cash.prepay | typeof cash.prepayPartner, body: unknown) =>
  check(operation.body, 'rules' in operation ? operation.rules : [], body).map(
    ({ at, rule }) => `${at} ${rule}`,
  )

test('the documented prepay passes in both modes', () => {
  assert.deepEqual(problems(cash.prepayPartner, prepayRequest), [])
  assert.deepEqual(problems(cash.prepay, directRequest), [])
})

test('a prepay with everything passes and shows every declared name', () => {
  const direct = { ...directRequest, ...more, payer: { ...directRequest.payer, identity } }
  assert.deepEqual(problems(cash.prepay, direct), [])
  const shown = pathsIn(direct)
  assert.deepEqual(
    declaredPaths(cash.prepay.body).filter((path) => !shown.includes(path)),
    [],
  )
  const partner = { ...prepayRequest, ...more, settle_info: { profit_sharing: true, subsidy_amount: 100 } }
  assert.deepEqual(problems(cash.prepayPartner, partner), [])
})

test('a prepay has 16 fields, and 18 for a sub-merchant', () => {
  assert.equal(Object.keys(cash.prepay.body).length, 16)
  assert.equal(Object.keys(cash.prepayPartner.body).length, 18)
  assert.equal(Object.keys(cash.queryByOutTradeNo.result.fields).length, 14)
  assert.equal(Object.keys(cash.queryByOutTradeNoPartner.result.fields).length, 16)
})

test('a provider names one user id, the app it belongs to and another merchant than itself', () => {
  const { sub_appid: _, ...withoutApp } = prepayRequest
  assert.deepEqual(problems(cash.prepayPartner, withoutApp), ['/sub_appid needs'])
  const both = { ...prepayRequest, payer: { sp_openid: 'o1', sub_openid: 'o2' } }
  assert.deepEqual(problems(cash.prepayPartner, both), ['/payer exactlyOne'])
  assert.deepEqual(problems(cash.prepayPartner, { ...prepayRequest, payer: {} }), ['/payer exactlyOne'])
  assert.deepEqual(problems(cash.prepayPartner, { ...prepayRequest, sub_mchid: '1680001234' }), [' differ'])
})

test('a prepay with a short number, nothing to pay, a query in its address or half a store is refused', () => {
  assert.deepEqual(problems(cash.prepay, { ...directRequest, out_trade_no: 'A1@' }), [
    '/out_trade_no length',
    '/out_trade_no charset',
  ])
  assert.deepEqual(problems(cash.prepay, { ...directRequest, amount: { total: 0 } }), ['/amount/total range'])
  assert.deepEqual(problems(cash.prepay, { ...directRequest, notify_url: 'https://a.cn/?a=1' }), [
    '/notify_url notifyUrl',
  ])
  const half = { payer_client_ip: '203.0.113.24', store_info: { id: '0001' } }
  assert.deepEqual(problems(cash.prepay, { ...directRequest, scene_info: half }), [
    '/scene_info/store_info/name required',
    '/scene_info/store_info/area_code required',
    '/scene_info/store_info/address required',
  ])
  assert.deepEqual(problems(cash.prepay, { ...directRequest, sub_mchid: '1680005678' }), [
    '/sub_mchid unknown',
  ])
})

const coupon = {
  coupon_id: '3417860025501',
  name: '立减券',
  scope: 'SINGLE',
  type: 'CASH',
  amount: 500,
  stock_id: '17302846',
  wechatpay_contribute: 500,
  merchant_contribute: 0,
  other_contribute: 0,
  currency: 'CNY',
  goods_detail: [
    { goods_id: 'LJ-250', quantity: 1, unit_price: 12800, discount_amount: 500, goods_remark: '礼盒装' },
  ],
}
const fullAnswer = { ...cashAnswer, scene_info: { device_id: 'KIOSK-07' }, promotion_detail: [coupon] }

test('the documented order agrees with the declaration, and a full one shows all its names', () => {
  const { fields, rules } = cash.queryByOutTradeNoPartner.result
  assert.deepEqual(check(fields, rules, cashAnswer), [])
  assert.deepEqual(check(fields, rules, fullAnswer), [])
  const shown = pathsIn(fullAnswer)
  assert.deepEqual(
    declaredPaths(fields).filter((path) => !shown.includes(path)),
    // The sample's user is known under the sub-merchant's app.
    ['payer.sp_openid'],
  )
})

test('an unpaid order lacks what only a payment brings', () => {
  const { fields, rules } = cash.queryByOutTradeNo.result
  const unpaid = {
    appid: 'wx5a1b2c3d4e5f6071',
    mchid: '1680001234',
    out_trade_no: 'HZ20260314D0001728',
    trade_state: 'NOTPAY',
    trade_state_desc: '订单未支付',
    amount: { total: 5000, currency: 'CNY' },
  }
  assert.deepEqual(check(fields, rules, unpaid), [])
})

test('the notice is that order, of one mode or the other', () => {
  const { fields, rules } = cashNotifications.paid.resource
  assert.deepEqual(check(fields, rules, fullAnswer), [])
  const { sp_mchid: _, ...orphan } = cashAnswer
  assert.deepEqual(
    check(fields, rules, orphan).map(({ rule }) => rule),
    ['exactlyOne'],
  )
  assert.equal(cashNotifications.paid.lacks, 'combine_out_trade_no')
})

test('queries and closes name their merchants, in the address and in the body', () => {
  assert.equal(check(cash.queryById.query, [], { mchid: '1680001234' }).length, 0)
  const pair = { sp_mchid: '1680001234', sub_mchid: '1680005678' }
  assert.equal(check(cash.queryByIdPartner.query, cash.queryByIdPartner.rules, pair).length, 0)
  assert.equal(check(cash.closePartner.body, cash.closePartner.rules, pair).length, 0)
  assert.equal(check(cash.close.body, [], pair).length, 3)
})

test('only a query may be told that there is no order', () => {
  const says = (errors: readonly ErrorCase[]) => errors.some(({ code }) => code === 'ORDER_NOT_EXIST')
  assert.ok(says(cash.queryById.errors) && says(cash.queryByOutTradeNo.errors))
  assert.ok(!says(cash.close.errors) && !says(cash.prepay.errors))
})

test('the list of certificates and the echo take what their pages show', () => {
  const { fields, rules } = certificates.list.result
  const list = {
    data: [
      {
        serial_no: '3F6D1B8CA95E27047DC1E8F0B6A24935710DCE52',
        effective_time: '2026-01-05T09:00:00+08:00',
        expire_time: '2031-01-04T09:00:00+08:00',
        encrypt_certificate: {
          algorithm: 'AEAD_AES_256_GCM',
          nonce: 'Xc7Vb2Nm9Qw4',
          associated_data: 'certificate',
          ciphertext:
            'rdD3DCWufmNWvDA3QcbPq9REIzJTqR04R6hU7y9lhLWU3yXsn7Ykvb+FJOl8Evhf09V3i+2WjGeBDHAk3GFuQC5AXfPHBqiwfysj6qnBfg==',
        },
      },
    ],
  }
  assert.deepEqual(check(fields, rules, list), [])
  assert.deepEqual(check(fields, rules, { data: [] }), [])
  assert.equal(certificates.listGlobal.host, 'global')
  assert.equal(check(certificates.list.query, [], { algorithm_type: 'ALL' }).length, 0)
  assert.equal(check(certificates.list.query, [], { algorithm_type: 'all' }).length, 1)
  assert.deepEqual(check(security.echo.body, [], { echo_message: '你好', encrypted_echo_message: 'x' }), [])
  assert.equal(check(security.echo.body, [], {}).length, 1)
})

test('types keep the two modes apart', () => {
  const input: InputOfOperation<typeof cash.queryByOutTradeNo> = {
    out_trade_no: 'A12345',
    mchid: '1680001234',
  }
  // @ts-expect-error: a direct query knows no sub-merchant.
  input.sub_mchid = '1680005678'
  const partner: InputOfOperation<typeof cash.closePartner> = {
    out_trade_no: 'A12345',
    sp_mchid: '1680001234',
    sub_mchid: '1680005678',
  }
  // @ts-expect-error: a provider closes for a sub-merchant.
  const lacking: InputOfOperation<typeof cash.closePartner> = {
    out_trade_no: 'A12345',
    sp_mchid: '1680001234',
  }
  assert.ok(partner && lacking && input)
})
