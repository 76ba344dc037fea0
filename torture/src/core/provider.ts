/** WeChat Pay's side in a few hundred lines: what it knows, what it says, and how it misbehaves. */
import type { Chance } from '../chance.ts'
import type { AttemptReading, Reading, RefundReading } from '../gateway.ts'
import type { Scheduler } from '../scheduler.ts'
import type { Profile } from './products.ts'

/** How this provider departs from its documents; drawn per seed. */
export interface Manners {
  /** Payments of closed orders are taken all the same. */
  readonly paysAfterClose: boolean
  /** Some payments are of another amount than was ordered. */
  readonly paysOtherAmounts: boolean
  readonly neverNotifies: boolean
  /** Notices carry no amounts. */
  readonly noticesWithoutAmounts: boolean
  /** Answers come from a copy that lags behind, by at most so much. */
  readonly lagMs: number
  /** Some answers show the state of long ago. */
  readonly staleAnswers: boolean
  readonly closesUnknown: boolean
  /** A refund answered 429 was made all the same. */
  readonly refund429Made: boolean
  /** Business refusals are not signed. */
  readonly unsignedRefusals: boolean
  /** Some placements are refused for good. */
  readonly refusesPlacing: boolean
  /** Refunds end otherwise than well. */
  readonly refundsGoWrong: boolean
}

/** How a call ended, as the engine sees it. */
export type Ending =
  | { readonly ended: 'answered'; readonly reading?: Reading | undefined }
  | { readonly ended: 'refused'; readonly verified: boolean; readonly kind: 'final' | 'not_found' | 'open' }
  | { readonly ended: 'lost' }

export type OrderTruth = 'none' | 'prepared' | 'open' | 'in_service' | 'paying' | 'paid' | 'closed' | 'failed'

/** An order as the provider knows it. */
export interface Known {
  readonly number: string
  readonly profile: Profile
  state: OrderTruth
  /** Body digest by step: the same number must always bring the same. */
  readonly bodies: Map<string, string>
  minor: number
  parts: { id: string; minor: number }[]
  readonly expiresMs: number
  paidMinor: number
  paidMs: number
  /** What was true since when. */
  readonly past: { sinceMs: number; state: OrderTruth }[]
  /** It said or did something that its documents exclude. */
  lied: boolean
  /** A question was answered with what was true long ago. */
  misled: boolean
}

/** A refund call as the provider knows it. */
export interface KnownRefund {
  readonly number: string
  readonly step: string
  readonly of: string
  readonly minor: number
  state: 'processing' | 'succeeded' | 'closed' | 'abnormal' | 'change' | 'failed'
  readonly digest: string
}

/** What a placing call carries. */
export interface Placement {
  readonly number: string
  readonly step: string
  readonly profile: Profile
  readonly digest: string
  readonly signedMs: number
  readonly minor: number
  readonly parts: readonly { id: string; minor: number }[]
  readonly expiresMs: number
}

/** How long after it was signed a request is taken: 300 s, under a token as long as the token. */
export function requestLivesMs({ timing }: Profile): number {
  return timing.fenceMs > 3_600_000 ? 7_200_000 : 300_000
}

/** A provider over a scheduler. `tell` sends a notice, `changed` is called after every change of what is true. */
export class Provider {
  readonly orders = new Map<string, Known>()
  readonly refunds = new Map<string, KnownRefund>()
  /** Bodies that came under a number that had another one (invariant 15). */
  readonly conflicts: string[] = []
  readonly #fates = new Map<string, boolean>()
  readonly #scheduler: Scheduler
  readonly #chance: Chance
  readonly #tell: (reading: Reading) => void
  readonly #changed: (number: string) => void
  manners: Manners

  constructor(given: {
    scheduler: Scheduler
    chance: Chance
    manners: Manners
    tell: (reading: Reading) => void
    changed: (number: string) => void
  }) {
    this.#scheduler = given.scheduler
    this.#chance = given.chance
    this.#tell = given.tell
    this.#changed = given.changed
    this.manners = given.manners
  }

  /** A placing call arrives. */
  place(given: Placement): Ending {
    // A request dies some time after it was signed; that is what the fence of time relies on.
    if (this.#scheduler.nowMs - given.signedMs > requestLivesMs(given.profile))
      return { ended: 'refused', verified: false, kind: 'final' }
    const known = this.orders.get(given.number)
    this.#remember(given.number, given.step, given.digest, known)
    const last = given.step === given.profile.steps.at(-1)
    if (!known) {
      if (this.#refusesForGood(given)) return this.#refuse('final')
      const made: Known = {
        number: given.number,
        profile: given.profile,
        state: last && given.profile.steps.length === 1 ? 'open' : 'prepared',
        bodies: new Map([[given.step, given.digest]]),
        minor: given.minor,
        parts: given.parts.map((one) => ({ ...one })),
        expiresMs: given.expiresMs,
        paidMinor: 0,
        paidMs: 0,
        past: [],
        lied: false,
        misled: false,
      }
      // The last call of several needs the ones before it.
      if (last && given.profile.steps.length > 1) return this.#refuse('final')
      this.orders.set(given.number, made)
      this.#move(made, made.state)
    } else if (known.state === 'prepared' && last) {
      if (this.#refusesForGood(given)) return this.#refuse('final')
      this.#move(known, 'open')
    } else if (known.state === 'closed' || known.state === 'failed' || known.state === 'paid') {
      return this.#refuse('open')
    } else if (given.profile.timing.handoverLost === 'close') {
      return this.#refuse('open')
    }
    const reading: AttemptReading = {
      about: 'attempt',
      number: given.number,
      said: 'accepted',
      word: 'OK',
      step: given.step,
      kept: { prepay_id: `wx${given.number}` },
    }
    return { ended: 'answered', reading }
  }

  /** Completes a service with its final amount. */
  complete({ number, digest, minor }: { number: string; digest: string; minor: number }): Ending {
    const known = this.orders.get(number)
    if (!known) return this.#refuse('not_found')
    if (known.state !== 'in_service') {
      return known.bodies.get('complete') === digest
        ? { ended: 'answered', reading: accepted(number, 'complete') }
        : this.#refuse('open')
    }
    this.#remember(number, 'complete', digest, known)
    known.bodies.set('complete', digest)
    known.minor = minor
    known.parts = [{ id: 'collection', minor }]
    this.#move(known, 'paying')
    this.#scheduler.after(this.#chance.spread(1_000, 3_600_000), () => this.pay(number))
    return { ended: 'answered', reading: accepted(number, 'complete') }
  }

  /** What a query says. */
  query(number: string): Ending {
    const known = this.orders.get(number)
    const shown = known && this.#shownState(known)
    if (!known || shown === undefined || shown === 'none' || shown === 'prepared')
      return this.#refuse('not_found')
    return { ended: 'answered', reading: this.#read(known, shown, true) }
  }

  /** A close arrives. */
  close(number: string): Ending {
    const known = this.orders.get(number)
    if (!known) {
      return this.manners.closesUnknown ? { ended: 'answered' } : this.#refuse('not_found')
    }
    if (known.state === 'paid' || known.state === 'paying') return this.#refuse('final')
    if (known.state === 'prepared' || known.state === 'open' || known.state === 'in_service')
      this.#move(known, 'closed')
    return { ended: 'answered' }
  }

  /** The payer opens what was handed over: confirms the service where there is one. */
  confirm(number: string): void {
    const known = this.orders.get(number)
    if (known?.state === 'open' && known.profile.service) this.#move(known, 'in_service')
  }

  /** Whether the payer could pay this number now. */
  payable(number: string): boolean {
    const known = this.orders.get(number)
    if (!known) return false
    return known.profile.service
      ? known.state === 'open' || known.state === 'in_service'
      : known.state === 'open' && this.#scheduler.nowMs < known.expiresMs
  }

  /** The payer pays, or the platform collects. */
  pay(number: string): void {
    const known = this.orders.get(number)
    if (!known) return
    const late = known.state === 'closed' && this.manners.paysAfterClose
    const takes = known.profile.service ? known.state === 'paying' : this.payable(number)
    if (!takes && !late) return
    if (late) known.lied = true
    const other = this.manners.paysOtherAmounts && this.#chance.happens(0.3)
    known.paidMinor = other ? known.minor + this.#chance.pick([-1, 1, 100]) : known.minor
    if (known.paidMinor <= 0) known.paidMinor = known.minor + 1
    known.paidMs = this.#scheduler.nowMs
    if (known.paidMinor !== known.minor) known.lied = true
    this.#move(known, 'paid')
    if (!this.manners.neverNotifies)
      this.#tell(this.#read(known, 'paid', !this.manners.noticesWithoutAmounts))
  }

  /** The payment is tried and fails for good. */
  fail(number: string): void {
    const known = this.orders.get(number)
    if (known?.state === 'open' && !known.profile.service) this.#move(known, 'failed')
  }

  /** Unpaid orders end by themselves. */
  expire(): void {
    for (const known of this.orders.values()) {
      const over = this.#scheduler.nowMs >= known.expiresMs
      if (over && (known.state === 'open' || known.state === 'prepared') && !known.profile.service)
        this.#move(known, 'closed')
    }
  }

  /** A refund call arrives. */
  refund(given: {
    number: string
    step: string
    of: string
    minor: number
    digest: string
    signedMs: number
    profile: Profile
  }): Ending {
    if (this.#scheduler.nowMs - given.signedMs > requestLivesMs(given.profile))
      return { ended: 'refused', verified: false, kind: 'final' }
    const key = refundKey(given)
    const before = this.refunds.get(key)
    if (before) {
      if (before.digest !== given.digest) this.conflicts.push(key)
      return { ended: 'answered', reading: this.#readRefund(before, true) }
    }
    const order = this.orders.get(given.of)
    const spent = [...this.refunds.values()]
      .filter((one) => one.of === given.of && one.state !== 'closed')
      .reduce((sum, one) => sum + one.minor, 0)
    if (order?.state !== 'paid' || spent + given.minor > order.paidMinor) return this.#refuse('final')
    // Two copies of one request meet the same fate; sent again later, it may meet another.
    const copy = `${refundKey(given)}/${given.signedMs}`
    const fate = this.#fates.get(copy) ?? (this.manners.refundsGoWrong && this.#chance.happens(0.15))
    this.#fates.set(copy, fate)
    if (fate) return this.#refuse('final')
    const busy = this.#chance.happens(0.1)
    if (busy && !this.manners.refund429Made) return { ended: 'refused', verified: false, kind: 'open' }
    const { number, step, of, minor, digest } = given
    const made: KnownRefund = { number, step, of, minor, digest, state: 'processing' }
    this.refunds.set(key, made)
    this.#changed(given.of)
    this.#scheduler.after(this.#chance.spread(500, 6 * 3_600_000), () => this.#settle(made))
    return busy
      ? { ended: 'refused', verified: false, kind: 'open' }
      : { ended: 'answered', reading: this.#readRefund(made, true) }
  }

  /** What a refund query says. */
  queryRefund(number: string, step: string): Ending {
    const known = this.refunds.get(refundKey({ number, step }))
    return known ? { ended: 'answered', reading: this.#readRefund(known, true) } : this.#refuse('not_found')
  }

  #settle(refund: KnownRefund): void {
    const bad = this.manners.refundsGoWrong && this.#chance.happens(0.4)
    refund.state = bad ? this.#chance.pick(['closed', 'abnormal', 'change', 'failed'] as const) : 'succeeded'
    this.#changed(refund.of)
    if (!this.manners.neverNotifies) this.#tell(this.#readRefund(refund, !this.manners.noticesWithoutAmounts))
  }

  #refuse(kind: 'final' | 'not_found' | 'open'): Ending {
    return { ended: 'refused', verified: !this.manners.unsignedRefusals, kind }
  }

  // The same request meets the same fate, however often it comes.
  #refusesForGood({ number, step }: Placement): boolean {
    const key = `${number}/${step}`
    const before = this.#fates.get(key)
    const fate = before ?? (this.manners.refusesPlacing && this.#chance.happens(0.15))
    this.#fates.set(key, fate)
    return fate
  }

  #remember(number: string, step: string, digest: string, known: Known | undefined): void {
    const before = known?.bodies.get(step)
    if (before !== undefined && before !== digest) this.conflicts.push(`${number}/${step}`)
    known?.bodies.set(step, digest)
  }

  #move(known: Known, state: OrderTruth): void {
    known.state = state
    known.past.push({ sinceMs: this.#scheduler.nowMs, state })
    this.#changed(known.number)
  }

  #shownState(known: Known): OrderTruth {
    const { lagMs, staleAnswers } = this.manners
    const old = staleAnswers && this.#chance.happens(0.2)
    const asOf = this.#scheduler.nowMs - (old ? 24 * 3_600_000 : lagMs > 0 ? this.#chance.whole(0, lagMs) : 0)
    const then = known.past.findLast((one) => one.sinceMs <= asOf)?.state ?? 'none'
    if (old && then !== known.state) {
      known.lied = true
      known.misled = true
    }
    return then
  }

  #read(known: Known, state: OrderTruth, amounts: boolean): AttemptReading {
    const said = {
      open: 'awaiting_payment',
      in_service: 'in_service',
      paying: 'paying',
      paid: 'paid',
      closed: 'closed',
      failed: 'failed',
    } as const
    const paid = state === 'paid'
    const open = known.profile.service && !paid && state !== 'paying'
    const stated = paid ? known.paidMinor : known.minor
    return {
      about: 'attempt',
      number: known.number,
      said: said[state as keyof typeof said] ?? 'unclear',
      word: state.toUpperCase(),
      ...(amounts && !open && { amount: { minor: stated, currency: 'CNY' } }),
      ...(paid && amounts && { parts: partsPaid(known), paidMs: known.paidMs }),
    }
  }

  #readRefund(refund: KnownRefund, amounts: boolean): RefundReading {
    return {
      about: 'refund',
      number: refund.number,
      said: refund.state,
      word: refund.state.toUpperCase(),
      step: refund.step,
      ...(amounts && { amount: { minor: refund.minor, currency: 'CNY' } }),
      ...(!amounts && { said: 'unclear' as const }),
    }
  }
}

/** Each call of a refund stands for itself. */
export function refundKey({ number, step }: { number: string; step: string }): string {
  return `${number}/${step}`
}

function accepted(number: string, step: string): AttemptReading {
  return { about: 'attempt', number, said: 'accepted', word: 'OK', step }
}

// What differs from the order is put on the first part, so that the parts still make the whole.
function partsPaid({ parts, paidMinor, minor }: Known) {
  return parts.map((part, index) => ({
    id: part.id,
    word: 'SUCCESS',
    said: 'paid' as const,
    amount: { minor: part.minor + (index === 0 ? paidMinor - minor : 0), currency: 'CNY' },
  }))
}
