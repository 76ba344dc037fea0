/** Who may call the legacy medical-insurance interface: platforms, hospitals, their tokens and addresses. */
import { operations } from '@chadan/protocol'
import { addressOf } from '../../exchange/token.ts'
import { accessTokens } from '../../exchange/tokens.ts'
import { type Handled, handle, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** What this product keeps with a merchant, in `extra`. */
export interface Account {
  /** The payinsurance key; a merchant with one is a hospital. */
  readonly key?: string
  /** Secret of its first app. */
  readonly appSecret?: string
  /** Those of its apps that are mini programs. */
  readonly miniAppids?: readonly string[]
  /** How the bureau numbers it; without the list any number is good. */
  readonly orgNos?: readonly string[]
  /** Addresses that may refund (服务器IP要求); without the list all may. */
  readonly refundIps?: readonly string[]
  /** Addresses that may draw tokens (IP白名单); without the list all may. */
  readonly tokenIps?: readonly string[]
}

/** For whom a token was drawn. */
export interface Owner {
  /** The platform that orders, in agent mode. */
  readonly agent?: string
  /** Merchant number of the hospital. */
  readonly hospital: string
  readonly appid: string
}

/** What is known of a call before its body is read. */
export interface Knock {
  readonly operation: string
  readonly token: string | undefined
  readonly address: string
}

const tokens = (world: World) => accessTokens<Owner>(world, 'payinsurance.tokens')

/** What this interface keeps with a merchant. */
export function accountOf(merchant: Merchant): Account {
  return merchant.extra as Account
}

/** Lets a call in, or refuses it: token, permission, address, in this order. */
export function admit(world: World, { operation, token, address }: Knock): Owner {
  if (!token) throw new Refusal('41001', 'access_token missing')
  if (!/^[\w-]{64,512}$/.test(token)) throw new Refusal('40014', 'invalid access_token')
  const found = tokens(world).find(token)
  if (found.found === 'expired') throw new Refusal('42001', 'access_token expired')
  const hospital = found.found === 'good' ? world.merchants.get(found.owner.hospital) : undefined
  if (found.found !== 'good' || !hospital)
    throw new Refusal('40001', 'invalid credential, access_token is invalid or not latest')
  if (!mayCall(hospital)) throw new Refusal('48001', 'api unauthorized')
  const { refundIps } = accountOf(hospital)
  const { ipRefusal } = world.switches.payinsurance
  const fromElsewhere =
    operation === operations.payinsurance.refund.id && refundIps?.includes(address) === false
  // With a code of the business list the refusal is signed, and the handler makes it.
  if (fromElsewhere && ipRefusal >= 40_000)
    throw new Refusal(String(ipRefusal), 'invalid ip, not in whitelist')
  return found.owner
}

function mayCall({ permissions }: Merchant): boolean {
  return permissions.includes('*') || permissions.includes('payinsurance')
}

/** Ends every token now. */
export function expireTokens(world: World): number {
  return tokens(world).endAll()
}

/** What both token calls ask: grant type, appid, secret, address, in the order of the platform's codes. */
interface Credential {
  readonly grantType: string | undefined
  readonly appid: string | undefined
  readonly secret: string | undefined
  readonly address: string
}

function accountWith(world: World, { grantType, appid, secret, address }: Credential): Merchant {
  if (grantType !== 'client_credential') throw new Refusal('40002', 'invalid grant_type')
  if (!appid) throw new Refusal('41002', 'appid missing')
  if (!secret) throw new Refusal('41004', 'appsecret missing')
  const merchant = merchantWith(world, appid)
  if (!merchant) throw new Refusal('40013', 'invalid appid')
  const { appSecret, tokenIps } = accountOf(merchant)
  if (tokenIps && !tokenIps.includes(address)) throw new Refusal('40164', 'invalid ip, not in whitelist')
  // Both numbers are documented for a wrong secret; one that cannot be a secret gets the second.
  if (!/^[0-9a-f]{32}$/.test(secret)) throw new Refusal('40125', 'invalid appsecret')
  if (secret !== appSecret) throw new Refusal('40001', 'invalid credential')
  return merchant
}

function merchantWith(world: World, appid: string): Merchant | undefined {
  for (const merchant of world.merchants.values()) if (merchant.appids.includes(appid)) return merchant
  return undefined
}

/** `gettoken`: one token for a platform and one of its hospitals. */
export const agentDrawing: Handled = handle(
  operations.payinsurance.getAgentToken,
  (call) => {
    // The words of a token call are checked here, each with its own code.
    const { grant_type, agentappid, agentsecret, appid } = call.query as Partial<typeof call.query>
    const agent = accountWith(call.world, {
      grantType: grant_type,
      appid: agentappid,
      secret: agentsecret,
      address: addressOf(call),
    })
    if (!appid) throw new Refusal('41002', 'appid missing')
    const hospital = merchantWith(call.world, appid)
    if (!hospital) throw new Refusal('40013', 'invalid appid')
    if (!agent.subs.includes(hospital.mchid)) throw new Refusal('48001', 'api unauthorized')
    const drawn = draw(call.world, { agent: agent.mchid, hospital: hospital.mchid, appid })
    return { return_code: 'SUCCESS', return_msg: 'ok', result_code: 'SUCCESS', ...drawn }
  },
  { alsoTakes: ({ verb }) => verb === 'POST' },
)

/** `token`: the token of a hospital that orders for itself. */
export const drawing: Handled = handle(operations.payinsurance.getToken, (call) => {
  const { grant_type, appid, secret } = call.query as Partial<typeof call.query>
  const given = { grantType: grant_type, appid, secret, address: addressOf(call) }
  const hospital = accountWith(call.world, given)
  return draw(call.world, { hospital: hospital.mchid, appid: appid as string })
})

function draw(world: World, owner: Owner): { access_token: string; expires_in: number } {
  const { tokenLifeMs, tokenOverlapMs } = world.switches.payinsurance
  const { token } = tokens(world).draw(`${owner.agent ?? ''}/${owner.appid}`, owner, {
    lifeMs: tokenLifeMs,
    overlapMs: tokenOverlapMs,
    length: 138,
  })
  return { access_token: token, expires_in: Math.floor(tokenLifeMs / 1000) }
}
