/** Medical-insurance mixed payment (医保自费混合支付): one order over a cash order and the insurance bureau. */
import type { Notice } from '@chadan/client'
import { apiv3, operations, type ResultOfOperation } from '@chadan/protocol'
import type { Attempt, MerchantIds, Order } from '../../order/order.ts'
import type { AttemptReading } from '../../order/reading.ts'
import { given, type Loose, textOf } from '../details.ts'
import {
  type Call,
  type Context,
  call,
  errand,
  type Heard,
  type Opening,
  type OpenRequest,
  type PlannedErrand,
  type Product,
  question,
  RuleBroken,
} from '../product.ts'
import { refundNoticeReading } from '../refunds.ts'
import { msOf } from '../times.ts'
import { apiv3FenceMs, askMs, askRefundMs, ms, prepayLivesMs } from '../timing.ts'
import {
  cashReading,
  concernsOf,
  type MedInsOrder,
  noticeReading,
  orderReading,
  wasSeen,
} from './readings.ts'
import { askRefund, errandsOfRefunds, refund } from './refunds.ts'
import { checkAmounts, legsOf } from './rules.ts'
import { openLeg } from './states.ts'

const { cash, medIns: calls } = operations

/** Names of the cash prepay that the mixed order does not know. */
const prepayOnly = [
  'description',
  'goods_tag',
  'limit_pay',
  'support_fapiao',
  'detail',
  'scene_info',
  'settle_info',
  'subsidy_info',
] as const

const filledOfPrepay = Object.keys(cash.prepayPartner.body).filter(
  (name) => !(prepayOnly as readonly string[]).includes(name),
)

/** The product `medIns`. */
export const medIns: Product = {
  id: 'medIns',
  title: 'Medical-insurance mixed payment (医保自费混合支付)',
  details: [
    {
      operation: calls.create,
      filled: ['appid', 'sub_appid', 'sub_mchid', 'out_trade_no', 'callback_url', 'prepay_id'],
    },
    { operation: cash.prepayPartner, filled: filledOfPrepay },
  ],
  open,
  errands: {
    prepay: errand(cash.prepay, prepaid),
    create: errand(calls.create, (result, number, order) => orderReading(result, number, order), {
      // The number is used: what is found decides (MI 1.7).
      adopts: ['ALREADYEXISTS'],
    }),
    ...errandsOfRefunds,
  },
  ask,
  askRefund,
  close,
  hear,
  async handover({ kept, parts }, placed, { invocations, placedMs }) {
    const { mix_trade_no: mixTradeNo, prepay_id: prepayId } = kept
    const create = (placed.create ?? {}) as Loose
    // The user's id decides whose app opens the cashier (MI 1.2).
    const appId = textOf(create, create.sub_openid === undefined ? 'appid' : 'sub_appid')
    const charged = parts.some(({ id }) => id === 'cash')
    if (!mixTradeNo || !appId || (charged && !prepayId)) return undefined
    const order = { appId, mixTradeNo, ...(charged && prepayId && { prepayId }) }
    const [page, miniProgram] = await Promise.all([
      invocations.medIns({ ...order, front: 'page' }),
      invocations.medIns({ ...order, front: 'mini program' }),
    ])
    const until = msOf(textOf((placed.prepay ?? {}) as Loose, 'time_expire'))
    return {
      scene: 'insurance',
      parameters: { page, mini_program: miniProgram },
      expiresMs: Math.min(placedMs + prepayLivesMs, until ?? Number.POSITIVE_INFINITY),
    }
  },
  refund,
  concerns: concernsOf,
  timing: {
    // Half an hour, then close and check (MI 1.6).
    expiresMs: 30 * ms.minute,
    askMs,
    askRefundMs,
    closeNotBeforeMs: 0,
    fenceMs: apiv3FenceMs,
    // E1 cannot be placed again and closed; only its cash order can be closed, and then time does the rest (MI 1.8).
    fence: 'time',
    handoverLost: 'place',
  },
}

function open({ details, number, expiresMs }: OpenRequest, context: Context): Opening {
  checkAmounts(details)
  const placing = {
    number: number ?? context.draw(),
    // The mixed order is bound to its prepay_id, which lives two hours and cannot be exchanged.
    expiresMs: Math.min(expiresMs ?? context.nowMs + medIns.timing.expiresMs, context.nowMs + prepayLivesMs),
  }
  const merchant = merchantOf(details, context)
  const legs = legsOf(details)
  const charged = legs.cash > 0
  const insured = details.mix_pay_type !== 'CASH_ONLY'
  const create = createErrand(details, { ...placing, merchant, charged }, context)
  return {
    number: placing.number,
    amount: { minor: legs.cash + (insured ? legs.insurance : 0), currency: 'CNY' },
    parts: [
      ...(charged ? [{ id: 'cash', minor: legs.cash }] : []),
      ...(insured ? [{ id: 'insurance', minor: legs.insurance }] : []),
    ].map(({ id, minor }) => ({
      id,
      amount: { minor, currency: 'CNY' },
      fixed: true,
      terms: { total_fee: Number(details.total_fee) },
    })),
    merchant,
    errands: charged ? [prepayErrand(details, { ...placing, merchant, charged }, context), create] : [create],
    expiresMs: placing.expiresMs,
    payer: textOf(details, 'sub_openid') ?? textOf(details, 'openid'),
  }
}

/** Whose order it is: the signer's, and in partner mode the institution's. Throws `RuleBroken`. */
function merchantOf(details: Loose, { signer, tenant }: Context): MerchantIds {
  const own = (name: 'appid' | 'sub_appid' | 'sub_mchid', known: string | undefined) => {
    const asked = textOf(details, name)
    if (asked !== undefined && known !== undefined && asked !== known)
      throw new RuleBroken('another_merchant', `/details/${name}`, `found another ${name} than the tenant's`)
    return asked ?? known
  }
  const partner = signer.mode === 'partner'
  return given({
    mchid: signer.mchid,
    appid: own('appid', tenant.appid ?? signer.appid),
    sub_appid: partner ? own('sub_appid', tenant.sub_appid) : undefined,
    sub_mchid: partner ? own('sub_mchid', tenant.sub_mchid) : undefined,
  })
}

interface Placing {
  readonly number: string
  readonly expiresMs: number
  readonly merchant: MerchantIds
  readonly charged: boolean
}

function createErrand(
  details: Loose,
  { number, merchant, charged }: Placing,
  { notifyUrl }: Context,
): PlannedErrand {
  const { mchid: _, ...ids } = merchant
  const own = Object.entries(details).filter(([name]) => !(prepayOnly as readonly string[]).includes(name))
  return {
    step: 'create',
    operation: calls.create,
    input: given({ ...Object.fromEntries(own), ...ids, out_trade_no: number, callback_url: notifyUrl }),
    ...(charged && { fills: ['prepay_id'] }),
  }
}

/** The cash order: the same number, the same user, the amount that WeChat Pay charges (A11). */
function prepayErrand(
  details: Loose,
  { number, expiresMs, merchant }: Placing,
  { notifyUrl, signer }: Context,
): PlannedErrand {
  const more = Object.fromEntries(prepayOnly.map((name) => [name, details[name]]))
  const common = {
    ...more,
    attach: details.attach,
    out_trade_no: number,
    // A payment after we stopped asking closely is the dearest surprise; it stops payment, it closes nothing (X14).
    time_expire: apiv3.formatTime(expiresMs),
    notify_url: notifyUrl,
    amount: { total: details.wechat_pay_cash_fee, currency: 'CNY' },
  }
  const { mchid, appid, sub_mchid, sub_appid } = merchant
  const { openid, sub_openid } = details
  const input =
    signer.mode === 'partner'
      ? given({
          ...common,
          sp_mchid: mchid,
          sp_appid: appid,
          sub_mchid,
          sub_appid,
          payer: given({ sp_openid: openid, sub_openid }),
        })
      : given({ ...common, mchid, appid, payer: given({ openid }) })
  const operation = signer.mode === 'partner' ? cash.prepayPartner : cash.prepay
  return { step: 'prepay', operation, input }
}

function prepaid({ prepay_id }: ResultOfOperation<typeof cash.prepay>, number: string): AttemptReading {
  return { about: 'attempt', number, said: 'accepted', step: 'prepay', word: 'PREPAID', kept: { prepay_id } }
}

/**
 * The mixed order decides. The cash order is asked for where it alone can be there (E1 was never sent),
 * and where it is to be closed: then only its own answer shows that it is.
 */
function ask(order: Order, attempt: Attempt) {
  const { number, merchant } = attempt
  const { sub_mchid } = merchant
  const mixed = question(
    calls.queryByOutTradeNo,
    given({ out_trade_no: number, sub_mchid }),
    (result: MedInsOrder) => orderReading(result, number, order),
  )
  if (!hasCash(attempt)) return [mixed]
  const askedForCash = cashQuestion(order, attempt)
  const create = attempt.errands.find((one) => one.step === 'create')
  if (create?.sends === 0 && !wasSeen(order, number)) return [askedForCash]
  const view = order.view.attempts.find((one) => one.number === number)
  const closes = attempt.closing !== undefined || (view?.state === 'failing' && view.reason === openLeg)
  return closes ? [mixed, askedForCash] : [mixed]
}

function cashQuestion(order: Order, attempt: Attempt) {
  const { number, merchant } = attempt
  const { mchid = '', sub_mchid } = merchant
  const read = (result: Parameters<typeof cashReading>[0]) => cashReading(result, attempt, order)
  return sub_mchid === undefined
    ? question(cash.queryByOutTradeNo, { out_trade_no: number, mchid }, read)
    : question(cash.queryByOutTradeNoPartner, { out_trade_no: number, sp_mchid: mchid, sub_mchid }, read)
}

/** Ends the cash order, without which the mixed one cannot be paid; an insurance-only order knows no end but its own. */
function close(_order: Order, attempt: Attempt): Call | undefined {
  if (!hasCash(attempt)) return undefined
  const { number: out_trade_no, merchant } = attempt
  const { mchid = '', sub_mchid } = merchant
  return sub_mchid === undefined
    ? call(cash.close, { out_trade_no, mchid })
    : call(cash.closePartner, { out_trade_no, sp_mchid: mchid, sub_mchid })
}

function hasCash({ parts }: Pick<Attempt, 'parts'>): boolean {
  return parts.some(({ id }) => id === 'cash')
}

function hear(notice: Notice): Heard | undefined {
  if (notice.type === 'medIns.paid') {
    const { appid, sub_appid, sub_mchid, out_trade_no } = notice.resource
    const { reading, complete } = noticeReading(notice.resource)
    return {
      kind: 'order',
      number: out_trade_no,
      ids: given({ appid, sub_appid, sub_mchid }),
      reading,
      complete,
    }
  }
  if (notice.type === 'cash.paid') {
    const { resource } = notice
    const number = resource.out_trade_no
    const { mchid, sp_mchid, appid, sp_appid, sub_mchid, sub_appid } = resource
    return {
      kind: 'order',
      number,
      ids: given({ mchid: mchid ?? sp_mchid, appid: appid ?? sp_appid, sub_mchid, sub_appid }),
      // It says nothing of the whole, which may still fail: never fulfil on it (MI 5.1).
      complete: false,
      reading: cashReading(resource, { number }),
    }
  }
  return refundNoticeReading(notice)
}
