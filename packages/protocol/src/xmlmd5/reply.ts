import type { MchKey } from './key.ts'
import { type Members, parseXml, XmlError } from './parse.ts'
import { serialiseXml } from './serialise.ts'
import { checkXmlSignature, signXml } from './sign.ts'

/**
 * What the receiver of a notification says. `processed`: done, now or earlier, the sender stops. `later`: trouble of
 * ours, send again. `refused`: signature or form are wrong; the sender repeats this too.
 */
export type NoticeOutcome = 'processed' | 'later' | 'refused'

const CODES = {
  processed: { return_code: 'SUCCESS', result_code: 'SUCCESS', text: 'OK' },
  later: { return_code: 'SUCCESS', result_code: 'FAIL', text: '' },
  refused: { return_code: 'FAIL', result_code: 'FAIL', text: '' },
} as const satisfies Record<NoticeOutcome, object>

const MAX_REASON = 128

/**
 * The body that answers a payment notification, with HTTP 200. Signed when a key is given; leave it out only when no
 * key is known. `reason` is cut to 128 characters, `nonce` is fresh text of up to 32.
 *
 * @example replyXml({ outcome: 'processed', nonce, key })
 */
export function replyXml(reply: {
  readonly outcome: NoticeOutcome
  readonly reason?: string
  readonly nonce: string
  readonly key?: MchKey
}): string {
  const codes = CODES[reply.outcome]
  const members: Record<string, string> = {
    return_code: codes.return_code,
    return_msg: Array.from(reply.reason ?? codes.text)
      .slice(0, MAX_REASON)
      .join(''),
    result_code: codes.result_code,
    nonce_str: reply.nonce,
  }
  // An empty return_msg means "no error"; the dialect leaves it out of message and signature alike.
  if (members.return_msg === '') delete members.return_msg
  if (reply.key !== undefined) members.sign = signXml(members, reply.key)
  return serialiseXml(members, { cdata: 'always' })
}

/** How the sender of a notification reads the reply. Anything but `accepted` is sent again. */
export type ReplyReading =
  | { readonly verdict: 'accepted' }
  | {
      readonly verdict: 'repeat'
      readonly check: 'xml' | 'missing' | 'form' | 'signature' | 'codes'
      readonly reason: string
    }

/** Reads a reply as the sender does: parsable, signed with the same key (unless `key` is left out), both codes SUCCESS. */
export function readReply(body: Uint8Array | string, key?: MchKey): ReplyReading {
  let members: Members
  try {
    members = parseXml(body, { maxBytes: 64 * 1024 })
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { verdict: 'repeat', check: 'xml', reason: error.message }
  }
  const signature = key === undefined ? { ok: true as const } : checkXmlSignature(members, key)
  if (!signature.ok) return { verdict: 'repeat', check: signature.check, reason: signature.reason }
  if (members.return_code !== 'SUCCESS' || members.result_code !== 'SUCCESS') {
    return { verdict: 'repeat', check: 'codes', reason: 'return_code and result_code are not both SUCCESS' }
  }
  return { verdict: 'accepted' }
}
