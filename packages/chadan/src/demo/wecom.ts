/** WeCom external payment: placed, paid, heard through the encrypted callback, refunded. */
import { expect, type Story } from './story.ts'

/** A shop in WeCom sells, and gives a part back. */
export const shop: Story = {
  product: 'wecom',
  title: 'paid, refunded in part',
  async tell({ stage, ledger, step }) {
    const { wx, sim, given } = stage
    const { mchid, appid, openid, corpid } = given.wecom
    const number = 'DEMO_WC_1'
    ledger.number = number
    let prepayId = ''
    await step('configure', async () => {
      await sim.act(corpid, {
        action: 'event',
        name: 'callback:configure',
        details: { url: `${stage.notifyUrl}?callback_format=json` },
      })
      await stage.pass(0)
      return 'WeCom checked the callback address'
    })
    await step('place', async () => {
      const created = await wx.wecom.createOrder({
        appid,
        mchid,
        out_trade_no: number,
        description: 'Afternoon tea set',
        amount: { total: 12800, currency: 'CNY' },
        payer: { openid },
        scene_info: { payer_client_ip: '203.0.113.24', store_info: { id: 'SZ-001' } },
      })
      prepayId = created.prepay_id
      return `prepay_id ${prepayId.slice(0, 10)}…`
    })
    await step('pay', async () => {
      await sim.pay(prepayId)
      await stage.pass(5000)
      ledger.notices = stage.heard('wecom.paid', number).length
      expect(ledger.notices === 1, 'one verified callback')
      return 'wecom.paid, both layers opened'
    })
    await step('query', async () => {
      const order = await wx.wecom.getOrder({ mchid, out_trade_no: number })
      expect(order.trade_state === 'SUCCESS', 'SUCCESS')
      ledger.state = order.trade_state
      ledger.paidMinor = order.amount?.total ?? 0
      return order.trade_state
    })
    await step('refund', async () => {
      await wx.wecom.refund({
        mchid,
        appid,
        out_trade_no: number,
        out_refund_no: `R${number}`,
        amount: { refund: 3200, total: 12800, currency: 'CNY' },
      })
      return '32.00 of 128.00'
    })
    await step('query refund', async () => {
      await stage.pass(600_000)
      const refund = await wx.wecom.getRefundDetail({ mchid, out_refund_no: `R${number}` })
      expect(refund.status === 'SUCCESS', 'the refund done')
      ledger.refundedMinor = refund.amount.refund
      ledger.notices += stage.heard('wecom.refunded', `R${number}`).length
      expect(ledger.notices === 2, 'a verified callback of the refund')
      ledger.state = (await wx.wecom.getOrder({ mchid, out_trade_no: number })).trade_state
      return `${refund.status}, order ${ledger.state}`
    })
  },
}
