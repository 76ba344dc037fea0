import type { KeyObject } from 'node:crypto'
import { type Certificate, KeyError, readCertificate } from './keys.ts'
import { OpenError, openResource, type Resource } from './resource.ts'
import { parseTime } from './time.ts'

/** A certificate of the platform's list, with the period in which the list says it is in use. */
export type PlatformCertificate = Certificate & { pem: string; effectiveMs: number; expireMs: number }

/**
 * Opens the answer of `GET /v3/certificates`: bytes, or the object parsed from them (protocol 5). An empty list is an answer.
 *
 * Throws OpenError. The contents are authentic by their tags, but the answer is only to be used once its own signature was
 * checked with one of these certificates.
 */
export function parseCertificates(
  body: Uint8Array | object,
  apiV3Key: string | Uint8Array | KeyObject,
): PlatformCertificate[] {
  const list = field(body instanceof Uint8Array ? parse(body) : body, 'data')
  if (!Array.isArray(list)) throw new OpenError('content', 'the certificate list has no data array')
  if (list.length > maxCertificates)
    throw new OpenError('content', `the certificate list has ${list.length} entries`)
  return list.map((entry) => openCertificate(entry, apiV3Key))
}

function openCertificate(entry: unknown, apiV3Key: string | Uint8Array | KeyObject): PlatformCertificate {
  const envelope = field(entry, 'encrypt_certificate')
  if (typeof envelope !== 'object' || envelope === null) {
    throw new OpenError('content', 'an entry of the certificate list has no encrypt_certificate')
  }
  const pem = new TextDecoder().decode(openResource(envelope as Resource, apiV3Key))
  const certificate = read(pem)
  if (field(entry, 'serial_no') !== certificate.serialNo) {
    throw new OpenError(
      'content',
      'an entry of the certificate list names another serial than its certificate has',
    )
  }
  return {
    ...certificate,
    pem,
    effectiveMs: time(field(entry, 'effective_time')) ?? certificate.validFromMs,
    expireMs: time(field(entry, 'expire_time')) ?? certificate.validToMs,
  }
}

function read(pem: string): Certificate {
  try {
    return readCertificate(pem)
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    throw new OpenError('content', `an entry of the certificate list: ${error.message}`)
  }
}

// The page's own sample writes a key with a blank behind it and its table types the times as integers of seconds.
function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined
  return Object.entries(value).find(([key]) => key.trim() === name)?.[1]
}

function time(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value * 1000 : undefined
  if (typeof value !== 'string') return undefined
  try {
    return parseTime(value)
  } catch {
    return undefined
  }
}

function parse(body: Uint8Array): unknown {
  if (body.length > maxBodyBytes)
    throw new OpenError('content', `the certificate list has ${body.length} bytes`)
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    throw new OpenError('content', `the certificate list of ${body.length} bytes is not JSON`)
  }
}

const maxCertificates = 100
const maxBodyBytes = 2_097_152
