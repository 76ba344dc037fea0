/** The real way out: a few kept connections per target, each pinned to addresses that were checked. */
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { type Dispatcher, Pool } from 'undici'
import type { Carry, Resolve } from './targets.ts'

/** Asks the system's resolver, which also reads the hosts file. */
export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}

/** Limits of the way out. */
export interface CarryOptions {
  /** How much of an answer is read, in bytes. Default 4096. */
  readonly maxBodyBytes?: number
  /** Connections per target. Default 8. */
  readonly connections?: number
  /** Targets whose connections are kept. Default 256. */
  readonly targets?: number
  /** Time to connect, in ms. Default 5 000. */
  readonly connectTimeoutMs?: number
  /** Certificate authorities beyond the system's, PEM. */
  readonly ca?: string | undefined
}

/** Carries over undici. It follows no redirect, opens no compressed body and asks no resolver. */
export function pinnedCarry(options: CarryOptions = {}): Carry & { close(): Promise<void> } {
  const { maxBodyBytes = 4096, targets = 256 } = options
  const pools = new Map<string, Pool>()

  function poolOf(url: URL, addresses: readonly string[]): Pool {
    const key = `${url.origin} ${addresses.join(' ')}`
    const pool = pools.get(key) ?? openPool(url, addresses, options)
    // Put last: the one that was longest unused is the first to go.
    pools.delete(key)
    pools.set(key, pool)
    for (const [oldest, idle] of pools) {
      if (pools.size <= targets) break
      pools.delete(oldest)
      void idle.close()
    }
    return pool
  }

  const carry: Carry = async ({ url, addresses, headers, body }, signal) => {
    const answer = await poolOf(url, addresses).request({
      path: `${url.pathname}${url.search}`,
      method: 'POST',
      headers: { ...headers },
      body,
      signal,
    })
    const header = (name: string) => {
      const value = answer.headers[name]
      return Array.isArray(value) ? value[0] : value
    }
    return { status: answer.statusCode, header, body: await beginning(answer.body, maxBodyBytes) }
  }
  return Object.assign(carry, {
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.close()))
      pools.clear()
    },
  })
}

function openPool(url: URL, addresses: readonly string[], options: CarryOptions): Pool {
  const { connections = 8, connectTimeoutMs = 5_000, ca } = options
  return new Pool(url.origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: 5_000,
    keepAliveMaxTimeout: 60_000,
    headersTimeout: 60_000,
    bodyTimeout: 60_000,
    connect: { timeout: connectTimeoutMs, lookup: pinned(addresses), ...(ca === undefined ? {} : { ca }) },
  })
}

// Stands where the resolver would be asked again, so that a name cannot point elsewhere after the check.
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_host, { all }, done) => {
    const [first] = found
    if (all || !first) done(null, found)
    else done(null, first.address, first.family)
  }
}

// The status decides; the body only explains. One that is too long, too slow or cut is taken as far as it came.
async function beginning(body: Dispatcher.ResponseData['body'], maxBytes: number): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  try {
    for await (const piece of body) {
      pieces.push(piece)
      size += piece.byteLength
      if (size >= maxBytes) break
    }
  } catch {
    body.destroy()
  }
  return Buffer.concat(pieces).subarray(0, maxBytes).toString()
}
