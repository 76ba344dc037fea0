/** Placing an order in WeCom, and the signature with which its mini program opens the payment. */
import { operations, type ResultOfOperation } from '@chadan/protocol'
import type { MerchantIds } from '../../order/order.ts'
import { fit, given, membersOf, textOf } from '../details.ts'
import { expiryOf, holdToTenant, numberOf } from '../opening.ts'
import { call, errand, type Opening, type Product } from '../product.ts'
import { ms, prepayLivesMs } from '../timing.ts'
import { cashId } from './readings.ts'

const { createOrder, getSign } = operations.wecom

/** Unpaid orders close by themselves after this time. */
export const defaultExpiryMs = 7 * ms.day

/** Opens an attempt: one placing call. Where notices go is configured in WeCom, not said here. */
export const open: Product['open'] = (request, { tenant, signer, nowMs, draw }) => {
  const { details } = request
  holdToTenant(details, tenant, ['mchid'])
  const expiry = expiryOf(request, nowMs + defaultExpiryMs)
  const amount = membersOf(details.amount)
  const input = given({
    ...details,
    appid: details.appid ?? tenant.appid ?? signer.appid,
    mchid: details.mchid ?? tenant.mchid ?? signer.mchid,
    out_trade_no: numberOf(request, 'out_trade_no') ?? draw(),
    amount: details.amount === amount ? { ...amount, currency: amount.currency ?? 'CNY' } : details.amount,
    time_expire: expiry.time_expire,
  })
  fit(createOrder, input, signer.mode)
  // From here on the input is what the declaration says.
  const fitting = input as unknown as {
    readonly out_trade_no: string
    readonly mchid: string
    readonly appid: string
    readonly amount: { readonly total: number; readonly currency: string }
  }
  const whole = { minor: fitting.amount.total, currency: fitting.amount.currency }
  const { mchid, appid } = fitting
  return {
    number: fitting.out_trade_no,
    amount: whole,
    parts: [{ id: cashId, amount: whole, fixed: true }],
    merchant: given({ mchid, appid, corpid: signer.wecom?.corpid } satisfies MerchantIds),
    errands: [{ step: 'create', operation: createOrder, input }],
    expiresMs: expiry.ms,
    payer: textOf(membersOf(details.payer), 'openid'),
  } satisfies Opening
}

/** What the answer to the placing call means. */
export const createKind = errand(createOrder, ({ prepay_id }, number) => ({
  about: 'attempt',
  number,
  said: 'accepted',
  word: 'NOTPAY',
  step: 'create',
  kept: { prepay_id },
}))

/** What `wx.requestPayment` needs: WeCom signs it, since only WeCom holds the merchant's key. */
export const handover: Product['handover'] = async (attempt, placed, { nowMs, placedMs, draw, send }) => {
  const { prepay_id } = attempt.kept
  const appid = textOf(membersOf(placed.create), 'appid')
  const expiresMs = placedMs + prepayLivesMs
  if (attempt.state !== 'awaiting_payment' || !prepay_id || !appid || nowMs >= expiresMs) return undefined
  const nonce = draw().slice(0, 32)
  const timestamp = Math.floor(nowMs / 1000)
  const signed = await send(call(getSign, { appid, prepay_id, sign_type: 'RSA', nonce, timestamp }))
  // What was sent is what decides about the answer.
  const { pay_sign } = signed as ResultOfOperation<typeof getSign>
  const parameters = {
    timeStamp: String(timestamp),
    nonceStr: nonce,
    package: `prepay_id=${prepay_id}`,
    signType: 'RSA',
    paySign: pay_sign,
  }
  return { scene: 'mini_program', parameters, expiresMs }
}
