/** The types as a user meets them: results, misspelt names, missing fields. */
import { type Prepared, Refused, WechatPay, type WechatPayOptions } from '@chadan/client'
import { type InputOfOperation, operations } from '@chadan/protocol'

const options: WechatPayOptions = { mchid: '1900000001', serialNo: '1'.repeat(40), privateKey: '' }

/** Compiled, never run. */
export async function query(): Promise<string> {
  const wx = new WechatPay(options)
  const input: InputOfOperation<typeof operations.cash.queryByOutTradeNo> = {
    mchid: '1900000001',
    out_trade_no: 'pack0001',
  }
  const prepared: Prepared = await wx.prepare(operations.cash.queryByOutTradeNo, input)
  // @ts-expect-error: the order number is missing
  await wx.cash.queryByOutTradeNo({ mchid: '1900000001' })
  // @ts-expect-error: no operation has this name
  await wx.cash.queryByOutTradeNumber(input)
  try {
    await wx.send(prepared)
    return (await wx.cash.queryByOutTradeNo(input)).trade_state
  } catch (error) {
    return error instanceof Refused ? error.code : 'lost'
  }
}
