/** Where webhooks may go. A tenant names the address, so it must never reach what only this machine can reach. */
import { isIP } from 'node:net'
import { networksOf, reachOf } from './addresses.ts'
import { excerptOf } from './excerpt.ts'

/** What an operator allows. */
export interface TargetRules {
  /** Ports of https targets. Default 443 alone. */
  readonly ports?: readonly number[] | undefined
  /**
   * Targets beyond the public ones: origins (`http://10.0.0.5:8080`, `https://erp.hospital.internal`), which may
   * have any port and a private address, and networks (`10.1.0.0/16`), which https targets may lie in.
   */
  readonly allow?: readonly string[] | undefined
}

/** One webhook, ready to be sent. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What its receiver said. */
export interface WebhookAnswer {
  readonly status: number
  /** How long the receiver asks us to wait. */
  readonly retryMs?: number | undefined
  /** A short, masked piece of the body of a refusal. */
  readonly excerpt?: string | undefined
}

/** Sends a webhook and reads its answer; gives up when the signal says so. */
export type Send = (request: WebhookRequest, signal: AbortSignal) => Promise<WebhookAnswer>

/** Addresses of a host, once. */
export type Resolve = (host: string) => Promise<readonly string[]>

/** Carries a request to one of the addresses given, and nowhere else; follows no redirect. */
export type Carry = (request: Carried, signal: AbortSignal) => Promise<CarriedAnswer>

/** A request whose addresses were checked. */
export interface Carried {
  readonly url: URL
  readonly addresses: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer, its body cut off after a few thousand bytes. */
export interface CarriedAnswer {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: string
}

/** Why a target is refused. The message names the rule, never an address that was found behind a name. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused'
  readonly why: keyof typeof reasons
  constructor(why: keyof typeof reasons) {
    super(`the webhook target is refused: ${reasons[why]}`)
    this.why = why
  }
}

/** The doors of this gateway for webhooks. */
export interface Targets {
  /** Checks what can be told from the address alone; throws `TargetRefused`. For when an endpoint is saved. */
  check(url: string): URL
  /** Checks again, resolves, checks what was found, and sends there. */
  readonly send: Send
}

/**
 * Opens targets under an operator's rules. Throws a `TypeError` for an entry of `allow` that is neither origin nor network.
 * @example const targets = openTargets({ rules: {}, resolve: systemResolve, carry: pinnedCarry() })
 */
export function openTargets(given: { rules: TargetRules; resolve: Resolve; carry: Carry }): Targets {
  const { resolve, carry } = given
  const { ports, origins, inside } = readRules(given.rules)

  function check(text: string): URL {
    const url = text.length <= maxUrlLength ? URL.parse(text) : null
    if (!url || url.hostname === '') throw new TargetRefused('url')
    if (url.username !== '' || url.password !== '') throw new TargetRefused('credentials')
    if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new TargetRefused('scheme')
    if (!origins.has(url.origin)) {
      if (url.protocol !== 'https:') throw new TargetRefused('scheme')
      if (!ports.has(Number(url.port || 443))) throw new TargetRefused('port')
    }
    const address = literal(url)
    if (address !== undefined && !allowed(url, address)) throw new TargetRefused('address')
    return url
  }

  function allowed(url: URL, address: string): boolean {
    const reach = reachOf(address)
    return reach === 'public' || inside(address) || (reach === 'private' && origins.has(url.origin))
  }

  return {
    check,
    async send({ url: text, headers, body }, signal) {
      const url = check(text)
      const address = literal(url)
      // Resolved once: what was checked is what is connected to, whatever the name says a moment later.
      const found = address === undefined ? await resolve(url.hostname) : [address]
      signal.throwIfAborted()
      const addresses = found.filter((one) => allowed(url, one))
      if (addresses.length === 0) throw new TargetRefused(found.length === 0 ? 'name' : 'address')
      const answer = await carry({ url, addresses, headers, body }, signal)
      const { status } = answer
      if (status >= 200 && status < 300) return { status }
      return { status, retryMs: retryOf(answer), excerpt: excerptOf(answer.body) }
    },
  }
}

const reasons = {
  url: 'not a URL',
  credentials: 'it holds credentials',
  scheme: 'only https is allowed',
  port: 'its port is not allowed',
  name: 'its name has no address',
  address: 'its address is not public',
} as const

const maxUrlLength = 2048

function readRules({ ports = [443], allow = [] }: TargetRules) {
  const origins = new Set<string>()
  const networks: string[] = []
  for (const [at, entry] of allow.entries()) {
    const url = entry.includes('://') ? URL.parse(entry) : null
    const bare = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
    if (bare) origins.add(url.origin)
    else if (networksOf([entry])) networks.push(entry)
    else throw new TypeError(`allowed target ${at + 1} is neither an origin nor a network`)
  }
  return { ports: new Set(ports), origins, inside: networksOf(networks) ?? (() => false) }
}

// The URL parser has already written `0x7f.1`, `2130706433` and full-width digits as one plain address.
function literal({ hostname }: URL): string | undefined {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return isIP(bare) === 0 ? undefined : bare
}

function retryOf({ status, header }: CarriedAnswer): number | undefined {
  const seconds = header('retry-after')
  if (![429, 502, 503, 504].includes(status) || seconds === undefined || !/^\d{1,6}$/.test(seconds))
    return undefined
  return Number(seconds) * 1000
}
