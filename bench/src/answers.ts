/** Answers of WeChat Pay that were signed before they are asked for. */
import { sign } from 'node:crypto'
import { platform, publicKeyId } from './world.ts'

const kept = new Map<string, { madeMs: number; headers: Record<string, string> }>()

/** An answer with this body; its signature is made anew once a minute. */
export function presigned(body: string): Response {
  const nowMs = Date.now()
  const known = kept.get(body)
  const { headers, madeMs } =
    known && nowMs - known.madeMs < 60_000 ? known : { headers: signed(body, nowMs), madeMs: nowMs }
  if (madeMs === nowMs) kept.set(body, { headers, madeMs })
  return new Response(body, { headers })
}

/** The headers under which WeChat Pay sends this body now. */
export function signed(
  body: string,
  nowMs: number,
  nonce = 'EcYv1yIfVxtIlnpBpyqv7cVJHxHG1pYf',
): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signature = sign('sha256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), platform.privateKey)
  return headersOf(timestamp, nonce, signature)
}

/** What stands around a signature. */
export function headersOf(timestamp: string, nonce: string, signature: Buffer): Record<string, string> {
  return {
    'content-type': 'application/json',
    'request-id': '08F78BB5AF0610D302189F9ABB5A20BCF47A28E9C2D60D-0',
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': nonce,
    'wechatpay-serial': publicKeyId,
    'wechatpay-signature': signature.toString('base64'),
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
  }
}
