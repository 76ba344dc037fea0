/** The only signature scheme spoken here: RSA with SHA-256. */
export const authorizationScheme = 'WECHATPAY2-SHA256-RSA2048'

/** What the `Authorization` header of a request says. `timestamp` is text of Unix seconds. */
export type Authorization = {
  mchid: string
  serialNo: string
  nonce: string
  timestamp: string
  signature: string
}

/** Writes the header value of a signed request. Throws RangeError when a value cannot stand between quotes. */
export function formatAuthorization(authorization: Authorization): string {
  const pairs = Object.entries(wireNames).map(([wire, name]) => {
    const value = authorization[name]
    if (!quotable.test(value)) throw new RangeError(`${wire} cannot stand in the Authorization header`)
    return `${wire}="${value}"`
  })
  return `${authorizationScheme} ${pairs.join(',')}`
}

/**
 * Reads the header value as strictly as protocol 3.3: the known scheme, five names once each in any order, no escapes.
 * Blanks after commas are accepted. Never throws; `problem` says what is wrong without repeating a value.
 */
export function parseAuthorization(header: string): Authorization | { problem: string } {
  if (header.length > maxHeaderLength)
    return { problem: `Authorization is longer than ${maxHeaderLength} characters` }
  const space = header.indexOf(' ')
  if (space < 0) return { problem: 'Authorization has no pairs after the scheme' }
  if (header.slice(0, space) !== authorizationScheme) {
    return { problem: `Authorization has an unknown scheme, expected ${authorizationScheme}` }
  }
  const pairs = header.slice(space).replace(/^ +/, '')
  if (!list.test(pairs)) return { problem: 'Authorization holds something that is not name="value"' }
  const read: Partial<Authorization> = {}
  for (const [, wire = '', value] of pairs.matchAll(pair)) {
    if (!Object.hasOwn(wireNames, wire)) return { problem: 'Authorization holds an unknown name' }
    const name = wireNames[wire as keyof typeof wireNames]
    if (read[name] !== undefined) return { problem: `Authorization names ${wire} twice` }
    read[name] = value
  }
  const missing = Object.entries(wireNames).filter(([, name]) => read[name] === undefined)
  if (missing.length > 0)
    return { problem: `Authorization lacks ${missing.map(([wire]) => wire).join(', ')}` }
  return read as Authorization
}

const wireNames = {
  mchid: 'mchid',
  nonce_str: 'nonce',
  timestamp: 'timestamp',
  serial_no: 'serialNo',
  signature: 'signature',
} as const satisfies Record<string, keyof Authorization>

const quotable = /^[\x21\x23-\x7e]+$/
const pair = /([a-z_]+)="([\x21\x23-\x7e]+)"/g
const list = new RegExp(`^${pair.source}(?:, *${pair.source})*$`)
const maxHeaderLength = 4096
