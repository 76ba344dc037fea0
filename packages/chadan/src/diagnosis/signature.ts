/** Looking into an RSA signature: which key made it, and over which digest. */
import { constants, type KeyObject, publicDecrypt, verify } from 'node:crypto'
import { type Cause, cause } from './cause.ts'

/** A public key, and under which name messages mention it. */
export interface KnownKey {
  /** What to call it: `apiv3.platformCertificate of wechat.json`. */
  readonly label: string
  /** Certificate serial or public key id; empty when it is not known. */
  readonly serial: string
  readonly key: KeyObject
}

/** A signature as bytes, and what had to be repaired for it. */
export type SignatureBytes =
  | { readonly bytes: Uint8Array; readonly damage: Cause | undefined }
  | { readonly bytes: undefined; readonly damage: Cause }

const repairs: readonly (readonly [string, string, (text: string) => string])[] = [
  [
    'blanks',
    'has blanks where + stood: it went through a form or URL decoder',
    (text) => text.replaceAll(' ', '+'),
  ],
  [
    'lineEnds',
    'has line ends or blanks inside: a Base64 writer broke it into lines',
    (text) => text.replace(/\\[rn]|\s+/g, ''),
  ],
  ['url', 'is in the URL alphabet (- and _)', (text) => text.replaceAll('-', '+').replaceAll('_', '/')],
  ['percent', 'is percent-encoded', (text) => decodeURIComponent(text)],
  ['quotes', 'has quotes around it', (text) => text.replace(/^["']|["']$/g, '')],
  ['padding', 'lacks its = at the end', (text) => text.padEnd(Math.ceil(text.length / 4) * 4, '=')],
  [
    'hexadecimal',
    'is hexadecimal, not Base64',
    (text) => (/^[0-9a-fA-F]{512,}$/.test(text) ? Buffer.from(text, 'hex').toString('base64') : text),
  ],
]

/** Reads a signature in strict Base64, or as what it was before it was damaged. */
export function readSignature(text: string): SignatureBytes {
  const straight = strict(text)
  if (straight && whole(straight) && !/^[0-9a-fA-F]{512,}$/.test(text))
    return { bytes: straight, damage: undefined }
  for (const [id, what, repair] of [
    ...repairs,
    ['several', 'was damaged in several ways', everyRepair] as const,
  ]) {
    const repaired = attempt(() => strict(repair(text)))
    if (repaired && whole(repaired))
      return {
        bytes: repaired,
        damage: cause(`base64.${id}`, `the signature ${what}`, 'pass it on exactly as it came'),
      }
  }
  const says = `the signature (${text.length} characters) is not Base64 of a whole RSA signature: it was cut or changed`
  return {
    bytes: undefined,
    damage: cause('base64.cut', says, 'capture it again; 2048-bit keys make 344 characters'),
  }
}

function everyRepair(text: string): string {
  return repairs.slice(0, 6).reduce((sofar, [, , repair]) => repair(sofar), text)
}

/** As long as a signature under 2048, 3072 or 4096 bits. */
const whole = (bytes: Uint8Array): boolean => [256, 384, 512].includes(bytes.byteLength)

function strict(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : undefined
}

/** What was signed, by its digest. */
export interface SignedDigest {
  readonly hash: 'sha256' | 'sha1' | 'md5' | 'sha512'
  /** Hexadecimal. */
  readonly digest: string
}

const prefixes: readonly (readonly [SignedDigest['hash'], string])[] = [
  ['sha256', '3031300d060960864801650304020105000420'],
  ['sha1', '3021300906052b0e03021a05000414'],
  ['sha512', '3051300d060960864801650304020305000440'],
  ['md5', '3020300c06082a864886f70d020505000410'],
]

/**
 * The digest inside a signature, where this key opens it. A signature says which digest it was made over: so a wrong
 * key and a changed text can be told apart for certain.
 */
export function openSignature(signature: Uint8Array, { key }: KnownKey): SignedDigest | undefined {
  const opened = attempt(() =>
    publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature).toString('hex'),
  )
  for (const [hash, prefix] of prefixes)
    if (opened?.startsWith(prefix)) return { hash, digest: opened.slice(prefix.length) }
  return undefined
}

/** Whether the signature is a PSS one over this text, which WeChat Pay does not take. */
export function isPss(signature: Uint8Array, text: Uint8Array, { key }: KnownKey): boolean {
  return (
    attempt(() => verify('sha256', text, { key, padding: constants.RSA_PKCS1_PSS_PADDING }, signature)) ??
    false
  )
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
