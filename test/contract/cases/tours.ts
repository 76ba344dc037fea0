/** Tours through the products: together they call every operation and show every value that occurs. */
import { billAuthorization } from '@chadan/protocol'
import { merchant } from '../provoking.ts'
import type { Stage } from '../stage.ts'
import * as insurance from './insuranceTours.ts'
import {
  cancellation,
  closing,
  combined,
  combinedOf,
  completion,
  configureCallback,
  confirmRental,
  day,
  direct,
  hour,
  outsidePayment,
  overseas,
  overseasRefund,
  pair,
  payRental,
  platformRefundOf,
  provided,
  refundOf,
  rental,
  rentalKey,
  second,
  shopOrder,
  shopRefund,
  tea,
} from './orders.ts'
import { application, picture } from './wecom.ts'

type Tour = (stage: Stage) => Promise<void>

/** All bytes of a file. */
async function drain(file: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const part of file) size += part.byteLength
  return size
}

const outcomes = ['success', 'balance', 'otherBalance', 'closed', 'abnormal'] as const

/** Decides how the next refund of this order ends. */
const plan = (stage: Stage, order: string, outcome: string) =>
  stage.sim.act(`refunds/${order}`, { action: 'event', name: `refund:${outcome}` })

const cash: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const { mchid } = given.apiv3
  const coupons = ['none']
  for (const [index, call] of [wx.cash.prepay, wx.cash.prepayPartner].entries()) {
    const order = (number: string) => ({
      ...(index === 0 ? direct(stage) : provided(stage)),
      out_trade_no: number,
      goods_tag: 'SPRING26',
    })
    const own = index === 0 ? { mchid } : pair(stage)
    const query = index === 0 ? wx.cash.queryByOutTradeNo : wx.cash.queryByOutTradeNoPartner
    const byId = index === 0 ? wx.cash.queryById : wx.cash.queryByIdPartner
    const close = index === 0 ? wx.cash.close : wx.cash.closePartner
    const ask = (out_trade_no: string) => query({ out_trade_no, ...own } as never)
    const { prepay_id } = await call(order(`CLOSED${index}`) as never)
    coupons.splice(0, coupons.length, ...(sim.checkout(prepay_id)?.coupons ?? []).map(({ id }) => id))
    await ask(`CLOSED${index}`)
    await close({ out_trade_no: `CLOSED${index}`, ...own } as never)
    await ask(`CLOSED${index}`)
    for (const coupon of coupons) {
      const number = `PAID${index}${coupon}`
      await sim.pay((await call(order(number) as never)).prepay_id, { coupon })
      await stage.pass(second)
      const { transaction_id } = await ask(number)
      await byId({ transaction_id, ...own } as never)
      await wx.refunds.create({
        ...(index === 1 && { sub_mchid: given.apiv3.subMchid }),
        out_trade_no: number,
        out_refund_no: `R${number}`,
        notify_url: stage.notifyUrl,
        amount: { refund: 1, total: 5000, currency: 'CNY' },
      })
      await ask(number)
    }
  }
}

const combine: Tour = async (stage) => {
  const { wx, sim } = stage
  const query = (combine_out_trade_no: string) => wx.combine.queryByOutTradeNo({ combine_out_trade_no })
  sim.changeSwitches({ combine: { afterBankRefusal: 'PAYERROR' } })
  await wx.combine.createNative(combined(stage, 'NATIVE1'))
  await sim.act('NATIVE1', { action: 'event', name: 'password' })
  await query('NATIVE1')
  await sim.act('NATIVE1', { action: 'fail' })
  await query('NATIVE1')
  sim.changeSwitches({ combine: { profile: 'modern' } })
  await wx.combine.createJsapi(combined(stage, 'JSAPI1'))
  const coupons = sim.checkout('JSAPI1')?.coupons ?? []
  await query('JSAPI1')
  await wx.combine.close(closing(stage, 'JSAPI1'))
  await query('JSAPI1')
  for (const { id } of coupons) {
    await wx.combine.createJsapi(combined(stage, `CP${id}`))
    await sim.pay(`CP${id}`, { coupon: id })
    await stage.pass(second)
    const { combine_transaction_id = '' } = await query(`CP${id}`)
    await wx.combine.queryById({ combine_transaction_id })
  }
  const trade_scenario = 'RECOMMERCE' as const
  await wx.combine.createApp(combined(stage, 'APP001'))
  await wx.combine.createH5(combinedOf.createH5(stage, 'MWEB01'))
  await wx.combine.createMiniprogram(combinedOf.createMiniprogram(stage, 'MINI01', { trade_scenario }))
  for (const number of ['NATIVE1', 'APP001', 'MWEB01', 'MINI01']) {
    await sim.pay(number)
    await stage.pass(second)
    await query(number)
  }
  await wx.refunds.create(refundOf(stage, 'APP001'))
  await query('APP001')
}

/** Where a refund's money comes from. */
const from = [
  { account: 'AVAILABLE' as const, amount: 60 },
  { account: 'UNAVAILABLE' as const, amount: 40 },
]

const refunds: Tour = async (stage) => {
  const { wx, sim } = stage
  for (const coupon of ['3417860025501', '3417860025502']) {
    const number = `CT${coupon}`
    await wx.combine.createJsapi(combined(stage, number))
    await sim.pay(number, { coupon })
    const named = (name: string) => ({ sub_mchid: tea, out_refund_no: `R${coupon}${name}` })
    const amount = { refund: 100, total: 12800, currency: 'CNY' as const, from }
    for (const [index, outcome] of outcomes.entries()) {
      await plan(stage, `${number}_1`, outcome)
      const funds_account = (['AVAILABLE', 'UNSETTLED'] as const)[index % 2]
      await wx.refunds.create(refundOf(stage, number, { ...named(outcome), amount, funds_account }))
      await stage.pass(2 * second)
      await wx.refunds.find(named(outcome))
    }
    await plan(stage, `${number}_1`, 'success')
    const unavailable = { ...amount, refund: 1, from: [{ account: 'UNAVAILABLE' as const, amount: 1 }] }
    await wx.refunds.create(refundOf(stage, number, { ...named('plain'), amount: unavailable }))
    const { refund_id } = await wx.refunds.find(named('abnormal'))
    await wx.refunds.applyAbnormal({
      refund_id,
      ...named('abnormal'),
      type: 'USER_BANK_CARD',
      bank_type: 'PSBC_DEBIT',
      bank_account: '6221880000000417',
      real_name: '张三',
    })
  }
}

const payers = ['REFUND_SOURCE_SUB_MERCHANT', 'REFUND_SOURCE_PARTNER_ADVANCE'] as const

const platformRefunds: Tour = async (stage) => {
  const { wx, sim } = stage
  const coupons = ['3417860025501', '3417860025502', '3417860025503']
  await wx.combine.createJsapi(combined(stage, 'CT00'))
  const known = (sim.checkout('CT00')?.coupons ?? []).map(({ id }) => id)
  for (const [turn, coupon] of coupons.filter((one) => known.includes(one)).entries()) {
    const number = `CT${coupon}`
    await wx.combine.createJsapi(combined(stage, number))
    await sim.pay(number, { coupon })
    const named = (name: string) => ({ sub_mchid: tea, out_refund_no: `R${coupon}${name}` })
    for (const [index, outcome] of [...outcomes, 'success'].entries()) {
      await plan(stage, `${number}_1`, outcome)
      const name = `${outcome}${index}`
      const more = {
        amount: { refund: 100, total: 12800, currency: 'CNY' as const, from },
        refund_account: payers[(index + turn) % 2],
        funds_account: (['AVAILABLE', 'UNSETTLED', 'PREPAID'] as const)[index % 3],
      }
      await wx.ecommerceRefunds.create(platformRefundOf(stage, number, { ...named(name), ...more }))
      const { refund_id } = await wx.ecommerceRefunds.findByOutRefundNo(named(name))
      await stage.pass(2 * second)
      await wx.ecommerceRefunds.findById({ refund_id, sub_mchid: tea })
      if (outcome !== 'abnormal') continue
      const abnormal = { refund_id, ...named(name), type: 'MERCHANT_BANK_CARD' as const }
      await wx.ecommerceRefunds.applyAbnormal(abnormal)
      await wx.ecommerceRefunds.findById({ refund_id, sub_mchid: tea })
    }
    const [, refund_account] = payers
    for (const balanceMinor of [0, undefined]) {
      const name = named(`advance${balanceMinor}`)
      const { refund_id } = await wx.ecommerceRefunds.create(
        platformRefundOf(stage, number, { ...name, refund_account }),
      )
      await stage.pass(2 * second)
      merchant(stage, tea).balanceMinor = balanceMinor
      await wx.ecommerceRefunds.returnAdvance({ refund_id, sub_mchid: tea })
      await wx.ecommerceRefunds.findReturnAdvance({ refund_id, sub_mchid: tea })
      await stage.pass(90 * day)
      await wx.ecommerceRefunds.findReturnAdvance({ refund_id, sub_mchid: tea })
    }
  }
}

const overseasRefunds: Tour = async (stage) => {
  const { wx, sim } = stage
  for (const coupon of ['30120000458', '30120000459']) {
    const out_order_no = `PS${coupon}`
    await confirmRental(stage, { out_order_no })
    await sim.act(out_order_no, { action: 'event', name: 'coupon', details: { id: coupon } })
    await wx.payscore.complete(completion(stage, { out_order_no }))
    await stage.pass(2 * second)
    const { collection } = await wx.payscore.query(rentalKey(stage, { out_order_no }))
    const transaction = collection?.details?.[0]?.transaction_id ?? ''
    for (const [index, outcome] of outcomes.entries()) {
      await plan(stage, transaction, outcome)
      const source = (['REFUND_SOURCE_UNSETTLED_FUNDS', 'REFUND_SOURCE_RECHARGE_FUNDS'] as const)[index % 2]
      const out_refund_no = `R${coupon}${outcome}`
      const amount = { refund: 100, total: 4000, currency: 'HKD' }
      const { id } = await wx.globalRefunds.create(
        overseasRefund(stage, transaction, { out_refund_no, amount, source }),
      )
      await wx.globalRefunds.findByOutRefundNo({ out_refund_no, ...overseas(stage) })
      await stage.pass(2 * second)
      await wx.globalRefunds.findById({ refund_id: id, ...overseas(stage) })
      await wx.globalRefunds.list({ transaction_id: transaction, ...overseas(stage) })
      if (outcome !== 'abnormal') continue
      await sim.act(id, { action: 'event', name: 'refund:reroute' })
      await wx.globalRefunds.findById({ refund_id: id, ...overseas(stage) })
      await wx.globalRefunds.list({ transaction_id: transaction, ...overseas(stage) })
    }
  }
}

const payscore: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const query = (out_order_no: string) => wx.payscore.query(rentalKey(stage, { out_order_no }))
  for (const name of ['DEPOSIT', 'ADVANCE', 'CASH_DEPOSIT'] as const) {
    const out_order_no = `PS${name}`
    await payRental(stage, { out_order_no, risk_fund: { name, amount: 30000 } } as object)
    await stage.pass(second)
  }
  sim.world.table('payscore.services').set('2002', {
    id: '2002',
    mchid: given.apiv3.mchid,
    failing: 'refuse',
    risk: 'estimate',
    limitMinor: 5000,
    subs: 'all',
    unconfirmed: 'allowed',
  })
  const estimate = { service_id: '2002', out_order_no: 'PS2' }
  const risk_fund = { name: 'ESTIMATE_ORDER_COST' as const, amount: 5000 }
  await wx.payscore.create(rental(stage, { ...estimate, risk_fund }))
  await sim.act('PS2', { action: 'confirm' })
  await stage.pass(0)
  await wx.payscore.complete(completion(stage, { service_id: '2002', out_order_no: 'PS2' }))
  await stage.pass(2 * second)
  await wx.payscore.query(rentalKey(stage, { service_id: '2002', out_order_no: 'PS2' }))
  for (const coupon of ['30120000458', '30120000459']) {
    const out_order_no = `PS${coupon}`
    await confirmRental(stage, { out_order_no })
    await query(out_order_no)
    await sim.act(out_order_no, { action: 'event', name: 'coupon', details: { id: coupon } })
    await wx.payscore.complete(completion(stage, { out_order_no }))
    await query(out_order_no)
    await stage.pass(2 * second)
    await query(out_order_no)
  }
  await wx.payscore.create(rental(stage, { out_order_no: 'EXPIRED' }))
  await query('EXPIRED')
  await stage.pass(hour)
  await query('EXPIRED')
  await wx.payscore.create(rental(stage, { out_order_no: 'REVOKED' }))
  await wx.payscore.cancel(cancellation(stage, { out_order_no: 'REVOKED' }))
  await query('REVOKED')
  await confirmRental(stage, { out_order_no: 'OUTSIDE' })
  await wx.payscore.complete(completion(stage, { out_order_no: 'OUTSIDE' }))
  await wx.payscore.sync(outsidePayment(stage, { out_order_no: 'OUTSIDE' }))
  await query('OUTSIDE')
}

const bills: Tour = async (stage) => {
  const { wx, sim, given } = stage
  await sim.pay((await wx.cash.prepay(direct(stage))).prepay_id)
  await sim.pay((await wx.cash.prepayPartner(provided(stage, { out_trade_no: 'CASH0002' }))).prepay_id)
  await payRental(stage)
  await stage.pass(day)
  const bill_date = '2026-03-17'
  const trade = await wx.bills.trade({ bill_date })
  const link = Object.fromEntries(new URL(trade.download_url).searchParams)
  if ((await drain(await wx.bills.download(link as never))) === 0) throw new Error('an empty bill')
  await drain(wx.billFiles.read(trade))
  await drain(wx.billFiles.read(await wx.bills.fundFlow({ bill_date })))
  const sealed = { bill_date, algorithm: 'AEAD_AES_256_GCM' as const, tar_type: 'GZIP' as const }
  const one = { sub_mchid: given.apiv3.subMchid, account_type: 'BASIC' as const }
  const client = stage.open({ privateKey: given.apiv3.privateKey, signer: undefined })
  await drain(client.billFiles.read(await wx.bills.subMerchantFundFlow({ ...sealed, ...one })))
  await drain(client.billFiles.read(await wx.bills.ecommerceFundFlow({ ...sealed, account_type: 'ALL' })))
  const { mchid } = given.apiv3
  await drain(await wx.globalBills.statement({ date: '20260317', sp_mchid: mchid }))
}

const keys: Tour = async ({ wx }) => {
  await wx.certificates.list()
  await wx.certificates.listGlobal()
  await wx.security.echo({ echo_message: '你好', encrypted_echo_message: '秘密' })
}

const shop: Tour = async (stage) => {
  const { wx, sim, given } = stage
  const { mchid, appid, corpid, corpsecret } = given.wecom
  await configureCallback(stage)
  await wx.wecom.getToken({ corpid, corpsecret })
  const order = (out_trade_no: string, more: object = {}) => shopOrder(stage, { out_trade_no, ...more })
  const query = (out_trade_no: string) => wx.wecom.getOrder({ mchid, out_trade_no })
  const goods = [{ merchant_goods_id: 'TEA-2', quantity: 1, unit_price: 12800 }]
  const { prepay_id } = await wx.wecom.createOrder(order('WC0001'))
  await wx.wecom.getSign({ appid, prepay_id, nonce: 'r8Kd2Lm5', timestamp: 1773818310 })
  await query('WC0001')
  await sim.act(prepay_id, { action: 'fail' })
  await query('WC0001')
  await sim.act(prepay_id, { action: 'event', name: 'payment:accept' })
  await query('WC0001')
  await sim.pay(prepay_id, { coupon: '90210043' })
  await stage.pass(second)
  await query('WC0001')
  await wx.wecom.createOrder(order('WC0002', { detail: { goods_detail: goods } }))
  await sim.pay('WC0002', { coupon: '90210044' })
  await query('WC0002')
  await wx.wecom.createOrder(order('WC0003'))
  await stage.pass(300 * second)
  await wx.wecom.closeOrder({ mchid, out_trade_no: 'WC0003' })
  await query('WC0003')
  for (const out_trade_no of ['WC0001', 'WC0002']) {
    for (const outcome of outcomes) {
      await plan(stage, out_trade_no, outcome)
      const out_refund_no = `R${out_trade_no}${outcome}`
      await wx.wecom.refund(shopRefund(stage, { out_trade_no, out_refund_no }))
      await wx.wecom.getRefundDetail({ mchid, out_refund_no })
      await stage.pass(60 * second)
      await wx.wecom.getRefundDetail({ mchid, out_refund_no })
      if (outcome !== 'abnormal') continue
      const details = { channel: 'OTHER_BANKCARD' }
      await sim.act(out_refund_no, { action: 'event', name: 'refund:success', details })
      await wx.wecom.getRefundDetail({ mchid, out_refund_no })
    }
    await query(out_trade_no)
  }
  await stage.pass(day)
  const applied = await wx.wecom.getBill({ mchid, bill_date: '2026-03-17' })
  await drain(wx.billFiles.read(applied))
  // A link serves once.
  const again = await wx.wecom.getBill({ mchid, bill_date: '2026-03-17' })
  const token = new URL(again.download_url).searchParams.get('token') ?? ''
  const Authorization = billAuthorization(again.auth ?? '')
  await drain(await wx.wecom.downloadBill({ token, Authorization }))
}

const applications: Tour = async (stage) => {
  const { wx, sim } = stage
  const ends = [
    ['next', 'next', 'next', 'sign'],
    ['next', 'sign', 'next', 'next'],
    ['reject'],
    ['cancel'],
    ['next', 'freeze'],
  ]
  for (const [index, steps] of ends.entries()) {
    const out_request_no = `AP000${index}`
    await wx.wecom.applyMch(application(await picture(stage), { out_request_no, userid: `U${index}` }))
    await wx.wecom.getApplymentStatus({ out_request_no })
    for (const step of steps) {
      const details = { reason: '照片模糊' }
      await sim.act(out_request_no, { action: 'event', name: `application:${step}`, details })
      await wx.wecom.getApplymentStatus({ out_request_no })
    }
  }
}

/** By name; each runs on a stage of its own. */
export const tours: Readonly<Record<string, Tour>> = {
  'the keys': keys,
  'cash orders': cash,
  'combined orders': combine,
  "merchants' refunds": refunds,
  "platforms' refunds": platformRefunds,
  'refunds overseas': overseasRefunds,
  'rentals overseas': payscore,
  'bills and statements': bills,
  'a shop in WeCom': shop,
  'applications in WeCom': applications,
  ...insurance.tours,
}
