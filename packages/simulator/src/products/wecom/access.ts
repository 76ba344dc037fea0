/** Who may call WeCom's side: apps, their tokens, trusted addresses, quotas. */
import { operations } from '@chadan/protocol'
import { accessTokens, type TokenRow } from '../../exchange/tokens.ts'
import { type Handled, handle, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { overQuota } from './quotas.ts'

/** One app of a corp (自建应用), kept in `extra.apps` of the corp. */
export interface App {
  readonly agentid: string
  readonly corpsecret: string
  /** Switched off: 50003. */
  disabled?: boolean
  /** Missing from 对外收款 – 可调用接口的应用: 48002. */
  unlisted?: boolean
  /** Addresses that may call (企业可信IP); without the list all may. */
  trustedIps?: string[]
}

/** Whose token it is. */
interface Owner {
  readonly corpid: string
  readonly agentid: string
}

const lifeMs = 7200_000
const tokens = (world: World) => accessTokens<Owner>(world, 'wecom.tokens')

/** The apps of a corp; the first is the one whose secret the credentials hold. */
export function appsOf(corp: Merchant): App[] {
  corp.extra.apps ??= [{ agentid: '1000002', corpsecret: corp.extra.corpsecret }]
  return corp.extra.apps as App[]
}

/** The app behind an access_token that was let in. */
export function appOf(world: World, token: string | undefined): App {
  const found = tokens(world).find(token ?? '')
  const app = found.found === 'good' ? appOwned(world, found.owner) : undefined
  if (!app) throw new Refusal('40014', 'invalid access_token')
  return app
}

function appOwned(world: World, { corpid, agentid }: Owner): App | undefined {
  const corp = world.merchants.get(corpid)
  return corp && appsOf(corp).find((one) => one.agentid === agentid)
}

/** Voids every token of a corp before its time, as the platform may. */
export function revokeTokens(world: World, corpid: string): void {
  tokens(world).revoke((owner) => owner.corpid === corpid)
}

/** Ends all tokens, as if their time were over; answers how many there were. */
export function expireTokens(world: World): number {
  return tokens(world).endAll()
}

/** What is known of a call before its body is read. */
export interface Knock {
  readonly operation: string
  readonly token: string | undefined
  readonly address: string
}

/** Lets a call in, or refuses it: token, app, address, list, quota, in this order. */
export function admit(
  world: World,
  { operation, token, address }: Knock,
): { caller: Merchant; token: string } {
  if (!token) throw new Refusal('41001', 'access_token missing')
  const found = tokens(world).find(token)
  if (found.found === 'expired') throw new Refusal('42001', 'access_token expired')
  const caller = found.found === 'good' ? world.merchants.get(found.owner.corpid) : undefined
  if (!caller) throw new Refusal('40014', 'invalid access_token')
  const app = appOf(world, token)
  if (app.disabled) throw new Refusal('50003', 'app is disabled')
  if (app.trustedIps && !app.trustedIps.includes(address))
    throw new Refusal('60020', 'not allow to access from your ip')
  if (app.unlisted) throw new Refusal('48002', 'api forbidden')
  const { callsPerMinute, callsPerHour, addressCallsPerMinute, addressCallsPerHour } = world.switches.wecom
  const own = `${caller.mchid} ${operation}`
  const over = [
    overQuota(world, own, 'minute', callsPerMinute),
    overQuota(world, own, 'hour', callsPerHour),
    overQuota(world, address, 'minute', addressCallsPerMinute),
    overQuota(world, address, 'hour', addressCallsPerHour),
  ]
  if (over.includes(true)) throw new Refusal('45009', 'api freq out of limit')
  return { caller, token }
}

/** `gettoken`: a token per app, the same one while it lives (D2). */
export const getToken: Handled = handle(operations.wecom.getToken, ({ world, query }) => {
  const { corpid, corpsecret } = query as Partial<typeof query>
  const corp = corpid ? world.merchants.get(corpid) : undefined
  if (corp?.role !== 'corp') throw new Refusal('40013', 'invalid corpid')
  if (!corpsecret) throw new Refusal('41004', 'corpsecret missing')
  if (overQuota(world, `${corp.mchid} gettoken`, 'hour', world.switches.wecom.failedTokensPerHour, 'ask'))
    throw new Refusal('45009', 'api freq out of limit')
  const app = appsOf(corp).find((one) => one.corpsecret === corpsecret)
  if (!app) {
    overQuota(world, `${corp.mchid} gettoken`, 'hour', world.switches.wecom.failedTokensPerHour)
    // Both numbers are documented for a wrong secret; one that cannot be a secret gets the second.
    const form = /^[\w-]{43}$/.test(corpsecret)
    throw form ? new Refusal('40001', 'invalid credential') : new Refusal('40091', 'secret is invalid')
  }
  if (app.disabled) throw new Refusal('50003', 'app is disabled')
  const { token, expiresMs } = tokenFor(world, corp.mchid, app.agentid)
  return { access_token: token, expires_in: Math.ceil((expiresMs - world.clock.now()) / 1000) }
})

/** The token of an app: the one that lives (D2), or a new one. */
function tokenFor(world: World, corpid: string, agentid: string): TokenRow<Owner> {
  const name = `${corpid}/${agentid}`
  const living = world.switches.wecom.sameTokenWhileValid ? tokens(world).living(name) : undefined
  return living ?? tokens(world).draw(name, { corpid, agentid }, { lifeMs, length: 86 })
}
