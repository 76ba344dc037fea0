import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WechatPay } from '../src/index.ts'

/** Compiled, never run: each line that must not compile says so. */
export async function typesOf(wx: WechatPay): Promise<void> {
  const order = await wx.medIns.queryByOutTradeNo({ out_trade_no: 'A', sub_mchid: '1' })
  order.mix_pay_status satisfies string
  order.total_fee satisfies number
  // @ts-expect-error the path's number is required
  await wx.medIns.queryByOutTradeNo({ sub_mchid: '1' })
  // @ts-expect-error a misspelt field
  await wx.medIns.queryByOutTradeNo({ out_trade_no: 'A', submchid: '1' })
  // @ts-expect-error no such operation
  await wx.medIns.queryByTradeNo({ out_trade_no: 'A' })

  const byChain = await wx.chain.v3.medIns.orders.outTradeNo._out_trade_no_.get({
    out_trade_no: 'A',
    query: { sub_mchid: '1' },
  })
  byChain.mix_trade_no satisfies string
  await wx
    .chain('v3/med-ins/orders/out-trade-no/{out_trade_no}')
    .get({ out_trade_no: 'A', query: { sub_mchid: '1' } })
  await wx.chain['v3/med-ins/orders/out-trade-no/{out_trade_no}'].get({
    out_trade_no: 'A',
    query: { sub_mchid: '1' },
  })
  await wx.chain.unlisted('v3/some/path').get({ query: { a: 'b' } })
  // @ts-expect-error a misspelt path of the declarative style
  await wx.chain('v3/med-ins/orders/out-trade-num/{out_trade_no}').get({ out_trade_no: 'A' })
  // @ts-expect-error a misspelt path of the property style
  await wx.chain['v3/med-ins/order/out-trade-no/{out_trade_no}'].get({ out_trade_no: 'A' })
  // @ts-expect-error a misspelt segment of the pure chain
  await wx.chain.v3.medIns.orders.outTradeNum._out_trade_no_.get({ out_trade_no: 'A' })
  // @ts-expect-error the wrong verb
  await wx.chain.v3.medIns.orders.outTradeNo._out_trade_no_.post({ out_trade_no: 'A' })
  // @ts-expect-error the placeholder is missing
  await wx.chain.v3.medIns.orders.outTradeNo._out_trade_no_.get({ query: { sub_mchid: '1' } })
  // @ts-expect-error a chain is not a promise
  wx.chain.v3.medIns.then(() => {})
}

test('the types of methods and chain are held by the compiler', () => {
  assert.equal(typeof typesOf, 'function')
})
