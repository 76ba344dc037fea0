/** Why an APIv3 request, answer or notice verifies or not. */
import { apiv3 } from '@chadan/protocol'
import { bodyVariants } from './bodies.ts'
import type { Capture } from './capture.ts'
import { type Cause, cause, type Diagnosis } from './cause.ts'
import { explainSignature } from './explain.ts'
import type { KnownKey } from './signature.ts'
import { requestTexts, signedTexts } from './signed-texts.ts'
import { targetVariants } from './targets.ts'
import type { TextKey } from './xml.ts'

/** What a diagnosis may use. */
export interface Known {
  /** Keys of merchants, for requests. */
  readonly merchants: readonly KnownKey[]
  /** WeChat Pay's keys, for answers and notices. */
  readonly platform: readonly KnownKey[]
  /** Other messages at hand, whose bodies may have been mixed up with this one. */
  readonly others?: readonly { readonly name: string; readonly body: Uint8Array }[]
  /** When the message arrived, UTC ms; without it the clock is not judged. */
  readonly arrivedMs?: number
  /** APIv3 keys, to open what is sealed in a notice. */
  readonly apiV3Keys?: readonly TextKey[]
  /** Merchant numbers of the given credentials. */
  readonly mchids?: readonly string[]
}

const official = 'https://api.mch.weixin.qq.com'
const windowSeconds = 300

/** Explains a captured request of a merchant. */
export function explainRequest(capture: Capture, known: Known): Diagnosis {
  const header = capture.header('authorization')
  const base = { dialect: 'apiv3', message: 'request' } as const
  const fail = (id: string, says: string, todo: string): Diagnosis => ({
    ...base,
    verifies: false,
    causes: [cause(id, says, todo)],
    notes: capture.notes,
    canonical: new Uint8Array(),
  })
  if (header === undefined)
    return fail(
      'headers',
      'the request has no Authorization header',
      'capture the request with its headers, as it is sent',
    )
  if (capture.method === undefined || capture.target === undefined)
    return fail(
      'capture',
      'the capture has no first line, so method and address are unknown',
      'give the first line, as in GET /v3/certificates HTTP/1.1',
    )
  const read = readAuthorization(header)
  if ('problem' in read.authorization)
    return fail(
      'authorization',
      read.authorization.problem,
      `write it as ${apiv3.authorizationScheme} mchid="…",nonce_str="…",timestamp="…",serial_no="…",signature="…"`,
    )
  const { mchid, serialNo, nonce, timestamp, signature } = read.authorization
  const { method, target, origin = official, body } = capture
  const { texts, canonical } = requestTexts({
    method,
    targets: targetVariants(target, origin),
    bodies: bodyVariants(body, known.others),
    timestamp,
    nonce,
  })
  const found = explainSignature({
    signature,
    named: serialNo,
    keys: known.merchants,
    whose: 'merchant',
    canonical,
    texts,
  })
  const strangers = known.mchids?.length && !known.mchids.includes(mchid)
  const causes = [
    ...read.causes,
    ...found.causes,
    ...clockCauses(timestamp, known.arrivedMs, 'request'),
    ...(strangers
      ? [
          cause(
            'mchid',
            `mchid is not that of the given credentials`,
            'send the number of the merchant whose key signs',
          ),
        ]
      : []),
  ]
  return {
    ...base,
    verifies: causes.length === 0,
    causes,
    notes: [...capture.notes, ...clockNotes(timestamp, known.arrivedMs)],
    canonical,
    ...(found.signed && { signed: found.signed }),
  }
}

function readAuthorization(header: string): {
  authorization: ReturnType<typeof apiv3.parseAuthorization>
  causes: Cause[]
} {
  const authorization = apiv3.parseAuthorization(header)
  if (!('problem' in authorization)) return { authorization, causes: [] }
  // Some writers put blanks or line ends between the pairs; the pairs themselves may still be right.
  const [scheme = '', ...rest] = header.trim().split(/\s+/)
  const tidy = `${scheme} ${rest.join('').replace(/,+$/, '')}`
  const repaired = apiv3.parseAuthorization(tidy)
  if ('problem' in repaired) return { authorization, causes: [] }
  return {
    authorization: repaired,
    causes: [
      cause('authorization', authorization.problem, 'write the five pairs with commas alone between them'),
    ],
  }
}

/** Explains a captured answer or notice of WeChat Pay. */
export function explainSigned(capture: Capture, message: 'answer' | 'notice', known: Known): Diagnosis {
  const headers = apiv3.readSignedHeaders((name) => capture.header(name) ?? null)
  const { timestamp, nonce, serial, signature } = headers
  const missing = Object.entries({ timestamp, nonce, serial, signature }).flatMap(([name, value]) =>
    value === '' ? [name] : [],
  )
  const base = { dialect: 'apiv3', message } as const
  if (missing.length > 0) {
    const names = missing.map((name) => `Wechatpay-${name[0]?.toUpperCase()}${name.slice(1)}`).join(', ')
    const says =
      missing.length < 4
        ? `${names} missing: a proxy or the framework took them away`
        : message === 'answer' && capture.status !== undefined && capture.status >= 400
          ? `an answer ${capture.status} without a signature: header and signature refusals and unknown paths are not signed`
          : 'no Wechatpay-* headers: not from WeChat Pay, or a proxy took them away'
    return {
      ...base,
      verifies: false,
      causes: [
        cause(
          'headers',
          says,
          'pass all Wechatpay-* headers on; an unsigned answer never decides about money',
        ),
      ],
      notes: capture.notes,
      canonical: new Uint8Array(),
    }
  }
  if (apiv3.isProbe(signature)) {
    const says = 'a test signature of WeChat Pay (WECHATPAY/SIGNTEST/), wrong on purpose'
    return {
      ...base,
      verifies: false,
      causes: [cause('probe', says, 'refuse it with 401 as you do; the true message follows')],
      notes: capture.notes,
      canonical: apiv3.responseText({ timestamp, nonce, body: capture.body }),
    }
  }
  const { texts, canonical } = signedTexts({
    bodies: bodyVariants(capture.body, known.others),
    timestamp,
    nonce,
  })
  const found = explainSignature({
    signature,
    named: serial,
    keys: known.platform,
    whose: 'platform',
    canonical,
    texts,
  })
  const type = headers.signatureType
  const causes = [
    ...(type !== undefined && type !== apiv3.authorizationScheme
      ? [
          cause(
            'type',
            `Wechatpay-Signature-Type is not ${apiv3.authorizationScheme}`,
            'only RSA with SHA-256 is spoken here',
          ),
        ]
      : []),
    ...found.causes,
    ...clockCauses(timestamp, known.arrivedMs, message),
    ...(message === 'notice' && found.causes.length === 0
      ? resourceCauses(capture.body, known.apiV3Keys ?? [])
      : []),
  ]
  return {
    ...base,
    verifies: causes.length === 0,
    causes,
    notes: [...capture.notes, ...clockNotes(timestamp, known.arrivedMs)],
    canonical,
    ...(found.signed && { signed: found.signed }),
  }
}

/** The signature holds; does the sealed resource open? Without a key nothing is said about it. */
function resourceCauses(body: Uint8Array, keys: readonly TextKey[]): Cause[] {
  const resource = resourceOf(body)
  if (!resource || keys.length === 0) return []
  const problems = keys.map(({ text }) => {
    try {
      apiv3.openResource(resource, text)
      return undefined
    } catch (error) {
      return error instanceof Error ? error.message : 'it cannot be read'
    }
  })
  if (problems.includes(undefined)) return []
  const says = `the signature holds, but the resource does not open (${problems[0]}); tried ${keys.map(({ label }) => label).join(', ')}`
  return [
    cause(
      'resource',
      says,
      'compare the APIv3 key with the merchant console; it may have been changed since, or belong to another merchant',
    ),
  ]
}

function resourceOf(body: Uint8Array): apiv3.Resource | undefined {
  try {
    const { resource } = JSON.parse(Buffer.from(body).toString()) as { resource?: unknown }
    return typeof resource === 'object' && resource !== null ? (resource as apiv3.Resource) : undefined
  } catch {
    return undefined
  }
}

/** Whether a timestamp can be one, and lies within the window of the arrival. */
export function clockCauses(timestamp: string, arrivedMs: number | undefined, message: string): Cause[] {
  if (/^\d{13}$/.test(timestamp))
    return [
      cause('clock.milliseconds', 'the timestamp is in milliseconds', 'give Unix time in seconds, 10 digits'),
    ]
  if (!/^[1-9]\d{0,11}$/.test(timestamp))
    return [
      cause('clock.form', 'the timestamp is no Unix time in seconds', 'give Unix time in seconds, 10 digits'),
    ]
  if (arrivedMs === undefined) return []
  const skew = Math.round(Number(timestamp) - arrivedMs / 1000)
  if (Math.abs(skew) <= windowSeconds) return []
  const whose = message === 'request' ? 'the clock of the sender' : 'the clock of the receiver'
  const says = `the timestamp is ${Math.abs(skew)} s ${skew < 0 ? 'before' : 'after'} the arrival, more than ${windowSeconds} s`
  const hours = Math.round(skew / 3600)
  const zone =
    hours !== 0 && Math.abs(skew - hours * 3600) < 60
      ? `; a whole number of hours (${hours}) points to a time zone`
      : ''
  return [cause('clock', `${says}${zone}`, `set ${whose} by NTP; an old message may also be a replay`)]
}

function clockNotes(timestamp: string, arrivedMs: number | undefined): string[] {
  if (arrivedMs !== undefined || !/^[1-9]\d{0,11}$/.test(timestamp)) return []
  const stamped = apiv3.formatTime(Number(timestamp) * 1000)
  return [`stamped ${stamped}; whether it came in time is not judged without --at`]
}
