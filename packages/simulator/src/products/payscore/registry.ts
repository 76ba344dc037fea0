/** What an institution may do: its services, sub-merchants, app ids and their one currency. */
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** A service that an institution was given. Rows of the table `payscore.services`. */
export interface Service {
  readonly id: string
  readonly mchid: string
  /** What happens to a user who fails the assessment: pays the deposit, or is refused. */
  readonly failing: 'deposit' | 'refuse'
  /** Which names a risk fund may have. */
  readonly risk: 'deposit' | 'estimate'
  /** The largest risk fund, in the currency's smallest unit. */
  readonly limitMinor: number
  /** Sub-merchants that may use it. */
  readonly subs: readonly string[] | 'all'
  /** Whether orders may start without a confirmation. */
  readonly unconfirmed: 'allowed' | 'refused'
}

/** The risk names of a kind of service. */
export const riskNames: Record<Service['risk'], readonly string[]> = {
  deposit: ['DEPOSIT', 'ADVANCE', 'CASH_DEPOSIT'],
  estimate: ['ESTIMATE_ORDER_COST'],
}

const usual = {
  failing: 'deposit',
  risk: 'deposit',
  limitMinor: 100_000,
  subs: 'all',
  unconfirmed: 'allowed',
} as const

/** The service and sub-merchant of a call; throws NO_AUTH when the caller may not use them. */
export function authorise(
  world: World,
  caller: Merchant,
  named: { service_id: string; sub_mchid: string },
): { service: Service; sub: Merchant } {
  if (caller.role !== 'partner' || !holds(caller)) throw noAuth('商户号无此接口权限', 268503786)
  const service = serviceOf(world, caller, named.service_id)
  if (service?.mchid !== caller.mchid) throw noAuth('服务ID无权限', 268503786)
  const sub = world.merchants.get(named.sub_mchid)
  if (!sub || !caller.subs.includes(sub.mchid)) throw noAuth('子商户号与服务商没有受理关系', 271302144)
  if (service.subs !== 'all' && !service.subs.includes(sub.mchid))
    throw noAuth('子商户号无此服务ID的权限', 268503786)
  return { service, sub }
}

/** Throws NO_AUTH unless both app ids belong to those who use them. */
export function checkApps(
  caller: Merchant,
  sub: Merchant,
  { appid, sub_appid }: { appid: string; sub_appid?: string },
): void {
  if (!caller.appids.includes(appid)) throw noAuth('商户号与appid不匹配', 271302149)
  if (sub_appid !== undefined && !sub.appids.includes(sub_appid))
    throw noAuth('子商户号与sub_appid不匹配', 271302149)
}

/** The only currency in which a sub-merchant is settled. */
export function currencyOf(caller: Merchant, sub: Merchant): unknown {
  return sub.extra.currency ?? caller.extra.currency
}

function holds({ permissions, disabled }: Merchant): boolean {
  return !disabled && (permissions.includes('*') || permissions.includes('payscore'))
}

/** The service of that id, if it was given to anybody: a row, or the one the credentials name. */
export function serviceOf(world: World, caller: Merchant, id: string): Service | undefined {
  const given = world.table<Service>('payscore.services').get(id)
  if (given) return given
  return caller.extra.serviceId === id ? { id, mchid: caller.mchid, ...usual } : undefined
}

function noAuth(message: string, number: number): Refusal {
  return new Refusal('NO_AUTH', message, { number })
}
