/** Gathers what one decision does to an order, so that it is written in one transaction. */
import type { Act } from '../order/acts.ts'
import { act, hear } from '../order/apply.ts'
import type { LogEntry } from '../order/log.ts'
import type { Asked, Order } from '../order/order.ts'
import type { Observation } from '../order/reading.ts'
import type { Product } from '../products/product.ts'
import type { EventDraft, KeptFact, Write } from '../store/store.ts'
import { eventsOf } from './events.ts'

/** What a message left behind as evidence. */
export interface Evidence {
  readonly bytes: Uint8Array
  readonly serial?: string | undefined
  readonly requestId?: string | undefined
}

/** An order under change. */
export class Edit {
  readonly #product: Product
  readonly #atMs: number
  readonly #log: LogEntry[] = []
  readonly #facts: KeptFact[] = []
  readonly #events: EventDraft[] = []
  #order: Order | undefined

  constructor(order: Order | undefined, product: Product, atMs: number) {
    this.#order = order
    this.#product = product
    this.#atMs = atMs
  }

  /** The order as it stands now. */
  get order(): Order {
    if (!this.#order) throw new TypeError('no order was opened')
    return this.#order
  }

  /** The log entries so far, for those who count transitions. */
  get log(): readonly LogEntry[] {
    return this.#log
  }

  act(one: Act): this {
    const before = this.#order
    const { order, entry } = act(before, one, this.#product, this.#atMs)
    return this.#take(before, order, entry)
  }

  /** Takes in something heard; its bytes are kept when its meaning is new. */
  hear(observation: Observation, { bytes, serial, requestId }: Evidence): this {
    const before = this.order
    const { order, entry, fresh } = hear(before, observation, this.#product, this.#atMs)
    if (fresh) {
      const known = new Set(before.facts.map((one) => one.fingerprint))
      const added = order.facts.find((one) => !known.has(one.fingerprint))
      if (added)
        this.#facts.push({
          order: order.id,
          fingerprint: added.fingerprint,
          bytes,
          serial,
          requestId,
          heardMs: observation.heardMs,
        })
    }
    return this.#take(before, order, entry)
  }

  /**
   * Counts a question; not logged, since nothing follows from it but the schedule. One out of turn (somebody looked,
   * a payer waits) does not make those of the schedule rarer.
   */
  asked(
    number: string,
    atMs: number,
    answer: 'missing' | 'other',
    turn: 'in_turn' | 'extra' = 'in_turn',
  ): this {
    const { order } = this
    const before = order.asked[number]
    const missing = answer === 'missing' ? (before?.missing ?? 0) + 1 : 0
    const asked: Asked = {
      count: (before?.count ?? 0) + (turn === 'in_turn' ? 1 : 0),
      lastMs: atMs,
      missing,
      missingSinceMs: missing > 1 ? (before?.missingSinceMs ?? atMs) : atMs,
    }
    this.#order = { ...order, asked: { ...order.asked, [number]: asked } }
    return this
  }

  /** Begins the schedule of questions anew, as if nothing had been asked since the number was sent. */
  askSoon(number: string): this {
    const { order } = this
    const asked: Asked = { count: 0, lastMs: 0, missing: 0, missingSinceMs: 0 }
    this.#order = { ...order, asked: { ...order.asked, [number]: asked } }
    return this
  }

  /** A payer is waiting: questions come faster until then. */
  watch(untilMs: number): this {
    this.#order = { ...this.order, watchedUntilMs: untilMs }
    return this
  }

  /** Everything gathered. */
  write(more: Omit<Write, 'order' | 'log' | 'facts' | 'events'> = {}): Write {
    return { order: this.order, log: this.#log, facts: this.#facts, events: this.#events, ...more }
  }

  #take(before: Order | undefined, order: Order, entry: LogEntry | undefined): this {
    const changed = before !== undefined && before.view.state !== order.view.state
    this.#order = changed ? restart(before, order) : order
    if (entry) {
      this.#log.push(entry)
      this.#events.push(...eventsOf(before, order, this.#atMs))
    }
    return this
  }
}

/** Where an attempt's state changed, its questions begin anew: what comes next usually comes soon. */
function restart(before: Order, order: Order): Order {
  const changed = order.view.attempts.filter(
    (one) => before.view.attempts.find((was) => was.number === one.number)?.state !== one.state,
  )
  const asked = { ...order.asked }
  for (const { number } of changed) {
    const known = asked[number]
    if (known) asked[number] = { ...known, count: 0, missing: 0 }
  }
  return { ...order, asked }
}
