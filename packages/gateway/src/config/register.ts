/** Signers and tenants: seeded from the configuration, kept in the store, read from there by every node. */
import { createHash, hkdfSync } from 'node:crypto'
import {
  type Signer as KeySigner,
  type NoticeMemory,
  type Transport,
  WechatPay,
  type WechatPayOptions,
} from '@chadan/client'
import type { Clock, Random } from '@chadan/protocol'
import type { Signer, Tenant } from '../engine/desk.ts'
import { newSecret } from '../outbound/webhooks.ts'
import type { SignerFacts } from '../products/product.ts'
import type { Endpoint, KeptRecord, Store } from '../store/store.ts'
import type { Config, Kept } from './load.ts'
import { optionsFault, readMaterial, type SignerFault } from './material.ts'
import { foundText, pathText } from './problem.ts'
import { type SecretDoors, secretReader } from './secrets.ts'
import { type SignerShape, signerShape, type TenantShape, tenantShape } from './shape.ts'

/** A signer or tenant of the store cannot be used here; says what is wrong, without showing it. */
export class RecordUnfit extends Error {
  override readonly name = 'RecordUnfit'
}

/** What the register leans on. */
export interface RegisterDoors {
  readonly store: Pick<Store, 'records' | 'saveRecord' | 'endpoints' | 'saveEndpoint' | 'tokens'>
  readonly secrets: SecretDoors
  readonly clock: Clock
  readonly random: Random
  /** One for all clients. */
  readonly transport: Transport
  /** Signers that hold their private key themselves, by id. */
  readonly signers?: Readonly<Record<string, KeySigner>> | undefined
  /** More options for every client: hooks, times, retries. */
  readonly client?: Pick<WechatPayOptions, 'hooks' | 'timeoutMs' | 'retries' | 'windowSeconds'> | undefined
}

/** Finds signers and tenants. */
export interface Register {
  signer(id: string): Promise<Signer | undefined>
  tenant(id: string): Promise<Tenant | undefined>
  /** Ids of all that are kept, of this configuration or an earlier one. */
  ids(kind: KeptRecord['kind']): Promise<readonly string[]>
  /** Writes what the configuration says into the store, and reads secrets anew from now on. */
  seed(config: Config): Promise<Seeded>
}

/** What seeding changed. */
export interface Seeded {
  readonly written: number
  /** Ids of signers, tenants and endpoints that came from a configuration which no longer names them; they go on working. */
  readonly others: readonly string[]
}

/** Keyed digests are the same on all nodes, since they come from the one index key. */
export function digestKeyOf({ vault }: Pick<Config, 'vault'>): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', vault.indexKey, '', 'chadan: digests of inputs', 32))
}

/** What other nodes wrote is seen after this long. */
const freshMs = 10_000
/** How often a missing id is looked for in the store. */
const missMs = 1_000

/**
 * Opens the register with nothing in it but what the store keeps; `seed` adds the configuration's.
 * @example
 * const register = openRegister(config, { store, secrets: systemSecretDoors, clock, random, transport })
 * await register.seed(config)
 */
export function openRegister(first: Config, doors: RegisterDoors): Register {
  let config = first
  const signers = new Shelf('signer', doors, (json) => openSigner(json, config, doors))
  const tenants = new Shelf('tenant', doors, async (json) => toTenant(tenantOf(json)))
  return {
    signer: (id) => signers.find(id),
    tenant: (id) => tenants.find(id),
    ids: async (kind) => (await doors.store.records(kind)).map(({ id }) => id),
    async seed(next) {
      const endpoints = await planEndpoints(next, doors)
      const seeded = await Promise.all([
        seedRecords('signer', next.signers, doors),
        seedRecords('tenant', next.tenants, doors),
      ])
      for (const endpoint of endpoints.changed) await doors.store.saveEndpoint(endpoint)
      config = next
      signers.forget()
      tenants.forget()
      return {
        written: seeded.reduce((sum, { written }) => sum + written, 0),
        others: [...seeded.flatMap(({ others }) => others), ...endpoints.others],
      }
    },
  }
}

/** Records of one kind, and what was made of them. */
class Shelf<T> {
  readonly #kind: KeptRecord['kind']
  readonly #doors: RegisterDoors
  readonly #make: (json: string) => Promise<T>
  #records: ReadonlyMap<string, string> = new Map()
  #made = new Map<string, { readonly json: string; readonly one: Promise<T> }>()
  #readMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(kind: KeptRecord['kind'], doors: RegisterDoors, make: (json: string) => Promise<T>) {
    this.#kind = kind
    this.#doors = doors
    this.#make = make
  }

  async find(id: string): Promise<T | undefined> {
    const ageMs = this.#doors.clock.now() - this.#readMs
    if (!this.#records.has(id) && ageMs >= missMs) await this.#read()
    // What is at hand serves while news is fetched; when the store is away it serves on.
    else if (ageMs >= freshMs) this.#read().catch(() => {})
    const json = this.#records.get(id)
    return json === undefined ? undefined : this.#open(id, json)
  }

  /** Everything is made anew at its next use, its secrets read again. */
  forget(): void {
    this.#made = new Map()
    this.#readMs = Number.NEGATIVE_INFINITY
    this.#records = new Map()
    this.#reading = undefined
  }

  #open(id: string, json: string): Promise<T> {
    const before = this.#made.get(id)
    if (before?.json === json) return before.one
    const made = this.#made
    const one = this.#make(json)
    made.set(id, { json, one })
    // One that could not be made is tried again, but not at every call: a command may stand behind it.
    one.catch(() => void this.#doors.clock.after(freshMs, () => made.get(id)?.one === one && made.delete(id)))
    return one
  }

  #read(): Promise<void> {
    if (this.#reading) return this.#reading
    const reading = this.#doors.store
      .records(this.#kind)
      .then((records) => {
        if (this.#reading !== reading) return
        this.#records = new Map(records.map(({ id, json }) => [id, json]))
        this.#readMs = this.#doors.clock.now()
      })
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined
      })
    this.#reading = reading
    return reading
  }
}

// Written together they share transactions.
const seedsAtOnce = 200

async function seedRecords(
  kind: KeptRecord['kind'],
  wanted: readonly Kept<{ readonly id: string }>[],
  { store, clock }: RegisterDoors,
): Promise<Seeded> {
  const kept = new Map((await store.records(kind)).map(({ id, json }) => [id, json]))
  const changed = wanted.filter(({ shape, json }) => kept.get(shape.id) !== json)
  for (let from = 0; from < changed.length; from += seedsAtOnce)
    await Promise.all(
      changed
        .slice(from, from + seedsAtOnce)
        .map(({ shape, json }) => store.saveRecord({ kind, id: shape.id, json, updatedMs: clock.now() })),
    )
  for (const { shape } of wanted) kept.delete(shape.id)
  return { written: changed.length, others: [...kept.keys()] }
}

/** How long a replaced webhook secret signs along. */
const overlapMs = 24 * 3600_000

/** The endpoints as the configuration wants them; nothing is written yet, so that a secret that cannot be read changes nothing. */
async function planEndpoints(
  { tenants, folder }: Config,
  { store, secrets, clock, random }: RegisterDoors,
): Promise<{ readonly changed: readonly Endpoint[]; readonly others: readonly string[] }> {
  const reader = secretReader(secrets, folder)
  const all = new Map((await store.endpoints()).map((endpoint) => [endpoint.id, endpoint]))
  const changed: Endpoint[] = []
  const named = new Set<string>()
  for (const { shape } of tenants) {
    for (const { url, types, secret } of shape.webhooks) {
      const id = endpointId(shape.id, url)
      named.add(id)
      const before = all.get(id)
      const given = secret && (await reader.read(secret)).reveal()
      const current = given ?? before?.secrets[0]?.secret ?? newSecret(random)
      const older = (before?.secrets ?? []).filter((one) => one.secret !== current)
      const next: Endpoint = {
        id,
        tenant: shape.id,
        url,
        types,
        secrets: [
          { secret: current },
          ...older.map((one) => ({ ...one, untilMs: one.untilMs ?? clock.now() + overlapMs })),
        ],
        // Whoever switched it off meant it, and knows better than an older file.
        state: before?.state ?? 'on',
        createdMs: before?.createdMs ?? clock.now(),
      }
      if (JSON.stringify(next) !== JSON.stringify(before)) changed.push(next)
    }
  }
  // Those that were made through the API have other ids.
  const seeded = [...all.values()].filter(({ id, tenant, url }) => id === endpointId(tenant, url))
  return { changed, others: seeded.flatMap(({ id }) => (named.has(id) ? [] : [id])) }
}

/** The same endpoint has the same id at every start and on every node. */
function endpointId(tenant: string, url: string): string {
  return `whe_${createHash('sha256').update(`${tenant}\n${url}`).digest('hex').slice(0, 24)}`
}

// Answers are facts: the store tells repeated ones, on all nodes alike.
const neverRemembers: NoticeMemory = { has: async () => false, add: async () => {} }

/** Opens the signer of a record, its secrets read now. Throws `RecordUnfit`. */
export async function openSigner(
  json: string,
  config: Pick<Config, 'folder' | 'simulator' | 'clock' | 'vault'>,
  doors: Omit<RegisterDoors, 'store'> & { readonly store: Pick<Store, 'tokens'> },
): Promise<Signer> {
  const shape = shapeOf('signer', signerShape, json)
  // A reader of its own: secrets are read again whenever a client is made.
  const reader = secretReader(doors.secrets, config.folder)
  const rules = { simulator: config.simulator, followed: config.clock?.follow }
  const { options, faults } = await readMaterial(shape, reader, rules, doors.signers?.[shape.id])
  if (faults.length > 0) throw unfit('signer', faults)
  try {
    const client = new WechatPay({
      ...doors.client,
      ...options,
      transport: doors.transport,
      clock: doors.clock,
      random: doors.random,
      tokens: doors.store.tokens,
      digestKey: digestKeyOf(config),
      receiving: { memory: neverRemembers, maxBodyBytes: 1024 * 1024 },
    })
    return { facts: factsOf(shape), client, limits: shape.limits }
  } catch (error) {
    throw unfit('signer', [optionsFault(error)])
  }
}

/** What adapters may know of a signer. */
export function factsOf({ id, mode, mchid, appid, payinsurance, wecom }: SignerShape): SignerFacts {
  return {
    id,
    mode,
    mchid,
    appid,
    ...(payinsurance && {
      payinsurance: {
        appid: payinsurance.appid,
        mch_id: payinsurance.mch_id,
        sub_appid: payinsurance.sub_appid,
        sub_mch_id: payinsurance.sub_mch_id,
      },
    }),
    ...(wecom && { wecom: { corpid: wecom.corpid } }),
  }
}

function tenantOf(json: string): TenantShape {
  return shapeOf('tenant', tenantShape, json)
}

function toTenant(shape: TenantShape): Tenant {
  return {
    id: shape.id,
    name: shape.name,
    signers: shape.signers,
    merchant: shape.merchant,
    returnPage: shape.returnPage,
    approvalAboveMinor: shape.refundApprovalAbove,
    refundUnexpected: shape.unexpectedMoney === 'refund' ? 'at_once' : 'by_hand',
  }
}

function shapeOf<S extends typeof signerShape | typeof tenantShape>(
  kind: KeptRecord['kind'],
  shape: S,
  json: string,
): ReturnType<S['parse']> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new RecordUnfit(`a ${kind} of the store is no JSON: save it again from the configuration`)
  }
  const { success, data, error } = shape.safeParse(value)
  // What was parsed is of this very shape.
  if (success) return data as ReturnType<S['parse']>
  throw unfit(
    kind,
    error.issues.map(({ path, message }) => ({
      path: path as SignerFault['path'],
      found: foundText(
        path.reduce<unknown>((inner, step) => (inner as Record<PropertyKey, unknown>)?.[step], value),
      ),
      expected: message,
    })),
  )
}

function unfit(kind: KeptRecord['kind'], faults: readonly SignerFault[]): RecordUnfit {
  const list = faults.map(
    ({ path, found, expected }) => `${pathText(path)}: found ${found}, expected ${expected}`,
  )
  return new RecordUnfit(`a ${kind} of the store cannot be used here: ${list.join('; ')}`)
}
