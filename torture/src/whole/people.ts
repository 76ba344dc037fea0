/** What merchants and payers do with an order, drawn from the seed. */
import type { Simulator } from '@chadan/simulator'
import type { Chance } from '../chance.ts'
import {
  baskets,
  content,
  Declined,
  type Gateway,
  mayStillSucceed,
  type Order,
  rentalFee,
  type Shop,
} from '../gateway.ts'
import type { Scheduler } from '../scheduler.ts'

/** What people reach. */
export interface Town {
  readonly scheduler: Scheduler
  readonly simulator: Simulator
  readonly shops: readonly Shop[]
  /** Asks some node; `undefined` when nobody answers in time, or it breaks. Throws `Declined`. */
  ask<T>(work: (gateway: Gateway) => Promise<T>): Promise<T | undefined>
  note(who: string, what: string): void
  /** An answer was given: what holds for it is checked. */
  seen(order: Order): void
  /** Whether a leg of this payment goes wrong. */
  legsFail(): boolean
  /** Something was answered that must not be. */
  wrong(promise: number, invariant: string, found: string): void
}

const minute = 60_000
const hour = 60 * minute
const over = ['paid', 'partially_refunded', 'refunded', 'failed', 'closed']

/** One order's people. */
export class Life {
  readonly reference: string
  readonly shop: Shop
  readonly product: keyof typeof baskets
  readonly #town: Town
  readonly #chance: Chance
  readonly #caller: { tenant: string; name: string }
  readonly #mark: string
  readonly #size: number
  id: string | undefined
  #attempts = 0
  #refunds = 0

  constructor(town: Town, index: number, chance: Chance) {
    this.#town = town
    this.#chance = chance
    this.shop = chance.pick(town.shops)
    this.product = Object.keys(this.shop.signers)[0] as keyof typeof baskets
    this.reference = `ref-${index}`
    this.#mark = `${String(index).padStart(4, '0')}${Buffer.from(chance.bytes(4)).toString('hex')}`
    this.#size = chance.whole(1, 9)
    this.#caller = { tenant: this.shop.id, name: 'his' }
  }

  /** Sets everything in motion. */
  begin(): void {
    const { scheduler } = this.#town
    const chance = this.#chance
    scheduler.after(chance.spread(1, 20 * minute), () => this.#run(this.#place()))
    if (chance.happens(0.3)) this.#plan(30_000, hour, () => this.#close())
    if (chance.happens(0.4))
      for (let at = 0; at < 6; at++) this.#plan(2 * minute, 6 * hour, () => this.#payAgain())
    for (let at = 0; at < chance.pick([0, 1, 2, 4]); at++) this.#plan(minute, 10 * hour, () => this.#refund())
    for (let at = 0; at < 3; at++) this.#plan(5_000, 3 * hour, () => this.#look())
    if (chance.happens(0.4)) this.#plan(5_000, 2 * hour, () => this.#strangerLooks())
    if (this.product === 'payscore')
      for (let at = 0; at < 4; at++) this.#plan(3 * minute, 3 * hour, () => this.#complete())
    for (let at = 0; at < 2; at++) this.#plan(hour, 12 * hour, () => this.#tend())
  }

  #plan(leastMs: number, mostMs: number, work: () => Promise<unknown>): void {
    this.#town.scheduler.after(this.#chance.spread(leastMs, mostMs), () => this.#run(work()))
  }

  #run(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (error instanceof Declined) this.#note(`is declined: ${error.code}`)
      else
        this.#town.wrong(
          0,
          'no defect is thrown',
          error instanceof Error ? (error.stack ?? '') : String(error),
        )
    })
  }

  #note(what: string): void {
    this.#town.note('merchant', `${this.reference} ${what}`)
  }

  #details(): Record<string, unknown> {
    const { simulator, scheduler } = this.#town
    const mark = `${this.#mark}${this.#attempts}`
    const now = `${new Date(scheduler.nowMs + 8 * hour).toISOString().slice(0, 19)}+08:00`
    return baskets[this.product](simulator.credentials, { mark, size: this.#size, now })
  }

  async #place(): Promise<void> {
    const details = this.#details()
    const { scheduler } = this.#town
    const request = {
      reference: this.reference,
      product: this.product,
      signer: this.shop.signers[this.product],
      details,
      ...this.#expiry(),
    }
    const withKey = this.#chance.happens(0.5)
      ? { key: `key-${this.reference}`, keyDigest: this.reference }
      : {}
    for (let attempt = 0; attempt < 12; attempt++) {
      const done = await this.#town
        .ask((gateway) => gateway.place(this.#caller, request, { ...withKey, waitMs: 8_000 }))
        .catch((error: unknown) => {
          if (error instanceof Declined && error.code === 'still_in_flight') return undefined
          throw error
        })
      if (done) {
        this.id = done.order.id
        this.#town.seen(done.order)
        this.#note(`placed ${done.order.id} ${done.order.view.number} ${done.order.view.state}`)
        this.#comeToPay(done.order.view.number)
        if (this.#chance.happens(0.2)) await this.#placeOtherwise(request)
        return
      }
      await scheduler.pause(this.#chance.spread(1_000, 90_000))
    }
    this.#note('gives up placing')
  }

  #expiry(): { expiresMs?: number } {
    const { scheduler } = this.#town
    if (this.product === 'payinsurance' || this.product === 'payscore') return {}
    return { expiresMs: scheduler.nowMs + this.#chance.spread(6 * minute, 2 * hour) }
  }

  /** The same reference with other content must be refused. */
  async #placeOtherwise(request: Parameters<Gateway['place']>[1]): Promise<void> {
    const other = { ...request, returnTo: 'https://elsewhere.example.cn/' }
    const done = await this.#town.ask((gateway) =>
      gateway.place(this.#caller, other, {}).then(
        () => 'taken',
        (error: unknown) => {
          if (error instanceof Declined) return error.code
          throw error
        },
      ),
    )
    if (done === 'taken')
      this.#town.wrong(15, 'numbers are never reused', 'a reference was taken with other content')
  }

  /** What the payer does with this number. */
  #comeToPay(number: string): void {
    this.#attempts++
    const chance = this.#chance
    const { scheduler } = this.#town
    const at = (leastMs: number, mostMs: number, work: () => void) =>
      scheduler.after(chance.spread(leastMs, mostMs), work)
    const goes = chance.fraction()
    if (this.product === 'payscore') {
      if (goes < 0.8) at(3_000, 40 * minute, () => this.#pay(number, { action: 'confirm' }))
      for (let tries = 0; tries < 3; tries++) at(hour, 8 * hour, () => this.#pay(number, { action: 'pay' }))
      return
    }
    const legs = this.#legs()
    if (goes < 0.6) at(2_000, 100 * minute, () => this.#pay(number, { action: 'pay', ...legs }))
    else if (goes < 0.7) at(2_000, hour, () => this.#pay(number, { action: 'fail', reason: '余额不足' }))
    else if (goes < 0.8) at(2_000, hour, () => this.#pay(number, { action: 'cancel' }))
    if (goes > 0.5)
      for (let tries = 0; tries < 3; tries++) at(minute, 8 * hour, () => this.#pay(number, { action: 'pay' }))
  }

  #legs(): { legs?: { cash?: 'fail' | 'stuck'; insurance?: 'fail' | 'stuck' } } {
    if (this.product !== 'medIns' && this.product !== 'payinsurance') return {}
    if (!this.#town.legsFail()) return {}
    const outcome = this.#chance.pick(['fail', 'fail', 'stuck'] as const)
    return { legs: this.#chance.happens(0.5) ? { insurance: outcome } : { cash: outcome } }
  }

  #pay(number: string, action: Parameters<Simulator['act']>[1]): void {
    const { simulator } = this.#town
    // A cash leg alone was handed over to nobody.
    if (simulator.checkout(number)?.product === 'cash') return
    simulator.act(number, action).then(
      () => {
        this.#town.note('payer', `${action.action} ${number}`)
        if (action.action === 'pay' && this.#chance.happens(0.3)) this.#run(this.#comeBack())
      },
      () => undefined,
    )
  }

  async #comeBack(): Promise<void> {
    await this.#town.scheduler.pause(this.#chance.spread(500, 10_000))
    const { id } = this
    if (id !== undefined) await this.#town.ask((gateway) => gateway.comeBack(id))
  }

  async #look(): Promise<Order | undefined> {
    const { id } = this
    if (id === undefined) return undefined
    const seen = await this.#town.ask((gateway) => gateway.look(this.#caller, id))
    if (seen) this.#town.seen(seen.order)
    return seen?.order
  }

  /** Another tenant looks at this order, and must not find it (promise 25). */
  async #strangerLooks(): Promise<void> {
    const { id } = this
    if (id === undefined) return
    const other = this.#town.shops.find((one) => one.id !== this.shop.id)
    const caller = { tenant: other?.id ?? '', name: 'stranger' }
    const wishes: ((gateway: Gateway) => Promise<unknown>)[] = [
      (gateway) => gateway.look(caller, id),
      (gateway) => gateway.close(caller, id, { reason: 'mischief' }),
      (gateway) => gateway.refund(caller, id, { reference: 'x', details: {} }),
    ]
    const wish = this.#chance.pick(wishes)
    const done = await this.#town.ask((gateway) =>
      wish(gateway).then(
        () => 'done',
        (error: unknown) => {
          if (error instanceof Declined) return error.code
          throw error
        },
      ),
    )
    if (done !== undefined && done !== 'unknown_order')
      this.#town.wrong(25, 'tenancy', `a stranger's wish was answered ${done}`)
  }

  async #close(): Promise<void> {
    const { id } = this
    if (id === undefined) return
    this.#note('closes')
    const number = (await this.#look())?.view.number
    // People pay at the very moment at which others close.
    if (number !== undefined && this.#chance.happens(0.4))
      this.#town.scheduler.after(this.#chance.whole(0, 2_000), () => this.#pay(number, { action: 'pay' }))
    await this.#town.ask((gateway) => gateway.close(this.#caller, id, { reason: 'requested', waitMs: 5_000 }))
  }

  async #payAgain(): Promise<void> {
    const { id } = this
    const order = await this.#look()
    if (id === undefined || !order || order.attempts.length > 2) return
    if (!['closed', 'failed'].includes(order.view.state)) return
    const request = { details: this.#details(), ...this.#expiry() }
    const again = await this.#town.ask((gateway) => gateway.payAgain(this.#caller, id, request))
    if (!again) return
    this.#note(`pays again ${again.order.view.number}`)
    this.#comeToPay(again.order.view.number)
  }

  async #refund(all = false): Promise<void> {
    const { id } = this
    const order = await this.#look()
    if (id === undefined || !order) return
    const taken = order.view.attempts.filter((one) => one.taken > 0)
    const attempt = taken.length > 0 ? this.#chance.pick(taken) : undefined
    if (!attempt) return
    const paid = attempt.parts.filter((one) => one.state === 'paid')
    const share = (id: string, minor: number) =>
      all || this.#chance.happens(0.4) || (id === 'insurance' && this.product === 'payinsurance')
        ? minor
        : this.#chance.whole(1, Math.max(1, minor))
    const chosen =
      all || this.product === 'payinsurance' ? paid : paid.filter(() => this.#chance.happens(0.7))
    const parts = Object.fromEntries(chosen.map((one) => [one.id, share(one.id, one.amount.minor)]))
    if (chosen.length === 0) return
    const reference = `back-${this.#refunds++}`
    const wish = {
      reference,
      number: attempt.number,
      parts,
      reason: 'returned',
      details: this.#refundDetails(parts),
    }
    this.#note(`refunds ${JSON.stringify(parts)}`)
    // Whoever hears nothing says it again, under the same reference.
    for (let tries = 0; tries < 3; tries++) {
      const done = await this.#town.ask((gateway) => gateway.refund(this.#caller, id, wish))
      if (done) return this.#compare(done.order, done.refund, parts)
      await this.#town.scheduler.pause(this.#chance.spread(1_000, 60_000))
    }
  }

  /** What is ordered back is what was wished for, part by part. */
  #compare(order: Order, number: string, parts: Readonly<Record<string, number>>): void {
    const ordered = order.refunds.find((one) => one.number === number)?.parts ?? []
    const same =
      ordered.length === Object.keys(parts).length &&
      ordered.every((one) => parts[one.id] === one.amount.minor)
    if (!same)
      this.#town.wrong(
        5,
        'refund identity',
        `ordered ${JSON.stringify(ordered)}, wished ${JSON.stringify(parts)}`,
      )
  }

  #refundDetails(parts: Readonly<Record<string, number>>): Record<string, unknown> {
    const now = `${new Date(this.#town.scheduler.nowMs + 8 * hour).toISOString().slice(0, 19)}+08:00`
    if (this.product === 'medIns' && parts.insurance !== undefined) {
      const self = Math.min(3150, parts.insurance)
      const other = Math.min(430, parts.insurance - self)
      return {
        med_refund_gov_fee: parts.insurance - self - other,
        med_refund_self_fee: self,
        med_refund_other_fee: other,
        refund_time: now,
      }
    }
    if (this.product !== 'payinsurance') return {}
    const mark = `${this.#mark}0`
    return { request_content: JSON.stringify({ paytype: 'RegPay', ...content(mark) }) }
  }

  async #complete(): Promise<void> {
    const { id } = this
    const order = await this.#look()
    if (id === undefined || order?.view.state !== 'in_service') return
    const now = `${new Date(this.#town.scheduler.nowMs + 8 * hour).toISOString().slice(0, 19)}+08:00`
    await this.#town.ask((gateway) =>
      gateway.act(this.#caller, id, 'complete', rentalFee({ size: this.#size, now })),
    )
    this.#note('completes')
  }

  /** What a person does: sends refused refunds again, frees stuck ones, answers marks. */
  async #tend(): Promise<void> {
    const { id } = this
    const order = await this.#look()
    if (id === undefined || !order) return
    for (const refund of order.view.refunds) {
      if (refund.state === 'refused' || refund.state === 'failed')
        await this.#town.ask((gateway) => gateway.retryRefund(this.#caller, id, refund.number))
      else if (['abnormal', 'change'].includes(refund.state) && this.#chance.happens(0.4))
        await this.#town.ask((gateway) => gateway.freeRefund(this.#caller, id, refund.number, 'paid by hand'))
    }
    for (const mark of order.view.marks)
      if (!mark.resolved && this.#chance.happens(0.2))
        await this.#town.ask((gateway) => gateway.resolve(this.#caller, id, mark.key, 'looked at it'))
  }

  /** Once it is quiet: what is still open is ended, what was paid twice goes back. */
  tidy(): void {
    this.#run(this.#unstick().then(() => this.#tidy()))
  }

  /** What hangs at the provider comes to an end there. */
  async #unstick(): Promise<void> {
    const order = await this.#look()
    for (const { number } of order?.attempts ?? [])
      for (const name of ['cash:success', 'insurance:success'])
        await this.#town.simulator.act(number, { action: 'event', name }).catch(() => {})
    await this.#town.scheduler.pause(5 * minute)
  }

  async #tidy(): Promise<void> {
    const { id } = this
    const order = await this.#look()
    if (id === undefined || !order) return
    if (order.view.state === 'in_service') await this.#complete()
    else if (
      !over.includes(order.view.state) &&
      order.view.state !== 'failing' &&
      order.view.state !== 'paying'
    )
      await this.#town.ask((gateway) => gateway.close(this.#caller, id, { reason: 'tidied', waitMs: 5_000 }))
    const twice = order.view.attempts.filter((one) => one.taken > 0).slice(1)
    for (const attempt of twice) {
      const busy = order.view.refunds.some((one) => one.attempt === attempt.number && mayStillSucceed(one))
      if (!busy && attempt.refunded === 0) await this.#refund(true)
    }
  }
}
