/** Bill files: downloaded, decrypted, unpacked and held against their hash, as a stream. */
import { apiv3, bill, operations } from '@chadan/protocol'
import type { CallOptions } from './carry.ts'
import type { Core } from './client.ts'
import { Distrusted, InputError, Lost } from './errors.ts'
import { OptionsError } from './options.ts'
import type { Draft } from './prepared.ts'
import type { Incoming } from './transport.ts'

/** The answer to an application for a plain bill, of `bills` or of `wecom.getBill`. */
export interface PlainBill {
  readonly download_url: string
  readonly hash_type?: string
  readonly hash_value: string
  /** WeCom: the value of the Authorization header. */
  readonly auth?: string | undefined
}

/** The answer to an application for an encrypted bill. */
export interface EncryptedBill {
  readonly download_bill_list: readonly (PlainBill & {
    readonly bill_sequence: number
    readonly encrypt_key: string
    readonly nonce: string
  })[]
}

/** Downloads bill files. */
export class BillFiles {
  readonly #core: Core

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * The bytes of a bill, unpacked. The hash is checked at the end: an iteration that throws
   * `Distrusted` has given bytes that must be discarded.
   * @example for await (const row of bill.parseBill(wx.billFiles.read(await wx.bills.trade({ bill_date })))) …
   */
  async *read(
    applied: PlainBill | EncryptedBill,
    options: CallOptions = {},
  ): AsyncGenerator<Uint8Array, void> {
    try {
      if ('download_bill_list' in applied) yield* this.#readSealed(applied, options)
      else yield* bill.verifyBillHash(unpacked(await this.#download(applied, options)), hashOf(applied))
    } catch (error) {
      if (!(error instanceof bill.BillError)) throw error
      throw new Distrusted('bills.download', { check: 'hash', likely: error.message }, {}, { cause: error })
    }
  }

  /** The rows of a bill. Throws `Distrusted` at the end when the hash differs, `bill.BillError` on a row that is none. */
  rows(
    applied: PlainBill | EncryptedBill,
    options: CallOptions & { bill?: bill.BillOptions } = {},
  ): bill.ParsedBill {
    return bill.parseBill(this.read(applied, options), options.bill)
  }

  async *#readSealed(
    { download_bill_list }: EncryptedBill,
    options: CallOptions,
  ): AsyncGenerator<Uint8Array, void> {
    const { merchant } = this.#core.settings
    if (!merchant?.privateKey)
      throw new OptionsError('an encrypted bill is opened with privateKey itself; a signer cannot')
    const { privateKey } = merchant
    const parts: bill.SealedBillPart[] = []
    for (const part of download_bill_list) {
      const { bill_sequence, nonce } = part
      const key = Buffer.from(apiv3.openField(part.encrypt_key, privateKey))
      const { body } = await this.#download(part, options)
      parts.push({ ...hashOf(part), bill_sequence, nonce, key, body })
    }
    yield* bill.openSealedBill(parts)
  }

  async #download({ download_url, auth }: PlainBill, options: CallOptions): Promise<Incoming> {
    const operation = auth === undefined ? operations.bills.download : operations.wecom.downloadBill
    checkAddress(this.#core, operation.id, download_url)
    const draft: Draft = {
      operation: operation.id,
      method: 'GET',
      host: 'given',
      target: download_url,
      body: new Uint8Array(),
      contentType: undefined,
      sealedUnder: undefined,
      headers: auth === undefined ? {} : { authorization: auth },
    }
    return this.#core.open(draft, options)
  }
}

// A signed request goes only to WeChat Pay or to where the caller sent it by its own configuration.
function checkAddress(core: Core, operation: string, downloadUrl: string): void {
  const address = URL.parse(downloadUrl)
  const own = Object.values(core.settings.hosts).some((host) => URL.parse(host)?.origin === address?.origin)
  const official =
    address?.protocol === 'https:' && /(^|\.)(mch\.weixin\.qq\.com|wechatpay\.cn)$/.test(address.hostname)
  if (address && (own || official)) return
  throw new InputError(operation, [
    { at: '/download_url', found: 'another host', expected: 'an address of WeChat Pay', rule: 'host' },
  ])
}

function hashOf({ hash_type = 'SHA1', hash_value }: PlainBill): { hash_type: string; hash_value: string } {
  return { hash_type, hash_value }
}

// Whether it is packed is seen in its first bytes: addresses and headers differ in how they say it.
async function* unpacked({ body }: Incoming): AsyncGenerator<Uint8Array, void> {
  const iterator = body[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done) throw new Lost('bills.download', 'form', 'the file was empty')
  const all = whole(first.value, iterator)
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? bill.gunzipBill(all) : all
}

async function* whole(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  try {
    yield first
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
