/** Changes of orders: found under lock, decided, written; many in one transaction. */
import type { Order } from '../order/order.ts'
import { type Ask, Collided, type Driver, NotUnique, type Script } from './script.ts'
import { ClaimLost, type Decision, type Find, type Found, type KeptKey, Taken, type Write } from './store.ts'
import { contextOf, type RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

/** One change that was asked for. */
export interface Change {
  readonly find: Find
  decide(found: Found): Decision<unknown>
}

/** What changes are made with. */
export interface ChangeTools {
  readonly vault: Vault
  /** When an order's next step is due. */
  readonly dueOf: (order: Order) => number | undefined
  /** Where this store counts orders: stores that count in different rows do not wait for each other. */
  readonly slot: number
}

/** What became of a change: its result, or why it was not made. */
export type Outcome = { readonly result: unknown } | { readonly error: unknown }

/** Makes each change as a script of its own; one that meets a row it did not see is told that it is `Taken`. */
export function changeAlone(
  driver: Pick<Driver, 'write'>,
  tools: ChangeTools,
): (change: Change) => Promise<unknown> {
  return async (change) => {
    const [outcome] = await driver
      .write(() => changeAll([change], tools))
      .catch((error) => {
        throw error instanceof NotUnique ? taken(error) : error
      })
    if (outcome && 'result' in outcome) return outcome.result
    throw outcome?.error
  }
}

/** All changes in one transaction; those that throw before anything is written are left out. */
export function* changeAll(changes: readonly Change[], tools: ChangeTools): Script<readonly Outcome[]> {
  const desk = yield* findAll(changes, tools)
  const outcomes = changes.map(({ find, decide }): Outcome => {
    try {
      const { result, write } = decide(desk.found(find))
      if (write) desk.take(write)
      return { result }
    } catch (error) {
      return { error }
    }
  })
  const asks = desk.asks()
  if (asks.length === 0) return outcomes
  const answers = yield asks
  asks.forEach((ask, at) => {
    // Under lock this cannot be: the row changed behind the one door.
    if (ask.op === 'update' && answers[at]?.count !== ask.rows.length)
      throw new Collided('an order had another version than the one found')
  })
  return outcomes
}

function taken({ index }: NotUnique): Error {
  if (index.startsWith('orders')) return new Taken('reference')
  if (index.startsWith('numbers')) return new Taken('number')
  if (index.startsWith('idempotency')) return new Taken('key')
  return new NotUnique(index)
}

type OrderRow = RowOf<'orders'>

/** Everything these changes look for, the orders held until the end of the transaction. */
function* findAll(changes: readonly Change[], tools: ChangeTools): Script<Desk> {
  const finds = changes.map(({ find }) => find)
  const numbers = finds.flatMap((one) => ('number' in one ? [[one.signer, one.kind, one.number]] : []))
  const references = finds.flatMap((one) => ('reference' in one ? [[one.tenant, one.reference]] : []))
  const keys = finds.flatMap((one) =>
    'reference' in one && one.key !== undefined ? [[one.tenant, one.key]] : [],
  )
  const ids = finds.flatMap((one) => ('id' in one ? [one.id] : []))
  const desk = new Desk(tools)
  const asks: readonly Ask[] = [
    { op: 'lookup', table: 'numbers', by: ['signer', 'kind', 'number'], keys: unique(numbers) },
    { op: 'lookup', table: 'orders', by: ['tenant', 'reference'], keys: unique(references) },
    { op: 'lookup', table: 'idempotency', by: ['tenant', 'name'], keys: unique(keys) },
  ]
  const answers = yield asks
  asks.forEach((ask, at) => {
    const rows = answers[at]?.rows ?? []
    if (ask.op !== 'lookup') return
    if (ask.table === 'numbers') for (const row of rows) ids.push(desk.number(row as RowOf<'numbers'>))
    if (ask.table === 'orders') for (const row of rows) ids.push((row as OrderRow).id)
    if (ask.table === 'idempotency') for (const row of rows) desk.key(keptKey(row as RowOf<'idempotency'>))
  })
  if (ids.length === 0) return desk
  const held = unique(ids.map((id) => [id])).sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  const [orders] = yield [{ op: 'lookup', table: 'orders', by: ['id'], keys: held, lock: true }]
  for (const row of orders?.rows ?? []) desk.order(row as OrderRow)
  return desk
}

function unique(keys: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(keys.map((key) => [name(...key), key])).values()]
}

function name(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}

function keptKey({ tenant, name: key, digest, order_id: order, at_ms: atMs }: RowOf<'idempotency'>): KeptKey {
  return { tenant, key, digest, order, atMs }
}

interface Held {
  readonly row: OrderRow
  readonly order: Order
  /** The version in the database; `undefined` for an order that is not there yet. */
  readonly was: number | undefined
  readonly changed: boolean
  /** Amount, currency or payer are no longer those in the database. */
  readonly moved: boolean
}

/** What an update sets; what an order keeps for its life is left alone, and with it the indexes over it. */
function updateOfAll({ row, was = 0 }: Held) {
  const { id, tenant: _t, signer: _s, product: _p, reference: _r, created_ms: _c, ...set } = row
  return { set, where: { id, version: was } }
}

/** The same where amount and payer stay, as nearly always. */
function updateOf(held: Held) {
  const { set, where } = updateOfAll(held)
  const { minor: _m, currency: _c, payer: _p, ...rest } = set
  return { set: rest, where }
}

/** What was found, and what will be written over it: later changes of a group see what earlier ones decided. */
class Desk {
  readonly #tools: ChangeTools
  readonly #held = new Map<string, Held>()
  readonly #references = new Map<string, string>()
  readonly #numbers = new Map<string, string>()
  readonly #keys = new Map<string, KeptKey>()
  readonly #rows = {
    numbers: [] as RowOf<'numbers'>[],
    merchants: [] as RowOf<'merchants'>[],
    bytes: new Map<string, RowOf<'bytes'>>(),
    log: [] as RowOf<'log'>[],
    facts: [] as RowOf<'facts'>[],
    events: [] as Omit<RowOf<'events'>, 'seq'>[],
    idempotency: [] as RowOf<'idempotency'>[],
  }
  readonly #tally = new Map<string, RowOf<'tallies'>>()

  constructor(tools: ChangeTools) {
    this.#tools = tools
  }

  order(row: OrderRow): void {
    this.#hold({ row, order: JSON.parse(row.doc) as Order, was: row.version, changed: false, moved: false })
  }

  number({ signer, kind, number, order_id }: RowOf<'numbers'>): string {
    this.#numbers.set(name(signer, kind, number), order_id)
    return order_id
  }

  key(key: KeptKey): void {
    this.#keys.set(name(key.tenant, key.key), key)
  }

  found(find: Find): Found {
    const key =
      'reference' in find && find.key !== undefined ? this.#keys.get(name(find.tenant, find.key)) : undefined
    const id = 'id' in find ? find.id : this.#idOf(find)
    return { order: id === undefined ? undefined : this.#held.get(id)?.order, key }
  }

  #idOf(find: Exclude<Find, { id: string }>): string | undefined {
    if ('reference' in find) return this.#references.get(name(find.tenant, find.reference))
    return this.#numbers.get(name(find.signer, find.kind, find.number))
  }

  /** Takes what a decision writes. Throws `ClaimLost`, and then takes nothing. */
  take(write: Write): void {
    const { order, claim } = write
    const before = this.#held.get(order.id)
    if (claim?.must && before?.row.claim_id !== claim.id)
      throw new ClaimLost('the claim went to somebody else')
    const row = this.#rowOf(write, before?.row)
    this.#keepBeside(write)
    // Only with an attempt do merchants come.
    if (order.attempts.length > (before?.order.attempts.length ?? 0))
      for (const merchant of merchantsOf(order))
        this.#rows.merchants.push({ merchant, placed_ms: order.createdMs, order_id: order.id })
    this.#count(row, before?.row)
    const same =
      before?.row.minor === row.minor &&
      before.row.currency === row.currency &&
      before.row.payer === row.payer
    const moved = before?.moved === true || !same
    this.#hold({ row, order, was: before?.was, changed: true, moved })
  }

  /** All of it, in as few asks as there are tables. */
  asks(): readonly Ask[] {
    const changed = [...this.#held.values()].filter((one) => one.changed)
    const made = changed.filter((one) => one.was === undefined).map(({ row }) => row)
    const kept = changed.filter((one) => one.was !== undefined)
    const { numbers, merchants, bytes, log, facts, events, idempotency } = this.#rows
    const sealed = [...bytes.values()]
    const tally = [...this.#tally.values()].filter((one) => one.orders !== 0)
    const asks: readonly Ask[] = [
      { op: 'insert', table: 'orders', rows: made },
      { op: 'insert', table: 'numbers', rows: numbers },
      {
        op: 'insert',
        table: 'merchants',
        rows: merchants,
        conflict: '(merchant, placed_ms, order_id) DO NOTHING',
      },
      { op: 'insert', table: 'idempotency', rows: idempotency },
      { op: 'update', table: 'orders', rows: kept.filter((one) => !one.moved).map(updateOf) },
      { op: 'update', table: 'orders', rows: kept.filter((one) => one.moved).map(updateOfAll) },
      {
        op: 'insert',
        table: 'bytes',
        rows: sealed,
        conflict: '(id) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id',
      },
      { op: 'insert', table: 'log', rows: log },
      { op: 'insert', table: 'facts', rows: facts, conflict: '(order_id, fingerprint) DO NOTHING' },
      { op: 'insert', table: 'events', rows: events },
      {
        op: 'insert',
        table: 'tallies',
        rows: tally.sort((a, b) => (name(a.product, a.state) < name(b.product, b.state) ? -1 : 1)),
        conflict: '(slot, product, state) DO UPDATE SET orders = tallies.orders + excluded.orders',
      },
    ]
    return asks.filter((ask) => 'rows' in ask && ask.rows.length > 0)
  }

  #hold(held: Held): void {
    const { id, tenant, reference } = held.row
    this.#held.set(id, held)
    this.#references.set(name(tenant, reference), id)
  }

  #rowOf(write: Write, before: OrderRow | undefined): OrderRow {
    const { order, payer, log = [], facts = [], bytes = [] } = write
    const { view } = order
    const atMs = log.at(-1)?.atMs ?? before?.updated_ms ?? order.createdMs
    const due_ms = this.#tools.dueOf(order) ?? null
    const held = claimAfter(write, before)
    return {
      id: order.id,
      tenant: order.tenant,
      signer: order.signer,
      product: order.product,
      reference: order.reference,
      state: view.state,
      reason: view.reason ?? null,
      attention: view.marks.filter((one) => !one.resolved).length,
      minor: view.amount.minor,
      currency: view.amount.currency,
      version: order.version,
      doc: JSON.stringify(order),
      due_ms,
      ...held,
      wake_ms: due_ms === null ? null : Math.max(due_ms, held.claim_until_ms ?? 0),
      payer: payer === undefined ? (before?.payer ?? null) : this.#tools.vault.index(payer),
      payload: facts.length + bytes.length > 0 ? 1 : (before?.payload ?? 0),
      state_ms: before?.state === view.state ? before.state_ms : atMs,
      created_ms: order.createdMs,
      updated_ms: atMs,
    }
  }

  #keepBeside({ order, numbers = [], bytes = [], log = [], facts = [], events = [], key }: Write): void {
    const { vault } = this.#tools
    for (const { kind, number } of numbers) {
      const row = { signer: order.signer, kind, number, order_id: order.id }
      this.#rows.numbers.push(row)
      this.number(row)
    }
    for (const { id, order: order_id, bytes: clear } of bytes) {
      const sealed = vault.seal(clear, contextOf('bytes', id))
      this.#rows.bytes.set(id, { id, order_id, sealed, key_id: vault.keyId })
    }
    for (const entry of log) {
      const { order: order_id, version, atMs: at_ms, hash } = entry
      this.#rows.log.push({ order_id, version, at_ms, entry: JSON.stringify(entry), hash })
    }
    for (const { order: order_id, fingerprint, bytes: clear, serial, requestId, heardMs } of facts)
      this.#rows.facts.push({
        order_id,
        fingerprint,
        sealed: vault.seal(clear, contextOf('facts', order_id, fingerprint)),
        key_id: vault.keyId,
        serial: serial ?? null,
        request_id: requestId ?? null,
        heard_ms: heardMs,
      })
    for (const { id, tenant, order: order_id, orderSeq, type, atMs, data, minor, currency } of events)
      this.#rows.events.push({
        ...{ id, tenant, order_id, order_seq: orderSeq, type, at_ms: atMs },
        ...{ body: JSON.stringify(data), minor, currency },
      })
    if (key) {
      const { tenant, key: name, digest, order: order_id, atMs: at_ms } = key
      this.#rows.idempotency.push({ tenant, name, digest, order_id, at_ms })
      this.key(key)
    }
  }

  #count(row: OrderRow, before: OrderRow | undefined): void {
    if (before) this.#add(before.product, before.state, -1)
    this.#add(row.product, row.state, 1)
  }

  #add(product: string, state: string, by: number): void {
    const of = name(product, state)
    const orders = (this.#tally.get(of)?.orders ?? 0) + by
    this.#tally.set(of, { slot: this.#tools.slot, product, state, orders })
  }
}

/** Every merchant that an order names. */
function merchantsOf({ attempts }: Order): ReadonlySet<string> {
  const ids = attempts.flatMap((one) => [one.merchant, ...one.parts.map(({ merchant }) => merchant)])
  return new Set(ids.flatMap((one) => [one?.mchid ?? [], one?.sub_mchid ?? []].flat()))
}

/** Who holds the order after a write. */
function claimAfter(
  { claim, take }: Write,
  before: OrderRow | undefined,
): Pick<OrderRow, 'claim_id' | 'claim_until_ms'> {
  const { claim_id = null, claim_until_ms = null } = before ?? ({} as Partial<OrderRow>)
  if (claim && claim_id === claim.id)
    return claim.release
      ? { claim_id: null, claim_until_ms: null }
      : { claim_id, claim_until_ms: claim.untilMs }
  if (take && claim_id === null) return { claim_id: take.id, claim_until_ms: take.untilMs }
  return { claim_id, claim_until_ms }
}
