/** Combined payment: refunded in part, closed whole, a close of a part refused, an answer lost. */
import { Lost, Refused } from '@chadan/client'
import { operations } from '@chadan/protocol'
import type { Stage } from './stage.ts'
import { expect, type Story, type Teller } from './story.ts'

const placing = operations.combine.createJsapi

const subs = [
  { sub_mchid: '1690000202', description: '示例茶馆-龙井礼盒', total: 12800 },
  { sub_mchid: '1690000203', description: '示例书店-茶谱', total: 3550 },
] as const

function orderOf({ given, notifyUrl }: Stage, number: string) {
  const { apiv3 } = given
  return {
    combine_appid: apiv3.appid,
    combine_mchid: apiv3.mchid,
    combine_out_trade_no: number,
    sub_orders: subs.map(({ sub_mchid, description, total }, index) => ({
      mchid: apiv3.mchid,
      sub_mchid,
      out_trade_no: `${number}_${index + 1}`,
      description,
      attach: `line=${index + 1}`,
      amount: { total_amount: total, currency: 'CNY' as const },
    })),
    combine_payer_info: { openid: apiv3.openid },
    notify_url: notifyUrl,
  }
}

const listOf = (stage: Stage, number: string) =>
  subs.map(({ sub_mchid }, index) => ({
    mchid: stage.given.apiv3.mchid,
    sub_mchid,
    out_trade_no: `${number}_${index + 1}`,
  }))

async function states({ stage, ledger }: Teller): Promise<string> {
  const order = await stage.wx.combine.queryByOutTradeNo({ combine_out_trade_no: ledger.number })
  ledger.paidMinor = order.sub_orders
    .filter((sub) => sub.trade_state === 'SUCCESS' || sub.trade_state === 'REFUND')
    .reduce((sum, sub) => sum + sub.amount.total_amount, 0)
  ledger.state = [...new Set(order.sub_orders.map((sub) => sub.trade_state))].join(' + ')
  return order.sub_orders.map((sub) => sub.trade_state).join(' + ')
}

/** Placed, paid, heard, one sub-order partly refunded. */
export const paidAndRefunded: Story = {
  product: 'combine',
  title: 'paid, one sub-order refunded in part',
  async tell(teller) {
    const { stage, ledger, step } = teller
    const { wx, sim } = stage
    const number = 'DEMO-CT-1'
    ledger.number = number
    let prepayId = ''
    await step('place', async () => {
      prepayId = (await wx.combine.createJsapi(orderOf(stage, number))).prepay_id
      return `prepay_id ${prepayId.slice(0, 10)}…`
    })
    await step('pay', async () => {
      await sim.pay(prepayId)
      return 'the payer paid on the page'
    })
    await step('hear', async () => {
      await stage.pass(1000)
      ledger.notices = stage.heard('combine.paid', number).length
      expect(ledger.notices === 1, 'one verified notice')
      return 'combine.paid, verified and decrypted'
    })
    await step('query', async () => {
      const seen = await states(teller)
      expect(seen === 'SUCCESS + SUCCESS', 'both sub-orders paid')
      return seen
    })
    await step('refund', async () => {
      const refund = await wx.refunds.create({
        sub_mchid: subs[1].sub_mchid,
        out_trade_no: `${number}_2`,
        out_refund_no: `R${number}_2`,
        notify_url: stage.notifyUrl,
        amount: { refund: 550, total: 3550, currency: 'CNY' },
      })
      return `${refund.status}, 5.50 of 35.50`
    })
    await step('query refund', async () => {
      await stage.pass(600_000)
      const refund = await wx.refunds.find({ out_refund_no: `R${number}_2`, sub_mchid: subs[1].sub_mchid })
      expect(refund.status === 'SUCCESS', 'the refund done')
      ledger.refundedMinor = refund.amount.refund
      ledger.notices += stage.heard('refunds.succeeded', `R${number}_2`).length
      expect(ledger.notices === 2, 'a verified notice of the refund')
      await states(teller)
      return `${refund.status}, ${ledger.state}`
    })
  },
}

/** A close of one sub-order is refused; a close of all ends the order. */
export const closed: Story = {
  product: 'combine',
  title: 'a partial close refused, then closed whole',
  async tell(teller) {
    const { stage, ledger, step } = teller
    const number = 'DEMO-CT-2'
    ledger.number = number
    const close = (sub_orders: ReturnType<typeof listOf>) =>
      stage.wx.combine.close({
        combine_out_trade_no: number,
        combine_appid: stage.given.apiv3.appid,
        sub_orders,
      })
    await step('place', async () => {
      await stage.wx.combine.createJsapi(orderOf(stage, number))
      return 'two sub-orders'
    })
    await step('close one of two', async () => {
      const refusal = await close(listOf(stage, number).slice(0, 1)).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(refusal instanceof Refused, 'a refusal')
      return `${refusal.status} ${refusal.code}`
    })
    await step('close all', async () => {
      await close(listOf(stage, number))
      return '204, which proves nothing yet'
    })
    await step('query', async () => {
      const seen = await states(teller)
      expect(seen === 'CLOSED + CLOSED', 'both sub-orders closed')
      return seen
    })
  },
}

/** The answer to the placing is lost; the order is found by its number, then paid. */
export const answerLost: Story = {
  product: 'combine',
  title: 'the answer was lost, the order found by query',
  async tell(teller) {
    const { stage, ledger, step } = teller
    const number = 'DEMO-CT-3'
    ledger.number = number
    // Prepared once and kept, as a gateway keeps it in its database: placing again means these same bytes.
    const prepared = await stage.wx.prepare(placing, orderOf(stage, number))
    await step('place', async () => {
      stage.sim.faults.next(placing.id, 'loseAnswer')
      const lost = await stage.wx.send(prepared).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(lost instanceof Lost && !lost.unsent, 'a lost answer')
      return 'the connection broke; it may have been done'
    })
    await step('query', async () => {
      const seen = await states(teller)
      expect(seen === 'NOTPAY + NOTPAY', 'the order waiting for payment')
      return `${seen}: it was placed`
    })
    await step('place again', async () => {
      const { prepay_id } = await stage.wx.send(prepared)
      await stage.sim.pay(prepay_id)
      return 'the same bytes, one order; the payer paid'
    })
    await step('query', async () => {
      await stage.pass(1000)
      const seen = await states(teller)
      expect(seen === 'SUCCESS + SUCCESS', 'both sub-orders paid')
      ledger.notices = stage.heard('combine.paid', number).length
      return seen
    })
  },
}

/** A forged notice is refused, and changes nothing. */
export const forged: Story = {
  product: 'combine',
  title: 'a forged notice refused',
  async tell(teller) {
    const { stage, ledger, step } = teller
    const number = 'DEMO-CT-4'
    ledger.number = number
    await step('place', async () => {
      await stage.wx.combine.createJsapi(orderOf(stage, number))
      return 'two sub-orders'
    })
    await step('forge', async () => {
      const refusedBefore = stage.refused
      const status = await stage.knock('{"id":"forged","event_type":"TRANSACTION.SUCCESS","resource":{}}', {
        'wechatpay-timestamp': String(Math.floor(stage.sim.clock.now() / 1000)),
        'wechatpay-nonce': 'c41d8e0f27b96a3510dfe28b7a6c9d34',
        'wechatpay-serial': stage.given.apiv3.publicKeyId,
        'wechatpay-signature': Buffer.alloc(256, 7).toString('base64'),
      })
      expect(status === 401 && stage.refused === refusedBefore + 1, 'a refusal with 401')
      return 'the signature does not verify: 401'
    })
    await step('query', async () => {
      const seen = await states(teller)
      expect(seen === 'NOTPAY + NOTPAY', 'the order unpaid')
      return seen
    })
  },
}
