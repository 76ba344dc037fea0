import { createHash, type KeyObject } from 'node:crypto'
import { authorizationScheme } from './authorization.ts'
import { isPublicKeyId } from './keys.ts'
import { verifyPieces } from './signature.ts'
import { type Body, lines } from './texts.ts'

/** The `Wechatpay-*` headers of an answer or a notification; empty text stands for a header that is missing. */
export type SignedHeaders = {
  timestamp: string
  nonce: string
  serial: string
  signature: string
  signatureType?: string
}

/** What a check found. `reason` is for operators: likely cause, header values, size and digest of the body, no contents. */
export type Verdict =
  | { ok: true; serial: string }
  | {
      ok: false
      check: 'headers' | 'type' | 'clock' | 'probe' | 'serial' | 'signature'
      reason: string
      /** By how many seconds the message's clock is ahead of ours; negative when it is behind. */
      skewSeconds?: number
    }

type Refusal = Extract<Verdict, { ok: false }>

/**
 * Reads the signature headers through a getter that ignores case.
 *
 * @example readSignedHeaders((name) => response.headers.get(name))
 */
export function readSignedHeaders(get: (name: string) => string | null): SignedHeaders {
  const signatureType = get(headerNames.signatureType)
  return {
    timestamp: get(headerNames.timestamp) ?? '',
    nonce: get(headerNames.nonce) ?? '',
    serial: get(headerNames.serial) ?? '',
    signature: get(headerNames.signature) ?? '',
    ...(signatureType === null ? {} : { signatureType }),
  }
}

/** The headers under their wire names, for the side that signs. */
export function writeSignedHeaders(headers: SignedHeaders): Record<string, string> {
  return {
    [headerNames.timestamp]: headers.timestamp,
    [headerNames.nonce]: headers.nonce,
    [headerNames.serial]: headers.serial,
    [headerNames.signature]: headers.signature,
    [headerNames.signatureType]: headers.signatureType ?? authorizationScheme,
  }
}

/** Whether the full set of four headers is there. Says nothing about their truth: that is `checkSigned`. */
export function isSigned(headers: SignedHeaders): boolean {
  return required.every((name) => headers[name] !== '')
}

/** Whether a signature is one of the deliberately wrong ones by which the platform tests receivers (protocol 7). */
export function isProbe(signature: string): boolean {
  return signature.startsWith(probePrefix)
}

/** Turns a signature into a probe, for the side that plays the platform. */
export function probeSignature(signature: string): string {
  return `${probePrefix}${signature}`
}

/**
 * Decides whether the platform signed these bytes, now. Checks in this order: headers, signature type, clock (both ways),
 * probe, serial, signature. `body` must be the bytes received; a body that was parsed and written again does not verify.
 *
 * @example checkSigned({ headers, body, nowMs: clock.now(), keys: (serial) => platformKeys.get(serial) })
 */
export function checkSigned(message: {
  headers: SignedHeaders
  body: Body
  nowMs: number
  keys: (serial: string) => KeyObject | undefined
  windowSeconds?: number
}): Verdict {
  const { headers, body, nowMs, keys, windowSeconds = 300 } = message
  const { timestamp, nonce, serial, signature } = headers
  const refusal = checkHeaders(headers) ?? checkClock(timestamp, nowMs, windowSeconds)
  if (refusal) return refusal
  if (isProbe(signature))
    return refuse(
      'probe',
      'a test signature of WeChat Pay (WECHATPAY/SIGNTEST/): refuse it, the true message follows',
    )
  const key = keys(serial)
  if (!key) return refuse('serial', unknownSerial(serial))
  if (verifyPieces([lines([timestamp, nonce]), body, '\n'], signature, key)) return { ok: true, serial }
  return refuse('signature', wrongSignature(headers, body))
}

function checkHeaders(headers: SignedHeaders): Refusal | undefined {
  if (!required.every((name) => shapes[name].test(headers[name]))) return refuseHeaders(headers)
  const { signatureType = authorizationScheme } = headers
  if (signatureType === authorizationScheme) return undefined
  return refuse(
    'type',
    `${headerNames.signatureType} is not ${authorizationScheme}: other schemes are not supported`,
  )
}

function refuseHeaders(headers: SignedHeaders): Refusal {
  const missing = required.filter((name) => headers[name] === '').map((name) => headerNames[name])
  if (missing.length === required.length) {
    return refuse(
      'headers',
      'no Wechatpay-* headers: not from WeChat Pay, made by its gateway, or stripped by a proxy',
    )
  }
  if (missing.length > 0) return refuse('headers', `missing ${missing.join(', ')}: stripped by a proxy?`)
  // A header that came twice arrives joined by a comma and a blank, and fails here as well.
  const malformed = required
    .filter((name) => !shapes[name].test(headers[name]))
    .map((name) => headerNames[name])
  return refuse('headers', `malformed ${malformed.join(', ')}: sent twice, or not from WeChat Pay`)
}

function checkClock(timestamp: string, nowMs: number, windowSeconds: number): Refusal | undefined {
  const skewMs = Number(timestamp) * 1000 - nowMs
  // Written so that a clock that is not a number refuses instead of letting everything pass.
  if (Math.abs(skewMs) <= windowSeconds * 1000) return undefined
  const skewSeconds = Math.round(skewMs / 1000)
  const where =
    skewMs < 0 ? 'old: a late or replayed message, or our clock is fast' : 'ahead: our clock is slow'
  return {
    ...refuse(
      'clock',
      `timestamp ${timestamp} is ${Math.abs(skewSeconds)} s ${where} (allowed: ${windowSeconds} s)`,
    ),
    skewSeconds,
  }
}

function unknownSerial(serial: string): string {
  return isPublicKeyId(serial)
    ? `no WeChat Pay public key with id ${serial}: download it in the merchant console and configure id and PEM`
    : `no platform certificate with serial ${serial}: load the certificates again; if it stays unknown the message is for another merchant`
}

function wrongSignature({ timestamp, nonce, serial }: SignedHeaders, body: Body): string {
  const digest = createHash('sha256').update(body).digest('hex')
  return (
    'the signature does not match: the body was changed on the way (parsed and written again, trimmed, decoded), ' +
    'or the key configured for this serial is another one ' +
    `(timestamp ${timestamp}, nonce ${nonce}, serial ${serial}, body ${Buffer.byteLength(body)} bytes, SHA-256 ${digest})`
  )
}

function refuse(check: Refusal['check'], reason: string): Refusal {
  return { ok: false, check, reason }
}

const headerNames = {
  timestamp: 'Wechatpay-Timestamp',
  nonce: 'Wechatpay-Nonce',
  serial: 'Wechatpay-Serial',
  signature: 'Wechatpay-Signature',
  signatureType: 'Wechatpay-Signature-Type',
} as const

const required = ['timestamp', 'nonce', 'serial', 'signature'] as const

const shapes = {
  timestamp: /^[0-9]{1,12}$/,
  nonce: /^[\x21-\x7e]{1,128}$/,
  serial: /^[0-9A-Za-z_]{1,64}$/,
  signature: /^[\x21-\x7e]{1,2048}$/,
} as const

const probePrefix = 'WECHATPAY/SIGNTEST/'
