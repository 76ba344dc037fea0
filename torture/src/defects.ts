/**
 * Planted defects: small patches of behaviour, put on from outside. Each must be caught, or the harness
 * does not see. Nothing of production code knows of them.
 */
import { type Parts, type Row, soundParts } from './core/engine.ts'
import {
  type Act,
  Declined,
  Edit,
  type Observation,
  type Order,
  type Product,
  presentOrder,
  type Reading,
  type Store,
  settled,
  type Write,
} from './gateway.ts'
import type { Adaptation } from './whole/node.ts'

/** A defect of the core. */
export interface CoreDefect {
  /** What it does wrong. */
  readonly what: string
  parts(): Parts
}

/** A defect of the whole product. */
export interface WholeDefect {
  readonly what: string
  adapt(): Adaptation
}

const core = (what: string, changed: Partial<Parts>): CoreDefect => ({
  what,
  parts: () => ({ ...soundParts, ...changed }),
})
const hearing = (what: string, change: (order: Order, observation: Observation) => Observation | undefined) =>
  core(what, { hearing: change })
const saying = (observation: Observation, changed: Partial<Reading>): Observation => ({
  ...observation,
  reading: { ...observation.reading, ...changed } as Reading,
})
const isOf = (order: Order, number: string) => order.view.attempts.find((one) => one.number === number)
const ordered = (order: Order, { number }: Reading) =>
  order.attempts.find((one) => one.number === number)?.amount

/** An edit that adds something of its own to what it is told. */
class MeddlingEdit extends Edit {
  readonly #meddle: (edit: Edit, act: Act) => void
  readonly #counting: ((edit: Edit, number: string, atMs: number) => void) | undefined
  constructor(
    order: Order | undefined,
    product: Product,
    atMs: number,
    meddle: (edit: Edit, act: Act) => void,
    counting?: (edit: Edit, number: string, atMs: number) => void,
  ) {
    super(order, product, atMs)
    this.#meddle = meddle
    this.#counting = counting
  }
  override act(one: Act): this {
    super.act(one)
    this.#meddle(this, one)
    return this
  }
  override asked(...[number, atMs, ...more]: Parameters<Edit['asked']>): this {
    super.asked(number, atMs, ...more)
    this.#counting?.(this, number, atMs)
    return this
  }
}

/** A state that nobody at the provider said. */
function invent(edit: Edit, number: string, said: 'closed' | 'failed', atMs: number): void {
  if (settled.includes(isOf(edit.order, number)?.state ?? 'closed')) return
  const reading: Reading = { about: 'attempt', number, said, word: 'INVENTED' }
  const made = { source: 'operator', by: 'clock', trust: 'operator', verified: true } as const
  edit.hear({ ...made, askedMs: atMs, heardMs: atMs, reading }, { bytes: new Uint8Array() })
}

const written = (what: string, change: (row: Row | undefined, made: Row) => Row) =>
  core(what, { write: change })
const withoutMark = (code: string) => (_row: Row | undefined, made: Row) => ({
  ...made,
  order: {
    ...made.order,
    view: { ...made.order.view, marks: made.order.view.marks.filter((one) => one.code !== code) },
  },
})

/** Defects of the core by name. */
export const coreDefects: Readonly<Record<string, CoreDefect>> = {
  failed_after_retries: core('calls an order failed when it was asked for often enough', {
    edit: (order, product, atMs) =>
      new MeddlingEdit(
        order,
        product,
        atMs,
        () => {},
        (edit, number, at) => {
          if ((edit.order.asked[number]?.count ?? 0) >= 4) invent(edit, number, 'failed', at)
        },
      ),
  }),
  closed_by_the_clock: core('calls an order closed when its time is over', {
    edit: (order, product, atMs) =>
      new MeddlingEdit(order, product, atMs, (edit, act) => {
        if (act.act === 'end') invent(edit, act.number, 'closed', act.atMs)
      }),
  }),
  no_close_before_paying_again: core('opens another number while the first can be paid', {
    mayPayAgain: () => true,
  }),
  close_without_fence: hearing(
    'takes the first "not found" of an order that is to end for its end',
    (order, one) => {
      const closing = order.attempts.find((attempt) => attempt.number === one.reading.number)?.closing
      return one.reading.said === 'not_found' && closing ? saying(one, { said: 'closed' }) : one
    },
  ),
  not_found_is_the_end: hearing('takes "not found" for the end of an order', (_order, one) =>
    one.reading.said === 'not_found' && one.reading.about === 'attempt'
      ? saying(one, { said: 'failed' })
      : one,
  ),
  fence_too_early: hearing('believes "never placed" while a copy may still arrive', (_order, one) =>
    one.reading.said === 'not_found' && one.reading.about === 'attempt'
      ? saying(one, { said: 'never_placed' })
      : one,
  ),
  new_refund_number_on_retry: core('sends a refund again under another number', {
    numberOf: (number, errand) => (errand.sends > 1 ? `${number}x${errand.sends}` : number),
  }),
  no_refund_bound: core('does not compare refunds with what was taken', { checkBound: () => {} }),
  refund_bound_without_parts: core('compares refunds with the whole alone', {
    checkBound: (order, refund) => {
      const attempt = order.view.attempts.find((one) => one.number === refund.attempt)
      const before = order.view.refunds.filter(
        (one) => one.attempt === refund.attempt && one.state !== 'refused' && one.state !== 'closed',
      )
      const total = before.reduce((sum, one) => sum + one.amount.minor, refund.amount.minor)
      if (!attempt || total > attempt.taken) throw new Declined('refund_exceeds_order', 'too much')
    },
  }),
  stuck_refunds_are_free: core('refunds again what a stuck refund still holds', {
    checkBound: (order, refund) => {
      const free = (state: string) => ['abnormal', 'change', 'failed'].includes(state)
      const view = { ...order.view, refunds: order.view.refunds.filter((one) => !free(one.state)) }
      soundParts.checkBound({ ...order, view }, refund)
    },
  }),
  refund_bound_counts_done_only: core('does not count refunds under way', {
    checkBound: (order, refund) => {
      const refunds = order.view.refunds.filter((one) => one.state === 'succeeded')
      soundParts.checkBound({ ...order, view: { ...order.view, refunds } }, refund)
    },
  }),
  double_payment_unnoticed: written(
    'raises no mark when two numbers were paid',
    withoutMark('double_payment'),
  ),
  mismatch_unnoticed: written('raises no mark when another amount was paid', withoutMark('amount_mismatch')),
  late_payment_unmarked: written(
    'raises no mark when money came after the end',
    withoutMark('paid_after_close'),
  ),
  late_success_ignored: hearing('ignores a payment of a closed order', (order, one) =>
    one.reading.said === 'paid' && isOf(order, one.reading.number)?.state === 'closed' ? undefined : one,
  ),
  no_late_questions: core('never asks again for what has ended', {
    plan: (order, product) => {
      const step = soundParts.plan(order, product)
      const state = step && 'number' in step ? isOf(order, step.number)?.state : undefined
      return step?.step === 'ask' && (state === 'closed' || state === 'failed') ? undefined : step
    },
  }),
  questions_end: core('stops asking after a while', {
    plan: (order, product) => {
      const step = soundParts.plan(order, product)
      const count = step && 'number' in step ? (order.asked[step.number]?.count ?? 0) : 0
      return count > 3 && (step?.step === 'ask' || step?.step === 'ask_refund') ? undefined : step
    },
  }),
  fingerprint_missing: hearing('takes every repetition for news', (_order, one) =>
    saying(one, { word: `${one.reading.word} ${one.heardMs}` }),
  ),
  old_notice_wins: written('lets an old message take a payment back', (row, made) => {
    const heard = made.log.at(-1)?.input
    const said = heard?.kind === 'heard' ? heard.observation.reading.said : undefined
    const back = said === 'awaiting_payment' || said === 'not_found' || said === 'closed'
    if (row?.order.view.state !== 'paid' || !back) return made
    const attempts = made.order.view.attempts.map((one) => ({ ...one, state: 'awaiting_payment' as const }))
    return { ...made, order: { ...made.order, view: { ...made.order.view, attempts } } }
  }),
  notice_amount_not_compared: hearing('believes that what was paid is what was asked for', (order, one) => {
    const amount = ordered(order, one.reading)
    return one.reading.said === 'paid' && amount
      ? saying(one, { amount, parts: undefined } as Partial<Reading>)
      : one
  }),
  amounts_not_needed: hearing('believes a payment that names no amount', (order, one) => {
    const amount = ordered(order, one.reading)
    return one.reading.said === 'paid' && amount && !one.reading.amount ? saying(one, { amount }) : one
  }),
  timeout_is_a_refusal: core('takes a lost answer for a refusal', {
    readEnding: (given) => {
      const { ending } = given
      const refused = { ended: 'refused', verified: true, kind: 'final' } as const
      return soundParts.readEnding(ending.ended === 'lost' ? { ...given, ending: refused } : given)
    },
  }),
  busy_is_a_refusal: core('takes 429 and 5xx for refusals', {
    readEnding: (given) => {
      const { ending } = given
      const open = ending.ended === 'refused' && ending.kind === 'open'
      const refused = { ended: 'refused', verified: true, kind: 'final' } as const
      return soundParts.readEnding(open ? { ...given, ending: refused } : given)
    },
  }),
  processing_is_done: hearing('calls a refund done when it was accepted', (_order, one) =>
    one.reading.about === 'refund' && one.reading.said === 'processing'
      ? saying(one, { said: 'succeeded' })
      : one,
  ),
  change_is_done: hearing('calls a refund done whose money went to the merchant', (_order, one) =>
    one.reading.said === 'change' ? saying(one, { said: 'succeeded' }) : one,
  ),
  abnormal_is_closed: hearing('calls a stuck refund withdrawn', (_order, one) =>
    one.reading.said === 'abnormal' ? saying(one, { said: 'closed' }) : one,
  ),
  closed_refund_is_done: hearing('calls a withdrawn refund done', (_order, one) =>
    one.reading.about === 'refund' && one.reading.said === 'closed'
      ? saying(one, { said: 'succeeded' })
      : one,
  ),
  paying_is_paid: hearing('calls an order paid while the payment runs', (order, one) => {
    const amount = ordered(order, one.reading)
    return one.reading.said === 'paying' && amount ? saying(one, { said: 'paid', amount }) : one
  }),
  failed_payment_ignored: hearing('ignores that an order ended unpaid', (_order, one) =>
    one.reading.about === 'attempt' && (one.reading.said === 'failed' || one.reading.said === 'closed')
      ? undefined
      : one,
  ),
  version_stays: written('does not raise the version', (row, made) => ({
    ...made,
    order: { ...made.order, version: row?.order.version ?? made.order.version },
    log: made.log.map((one) => ({ ...one, version: Math.max(1, one.version - (row ? 1 : 0)) })),
  })),
  log_entries_lost: written('loses every fifth log entry', (_row, made) => ({
    ...made,
    log: made.log.filter((one) => one.version % 5 !== 0),
  })),
  event_twice: written('writes an event twice', (row, made) => {
    const fresh = made.events.slice(row?.events.length ?? 0)
    const again = fresh
      .filter((one) => one.type === 'order.paid')
      .map((one) => ({ ...one, id: `${one.id}b` }))
    return { ...made, events: [...made.events, ...again] }
  }),
  event_missing: written('forgets the event of a payment', (_row, made) => ({
    ...made,
    events: made.events.filter((one) => one.type !== 'order.paid'),
  })),
  event_of_another_version: written('tells another state than that of the event', (row, made) => ({
    ...made,
    events: made.events.map((one, index) =>
      index < (row?.events.length ?? 0) ? { ...one, data: { order: presentOrder(made.order) } } : one,
    ),
  })),
  evidence_missing: written('changes states without naming what proves it', (row, made) => ({
    ...made,
    log: made.log.map((one, index) =>
      index < (row?.log.length ?? 0) ? one : { ...one, evidence: undefined },
    ),
  })),
  // Two last lines at once: what one of them lets through, the other must have caught.
  paid_twice_in_silence: core('opens a second number too early, and does not notice that both were paid', {
    mayPayAgain: () => true,
    write: withoutMark('double_payment'),
  }),
  late_money_lost_twice: core('ignores late payments, and never asks for them', {
    hearing: (order, one) =>
      one.reading.said === 'paid' && isOf(order, one.reading.number)?.state === 'closed' ? undefined : one,
    plan: (order, product) => {
      const step = soundParts.plan(order, product)
      const state = step && 'number' in step ? isOf(order, step.number)?.state : undefined
      return step?.step === 'ask' && (state === 'closed' || state === 'failed') ? undefined : step
    },
  }),
}

type Change = Store['change']

/** A store whose writes are changed on their way. */
const storing = (
  what: string,
  change: (given: {
    store: Store
    find: Parameters<Change>[0]
    decide: Parameters<Change>[1]
  }) => Promise<unknown>,
): WholeDefect => ({
  what,
  adapt: () => ({
    store: (store) =>
      replaced(store, {
        change: ((find: Parameters<Change>[0], decide: Parameters<Change>[1]) =>
          change({ store, find, decide })) as Change,
      }),
  }),
})

/** Every write, changed. */
const writing = (what: string, alter: (write: Write) => Write | undefined): WholeDefect =>
  storing(what, ({ store, find, decide }) =>
    store.change(find, (found) => {
      const decision = decide(found)
      return decision.write ? { ...decision, write: alter(decision.write) } : decision
    }),
  )

function replaced<T extends object>(inner: T, changed: Partial<T>): T {
  return new Proxy(inner, {
    get: (target, name) => (name in changed ? changed[name as keyof T] : target[name as keyof T]),
  })
}

const store = (what: string, change: (inner: Store) => Partial<Store>): WholeDefect => ({
  what,
  adapt: () => ({ store: (inner) => replaced(inner, change(inner)) }),
})

const product = (what: string, change: (all: Product) => Partial<Product>): WholeDefect => ({
  what,
  adapt: () => ({
    products: (all) =>
      Object.fromEntries(
        Object.entries(all).map(([id, one]) => [id, { ...one, ...change(one) }]),
      ) as unknown as typeof all,
  }),
})

/** A product whose answers are read otherwise. */
const reading = (what: string, change: (reading: Reading) => Reading): WholeDefect =>
  product(what, (one) => ({
    ask: (order, attempt) =>
      one
        .ask(order, attempt)
        .map((asked) => ({ ...asked, read: (result) => change(asked.read(result)) as never })),
    askRefund: (order, refund) =>
      one
        .askRefund(order, refund)
        .map((asked) => ({ ...asked, read: (result) => change(asked.read(result)) as never })),
    hear: (notice) => {
      const heard = one.hear(notice)
      return heard && { ...heard, reading: change(heard.reading) }
    },
    errands: Object.fromEntries(
      Object.entries(one.errands).map(([step, kind]) => [
        step,
        { ...kind, read: (result, number, order) => change(kind.read(result, number, order)) },
      ]),
    ),
  }))

/** Defects of the whole product by name. */
export const wholeDefects: Readonly<Record<string, WholeDefect>> = {
  outbox_in_its_own_transaction: storing(
    'writes events after the change, in another transaction',
    async ({ store: inner, find, decide }) => {
      let events: Write['events']
      const result = await inner.change(find, (found) => {
        const decision = decide(found)
        events = decision.write?.events
        return decision.write ? { ...decision, write: { ...decision.write, events: [] } } : decision
      })
      const [first] = events ?? []
      if (first)
        await inner.change({ id: first.order }, ({ order }) =>
          order ? { result: undefined, write: { order, events } } : { result: undefined },
        )
      return result
    },
  ),
  acknowledged_before_commit: {
    what: 'answers a notice before it is kept',
    adapt: () => ({
      gateway: (inner, node) =>
        replaced(inner, {
          hear: async (signer, id, request) => {
            // The network hands over requests alone.
            const copy = (request as Request).clone()
            node.clock.after(2_000, () => void inner.hear(signer, id, copy).catch(() => {}))
            if (id === 'payinsurance') return inner.hear(signer, id, request)
            return id === 'wecom' ? new Response('success') : new Response(null, { status: 204 })
          },
        }),
    }),
  },
  sent_is_delivered: store('takes a webhook that was sent for one that arrived', (inner) => ({
    settleDelivery: (claim, id, outcome) =>
      inner.settleDelivery(
        claim,
        id,
        outcome.state === 'sent' ? { ...outcome, state: 'acknowledged' } : outcome,
      ),
  })),
  failed_delivery_is_skipped: store('gives up a webhook at the first failure', (inner) => ({
    settleDelivery: (claim, id, outcome) =>
      inner.settleDelivery(
        claim,
        id,
        outcome.state === 'due' && outcome.lastError !== undefined
          ? { ...outcome, state: 'skipped' }
          : outcome,
      ),
  })),
  webhooks_tell_the_newest: store('tells the state of now instead of that of the event', (inner) => ({
    claimDeliveries: async (nowMs, limit, claim, except) => {
      const claimed = await inner.claimDeliveries(nowMs, limit, claim, except)
      return Promise.all(
        claimed.map(async (one) => {
          const order = await inner.find({ id: one.event.order })
          return order ? { ...one, event: { ...one.event, data: { order: presentOrder(order) } } } : one
        }),
      )
    },
  })),
  lease_without_claim_id: {
    what: 'writes before an effect whoever holds the order',
    adapt: () => ({
      store: (inner) =>
        replaced(inner, {
          change: ((find: Parameters<Change>[0], decide: Parameters<Change>[1]) =>
            inner.change(find, (found) => {
              const decision = decide(found)
              const claim = decision.write?.claim
              if (!decision.write || !claim?.must) return decision
              return { ...decision, write: { ...decision.write, claim: { ...claim, must: false } } }
            })) as Change,
        }),
    }),
  },
  leases_without_end: store('never lets a lease run out', (inner) => ({
    claimDue: (nowMs, limit, claim) => inner.claimDue(nowMs, limit, { ...claim, untilMs: nowMs + 1e12 }),
    claim: (id, nowMs, claim) => inner.claim(id, nowMs, { ...claim, untilMs: nowMs + 1e12 }),
  })),
  sends_unwritten: storing('sends without writing it first', ({ store: inner, find, decide }) =>
    inner.change(find, (found) => {
      const decision = decide(found)
      const last = decision.write?.log?.at(-1)?.input
      const isSend = last?.kind === 'act' && last.act.act === 'send' && decision.write?.claim?.must
      return isSend ? { result: decision.result } : decision
    }),
  ),
  log_in_another_order: writing('loses log entries of some changes', (write) => ({
    ...write,
    log: write.log?.filter((one) => one.version % 4 !== 0),
  })),
  event_without_a_change: writing('tells of a payment twice', (write) => ({
    ...write,
    events: write.events?.flatMap((one) =>
      one.type === 'order.paid' ? [one, { ...one, id: `${one.id}x`, orderSeq: one.orderSeq + 50 }] : [one],
    ),
  })),
  openid_in_events: {
    what: 'puts the payer into what is told',
    adapt: () => {
      const payers = new Map<string, string>()
      return writing('', (write) => {
        if (write.payer !== undefined) payers.set(write.order.id, write.payer)
        const payer = payers.get(write.order.id)
        return { ...write, events: write.events?.map((one) => ({ ...one, data: { ...one.data, payer } })) }
      }).adapt()
    },
  },
  purged_while_unsettled: store('forgets the prepared bytes of orders that are not settled', (inner) => ({
    bytes: async (id) => (id.endsWith('/input') ? inner.bytes(id) : undefined),
  })),
  purged_wholly: store('forgets bytes and inputs of orders that are not settled', () => ({
    bytes: async () => undefined,
  })),
  budget_of_each_node: store('counts the rate of each node alone', () => ({
    takeBudget: async (_name, _windowMs, _limit, want) => want,
  })),
  strangers_may_look: {
    what: 'shows an order to every tenant',
    adapt: () => ({
      gateway: (inner, node) =>
        replaced(inner, {
          look: async (caller, id, more) => {
            const order = await node.store.find({ id })
            return inner.look({ ...caller, tenant: order?.tenant ?? caller.tenant }, id, more)
          },
        }),
    }),
  },
  strangers_may_close: {
    what: "lets every tenant close another's order",
    adapt: () => ({
      gateway: (inner, node) =>
        replaced(inner, {
          close: async (caller, id, more) => {
            const order = await node.store.find({ id })
            return inner.close({ ...caller, tenant: order?.tenant ?? caller.tenant }, id, more)
          },
        }),
    }),
  },
  same_reference_other_content: {
    what: 'answers another request with the order of the same reference',
    adapt: () => ({
      gateway: (inner, node) =>
        replaced(inner, {
          place: async (caller, request, more) => {
            try {
              return await inner.place(caller, request, more)
            } catch (error) {
              if (!(error instanceof Declined) || error.code !== 'reference_taken') throw error
              const order = await node.store.find({ tenant: caller.tenant, reference: request.reference })
              if (!order) throw error
              return { order, nextAskMs: undefined, repeated: true }
            }
          },
        }),
    }),
  },
  forged_notices_accepted: {
    what: 'answers what does not verify like what does',
    adapt: () => ({
      gateway: (inner) =>
        replaced(inner, {
          hear: async (signer, id, request) => {
            const response = await inner.hear(signer, id, request)
            return response.status === 401 ? new Response(null, { status: 204 }) : response
          },
        }),
    }),
  },
  notices_not_kept: {
    what: 'answers every notice and keeps none',
    adapt: () => ({
      gateway: (inner) =>
        replaced(inner, {
          hear: async (_signer, id) =>
            id === 'payinsurance'
              ? new Response('<xml><return_code>SUCCESS</return_code></xml>')
              : id === 'wecom'
                ? new Response('success')
                : new Response(null, { status: 204 }),
        }),
    }),
  },
  refund_done_when_accepted: reading('calls a refund done when it was accepted', (one) =>
    one.about === 'refund' && one.said === 'processing' ? { ...one, said: 'succeeded' } : one,
  ),
  one_leg_is_enough: reading('calls an order paid when one of its parts is', (one) => {
    if (one.about !== 'attempt' || one.said === 'paid') return one
    const part = one.parts?.some((each) => each.said === 'paid')
    return part ? { ...one, said: 'paid', parts: undefined, contradicts: undefined } : one
  }),
  waiting_is_closed: reading('calls an order closed that waits for its payer', (one) =>
    one.about === 'attempt' && one.said === 'awaiting_payment' ? { ...one, said: 'closed' } : one,
  ),
  running_is_closed: reading('calls a service over that is running', (one) =>
    one.about === 'attempt' && one.said === 'in_service' ? { ...one, said: 'closed' } : one,
  ),
  refunds_never_asked: product('never asks how a refund ended', () => ({ askRefund: () => [] })),
  no_close_call: product('never sends a close', () => ({ close: () => undefined })),
  refund_number_drawn_again: product('draws another number when a refund is planned again', (one) => ({
    refund: (request, context) => {
      const opening = one.refund(request, context)
      const errands = opening.errands.map((errand) => ({
        ...errand,
        input: JSON.parse(
          JSON.stringify(errand.input).replaceAll(opening.number, `R${context.draw()}`),
        ) as unknown,
      }))
      return { ...opening, errands }
    },
  })),
  refund_of_more: product('refunds the whole where a part was wished for', (one) => ({
    refund: (request, context) => one.refund({ ...request, parts: undefined, amount: undefined }, context),
  })),
}
