/** Who may do what with which order. */
import { check, type OperationShape, type Problem } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { keyOf, type MedInsOrder, medInsKeys, medInsOrders, refresh } from './orders.ts'

/** The number of "no such order". */
const noSuchOrder = 268529515

/** A provider works for institutions; a merchant of its own is one. */
export function modeOf(caller: Merchant): 'direct' | 'partner' {
  return caller.role === 'partner' ? 'partner' : 'direct'
}

/** Problems that only show once the mode is known, and those that the platform names as breaches of a rule. */
export function problemsOf(operation: OperationShape, caller: Merchant, value: unknown): Problem[] {
  const fields = operation.body ?? operation.query ?? {}
  return check(fields, operation.rules ?? [], value, {
    at: operation.body ? '/body' : '/query',
    mode: modeOf(caller),
    unknown: 'ignore',
  })
}

/** Throws the first problem that is a malformed parameter. */
export function refuseMalformed(problems: readonly Problem[]): void {
  const first = problems.find(({ breach }) => !breach)
  if (first) throw malformed(first.at, `${first.found}; expected ${first.expected}`)
}

/** Holds a query to its rules; whether a missing `sub_mchid` is malformed or finds nothing is a switch. */
export function checkQuery(world: World, operation: OperationShape, caller: Merchant, query: unknown): void {
  const problems = problemsOf(operation, caller, query)
  const finds = world.switches.medIns.missingSubMchid === 'notFound'
  refuseMalformed(finds ? problems.filter(({ rule }) => rule !== 'needs') : problems)
}

/** Throws the first breach of a rule, under the number it is documented with. */
export function refuseBreach(problems: readonly Problem[]): void {
  const first = problems.find(({ breach }) => breach)
  if (!first?.breach) return
  const { code, number } = first.breach
  throw new Refusal(code, '订单金额或字段与混合支付类型不符', {
    ...(number !== undefined && { number }),
    detail: { location: 'body', field: first.at, issue: `${first.found}; expected ${first.expected}` },
  })
}

/** The refusal of one field. */
export function malformed(field: string, issue: string, number = 268435461): Refusal {
  const [, location] = field.split('/')
  return new Refusal('PARAM_ERROR', '参数错误', { number, detail: { location, field, issue } })
}

/** The institution whose order it is: the caller, or its sub-merchant. Throws RULE_LIMIT. */
export function institutionOf(world: World, caller: Merchant, subMchid: string | undefined): Merchant {
  if (subMchid === undefined) return caller
  const sub = world.merchants.get(subMchid)
  if (!sub || !caller.subs.includes(subMchid))
    throw new Refusal('RULE_LIMIT', '服务商与医疗机构没有受理关系', { number: 268443701 })
  return sub
}

/** Whether a merchant holds the product. */
export function holdsProduct({ permissions }: Merchant): boolean {
  return permissions.includes('*') || permissions.includes('medIns')
}

/** Throws NO_AUTH where the caller may not use the interface at all. */
export function permitted(caller: Merchant): void {
  if (caller.disabled || !holdsProduct(caller)) throw new Refusal('NO_AUTH', '商户未开通医保支付权限')
}

/** The caller's order by its own number. Throws NOT_FOUND. */
export function byNumber(world: World, caller: Merchant, number: string, subMchid?: string): MedInsOrder {
  institutionOf(world, caller, subMchid)
  return existing(world, medInsOrders(world).get(keyOf(caller.mchid, subMchid, number)))
}

/** The caller's order by the mixed order number. Throws NOT_FOUND. */
export function byMixNumber(world: World, caller: Merchant, number: string, subMchid?: string): MedInsOrder {
  institutionOf(world, caller, subMchid)
  const found = medInsOrders(world).get(medInsKeys(world).get(number)?.order ?? '')
  const own =
    found?.mixTradeNo === number && found.mchid === caller.mchid && found.body.sub_mchid === subMchid
  return existing(world, own ? found : undefined)
}

function existing(world: World, order: MedInsOrder | undefined): MedInsOrder {
  if (!order) throw new Refusal('NOT_FOUND', '订单不存在', { number: noSuchOrder })
  return refresh(world, order)
}
