/** The keys with which WeChat Pay's messages to one merchant are verified. */
import type { KeyObject } from 'node:crypto'
import { apiv3, type Clock } from '@chadan/protocol'
import type { Merchant } from './options.ts'

const tenHours = 10 * 3600_000
const minute = 60_000

interface Entry {
  readonly key: KeyObject
  readonly expireMs: number
}

/** A key under its serial. */
export interface SealingKey {
  readonly serial: string
  readonly key: KeyObject
}

/** Asks for the certificate list and gives its verified certificates; throws when that failed. */
export type DownloadCertificates = () => Promise<readonly apiv3.PlatformCertificate[]>

/**
 * The keys of one merchant. Single flight, throttled, replaced as a whole: junk notices under unknown
 * serials, however many, cost one download a minute.
 */
export class KeyRing {
  readonly #merchant: Merchant
  readonly #clock: Clock
  readonly #download: DownloadCertificates | undefined
  #certificates: ReadonlyMap<string, Entry>
  #loadedMs = Number.NEGATIVE_INFINITY
  #triedMs = Number.NEGATIVE_INFINITY
  #loading: Promise<void> | undefined
  #trouble: unknown

  constructor(merchant: Merchant, clock: Clock, download: DownloadCertificates | undefined) {
    this.#merchant = merchant
    this.#clock = clock
    this.#download = download
    this.#certificates = new Map(
      merchant.certificates.map((one) => [one.serialNo, { key: one.publicKey, expireMs: one.validToMs }]),
    )
  }

  /** The key of a serial, if it is at hand. */
  get(serial: string): KeyObject | undefined {
    const { publicKey } = this.#merchant
    if (publicKey && serial === publicKey.id) return publicKey.key
    const entry = this.#certificates.get(serial)
    return entry && this.#clock.now() < entry.expireMs ? entry.key : undefined
  }

  /** Looks for a serial that is not at hand; true when it is now. At most one download a minute. */
  async find(serial: string): Promise<boolean> {
    if (apiv3.isPublicKeyId(serial) || !/^[0-9A-F]{40}$/.test(serial)) return false
    await this.#load()
    return this.get(serial) !== undefined
  }

  /**
   * The key to seal with and to ask answers for: the public key, else the certificate that lasts longest. Where there
   * is none it throws what went wrong when they were asked for: a call whose answer nobody could verify is not made.
   */
  async current(): Promise<SealingKey | undefined> {
    const { publicKey } = this.#merchant
    if (publicKey) return { serial: publicKey.id, key: publicKey.key }
    if (this.#clock.now() - this.#loadedMs > tenHours) await this.#load()
    const now = this.#clock.now()
    const usable = [...this.#certificates].filter(([, { expireMs }]) => now < expireMs)
    const [serial, entry] = usable.sort(([, a], [, b]) => b.expireMs - a.expireMs)[0] ?? []
    if (serial && entry) return { serial, key: entry.key }
    if (this.#trouble !== undefined) throw this.#trouble
    return undefined
  }

  /** Takes in certificates, e.g. of an answer that was just verified. */
  take(certificates: readonly apiv3.PlatformCertificate[]): void {
    const now = this.#clock.now()
    const kept = [...this.#certificates].filter(([, { expireMs }]) => now < expireMs)
    const added = certificates.map(
      (one) => [one.serialNo, { key: one.publicKey, expireMs: one.validToMs }] as const,
    )
    this.#certificates = new Map([...kept, ...added])
    this.#loadedMs = now
  }

  // Never throws: kept certificates serve on, and who finds none at hand hears the trouble from `current`.
  async #load(): Promise<void> {
    if (!this.#download) return
    if (this.#loading) return this.#loading
    if (this.#clock.now() - this.#triedMs < minute) return
    this.#triedMs = this.#clock.now()
    this.#loading = this.#download()
      .then(
        (certificates) => {
          this.take(certificates)
          this.#trouble = undefined
        },
        (error: unknown) => {
          this.#trouble = error
        },
      )
      .finally(() => {
        this.#loading = undefined
      })
    return this.#loading
  }
}
