/** Tours through both generations of medical-insurance payment. */
import { operations } from '@chadan/protocol'
import type { LegOutcomes, SomeSwitches } from '@chadan/simulator'
import type { Stage } from '../stage.ts'
import {
  accounts,
  cashOnly,
  day,
  insuranceOnly,
  mixed,
  placeMixed,
  registration,
  registrationNumber,
  registrationRefund,
  reported,
  second,
} from './orders.ts'

type Tour = (stage: Stage) => Promise<void>

/** What is done with a mixed order, and in which order its legs go. */
const fates: readonly {
  legs?: LegOutcomes
  switches?: SomeSwitches['medIns']
  refund?: true
  report?: true
}[] = [
  {},
  { legs: {}, refund: true, report: true },
  { legs: {}, refund: true },
  { legs: { insurance: 'stuck' } },
  { legs: { insurance: 'fail' }, refund: true },
  { legs: { cash: 'fail' }, switches: { legOrder: 'insuranceFirst' }, report: true },
  { legs: { cash: 'fail' } },
]

const mixedOrders: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const sub_mchid = given.apiv3.subMchid
  for (const [index, { legs, switches, refund, report }] of fates.entries()) {
    const out_trade_no = `MI000${index}`
    sim.changeSwitches({ medIns: { legOrder: 'cashFirst', ...switches } })
    const mix_trade_no = await placeMixed(stage, { out_trade_no })
    const query = () => wx.medIns.queryByOutTradeNo({ out_trade_no, sub_mchid })
    await query()
    if (legs) await sim.pay(mix_trade_no, { legs })
    await stage.pass(5 * second)
    await query()
    if (refund) {
      await wx.refunds.create({
        sub_mchid,
        out_trade_no,
        out_refund_no: `R${out_trade_no}`,
        notify_url: stage.notifyUrl,
        amount: { refund: 5000, total: 5000, currency: 'CNY' },
      })
      await stage.pass(5 * second)
    }
    if (report) await wx.medIns.reportInsuranceRefund(reported(stage, mix_trade_no))
    await wx.medIns.queryByMixTradeNo({ mix_trade_no, sub_mchid })
  }
}

const { body } = operations.medIns.create
const kinds = Object.keys(body.order_type.values).filter((one) => !one.startsWith('UNKNOWN'))

/** Every kind of order, addition and reduction, and the orders of one leg. */
const mixedKinds: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const sub_mchid = given.apiv3.subMchid
  const see = async (mix_trade_no: string) => {
    await sim.pay(mix_trade_no)
    await stage.pass(5 * second)
    await wx.medIns.queryByMixTradeNo({ mix_trade_no, sub_mchid })
  }
  for (const order_type of kinds) {
    const more = { ...insuranceOnly, out_trade_no: `K_${order_type}`, order_type }
    await see((await wx.medIns.create(mixed(stage, undefined, more))).mix_trade_no)
  }
  await see(await placeMixed(stage, { ...cashOnly, out_trade_no: 'CASH_ONLY' }))
  const adds = ['DEFAULT_ADD_TYPE', 'OTHER_MEDICAL_EXPENSES', 'FREIGHT']
  const reductions = [
    'DEFAULT_REDUCE_TYPE',
    'HOSPITAL_REDUCE',
    'PHARMACY_DISCOUNT',
    'DISCOUNT',
    'PRE_PAYMENT',
    'DEPOSIT_DEDUCTION',
  ]
  const more = {
    out_trade_no: 'DETAILS',
    cash_add_detail: adds.map((cash_add_type, index) => ({
      cash_add_fee: [300, 300, 200][index],
      cash_add_type,
    })),
    cash_reduce_detail: reductions.map((cash_reduce_type, index) => ({
      cash_reduce_fee: [400, 300, 200, 200, 200, 100][index],
      cash_reduce_type,
    })),
  }
  await see(await placeMixed(stage, more))
}

const event = (name: string, details: Record<string, unknown> = {}) =>
  ({ action: 'event', name, details }) as const

const registrations: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const { appid, agentAppid, agentSecret, subAppid, subMchId, openid, userName, userCardNo } =
    given.payinsurance
  const grant_type = 'client_credential' as const
  await wx.payinsurance.getToken({ grant_type, appid, secret: agentSecret })
  await wx.payinsurance.getAgentToken({
    grant_type,
    agentappid: agentAppid,
    agentsecret: agentSecret,
    appid: subAppid,
  })
  await wx.payinsurance.verifyName({ openid, name: userName, idcard_md5: userCardNo })
  const query = (hosp_out_trade_no: string) =>
    wx.payinsurance.queryOrder(registrationNumber(stage, { hosp_out_trade_no }))
  const place = async (hosp_out_trade_no: string, more: object = {}) => {
    await wx.payinsurance.unifiedOrder(registration(stage, { hosp_out_trade_no, ...more }))
    await query(hosp_out_trade_no)
  }
  const kinds = Object.keys(operations.payinsurance.unifiedOrder.body.order_type.values)
  for (const order_type of kinds) await place(`KIND_${order_type}`, { order_type, allow_fee_change: 1 })
  await wx.payinsurance.closeOrder(registrationNumber(stage, { hosp_out_trade_no: 'KIND_RegPay' }))
  await query('KIND_RegPay')
  const paying = {
    CASH01: { pay_type: 1, insurance_fee: 0, cash_fee: 13000, cash_add_fee: 0, limit_pay: 'no_credit' },
    INSURED1: { pay_type: 2, insurance_fee: 13000, cash_fee: 0, cash_add_fee: 0 },
    BOTH01: {},
    BOTH02: {},
    BOTH03: {},
  }
  for (const [number, more] of Object.entries(paying)) {
    await place(number, more)
    await sim.pay(number)
    await query(number)
    await stage.pass(2 * second)
    await query(number)
  }
  sim.changeSwitches({ payinsurance: { notifyFailures: true } })
  await place('FAILS01')
  await sim.pay('FAILS01', { legs: { insurance: 'fail' } })
  await stage.pass(2 * second)
  await query('FAILS01')
  await stage.pass(60 * second)
  await query('FAILS01')
  const ends = { BOTH01: undefined, BOTH02: 'refund:cash:change', BOTH03: 'refund:insurance:fail' }
  for (const [hosp_out_trade_no, end] of Object.entries(ends)) {
    const hosp_out_refund_no = `R${hosp_out_trade_no}`
    await wx.payinsurance.refund(registrationRefund(stage, { hosp_out_trade_no, hosp_out_refund_no }))
    const look = () => wx.payinsurance.queryRefund({ ...accounts(stage), hosp_out_refund_no })
    await look()
    if (end) await sim.act(hosp_out_trade_no, event(end))
    await stage.pass(20 * second)
    await look()
    await query(hosp_out_trade_no)
  }
  await sim.act(subMchId, event('card:unbind', { payer: 'P1' }))
  await place('UNBOUND1')
  await stage.pass(day)
  const bill = await wx.payinsurance.getBalanceBill({ ...accounts(stage), bill_date: '20260317' })
  for await (const part of bill) if (part.byteLength === 0) throw new Error('an empty part')
}

export const tours: Readonly<Record<string, Tour>> = {
  'mixed orders and their legs': mixedOrders,
  'every kind of mixed order': mixedKinds,
  'registrations of the first generation': registrations,
}
