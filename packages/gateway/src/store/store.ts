/**
 * What is kept, and the doors to it. SQLite and PostgreSQL stand behind this one border, under one suite.
 *
 * Orders change through `change` alone: the decision is a pure function of what was found, and
 * everything it writes (order, numbers, bytes, log, facts, events, key) stands in one transaction.
 * Changes gather for one turn of the event loop and share a transaction; each is answered after its
 * commit, and one that fails fails alone.
 */
import type { StoredToken } from '@chadan/client'
import type { LogEntry } from '../order/log.ts'
import type { Order, ProductId } from '../order/order.ts'
import type { OrderState } from '../order/view.ts'

/** Which order a change is about. */
export type Find =
  | { readonly id: string }
  | { readonly tenant: string; readonly reference: string; readonly key?: string | undefined }
  | { readonly signer: string; readonly kind: NumberKind; readonly number: string }
/** What a number of a signer names; `order` covers sub-orders too. */
export type NumberKind = 'order' | 'refund'

/** What stood there when the decision was made, under lock. */
export interface Found {
  readonly order: Order | undefined
  /** The idempotency key, where one was asked for. */
  readonly key: KeptKey | undefined
}

/** An `Idempotency-Key` and what it was used for. */
export interface KeptKey {
  readonly tenant: string
  readonly key: string
  /** HMAC of method, path and body. */
  readonly digest: string
  readonly order: string
  readonly atMs: number
}

/** Prepared bytes or an input, sealed at rest. */
export interface KeptBytes {
  /** `<order>/<number>/<step>`, or with `/input` behind it. */
  readonly id: string
  readonly order: string
  readonly bytes: Uint8Array
}

/** The bytes of a message, kept once per meaning and sealed at rest; empty once they were purged. */
export interface KeptFact {
  readonly order: string
  readonly fingerprint: string
  readonly bytes: Uint8Array
  readonly serial: string | undefined
  readonly requestId: string | undefined
  readonly heardMs: number
}

/** An event, written with the change that caused it. */
export interface EventDraft {
  /** `evt_…`; never changes. */
  readonly id: string
  readonly tenant: string
  readonly order: string
  /** The order's version it belongs to, and its place among events of that version: ascending within an order. */
  readonly orderSeq: number
  readonly type: string
  readonly atMs: number
  /** What is told: the state at this very version. */
  readonly data: Readonly<Record<string, unknown>>
  /** Minor units at stake, for the age and worth of dead letters. */
  readonly minor: number
  readonly currency: string
}

/** Everything one decision writes. */
export interface Write {
  readonly order: Order
  readonly numbers?: readonly { readonly kind: NumberKind; readonly number: string }[] | undefined
  readonly bytes?: readonly KeptBytes[] | undefined
  readonly log?: readonly LogEntry[] | undefined
  readonly facts?: readonly KeptFact[] | undefined
  readonly events?: readonly EventDraft[] | undefined
  readonly key?: KeptKey | undefined
  /** Who pays, kept as a blind index only. */
  readonly payer?: string | undefined
  /**
   * The claim this write is made under. `must`: nothing is written unless it still holds (`ClaimLost`).
   * It is then ended (`release`) or lives until `untilMs`; a claim that is no longer ours is left alone.
   */
  readonly claim?:
    | { readonly id: string; readonly must: boolean; readonly release: boolean; readonly untilMs: number }
    | undefined
  /** A claim taken with the write, on an order just made. */
  readonly take?: Claim | undefined
}

/** A lease on one order: whoever holds it makes its calls. */
export interface Claim {
  readonly id: string
  readonly untilMs: number
}

/** What a decision says: its result, and what to write; nothing is written without `write`. */
export interface Decision<R> {
  readonly result: R
  readonly write?: Write | undefined
}

/** A reference or number is taken by another order. */
export class Taken extends Error {
  override readonly name = 'Taken'
  readonly what: 'reference' | 'number' | 'key'
  constructor(what: 'reference' | 'number' | 'key') {
    super(`this ${what} is taken`)
    this.what = what
  }
}

/** The claim ran out or went to another node: its effects are not written. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost'
}

/** Filters of lists; all must hold. */
export interface OrderFilter {
  readonly tenant?: string | undefined
  readonly signer?: string | undefined
  /** mchid or sub_mchid of the order, or of any of its parts. */
  readonly merchant?: string | undefined
  readonly product?: ProductId | undefined
  readonly states?: readonly OrderState[] | undefined
  readonly needsAttention?: boolean | undefined
  /** Any number: the order's, an attempt's, a sub-order's, a refund's. */
  readonly number?: string | undefined
  readonly reference?: string | undefined
  /** The payer's openid, found by its blind index. */
  readonly payer?: string | undefined
  readonly createdFromMs?: number | undefined
  readonly createdBeforeMs?: number | undefined
  readonly minorFrom?: number | undefined
  readonly minorTo?: number | undefined
}

/** One page, newest first; `next` is opaque. */
export interface Page<T> {
  readonly rows: readonly T[]
  readonly next: string | undefined
}

/** An event with its place in the tenant's gap-free sequence. */
export interface FeedEvent extends EventDraft {
  readonly seq: number
}

/** A webhook endpoint of a tenant. */
export interface Endpoint {
  readonly id: string
  readonly tenant: string
  readonly url: string
  /** Event types it wants; empty for all. */
  readonly types: readonly string[]
  /** `whsec_…`, newest first, sealed at rest; older ones sign along until `untilMs`. */
  readonly secrets: readonly { readonly secret: string; readonly untilMs?: number | undefined }[]
  readonly state: 'on' | 'off'
  readonly createdMs: number
}

/** Where a delivery stands: due, sent but unknown, acknowledged; dead after its last retry; skipped by a named operator. */
export type DeliveryState = 'due' | 'sent' | 'acknowledged' | 'dead' | 'skipped'

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: string
  readonly endpoint: string
  readonly tenant: string
  readonly event: string
  readonly order: string
  readonly orderSeq: number
  readonly seq: number
  readonly state: DeliveryState
  readonly attempts: number
  readonly dueMs: number
  readonly createdMs: number
  readonly lastMs?: number | undefined
  readonly lastStatus?: number | undefined
  /** Why the last attempt failed, a short and masked excerpt. */
  readonly lastError?: string | undefined
  readonly skippedBy?: string | undefined
  readonly skippedWhy?: string | undefined
}

/** A delivery taken to be sent, with what is sent. */
export interface ClaimedDelivery {
  readonly claim: string
  readonly delivery: Delivery
  readonly event: FeedEvent
  readonly endpoint: Endpoint
}

/** An API key as kept: never the key, only its hash. */
export interface ApiKey {
  readonly id: string
  /** `*` for operators of all tenants. */
  readonly tenant: string
  readonly name: string
  /** SHA-256 of the key, hex. */
  readonly hash: string
  readonly scopes: readonly Scope[]
  readonly createdMs: number
  readonly expiresMs?: number | undefined
  readonly revokedMs?: number | undefined
  readonly lastUsedMs?: number | undefined
}
/** What a key may do: look, act on orders, or administer. */
export type Scope = 'read' | 'operate' | 'admin'

/** A tenant as kept; its configuration as the YAML wrote it, secrets by reference only. */
export interface KeptRecord {
  readonly kind: 'tenant' | 'signer'
  readonly id: string
  readonly json: string
  readonly updatedMs: number
}

/** What an operator did. */
export interface AuditEntry {
  readonly seq: number
  readonly atMs: number
  readonly actor: string
  readonly tenant: string
  readonly action: string
  readonly subject: string
  readonly details: Readonly<Record<string, unknown>>
  readonly hash: string
}

/** A wish that waits for a second pair of eyes. */
export interface Approval {
  readonly id: string
  readonly tenant: string
  readonly order: string
  readonly action: 'refund'
  readonly askedBy: string
  readonly askedMs: number
  /** The request as it came, sealed at rest. */
  readonly request: Readonly<Record<string, unknown>>
  readonly state: 'waiting' | 'approved' | 'refused'
  readonly decidedBy?: string | undefined
  readonly decidedMs?: number | undefined
}

/** A verified notice whose number is unknown here (X12), or whose ids are not the row's. */
export interface Suspense {
  readonly id: string
  readonly signer: string
  readonly product: string
  readonly number: string
  readonly why: 'unknown_number' | 'other_ids'
  readonly by: string
  readonly heardMs: number
  readonly count: number
  /** What was found, without personal data. */
  readonly found: string
  readonly bytes: Uint8Array
  readonly resolved?:
    | { readonly operator: string; readonly reason: string; readonly atMs: number }
    | undefined
}

/** Figures for metrics and `/readyz`. */
export interface Figures {
  readonly orders: readonly { readonly product: string; readonly state: string; readonly count: number }[]
  readonly needsAttention: number
  /** Since when the oldest unknown order is unknown, UTC ms. */
  readonly oldestUnknownMs: number | undefined
  readonly due: number
  readonly oldestDueMs: number | undefined
  readonly unsequenced: number
  readonly deliveriesPending: number
  readonly oldestDeliveryMs: number | undefined
  readonly deadLetters: number
  readonly suspense: number
}

/** Everything the gateway keeps. */
export interface Store {
  readonly kind: 'sqlite' | 'postgres'

  change<R>(find: Find, decide: (found: Found) => Decision<R>): Promise<R>
  find(find: Find): Promise<Order | undefined>
  orders(filter: OrderFilter, page: { limit: number; cursor?: string | undefined }): Promise<Page<Order>>
  /** Opened bytes. */
  bytes(id: string): Promise<Uint8Array | undefined>
  log(order: string): Promise<readonly LogEntry[]>
  /** Of every order with log entries in this span of time (`atMs`), the newest of them; by order id. What the audit chain seals. */
  heads(
    fromMs: number,
    beforeMs: number,
  ): Promise<readonly { readonly order: string; readonly version: number; readonly hash: string }[]>
  facts(order: string): Promise<readonly KeptFact[]>

  /** Takes up to `limit` orders whose next step is due and that nobody holds. */
  claimDue(nowMs: number, limit: number, claim: Claim): Promise<readonly Order[]>
  /** Takes this order, unless somebody holds it. */
  claim(id: string, nowMs: number, claim: Claim): Promise<Order | undefined>
  /** Ends a claim without a change; `retryMs` delays the next step (a spent budget, a resting provider). */
  release(id: string, claim: string, retryMs?: number): Promise<void>
  /** When the next order is due, UTC ms. */
  nextDueMs(): Promise<number | undefined>

  /** Takes up to `want` of what is left of `limit` in the window that begins at `windowMs`, over all nodes. */
  takeBudget(name: string, windowMs: number, limit: number, want: number): Promise<number>
  /** Holds a named lease until `untilMs`; false when another holder has it. */
  lease(name: string, holder: string, nowMs: number, untilMs: number): Promise<boolean>

  /**
   * Gives committed events their place in the feed (1, 2, 3, … per tenant) and makes their deliveries, to
   * endpoints that are off too: they wait there. Answers how many, and whose. Called under the lease `sequencer`.
   */
  sequence(
    limit: number,
    nowMs: number,
  ): Promise<{ readonly count: number; readonly tenants: readonly string[] }>
  events(tenant: string, afterSeq: number, limit: number): Promise<readonly FeedEvent[]>
  event(tenant: string, id: string): Promise<FeedEvent | undefined>

  endpoints(tenant?: string): Promise<readonly Endpoint[]>
  saveEndpoint(endpoint: Endpoint): Promise<void>
  /** Removes an endpoint with its secrets; what it did not acknowledge ends as skipped by `by`. False when there is none. */
  removeEndpoint(id: string, by: string, atMs: number): Promise<boolean>
  /**
   * Takes deliveries that are due, and those `sent` whose claim ran out; of one order to one endpoint only the
   * first that is neither acknowledged nor skipped, never past a dead one; none to endpoints that are off or in `except`.
   */
  claimDeliveries(
    nowMs: number,
    limit: number,
    claim: Claim,
    except?: readonly string[],
  ): Promise<readonly ClaimedDelivery[]>
  /** Writes how it went, if the claim still holds (else false). `sent` keeps the claim, every other state ends it. */
  settleDelivery(
    claim: string,
    id: string,
    outcome: Pick<Delivery, 'state' | 'attempts' | 'dueMs' | 'lastMs' | 'lastStatus' | 'lastError'>,
  ): Promise<boolean>
  deliveries(
    filter: {
      id?: string
      tenant?: string
      endpoint?: string
      order?: string
      state?: DeliveryState
      event?: string
    },
    page: { limit: number; cursor?: string | undefined },
  ): Promise<Page<Delivery>>
  /** Makes deliveries due again, their attempts counted from 0: by id, or of a time range (of the event), or all dead ones. Answers how many. */
  redeliver(what: {
    tenant: string
    endpoint?: string
    ids?: readonly string[]
    fromMs?: number
    toMs?: number
    dead?: true
    nowMs: number
  }): Promise<number>
  /** Gives up a dead delivery, so that its order's later ones go on; false when it is not dead. */
  skipDelivery(id: string, by: string, why: string, atMs: number): Promise<boolean>
  nextDeliveryMs(): Promise<number | undefined>

  apiKey(hash: string): Promise<ApiKey | undefined>
  apiKeys(tenant?: string): Promise<readonly ApiKey[]>
  /** Keeps a key, or its end: what was revoked stays revoked. */
  saveApiKey(key: ApiKey): Promise<void>
  /** Notes a use and nothing else, so that it cannot undo a revocation. */
  touchApiKey(id: string, atMs: number): Promise<void>

  records(kind: KeptRecord['kind']): Promise<readonly KeptRecord[]>
  saveRecord(record: KeptRecord): Promise<void>

  /** Appends to the hash chain of operators' acts. */
  audit(entry: Omit<AuditEntry, 'seq' | 'hash'>): Promise<void>
  auditLog(afterSeq: number, limit: number): Promise<readonly AuditEntry[]>
  /** The newest entry of this action. */
  lastAudit(action: string): Promise<AuditEntry | undefined>

  saveApproval(approval: Approval): Promise<void>
  approval(id: string): Promise<Approval | undefined>
  approvals(tenant: string | undefined, state?: Approval['state']): Promise<readonly Approval[]>
  /** Decides once: false when somebody else was first. */
  decideApproval(id: string, state: 'approved' | 'refused', by: string, atMs: number): Promise<boolean>

  /** Keeps it, or raises its counter. */
  suspend(found: Omit<Suspense, 'count' | 'resolved'>): Promise<void>
  /** Adds to what was found, once. */
  noteSuspense(id: string, note: string): Promise<void>
  /** `open`: only those that nobody has resolved. */
  suspended(page: {
    limit: number
    cursor?: string | undefined
    open?: boolean | undefined
  }): Promise<Page<Suspense>>
  resolveSuspense(id: string, operator: string, reason: string, atMs: number): Promise<boolean>

  /** access_tokens, shared by all nodes; sealed at rest. */
  readonly tokens: {
    get(key: string): Promise<StoredToken | undefined>
    set(key: string, token: StoredToken): Promise<void>
    drop(key: string, accessToken: string): Promise<void>
  }

  /** Counts of queues end at 100,000. */
  figures(nowMs: number): Promise<Figures>
  /** Removes payloads older than `beforeMs` of orders that are settled, and old keys and deliveries; digests stay. Answers how many rows. */
  purge(beforeMs: number, limit: number): Promise<number>
  /** Seals what is kept under old keys with the newest one. Answers how many rows; 0 when done. */
  rekey(limit: number): Promise<number>
  /** Whether a write can be committed now. */
  ready(): Promise<boolean>
  close(): Promise<void>
}
