/** Which addresses the platform sends notices to. */
import { isIP } from 'node:net'
import type { Switches } from '../switches.ts'

/** Why no notice goes to this address; undefined when one does. */
export function addressProblem(
  url: string,
  { loopbackNotifyUrls }: Pick<Switches, 'loopbackNotifyUrls'>,
): string | undefined {
  const address = URL.parse(url)
  if (!address || !/^https?:$/.test(address.protocol)) return 'no http or https address'
  if (url.includes('?')) return 'an address with a query'
  if (loopbackNotifyUrls === 'accept') return undefined
  const host = address.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return isPrivate(host) ? 'a private or loopback address' : undefined
  return host === 'localhost' || host.endsWith('.localhost') || !host.includes('.')
    ? 'a private or loopback address'
    : undefined
}

function isPrivate(host: string): boolean {
  if (host.includes(':')) return /^(::1?$|f[cd]|fe80|::ffff:)/i.test(host)
  const [a = 0, b = 0] = host.split('.').map(Number)
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168)
  )
}
