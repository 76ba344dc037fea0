/** Messages as they are captured, signed rightly or wrongly, for the tests of the diagnosis. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { apiv3 } from '@chadan/protocol'
import { testKeySource } from '@chadan/simulator'
import { type Capture, type Known, readCapture } from '../src/diagnosis/index.ts'

const keys = testKeySource()
export const merchantKey = createPrivateKey(keys())
export const platformKey = createPrivateKey(keys())
export const strangerKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

export const mchid = '1688000101'
export const merchantSerial = `3${'A'.repeat(39)}`
export const platformSerial = `4${'B'.repeat(39)}`
export const publicKeyId = 'PUB_KEY_ID_0116880001012026031700181900'
export const timestamp = '1773714030'
export const stampedMs = Number(timestamp) * 1000
export const nonce = '593BEC0C930BF1AFEB40B4A08C8FB242'

/** Keys of both sides, each under its own name. */
export const known: Known = {
  merchants: [{ label: 'own.pem', serial: merchantSerial, key: createPublicKey(merchantKey) }],
  platform: [{ label: 'platform.pem', serial: platformSerial, key: createPublicKey(platformKey) }],
}

/** A raw message with its headers. */
export function raw(
  first: string,
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array = '',
): Uint8Array {
  const head = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)].join('\r\n')
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), typeof body === 'string' ? Buffer.from(body) : body])
}

/** What a request says of itself beside its bytes. */
export interface RequestSlip {
  readonly method?: string
  readonly target?: string
  readonly body?: string
  /** The text that is signed in place of the right one. */
  readonly text?: string
  readonly key?: KeyObject
  readonly serialNo?: string
  readonly mchid?: string
  readonly timestamp?: string
  readonly hash?: string
  readonly signature?: (signature: string) => string
}

/** A captured request with one thing wrong, or nothing. */
export function request(slip: RequestSlip = {}): Capture {
  const { method = 'POST', target = '/v3/pay/transactions/jsapi', body = '', key = merchantKey } = slip
  const stamp = slip.timestamp ?? timestamp
  const text = slip.text ?? `${method}\n${target}\n${stamp}\n${nonce}\n${body}\n`
  const signature = sign(slip.hash ?? 'sha256', Buffer.from(text), key).toString('base64')
  const authorization = apiv3
    .formatAuthorization({
      mchid: slip.mchid ?? mchid,
      serialNo: slip.serialNo ?? merchantSerial,
      nonce,
      timestamp: stamp,
      signature: 'SIGNATURE',
    })
    .replace('SIGNATURE', slip.signature ? slip.signature(signature) : signature)
  return readCapture(
    raw(
      `${method} ${target} HTTP/1.1`,
      { Host: 'api.mch.weixin.qq.com', Authorization: authorization },
      body,
    ),
  )
}

/** What an answer or a notice says of itself beside its bytes. */
export interface SignedSlip {
  readonly body?: string
  /** The body that is signed in place of the captured one. */
  readonly signedBody?: string | Uint8Array
  readonly text?: string
  readonly key?: KeyObject
  readonly serial?: string
  readonly timestamp?: string
  readonly signature?: (signature: string) => string
}

/** The raw bytes of a captured answer or notice. */
export function signedBytes(first: string, slip: SignedSlip = {}): Uint8Array {
  const { body = '{"id":"EV-1"}', key = platformKey } = slip
  const stamp = slip.timestamp ?? timestamp
  const signedBody = slip.signedBody ?? body
  const text =
    slip.text ??
    Buffer.concat([
      Buffer.from(`${stamp}\n${nonce}\n`),
      Buffer.from(signedBody as Uint8Array),
      Buffer.from('\n'),
    ])
  const signature = sign('sha256', Buffer.from(text as Uint8Array), key).toString('base64')
  const headers = {
    'Wechatpay-Timestamp': stamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': slip.serial ?? platformSerial,
    'Wechatpay-Signature': slip.signature ? slip.signature(signature) : signature,
  }
  return raw(first, headers, body)
}

/** A captured notice with one thing wrong, or nothing. */
export function notice(slip: SignedSlip = {}): Capture {
  return readCapture(signedBytes('POST /notify HTTP/1.1', slip))
}

/** MD5 in capitals, as the XML dialect writes it. */
export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex').toUpperCase()
}
