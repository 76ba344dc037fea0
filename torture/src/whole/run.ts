/** One run of the whole product: two nodes on one database, the real simulator, people, and faults, all from one seed. */
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { type BookedOrder, openSimulator, type Simulator, type Snapshot } from '@chadan/simulator'
import { type Chance, openChance } from '../chance.ts'
import { Broken, brokenBy, type Counts, type Given, noCounts, type Outcome } from '../finding.ts'
import {
  type Gateway,
  newEndpoint,
  type Order,
  openSqlite,
  openVault,
  plan,
  presentOrder,
  products,
  type Store,
  shopsOf,
  type Tenant,
  type Write,
} from '../gateway.ts'
import { ofEveryChange, ofEveryOrder } from '../invariants.ts'
import { clockOver, openScheduler, type Scheduler } from '../scheduler.ts'
import { Trace } from '../trace.ts'
import { Backup } from './backup.ts'
import { drawShares, noShares, type Shares, switchesOf } from './faults.ts'
import {
  booksAgree,
  closedMeansUnpayable,
  effectsAreOnRecord,
  everythingIsDecided,
  leaseBeforeEffect,
  noPhantomPayment,
  noSecretsIn,
  onePayableNumber,
  refundIdentity,
} from './invariants.ts'
import { Network, orderedBy, type Sent } from './network.ts'
import { type Adaptation, ConnectionLost, Node, type Surroundings } from './node.ts'
import { Life, type Town } from './people.ts'
import { bookProducts, isPayable, readBooks } from './truth.ts'

const startMs = Date.UTC(2026, 2, 17, 2)
const hour = 3_600_000
const publicUrl = 'https://pay.hospital.example.cn'
const hooksUrl = 'https://hooks.example.cn'

/** How a run of the whole product is given. */
export interface WholeGiven extends Given {
  readonly adapt?: Adaptation | undefined
  /** No faults but the crash that is asked for. */
  readonly quiet?: boolean | undefined
  /** What happens, in place of drawn people. Started, not waited for. */
  readonly scenario?: ((town: Town, chance: Chance) => void) | undefined
  /** Told the name of every point at which a node could die. */
  readonly points?: ((what: string) => void) | undefined
}

let furnished: Promise<Snapshot> | undefined

/** A world with its merchants and keys, made once per process: making certificates takes longer than a run. */
function furnishedWorld(): Promise<Snapshot> {
  furnished ??= openSimulator({
    clock: { now: () => startMs, after: () => () => {} },
    baseUrl: 'https://api.simulator.invalid',
    fetch: async () => new Response(null, { status: 500 }),
  }).then((simulator) => simulator.snapshot())
  return furnished
}

/** Runs one seed to its end; nothing is thrown. */
export async function runWhole(given: WholeGiven): Promise<Outcome> {
  const run = new WholeRun(given)
  let broken: Outcome['broken']
  try {
    await run.run()
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

class WholeRun {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly counts: Counts = noCounts()
  readonly #given: WholeGiven
  readonly #chance: Chance
  readonly #network: Network
  readonly #shares: Shares
  readonly #storeChance: Chance
  readonly #orders = new Map<string, Order>()
  readonly #lives: Life[] = []
  /** Calls with an effect that went out, by number. */
  readonly #effects = new Map<string, number>()
  readonly #bodies = new Map<string, string>()
  readonly #lied = new Set<string>()
  readonly #taken = new Map<string, number>()
  readonly #takenIds = new Set<string>()
  readonly #logged: string[] = []
  readonly #forgotten = new Set<string>()
  readonly #accepted = new Set<string>()
  readonly #granted = new Map<string, number>()
  #simulator: Simulator | undefined
  #store: Store | undefined
  #nodes: Node[] = []
  #broken: unknown
  #healed = false
  #dirty = false
  #books: ReadonlyMap<string, BookedOrder> = new Map()
  #unnumbered = false
  #claims: StatementSync | undefined
  #database: DatabaseSync | undefined
  #questionsGranted = 0
  #questions = 0

  constructor(given: WholeGiven) {
    this.#given = given
    this.trace = new Trace(given.lines ?? 400)
    this.#chance = openChance(`whole ${given.seed}`)
    this.#storeChance = this.#chance.fork('store faults')
    this.scheduler = openScheduler(startMs, this.#chance.fork('ties'))
    this.#shares = given.quiet ? noShares : drawShares(this.#chance.fork('faults'), given.without ?? [])
    this.#network = new Network({
      scheduler: this.scheduler,
      chance: this.#chance.fork('network'),
      shares: this.#shares,
      ears: {
        note: (who, what) => this.#note(who, what),
        fault: () => void this.counts.faults++,
        called: (_node, call) => this.#guard(() => this.#called(call)),
        reached: () => void this.counts.calls++,
        lied: (numbers) => {
          for (const number of numbers) this.#lied.add(number)
        },
        answered: (notice) => this.#guard(() => this.#answered(notice)),
        took: (url, body) => this.#guard(() => this.#took(url, body)),
      },
    })
  }

  async run(): Promise<void> {
    const { scheduler } = this
    const snapshot = await furnishedWorld()
    const simulator = await openSimulator({
      clock: clockOver(scheduler),
      snapshot: { ...snapshot, nowMs: startMs },
      random: this.#chance.fork('simulator'),
      baseUrl: 'https://api.simulator.invalid',
      switches: switchesOf(this.#shares),
      fetch: (request) => this.#network.notify(request),
      changed: () => {
        this.#dirty = true
      },
    })
    this.#simulator = simulator
    const database = new DatabaseSync(':memory:')
    try {
      await this.#open(simulator, database)
      await this.#live(simulator)
      await this.#judge(simulator)
    } finally {
      for (const node of this.#nodes) node.die()
      database.close()
    }
  }

  async #open(simulator: Simulator, database: DatabaseSync): Promise<void> {
    const { scheduler } = this
    const adapt = this.#given.adapt ?? {}
    const random = this.#chance.fork('vault')
    const vault = openVault({
      keys: [{ id: 'k1', key: random.bytes(32) }],
      indexKey: random.bytes(32),
      random,
    })
    const all = adapt.products?.(products) ?? products
    const store = this.#watched(
      openSqlite({
        database,
        vault,
        dueOf: (order) => plan(order, all[order.product])?.atMs,
        turn: (work) => void scheduler.after(0, work),
      }),
    )
    this.#store = store
    this.#database = database
    this.#claims = database.prepare('SELECT claim_id FROM orders WHERE id = ?')
    const shops = shopsOf(simulator.credentials)
    const rules = this.#chance.fork('tenants')
    const tenants = shops.map(
      (shop): Tenant => ({
        id: shop.id,
        name: shop.name,
        signers: Object.values(shop.signers),
        merchant: shop.merchant,
        returnPage: 'https://hospital.example.cn/paid',
        refundUnexpected: rules.happens(0.3) ? 'at_once' : 'by_hand',
      }),
    )
    const surroundings: Surroundings = {
      scheduler,
      chance: this.#chance.fork('nodes'),
      store,
      credentials: simulator.credentials,
      tenants,
      publicUrl,
      products: all,
      fetch: (node, request) => this.#network.call(node, request),
      deliver: (_node, request, signal) => this.#network.deliver(request, signal),
      point: (node, what) => this.#point(node, what),
      storeFault: (_node, method) => this.#storeFault(method),
      stallMs: (_node, what) => this.#stallMs(what),
      unsequenced: () => this.#unnumbered,
      failed: (node, where, error) => this.#failed(node, where, error),
      adapt,
    }
    const skews = this.#chance.fork('skew')
    this.#nodes = ['north', 'south'].map(
      (name, index) =>
        new Node(
          name,
          index === 0 || this.#shares.skew === 0 ? 0 : skews.whole(-20_000, 20_000),
          surroundings,
        ),
    )
    this.#network.connect(simulator, this.#nodes)
    for (const shop of shops) {
      const endpoint = newEndpoint(
        { tenant: shop.id, url: `${hooksUrl}/${shop.id}` },
        { random, nowMs: scheduler.nowMs },
      )
      const saving = store.saveEndpoint(endpoint)
      await scheduler.run(scheduler.nowMs)
      await saving
    }
    for (const node of this.#nodes) node.start()
  }

  async #live(simulator: Simulator): Promise<void> {
    const { scheduler } = this
    const town: Town = {
      scheduler,
      simulator,
      shops: shopsOf(simulator.credentials),
      ask: (work) => this.#ask(work),
      note: (who, what) => this.#note(who, what),
      seen: () => {},
      legsFail: () => this.#network.fault('legs_fail'),
      wrong: (promise, invariant, found) =>
        this.#guard(() => {
          throw new Broken(promise, invariant, found)
        }),
    }
    this.#given.scenario?.(town, this.#chance.fork('scenario'))
    for (let index = 0; index < this.#given.orders; index++) {
      const life = new Life(town, index, this.#chance.fork(`life ${index}`))
      this.#lives.push(life)
      life.begin()
    }
    if (this.#shares.restored_backup > 0) this.#planRestore()
    if (this.#shares.crash > 0) this.#plan(() => this.#crashSome(), this.#chance.fork('crashes'))
    const faultsEndMs = startMs + this.#chance.fork('end').spread(2 * hour, 26 * hour)
    await this.#go(faultsEndMs)
    this.#heal(simulator)
    // The late questions come up to a day after an end, webhooks up to a day after their last failure.
    await this.#go(scheduler.nowMs + 30 * hour)
    for (const life of this.#lives) life.tidy()
    await this.#go(scheduler.nowMs + 60 * hour)
  }

  /** Lets time pass until then, looking at the whole from time to time. */
  async #go(untilMs: number): Promise<void> {
    let steps = 0
    await this.scheduler.run(untilMs, () => {
      if (this.#broken) return true
      if (++steps % 25 === 0) this.#look()
      return undefined
    })
    if (this.#broken) throw this.#broken
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#broken ??= error
    }
  }

  #note(who: string, what: string): void {
    this.trace.note(this.scheduler.nowMs, who, what)
  }

  // What is asked of the gateway

  async #ask<T>(work: (gateway: Gateway) => Promise<T>): Promise<T | undefined> {
    const up = this.#nodes.filter((node) => node.alive)
    if (up.length === 0) {
      await this.scheduler.pause(1_000)
      return undefined
    }
    const node = this.#chance.pick(up)
    let stop: (() => void) | undefined
    const late = new Promise<undefined>((resolve) => {
      stop = this.scheduler.after(30_000, () => resolve(undefined))
    })
    const { scheduler } = this
    await scheduler.pause(5)
    if (!node.alive) return undefined
    const asked = work(node.gateway).catch((error: unknown) => {
      if (error instanceof ConnectionLost) return undefined
      throw error
    })
    try {
      return await Promise.race([asked, late])
    } finally {
      stop?.()
      asked.catch(() => {})
    }
  }

  // What goes wrong

  #point(node: Node, what: string): boolean {
    const number = this.counts.points++
    this.#given.points?.(what)
    if (this.#given.crashAt !== number) return false
    this.#crash(node, 500)
    return true
  }

  #crashSome(): void {
    if (this.#healed) return
    const chance = this.#storeChance
    this.#crash(chance.pick(this.#nodes), chance.spread(50, 180_000))
  }

  #plan(work: () => void, chance: Chance): void {
    this.scheduler.after(chance.spread(500, (4 * hour) / (1 + 10 * this.#shares.crash)), () => {
      if (this.#healed) return
      work()
      this.#plan(work, chance)
    })
  }

  #crash(node: Node, downMs: number): void {
    if (!node.alive) return
    node.die()
    this.counts.crashes++
    this.counts.faults++
    this.#note(node.name, 'crashes')
    this.scheduler.after(downMs, () => {
      node.start()
      this.#note(node.name, 'is up again')
    })
  }

  /** 27. Some minutes of the database are lost; what it still knows must be right again in the end. */
  #planRestore(): void {
    const chance = this.#chance.fork('backup')
    this.scheduler.after(chance.spread(60_000, 2 * hour), () => {
      const database = this.#database
      if (!database || this.#healed) return
      const backup = new Backup(database, this.scheduler.nowMs)
      this.#note('world', 'a backup is made')
      this.scheduler.after(chance.spread(10_000, 40 * 60_000), () => {
        if (this.#healed) return
        for (const node of this.#nodes) this.#crash(node, 1_000)
        // What dead processes still had in the queue of the database is over, too.
        this.scheduler.after(500, () => {
          backup.restore()
          this.#forget(database)
        })
      })
    })
  }

  /** What was written since the backup is gone: what was counted of it is counted anew. */
  #forget(database: DatabaseSync): void {
    const before = new Map(this.#orders)
    this.#orders.clear()
    for (const { doc } of database.prepare('SELECT doc FROM orders').all()) {
      const order = JSON.parse(String(doc)) as Order
      this.#orders.set(order.id, order)
    }
    // A node whose clock is behind takes its share of a window that the backup had not seen yet.
    this.#granted.clear()
    // What was acknowledged since the backup is lost with it.
    for (const row of this.#simulator?.notices ?? []) if (row.state === 'accepted') this.#accepted.add(row.id)
    let lost = 0
    for (const [id, order] of before) {
      if (this.#orders.get(id)?.version === order.version) continue
      lost++
      for (const key of this.#taken.keys()) if (key.endsWith(id)) this.#taken.delete(key)
      for (const { number } of [...order.attempts, ...order.refunds]) {
        this.#forgotten.add(number)
        this.#effects.delete(number)
        for (const key of this.#bodies.keys()) if (key.includes(number)) this.#bodies.delete(key)
      }
    }
    this.#note('world', `the backup is restored: ${lost} orders lose something`)
  }

  #storeFault(method: string): 'refuse' | 'lose' | undefined {
    if (this.#healed) return undefined
    const { lost_commit, store_down } = this.#shares
    if (this.#storeChance.happens(store_down * 0.1)) {
      this.counts.faults++
      return 'refuse'
    }
    const writes = !/^(find|orders|bytes|log|heads|facts|next|events|event|endpoints|figures)/.test(method)
    if (writes && this.#storeChance.happens(lost_commit * 0.3)) {
      this.counts.faults++
      this.#note('store', `${method}: its answer is lost`)
      return 'lose'
    }
    return undefined
  }

  /** A process that stands still is worst where it holds something: after a claim, after an answer. */
  #stallMs(what: string): number {
    const holds = /^after (claim|claimDue|a call)$/.test(what)
    if (this.#healed || !this.#storeChance.happens(this.#shares.stall * (holds ? 0.4 : 0.003))) return 0
    this.counts.faults++
    const ms = this.#storeChance.spread(holds ? 40_000 : 1_000, 150_000)
    this.#note('world', `a node stands still for ${ms} ms ${what}`)
    return ms
  }

  #heal(simulator: Simulator): void {
    this.#healed = true
    this.#note('world', 'heals')
    this.#network.heal()
    const { never_notifies, unsigned_refusals } = this.#shares
    simulator.changeSwitches({
      ...switchesOf({ ...noShares, never_notifies, unsigned_refusals }),
      requestsPerSecond: { 'refunds.create': 150, 'wecom.refund': 150 },
    })
    for (const node of this.#nodes) {
      node.stalledUntilMs = 0
      if (!node.alive) node.start()
      node.nudge()
    }
  }

  #failed(node: Node, where: string, error: unknown): void {
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#logged.push(`${where} ${said}`)
    this.#note(node.name, `${where} failed: ${said}`)
    const defect = error instanceof TypeError || (error instanceof Error && error.name === 'ActMisplaced')
    if (defect && !/connection|lost|late|refused/.test(said))
      this.#guard(() => {
        throw new Broken(0, 'no defect is thrown', error instanceof Error ? (error.stack ?? said) : said)
      })
  }

  // What is looked at

  /** The store, with every commit looked at as it is made. */
  #watched(store: Store): Store {
    const change: Store['change'] = async (find, decide) => {
      let seen: { before: Order | undefined; write: Write; claim: string | undefined } | undefined
      const result = await store.change(find, (found) => {
        const decision = decide(found)
        const claim = found.order && this.#claimOf(found.order.id)
        seen = decision.write && { before: found.order, write: decision.write, claim }
        return decision
      })
      if (seen) this.#guard(() => this.#committed(seen?.before, seen?.write, seen?.claim))
      for (const node of this.#nodes) node.nudge()
      return result
    }
    const takeBudget: Store['takeBudget'] = async (name, windowMs, limit, want) => {
      const taken = await store.takeBudget(name, windowMs, limit, want)
      const key = `${name} ${windowMs}`
      const total = (this.#granted.get(key) ?? 0) + taken
      this.#granted.set(key, total)
      if (/ask/.test(name)) this.#questionsGranted += taken
      this.#guard(() => {
        if (total > limit) throw new Broken(24, 'provider budget', `${total} of ${limit} for ${key}`)
      })
      return taken
    }
    const sequence: Store['sequence'] = async (limit, nowMs) => {
      const done = await store.sequence(limit, nowMs)
      if (done.count < limit) this.#unnumbered = false
      for (const node of this.#nodes) if (done.count > 0) node.nudge()
      return done
    }
    return Object.assign(Object.create(store) as Store, bound(store), { change, takeBudget, sequence })
  }

  /** Who holds this order in the database at this moment. */
  #claimOf(id: string): string | undefined {
    const row = this.#claims?.get(id) as { claim_id: string | null } | undefined
    return row?.claim_id ?? undefined
  }

  #committed(before: Order | undefined, write: Write | undefined, claim: string | undefined): void {
    if (!write) return
    const { order, log = [], events = [] } = write
    if (events.length > 0) this.#unnumbered = true
    this.#orders.set(order.id, order)
    for (const entry of log) {
      const what =
        entry.input.kind === 'act'
          ? entry.input.act.act
          : `heard ${entry.input.observation.reading.said} by ${entry.input.observation.by}`
      const marks = order.view.marks.filter((one) => !one.resolved).map((one) => one.code)
      this.#note('order', `${order.reference} v${entry.version} ${what}: ${entry.to} ${marks.join(' ')}`)
    }
    leaseBeforeEffect(write, claim)
    for (const holds of ofEveryChange) holds({ before, order, log, events, product: products[order.product] })
    for (const [id, digest] of bodyChanges(write)) {
      const known = this.#bodies.get(id)
      if (known !== undefined && known !== digest)
        throw new Broken(15, 'numbers are never reused', `${id} was prepared twice`)
      this.#bodies.set(id, digest)
    }
    this.#payables(order)
  }

  #payables(order: Order): void {
    const simulator = this.#simulator
    if (!simulator || order.attempts.some((one) => this.#lied.has(one.number))) return
    const payable = (number: string) => isPayable(simulator, number)
    closedMeansUnpayable(order, payable)
    onePayableNumber(order, payable)
  }

  /** The slower looks: at all orders and both books. */
  #look(): void {
    if (!this.#dirty || !this.#simulator) return
    this.#dirty = false
    this.#guard(() => {
      const simulator = this.#simulator as Simulator
      this.#books = readBooks(simulator)
      noPhantomPayment(this.#orders.values(), this.#books)
      refundIdentity(this.#orders.values(), this.#books, this.#forgotten)
      for (const order of this.#orders.values()) {
        this.#payables(order)
        effectsAreOnRecord(order, this.#effects)
      }
      this.#noticesAreDurable(simulator)
      this.#spoilRefunds(simulator)
    })
  }

  /** 16. What the provider was told is heard stands in the store: as a fact of its order, or in suspense. */
  #noticesAreDurable(simulator: Simulator): void {
    for (const row of simulator.notices) {
      if (row.state !== 'accepted' || this.#accepted.has(row.id)) continue
      this.#accepted.add(row.id)
      // A PayScore payment told a second time, as a transaction: its own notice says more.
      if (row.notification === 'cash.paid' && row.url.endsWith('/payscore')) continue
      const numbers = Object.entries(row.resource)
        .filter(([name]) => /out_(trade|order|refund)_no$/.test(name))
        .map(([, value]) => String(value))
      const about = (order: Order) =>
        order.facts.some(
          (one) => one.source === 'notice' && numbers.some((number) => number.startsWith(one.reading.number)),
        )
      const known = [...this.#orders.values()].some(about)
      const ours = [...this.#orders.values()].some(
        (order) =>
          order.attempts.some((one) => numbers.includes(one.number)) ||
          order.refunds.some((one) => numbers.some((number) => number.startsWith(one.number))),
      )
      if (ours && !known)
        throw new Broken(
          16,
          'acknowledged implies durable',
          `${row.notification} of ${numbers.join(' ')} was accepted and is not kept`,
        )
    }
  }

  /** How refunds of a payment will end, decided when the payment is first seen. */
  #spoilRefunds(simulator: Simulator): void {
    if (this.#healed || this.#shares.refunds_go_wrong === 0) return
    const outcomes = simulator.world.table<string>('world.refundOutcomes')
    for (const { transactionId } of simulator.world.transactions.values()) {
      if (outcomes.get(transactionId) !== undefined) continue
      const bad = this.#storeChance.happens(0.4)
      outcomes.set(
        transactionId,
        bad ? this.#storeChance.pick(['abnormal', 'closed', 'balance', 'otherBalance']) : 'success',
      )
    }
  }

  #called(call: Sent): void {
    const { method, path, numbers } = call
    const asks = method === 'GET' || /query|get_|token|download|statement/.test(path)
    if (asks) {
      // A question about a mixed order is two calls; tokens and keys are not counted.
      if (method === 'GET' && numbers.length > 0 && ++this.#questions > 2 * this.#questionsGranted)
        throw new Broken(
          24,
          'provider budget',
          `${this.#questions} questions, ${this.#questionsGranted} granted`,
        )
      return
    }
    const refund = /refund/.test(path)
    const own = refund
      ? numbers.map((one) => this.#refundBehind(one)).find((one) => one !== undefined)
      : numbers.find((one) => this.#isAttempt(one))
    const number = own ?? numbers[0]
    if (number === undefined) return
    // Under a token, the client sends once more with a fresh one when the old one was refused.
    const weight = /^\/(payinsurance|cgi-bin)\//.test(path) ? 0.5 : 1
    this.#effects.set(number, (this.#effects.get(number) ?? 0) + weight)
    if (/close|cancel|complete|sync/.test(path)) return
    const key = `${path} ${refund ? (numbers.find((one) => this.#refundBehind(one)) ?? number) : number}`
    const ordered = orderedBy(call)
    const known = this.#bodies.get(key)
    if (known !== undefined && known !== ordered)
      throw new Broken(15, 'numbers are never reused', `${key} was sent with another body`)
    this.#bodies.set(key, ordered)
  }

  /** The refund that bears this number, or one of whose calls does. */
  #refundBehind(number: string): string | undefined {
    for (const order of this.#orders.values())
      for (const refund of order.refunds)
        if (number === refund.number || number.startsWith(`${refund.number}_`)) return refund.number
    return undefined
  }

  #isAttempt(number: string): boolean {
    for (const order of this.#orders.values())
      if (order.attempts.some((one) => one.number === number)) return true
    return false
  }

  #answered({
    forged,
    status,
    body,
    url,
  }: {
    forged: boolean
    status: number
    body: string
    url: string
  }): void {
    if (!forged || status >= 300) return
    // XML is always answered 200; what counts stands in it.
    if (/FAIL/.test(body)) return
    throw new Broken(11, 'evidence', `a forged notice was accepted at ${new URL(url).pathname}`)
  }

  /** 19 and 20. Events of an order arrive in order; each tells the state at its place. */
  #took(url: string, body: string): void {
    const event = JSON.parse(body) as {
      id: string
      order: string
      order_seq: number
      type: string
      data: { order?: { version?: number } }
    }
    this.#note('receiver', `${event.type} ${event.order} ${event.order_seq}`)
    if (this.#takenIds.has(event.id)) return
    this.#takenIds.add(event.id)
    const key = `${url} ${event.order}`
    const before = this.#taken.get(key) ?? 0
    if (event.order_seq <= before)
      throw new Broken(19, 'order within an order', `${event.order_seq} after ${before} of ${event.order}`)
    this.#taken.set(key, event.order_seq)
    if (event.data.order?.version !== Math.floor(event.order_seq / 100))
      throw new Broken(
        20,
        'content is the state at its sequence',
        `version ${event.data.order?.version} at ${event.order_seq}`,
      )
  }

  // The end

  async #judge(simulator: Simulator): Promise<void> {
    const store = this.#store as Store
    const { scheduler } = this
    this.#dirty = true
    this.#look()
    if (this.#broken) throw this.#broken
    const orders = await this.#settled(this.#allOrders(store), scheduler)
    this.counts.orders = orders.length
    this.counts.paid = orders.filter((one) => one.view.taken > 0).length
    const books = readBooks(simulator)
    const events = new Map<string, unknown[]>()
    const told: string[] = []
    for (const shop of shopsOf(simulator.credentials)) {
      const rows = await this.#settled(store.events(shop.id, 0, 10_000), scheduler)
      for (const [index, row] of rows.entries()) {
        if (row.seq !== index + 1)
          throw new Broken(17, 'one event per fact', `the feed of ${shop.id} has a gap at ${index + 1}`)
        events.set(row.order, [...(events.get(row.order) ?? []), row])
        told.push(row.id)
      }
    }
    for (const order of orders) {
      const log = await this.#settled(store.log(order.id), scheduler)
      const own = (events.get(order.id) ?? []) as Parameters<(typeof ofEveryOrder)[number]>[0]['events']
      const inOrder = own.toSorted((a, b) => a.orderSeq - b.orderSeq)
      for (const holds of ofEveryOrder)
        holds({ order, log, events: inOrder, product: products[order.product] })
      effectsAreOnRecord(order, this.#effects)
      noSecretsIn('the log of an order', JSON.stringify(log), secretsOf(simulator))
    }
    const undelivered = await this.#settled(this.#deliveriesOpen(store), scheduler)
    if (undelivered.length > 0) throw new Broken(18, 'at least once to the merchant', undelivered.join(', '))
    const missing = told.filter((id) => !this.#takenIds.has(id))
    if (missing.length > 0)
      throw new Broken(
        18,
        'at least once to the merchant',
        `${missing.length} of ${told.length} events never arrived`,
      )
    everythingIsDecided(orders, books, { lied: this.#lied, unsigned: this.#shares.unsigned_refusals > 0 })
    const rows = bookProducts.flatMap((product) => [...simulator.booked(product, 0, 10_000)])
    const exempt = new Set(this.#lied)
    if (this.#shares.unsigned_refusals > 0)
      for (const order of orders)
        for (const attempt of order.attempts) if (!books.has(attempt.number)) exempt.add(attempt.number)
    booksAgree(orders, rows, { lied: exempt, forgotten: this.#forgotten })
    const secrets = secretsOf(simulator)
    noSecretsIn('an event', JSON.stringify([...events.values()]), secrets)
    noSecretsIn('a log line', this.#logged.join('\n'), secrets)
    noSecretsIn('an order', JSON.stringify(orders.map((one) => presentOrder(one))), secrets)
  }

  async #allOrders(store: Store): Promise<readonly Order[]> {
    return (await store.orders({}, { limit: 1_000 })).rows
  }

  async #deliveriesOpen(store: Store): Promise<readonly string[]> {
    const { rows } = await store.deliveries({}, { limit: 5_000 })
    return rows
      .filter((one) => one.state !== 'acknowledged')
      .map((one) => `${one.event} is ${one.state} after ${one.attempts}: ${one.lastError}`)
      .slice(0, 3)
  }

  /** Runs the world until this is known. */
  async #settled<T>(work: Promise<T>, scheduler: Scheduler): Promise<T> {
    let done = false
    const mark = () => {
      done = true
    }
    work.then(mark, mark)
    for (let count = 0; !done && count < 100; count++) {
      await scheduler.drain()
      if (!done) scheduler.step(scheduler.nowMs + 1_000)
    }
    return work
  }
}

/** Prepared bytes that a write keeps, by their id; inputs are left out. */
function bodyChanges(write: Write): readonly [string, string][] {
  return (write.bytes ?? [])
    .filter(({ id }) => !id.endsWith('/input'))
    .map(({ id, bytes }) => [id, Buffer.from(bytes).toString('base64')])
}

/** Methods that go on working when they are called on a copy. */
function bound(store: Store): Partial<Store> {
  return Object.fromEntries(
    Object.entries(store).map(([name, member]) => [
      name,
      typeof member === 'function' ? member.bind(store) : member,
    ]),
  )
}

function secretsOf({ credentials, world }: Simulator): readonly string[] {
  const { apiv3, payinsurance, wecom } = credentials
  const [payer] = [...world.payers.values()]
  return [
    apiv3.apiV3Key,
    apiv3.openid,
    apiv3.subOpenid,
    payinsurance.key,
    payinsurance.agentSecret,
    payinsurance.openid,
    payinsurance.userName,
    payinsurance.userCardNo,
    wecom.corpsecret,
    wecom.encodingAesKey,
    wecom.token,
    wecom.openid,
    payer?.idNumber ?? '',
  ]
}
