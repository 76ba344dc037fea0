/** Placing a medical-insurance order: the checks in the documented order, the first failure answers. */
import { operations } from '@chadan/protocol'
import {
  type CashOrder,
  cashOrders,
  type Prepay,
  payProblem,
  prepayLifeMs,
  prepays,
} from '../../cash-orders.ts'
import { addressProblem } from '../../notices/addresses.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import {
  holdsProduct,
  institutionOf,
  malformed,
  modeOf,
  permitted,
  problemsOf,
  refuseBreach,
  refuseMalformed,
} from './access.ts'
import { askBureau } from './bureau.ts'
import { keyOf, type Leg, type MedInsOrder, medInsKeys, medInsOrders, type Placed } from './orders.ts'

/** Stores the order, or throws why not. */
export function place(world: World, caller: Merchant, body: Placed): MedInsOrder {
  const problems = problemsOf(operations.medIns.create, caller, body)
  refuseMalformed(problems)
  checkProfile(world, caller, body)
  checkCallback(world, body)
  checkBindings(world, caller, body)
  checkEnabled(world, caller, body)
  const key = keyOf(caller.mchid, body.sub_mchid, body.out_trade_no)
  if (medInsOrders(world).get(key))
    throw new Refusal('ALREADY_EXISTS', '商户订单号已存在', { number: 268512536 })
  refuseBreach(problems)
  checkCashOnlySums(world, body)
  const cash = checkPrepay(world, caller, body)
  askBureau(world, body)
  return store(world, caller, { key, body, cash })
}

/** The first page knew the user by `sub_openid` only. */
function checkProfile(world: World, caller: Merchant, body: Placed): void {
  if (world.switches.medIns.profile === 'seed' && modeOf(caller) === 'partner' && !body.sub_openid)
    throw malformed('/body/sub_openid', 'nothing; expected the user under sub_appid')
}

function checkCallback(world: World, { callback_url }: Placed): void {
  const secure = callback_url.startsWith('https:') || world.switches.loopbackNotifyUrls === 'accept'
  const problem = secure ? addressProblem(callback_url, world.switches) : 'an address without https'
  if (problem) throw malformed('/body/callback_url', problem)
}

function checkBindings(world: World, caller: Merchant, body: Placed): void {
  const { appid, openid, sub_appid, sub_mchid, sub_openid } = body
  if (!caller.appids.includes(appid) || (openid && !world.payerOf(appid, openid)))
    throw malformed('/body/openid', 'openid, appid and merchant do not belong together', 268510603)
  const sub = sub_mchid ? world.merchants.get(sub_mchid) : undefined
  const foreign = sub && sub_appid && !sub.appids.includes(sub_appid)
  if (foreign || (sub_openid && !world.payerOf(sub_appid as string, sub_openid)))
    throw malformed(
      '/body/sub_openid',
      'sub_openid, sub_appid and sub_mchid do not belong together',
      268510604,
    )
}

function checkEnabled(world: World, caller: Merchant, { sub_mchid }: Placed): void {
  const institution = institutionOf(world, caller, sub_mchid)
  if (!holdsProduct(institution)) throw new Refusal('REQUEST_BLOCKED', '商户未开通医保支付')
  permitted(caller)
  if (institution.disabled) throw new Refusal('NO_AUTH', '医疗机构商户号状态异常')
}

/** By a switch, cash-only orders keep the formulas that A5 makes a paradox of. */
function checkCashOnlySums(world: World, body: Placed): void {
  if (body.mix_pay_type !== 'CASH_ONLY' || world.switches.medIns.cashOnlySums === 'total') return
  const added = (body.cash_add_detail ?? []).reduce((sum, { cash_add_fee }) => sum + cash_add_fee, 0)
  const reduced = (body.cash_reduce_detail ?? []).reduce(
    (sum, { cash_reduce_fee }) => sum + cash_reduce_fee,
    0,
  )
  if (body.wechat_pay_cash_fee !== added - reduced)
    throw new Refusal('RULE_LIMIT', '现金支付金额不等于各部分之和', { number: 268529476 })
}

/** The cash order behind the prepay id, as this order must have it. */
function checkPrepay(
  world: World,
  caller: Merchant,
  body: Placed,
): { order: CashOrder; prepay: Prepay } | undefined {
  if (!body.prepay_id) return undefined
  const invalid = (message: string) => new Refusal('INVALID_REQUEST', message)
  const prepay = prepays(world).get(body.prepay_id)
  const order = prepay && cashOrders(world).get(prepay.order)
  if (!prepay || !order) throw invalid('prepay_id不存在')
  if (order.totalMinor !== body.wechat_pay_cash_fee)
    throw new Refusal('RULE_LIMIT', '自费订单金额与wechat_pay_cash_fee不一致', { number: 268529481 })
  if (!belongs(order, caller, body)) throw invalid('prepay_id与下单信息不一致')
  const problem = payProblem(world, order, prepay)
  if (problem) throw invalid(`prepay_id不可用：${problem}`)
  return { order, prepay }
}

function belongs(order: CashOrder, caller: Merchant, body: Placed): boolean {
  const user = body.openid ? order.openid === body.openid : order.subOpenid === body.sub_openid
  return (
    user &&
    order.mchid === caller.mchid &&
    order.subMchid === body.sub_mchid &&
    order.outTradeNo === body.out_trade_no &&
    order.appid === body.appid &&
    (order.subAppid === undefined || order.subAppid === body.sub_appid)
  )
}

interface Accepted {
  readonly key: string
  readonly body: Placed
  readonly cash: { readonly order: CashOrder; readonly prepay: Prepay } | undefined
}

/** Which legs each kind of order starts with. */
const legsOf = {
  CASH_ONLY: { cash: 'CREATED', insurance: 'NONE' },
  INSURANCE_ONLY: { cash: 'NONE', insurance: 'CREATED' },
  CASH_AND_INSURANCE: { cash: 'CREATED', insurance: 'CREATED' },
} as const satisfies Record<Placed['mix_pay_type'], Record<'cash' | 'insurance', Leg>>

function store(world: World, caller: Merchant, { key, body, cash }: Accepted): MedInsOrder {
  const { payer: _payer, relative: _relative, ...kept } = body
  const createMs = world.clock.now()
  const day = world.time().slice(0, 19).replace(/\D/g, '')
  const order: MedInsOrder = {
    key,
    mchid: caller.mchid,
    mixTradeNo: `${day}${world.draw.digits(16)}`,
    body: structuredClone(kept),
    ...(cash && { cashKey: cash.prepay.order }),
    createMs,
    expiresMs: cash ? cash.prepay.issuedMs + prepayLifeMs : createMs + world.switches.medIns.expiryMs,
    legs: { ...legsOf[body.mix_pay_type] },
    reports: [],
  }
  medInsOrders(world).set(key, order)
  for (const name of [order.mixTradeNo, body.out_trade_no, order.cashKey])
    if (name) medInsKeys(world).set(name, { order: key })
  return order
}
