/** Canonical scenarios: one order each, nothing drawn, so that a crash can be put at every point of them. */
import { brokenBy, type Given, type Outcome } from '../finding.ts'
import { baskets, content, Declined, type Gateway, type Order, rentalFee } from '../gateway.ts'
import type { Town } from './people.ts'
import { runWhole } from './run.ts'

type ProductName = keyof typeof baskets
type Fault = readonly [
  on: string,
  fault: 'loseAnswer' | 'loseRequest' | 'systemErrorAfter' | 'lose' | 'duplicate',
]

/** A scenario. */
export interface Scenario {
  readonly product: ProductName
  readonly steps: readonly ('pay' | 'close' | 'again' | 'refund' | 'complete')[]
  readonly faults: readonly Fault[]
  /** What the order has come to at the end. */
  readonly ends: readonly string[]
}

const paid = ['paid']
const back = ['refunded', 'partially_refunded']
const over = ['paid', 'partially_refunded', 'refunded', 'failed', 'closed']

const creating: Readonly<Record<ProductName, string>> = {
  combine: 'combine.createJsapi',
  medIns: 'medIns.create',
  payscore: 'payscore.create',
  wecom: 'wecom.createOrder',
  payinsurance: 'payinsurance.unifiedOrder',
}
const refunding: Readonly<Record<ProductName, string>> = {
  combine: 'refunds.create',
  medIns: 'refunds.create',
  payscore: 'globalRefunds.create',
  wecom: 'wecom.refund',
  payinsurance: 'payinsurance.refund',
}

function of(product: ProductName): Record<string, Scenario> {
  const service = product === 'payscore'
  const pay: Scenario['steps'] = service ? ['pay', 'complete'] : ['pay']
  const made = (
    steps: Scenario['steps'],
    ends: readonly string[],
    faults: readonly Fault[] = [],
  ): Scenario => ({
    product,
    steps,
    // What its hand-over was lost with is closed, since it cannot be fetched again.
    ends: product === 'payinsurance' ? [...ends, 'closed'] : ends,
    faults,
  })
  const ended = ['closed', 'failed']
  return {
    [`${product}: paid`]: made(pay, paid),
    [`${product}: paid, every notice lost`]: made(pay, paid, [['*', 'lose']]),
    [`${product}: the answer to placing lost`]: made(
      product === 'payinsurance' ? [] : pay,
      product === 'payinsurance' ? ended : paid,
      [[creating[product], 'loseAnswer']],
    ),
    [`${product}: placing lost`]: made(pay, paid, [[creating[product], 'loseRequest']]),
    [`${product}: closed`]: made(['close'], ended),
    [`${product}: closed, then another number paid`]: made(['close', 'again', ...pay], paid),
    [`${product}: refunded`]: made([...pay, 'refund'], back),
    [`${product}: refunded, its answer lost`]: made([...pay, 'refund'], back, [
      [refunding[product], 'loseAnswer'],
    ]),
  }
}

/** All scenarios by name. */
export const scenarios: Readonly<Record<string, Scenario>> = Object.assign(
  {},
  ...(Object.keys(creating) as ProductName[]).map(of),
)

/** Runs a scenario, perhaps with a crash in it; nothing is thrown. */
export async function runScenario(
  name: string,
  given: Given,
  points?: (what: string) => void,
): Promise<Outcome> {
  const scenario = scenarios[name]
  if (!scenario)
    return {
      seed: given.seed,
      counts: noCount,
      digest: '',
      trace: [],
      broken: brokenBy(new Error(`no scenario ${name}`)),
    }
  let last: Order | undefined
  const outcome = await runWhole({
    ...given,
    orders: 0,
    quiet: true,
    points,
    scenario: (town) => {
      const actor = new Actor(town, scenario, (order) => {
        last = order
      })
      actor.start()
    },
  })
  if (outcome.broken) return outcome
  const state = last?.view.state ?? 'nothing'
  if (scenario.ends.includes(state)) return outcome
  const message = `${name} came to ${state} instead of ${scenario.ends.join(' or ')}`
  return { ...outcome, broken: { promise: 23, invariant: 'the scenario comes to its end', message } }
}

const noCount = { orders: 0, faults: 0, crashes: 0, calls: 0, paid: 0, steps: 0, points: 0 }
const hour = 3_600_000

/** A merchant who says everything again until it is heard. */
class Actor {
  readonly #town: Town
  readonly #scenario: Scenario
  readonly #told: (order: Order) => void
  readonly #caller: { tenant: string; name: string }
  readonly #signer: string | undefined
  #id = ''

  constructor(town: Town, scenario: Scenario, told: (order: Order) => void) {
    this.#town = town
    this.#scenario = scenario
    this.#told = told
    const shop = town.shops.find((one) => Object.keys(one.signers).includes(scenario.product))
    this.#caller = { tenant: shop?.id ?? '', name: 'his' }
    this.#signer = shop?.signers[scenario.product]
  }

  start(): void {
    const { simulator } = this.#town
    for (const [on, fault] of this.#scenario.faults)
      if (fault === 'lose') simulator.faults.often(on, 'lose', 1)
      else simulator.faults.next(on, fault)
    this.#go().catch((error: unknown) => {
      const found = error instanceof Error ? (error.stack ?? error.message) : String(error)
      this.#town.wrong(0, 'no defect is thrown', found)
    })
  }

  async #go(): Promise<void> {
    await this.#place()
    for (const step of this.#scenario.steps) await this.#step(step)
    // What becomes of it at the very end is what counts.
    for (let at = 0; at < 14; at++) {
      await this.#town.scheduler.pause(6 * hour)
      await this.#see()
    }
  }

  /** Says it until somebody answers; a wish that is declined as done already is done. */
  async #insist<T>(work: (gateway: Gateway) => Promise<T>): Promise<T | undefined> {
    for (let tries = 0; tries < 60; tries++) {
      const done = await this.#town.ask(work).catch((error: unknown) => {
        if (!(error instanceof Declined)) throw error
        if (error.retryMs !== undefined) return undefined
        return 'declined' as const
      })
      if (done === 'declined') return undefined
      if (done !== undefined) return done
      await this.#town.scheduler.pause(5_000)
    }
    return undefined
  }

  async #see(): Promise<Order | undefined> {
    const seen = await this.#insist((gateway) => gateway.look(this.#caller, this.#id))
    if (seen) this.#told(seen.order)
    return seen?.order
  }

  /** Looks until the order is in one of these states. */
  async #until(states: readonly string[], forMs = 3 * hour): Promise<Order | undefined> {
    const untilMs = this.#town.scheduler.nowMs + forMs
    for (let pauseMs = 5_000; ; pauseMs = Math.min(pauseMs * 2, 30 * 60_000)) {
      const order = await this.#see()
      if (order && states.includes(order.view.state)) return order
      if (this.#town.scheduler.nowMs > untilMs) return order
      await this.#town.scheduler.pause(pauseMs)
    }
  }

  #details(mark: string): Record<string, unknown> {
    return baskets[this.#scenario.product](this.#town.simulator.credentials, {
      mark,
      size: 3,
      now: this.#now(),
    })
  }

  #now(): string {
    return `${new Date(this.#town.scheduler.nowMs + 8 * hour).toISOString().slice(0, 19)}+08:00`
  }

  async #place(): Promise<void> {
    const { product } = this.#scenario
    const request = { reference: 'one', product, signer: this.#signer, details: this.#details('A1') }
    const placed = await this.#insist((gateway) => gateway.place(this.#caller, request, {}))
    if (!placed) throw new TypeError('the order was never placed')
    this.#id = placed.order.id
    await this.#until(['awaiting_payment', 'in_service', ...over], hour)
  }

  async #step(step: Scenario['steps'][number]): Promise<void> {
    const order = await this.#see()
    if (!order) return
    const { number } = order.view
    const { simulator } = this.#town
    const { product } = this.#scenario
    switch (step) {
      case 'pay':
        await this.#until(['awaiting_payment', ...over], hour)
        await simulator.act(number, { action: product === 'payscore' ? 'confirm' : 'pay' }).catch(() => {})
        await this.#until([product === 'payscore' ? 'in_service' : 'paid', ...over])
        return
      case 'complete':
        await this.#insist((gateway) =>
          gateway.act(this.#caller, this.#id, 'complete', rentalFee({ size: 3, now: this.#now() })),
        )
        await this.#until(over)
        return
      case 'close':
        await this.#insist((gateway) => gateway.close(this.#caller, this.#id, { reason: 'requested' }))
        await this.#until(over, 6 * hour)
        return
      case 'again': {
        const details = this.#details('A2')
        await this.#insist((gateway) => gateway.payAgain(this.#caller, this.#id, { details }))
        await this.#until(['awaiting_payment', ...over], hour)
        return
      }
      case 'refund': {
        const parts = order.view.attempts.find((one) => one.number === number)?.parts ?? []
        const wish = {
          reference: 'back',
          parts: Object.fromEntries(
            parts.filter((one) => one.state === 'paid').map((one) => [one.id, one.amount.minor]),
          ),
          reason: 'returned',
          details: this.#refundDetails(),
        }
        await this.#insist((gateway) => gateway.refund(this.#caller, this.#id, wish))
        await this.#until(['refunded'])
        return
      }
    }
  }

  #refundDetails(): Record<string, unknown> {
    const { product } = this.#scenario
    if (product === 'medIns')
      return {
        med_refund_gov_fee: 6820,
        med_refund_self_fee: 3150,
        med_refund_other_fee: 430,
        refund_time: this.#now(),
      }
    if (product === 'payinsurance')
      return { request_content: JSON.stringify({ paytype: 'RegPay', ...content('A1') }) }
    return {}
  }
}

/** A fixed seed: scenarios draw nothing that matters. */
export const scenarioSeed = 1
