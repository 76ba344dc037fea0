/** The simulated world: merchants, keys, tables, planned work, money. Everything in it is plain JSON. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { apiv3, type Clock, type NotificationShape, type Random, randomText } from '@chadan/protocol'
import { digits, hex } from './chance.ts'
import type { RefundRecord, Transaction } from './ledger.ts'
import type { Product } from './product.ts'
import type { Switches } from './switches.ts'

/** A merchant, partner, institution, sub-merchant, hospital or corp. */
export interface Merchant {
  /** Merchant number; a corp in WeCom stands under its corpid. */
  readonly mchid: string
  name: string
  role: 'merchant' | 'partner' | 'sub' | 'corp'
  /** Its APIv3 key; without one it gets no notices. */
  apiV3Key?: string
  /** Certificates with which it may sign. */
  certificates: { serialNo: string; certificate: string; validFromMs: number; validToMs: number }[]
  /** App ids bound to it. */
  appids: string[]
  /** Sub-merchants whose provider it is. */
  subs: string[]
  /** Products and permissions it holds; `*` is all. */
  permissions: string[]
  /** Which key signs what it receives. */
  keyMode: 'cert' | 'pubkey' | { mixed: number }
  publicKeyId: string
  /** Payments it can no longer receive, refunds it can no longer make. */
  disabled?: boolean
  /** Money at its disposal for refunds, in fen; absent is enough for everything. */
  balanceMinor?: number
  /** Whatever a product keeps with it: MD5 key, service ids, secrets. */
  extra: Record<string, unknown>
}

/** A person with one openid per app. */
export interface Payer {
  readonly id: string
  name: string
  /** Identity card number. */
  idNumber?: string
  /** appid to openid. */
  openids: Record<string, string>
}

/** Rows by key; rows are plain JSON and may be changed in place. */
export interface Table<Row> {
  get(key: string): Row | undefined
  set(key: string, row: Row): Row
  delete(key: string): boolean
  values(): IterableIterator<Row>
  readonly size: number
}

/** A notice that the world sends. */
export interface Notice {
  readonly notification: NotificationShape
  /** Where to; without it nothing is sent. */
  readonly url: string | undefined
  /** Whose keys seal it. */
  readonly to: string
  /** The resource in clear. */
  readonly resource: Record<string, unknown>
  readonly summary?: string
}

/** A signing key of WeChat Pay's side. */
export interface PlatformKey {
  readonly serial: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** Everything the world is, for a file: tables and planned work. */
export interface Snapshot {
  readonly version: 1
  readonly nowMs: number
  readonly tables: Record<string, Record<string, unknown>>
}

/** What the products see of the world. */
export interface World {
  readonly clock: Clock
  readonly random: Random
  readonly switches: Switches
  /** The address under which payers and merchants reach the simulator, without a final slash. */
  readonly baseUrl: string
  readonly merchants: Table<Merchant>
  readonly payers: Table<Payer>
  readonly transactions: Table<Transaction>
  readonly refunds: Table<RefundRecord>
  /** A product's own table, e.g. `medIns.orders`. */
  table<Row>(name: string): Table<Row>
  /** Runs the job of that name (see `Product.jobs`) `ms` from now, with this JSON payload. */
  later(ms: number, job: string, payload: Record<string, unknown>): void
  /** Sends a notice, with the repetitions its declaration names. */
  notify(notice: Notice): void
  /** Now as RFC 3339 at +08:00. */
  time(ms?: number): string
  /** Records a payment. */
  book(transaction: Transaction): Transaction
  /** The payer whose openid under this app it is. */
  payerOf(appid: string, openid: string): Payer | undefined
  /** The key that signs for this merchant; `asked` is the serial its request named. */
  signingKey(merchant: Merchant, asked?: string): PlatformKey
  /** A private key of the platform by the serial a request was sealed under. */
  unsealingKey(serial: string): KeyObject | undefined
  /** The page on which a person pays the order behind this key. */
  payUrl(key: string): string
  readonly draw: {
    /** 28 digits, the first of them `4200`. */
    transactionId(): string
    /** 29 digits, the first of them `503`. */
    refundId(): string
    prepayId(): string
    /** 32 letters and digits. */
    nonce(): string
    digits(length: number): string
    hex(length: number): string
    text(length: number): string
  }
}

/** Planned work as a row. */
interface Job {
  readonly id: number
  readonly at: number
  readonly job: string
  readonly payload: Record<string, unknown>
}

/** A platform certificate with its key. */
export interface PlatformCertificateRow {
  serialNo: string
  certificate: string
  privateKey: string
  effectiveMs: number
  expireMs: number
  /** From when it signs; until then it is only listed. */
  signsFromMs: number
}

interface PlatformPublicKeyRow {
  id: string
  privateKey: string
  publicKey: string
}

/** The world with what only the simulator itself uses. */
export interface OpenWorld extends World {
  readonly platformCertificates: Table<PlatformCertificateRow>
  readonly platformPublicKeys: Table<PlatformPublicKeyRow>
  readonly products: Product[]
  /** Plans again what a snapshot had planned; called once, when the products are there. */
  resume(): void
  snapshot(): Snapshot
}

/** What a world is opened with. */
export interface WorldOptions {
  readonly clock: Clock
  readonly random: Random
  readonly switches: Switches
  readonly baseUrl: string
  readonly snapshot?: Snapshot | undefined
  /** Called with each notice; the notifier. */
  readonly send: (notice: Notice) => void
  /** Called whenever a job ran or a request was answered: time to save. */
  readonly changed?: () => void
}

/** Opens an empty world, or the one a snapshot holds. */
export function openWorld(options: WorldOptions): OpenWorld {
  const { clock, random, switches } = options
  const tables = new Map<string, Map<string, unknown>>()
  for (const [name, rows] of Object.entries(options.snapshot?.tables ?? {})) {
    tables.set(name, new Map(Object.entries(structuredClone(rows))))
  }
  const keys = new Map<string, KeyObject>()
  const products: Product[] = []

  function table<Row>(name: string): Table<Row> {
    let rows = tables.get(name)
    if (!rows) {
      rows = new Map()
      tables.set(name, rows)
    }
    const open = rows as Map<string, Row>
    return {
      get: (key) => open.get(key),
      set: (key, row) => {
        open.set(key, row)
        return row
      },
      delete: (key) => open.delete(key),
      values: () => open.values(),
      get size() {
        return open.size
      },
    }
  }

  const jobs = table<Job>('world.jobs')
  const counters = table<{ value: number }>('world.counters')
  const merchants = table<Merchant>('world.merchants')
  const payers = table<Payer>('world.payers')
  const transactions = table<Transaction>('world.transactions')
  const refunds = table<RefundRecord>('world.refunds')
  const platformCertificates = table<PlatformCertificateRow>('world.platformCertificates')
  const platformPublicKeys = table<PlatformPublicKeyRow>('world.platformPublicKeys')

  function count(name: string): number {
    const value = (counters.get(name)?.value ?? 0) + 1
    counters.set(name, { value })
    return value
  }

  function plan(job: Job): void {
    clock.after(job.at - clock.now(), () => {
      if (!jobs.delete(String(job.id))) return
      const work = products.find((product) => product.jobs?.[job.job])?.jobs?.[job.job]
      // Payloads come back as the JSON the same product planned them with.
      ;(work as ((payload: unknown) => void) | undefined)?.(job.payload)
      options.changed?.()
    })
  }

  function key(pem: string): KeyObject {
    let found = keys.get(pem)
    if (!found) {
      found = pem.includes('PRIVATE') ? createPrivateKey(pem) : createPublicKey(pem)
      keys.set(pem, found)
    }
    return found
  }

  function currentCertificate(): PlatformCertificateRow {
    const now = clock.now()
    const usable = [...platformCertificates.values()].filter(
      (one) => one.signsFromMs <= now && now < one.expireMs,
    )
    const newest = usable.sort((a, b) => b.signsFromMs - a.signsFromMs)[0]
    if (!newest) throw new Error('the world has no platform certificate that is valid now')
    return newest
  }

  function platformKey(serial: string, privatePem: string, publicPem: string): PlatformKey {
    return { serial, privateKey: key(privatePem), publicKey: key(publicPem) }
  }

  const world: OpenWorld = {
    clock,
    random,
    switches,
    baseUrl: options.baseUrl,
    merchants,
    payers,
    transactions,
    refunds,
    platformCertificates,
    platformPublicKeys,
    products,
    table,
    later(ms, job, payload) {
      const row = { id: count('job'), at: clock.now() + ms, job, payload }
      jobs.set(String(row.id), row)
      plan(row)
    },
    notify(notice) {
      if (notice.url) options.send(notice)
    },
    time: (ms = clock.now()) => apiv3.formatTime(ms),
    book: (transaction) => transactions.set(transaction.transactionId, transaction),
    payerOf(appid, openid) {
      for (const payer of payers.values()) if (payer.openids[appid] === openid) return payer
      return undefined
    },
    signingKey(merchant, asked) {
      const publicKey = platformPublicKeys.get(merchant.publicKeyId)
      const byPublicKey = () =>
        publicKey && platformKey(publicKey.id, publicKey.privateKey, publicKey.publicKey)
      const byCertificate = () => {
        const row = currentCertificate()
        return platformKey(row.serialNo, row.privateKey, row.certificate)
      }
      if (merchant.keyMode === 'pubkey') return byPublicKey() ?? byCertificate()
      if (asked && asked === merchant.publicKeyId) return byPublicKey() ?? byCertificate()
      const askedRow = asked ? platformCertificates.get(asked) : undefined
      if (askedRow && clock.now() < askedRow.expireMs)
        return platformKey(askedRow.serialNo, askedRow.privateKey, askedRow.certificate)
      if (merchant.keyMode === 'cert') return byCertificate()
      const share = Buffer.from(random.bytes(4)).readUInt32BE(0) / 0x1_0000_0000
      return (share < merchant.keyMode.mixed ? byPublicKey() : undefined) ?? byCertificate()
    },
    unsealingKey(serial) {
      const row = platformCertificates.get(serial) ?? platformPublicKeys.get(serial)
      return row && key(row.privateKey)
    },
    payUrl: (orderKey) => `${options.baseUrl}/_simulator/pay/${encodeURIComponent(orderKey)}`,
    draw: {
      transactionId: () => `4200${digits(random, 6)}${compactDay(clock.now())}${digits(random, 10)}`,
      refundId: () => `503${digits(random, 8)}${compactDay(clock.now())}${digits(random, 10)}`,
      prepayId: () => `wx${compactTime(clock.now())}${hex(random, 16)}0000`.slice(0, 36),
      nonce: () => randomText(random, 32),
      digits: (length) => digits(random, length),
      hex: (length) => hex(random, length),
      text: (length) => randomText(random, length),
    },
    resume() {
      for (const job of [...jobs.values()]) plan(job)
    },
    snapshot: () => ({
      version: 1,
      nowMs: clock.now(),
      tables: structuredClone(
        Object.fromEntries([...tables].map(([name, rows]) => [name, Object.fromEntries(rows)])),
      ),
    }),
  }
  return world
}

function compactDay(ms: number): string {
  return apiv3.formatTime(ms).slice(0, 10).replaceAll('-', '')
}

function compactTime(ms: number): string {
  return apiv3.formatTime(ms).slice(0, 19).replace(/[-:T]/g, '')
}
