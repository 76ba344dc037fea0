import { checkXmlSignature, type MchKey, type Members } from '../xmlmd5/index.ts'
import { errorText, jsonError, type PlatformError, readBody, xmlError } from './answer.ts'
import { adviceFor, type CodeAdvice, isListed, type TokenDialect } from './rules.ts'

/** An answer as it came over the wire. */
export type Answer = { readonly status: number; readonly body: Uint8Array | string }

/** No verdict: it may have been done or not. Ask before doing anything else. */
export type UnknownOutcome = {
  readonly outcome: 'unknown'
  readonly check: 'status' | 'body' | 'form'
  readonly reason: string
}

/**
 * The gateway before the product refused. `executed: 'no'` only for token codes: the call was turned away before it
 * was looked at; every other code leaves the outcome open.
 */
export type GatewayRefusal = PlatformError & {
  readonly outcome: 'gateway'
  readonly advice: CodeAdvice
  readonly executed: 'no' | 'unknown'
}

/** What an answer of payinsurance is worth. Only `refused` and `success` may say something about money. */
export type XmlJudgement =
  | UnknownOutcome
  | GatewayRefusal
  /** `return_code` is not SUCCESS. Unsigned, so no evidence about money. */
  | { readonly outcome: 'protocol_fail'; readonly message?: string }
  | {
      readonly outcome: 'signature_invalid'
      readonly check: 'missing' | 'form' | 'signature'
      readonly reason: string
    }
  /** The answer belongs to other ids than the request; `field` names the first. */
  | { readonly outcome: 'identity_mismatch'; readonly field: string }
  | {
      readonly outcome: 'refused'
      readonly code?: string
      readonly message?: string
      readonly members: Members
    }
  | { readonly outcome: 'success'; readonly members: Members }
  /** Neither XML nor JSON: the text of a bill. */
  | { readonly outcome: 'text' }

/** What the caller knows about the answer it waits for. */
export type XmlExpectation = {
  readonly key: MchKey
  /** `never`: the document signs no such answer. `if_present`: not documented, checked when there. */
  readonly signed: 'always' | 'if_present' | 'never'
  /** The ids sent (`appid`, `mch_id`, `sub_appid`, `sub_mch_id`) that the answer echoes. */
  readonly ids?: Readonly<Record<string, string | undefined>>
  /** Whether text is an answer here: `expected` for bills alone. */
  readonly text?: 'expected' | 'refused'
}

/**
 * Judges an answer of payinsurance in the documented order: status and body, form, communication, signature, ids,
 * business result. States inside are the caller's to read. Nothing after a failed step is looked at.
 */
export function judgeXml(answer: Answer, expected: XmlExpectation): XmlJudgement {
  if (answer.status < 200 || answer.status > 299) return unknown('status', `status ${answer.status}`)
  const body = readBody(answer.body)
  if (body.form === 'empty') return unknown('body', 'an empty body')
  if (body.form === 'broken') return unknown('form', body.reason)
  if (body.form === 'text') {
    return expected.text === 'expected' ? { outcome: 'text' } : unknown('form', 'neither XML nor JSON')
  }
  if (body.form === 'json') {
    const error = jsonError(body.value)
    return error === undefined ? unknown('form', 'JSON without an errcode') : gateway('payinsurance', error)
  }
  return judgeMembers(body.members, expected)
}

function judgeMembers(members: Members, expected: XmlExpectation): XmlJudgement {
  // The platform's own codes may stand in XML as well, and then nobody has signed them. A renewed token and a second
  // sending of the same bytes is all they may cause, so they are read before the signature.
  const error = xmlError(members)
  if (error?.code !== undefined && isListed('payinsurance', 'call', error.code))
    return gateway('payinsurance', error)
  if (members.return_code !== 'SUCCESS') return { outcome: 'protocol_fail', message: members.return_msg }
  const trusted = judgeSignature(members, expected) ?? judgeIds(members, expected.ids ?? {})
  if (trusted !== undefined) return trusted
  if (members.result_code === 'SUCCESS') return { outcome: 'success', members }
  if (members.result_code === 'FAIL') {
    return { outcome: 'refused', code: error?.code, message: errorText(members), members }
  }
  return unknown('form', 'result_code is neither SUCCESS nor FAIL')
}

function judgeSignature(members: Members, { key, signed }: XmlExpectation): XmlJudgement | undefined {
  if (signed === 'never') return undefined
  const check = checkXmlSignature(members, key)
  if (check.ok || (signed === 'if_present' && check.check === 'missing')) return undefined
  return { outcome: 'signature_invalid', check: check.check, reason: check.reason }
}

function judgeIds(
  members: Members,
  ids: Readonly<Record<string, string | undefined>>,
): XmlJudgement | undefined {
  const field = Object.keys(ids).find(
    (name) => ids[name] !== undefined && (members[name] ?? '') !== ids[name],
  )
  return field === undefined ? undefined : { outcome: 'identity_mismatch', field }
}

/** What an answer of wecom is worth. Nothing here is signed; trust is the channel's. */
export type JsonJudgement =
  | UnknownOutcome
  | GatewayRefusal
  | { readonly outcome: 'success'; readonly value: Readonly<Record<string, unknown>> }

/** Judges an answer of wecom: status, body, form, `errcode`, where an absent one counts as 0. */
export function judgeJson(answer: Answer): JsonJudgement {
  if (answer.status < 200 || answer.status > 299) return unknown('status', `status ${answer.status}`)
  const body = readBody(answer.body)
  if (body.form === 'empty') return unknown('body', 'an empty body')
  if (body.form === 'broken') return unknown('form', body.reason)
  if (body.form !== 'json') return unknown('form', `a body that is ${body.form}, expected JSON`)
  const error = jsonError(body.value)
  return error === undefined ? { outcome: 'success', value: body.value } : gateway('wecom', error)
}

function gateway(dialect: TokenDialect, error: PlatformError): GatewayRefusal {
  const advice = error.code === undefined ? 'unknown' : adviceFor(dialect, 'call', error.code)
  return { outcome: 'gateway', ...error, advice, executed: advice === 'renew' ? 'no' : 'unknown' }
}

function unknown(check: UnknownOutcome['check'], reason: string): UnknownOutcome {
  return { outcome: 'unknown', check, reason }
}
