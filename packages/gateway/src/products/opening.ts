/** What the request and the details may both say: number and expiry. */
import { apiv3 } from '@chadan/protocol'
import type { MerchantIds } from '../order/order.ts'
import type { Loose } from './details.ts'
import { type OpenRequest, RuleBroken } from './product.ts'
import { msOf } from './times.ts'
import { ms } from './timing.ts'

/** The expiry in UTC ms, and `time_expire` for the wire where somebody asked for one. Throws `RuleBroken`. */
export function expiryOf(
  { details, expiresMs }: OpenRequest,
  defaultMs: number,
): { readonly ms: number; readonly time_expire: unknown } {
  const { time_expire } = details
  const stated = typeof time_expire === 'string' ? msOf(time_expire) : undefined
  // The wire knows whole seconds.
  if (expiresMs !== undefined && stated !== undefined && Math.abs(expiresMs - stated) >= ms.second)
    throw new RuleBroken('two_expiries', '/details/time_expire', 'expected the expiry of the request')
  return {
    ms: expiresMs ?? stated ?? defaultMs,
    time_expire: time_expire ?? (expiresMs === undefined ? undefined : apiv3.formatTime(expiresMs)),
  }
}

/** The number of the request or of the details; `undefined` where neither names one. Throws `RuleBroken`. */
export function numberOf({ details, number }: OpenRequest, name: string): unknown {
  const stated = details[name]
  if (number !== undefined && stated !== undefined && stated !== number)
    throw new RuleBroken('two_numbers', `/details/${name}`, 'expected the number of the request')
  return number ?? stated
}

/** Throws `RuleBroken` where the details name another merchant than the tenant's own: tenants may share a signer. */
export function holdToTenant(
  details: Loose,
  tenant: MerchantIds,
  names: readonly (keyof MerchantIds)[],
): void {
  for (const name of names)
    if (details[name] !== undefined && tenant[name] !== undefined && details[name] !== tenant[name])
      throw new RuleBroken('another_merchant', `/details/${name}`, `found another ${name} than the tenant's`)
}
