/** Medical-insurance mixed payment: paid, refunded on both sides; and the insurance leg that fails after the cash was taken. */
import { idcard } from '@chadan/protocol'
import { expect, type Story, type Teller } from './story.ts'

/** What an order of 168.00 is made of: 104.00 insurance, 56.00 cash share, additions and reductions. */
const fees = {
  total_fee: 16800,
  med_ins_gov_fee: 6820,
  med_ins_self_fee: 3150,
  med_ins_other_fee: 430,
  med_ins_cash_fee: 5600,
  wechat_pay_cash_fee: 5000,
  cash_add_detail: [{ cash_add_fee: 800, cash_add_type: 'FREIGHT' as const }],
  cash_reduce_detail: [
    { cash_reduce_fee: 1000, cash_reduce_type: 'HOSPITAL_REDUCE' as const },
    { cash_reduce_fee: 400, cash_reduce_type: 'PRE_PAYMENT' as const },
  ],
}

async function place({ stage, ledger, step }: Teller): Promise<{ prepayId: string; mixTradeNo: string }> {
  const { wx, given, sim, notifyUrl } = stage
  const { apiv3, payinsurance } = given
  const { number } = ledger
  let prepayId = ''
  let mixTradeNo = ''
  await step('prepay cash', async () => {
    const prepaid = await wx.cash.prepayPartner({
      sp_appid: apiv3.appid,
      sp_mchid: apiv3.mchid,
      sub_appid: apiv3.subAppid,
      sub_mchid: apiv3.subMchid,
      description: '滨江示范医院-门诊缴费',
      out_trade_no: number,
      notify_url: notifyUrl,
      amount: { total: fees.wechat_pay_cash_fee, currency: 'CNY' },
      payer: { sub_openid: apiv3.subOpenid },
    })
    prepayId = prepaid.prepay_id
    return `prepay_id ${prepayId.slice(0, 10)}…`
  })
  await step('place', async () => {
    const patient = sim.world.payers.get('P1')
    expect(patient?.idNumber !== undefined, 'a patient with an identity card')
    const created = await wx.medIns.create({
      mix_pay_type: 'CASH_AND_INSURANCE',
      order_type: 'DIAG_PAY',
      appid: apiv3.appid,
      sub_appid: apiv3.subAppid,
      sub_mchid: apiv3.subMchid,
      sub_openid: apiv3.subOpenid,
      payer: {
        name: payinsurance.userName,
        id_digest: idcard.idDigest(patient.idNumber),
        card_type: 'ID_CARD',
      },
      out_trade_no: number,
      serial_no: `MZ${number}`,
      pay_order_id: `ORD${number}`,
      pay_auth_no: `AUTH${number}`,
      geo_location: '120.153576,30.287459',
      city_id: '330100',
      med_inst_name: '滨江示范医院',
      med_inst_no: 'H33010000917',
      med_ins_order_create_time: sim.world.time(),
      ...fees,
      callback_url: notifyUrl,
      prepay_id: prepayId,
    })
    mixTradeNo = created.mix_trade_no
    return `${created.mix_pay_status}, name and id digest sealed`
  })
  return { prepayId, mixTradeNo }
}

async function query({ stage, ledger }: Teller) {
  const order = await stage.wx.medIns.queryByOutTradeNo({
    out_trade_no: ledger.number,
    sub_mchid: stage.given.apiv3.subMchid,
  })
  ledger.state = order.mix_pay_status
  return order
}

/** Gives the cash back and sees it arrive. */
async function refundCash({ stage, ledger, step }: Teller): Promise<void> {
  const { wx, given, notifyUrl } = stage
  const sub_mchid = given.apiv3.subMchid
  const out_refund_no = `R${ledger.number}`
  await step('refund cash', async () => {
    const refund = await wx.refunds.create({
      sub_mchid,
      out_trade_no: ledger.number,
      out_refund_no,
      notify_url: notifyUrl,
      amount: { refund: fees.wechat_pay_cash_fee, total: fees.wechat_pay_cash_fee, currency: 'CNY' },
    })
    return `${refund.status}, 50.00`
  })
  await step('query refund', async () => {
    await stage.pass(600_000)
    const refund = await wx.refunds.find({ out_refund_no, sub_mchid })
    expect(refund.status === 'SUCCESS', 'the refund done')
    ledger.refundedMinor += refund.amount.refund
    const heard = stage.heard('refunds.succeeded', out_refund_no).length
    expect(heard === 1, 'a verified notice of the refund')
    ledger.notices += heard
    return refund.status
  })
}

/** Both legs succeed; cash and insurance are given back. */
export const paidAndRefunded: Story = {
  product: 'medIns',
  title: 'both legs paid, both refunded',
  async tell(teller) {
    const { stage, ledger, step } = teller
    ledger.number = 'DEMO_MI_1'
    const { mixTradeNo } = await place(teller)
    await step('pay', async () => {
      await stage.sim.pay(mixTradeNo)
      await stage.pass(10_000)
      const heard = [...stage.heard('medIns.paid', ledger.number), ...stage.heard('cash.paid', ledger.number)]
      ledger.notices = heard.length
      expect(heard.length === 2, 'a verified notice of each, the whole order and its cash')
      return heard.map((notice) => notice.type).join(' and ')
    })
    await step('query', async () => {
      const order = await query(teller)
      expect(order.mix_pay_status === 'MIX_PAY_SUCCESS', 'MIX_PAY_SUCCESS')
      ledger.paidMinor = order.total_fee - 1400
      return `${order.self_pay_status}, ${order.med_ins_pay_status}`
    })
    await refundCash(teller)
    await step('report insurance refund', async () => {
      await stage.wx.medIns.reportInsuranceRefund({
        mix_trade_no: mixTradeNo,
        sub_mchid: stage.given.apiv3.subMchid,
        med_refund_total_fee: 10400,
        med_refund_gov_fee: 6820,
        med_refund_self_fee: 3150,
        med_refund_other_fee: 430,
        refund_time: stage.sim.world.time(),
        out_refund_no: `RI${ledger.number}`,
      })
      ledger.refundedMinor += 10400
      const order = await query(teller)
      return `${order.mix_pay_status}, ${order.med_ins_pay_status}`
    })
  },
}

/** The bureau refuses after the cash was taken: nobody gives it back by itself, so it is refunded. */
export const insuranceFails: Story = {
  product: 'medIns',
  title: 'insurance failed after the cash was taken',
  async tell(teller) {
    const { stage, ledger, step } = teller
    ledger.number = 'DEMO_MI_2'
    const { mixTradeNo } = await place(teller)
    await step('pay', async () => {
      await stage.sim.pay(mixTradeNo, {
        legs: { cash: 'success', insurance: 'fail', reason: '预结算金额已变化' },
      })
      await stage.pass(10_000)
      return 'the bureau refused after the cash was taken'
    })
    await step('query', async () => {
      const order = await query(teller)
      expect(
        order.mix_pay_status === 'MIX_PAY_FAIL' && order.self_pay_status === 'SELF_PAY_SUCCESS',
        'a failed order with its cash taken',
      )
      ledger.paidMinor = fees.wechat_pay_cash_fee
      ledger.notices = stage.heard('cash.paid', ledger.number).length
      return `${order.self_pay_status}, ${order.med_ins_pay_status}`
    })
    await refundCash(teller)
    await step('query', async () => {
      const order = await query(teller)
      expect(order.self_pay_status === 'SELF_PAY_REFUND', 'the cash leg refunded')
      return `${order.mix_pay_status}, ${order.self_pay_status}`
    })
  },
}
