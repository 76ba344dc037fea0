/** The first minutes with the client: open it, place an order, ask for its state. */
import { WechatPay } from '@chadan/client'
import type { Credentials } from '@chadan/simulator'

// #region open
export function open(keys: Credentials['apiv3'], baseUrl?: string): WechatPay {
  const { mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey } = keys
  // Leave baseUrl out to talk to WeChat Pay itself.
  return new WechatPay({ mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey, baseUrl })
}
// #endregion

// #region query
export async function isPaid(wx: WechatPay, number: string): Promise<boolean> {
  const order = await wx.combine.queryByOutTradeNo({ combine_out_trade_no: number })
  // REFUND: it was paid, and something went back since.
  return order.sub_orders.every(({ trade_state: state }) => state === 'SUCCESS' || state === 'REFUND')
}
// #endregion

// #region chain
export function sameByPath(wx: WechatPay, combine_out_trade_no: string) {
  return wx.chain.v3.combineTransactions.outTradeNo._combine_out_trade_no_.get({ combine_out_trade_no })
}
// #endregion
