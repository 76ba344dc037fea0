/** Placing an ordinary order. */
import { createHash } from 'node:crypto'
import { apiv3, type InputOfOperation, type operations } from '@chadan/protocol'
import { type CashOrder, cashOrders, orderKey, prepays, stateOf } from '../../cash-orders.ts'
import { holderOf, takeNumber } from '../../numbers.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { sameMerchant } from './merchants.ts'

type Direct = InputOfOperation<typeof operations.cash.prepay>
type ForSub = InputOfOperation<typeof operations.cash.prepayPartner>
/** What both ways to place have in common. */
type Common = Pick<
  Direct,
  | 'description'
  | 'out_trade_no'
  | 'goods_tag'
  | 'attach'
  | 'notify_url'
  | 'amount'
  | 'time_expire'
  | 'scene_info'
>

const minute = 60_000

/** Places an order of the caller's own. */
export function place(world: World, caller: Merchant, body: Direct): { prepay_id: string } {
  sameMerchant(caller, body.mchid)
  mayReceive(caller, caller)
  boundTo(caller, body.appid)
  knownUser(world, body.appid, body.payer.openid)
  const { appid, payer } = body
  return issue(world, body, { mchid: caller.mchid, appid, openid: payer.openid })
}

/** Places an order of a provider for its sub-merchant. */
export function placeForSub(world: World, caller: Merchant, body: ForSub): { prepay_id: string } {
  sameMerchant(caller, body.sp_mchid)
  const sub = world.merchants.get(body.sub_mchid)
  if (!sub) throw new Refusal('MCH_NOT_EXISTS', '特约商户号不存在')
  mayReceive(caller, sub)
  boundTo(caller, body.sp_appid)
  if (body.sub_appid) boundTo(sub, body.sub_appid)
  const { sp_openid: openid, sub_openid: subOpenid } = body.payer
  if (openid) knownUser(world, body.sp_appid, openid)
  // The declaration demands the app with the openid under it.
  if (subOpenid) knownUser(world, body.sub_appid as string, subOpenid)
  return issue(world, body, {
    mchid: caller.mchid,
    subMchid: sub.mchid,
    appid: body.sp_appid,
    ...(body.sub_appid && { subAppid: body.sub_appid }),
    ...(openid && { openid }),
    ...(subOpenid && { subOpenid }),
  })
}

function mayReceive(caller: Merchant, payee: Merchant): void {
  if (caller !== payee && !caller.subs.includes(payee.mchid))
    throw new Refusal('NO_AUTH', '服务商与特约商户没有受理关系', { number: 268443701 })
  if (caller.disabled || payee.disabled) throw new Refusal('NO_AUTH', '商户收款受限', { number: 268448010 })
  if (!['*', 'cash'].some((permission) => payee.permissions.includes(permission)))
    throw new Refusal('NO_AUTH', '商户未开通JSAPI支付')
}

function boundTo(merchant: Merchant, appid: string): void {
  if (!merchant.appids.includes(appid)) throw new Refusal('APPID_MCHID_NOT_MATCH', 'appid和商户号不匹配')
}

function knownUser(world: World, appid: string, openid: string): void {
  if (!world.payerOf(appid, openid))
    throw new Refusal('PARAM_ERROR', 'openid与appid不匹配', {
      number: 268435461,
      detail: { location: 'body', field: '/body/payer', issue: 'openid belongs to another app' },
    })
}

type Owners = Pick<CashOrder, 'mchid' | 'subMchid' | 'appid' | 'subAppid' | 'openid' | 'subOpenid'>

/** Stores the order, or finds it placed before, and gives a fresh prepay id. */
function issue(world: World, body: Common & (Direct | ForSub), owners: Owners): { prepay_id: string } {
  if (Buffer.byteLength(JSON.stringify(body.detail ?? '')) > 6144)
    throw new Refusal('PARAM_ERROR', 'detail超过6144字节', { number: 268435464 })
  const key = orderKey({ mchid: owners.mchid, outTradeNo: body.out_trade_no })
  const content = digest(body)
  const before = cashOrders(world).get(key)
  if (before) repeatable(world, before, content)
  else if (holderOf(world, owners.mchid, body.out_trade_no)) throw used('订单号已被合单的子单使用')
  else {
    takeNumber(world, owners.mchid, body.out_trade_no, `cash ${key}`)
    cashOrders(world).set(key, newOrder(world, body, owners, content))
  }
  const id = world.draw.prepayId()
  prepays(world).set(id, { id, order: key, issuedMs: world.clock.now() })
  return { prepay_id: id }
}

function repeatable(world: World, before: CashOrder, content: string): void {
  const state = stateOf(world, before)
  if (state === 'CLOSED') throw new Refusal('ORDER_CLOSED', '订单已关闭')
  if (state !== 'NOTPAY') throw used('订单已支付', 268498689)
  if (before.content !== content) throw used('同一订单号的请求参数不一致', 268498688)
}

function used(message: string, number = 268498688): Refusal {
  return new Refusal('OUT_TRADE_NO_USED', message, { number })
}

function newOrder(world: World, body: Common, owners: Owners, content: string): CashOrder {
  const createMs = world.clock.now()
  const { time_expire, attach, scene_info, goods_tag } = body
  return {
    ...owners,
    outTradeNo: body.out_trade_no,
    description: body.description,
    notifyUrl: body.notify_url,
    totalMinor: body.amount.total,
    ...(attach && { attach }),
    ...(goods_tag && { goodsTag: goods_tag }),
    ...(scene_info?.device_id && { deviceId: scene_info.device_id }),
    ...(time_expire && { payUntilMs: payUntil(createMs, apiv3.parseTime(time_expire)) }),
    content,
    createMs,
  }
}

/** `time_expire` is raised to one minute and cut to fifteen days. */
function payUntil(createMs: number, wishedMs: number): number {
  return Math.min(Math.max(wishedMs, createMs + minute), createMs + 15 * 24 * 60 * minute)
}

/** What a repetition must repeat; where and until when it is paid may differ. */
function digest({ scene_info: _scene, time_expire: _expire, ...content }: Common & object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}
