/** Why a message of the XML dialect (payinsurance, MD5) verifies or not. */
import { createHash, createHmac } from 'node:crypto'
import { xmlmd5 } from '@chadan/protocol'
import type { Capture } from './capture.ts'
import { type Cause, cause, type Diagnosis } from './cause.ts'

/** A signing key, and what to call it. */
export interface TextKey {
  readonly label: string
  readonly text: string
}

type Members = Readonly<Record<string, string>>
type Change<T> = readonly [cause: Cause | undefined, change: (given: T) => T]

const decodedOnce = 'sign and verify the decoded text, untouched: nothing trimmed, nothing decoded twice'

/** How values may have been changed before they were signed. */
const valueChanges: readonly Change<string>[] = [
  [undefined, (value) => value],
  [
    cause('value.trimmed', 'the signature covers values without the white space around them', decodedOnce),
    (value) => value.trim(),
  ],
  [
    cause(
      'value.escaped',
      'the signature covers values with &amp; and &lt; in place of the characters',
      decodedOnce,
    ),
    escaped,
  ],
  [
    cause('value.decoded', 'the signature covers values whose entities were decoded once more', decodedOnce),
    unescaped,
  ],
  [
    cause('value.cdata', 'the signature covers values together with their CDATA marks', decodedOnce),
    (value) => `<![CDATA[${value}]]>`,
  ],
  [
    cause('value.encoded', 'the signature covers percent-encoded values', decodedOnce),
    (value) => encodeURIComponent(value),
  ],
  [
    cause('value.crlf', 'the signature covers CRLF where the message has line feeds', decodedOnce),
    (value) => value.replace(/\r?\n/g, '\r\n'),
  ],
  [
    cause(
      'value.number',
      'the signature covers numbers without their leading zeros or final .00',
      decodedOnce,
    ),
    (value) => (/^\d+(\.\d+)?$/.test(value) && value.length < 16 ? String(Number(value)) : value),
  ],
]

/** Which members may have been signed. */
const memberChanges: readonly Change<[string, string][]>[] = [
  [undefined, (members) => members.filter(([name, value]) => name !== 'sign' && value !== '')],
  [
    cause('members.empty', 'empty members were signed too', 'leave empty members out of the signed text'),
    (members) => members.filter(([name]) => name !== 'sign'),
  ],
  [
    cause(
      'members.nonce',
      'nonce_str was left out of the signed text',
      'only sign and empty members are left out',
    ),
    (members) => members.filter(([name, value]) => name !== 'sign' && name !== 'nonce_str' && value !== ''),
  ],
  [
    cause(
      'members.zeros',
      'members whose value is 0 were left out of the signed text',
      'a 0 stays: only empty members are left out',
    ),
    (members) => members.filter(([name, value]) => name !== 'sign' && value !== '' && value !== '0'),
  ],
  [
    cause(
      'members.signType',
      'sign_type was left out of the signed text',
      'only sign and empty members are left out',
    ),
    (members) => members.filter(([name, value]) => name !== 'sign' && name !== 'sign_type' && value !== ''),
  ],
  [
    cause('members.sign', 'sign itself stands in the signed text', 'leave sign out'),
    (members) => members.filter(([, value]) => value !== ''),
  ],
]

const sorted = (members: [string, string][]) => members.toSorted(([a], [b]) => (a < b ? -1 : 1))

/** How the members may have been ordered. */
const orderChanges: readonly Change<[string, string][]>[] = [
  [undefined, sorted],
  [
    cause(
      'order.case',
      'the names were sorted without regard to capitals',
      'sort by code unit: Insurance_self_fee stands before appid',
    ),
    (members) => members.toSorted(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  ],
  [cause('order.none', 'the names were not sorted', 'sort by code unit'), (members) => members],
]

type Ending = readonly [Cause | undefined, (text: string, key: string) => Buffer]
const md5 = (text: string): Buffer => createHash('md5').update(text).digest()

const endings: readonly Ending[] = [
  [undefined, (text, key) => md5(`${text}&key=${key}`)],
  [
    cause('key.lineEnd', 'the key was used with a line end behind it', 'read the key without its line end'),
    (text, key) => md5(`${text}&key=${key}\n`),
  ],
  [
    cause(
      'key.missing',
      'the text was signed without any key',
      'refuse to start without a key: anybody could sign like this',
    ),
    (text) => md5(text),
  ],
  [
    cause(
      'key.empty',
      'the text was signed with an empty key',
      'refuse to start without a key: anybody could sign like this',
    ),
    (text) => md5(`${text}&key=`),
  ],
  [
    cause('key.bare', 'the key stands in the signed text without &key=', 'append &key= and the key'),
    (text, key) => md5(text + key),
  ],
  [
    cause('key.lowerCase', 'the key was used in lower case', 'use the key as it is'),
    (text, key) => md5(`${text}&key=${key.toLowerCase()}`),
  ],
  [
    cause('hash.hmac', 'the signature is HMAC-SHA256, not MD5', 'this interface takes MD5'),
    (text, key) => createHmac('sha256', key).update(`${text}&key=${key}`).digest(),
  ],
  [
    cause('hash.sha256', 'the signature is SHA-256, not MD5', 'this interface takes MD5'),
    (text, key) => createHash('sha256').update(`${text}&key=${key}`).digest(),
  ],
]

/** Explains a captured XML request, answer or notice. */
export function explainXml(
  capture: Capture,
  message: Diagnosis['message'],
  keys: readonly TextKey[],
  others: readonly { readonly name: string; readonly body: Uint8Array }[] = [],
): Diagnosis {
  const base = { dialect: 'xml', message, notes: capture.notes } as const
  const fail = (found: Cause, canonical = new Uint8Array()): Diagnosis => ({
    ...base,
    verifies: false,
    causes: [found],
    canonical,
  })
  let members: Members
  try {
    members = xmlmd5.parseXml(capture.body)
  } catch (error) {
    const says = error instanceof Error ? error.message : 'the XML cannot be read'
    return fail(
      cause(
        'xml',
        says,
        'give the bytes as they came; messages with DOCTYPE, attributes or a name twice are refused',
      ),
    )
  }
  const canonical = Buffer.from(xmlmd5.signatureText(members))
  if ('req_info' in members) {
    // The refund trap: an APIv3 refund without notify_url is announced in the older XML form (X18).
    const says =
      'a v2 refund notice, which carries no sign: the refund was made without notify_url, or by hand in the console'
    return fail(cause('xml.v2', says, 'give every refund a notify_url, and query this one'), canonical)
  }
  const sign = members.sign ?? ''
  if (sign === '') {
    const unsigned =
      members.return_code === 'FAIL'
        ? 'a FAIL answer carries no signature: it never decides about money'
        : 'the message has no sign'
    return fail(
      cause('sign.missing', unsigned, 'an unsigned message proves nothing: query the order'),
      canonical,
    )
  }
  if (keys.length === 0)
    return fail(
      cause('key.none', 'no payinsurance key was given', 'give --credentials with payinsurance.key'),
      canonical,
    )
  const found = search(members, keys) ?? searchOthers(sign, keys, others)
  if (!found) {
    const says = `sign fits none of the given keys (${keys.map(({ label }) => label).join(', ')}) with any known change`
    const todo =
      "check that it is the hospital's payinsurance key (支付密钥), not the merchant API key; members may have been changed on the way"
    return fail(cause('key.wrong', says, todo), canonical)
  }
  return {
    ...base,
    verifies: found.causes.length === 0,
    causes: found.causes,
    canonical,
    ...(found.text !== undefined && found.causes.length > 0 && { signed: Buffer.from(found.text) }),
  }
}

interface Match {
  readonly causes: readonly Cause[]
  readonly text: string
}

function search(members: Members, keys: readonly TextKey[]): Match | undefined {
  const sign = members.sign ?? ''
  let best: Match | undefined
  for (const [valueCause, changeValue] of valueChanges)
    for (const [memberCause, changeMembers] of memberChanges)
      for (const [orderCause, order] of orderChanges) {
        // Which members are empty is decided by what the message holds, not by what became of it.
        const chosen = changeMembers(Object.entries(members)).map(([name, value]): [string, string] => [
          name,
          changeValue(value),
        ])
        const text = order(chosen)
          .map(([name, value]) => `${name}=${value}`)
          .join('&')
        for (const [endCause, digest] of endings)
          for (const key of keys) {
            const formCause = compare(sign, digest(text, key.text))
            if (formCause === 'no') continue
            const causes = [valueCause, memberCause, orderCause, endCause, formCause].filter(
              (one) => one !== undefined,
            )
            if (!best || causes.length < best.causes.length) best = { causes, text }
          }
      }
  return best
}

/** Diagnosis alone compares like this: nothing is accepted by it. */
function compare(sign: string, digest: Buffer): Cause | undefined | 'no' {
  const hex = digest.toString('hex')
  if (sign === hex.toUpperCase()) return undefined
  if (sign.toUpperCase() === hex.toUpperCase())
    return cause('sign.lowerCase', 'sign is in lower case', 'write it in capitals, as it is compared')
  if (sign.trim().toUpperCase() === hex.toUpperCase())
    return cause('sign.blanks', 'sign has white space around it', 'write the 32 characters alone')
  if (sign === digest.toString('base64'))
    return cause('sign.base64', 'sign is in Base64', 'write it as 32 hexadecimal digits in capitals')
  return 'no'
}

function searchOthers(
  sign: string,
  keys: readonly TextKey[],
  others: readonly { readonly name: string; readonly body: Uint8Array }[],
): Match | undefined {
  for (const other of others) {
    let members: Members
    try {
      members = xmlmd5.parseXml(other.body)
    } catch {
      continue
    }
    const found = search({ ...members, sign }, keys)
    if (found?.causes.length === 0)
      return {
        ...found,
        causes: [
          cause(
            'body.other',
            `sign belongs to the body of ${other.name}: the two were mixed up`,
            'keep a message together',
          ),
        ],
      }
  }
  return undefined
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function unescaped(value: string): string {
  return value
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
}
