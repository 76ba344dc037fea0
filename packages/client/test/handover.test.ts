import assert from 'node:assert/strict'
import { createHmac, createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { apiv3 } from '@chadan/protocol'
import { openBench } from './bench.ts'

const prepayId = 'wx17102030418e5b7c2a90d46f13e8b70000'

async function opened() {
  const { sim, wx } = await openBench()
  const publicKey = createPublicKey(sim.credentials.apiv3.certificate)
  const seconds = String(Math.floor(sim.clock.now() / 1000))
  const holds = (appId: string, nonce: string, prepay: string, signature: string) =>
    apiv3.verifyText(apiv3.invocationText({ appId, timestamp: seconds, nonce, prepay }), signature, publicKey)
  return { sim, wx, seconds, holds }
}

test('a page is given five parameters and its appId, signed by the merchant', async () => {
  const { wx, seconds, holds } = await opened()
  const given = await wx.handover.jsapi({ appId: 'wx1', prepayId })
  assert.deepEqual(Object.keys(given).sort(), [
    'appId',
    'nonceStr',
    'package',
    'paySign',
    'signType',
    'timeStamp',
  ])
  assert.deepEqual(
    [given.timeStamp, given.package, given.signType],
    [seconds, `prepay_id=${prepayId}`, 'RSA'],
  )
  assert.ok(holds('wx1', given.nonceStr, `prepay_id=${prepayId}`, given.paySign))
})

test('a mini program is given the same without appId', async () => {
  const { wx, holds } = await opened()
  const given = await wx.handover.miniProgram({ appId: 'wx1', prepayId })
  assert.ok(!('appId' in given))
  assert.ok(holds('wx1', given.nonceStr, `prepay_id=${prepayId}`, given.paySign))
})

test('an app is given the bare prepay id in its own names', async () => {
  const { wx, holds } = await opened()
  const given = await wx.handover.app({ appid: 'wx1', partnerid: '1688000101', prepayid: prepayId })
  assert.equal(given.package, 'Sign=WXPay')
  assert.ok(holds('wx1', given.noncestr, prepayId, given.sign))
})

test('the insurance cashier gets pay parameters only with a cash leg', async () => {
  const { wx, holds } = await opened()
  assert.deepEqual(await wx.handover.medIns({ appId: 'wx1', mixTradeNo: 'M1', front: 'mini program' }), {
    mixTradeNo: 'M1',
  })
  const given = await wx.handover.medIns({ appId: 'wx1', mixTradeNo: 'M1', front: 'page', prepayId })
  assert.equal(given.appid, 'wx1')
  assert.ok(holds('wx1', given.nonceStr ?? '', `prepay_id=${prepayId}`, given.paySign ?? ''))
})

test('an H5 link keeps its query and carries the page to come back to', async () => {
  const { wx } = await opened()
  assert.equal(
    wx.handover.h5('https://wx.tenpay.com/x?prepay_id=1', 'https://a.cn/b?c=d'),
    'https://wx.tenpay.com/x?prepay_id=1&redirect_url=https%3A%2F%2Fa.cn%2Fb%3Fc%3Dd',
  )
})

test('PayScore opens its pages with the package as it came, and the detail signed under the APIv2 key', async () => {
  const { wx } = await opened()
  assert.deepEqual(wx.handover.payscore({ package: 'mch_id=1&sign=2' }), {
    businessType: 'wxpayScoreUse',
    queryString: 'mch_id=1&sign=2',
  })
  const apiV2Key = 'k'.repeat(32)
  const { queryString } = await wx.handover.payscoreDetail({ serviceId: '5', outOrderNo: 'A1', apiV2Key })
  const members = new URLSearchParams(queryString)
  const sign = members.get('sign')
  members.delete('sign')
  const text = [...members]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  assert.equal(
    sign,
    createHmac('sha256', apiV2Key).update(`${text}&key=${apiV2Key}`).digest('hex').toUpperCase(),
  )
})

test('a first-generation order is paid on a page or in a mini program, and never in a mixture', async () => {
  const { wx } = await opened()
  assert.deepEqual(wx.handover.payinsurance({ pay_url: 'https://a/b#wechat_redirect' }), {
    page: 'https://a/b#wechat_redirect',
  })
  assert.deepEqual(wx.handover.payinsurance({ pay_url: 'pages/pay?k=1', pay_appid: 'wxe1' }), {
    appId: 'wxe1',
    path: 'pages/pay?k=1',
  })
  assert.throws(() => wx.handover.payinsurance({ pay_url: 'https://a/b', pay_appid: 'wxe1' }), /do not fit/)
})
