/** Insurance payment of the first generation: XML, MD5, access_token. */
import { expect, type Story } from './story.ts'

/** A registration fee, paid from cash and insurance, refunded whole. */
export const registration: Story = {
  product: 'payinsurance',
  title: 'paid from cash and insurance, refunded whole',
  async tell({ stage, ledger, step }) {
    const { wx, sim, given } = stage
    const own = given.payinsurance
    const ids = { appid: own.appid, mch_id: own.mchId, sub_appid: own.subAppid, sub_mch_id: own.subMchId }
    const number = 'DEMO_PI_1'
    ledger.number = number
    const content = {
      session_id: `S${number}`,
      aae011: '01',
      bka015: 'demo',
      bka001: '1',
      bka964: '120.15,30.28',
    }
    let key = ''
    await step('place', async () => {
      const placed = await wx.payinsurance.unifiedOrder({
        ...ids,
        order_type: 'RegPay',
        sub_openid: own.openid,
        hosp_out_trade_no: number,
        hospital_name: '滨江示范医院',
        total_fee: 13000,
        cash_fee: 4000,
        insurance_fee: 8700,
        cash_reduced_fee: 300,
        allow_fee_change: 1,
        spbill_create_ip: '203.0.113.24',
        notify_url: stage.notifyUrl,
        body: '滨江示范医院-挂号',
        return_url: 'https://pay.example-hospital.cn/back',
        pay_type: 3,
        user_card_type: 1,
        user_card_no: own.userCardNo,
        user_name: own.userName,
        serial_no: 'HIS0001728',
        org_no: 'H33010000917',
        gmt_out_create: sim.world.time().slice(0, 19).replace(/[-:T]/g, ''),
        request_content: JSON.stringify(content),
        bill_no: 'B0001728',
      })
      key = placed.med_trans_id ?? ''
      return 'signed XML, answer verified'
    })
    await step('pay', async () => {
      await sim.pay(key)
      await stage.pass(60_000)
      ledger.notices = stage.heard('payinsurance.notified', number).length
      expect(ledger.notices >= 1, 'a verified notice')
      return 'payinsurance.notified, MD5 verified'
    })
    await step('query', async () => {
      const order = await wx.payinsurance.queryOrder({ ...ids, hosp_out_trade_no: number })
      ledger.state = order.med_trade_state ?? ''
      expect(ledger.state === 'SUCCESS', 'SUCCESS')
      ledger.paidMinor = (order.cash_fee ?? 0) + (order.insurance_fee ?? 0)
      return `${order.cash_trade_status}, ${order.insurance_trade_status}`
    })
    await step('refund', async () => {
      await wx.payinsurance.refund({
        ...ids,
        hosp_out_trade_no: number,
        hosp_out_refund_no: `R${number}`,
        // Both numbers are those of the order that is taken back.
        cancel_serial_no: 'HIS0001728',
        cancel_bill_no: 'B0001728',
        request_content: JSON.stringify({ paytype: 'RegPay', ...content }),
      })
      return 'accepted'
    })
    await step('query refund', async () => {
      await stage.pass(600_000)
      const refund = await wx.payinsurance.queryRefund({ ...ids, hosp_out_refund_no: `R${number}` })
      expect(refund.med_refund_state === 'SUCCESS', 'the refund done')
      ledger.refundedMinor = (refund.cash_refund_fee ?? 0) + (refund.insurance_refund_fee ?? 0)
      return `${refund.med_refund_state}`
    })
  },
}
