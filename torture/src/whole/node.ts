/**
 * One process of the gateway, as far as it can die: whatever it waits for passes a gate, and nothing
 * passes the gate of a process that is gone. What it had committed stays.
 */
import { WechatPay as Client, directSigner, optionsOf, type WechatPay } from '@chadan/client'
import { apiv3, type Clock } from '@chadan/protocol'
import type { Credentials } from '@chadan/simulator'
import type { Chance } from '../chance.ts'
import {
  type Desk,
  type Dispatcher,
  type Gateway,
  openDispatcher,
  openGateway,
  openSequencer,
  type Signer,
  type Store,
  signers,
  type Tenant,
} from '../gateway.ts'
import { clockOver, type Scheduler } from '../scheduler.ts'

/** What all nodes share, and what a node is told. */
export interface Surroundings {
  readonly scheduler: Scheduler
  readonly chance: Chance
  readonly store: Store
  readonly credentials: Credentials
  readonly tenants: readonly Tenant[]
  readonly publicUrl: string
  readonly products: Desk['products']
  /** Carries a request of this node to the provider. */
  fetch(node: Node, request: Request): Promise<Response>
  /** Carries a webhook of this node to its receiver. */
  deliver(
    node: Node,
    request: { url: string; headers: Readonly<Record<string, string>>; body: string },
    signal: AbortSignal,
  ): Promise<{ status: number }>
  /** A place at which this node may die: answers whether it does. */
  point(node: Node, what: string): boolean
  /** Something goes wrong with a store call: before it (`refuse`), or with its answer (`lose`). */
  storeFault(node: Node, method: string): 'refuse' | 'lose' | undefined
  /** How long this node stands still now, in ms; 0 for not at all. */
  stallMs(node: Node, what: string): number
  /** Whether events wait for their place in the feed. */
  unsequenced(): boolean
  failed(node: Node, where: string, error: unknown): void
  /** Wraps what a planted defect changes. */
  adapt: Adaptation
}

/** What a planted defect may exchange: each is given the sound one. */
export interface Adaptation {
  readonly store?: ((store: Store, node: Node) => Store) | undefined
  readonly gateway?: ((gateway: Gateway, node: Node) => Gateway) | undefined
  readonly products?: ((all: Desk['products']) => Desk['products']) | undefined
  readonly client?: ((client: WechatPay, node: Node) => WechatPay) | undefined
  readonly limits?: Signer['limits'] | undefined
}

/** An error that a store may throw when its connection breaks. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** A node. Its life is counted in epochs. */
export class Node {
  readonly name: string
  readonly skewMs: number
  readonly surroundings: Surroundings
  epoch = 0
  alive = false
  clock: Clock
  store: Store
  gateway: Gateway
  dispatcher: Dispatcher
  /** When it stands still, until when. */
  stalledUntilMs = 0
  #wake: (() => void) | undefined
  #ticking = false
  #again = false

  constructor(name: string, skewMs: number, surroundings: Surroundings) {
    this.name = name
    this.skewMs = skewMs
    this.surroundings = surroundings
    const made = this.#make()
    this.clock = made.clock
    this.store = made.store
    this.gateway = made.gateway
    this.dispatcher = made.dispatcher
  }

  /** Starts it afresh on the same store. */
  start(): void {
    if (this.alive) return
    this.alive = true
    Object.assign(this, this.#make())
    this.#ticking = false
    this.nudge()
  }

  /** It is gone, with everything it waited for. */
  die(): void {
    this.epoch++
    this.alive = false
    this.#wake?.()
    this.#wake = undefined
  }

  /** Something may be due: it looks soon. */
  nudge(): void {
    if (!this.alive) return
    if (this.#ticking) {
      this.#again = true
      return
    }
    this.#wake?.()
    const { scheduler, chance } = this.surroundings
    this.#wake = scheduler.after(chance.whole(0, 20), () => this.#round())
  }

  #round(): void {
    if (!this.alive || this.#ticking) return
    const { epoch } = this
    this.#ticking = true
    this.#again = false
    this.tickOnce().then(
      (nextMs) => {
        if (this.epoch !== epoch) return
        this.#ticking = false
        if (this.#again) return this.nudge()
        if (nextMs === undefined) return
        this.#wake?.()
        const { scheduler } = this.surroundings
        this.#wake = scheduler.at(Math.max(scheduler.nowMs + 1, nextMs - this.skewMs), () => this.#round())
      },
      (error: unknown) => {
        if (this.epoch !== epoch) return
        this.#ticking = false
        this.surroundings.failed(this, 'a round', error)
        this.#wake?.()
        this.#wake = this.surroundings.scheduler.after(1_000, () => this.#round())
      },
    )
  }

  /** Does everything that is due; answers when the next thing is, by its own clock. */
  tickOnce: () => Promise<number | undefined> = async () => undefined

  #make(): {
    clock: Clock
    store: Store
    gateway: Gateway
    dispatcher: Dispatcher
    tickOnce: Node['tickOnce']
  } {
    const { surroundings, epoch } = this
    const { scheduler, adapt, credentials, tenants } = surroundings
    const life = () => this.epoch === epoch
    const clock = clockOver(scheduler, { skewMs: this.skewMs, alive: life })
    const gated = this.#gate(surroundings.store, life)
    const store = adapt.store?.(gated, this) ?? gated
    const random = surroundings.chance.fork(`node ${this.name} ${epoch}`)
    const all = signersOf(credentials, { clock, random, store, fetch: this.#fetch(life), adapt, node: this })
    const desk: Desk = {
      store,
      clock,
      random,
      products: surroundings.products,
      node: this.name,
      publicUrl: surroundings.publicUrl,
      digestKey: Buffer.alloc(32, 7),
      signer: async (id) => all.get(id),
      tenant: async (id) => tenants.find((one) => one.id === id),
      watch: { failed: (where, error) => life() && surroundings.failed(this, where, error) },
    }
    const plain = openGateway(desk)
    const gateway = adapt.gateway?.(plain, this) ?? plain
    const dispatcher = openDispatcher({
      store,
      clock,
      random,
      send: (request, signal) => surroundings.deliver(this, request, signal),
      watch: { failed: (where, error) => life() && surroundings.failed(this, where, error) },
    })
    const sequencer = openSequencer({
      store,
      clock,
      node: this.name,
      failed: (where, error) => life() && surroundings.failed(this, where, error),
    })
    const tickOnce = async () => {
      await gateway.tick()
      await sequencer.tick()
      await dispatcher.tick()
      const dues = [await store.nextDueMs(), await store.nextDeliveryMs()].filter((one) => one !== undefined)
      const unnumbered = surroundings.unsequenced() ? [clock.now() + 1_000] : []
      const next = Math.min(...dues, ...unnumbered)
      return Number.isFinite(next) ? next : undefined
    }
    return { clock, store, gateway, dispatcher, tickOnce }
  }

  /** Every call of the store passes a gate before and after: between them it is done, whoever is still there to hear it. */
  #gate(store: Store, life: () => boolean): Store {
    const wrap = <T extends object>(target: T, path: string): T =>
      new Proxy(target, {
        get: (inner, name) => {
          const member = inner[name as keyof T]
          if (typeof name !== 'string') return member
          if (name === 'tokens') return wrap(member as object, 'tokens.')
          if (typeof member !== 'function') return member
          return async (...given: unknown[]) => {
            const method = `${path}${name}`
            await this.pass(life, `before ${method}`)
            const fault = this.surroundings.storeFault(this, method)
            if (fault === 'refuse') throw new ConnectionLost(`${method}: the database refuses`)
            const work = (member as (...all: unknown[]) => Promise<unknown>).apply(inner, given)
            const done = await work.then(
              (result) => ({ result }),
              (error: unknown) => ({ error }),
            )
            await this.pass(life, `after ${method}`)
            if ('error' in done) throw done.error
            if (fault === 'lose') throw new ConnectionLost(`${method}: done, and its answer lost`)
            return done.result
          }
        },
      })
    return wrap(store, '')
  }

  /** Waits a moment; never comes back to a node that is gone. */
  async pass(life: () => boolean, what: string): Promise<void> {
    const { scheduler, chance, point, stallMs } = this.surroundings
    if (!life() || point(this, what)) return never
    const still = Math.max(stallMs(this, what), this.stalledUntilMs - scheduler.nowMs, 0)
    if (still > 0) this.stalledUntilMs = Math.max(this.stalledUntilMs, scheduler.nowMs + still)
    await scheduler.pause(still + chance.whole(0, 1))
    if (!life()) return never
  }

  #fetch(life: () => boolean): (request: Request) => Promise<Response> {
    return async (request) => {
      await this.pass(life, 'before a call')
      const done = await this.surroundings.fetch(this, request).then(
        (response) => ({ response }),
        (error: unknown) => ({ error }),
      )
      await this.pass(life, 'after a call')
      if ('error' in done) throw done.error
      return done.response
    }
  }
}

/** What a dead process waits for. */
export const never: Promise<never> = new Promise(() => {})

function signersOf(
  credentials: Credentials,
  given: {
    clock: Clock
    random: Chance
    store: Store
    fetch: (request: Request) => Promise<Response>
    adapt: Adaptation
    node: Node
  },
): ReadonlyMap<string, Signer> {
  const { clock, random, store, fetch, adapt, node } = given
  const { apiv3: provider, payinsurance, wecom, baseUrl } = credentials
  const limits = adapt.limits ?? { place: 20, ask: 30, close: 20, refund: 20, ask_refund: 30 }
  const common = {
    fetch,
    clock,
    random,
    baseUrl,
    tokens: store.tokens,
    digestKey: Buffer.alloc(32, 9),
    receiving: { memory: { has: async () => false, add: async () => {} } },
  }
  const { privateKey = '', ...ofProvider } = optionsOf({ apiv3: provider, mode: 'partner' })
  const clients: [Signer['facts'], WechatPay][] = [
    [
      { id: signers.provider, mode: 'partner', mchid: provider.mchid, appid: provider.appid },
      new Client({ ...common, ...ofProvider, signer: directSigner(apiv3.readPrivateKey(privateKey)) }),
    ],
    [
      {
        id: signers.insurance,
        mode: 'partner',
        payinsurance: {
          appid: payinsurance.appid,
          mch_id: payinsurance.mchId,
          sub_appid: payinsurance.subAppid,
          sub_mch_id: payinsurance.subMchId,
        },
      },
      new Client({ ...common, ...optionsOf({ payinsurance }), mode: 'partner' }),
    ],
    [
      { id: signers.corp, mode: 'direct', wecom: { corpid: wecom.corpid } },
      new Client({ ...common, ...optionsOf({ wecom }) }),
    ],
  ]
  return new Map(
    clients.map(([facts, client]) => [
      facts.id,
      { facts, client: adapt.client?.(client, node) ?? client, limits },
    ]),
  )
}
