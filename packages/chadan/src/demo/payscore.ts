/** PayScore overseas: confirmed, completed, paid, refunded. */
import { expect, type Story } from './story.ts'

/** A power bank is rented, the order completed, the payer pays, one part goes back. */
export const rental: Story = {
  product: 'payscore',
  title: 'confirmed, completed, paid, refunded in part',
  async tell({ stage, ledger, step }) {
    const { wx, sim, given } = stage
    const { apiv3, payscore } = given
    const number = 'DEMO-PS-1'
    ledger.number = number
    const key = { service_id: payscore.serviceId, sub_mchid: apiv3.subMchid, out_order_no: number }
    ledger.currency = payscore.currency
    const query = async () => {
      const order = await wx.payscore.query(key)
      ledger.state = [order.state, order.state_description].filter(Boolean).join('/')
      return order
    }
    let link = ''
    await step('place', async () => {
      const created = await wx.payscore.create({
        service_id: payscore.serviceId,
        appid: apiv3.appid,
        sub_mchid: apiv3.subMchid,
        out_order_no: number,
        currency: payscore.currency,
        service_introduction: 'City power bank',
        post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
        risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
        time_range: { start_time: sim.world.time(), start_time_remark: 'Unlock time' },
        location: { start_location: 'Central Pier 7 kiosk' },
        notify_url: stage.notifyUrl,
      })
      link = created.package ?? ''
      return created.state
    })
    await step('confirm', async () => {
      await sim.act(link, { action: 'confirm' })
      await stage.pass(1000)
      expect(stage.heard('payscore.confirmed', number).length === 1, 'a verified notice of the confirmation')
      await query()
      return ledger.state
    })
    await step('complete', async () => {
      await stage.pass(3_600_000)
      await wx.payscore.complete({
        out_order_no: number,
        service_id: payscore.serviceId,
        appid: apiv3.appid,
        sub_mchid: apiv3.subMchid,
        currency: payscore.currency,
        post_payments: [{ name: 'Rental fee', amount: 4000, count: 1 }],
        total_amount: 4000,
        time_range: { end_time: sim.world.time() },
      })
      return 'accepted, HK$ 40.00'
    })
    await step('pay', async () => {
      const order = await query()
      if (order.state !== 'DONE') await sim.pay(number)
      await stage.pass(60_000)
      ledger.notices = 1 + stage.heard('payscore.paid', number).length
      expect(ledger.notices === 2, 'a verified notice of the payment')
      return 'payscore.paid, verified and decrypted'
    })
    await step('query', async () => {
      const paid = await query()
      expect(paid.state === 'DONE', 'DONE')
      ledger.paidMinor = paid.collection?.paid_amount ?? 0
      return ledger.state
    })
    const refundNumber = `R${number}`
    await step('refund', async () => {
      const { collection } = await query()
      const transaction_id = collection?.details?.[0]?.transaction_id
      expect(transaction_id !== undefined, 'the transaction in the collection')
      await wx.globalRefunds.create({
        sp_mchid: apiv3.mchid,
        sub_mchid: apiv3.subMchid,
        sp_appid: apiv3.appid,
        transaction_id,
        out_refund_no: refundNumber,
        amount: { refund: 1000, total: 4000, currency: payscore.currency },
        notify_url: stage.notifyUrl,
      })
      return 'HK$ 10.00 of HK$ 40.00'
    })
    await step('query refund', async () => {
      await stage.pass(600_000)
      const refund = await wx.globalRefunds.findByOutRefundNo({
        out_refund_no: refundNumber,
        sp_mchid: apiv3.mchid,
        sub_mchid: apiv3.subMchid,
      })
      expect(refund.status === 'SUCCESS', 'the refund done')
      ledger.refundedMinor = refund.amount.refund
      return refund.status
    })
  },
}
