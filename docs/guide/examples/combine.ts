/** Combined payment (合单): one payment, several sub-orders, each settled to its own merchant. */
import { Refused } from '@chadan/client'
import type { Guide } from './guide.ts'

const lines = [
  { sub_mchid: '1690000202', description: '示例茶馆-龙井礼盒', total_amount: 12800 },
  { sub_mchid: '1690000203', description: '示例书店-茶谱', total_amount: 3550 },
] as const

// #region place
export async function place({ wx, given, notifyUrl }: Guide, number: string) {
  const { apiv3 } = given
  const { prepay_id } = await wx.combine.createJsapi({
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: number,
    sub_orders: lines.map(({ sub_mchid, description, total_amount }, index) => ({
      mchid: apiv3.mchid,
      sub_mchid, // in provider mode only
      out_trade_no: `${number}_${index + 1}`, // the number you will refund by
      description,
      attach: `line=${index + 1}`, // required here, and echoed back
      amount: { total_amount, currency: 'CNY' },
    })),
    combine_payer_info: { openid: apiv3.openid },
    notify_url: notifyUrl,
  })
  return prepay_id
}
// #endregion

// #region handover
export function payParameters({ wx, given }: Guide, prepayId: string) {
  return wx.handover.miniProgram({ appId: given.apiv3.appid, prepayId })
}
// #endregion

// #region hear
export function hear({ wx, save }: Guide, request: Request): Promise<Response> {
  return wx.notifications.handle(request, async ({ type, resource }) => {
    // One notice for the whole order. There is no state at the top: look at each sub-order.
    if (type === 'combine.paid')
      for (const sub of resource.sub_orders) await save(sub.out_trade_no, sub.trade_state)
    // `refund_status` here, `status` in answers.
    if (type === 'refunds.succeeded' || type === 'refunds.abnormal' || type === 'refunds.closed')
      await save(resource.out_refund_no, resource.refund_status)
  })
}
// #endregion

// #region query
export async function query({ wx, save }: Guide, number: string) {
  const order = await wx.combine.queryByOutTradeNo({ combine_out_trade_no: number })
  for (const sub of order.sub_orders) await save(sub.out_trade_no, sub.trade_state)
  return {
    // REFUND: it was paid, and something went back since.
    paid: order.sub_orders.every(({ trade_state: state }) => state === 'SUCCESS' || state === 'REFUND'),
    states: order.sub_orders.map((sub) => sub.trade_state),
  }
}
// #endregion

// #region close
export async function close(guide: Guide, number: string) {
  const { wx, given } = guide
  const { paid } = await query(guide, number) // ask first: it may have been paid just now
  if (paid) return 'paid'
  const { mchid, appid } = given.apiv3
  try {
    await wx.combine.close({
      combine_out_trade_no: number,
      combine_appid: appid,
      // The whole list, as it was placed: a part of it is refused.
      sub_orders: lines.map(({ sub_mchid }, index) => ({
        mchid,
        sub_mchid,
        out_trade_no: `${number}_${index + 1}`,
      })),
    })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
  }
  // Neither the 204 nor a refusal proves anything: what a query shows is what is.
  const { states } = await query(guide, number)
  return states.every((state) => state === 'CLOSED') ? 'closed' : 'ask again'
}
// #endregion

// #region refund
export async function refund({ wx, notifyUrl }: Guide, number: string) {
  const [, second] = lines
  // By the sub-order's merchant and number, never by those of the combined order.
  const refund = await wx.refunds.create({
    sub_mchid: second.sub_mchid,
    out_trade_no: `${number}_2`,
    out_refund_no: `R${number}_2`,
    notify_url: notifyUrl, // without it the result is announced in v2 XML
    amount: { refund: 550, total: second.total_amount, currency: 'CNY' },
  })
  return refund.status // PROCESSING: accepted, not done
}

export async function refundState({ wx }: Guide, number: string) {
  const { status, amount } = await wx.refunds.find({
    out_refund_no: `R${number}_2`,
    sub_mchid: lines[1].sub_mchid,
  })
  return { status, refunded: amount.refund }
}
// #endregion
