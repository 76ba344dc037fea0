import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'

/** Key material that cannot be used. The message says what was found instead, never the content. */
export class KeyError extends Error {
  override name = 'KeyError'
}

/** A platform or merchant certificate. `serialNo` is 40 upper-case hexadecimal digits, compared as text. */
export type Certificate = {
  serialNo: string
  publicKey: KeyObject
  validFromMs: number
  validToMs: number
  subject: string
}

/** Reads a merchant's private key (`apiclient_key.pem`): RSA of at least 2048 bits. Parse once and keep it. */
export function readPrivateKey(pem: string): KeyObject {
  expectPem(pem, 'private key', 'a private key')
  return rsa('private key', () => createPrivateKey(pem.trim()))
}

/** Reads a WeChat Pay public key (`pub_key.pem`): RSA of at least 2048 bits. */
export function readPublicKey(pem: string): KeyObject {
  expectPem(pem, 'public key', 'a public key')
  return rsa('public key', () => createPublicKey(pem.trim()))
}

/** Reads a certificate (`apiclient_cert.pem`, or one of the platform's). Its chain and dates are not judged here. */
export function readCertificate(pem: string): Certificate {
  expectPem(pem, 'certificate', 'a certificate')
  const certificate = orElse('certificate', () => new X509Certificate(pem.trim()))
  return {
    // Leading zeros count: the platform names certificates by 40 digits, a number drops them.
    serialNo: certificate.serialNumber.toUpperCase().padStart(40, '0'),
    publicKey: rsa('certificate', () => certificate.publicKey),
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
    subject: certificate.subject,
  }
}

/** Reads the id of a WeChat Pay public key, `PUB_KEY_ID_` and digits. */
export function readPublicKeyId(text: string): string {
  if (typeof text !== 'string') throw new KeyError(`public key id: found ${notText(text)}`)
  if (isPublicKeyId(text)) return text
  const found = isPublicKeyId(text.trim())
    ? 'blanks or a line end around it'
    : `${text.length} characters of another form`
  throw new KeyError(`public key id: expected PUB_KEY_ID_ and digits (28 today), found ${found}`)
}

/** Whether a serial names a WeChat Pay public key, not a certificate. */
export function isPublicKeyId(serial: string): boolean {
  return /^PUB_KEY_ID_[0-9]{1,53}$/.test(serial)
}

/** Reads the APIv3 key: exactly 32 ASCII letters and digits, used as they are. */
export function readApiV3Key(text: string): string {
  if (typeof text !== 'string') throw new KeyError(`APIv3 key: found ${notText(text)}`)
  if (/^[0-9A-Za-z]{32}$/.test(text)) return text
  throw new KeyError(`APIv3 key: expected 32 letters and digits, found ${describeApiV3Key(text)}`)
}

function describeApiV3Key(text: string): string {
  const length = `${text.length} characters`
  if (/[\r\n]$/.test(text)) return `${length}, the last one a line end: was it read from a file?`
  if (text !== text.trim()) return `${length} with blanks around`
  if (text.includes('-----BEGIN')) return `${length} of PEM: this is a key or certificate file`
  if (/^[0-9a-fA-F]{64}$/.test(text)) return `${length} of hexadecimal: give the key as set in the console`
  const strange = text.search(/[^0-9A-Za-z]/)
  return strange < 0 ? length : `${length}, position ${strange + 1} being neither a letter nor a digit`
}

function expectPem(pem: string, wanted: Kind, article: string): void {
  const found = describePem(pem)
  if (found !== wanted) throw new KeyError(`expected ${article} in PEM, found ${found}`)
}

type Kind = 'private key' | 'public key' | 'certificate'

function describePem(pem: string): Kind | (string & {}) {
  if (typeof pem !== 'string') return notText(pem)
  if (pem === '') return 'nothing'
  if (pem.length > maxPemLength) return `${pem.length} characters, more than any key has`
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(pem)?.[1]
  if (label === undefined) {
    if (/^[^\s]{1,255}\.(pem|key|crt|cer|p12)$/i.test(pem))
      return 'what looks like a file name: give the content of the file'
    if (/^[A-Za-z0-9+/=\s]+$/.test(pem)) return 'Base64 without its -----BEGIN ...----- header'
    return `${pem.length} characters without a -----BEGIN ...----- header`
  }
  if (pem.includes('\\n')) return 'line ends written as backslash and n: put real line ends in their place'
  if (label.startsWith('ENCRYPTED') || /^Proc-Type:.*ENCRYPTED/m.test(pem)) {
    return 'an encrypted key: remove its passphrase first'
  }
  if (label.endsWith('PRIVATE KEY')) return 'private key'
  if (label.endsWith('PUBLIC KEY')) return 'public key'
  if (label === 'CERTIFICATE') return 'certificate'
  return 'PEM of another kind'
}

// Plain JavaScript hands over unset variables and file buffers, whatever the types say.
function notText(value: unknown): string {
  return value instanceof Uint8Array
    ? 'bytes: read the file as text'
    : `${value === null ? 'null' : typeof value} instead of text`
}

function rsa(kind: Kind, read: () => KeyObject): KeyObject {
  const key = orElse(kind, read)
  if (key.asymmetricKeyType !== 'rsa')
    throw new KeyError(`${kind}: expected RSA, found ${key.asymmetricKeyType}`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < 2048) throw new KeyError(`${kind}: expected RSA of at least 2048 bits, found ${bits}`)
  return key
}

// The parser's own error is left out on purpose: nothing of the key may travel with it.
function orElse<T>(kind: Kind, read: () => T): T {
  try {
    return read()
  } catch {
    throw new KeyError(`${kind}: the PEM is damaged or cut`)
  }
}

const maxPemLength = 65_536
