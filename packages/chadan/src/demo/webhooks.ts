/** A merchant's webhook door: verifies each message per the Standard Webhooks specification, keeps what it says. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DayClock } from './time.ts'

/** What a merchant knows of its orders, by its webhooks alone. */
export interface Inbox {
  /** The door: `POST /hooks/<shop>`. */
  receive(request: Request): Promise<Response>
  /** Waits until the order has reached one of these states; `undefined` when that takes longer. */
  reaches(order: string, states: readonly string[], withinMs: number): Promise<string | undefined>
  /** Waits until a refund of the order has ended. */
  refunded(order: string, reference: string, withinMs: number): Promise<string | undefined>
  /** Ids of the events a shop has received, each once. */
  received(shop: string): ReadonlySet<string>
  /** How many deliveries came, repeated ones among them. */
  readonly deliveries: number
  /** How many were refused: unsigned, or signed wrong. */
  readonly refused: number
}

interface Told {
  readonly id: string
  readonly type: string
  readonly order: string
  readonly order_seq: number
  readonly data: { readonly order: { readonly state: string; readonly refunds: readonly Refund[] } }
}

interface Refund {
  readonly reference: string
  readonly state: string
}

const toleranceMs = 5 * 60_000
const ended = ['succeeded', 'refused', 'closed', 'abnormal', 'change', 'failed']

/** Opens the inbox; `secrets` are those of each shop's endpoint, `whsec_…`. */
export function openInbox(secrets: ReadonlyMap<string, string>, clock: DayClock): Inbox {
  const latest = new Map<string, Told>()
  const seen = new Map<string, Set<string>>([...secrets.keys()].map((shop) => [shop, new Set()]))
  const waiting = new Map<string, Set<() => void>>()
  const count = { deliveries: 0, refused: 0 }

  function until<T>(order: string, look: () => T | undefined, withinMs: number): Promise<T | undefined> {
    const now = look()
    if (now !== undefined) return Promise.resolve(now)
    const checks = waiting.get(order) ?? new Set()
    waiting.set(order, checks)
    return new Promise((resolve) => {
      const end = (found: T | undefined) => {
        checks.delete(check)
        cancel()
        resolve(found)
      }
      const check = () => {
        const found = look()
        if (found !== undefined) end(found)
      }
      const cancel = clock.after(withinMs, () => end(undefined))
      checks.add(check)
    })
  }

  return {
    async receive(request) {
      const shop = new URL(request.url).pathname.split('/').at(-1) ?? ''
      const body = await request.text()
      const secret = secrets.get(shop)
      if (!secret || !isSigned(request.headers, body, secret, clock.now())) {
        count.refused++
        return new Response(null, { status: 401 })
      }
      count.deliveries++
      const told = JSON.parse(body) as Told
      seen.get(shop)?.add(told.id)
      // Repeated and late ones tell nothing new: only what is behind the newest counts.
      if (told.order_seq > (latest.get(told.order)?.order_seq ?? -1)) latest.set(told.order, told)
      for (const check of [...(waiting.get(told.order) ?? [])]) check()
      return new Response(null, { status: 204 })
    },
    reaches: (order, states, withinMs) =>
      until(
        order,
        () => {
          const state = latest.get(order)?.data.order.state
          return state !== undefined && states.includes(state) ? state : undefined
        },
        withinMs,
      ),
    refunded: (order, reference, withinMs) =>
      until(
        order,
        () => {
          const refund = latest.get(order)?.data.order.refunds.find((one) => one.reference === reference)
          return refund && ended.includes(refund.state) ? refund.state : undefined
        },
        withinMs,
      ),
    received: (shop) => seen.get(shop) ?? new Set(),
    get deliveries() {
      return count.deliveries
    },
    get refused() {
      return count.refused
    },
  }
}

/** Whether a message carries a signature of this secret that is no older than five minutes. */
export function isSigned(headers: Headers, body: string, secret: string, nowMs: number): boolean {
  const [id, stamp] = [headers.get('webhook-id'), headers.get('webhook-timestamp')]
  if (!id || !stamp || Math.abs(nowMs - Number(stamp) * 1000) > toleranceMs) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${stamp}.${body}`).digest()
  return (headers.get('webhook-signature') ?? '').split(' ').some((one) => {
    const [version, text = ''] = one.split(',')
    const given = Buffer.from(text, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
