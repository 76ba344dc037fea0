import { hash, timingSafeEqual } from 'node:crypto'
import { keyText, type MchKey } from './key.ts'

type Signable = Readonly<Record<string, string | undefined>>

/**
 * The text that is signed, still without the key: every member but `sign` and the empty ones, sorted by code unit,
 * as `name=value` joined with `&`. A `0` stays; names unknown to us stay; values are as they are, unescaped.
 */
export function signatureText(members: Signable): string {
  let text = ''
  // The default sort is by code unit, so `Insurance_self_fee` stands before `appid`; localeCompare would not do that.
  for (const name of Object.keys(members).sort()) {
    const value = members[name]
    if (name === 'sign' || value === undefined || value === '') continue
    text += text === '' ? `${name}=${value}` : `&${name}=${value}`
  }
  return text
}

/** The signature of members: MD5 in 32 upper-case hexadecimal characters. Put it beside them as `sign`. */
export function signXml(members: Signable, key: MchKey): string {
  return hash('md5', `${signatureText(members)}&key=${keyText(key)}`, 'hex').toUpperCase()
}

/** What `checkXmlSignature` found. `check` names the step that failed, `reason` what is likely behind it. */
export type XmlSignatureCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly check: 'missing' | 'form' | 'signature'; readonly reason: string }

/**
 * Whether `members.sign` was made with this key over these members, compared in constant time. Give it the members as
 * `parseXml` returned them, with nothing added, removed or converted.
 */
export function checkXmlSignature(members: Signable, key: MchKey): XmlSignatureCheck {
  const sign = members.sign
  const expected = signXml(members, key)
  if (sign === undefined || sign === '') {
    return { ok: false, check: 'missing', reason: 'the message has no sign' }
  }
  if (!/^[0-9A-F]{32}$/.test(sign)) {
    const reason = `sign has ${sign.length} characters, expected 32 of 0-9 and A-F in upper case`
    return { ok: false, check: 'form', reason }
  }
  if (!timingSafeEqual(Buffer.from(sign, 'latin1'), Buffer.from(expected, 'latin1'))) {
    return { ok: false, check: 'signature', reason: LIKELY }
  }
  return { ok: true }
}

const LIKELY =
  'sign does not fit the members: likely another key (the merchant key instead of the payinsurance key, another ' +
  'hospital), a value that was trimmed, decoded or serialised again, or a message changed on its way'
