/** The official addresses, by the declared host. */
import { officialHosts } from '@chadan/client'
import type { Host } from '@chadan/protocol'

/** `https://api.mch.weixin.qq.com`; undefined where the address comes from an earlier answer. */
export function addressOf(host: Host): string | undefined {
  return host === 'given' ? undefined : officialHosts[host]
}

/** The name alone, without the scheme. */
export function hostNameOf(host: Host): string | undefined {
  const address = addressOf(host)
  return address && new URL(address).host
}
