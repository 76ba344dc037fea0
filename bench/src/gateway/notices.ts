/** Notices of paid orders, signed before they are measured. */
import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import type { Order } from '@chadan/gateway'
import { apiv3 } from '@chadan/protocol'
import { headersOf } from '../answers.ts'
import { apiV3Key, platform } from '../world.ts'
import { type Desk, publicUrl } from './desk.ts'

/** A notice as it comes over the wire, with its parts at hand for the bare limit. */
export interface Notice {
  readonly body: Buffer
  readonly headers: Record<string, string>
  readonly covered: Buffer
  readonly signature: Buffer
  readonly sealed: { readonly ciphertext: Buffer; readonly nonce: string; readonly data: string }
}

const signAsync = promisify(sign) as (
  algorithm: string,
  data: Buffer,
  key: typeof platform.privateKey,
) => Promise<Buffer>

/** Signs a notice of each of these orders: they are paid. */
export function noticesOf(orders: readonly Order[]): Promise<Notice[]> {
  return Promise.all(orders.map(noticeOf))
}

async function noticeOf(order: Order): Promise<Notice> {
  const [attempt] = order.attempts
  if (!attempt) throw new Error('an order has an attempt')
  const { number, parts, merchant } = attempt
  const resource = {
    combine_appid: merchant.appid,
    combine_mchid: merchant.mchid,
    combine_out_trade_no: number,
    sub_orders: parts.map(({ id, amount, merchant: payee }) => ({
      mchid: payee?.mchid,
      trade_type: 'JSAPI',
      trade_state: 'SUCCESS',
      bank_type: 'CMC',
      attach: 'store=HZ02',
      amount: {
        total_amount: amount.minor,
        currency: 'CNY',
        payer_amount: amount.minor,
        payer_currency: 'CNY',
      },
      success_time: '2026-03-17T10:22:11+08:00',
      transaction_id: `42000${id}`.slice(0, 32),
      out_trade_no: id,
    })),
    combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
  }
  const options = { apiV3Key, nonce: 'fdasflkja484', associatedData: 'transaction' }
  const sealed = apiv3.sealResource(JSON.stringify(resource), options)
  const body = Buffer.from(
    JSON.stringify({
      id: `EV-${number}`,
      create_time: '2026-03-17T10:22:12+08:00',
      resource_type: 'encrypt-resource',
      event_type: 'TRANSACTION.SUCCESS',
      summary: '支付成功',
      resource: { original_type: 'transaction', ...sealed },
    }),
  )
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = number.padEnd(32, '0').slice(0, 32)
  const covered = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')])
  const signature = await signAsync('sha256', covered, platform.privateKey)
  return {
    body,
    covered,
    signature,
    headers: headersOf(timestamp, nonce, signature),
    sealed: {
      ciphertext: Buffer.from(sealed.ciphertext, 'base64'),
      nonce: sealed.nonce,
      data: sealed.associated_data,
    },
  }
}

/** Sends a notice to the gateway; throws unless it is taken. */
export async function tell({ service }: Desk, { body, headers }: Notice): Promise<void> {
  const request = new Request(`${publicUrl}/notify/main/combine`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  })
  const response = await service.fetch(request)
  if (!response.ok) throw new Error(`a notice was answered ${response.status}: ${await response.text()}`)
}
