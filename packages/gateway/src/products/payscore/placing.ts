/** Creating a service order, completing it, and reporting that it was paid elsewhere. */
import { type OperationShape, operations, type ResultOfOperation, serviceStage } from '@chadan/protocol'
import { answerOf } from '../../order/derive-attempt.ts'
import type { Attempt, Errand, MerchantIds, Order } from '../../order/order.ts'
import { fit, given, type Loose, mapList, membersOf, only, textOf } from '../details.ts'
import { holdToTenant, numberOf } from '../opening.ts'
import {
  type Act,
  type ErrandKind,
  type Opening,
  type PlannedErrand,
  type Product,
  RuleBroken,
} from '../product.ts'
import { ms } from '../timing.ts'
import { collectionId, meaningOf } from './states.ts'

const { create, complete, sync } = operations.payscore

/** A created order waits an hour for its confirmation; the `package` lives as long. */
export const createdLivesMs = ms.hour

/** Opens an attempt. Nothing is owed yet: the amount is known when the service is completed. */
export const open: Product['open'] = (request, context) => {
  const { details, expiresMs } = request
  const { tenant, signer, notifyUrl, nowMs, draw } = context
  if (details.notify_url !== undefined)
    throw new RuleBroken(
      'filled_by_gateway',
      '/details/notify_url',
      'leave notify_url out: the gateway fills it',
    )
  holdToTenant(details, tenant, ['sub_mchid'])
  const input = given({
    ...details,
    service_id: details.service_id ?? tenant.service_id,
    sub_mchid: details.sub_mchid ?? tenant.sub_mchid,
    appid: details.appid ?? tenant.appid ?? signer.appid,
    sub_appid: details.sub_appid ?? tenant.sub_appid,
    out_order_no: numberOf(request, 'out_order_no') ?? draw(),
    need_user_confirm: details.need_user_confirm ?? true,
    notify_url: notifyUrl,
  })
  fit(create, input, signer.mode)
  // From here on the input is what the declaration says.
  const { service_id, sub_mchid, appid, sub_appid, out_order_no, currency } = input as unknown as Readonly<
    Record<string, string>
  >
  const amount = { minor: 0, currency: currency ?? '' }
  return {
    number: out_order_no ?? '',
    amount,
    parts: [{ id: collectionId, amount, fixed: true }],
    merchant: given({ mchid: signer.mchid, service_id, sub_mchid, appid, sub_appid } satisfies MerchantIds),
    errands: [{ step: 'create', operation: create, input }],
    // WeChat's hour cannot be made longer.
    expiresMs: Math.min(expiresMs ?? Number.POSITIVE_INFINITY, nowMs + createdLivesMs),
    payer: textOf(input, 'openid') ?? textOf(input, 'sub_openid'),
  } satisfies Opening
}

/** What the answer to `create` means; where nobody has to confirm, the service runs at once. */
export const createKind: ErrandKind = {
  read(result, number) {
    const created = result as ResultOfOperation<typeof create>
    const waits = serviceStage(created) === 'awaiting_confirmation'
    return {
      about: 'attempt',
      number,
      said: waits ? 'accepted' : meaningOf(created).said,
      word: [created.state, created.state_description].filter(Boolean).join('/'),
      step: 'create',
      kept: given({ package: created.package, order_id: created.order_id }),
    }
  },
}

/** How often an act can be tried anew under one order after a refusal. */
const tries = 9

/** The kinds of `complete` and `sync`, and of their later tries. */
export const laterKinds: Readonly<Record<string, ErrandKind>> = Object.fromEntries(
  ['complete', 'sync'].flatMap((name) =>
    Array.from({ length: tries }, (_, at) => stepName(name, at)).map((step) => [
      step,
      {
        read: (_result: unknown, number: string) =>
          ({ about: 'attempt', number, said: 'accepted', word: 'accepted', step }) as const,
      } satisfies ErrandKind,
    ]),
  ),
)

function stepName(name: string, at: number): string {
  return at === 0 ? name : `${name}_${at + 1}`
}

/** The next step of this name: a refused one may be made anew, an open one not. */
function stepOf(order: Order, number: string, name: string): string {
  const attempt = order.attempts.find((one) => one.number === number)
  const made = attempt?.errands.filter(({ step }) => step === name || step.startsWith(`${name}_`)) ?? []
  if (made.some((one) => answerOf(order, number, one) !== 'refused'))
    throw new RuleBroken(`${name}_already`, '/', `found a ${name} that is under way or was accepted`)
  if (made.length >= tries)
    throw new RuleBroken('too_many_tries', '/', `found ${made.length} refusals of ${name}`)
  return stepName(name, made.length)
}

/** The act that was sent and has no answer yet. */
export function unanswered(order: Order, { number, errands }: Attempt): Errand | undefined {
  return errands.find((one) => one.later && one.sends > 0 && answerOf(order, number, one) === undefined)
}

function planned(
  operation: OperationShape,
  { step, body, number }: { step: string; body: Loose; number: string },
): PlannedErrand {
  fit(operation, body, 'partner')
  return { step, operation, input: { ...body, out_order_no: number } }
}

const completing = [
  'post_payments',
  'post_discounts',
  'total_amount',
  'time_range',
  'location',
  'profit_sharing',
  'complete_time',
  'goods_tag',
] as const

/** Completes the service with the real amount, which WeChat Pay then collects by itself. */
export const completeAct: Act = {
  title: 'Complete the service (完结支付分订单)',
  plan({ order, attempt, details }) {
    if (attempt.state !== 'in_service')
      throw new RuleBroken('not_in_service', '/', `found ${attempt.state}, expected a confirmed order`)
    const { merchant } = attemptOf(order, attempt.number)
    const { service_id, sub_mchid, appid, sub_appid } = merchant
    const { currency } = attempt.amount
    const minor = details.total_amount ?? sumOf(details.post_payments) - sumOf(details.post_discounts)
    const body = given({
      ...only(details, completing),
      service_id,
      sub_mchid,
      appid: sub_appid ?? appid,
      total_amount: minor,
      currency,
    })
    const step = stepOf(order, attempt.number, 'complete')
    const errand = planned(complete, { step, body, number: attempt.number })
    // The declaration holds: it is a whole number, the sum of the lists.
    const amount = { minor: Number(minor), currency }
    return { errand, amount, parts: [{ id: collectionId, amount, fixed: true }] }
  },
}

function sumOf(list: unknown): number {
  let sum = 0
  mapList(list, ({ amount }) => {
    sum += typeof amount === 'number' ? amount : 0
  })
  return sum
}

/** Reports that the user has paid outside WeChat, so that nothing is collected any more. */
export const syncAct: Act = {
  title: 'Report a payment outside WeChat (同步订单信息)',
  plan({ order, attempt, details }) {
    if (attempt.state !== 'paying')
      throw new RuleBroken(
        'nothing_to_collect',
        '/',
        `found ${attempt.state}, expected a completed, unpaid order`,
      )
    const { service_id, sub_mchid } = attemptOf(order, attempt.number).merchant
    const { detail } = only(details, ['type', 'detail'])
    const paid = membersOf(detail).paid_amount
    if (paid !== undefined && paid !== attempt.amount.minor)
      throw new RuleBroken(
        'paid_amount_differs',
        '/details/detail',
        `expected ${attempt.amount.minor}, the whole amount`,
      )
    const body = given({ service_id, sub_mchid, type: details.type ?? 'Order_Paid', detail })
    const step = stepOf(order, attempt.number, 'sync')
    return { errand: planned(sync, { step, body, number: attempt.number }) }
  },
}

function attemptOf(order: Order, number: string) {
  const attempt = order.attempts.find((one) => one.number === number)
  if (!attempt) throw new TypeError('the view has an attempt that the order does not have')
  return attempt
}
