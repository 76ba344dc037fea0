/** From what a merchant gives to the placing call, and from its answer to the payer. */
import { operations } from '@chadan/protocol'
import type { MerchantIds, Order, PartPlan } from '../../order/order.ts'
import { fit, given, type Loose, mapList, membersOf, textOf } from '../details.ts'
import { expiryOf, numberOf } from '../opening.ts'
import { type Context, type ErrandKind, type Opening, type Product, RuleBroken } from '../product.ts'
import { apiv3FenceMs, ms, prepayLivesMs } from '../timing.ts'

const { createJsapi, createApp, createH5, createNative, createMiniprogram } = operations.combine

/** The ways of paying, as `details.trade_type` names them. `jsapi` serves mini programs too. */
export const tradeTypes = {
  jsapi: createJsapi,
  app: createApp,
  h5: createH5,
  native: createNative,
  miniprogram: createMiniprogram,
} as const
type TradeType = keyof typeof tradeTypes

/** How long an order may be paid when nobody says. */
export const defaultExpiryMs = 7 * ms.day
/** See `Timing`. */
export const fenceMs = apiv3FenceMs

const ours = ['notify_url', 'combine_mchid'] as const

/** Opens an attempt: one placing call for all sub-orders. */
export const open: Product['open'] = (request, context) => {
  const { trade_type, ...rest } = request.details
  const operation = tradeTypes[tradeTypeOf(trade_type)]
  for (const name of ours)
    if (rest[name] !== undefined && (name === 'notify_url' || rest[name] !== context.signer.mchid))
      throw new RuleBroken('filled_by_gateway', `/details/${name}`, `leave ${name} out: the gateway fills it`)
  const expiry = expiryOf(request, context.nowMs + defaultExpiryMs)
  const input = given({
    ...rest,
    combine_appid: rest.combine_appid ?? context.tenant.appid ?? context.signer.appid,
    combine_mchid: context.signer.mchid,
    combine_out_trade_no: numberOf(request, 'combine_out_trade_no') ?? context.draw(),
    sub_orders: mapList(rest.sub_orders, (sub) => subOrder(sub, context)),
    time_expire: expiry.time_expire,
    notify_url: context.notifyUrl,
  })
  fit(operation, input, context.signer.mode)
  // From here on the input is what the declaration says.
  const fitting = input as unknown as Fitting
  const parts = fitting.sub_orders.map(partOf)
  const numbers = parts.map((one) => one.id)
  if (new Set(numbers).size < numbers.length)
    throw new RuleBroken(
      'sub_number_twice',
      '/details/sub_orders',
      'expected another out_trade_no for each sub-order',
    )
  const payer = membersOf(fitting.combine_payer_info)
  return {
    number: fitting.combine_out_trade_no,
    otherNumbers: numbers,
    amount: {
      minor: parts.reduce((sum, one) => sum + one.amount.minor, 0),
      currency: parts[0]?.amount.currency ?? 'CNY',
    },
    parts,
    merchant: { mchid: fitting.combine_mchid, appid: fitting.combine_appid },
    errands: [{ step: 'create', operation, input }],
    expiresMs: expiry.ms,
    payer: textOf(payer, 'openid') ?? textOf(payer, 'sub_openid'),
  } satisfies Opening
}

interface Fitting {
  readonly combine_out_trade_no: string
  readonly combine_mchid: string
  readonly combine_appid: string
  readonly combine_payer_info?: unknown
  readonly sub_orders: readonly {
    readonly mchid: string
    readonly sub_mchid?: string
    readonly sub_appid?: string
    readonly individual_auth_id?: string
    readonly out_trade_no: string
    readonly amount: { readonly total_amount: number; readonly currency: string }
  }[]
}

function tradeTypeOf(given: unknown): TradeType {
  if (given === undefined) return 'jsapi'
  if (typeof given === 'string' && Object.hasOwn(tradeTypes, given)) return given as TradeType
  throw new RuleBroken(
    'unknown_trade_type',
    '/details/trade_type',
    `expected one of ${Object.keys(tradeTypes).join(', ')}`,
  )
}

function subOrder(sub: Loose, { signer, tenant, draw }: Context): Loose {
  const forTenant = signer.mode === 'partner' && sub.individual_auth_id === undefined
  const amount = membersOf(sub.amount)
  return given({
    ...sub,
    mchid: sub.mchid ?? signer.mchid,
    sub_mchid: sub.sub_mchid ?? (forTenant ? tenant.sub_mchid : undefined),
    out_trade_no: sub.out_trade_no ?? draw(),
    amount: sub.amount === amount ? { ...amount, currency: amount.currency ?? 'CNY' } : sub.amount,
  })
}

function partOf(sub: Fitting['sub_orders'][number]): PartPlan {
  const { mchid, sub_mchid, sub_appid, individual_auth_id, out_trade_no, amount } = sub
  return {
    id: out_trade_no,
    amount: { minor: amount.total_amount, currency: amount.currency },
    fixed: true,
    merchant: given({ mchid, sub_mchid, sub_appid, individual_auth_id } satisfies MerchantIds),
  }
}

/** What the answer to the placing call means. */
export const createKind: ErrandKind = {
  read(result, number, order) {
    // Each of the five answers holds exactly one of them.
    const { prepay_id, h5_url, code_url } = result as Readonly<Record<string, string | undefined>>
    return {
      about: 'attempt',
      number,
      said: 'accepted',
      word: 'NOTPAY',
      step: 'create',
      kept: given({ scene: sceneOf(order, number), prepay_id, h5_url, code_url }),
    }
  },
  // A late copy meets the closed order: what became of it, a query says.
  asks: ['ORDERCLOSED'],
}

function sceneOf(order: Order, number: string): TradeType | undefined {
  const id = order.attempts.find((one) => one.number === number)?.errands[0]?.operation
  return Object.entries(tradeTypes).find(([, operation]) => operation.id === id)?.[0] as TradeType | undefined
}

const h5LivesMs = 5 * ms.minute

/** What the payer's side needs while the order waits for payment and the session lives (X14). */
export const handover: Product['handover'] = async (attempt, placed, { invocations, nowMs, placedMs }) => {
  const { scene, prepay_id: prepayId = '', h5_url, code_url } = attempt.kept
  const { combine_appid: appid = '', combine_mchid: partnerid = '' } = membersOf(placed.create) as {
    combine_appid?: string
    combine_mchid?: string
  }
  const expiresMs = placedMs + (scene === 'h5' ? h5LivesMs : prepayLivesMs)
  if (attempt.state !== 'awaiting_payment' || nowMs >= expiresMs) return undefined
  switch (scene) {
    case 'jsapi':
      return { scene, parameters: { ...(await invocations.jsapi({ appId: appid, prepayId })) }, expiresMs }
    case 'miniprogram': {
      const parameters = { ...(await invocations.miniProgram({ appId: appid, prepayId })) }
      return { scene: 'mini_program', parameters, expiresMs }
    }
    case 'app':
      return {
        scene,
        parameters: { ...(await invocations.app({ appid, partnerid, prepayid: prepayId })) },
        expiresMs,
      }
    case 'h5':
      return { scene, parameters: { h5_url }, expiresMs }
    case 'native':
      return { scene, parameters: { code_url }, expiresMs }
    default:
      return undefined
  }
}
