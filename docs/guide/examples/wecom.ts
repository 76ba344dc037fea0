/** WeCom external payment (企业微信对外收款): JSON under an access_token, callbacks encrypted twice. */
import type { Guide } from './guide.ts'

// #region place
export async function place({ wx, given }: Guide, number: string) {
  const { appid, mchid, openid } = given.wecom
  const { prepay_id } = await wx.wecom.createOrder({
    appid,
    mchid,
    out_trade_no: number, // 6 to 32 characters
    description: 'Afternoon tea set',
    amount: { total: 12800, currency: 'CNY' },
    payer: { openid },
    scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001' } },
  })
  return prepay_id
}
// #endregion

// #region handover
export async function payParameters({ wx, given }: Guide, prepayId: string, seconds: number, nonce: string) {
  // The merchant has no key here: WeCom signs. It takes the bare prepay_id and the time as a number …
  const { pay_sign } = await wx.wecom.getSign({
    appid: given.wecom.appid,
    prepay_id: prepayId,
    sign_type: 'RSA',
    nonce,
    timestamp: seconds,
  })
  // … and wx.requestPayment takes `prepay_id=…` and the time as text.
  return {
    timeStamp: String(seconds),
    nonceStr: nonce,
    package: `prepay_id=${prepayId}`,
    signType: 'RSA',
    paySign: pay_sign,
  }
}
// #endregion

// #region hear
export function hear({ wx, save }: Guide, request: Request): Promise<Response> {
  return wx.notifications.handle(request, async ({ type, resource }) => {
    // The check of the address (GET, echostr) needs no work: `handle` answers it.
    if (type === 'wecom.paid') await save(resource.out_trade_no, resource.trade_state)
    if (type === 'wecom.refunded') await save(resource.out_refund_no, resource.refund_status)
  })
}
// #endregion

// #region query
export async function query({ wx, given }: Guide, number: string) {
  const { trade_state, amount, transaction_id } = await wx.wecom.getOrder({
    mchid: given.wecom.mchid,
    out_trade_no: number,
  })
  return { state: trade_state, paid: amount?.total, transactionId: transaction_id }
}
// #endregion

// #region close
export async function close(guide: Guide, number: string) {
  const { wx, given } = guide
  // Not within five minutes after placing.
  await wx.wecom.closeOrder({ mchid: given.wecom.mchid, out_trade_no: number })
  return (await query(guide, number)).state
}
// #endregion

// #region refund
export async function refund({ wx, given }: Guide, number: string) {
  const { appid, mchid } = given.wecom
  await wx.wecom.refund({
    mchid,
    appid,
    out_trade_no: number,
    out_refund_no: `R${number}`,
    amount: { refund: 3200, total: 12800, currency: 'CNY' },
  })
}

export async function refundState({ wx, given }: Guide, number: string) {
  const detail = await wx.wecom.getRefundDetail({ mchid: given.wecom.mchid, out_refund_no: `R${number}` })
  return detail.status // CLOSE here, CLOSED in the callback
}
// #endregion

// #region bill
export async function paidInBill({ wx, given }: Guide, day: string) {
  const applied = await wx.wecom.getBill({ bill_date: day, mchid: given.wecom.mchid })
  // The link lives 30 s. The digest is checked at the very end: book nothing before the loop is through.
  const paid = new Map<string, number>()
  for await (const row of wx.billFiles.rows(applied)) {
    const number = row.text('商户订单号')
    if (number && row.text('交易状态') === 'SUCCESS') paid.set(number, row.fen('应结订单金额') ?? 0)
  }
  return paid
}
// #endregion
