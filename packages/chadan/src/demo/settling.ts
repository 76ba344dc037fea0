/** When a day is over: nothing is expected any more, and everybody has been told. */

import { ApiRefused } from './api.ts'
import { type Get, type OrderHere, readHere } from './books.ts'
import type { Disagreement } from './comparison.ts'
import type { Apis } from './gateway.ts'
import type { Shop } from './shops.ts'
import type { DayClock } from './time.ts'
import type { Inbox } from './webhooks.ts'

const second = 1_000
/** What is not settled so long after the last order, does not settle. */
const withinMs = 45 * 60 * second
/** For so long the gateway's own schedule is waited for. */
const patienceMs = 2 * 60 * second
const unsettled = ['placing', 'unknown', 'awaiting_payment', 'in_service', 'paying', 'failing']
const refunding = ['placing', 'unknown', 'processing']

/** Where the gateway's books are. */
export interface Books {
  readonly get: Get
  readonly url: string
  readonly key: string
  /** Ids of the tenants of the day. */
  readonly tenants: readonly string[]
}

/** Waits until nothing is expected any more, or it has taken too long: then the comparison says what is open. */
export async function settled(
  { get, url, key, tenants }: Books,
  clock: DayClock,
  apis: Pick<Apis, 'of'>,
): Promise<void> {
  const untilMs = clock.now() + withinMs
  const lookFromMs = clock.now() + patienceMs
  const isOpen = ({ state, refunds }: OrderHere) =>
    unsettled.includes(state) || refunds.some((refund) => refunding.includes(refund.state))
  while (clock.now() < untilMs) {
    const open = (await readHere({ get, url, key, tenants })).filter(isOpen)
    if (open.length === 0) return
    // Whoever closes the till looks at what is still open, and looking is asking; what nobody paid ends with the day.
    if (clock.now() > lookFromMs)
      for (const { id, tenant, state } of open)
        if (state === 'awaiting_payment')
          await apis
            .of(tenant)
            .post(`/v1/orders/${id}/close`, { reason: 'the day is over' })
            .catch(letPaymentWin)
        else await get(`${url}/v1/orders/${id}`, { authorization: `Bearer ${key}`, 'chadan-tenant': tenant })
    await clock.pass(20 * second)
  }
}

// Paid at the last moment: then it is not closed, and that is right.
function letPaymentWin(error: unknown): void {
  if (!(error instanceof ApiRefused)) throw error
}

/** An event as the feed lists it. */
interface Event {
  readonly id: string
  readonly type: string
  readonly data: { readonly order: Pick<OrderHere, 'product' | 'reference' | 'number'> }
}

/** Waits until every event has reached its shop; those that do not are disagreements. */
export async function untold(given: {
  apis: Apis
  shops: readonly Shop[]
  inbox: Inbox
  clock: DayClock
}): Promise<Disagreement[]> {
  const { apis, shops, inbox, clock } = given
  const untilMs = clock.now() + withinMs
  const missing: Disagreement[] = []
  for (const { id } of shops) {
    const received = inbox.received(id)
    for (;;) {
      const late = (await eventsOf(apis, id)).filter((event) => !received.has(event.id))
      if (late.length === 0) break
      if (clock.now() > untilMs) {
        missing.push(...late.map(({ type, data: { order } }) => neverHeard(type, order)))
        break
      }
      await clock.pass(10 * second)
    }
  }
  return missing
}

function neverHeard(type: string, { product, reference, number }: Event['data']['order']): Disagreement {
  return { product, reference, number, what: 'event', here: type, there: 'the merchant was not told' }
}

/** All events of a shop, from the sequence that has no gaps. */
async function eventsOf(apis: Apis, shop: string): Promise<Event[]> {
  const events: Event[] = []
  for (let after = 0, more = true; more; ) {
    const page = await apis
      .of(shop)
      .get<{ data: Event[]; next: number; more: boolean }>(`/v1/events?limit=500&after=${after}`)
    events.push(...page.data)
    after = page.next
    more = page.more
  }
  return events
}
