/** Orders placed and paid without pause while something goes wrong, and what must be so when it is over. */
import assert from 'node:assert/strict'
import { type Answered, type ProcessDesk, until } from './processes-desk.ts'

/** A load that goes on until it is stopped. */
export interface Load {
  /** Orders as their placing was answered, by reference. */
  readonly placed: ReadonlyMap<string, Answered['body']>
  /** Resolves when so many more were answered. */
  more(count: number): Promise<void>
  /** Places no more, and waits for what is under way. */
  stop(): Promise<void>
}

/** Places orders on several lines at once; four of five are paid. */
export function beginLoad(desk: ProcessDesk, lines = 6): Load {
  const placed = new Map<string, Answered['body']>()
  let on = true
  let next = 0
  async function line(): Promise<void> {
    while (on) {
      const reference = `visit-${next++}`
      const order = await desk.place(reference)
      placed.set(reference, order)
      if (next % 5 > 0) await desk.pay(order.number)
    }
  }
  const working = Promise.all(Array.from({ length: lines }, line))
  // Who stops learns of it; a desk that was closed before ends the lines.
  working.catch(() => {})
  return {
    placed,
    async more(count) {
      const enough = placed.size + count
      await until(async () => placed.size >= enough)
    },
    async stop() {
      on = false
      await working
    },
  }
}

/** Waits until both books agree, then holds what was acknowledged to what is kept. */
export async function assertAllThere(desk: ProcessDesk, { placed }: Load): Promise<void> {
  let differences: readonly string[] = []
  await until(async () => {
    differences = await differencesOf(desk)
    return differences.length === 0
  }, AbortSignal.timeout(60_000)).catch(() => assert.fail(`the books differ: ${differences.join('; ')}`))

  const orders = new Map((await desk.orders()).map((one) => [one.reference, one]))
  for (const [reference, { id, number, version }] of placed) {
    const order = orders.get(reference)
    assert.deepEqual([order?.id, order?.number], [id, number], `${reference} was acknowledged`)
    assert.ok(order.version >= version, `${reference} was acknowledged at version ${version}`)
  }
  const books = await desk.books()
  assert.equal(orders.size, books.size, 'there is no order that the other side does not know')
  for (const order of orders.values()) {
    const told = books.get(order.number)?.notices.some(({ state }) => state === 'accepted')
    if (!told) continue
    const { body } = await desk.call('GET', `/v1/orders/${order.id}/facts`)
    const sources = body.data.map((one: { source: string }) => one.source)
    assert.ok(sources.includes('notice'), `a notice of ${order.reference} was acknowledged: ${sources}`)
  }
  await assertFeed(desk, orders)
}

async function differencesOf(desk: ProcessDesk): Promise<readonly string[]> {
  const books = await desk.books()
  const orders = await desk.orders()
  const open = orders.filter(({ state }) => state === 'placing' || state === 'unknown')
  const differing = orders.filter(
    ({ number, state }) => (books.get(number)?.paidMinor === 163) !== (state === 'paid'),
  )
  return [...open, ...differing].map(
    ({ number, state }) => `${state} here, ${books.get(number)?.state} there`,
  )
}

/** Each payment was told once, in a sequence without a gap. */
async function assertFeed(desk: ProcessDesk, orders: ReadonlyMap<string, Answered['body']>): Promise<void> {
  const events: Answered['body'][] = []
  const paid = [...orders.values()].filter(({ state }) => state === 'paid').length
  await until(async () => {
    events.length = 0
    for (let more = true; more; ) {
      const { body } = await desk.call('GET', `/v1/events?limit=500&after=${events.at(-1)?.seq ?? 0}`)
      events.push(...body.data)
      more = body.more
    }
    return events.filter(({ type }) => type === 'order.paid').length >= paid
  })
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, at) => at + 1),
  )
  const told = events.filter(({ type }) => type === 'order.paid').map(({ data }) => data.order.id)
  assert.equal(new Set(told).size, told.length, 'no payment was told twice')
  assert.equal(told.length, paid)
}
