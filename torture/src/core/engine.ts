/** A small engine around the order core: the same steps as the gateway's, over calls that take time. */
import type { Chance } from '../chance.ts'
import {
  type Attempt,
  checkBound,
  Declined,
  Edit,
  type Errand,
  type EventDraft,
  factsAbout,
  type LogEntry,
  type Observation,
  type Order,
  type Product,
  plan,
  type Reading,
  type Refund,
  type Step,
  shows,
} from '../gateway.ts'
import type { Profile } from './products.ts'
import type { Ending } from './provider.ts'

/** What the engine leans on and what a planted defect may exchange. */
export interface Parts {
  plan(order: Order, product: Product): Step | undefined
  edit(order: Order | undefined, product: Product, atMs: number): Edit
  checkBound(order: Order, refund: Pick<Refund, 'number' | 'attempt' | 'amount' | 'parts'>): void
  /** What an ending says about a call of this step. */
  readEnding(given: EndingGiven): readonly Observation[] | 'lost'
  /** What was heard, on its way into the order; `undefined` drops it. */
  hearing(order: Order, observation: Observation): Observation | undefined
  /** What is written of a decision. */
  write(row: Row | undefined, made: Row): Row
  /** Whether a write under this claim may go on. */
  holds(row: Row, claim: string, nowMs: number): boolean
  /** Whether another attempt may be opened. */
  mayPayAgain(order: Order): boolean
  /** The number under which an errand is really sent. */
  numberOf(number: string, errand: Errand, chance: Chance): string
}

/** What an ending is read with. */
export interface EndingGiven {
  readonly order: Order
  readonly number: string
  readonly step: string | undefined
  readonly ending: Ending
  readonly askedMs: number
  readonly heardMs: number
  readonly fenceMs: number
}

/** An order as the store holds it. */
export interface Row {
  readonly order: Order
  readonly log: readonly LogEntry[]
  readonly events: readonly EventDraft[]
  readonly claim?: { readonly id: string; readonly untilMs: number } | undefined
  readonly retryMs?: number | undefined
}

/** The parts as they are. */
export const soundParts: Parts = {
  plan,
  edit: (order, product, atMs) => new Edit(order, product, atMs),
  checkBound,
  readEnding,
  hearing: (_order, observation) => observation,
  write: (_row, made) => made,
  holds: (row, claim, nowMs) => row.claim?.id === claim && row.claim.untilMs > nowMs,
  mayPayAgain: ({ view }) =>
    view.attempts.every((one) => ['closed', 'failed'].includes(one.state) && one.taken === 0),
  numberOf: (number) => number,
}

/** Something to wait for: called once, with how to go on. */
export type Wait<T> = (resume: (value: T) => void) => void
/** A piece of work that stops at its waits; whoever runs it may let it stop for ever. */
export type Work<R> = Generator<Wait<unknown>, R, unknown>

/** The claim went elsewhere. */
export class Lost extends Error {}

/** What a piece of work can do. */
export interface Bench {
  readonly parts: Parts
  readonly product: Product
  readonly profile: Profile
  readonly chance: Chance
  now(): number
  find(id: string): Row | undefined
  /** Commits what `decide` makes of the row as it then is. */
  commit<R>(id: string, decide: (row: Row | undefined) => { result: R; row?: Row }): Work<R>
  call(what: Call): Work<Ending>
  note(what: string): void
}

/** A call to the provider. */
export type Call =
  | { readonly call: 'send'; readonly order: Order; readonly number: string; readonly errand: Errand }
  | { readonly call: 'ask'; readonly number: string }
  | { readonly call: 'close'; readonly number: string }
  | { readonly call: 'ask_refund'; readonly number: string; readonly step: string }

export const leaseMs = 60_000

/** Changes an order under a claim. */
export function* record(
  bench: Bench,
  id: string,
  claim: string,
  change: (edit: Edit) => unknown,
  { must = false, hold = false }: { must?: boolean; hold?: boolean } = {},
): Work<Order> {
  const nowMs = bench.now()
  const done = yield* bench.commit(id, (row) => {
    if (!row) throw new TypeError('a row that is changed is there')
    if (must && !bench.parts.holds(row, claim, nowMs)) return { result: undefined }
    const edit = bench.parts.edit(row.order, bench.product, nowMs)
    change(edit)
    const next = bench.parts.plan(edit.order, bench.product)
    const ours = row.claim?.id === claim
    const release = !hold && !(next && next.atMs <= nowMs)
    const kept = !ours ? row.claim : release ? undefined : { id: claim, untilMs: nowMs + leaseMs }
    return { result: edit.order, row: written(bench, row, edit, kept) }
  })
  if (!done) throw new Lost()
  return done
}

function written(bench: Bench, row: Row | undefined, edit: Edit, claim: Row['claim']): Row {
  const { order, log = [], events = [] } = edit.write()
  const made = {
    order,
    log: [...(row?.log ?? []), ...log],
    events: [...(row?.events ?? []), ...events],
    claim,
  }
  return bench.parts.write(row, made)
}

/** Writes acts, whoever holds the order. */
export function* wish(
  bench: Bench,
  id: string,
  change: (edit: Edit) => unknown,
  claim?: Row['claim'],
): Work<Order> {
  const nowMs = bench.now()
  return yield* bench.commit(id, (row) => {
    const edit = bench.parts.edit(row?.order, bench.product, nowMs)
    change(edit)
    return { result: edit.order, row: written(bench, row, edit, claim ?? row?.claim) }
  })
}

/** Does what is due of an order, under a claim that was taken. */
export function* drive(bench: Bench, given: Order, claim: string): Work<void> {
  let order = given
  try {
    for (let count = 0; count < 50; count++) {
      const step = bench.parts.plan(order, bench.product)
      if (!step || step.atMs > bench.now()) break
      order = yield* carryOut(bench, order, step, claim)
    }
  } catch (error) {
    if (error instanceof Lost) return
    throw error
  }
  yield* bench.commit(order.id, (row) => ({
    result: undefined,
    ...(row && row.claim?.id === claim && { row: { ...row, claim: undefined } }),
  }))
}

function* carryOut(bench: Bench, order: Order, step: Step, claim: string): Work<Order> {
  const atMs = bench.now()
  switch (step.step) {
    case 'send': {
      const { number } = step
      const errand = errandOf(order, number, step.errand)
      const act = {
        act: 'send' as const,
        number,
        step: errand.step,
        atMs,
        body: `${order.id}/${number}/${errand.step}`,
        digest: errand.digest ?? digestOf(number, errand.step),
      }
      const sending = yield* record(bench, order.id, claim, (edit) => edit.act(act), {
        must: true,
        hold: true,
      })
      return yield* sendNow(bench, sending, { number, step: errand.step, sentMs: atMs, claim })
    }
    case 'ask': {
      const ending = yield* bench.call({ call: 'ask', number: step.number })
      return yield* learn(bench, order, { number: step.number, ending, askedMs: atMs, claim })
    }
    case 'ask_refund': {
      const refund = order.refunds.find((one) => one.number === step.number)
      // Several calls follow one another: the newest is the one that is open.
      const name = refund?.errands.findLast((one) => one.sends > 0)?.step
      if (name === undefined) throw new TypeError('a refund that is asked for was sent')
      const ending = yield* bench.call({ call: 'ask_refund', number: step.number, step: name })
      return yield* learn(bench, order, { number: step.number, ending, askedMs: atMs, claim })
    }
    case 'close': {
      const { number } = step
      const closing = yield* record(
        bench,
        order.id,
        claim,
        (edit) => edit.act({ act: 'close', number, atMs }),
        { must: true, hold: true },
      )
      yield* bench.call({ call: 'close', number })
      return closing
    }
    case 'end': {
      const { number, reason } = step
      return yield* record(
        bench,
        order.id,
        claim,
        (edit) => {
          const now = bench.parts.plan(edit.order, bench.product)
          if (now?.step === 'end' && now.number === number)
            edit.act({ act: 'end', number, atMs, reason, by: 'chadan' })
        },
        { hold: true },
      )
    }
    case 'give_back':
      throw new TypeError('no order here has this rule')
    case 'age':
      return yield* record(bench, order.id, claim, (edit) => edit.act({ act: 'age', mark: step.mark }), {
        hold: true,
      })
  }
}

/** Sends an errand whose send is written, and writes what became of it. */
export function* sendNow(
  bench: Bench,
  order: Order,
  given: { number: string; step: string; sentMs: number; claim: string },
): Work<Order> {
  const { number, step, sentMs, claim } = given
  const errand = errandOf(order, number, step)
  const ending = yield* bench.call({ call: 'send', order, number, errand })
  const heardMs = bench.now()
  const { fenceMs } = bench.product.timing
  const read = bench.parts.readEnding({ order, number, step, ending, askedMs: sentMs, heardMs, fenceMs })
  return yield* record(bench, order.id, claim, (edit) => {
    if (read === 'lost') edit.act({ act: 'lose', number, step, atMs: heardMs })
    else for (const one of read) hearInto(bench, edit, one)
  })
}

function* learn(
  bench: Bench,
  order: Order,
  given: { number: string; ending: Ending; askedMs: number; claim: string },
): Work<Order> {
  const { number, ending, askedMs, claim } = given
  const heardMs = bench.now()
  const { fenceMs } = bench.product.timing
  const missing = ending.ended === 'refused' && ending.kind === 'not_found'
  const read = bench.parts.readEnding({ order, number, step: undefined, ending, askedMs, heardMs, fenceMs })
  return yield* record(bench, order.id, claim, (edit) => {
    if (read !== 'lost') for (const one of read) hearInto(bench, edit, refuted(edit.order, one))
    edit.asked(number, askedMs, missing ? 'missing' : 'other')
  })
}

/** A number that was ever shown exists: a provider that no longer knows it proves nothing. */
function refuted(order: Order, observation: Observation): Observation {
  const { reading } = observation
  if (reading.said !== 'never_placed' || !factsAbout(order, reading.number).some(shows)) return observation
  return { ...observation, reading: { ...reading, said: 'not_found' } }
}

function hearInto(bench: Bench, edit: Edit, observation: Observation): void {
  const taken = bench.parts.hearing(edit.order, observation)
  if (taken) edit.hear(taken, { bytes: new Uint8Array() })
}

/** Takes in a notice; 2xx is answered when this is done. */
export function* hearNotice(bench: Bench, id: string, reading: Reading, verified: boolean): Work<boolean> {
  // What does not verify never comes this far.
  if (!verified) return false
  const heardMs = bench.now()
  yield* wish(bench, id, (edit) => {
    const observation: Observation = {
      source: 'notice',
      by: 'notice',
      trust: 'signature',
      verified,
      askedMs: heardMs,
      heardMs,
      reading,
    }
    hearInto(bench, edit, observation)
    if (!reading.amount) edit.askSoon(reading.number)
  })
  return true
}

function readEnding(given: EndingGiven): readonly Observation[] | 'lost' {
  const { order, number, step, ending, askedMs, heardMs, fenceMs } = given
  const isRefund = order.refunds.some((one) => one.number === number)
  const observation = (reading: Reading, verified: boolean): Observation => ({
    source: 'answer',
    by: step ?? 'query',
    trust: 'signature',
    verified,
    askedMs,
    heardMs,
    reading,
  })
  if (ending.ended === 'lost') return 'lost'
  if (ending.ended === 'answered') return ending.reading ? [observation(ending.reading, true)] : []
  const about = isRefund ? 'refund' : 'attempt'
  if (step === undefined) {
    if (ending.kind !== 'not_found') return []
    const holder = [...order.attempts, ...order.refunds].find((one) => one.number === number)
    const lastSent = Math.max(0, ...(holder?.errands ?? []).map((one) => one.lastSentMs ?? 0))
    const fenced = lastSent > 0 && askedMs >= lastSent + fenceMs
    const said = fenced && !isRefund ? 'never_placed' : 'not_found'
    const missing = { about, number, said, word: 'not_found', ...(fenced && isRefund && { beyond: true }) }
    return [observation(missing as Reading, ending.verified)]
  }
  if (ending.kind !== 'final' || !ending.verified) return 'lost'
  return [observation({ about, number, said: 'refused', word: 'REFUSED', step, reason: 'refused' }, true)]
}

/** The errand of this step under this number. */
export function errandOf(order: Order, number: string, step: string): Errand {
  const errand = [...order.attempts, ...order.refunds]
    .find((one) => one.number === number)
    ?.errands.find((one) => one.step === step)
  if (!errand) throw new TypeError(`there is no errand ${step}`)
  return errand
}

/** The digest of what is sent under a number. */
export function digestOf(number: string, step: string): string {
  return `digest of ${number}/${step}`
}

/** Another attempt, as the gateway would open it. */
export function attemptOf(
  profile: Profile,
  given: { id: string; number: string; minor: number; nowMs: number; expiresMs: number },
): Attempt {
  const { number, minor, nowMs, expiresMs } = given
  const share = Math.floor(minor / profile.parts.length)
  return {
    number,
    openedMs: nowMs,
    amount: { minor, currency: 'CNY' },
    parts: profile.parts.map((id, index) => ({
      id,
      amount: {
        minor: index === 0 ? minor - share * (profile.parts.length - 1) : share,
        currency: 'CNY',
      },
      fixed: profile.fixed,
    })),
    merchant: { mchid: '1688000101' },
    errands: profile.steps.map((step) => ({
      step,
      operation: step,
      body: `${given.id}/${number}/${step}`,
      digest: digestOf(number, step),
      sends: 0,
    })),
    expiresMs,
    closes: 0,
  }
}

/** A refund, as the gateway would order it. */
export function refundOf(
  profile: Profile,
  given: { number: string; attempt: string; nowMs: number; shares: readonly { id: string; minor: number }[] },
): Refund {
  const { number, attempt, nowMs, shares } = given
  const steps =
    profile.refundCalls === 'per_part' && shares.length > 1
      ? shares.map((_, index) => `refund_${index + 1}`)
      : ['refund']
  return {
    number,
    attempt,
    openedMs: nowMs,
    amount: { minor: shares.reduce((sum, one) => sum + one.minor, 0), currency: 'CNY' },
    parts: shares.map(({ id, minor }) => ({ id, amount: { minor, currency: 'CNY' } })),
    errands: steps.map((step) => ({
      step,
      operation: 'refund',
      body: `${number}/${step}`,
      digest: digestOf(number, step),
      sends: 0,
    })),
    by: 'merchant',
    reference: number,
    content: number,
  }
}

export { Declined }
