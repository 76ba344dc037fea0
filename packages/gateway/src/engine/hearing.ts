/** Hears notices of WeChat Pay: verified, committed, then answered. */
import { NoticeRefused, type RawNotice } from '@chadan/client'
import { everyNotification } from '@chadan/protocol'
import type { LogEntry } from '../order/log.ts'
import type { MerchantIds, Order, ProductId } from '../order/order.ts'
import type { Observation, Reading } from '../order/reading.ts'
import type { Heard, Product } from '../products/product.ts'
import type { Counter } from './counter.ts'
import type { Signer } from './desk.ts'
import { Edit } from './edit.ts'
import { tellTransitions } from './hands.ts'
import { suspend } from './suspense.ts'

const trusts = new Map(everyNotification.map((one) => [one.id as string, one.trust]))

type Notice = Awaited<ReturnType<Signer['client']['notifications']['receive']>>

/** Answers one message. Success only after the commit, and only when the order is ours. */
export async function hearNotice(
  counter: Counter,
  signerId: string,
  productId: ProductId,
  message: Request | RawNotice,
): Promise<Response> {
  const { desk } = counter
  const startMs = desk.clock.now()
  const tell = (kind: string, result: NoticeResult) =>
    desk.watch.notice?.({ kind, result, ms: desk.clock.now() - startMs })
  const signer = await desk.signer(signerId)
  const product = Object.hasOwn(desk.products, productId) ? desk.products[productId] : undefined
  if (!signer || !product) return new Response(null, { status: 404 })
  let notice: Notice
  try {
    notice = await signer.client.notifications.receive(message)
  } catch (error) {
    if (!(error instanceof NoticeRefused)) throw error
    tell('unverified', error.probe ? 'probe' : 'refused')
    return error.response
  }
  try {
    const heard = product.hear(notice)
    if (!heard && Object.values(desk.products).some((one) => one.hear(notice))) {
      // Accepted, it would be lost: whoever configured the address hears of it.
      tell(notice.type, 'other_ids')
      return notice.reject('a notice of another product')
    }
    // Verified, but no order's matter (a check of the address): accepted.
    if (!heard) return await notice.accept()
    const result = await take(counter, { signer, product, notice, heard })
    tell(notice.type, result)
    if (result === 'other_ids') return notice.reject('these ids are not the order’s')
    return await notice.accept()
  } catch (error) {
    desk.watch.failed?.(`hearing ${notice.type}`, error)
    tell(notice.type, 'failed')
    return notice.reject('the receiver failed; send it again')
  }
}

/**
 * When the platform made a notice; never later than it was heard, whatever its clock says. Its times
 * are whole seconds: the end of the second is taken, since a call answered within it came before.
 */
function madeMs({ createTime }: Notice, heardMs: number): number {
  const stated = createTime === undefined ? Number.NaN : Date.parse(createTime)
  return Number.isNaN(stated) ? heardMs : Math.min(stated + 999, heardMs)
}

interface Taken {
  readonly outcome: Extract<NoticeResult, 'ok' | 'duplicate' | 'unknown_order' | 'other_ids'>
  readonly log: readonly LogEntry[]
}

type NoticeResult = 'ok' | 'duplicate' | 'refused' | 'probe' | 'unknown_order' | 'other_ids' | 'failed'

async function take(
  counter: Counter,
  { signer, product, notice, heard }: { signer: Signer; product: Product; notice: Notice; heard: Heard },
): Promise<NoticeResult> {
  const { desk } = counter
  const { bytes, serial, heardMs } = notice.evidence
  const nowMs = desk.clock.now()
  const find = { signer: signer.facts.id, kind: heard.kind, number: heard.number }
  const done = await desk.store.change<Taken>(find, ({ order }) => {
    if (!order) return { result: { outcome: 'unknown_order', log: [] } }
    const ours = order.product === product.id && sameIds(order, heard)
    if (!ours) return { result: { outcome: 'other_ids', log: [] } }
    const reading = aboutOurNumber(order, heard)
    const edit = new Edit(order, product, nowMs)
    const observation: Observation = {
      source: 'notice',
      by: notice.type,
      trust: trusts.get(notice.type) ?? 'channel',
      verified: true,
      askedMs: madeMs(notice, heardMs),
      heardMs,
      reading,
    }
    const facts = order.facts.length
    edit.hear(observation, { bytes, serial })
    // What proves too little only makes us ask (X11).
    if (!heard.complete) edit.askSoon(reading.number)
    const outcome = edit.order.facts.length > facts ? 'ok' : 'duplicate'
    return { result: { outcome, log: edit.log }, write: edit.write() }
  })
  if (done.outcome === 'unknown_order' || done.outcome === 'other_ids') {
    const found = { ...find, product, by: notice.type, reading: heard.reading, why: done.outcome }
    await suspend(counter, signer, found, { bytes, heardMs })
    return done.outcome
  }
  tellTransitions(desk, product, done.log)
  counter.nudge()
  return done.outcome
}

/** Ids that both sides have must be equal. */
function sameIds(order: Order, { kind, number, ids }: Heard): boolean {
  const refund = order.refunds.find((one) => kind === 'refund' && one.number === number)
  const attempt =
    order.attempts.find((one) => one.number === (refund?.attempt ?? number)) ??
    order.attempts.find((one) => one.parts.some((part) => part.id === number))
  if (!attempt) return false
  const known: MerchantIds[] = [attempt.merchant, ...attempt.parts.flatMap((part) => part.merchant ?? [])]
  const names = ['mchid', 'sub_mchid', 'appid', 'sub_appid', 'service_id', 'corpid'] as const
  return names.every((name) => {
    const said = ids[name]
    const ours = known.map((one) => one[name]).filter((one) => one !== undefined)
    return said === undefined || ours.length === 0 || ours.includes(said)
  })
}

/** A notice may name a part's number (a sub-order): the reading is about the attempt that holds it. */
function aboutOurNumber(order: Order, { kind, number, reading }: Heard): Reading {
  if (kind === 'refund' || order.attempts.some((one) => one.number === reading.number)) return reading
  const holder = order.attempts.find((one) => one.parts.some((part) => part.id === number))
  return holder ? { ...reading, number: holder.number } : reading
}
