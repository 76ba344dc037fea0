/** One run of the order core: a provider, a network, crashing nodes, a merchant and payers, all from one seed. */
import { type Chance, openChance } from '../chance.ts'
import { Broken, brokenBy, type Counts, type Given, noCounts, type Outcome } from '../finding.ts'
import {
  type AttemptView,
  mayStillSucceed,
  type Order,
  type Product,
  type Reading,
  settled,
} from '../gateway.ts'
import { ofEveryChange, ofEveryOrder } from '../invariants.ts'
import { openScheduler, type Scheduler } from '../scheduler.ts'
import { Trace } from '../trace.ts'
import {
  attemptOf,
  type Bench,
  type Call,
  Declined,
  digestOf,
  drive,
  hearNotice,
  leaseMs,
  type Parts,
  type Row,
  refundOf,
  sendNow,
  soundParts,
  type Wait,
  type Work,
  wish,
} from './engine.ts'
import { always, converged, type Scene } from './invariants.ts'
import { type Profile, productOf, profiles } from './products.ts'
import { type Ending, type Manners, Provider, requestLivesMs } from './provider.ts'

/** Kinds of fault of the core, which shrinking takes away one by one. */
export const coreFaults = [
  'lose_request',
  'lose_answer',
  'late_request',
  'double_request',
  'server_error',
  'crash',
  'lost_commit',
  'skew',
  'notice_lost',
  'notice_doubled',
  'notice_late',
  'pays_after_close',
  'other_amount',
  'never_notifies',
  'no_amounts',
  'lag',
  'stale',
  'closes_unknown',
  'refund_429_made',
  'unsigned_refusals',
  'refuses_placing',
  'refunds_go_wrong',
] as const
export type CoreFault = (typeof coreFaults)[number]

const startMs = Date.UTC(2026, 2, 17, 2)
const hour = 3_600_000

interface Node {
  readonly name: string
  readonly skewMs: number
  epoch: number
  alive: boolean
}

/** An order of the run, with what its merchant and payer intend. */
interface Case {
  readonly id: string
  readonly profile: Profile
  readonly product: Product
  readonly chance: Chance
  row: Row | undefined
  wake: (() => void) | undefined
  calls: number
}

// A day of faults and four quiet ones, with every attempt and refund on its own schedule.
const mostCalls = 4_000

/** Runs one seed to its end; nothing is thrown. */
export function runCore(given: Given, parts: Parts = soundParts): Outcome {
  const run = new CoreRun(given, parts)
  let broken: Outcome['broken']
  try {
    run.run()
  } catch (error) {
    broken = brokenBy(error)
  }
  return {
    seed: given.seed,
    counts: { ...run.counts, steps: run.scheduler.steps },
    digest: run.trace.digest(),
    trace: run.trace.newest,
    ...(broken && { broken }),
  }
}

class CoreRun {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly counts: Counts = noCounts()
  readonly #given: Given
  readonly #parts: Parts
  readonly #chance: Chance
  readonly #network: Chance
  readonly #shares: Readonly<Record<CoreFault, number>>
  readonly #nodes: Node[]
  readonly #provider: Provider
  readonly #cases: Case[] = []
  readonly #byNumber = new Map<string, Case>()
  /** Placing requests on their way, by number. */
  readonly #under = new Map<string, number>()
  #healed = false
  #claims = 0
  #numbers = 0

  constructor(given: Given, parts: Parts) {
    this.#given = given
    this.#parts = parts
    this.trace = new Trace(given.lines ?? 400)
    this.#chance = openChance(`core ${given.seed}`)
    this.scheduler = openScheduler(startMs, this.#chance.fork('ties'))
    this.#network = this.#chance.fork('network')
    this.#shares = drawShares(this.#chance.fork('faults'), given.without ?? [])
    const nodes = this.#chance.fork('nodes')
    this.#nodes = ['north', 'south'].map((name, index) => ({
      name,
      skewMs: index === 0 || this.#shares.skew === 0 ? 0 : nodes.whole(-20_000, 20_000),
      epoch: 0,
      alive: true,
    }))
    this.#provider = new Provider({
      scheduler: this.scheduler,
      chance: this.#chance.fork('provider'),
      manners: mannersOf(this.#shares),
      tell: (reading) => this.#notify(reading, 0),
      changed: (number) => this.#look(number),
    })
  }

  run(): void {
    const { scheduler, counts } = this
    counts.orders = this.#given.orders
    for (let index = 0; index < this.#given.orders; index++) this.#open(index)
    this.#crashes()
    this.#every(60_000, () => this.#provider.expire())
    const faultsEndMs = startMs + this.#chance.fork('end').spread(hour, 30 * hour)
    this.#until(faultsEndMs)
    this.#heal()
    // A day of hourly questions and the late ones lie between: the schedule's own bound, and no more.
    this.#until(scheduler.nowMs + 40 * hour)
    this.#tidy()
    this.#until(scheduler.nowMs + 60 * hour)
    for (const one of this.#cases) {
      if (!one.row) continue
      const scene = this.#scene(one, one.row, undefined)
      const { order, log, events } = one.row
      for (const holds of ofEveryOrder) holds({ order, log, events, product: one.product })
      for (const holds of converged) holds(scene)
      if (one.row.order.view.taken > 0) counts.paid++
    }
  }

  #until(ms: number): void {
    while (this.scheduler.step(ms));
    // The clock itself goes on too, so that what follows is later.
    this.scheduler.at(ms, () => {})
    while (this.scheduler.step(ms));
  }

  #every(ms: number, work: () => void): void {
    this.scheduler.after(ms, () => {
      work()
      this.#every(ms, work)
    })
  }

  // Orders and what people do with them

  #open(index: number): void {
    const chance = this.#chance.fork(`order ${index}`)
    const profile = chance.pick(profiles)
    const one: Case = {
      id: `ord${index}`,
      profile,
      product: productOf(profile),
      chance,
      row: undefined,
      wake: undefined,
      calls: 0,
    }
    this.#cases.push(one)
    this.scheduler.after(chance.whole(0, 20 * 60_000), () => this.#place(one, 3))
  }

  #place(one: Case, tries: number): void {
    const { chance, profile } = one
    if (one.row) return
    const nowMs = this.scheduler.nowMs
    const number = this.#draw('P')
    const attempt = attemptOf(profile, {
      id: one.id,
      number,
      minor: chance.whole(2, 50_000),
      nowMs,
      expiresMs: nowMs + (profile.closes ? chance.spread(60_000, 3 * hour) : 2 * hour),
    })
    this.#byNumber.set(number, one)
    this.#intendToPay(one, number)
    if (tries === 3) this.#intend(one)
    this.#spawn(one, (bench) => this.#placing(one, bench, attempt))
    // A caller that hears nothing repeats the request; it finds the order that was made.
    this.scheduler.after(15_000, () => !one.row && tries > 0 && this.#place(one, tries - 1))
  }

  *#placing(one: Case, bench: Bench, attempt: ReturnType<typeof attemptOf>): Work<void> {
    const nowMs = bench.now()
    const claim = { id: this.#claim(), untilMs: nowMs + leaseMs }
    const [first] = attempt.errands
    if (!first?.body || !first.digest || one.row) return
    const { step, body, digest } = first
    const order = yield* wish(
      bench,
      one.id,
      (edit) => {
        if (one.row) throw new Declined('reference_taken', 'it was made meanwhile')
        edit.act({
          act: 'open',
          order: {
            id: one.id,
            tenant: 'east',
            signer: 'main',
            product: one.profile.id,
            reference: one.id,
            createdMs: nowMs,
            content: one.id,
          },
          attempt,
        })
        edit.act({ act: 'send', number: attempt.number, step, atMs: nowMs, body, digest })
      },
      claim,
    )
    const sent = yield* sendNow(bench, order, {
      number: attempt.number,
      step,
      sentMs: nowMs,
      claim: claim.id,
    })
    yield* drive(bench, sent, claim.id)
  }

  /** What the payer will do with a number that is handed over. */
  #intendToPay(one: Case, number: string): void {
    const { chance, profile } = one
    const provider = this.#provider
    const goes = chance.fraction()
    if (profile.service) {
      if (goes < 0.8) this.scheduler.after(chance.spread(2_000, hour), () => provider.confirm(number))
      return
    }
    if (goes < 0.65) this.scheduler.after(chance.spread(1_000, 2 * hour), () => provider.pay(number))
    else if (goes < 0.75) this.scheduler.after(chance.spread(1_000, hour), () => provider.fail(number))
    // Tries again and again, late too: whoever lets it be paid then is caught.
    if (goes > 0.5 && goes < 0.9)
      for (const atMs of [2 * hour, 5 * hour, 9 * hour])
        this.scheduler.after(chance.whole(atMs / 2, atMs), () => provider.pay(number))
  }

  /** What the merchant will do. */
  #intend(one: Case): void {
    const { chance } = one
    if (chance.happens(0.35)) this.scheduler.after(chance.spread(1_000, hour), () => this.#close(one))
    if (chance.happens(0.4))
      for (let at = 0; at < 8; at++)
        this.scheduler.after(chance.spread(60_000, 5 * hour), () => this.#payAgain(one))
    const refunds = chance.pick([0, 0, 1, 2, 4])
    for (let at = 0; at < refunds; at++)
      this.scheduler.after(chance.spread(60_000, 20 * hour), () => this.#refund(one))
    if (one.profile.service)
      for (let at = 0; at < 4; at++)
        this.scheduler.after(chance.spread(120_000, 4 * hour), () => this.#complete(one))
    if (chance.happens(0.5))
      for (let at = 0; at < 3; at++)
        this.scheduler.after(chance.whole(hour, 20 * hour), () => this.#retry(one))
  }

  #close(one: Case): void {
    const order = one.row?.order
    if (!order || settled.includes(order.view.state)) return
    const { number } = order.view
    // People pay at the very moment at which others close.
    if (one.chance.happens(0.4))
      this.scheduler.after(one.chance.whole(0, 3_000), () => this.#provider.pay(number))
    this.#wish(one, (edit, nowMs) =>
      edit.act({ act: 'end', number, atMs: nowMs, reason: 'requested', by: 'merchant' }),
    )
  }

  #payAgain(one: Case): void {
    const order = one.row?.order
    if (!order || order.attempts.length > 3 || !this.#parts.mayPayAgain(order)) return
    const { chance, profile } = one
    const nowMs = this.scheduler.nowMs
    const number = this.#draw('P')
    const attempt = attemptOf(profile, {
      id: one.id,
      number,
      minor: order.view.amount.minor,
      nowMs,
      expiresMs: nowMs + (profile.closes ? chance.spread(60_000, 3 * hour) : 2 * hour),
    })
    this.#byNumber.set(number, one)
    this.#wish(one, (edit) => {
      if (!this.#parts.mayPayAgain(edit.order)) throw new Declined('attempt_open', 'not ended')
      edit.act({ act: 'attempt', attempt })
    })
    this.#intendToPay(one, number)
  }

  #refund(one: Case): void {
    const order = one.row?.order
    const paid = order?.view.attempts.filter((attempt) => attempt.taken > 0)
    if (!order || !paid || paid.length === 0) return
    const { chance, profile } = one
    const attempt = chance.pick(paid)
    const shares = attempt.parts
      .filter(() => chance.happens(0.7))
      .map((part) => ({
        id: part.id,
        minor: chance.happens(0.4) ? part.amount.minor : chance.whole(1, Math.max(1, part.amount.minor)),
      }))
      .filter((share) => share.minor > 0)
    if (shares.length === 0) return
    const refund = refundOf(profile, {
      number: this.#draw('R'),
      attempt: attempt.number,
      nowMs: this.scheduler.nowMs,
      shares,
    })
    this.#byNumber.set(refund.number, one)
    this.#wish(one, (edit) => {
      this.#parts.checkBound(edit.order, refund)
      edit.act({ act: 'refund', refund })
    })
  }

  /** Sends refused refunds again, and frees stuck ones, as a person would. */
  #retry(one: Case): void {
    const order = one.row?.order
    for (const refund of order?.view.refunds ?? []) {
      const kept = order?.refunds.find((all) => all.number === refund.number)
      if (!kept || kept.freed) continue
      if (refund.state === 'refused')
        this.#wish(one, (edit) => {
          const now = edit.order.view.refunds.find((all) => all.number === refund.number)
          if (now?.state !== 'refused') throw new Declined('refund_not_refused', 'it went on')
          this.#parts.checkBound(edit.order, kept)
          const step = kept.errands.find((errand) =>
            edit.order.facts.some(
              ({ reading }) =>
                reading.number === kept.number && reading.said === 'refused' && reading.step === errand.step,
            ),
          )
          edit.act({ act: 'retry', number: kept.number, step: step?.step ?? 'refund' })
        })
      else if (['abnormal', 'change', 'failed'].includes(refund.state) && one.chance.happens(0.3))
        this.#wish(one, (edit) => {
          const now = edit.order.view.refunds.find((all) => all.number === refund.number)
          if (!['abnormal', 'change', 'failed'].includes(now?.state ?? ''))
            throw new Declined('refund_not_stuck', 'it went on')
          edit.act({ act: 'free', number: kept.number, operator: 'op', reason: 'paid by hand' })
        })
    }
  }

  #complete(one: Case): void {
    const order = one.row?.order
    const attempt = order?.attempts.find((all) => all.number === order.view.number)
    if (!order || !attempt || order.view.state !== 'in_service') return
    if (attempt.errands.some((errand) => errand.step === 'complete')) return
    const minor = one.chance.whole(1, attempt.amount.minor)
    const { number } = attempt
    this.#wish(one, (edit) => {
      if (
        edit.order.attempts
          .find((all) => all.number === number)
          ?.errands.some((all) => all.step === 'complete')
      )
        throw new Declined('act_differs', 'it was asked for')
      edit.act({
        act: 'plan',
        number,
        errand: {
          step: 'complete',
          operation: 'complete',
          body: `${one.id}/${number}/complete`,
          digest: digestOf(number, 'complete'),
          sends: 0,
          later: true,
        },
        amount: { minor, currency: 'CNY' },
        parts: [{ id: 'collection', amount: { minor, currency: 'CNY' }, fixed: true }],
      })
    })
  }

  #wish(
    one: Case,
    change: (edit: Parameters<Parameters<typeof wish>[2]>[0], nowMs: number) => unknown,
  ): void {
    this.#spawn(one, function* (bench) {
      yield* wish(bench, one.id, (edit) => change(edit, bench.now()))
    })
  }

  // Nodes

  #spawn(one: Case, work: (bench: Bench) => Work<unknown>, on?: Node): void {
    const up = this.#nodes.filter((node) => node.alive)
    if (up.length === 0) return
    const node = on ?? this.#chance.pick(up)
    const { epoch } = node
    const generator = work(this.#bench(one, node))
    const go = (value: unknown): void => {
      if (node.epoch !== epoch) return
      if (this.#given.crashAt !== undefined && this.counts.points === this.#given.crashAt) this.#crash(node)
      this.counts.points++
      if (node.epoch !== epoch) return
      try {
        const next = value instanceof CommitLost ? generator.throw(value) : generator.next(value)
        if (!next.done) next.value(go)
      } catch (error) {
        // A declined wish and a lost commit are the caller's to live with.
        if (!(error instanceof Declined) && !(error instanceof CommitLost)) throw error
        this.trace.note(this.scheduler.nowMs, node.name, `${one.id} ${error.message}`)
      }
    }
    go(undefined)
  }

  #bench(one: Case, node: Node): Bench {
    const run = this
    return {
      parts: this.#parts,
      product: one.product,
      profile: one.profile,
      chance: one.chance,
      now: () => run.scheduler.nowMs + node.skewMs,
      find: () => one.row,
      *commit(_id, decide) {
        yield run.#wait(run.#network.whole(0, 10))
        const { result, row } = decide(one.row)
        if (row) run.#put(one, row, node)
        const lost = run.#fault('lost_commit', 1)
        yield run.#wait(
          run.#network.whole(0, 10),
          lost ? new CommitLost('the commit was not answered') : undefined,
        )
        return result
      },
      *call(what) {
        // Whoever waits here is given an ending.
        return (yield run.#call(one, node, what)) as Ending
      },
      note: (what) => run.trace.note(run.scheduler.nowMs, node.name, what),
    }
  }

  #wait(ms: number, value?: unknown): Wait<unknown> {
    return (resume) => void this.scheduler.after(ms, () => resume(value))
  }

  #put(one: Case, row: Row, node: Node): void {
    const before = one.row
    one.row = row
    if (before?.order.version !== row.order.version) {
      const last = row.log.at(-1)
      const what =
        last?.input.kind === 'act' ? last.input.act.act : `heard ${last?.input.observation.reading.said}`
      this.trace.note(
        this.scheduler.nowMs,
        node.name,
        `${one.id} v${row.order.version} ${what}: ${row.order.view.state}${row.order.view.marks.length > 0 ? ' !' : ''}`,
      )
    }
    const change = {
      before: before?.order,
      order: row.order,
      log: row.log.slice(before?.log.length ?? 0),
      events: row.events.slice(before?.events.length ?? 0),
      product: one.product,
    }
    for (const holds of ofEveryChange) holds(change)
    this.#check(one, row, before)
    this.#plan(one)
  }

  /** When a node will look at this order again. */
  #plan(one: Case): void {
    one.wake?.()
    const row = one.row
    if (!row) return
    const step = this.#parts.plan(row.order, one.product)
    if (!step) return
    const dueMs = Math.max(step.atMs, row.claim ? row.claim.untilMs + 1 : 0)
    const node = this.#chance.pick(this.#nodes)
    one.wake = this.scheduler.at(dueMs - node.skewMs + this.#network.whole(0, 50), () =>
      this.#work(one, node),
    )
  }

  #work(one: Case, node: Node): void {
    const row = one.row
    if (!row) return
    const nowMs = this.scheduler.nowMs + node.skewMs
    const step = this.#parts.plan(row.order, one.product)
    const held = row.claim !== undefined && row.claim.untilMs >= nowMs
    if (!node.alive || held || !step || step.atMs > nowMs) {
      one.wake = this.scheduler.after(1_000, () => this.#plan(one))
      return
    }
    const claim = { id: this.#claim(), untilMs: nowMs + leaseMs }
    one.row = { ...row, claim }
    this.#plan(one)
    this.#spawn(one, (bench) => drive(bench, row.order, claim.id), node)
  }

  #crashes(): void {
    const chance = this.#chance.fork('crashes')
    if (this.#shares.crash === 0) return
    const crash = () => {
      if (this.#healed) return
      this.#crash(chance.pick(this.#nodes))
      this.scheduler.after(chance.spread(200, 4 * hour * (1.05 - this.#shares.crash)), crash)
    }
    this.scheduler.after(chance.spread(200, hour), crash)
  }

  #crash(node: Node): void {
    if (!node.alive) return
    node.epoch++
    node.alive = false
    this.counts.crashes++
    this.counts.faults++
    this.trace.note(this.scheduler.nowMs, node.name, 'crashes')
    this.scheduler.after(this.#network.spread(50, 120_000), () => {
      node.alive = true
      this.trace.note(this.scheduler.nowMs, node.name, 'is up again')
    })
  }

  // The network

  #fault(kind: CoreFault, scale = 1): boolean {
    if (this.#healed || !this.#network.happens(this.#shares[kind] * scale)) return false
    this.counts.faults++
    return true
  }

  #call(one: Case, node: Node, what: Call): Wait<unknown> {
    return (resume) => {
      const signedMs = this.scheduler.nowMs
      const { number } = what
      const answer = (ending: Ending) => resume(ending)
      const give = (ending: Ending, ms: number) => this.scheduler.after(ms, () => answer(ending))
      const lost = () => void give({ ended: 'lost' }, 10_000)
      const late = this.#fault('late_request')
      const arrive = (ms: number, then?: (ending: Ending) => void) => {
        // What arrives too late is refused: it opens nothing any more.
        const placing = what.call === 'send' && ms <= requestLivesMs(one.profile)
        if (placing) this.#under.set(number, (this.#under.get(number) ?? 0) + 1)
        this.scheduler.after(ms, () => {
          if (placing) this.#under.set(number, (this.#under.get(number) ?? 1) - 1)
          this.counts.calls++
          const ending = this.#arrive(one, what, signedMs)
          this.trace.note(
            this.scheduler.nowMs,
            'provider',
            `${what.call} ${number} ${'errand' in what ? what.errand.step : ''}: ${told(ending)}`,
          )
          then?.(ending)
        })
      }
      this.trace.note(signedMs, node.name, `${what.call} ${number}`)
      if (++one.calls > mostCalls)
        throw new Broken(30, 'bounded', `${one.calls} calls for one order, the last of them ${what.call}`)
      if (late) {
        arrive(this.#network.spread(11_000, 15 * 60_000))
        return lost()
      }
      if (this.#fault('lose_request') || this.#fault('server_error', 0.5)) return lost()
      if (this.#fault('double_request')) arrive(this.#network.spread(100, 8 * 60_000))
      const loses = this.#fault('lose_answer')
      if (loses) lost()
      arrive(this.#network.whole(5, 400), (ending) => {
        if (!loses) give(ending, this.#network.whole(5, 400))
      })
    }
  }

  #arrive(one: Case, what: Call, signedMs: number): Ending {
    const provider = this.#provider
    if (what.call === 'ask') return provider.query(what.number)
    if (what.call === 'close') return provider.close(what.number)
    if (what.call === 'ask_refund') return provider.queryRefund(what.number, what.step)
    const { order, number, errand } = what
    const digest = errand.digest ?? digestOf(number, errand.step)
    const refund = order.refunds.find((all) => all.number === number)
    if (refund) {
      const sent = this.#parts.numberOf(number, errand, this.#network)
      const several = refund.errands.length > 1
      const index = refund.errands.findIndex((all) => all.step === errand.step)
      const minor = several ? (refund.parts[index]?.amount.minor ?? 0) : refund.amount.minor
      return provider.refund({
        number: sent,
        step: errand.step,
        of: refund.attempt,
        minor,
        digest,
        signedMs,
        profile: one.profile,
      })
    }
    const attempt = order.attempts.find((all) => all.number === number)
    if (!attempt) throw new TypeError('what is sent belongs to the order')
    const parts = attempt.parts.map((part) => ({ id: part.id, minor: part.amount.minor }))
    if (errand.later) return provider.complete({ number, digest, minor: attempt.amount.minor })
    return provider.place({
      number,
      step: errand.step,
      profile: one.profile,
      digest,
      signedMs,
      minor: attempt.amount.minor,
      parts,
      expiresMs: attempt.expiresMs,
    })
  }

  #notify(reading: Reading, attempt: number): void {
    const one = this.#byNumber.get(reading.number)
    const pauses = [15, 15, 30, 180, 600, 1_200, 1_800, 3_600, 10_800, 21_600]
    const pause = pauses[attempt]
    if (!one || pause === undefined) return
    const again = () => this.scheduler.after(pause * 1_000, () => this.#notify(reading, attempt + 1))
    if (this.#fault('notice_lost')) return void again()
    const delay = this.#fault('notice_late')
      ? this.#network.spread(1_000, 5 * hour)
      : this.#network.whole(5, 500)
    const times = this.#fault('notice_doubled') ? 2 : 1
    for (let copy = 0; copy < times; copy++)
      this.scheduler.after(delay + copy * this.#network.whole(0, 60_000), () => {
        const up = this.#nodes.filter((node) => node.alive)
        if (!one.row || up.length === 0) return void again()
        let heard = false
        const node = this.#chance.pick(up)
        this.#spawn(
          one,
          function* (bench) {
            heard = yield* hearNotice(bench, one.id, reading, true)
          },
          node,
        )
        // What is not answered in time comes again.
        this.scheduler.after(5_000, () => !heard && again())
      })
  }

  // What must hold

  #look(number: string): void {
    const one = this.#byNumber.get(number)
    const truth = this.#provider.orders.get(number)
    this.trace.note(this.scheduler.nowMs, 'provider', `${number} is ${truth?.state}`)
    if (one?.row) this.#check(one, one.row, undefined)
  }

  #scene(one: Case, row: Row, before: Row | undefined): Scene {
    return {
      before: before ?? row,
      row,
      product: one.product,
      provider: this.#provider,
      mayArrive: (number) => (this.#under.get(number) ?? 0) > 0 && one.profile.timing.fence === 'place',
    }
  }

  #check(one: Case, row: Row, before: Row | undefined): void {
    const scene = this.#scene(one, row, before)
    for (const holds of always) holds(scene)
  }

  #heal(): void {
    this.#healed = true
    this.trace.note(this.scheduler.nowMs, 'world', 'heals')
    const { neverNotifies, unsignedRefusals } = this.#provider.manners
    this.#provider.manners = { ...sound, neverNotifies, unsignedRefusals }
  }

  /** What a person does once it is quiet: closes services nobody completed, refunds what was paid twice. */
  #tidy(): void {
    for (const one of this.#cases) {
      const order = one.row?.order
      if (!order) continue
      if (!settled.includes(order.view.state) && one.profile.service) this.#close(one)
      const paid = order.view.attempts.filter((attempt) => attempt.taken > 0)
      for (const attempt of paid.slice(1)) this.#refundAll(one, order, attempt)
    }
  }

  #refundAll(one: Case, order: Order, attempt: AttemptView): void {
    const bound = order.view.refunds.filter(
      (refund) =>
        refund.attempt === attempt.number && (refund.state === 'succeeded' || mayStillSucceed(refund)),
    )
    const left = (id: string, minor: number) =>
      minor -
      bound
        .flatMap((refund) => refund.parts)
        .reduce((sum, part) => sum + (part.id === id ? part.amount.minor : 0), 0)
    const shares = attempt.parts
      .map((part) => ({ id: part.id, minor: left(part.id, part.amount.minor) }))
      .filter((share) => share.minor > 0)
    if (shares.length === 0) return
    const refund = refundOf(one.profile, {
      number: this.#draw('R'),
      attempt: attempt.number,
      nowMs: this.scheduler.nowMs,
      shares,
    })
    this.#byNumber.set(refund.number, one)
    this.#wish(one, (edit) => {
      this.#parts.checkBound(edit.order, refund)
      edit.act({ act: 'refund', refund })
    })
  }

  #draw(kind: 'P' | 'R'): string {
    return `${kind}${++this.#numbers}`
  }

  #claim(): string {
    return `c${++this.#claims}`
  }
}

class CommitLost extends Error {}

function told(ending: Ending): string {
  if (ending.ended === 'answered') return ending.reading?.said ?? 'ok'
  return ending.ended === 'refused' ? ending.kind : 'lost'
}

/** Which faults a seed has, and how often: some are absent, so that others can be seen alone. */
function drawShares(chance: Chance, without: readonly string[]): Readonly<Record<CoreFault, number>> {
  const shares = coreFaults.map((kind) => {
    const share = chance.happens(0.4) ? chance.spread(10, 400) / 1_000 : 0
    return [kind, without.includes(kind) ? 0 : share]
  })
  return Object.fromEntries(shares) as Record<CoreFault, number>
}

const sound: Manners = {
  paysAfterClose: false,
  paysOtherAmounts: false,
  neverNotifies: false,
  noticesWithoutAmounts: false,
  lagMs: 0,
  staleAnswers: false,
  closesUnknown: true,
  refund429Made: false,
  unsignedRefusals: false,
  refusesPlacing: false,
  refundsGoWrong: false,
}

function mannersOf(shares: Readonly<Record<CoreFault, number>>): Manners {
  const has = (kind: CoreFault) => shares[kind] > 0
  return {
    paysAfterClose: has('pays_after_close'),
    paysOtherAmounts: has('other_amount'),
    neverNotifies: has('never_notifies'),
    noticesWithoutAmounts: has('no_amounts'),
    // Within what the fence allows for: five minutes less than it.
    lagMs: has('lag') ? Math.round(shares.lag * 500_000) : 0,
    staleAnswers: has('stale'),
    closesUnknown: has('closes_unknown'),
    refund429Made: has('refund_429_made'),
    unsignedRefusals: has('unsigned_refusals'),
    refusesPlacing: has('refuses_placing'),
    refundsGoWrong: has('refunds_go_wrong'),
  }
}
