/** What is checked beyond single fields: names, limits, times, the merchant's address. */
import { apiv3 } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { CompleteBody, CreateBody, ServiceOrder } from './orders.ts'
import { riskNames, type Service } from './registry.ts'

/** Holds a create against its service and the sub-merchant's currency. */
export function checkCreate(body: CreateBody, service: Service, currency: unknown): void {
  if (body.currency !== currency) throw wrong('/body/currency', '货币类型与收款商户的结算币种不一致')
  if (!riskNames[service.risk].includes(body.risk_fund.name))
    throw wrong('/body/risk_fund/name', '服务ID不支持该风险金名称')
  if (body.risk_fund.amount > service.limitMinor)
    throw wrong('/body/risk_fund/amount', '风险金额超过服务ID的上限', 268435464)
  if (!isReachable(body.notify_url)) throw wrong('/body/notify_url', '回调地址必须为https')
  checkNames(body)
  checkOrder(body.time_range)
}

/** Holds a completion against its order; `nowMs` is when it arrives. */
export function checkComplete(
  body: CompleteBody,
  order: ServiceOrder,
  { service, nowMs }: { service: Service; nowMs: number },
): void {
  if (body.currency !== undefined && body.currency !== order.body.currency)
    throw wrong('/body/currency', '货币类型与创单时不一致')
  const limit = service.failing === 'deposit' ? order.body.risk_fund.amount : service.limitMinor
  if (body.total_amount > limit) throw wrong('/body/total_amount', '总金额超过服务风险金额', 271316656)
  checkNames(body)
  const range = { ...order.timeRange, ...body.time_range }
  if (range.end_time === undefined) throw wrong('/body/time_range/end_time', '创单时未传结束时间，完结时必传')
  if (apiv3.parseTime(range.end_time) > nowMs)
    throw wrong('/body/time_range/end_time', '服务结束时间不能晚于当前时间')
  checkOrder(range)
}

/** The appid that cancel and complete take: the sub-merchant's where the order has one (D16). */
export function checkAppid(appid: string | undefined, { body }: ServiceOrder): void {
  if (appid !== undefined && appid !== (body.sub_appid ?? body.appid))
    throw wrong('/body/appid', 'appid与创单时不一致')
}

/** A problem with one field, in the form of the platform. */
export function wrong(field: string, message: string, number = 268435461): Refusal {
  return new Refusal('PARAM_ERROR', message, {
    number,
    detail: { location: field.split('/')[1], field, issue: message },
  })
}

/** The literal name that may stand several times. */
const anyGoods = '商品信息'

function checkNames({
  post_payments = [],
  post_discounts = [],
}: Pick<CreateBody, 'post_payments' | 'post_discounts'>): void {
  const payments = post_payments.map((one) => one.name).filter((name) => name !== anyGoods)
  if (repeats(payments)) throw wrong('/body/post_payments', '付费名称重复')
  if (repeats(post_discounts.map((one) => one.name))) throw wrong('/body/post_discounts', '优惠名称重复')
}

const repeats = (names: readonly string[]): boolean => new Set(names).size !== names.length

function checkOrder({ start_time, end_time }: { start_time?: string; end_time?: string }): void {
  if (start_time === undefined || end_time === undefined) return
  if (apiv3.parseTime(end_time) < apiv3.parseTime(start_time))
    throw wrong('/body/time_range/end_time', '服务结束时间早于开始时间', 271316637)
}

/** Plain http is for a machine's own address only (D25). */
function isReachable(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
