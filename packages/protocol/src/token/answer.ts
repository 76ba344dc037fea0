import { isUtf8 } from 'node:buffer'
import { type Members, parseXml, XmlError } from '../xmlmd5/index.ts'
import { adviceFor, type CodeAdvice, type TokenDialect } from './rules.ts'

/** A body told apart by its first character that is no blank. */
export type Body =
  | { readonly form: 'xml'; readonly members: Members }
  | { readonly form: 'json'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly form: 'text' }
  | { readonly form: 'empty' }
  | { readonly form: 'broken'; readonly reason: string }

const MAX_BYTES = 1024 * 1024

/**
 * Reads a body as XML if it begins with `<`, as a JSON object if it begins with `{`, else leaves it as text, whatever
 * its content type says: the platform answers token trouble in JSON where XML is the rule.
 */
export function readBody(body: Uint8Array | string): Body {
  const first = firstCharacter(body)
  if (first === undefined) return { form: 'empty' }
  if (first !== '<' && first !== '{') return { form: 'text' }
  const bytes =
    typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (bytes.length > MAX_BYTES)
    return { form: 'broken', reason: `${bytes.length} bytes, expected at most ${MAX_BYTES}` }
  if (!isUtf8(bytes)) return { form: 'broken', reason: `${bytes.length} bytes are not UTF-8` }
  return first === '<' ? readXml(bytes) : readJson(bytes)
}

// A bill may be hundreds of megabytes, so only its beginning is looked at before it is left alone.
function firstCharacter(body: Uint8Array | string): string | undefined {
  const limit = 1024
  const bytes =
    typeof body === 'string'
      ? undefined
      : Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, limit))
  const start = bytes?.toString('utf8') ?? body.slice(0, limit).toString()
  return Array.from(start.replace(/^\ufeff/, '').trimStart())[0]
}

function readXml(bytes: Uint8Array): Body {
  try {
    return { form: 'xml', members: parseXml(bytes, { maxBytes: MAX_BYTES }) }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { form: 'broken', reason: error.message }
  }
}

function readJson(bytes: Buffer): Body {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''))
    // It began with `{`, so what JSON.parse accepted is an object.
    return { form: 'json', value: value as Record<string, unknown> }
  } catch {
    return { form: 'broken', reason: `${bytes.length} bytes are not JSON` }
  }
}

/** What a token call answered. A refusal holds the platform's code and what to do about it, and never a token. */
export type TokenAnswer =
  | { readonly ok: true; readonly accessToken: string; readonly expiresInSeconds: number }
  | {
      readonly ok: false
      readonly code?: string
      readonly message?: string
      readonly advice: CodeAdvice
      readonly reason: string
    }

const MAX_TOKEN = 2048

/**
 * Reads the answer of a token call, JSON or XML. No answer at all or one that cannot be read has the advice `retry`:
 * drawing a token again does no harm.
 *
 * @example readTokenAnswer('wecom', { status: 200, body }).ok
 */
export function readTokenAnswer(
  dialect: TokenDialect,
  answer: { readonly status: number; readonly body: Uint8Array | string },
): TokenAnswer {
  const body = readBody(answer.body)
  if (body.form !== 'json' && body.form !== 'xml') return unreadable(answer.status, body)
  const refusal = body.form === 'json' ? jsonError(body.value) : xmlError(body.members)
  if (refusal !== undefined) {
    const { code, message } = refusal
    const advice = code === undefined ? 'unknown' : adviceFor(dialect, 'draw', code)
    return { ok: false, code, message, advice, reason: 'the token call was refused' }
  }
  if (answer.status < 200 || answer.status > 299) return unreadable(answer.status, body)
  return readToken(body.form === 'json' ? body.value : body.members)
}

function readToken(fields: Readonly<Record<string, unknown>>): TokenAnswer {
  const { access_token: token, expires_in: life } = fields
  if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token) || token.length > MAX_TOKEN) {
    return {
      ok: false,
      advice: 'unknown',
      reason: `the answer has no access_token of 1 to ${MAX_TOKEN} visible characters`,
    }
  }
  const seconds = typeof life === 'string' && /^[0-9]{1,9}$/.test(life) ? Number(life) : life
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds <= 0) {
    return { ok: false, advice: 'unknown', reason: 'the answer has no expires_in in whole seconds' }
  }
  return { ok: true, accessToken: token, expiresInSeconds: seconds }
}

function unreadable(status: number, body: Body): TokenAnswer {
  const found = body.form === 'broken' ? body.reason : `a body that is ${body.form}`
  return { ok: false, advice: 'retry', reason: `status ${status} with ${found}` }
}

/** A refusal as the platform words it. `message` is its text, for support; decide on `code` alone. */
export type PlatformError = { readonly code?: string; readonly message?: string }

/** The `errcode` of a JSON answer, unless it is 0 or absent. */
export function jsonError(value: Readonly<Record<string, unknown>>): PlatformError | undefined {
  const { errcode, errmsg } = value
  if (errcode === undefined || errcode === null || errcode === 0 || errcode === '0') return undefined
  const code = typeof errcode === 'number' || typeof errcode === 'string' ? String(errcode) : undefined
  return { code, message: typeof errmsg === 'string' ? errmsg : undefined }
}

/** The refusal in an XML answer: `return_code` or `result_code` other than SUCCESS. */
export function xmlError(members: Members): PlatformError | undefined {
  const { return_code, result_code, err_code } = members
  if (return_code === 'SUCCESS' && (result_code === undefined || result_code === 'SUCCESS')) return undefined
  const code = err_code === '' || err_code === '0' ? undefined : err_code
  return { code, message: errorText(members) ?? members.return_msg }
}

/** The description of an error, which the document spells in three ways. */
export function errorText(members: Members): string | undefined {
  return members.err_code_des ?? members.err_code_desc ?? members.err_code_descs
}
