/** From a signature to its explanation: which key made it, and over which text. */
import { apiv3 } from '@chadan/protocol'
import { type Cause, cause } from './cause.ts'
import { isPss, type KnownKey, openSignature, readSignature } from './signature.ts'
import { digestOf, type SignedText } from './signed-texts.ts'

interface Asked {
  readonly signature: string
  /** The serial that the message names. */
  readonly named: string
  readonly keys: readonly KnownKey[]
  readonly whose: 'merchant' | 'platform'
  readonly canonical: Uint8Array
  readonly texts: readonly SignedText[]
}

/** Why a signature does not hold; no causes when it does. */
export function explainSignature(asked: Asked): {
  readonly causes: readonly Cause[]
  readonly signed?: Uint8Array
} {
  const { signature, keys, texts } = asked
  if (keys.length === 0) {
    const says = asked.whose === 'merchant' ? 'no merchant key was given' : 'no key of WeChat Pay was given'
    return { causes: [cause('key.none', says, 'give --credentials, or --public-key or --certificate')] }
  }
  const { bytes, damage } = readSignature(signature)
  if (!bytes) return { causes: [damage] }
  const damaged = damage ? [damage] : []
  // The named key goes first: two files may hold the same key under different names.
  const ordered = keys.toSorted((a, b) => Number(isNamed(b, asked.named)) - Number(isNamed(a, asked.named)))
  for (const key of ordered) {
    const opened = openSignature(bytes, key)
    if (!opened) continue
    const causes = [...damaged, ...serialCauses(asked, key)]
    if (opened.hash !== 'sha256') {
      const says = `the signature is made with ${opened.hash.toUpperCase()}, not with SHA-256`
      causes.push(cause('key.hash', says, 'sign with SHA256withRSA'))
    }
    const match = texts.find((text) => digestOf(text, opened.hash) === opened.digest)
    if (!match) return { causes: [...causes, unknownText(key)] }
    causes.push(...match.causes)
    return match.causes.length > 0 ? { causes, signed: match.bytes() } : { causes }
  }
  if (keys.some((key) => isPss(bytes, asked.canonical, key)))
    return {
      causes: [
        ...damaged,
        cause('key.pss', 'the signature has PSS padding', 'sign with RSASSA-PKCS1-v1_5 (SHA256withRSA)'),
      ],
    }
  return { causes: [...damaged, wrongKey(asked)] }
}

function isNamed({ serial }: KnownKey, named: string): boolean {
  return serial !== '' && serial === named
}

/** The key made the signature; does the message name it as it is called? */
function serialCauses({ named, whose }: Asked, { serial, label }: KnownKey): Cause[] {
  if (serial === '' || serial === named) return []
  const header = whose === 'merchant' ? 'serial_no' : 'Wechatpay-Serial'
  if (serial === named.toUpperCase())
    return [
      cause(
        'serial.case',
        `${header} is in lower case`,
        'serials are compared as text: write them in capitals',
      ),
    ]
  if (serial.replace(/^0+/, '') === named.toUpperCase().replace(/^0+/, ''))
    return [
      cause(
        'serial.zeros',
        `${header} lacks leading zeros of the serial`,
        'keep serials as text of 40 digits',
      ),
    ]
  const says = `signed by ${label}, while ${header} names another key (${ending(named)} instead of ${ending(serial)})`
  const todo =
    whose === 'merchant'
      ? 'send the serial of the certificate that belongs to the private key'
      : 'file the key under its own serial or id'
  return [cause('serial.wrong', says, todo)]
}

function wrongKey({ keys, named, whose, signature }: Asked): Cause {
  const known = keys.some((key) => isNamed(key, named))
  const tried = keys.map(({ label }) => label).join(', ')
  const bits = (Buffer.from(signature, 'base64').length || 0) * 8
  if (known) {
    const says = `none of the given keys made this signature, not even the one filed under the serial it names (${ending(named)}); tried ${tried}`
    const todo =
      whose === 'merchant'
        ? 'private key and certificate are no pair, or the message is from another environment: chadan keys check'
        : 'load the key of this serial again; a message of another merchant has other keys'
    return cause('key.wrong', says, todo)
  }
  const what = apiv3.isPublicKeyId(named) ? 'public key' : 'certificate'
  const says = `made by a key that was not given: it names the ${what} ${ending(named)} (${bits} bits); tried ${tried}`
  return cause(
    'key.unknown',
    says,
    `get the ${what} with this serial and give it, or the message is for another merchant`,
  )
}

function unknownText({ label }: KnownKey): Cause {
  const says = `signed by ${label}, but over another text: none of the known changes of body, address and lines fits`
  return cause(
    'text.unknown',
    says,
    'compare the bytes at both ends (--reveal shows the text that had to be signed); the captured body may be cut',
  )
}

/** Serials are no secrets, but long: their last eight characters tell them apart. */
function ending(serial: string): string {
  return serial === '' ? 'none' : serial.length > 8 ? `…${serial.slice(-8)}` : serial
}
