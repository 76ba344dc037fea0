/** APIv3 on the merchant's side: seal, sign, send, verify, read. */
import {
  apiv3,
  bill,
  type ErrorCase,
  type OperationShape,
  parseJson,
  randomText,
  routeOf,
  statusOf,
} from '@chadan/protocol'
import { checkSafeIntegers, readShape } from './answers.ts'
import {
  type Attempt,
  type CallOptions,
  type Carried,
  carry,
  carryOpen,
  numberOf,
  userAgent,
} from './carry.ts'
import { Distrusted, InputError, Lost, Refused } from './errors.ts'
import { holdsSealed, mapSealed, type Parts } from './input.ts'
import { KeyRing, type SealingKey } from './keys.ts'
import { type Merchant, OptionsError, type Settings } from './options.ts'
import { type Draft, draftOf } from './prepared.ts'
import { type Incoming, readAll, TooLarge } from './transport.ts'

const _nothing = new Uint8Array()

/** A verified answer. */
export interface Verified {
  readonly status: number
  readonly value: unknown
  readonly bytes: Uint8Array
  readonly requestId: string | undefined
  /** The serial that verified it, or by what else it is believed. */
  readonly serial: string | undefined
}

/** The APIv3 side of a client. */
export class Apiv3 {
  readonly #settings: Settings
  readonly keys: KeyRing | undefined

  constructor(
    settings: Settings,
    certificates: { readonly list: OperationShape; readonly listGlobal: OperationShape } | undefined,
  ) {
    this.#settings = settings
    const { merchant } = settings
    const download =
      merchant?.apiV3Key && certificates
        ? () => this.#downloadCertificates(certificates[settings.region === 'global' ? 'listGlobal' : 'list'])
        : undefined
    this.keys = merchant && new KeyRing(merchant, settings.clock, download)
  }

  async draft(operation: OperationShape, parts: Parts): Promise<Draft> {
    const { body: fields } = operation
    const key = fields && holdsSealed(fields, parts.body) ? await this.#sealingKey() : undefined
    const body =
      fields &&
      (key ? mapSealed(fields, parts.body, (text, at) => sealOne(operation, key, text, at)) : parts.body)
    return draftOf(operation, parts, {
      ...(body && { body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' }),
      ...(key && { sealedUnder: key.serial }),
    })
  }

  async #sealingKey() {
    const key = await this.#ring().current()
    if (key) return key
    throw new OptionsError(
      'there is no key to seal with: give publicKeyId and publicKey, or platformCertificates',
    )
  }

  /** One attempt: signed afresh, verified over the bytes received. */
  async send(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Verified> {
    const carried = await carry(this.#settings, await this.#attempt(operation, draft, attempt), options)
    return this.#read(operation, draft, carried)
  }

  /** One attempt whose answer is a file: not signed, its digest is checked by the reader. */
  async open(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Incoming> {
    const incoming = await carryOpen(this.#settings, await this.#attempt(operation, draft, attempt), options)
    if (incoming.status === 200)
      return operation.digestHeader ? this.#provenFile(operation, incoming) : incoming
    const bytes = await readAll(incoming.body, this.#settings.maxAnswerBytes).catch((error: unknown) => {
      throw error instanceof TooLarge
        ? new Lost(operation.id, 'size', `an answer of ${error.message}`, { status: incoming.status })
        : error
    })
    const carried = {
      status: incoming.status,
      header: incoming.header,
      bytes,
      requestId: incoming.header('request-id') ?? undefined,
    }
    throw await this.#refusal(operation, carried)
  }

  /** A file whose announced digest is signed: the signature is verified now, the digest as the file is read. */
  async #provenFile(operation: OperationShape, incoming: Incoming): Promise<Incoming> {
    const sha1 = incoming.header(operation.digestHeader ?? '') ?? ''
    const bytes = Buffer.from(`{"sha1":"${sha1}"}`)
    const { status, header } = incoming
    const carried = { status, header, bytes, requestId: header('request-id') ?? undefined }
    const verdict = await this.#verify(carried)
    if (!verdict.ok) throw distrusted(operation, carried, verdict)
    return { status, header, body: heldToDigest(operation, incoming.body, sha1) }
  }

  async #attempt(operation: OperationShape, draft: Draft, attempt: number): Promise<Attempt> {
    const merchant = this.#merchant()
    const { clock, random, hosts, fallback } = this.#settings
    const timestamp = String(Math.floor(clock.now() / 1000))
    const nonce = randomText(random, 32)
    const { method, target, body } = draft
    const text = apiv3.requestText({ method, target: pathOf(target), timestamp, nonce, body })
    const signature = await merchant.signer.sign(text)
    // The certificate list is asked for with whatever is at hand; asking for a key first would ask for itself.
    const listing = operation.id.startsWith('certificates.')
    const serial =
      draft.sealedUnder ?? (listing ? merchant.publicKey?.id : (await this.#ring().current())?.serial)
    if (!serial && !listing) {
      throw new OptionsError(
        'there is no key that answers could be verified with: give publicKeyId and publicKey, or apiV3Key to download certificates',
      )
    }
    const host = operation.host === 'given' ? 'mainland' : operation.host
    return {
      operation,
      method,
      base: target.startsWith('/') ? hosts[host] : '',
      fallback: host === 'mainland' && target.startsWith('/') ? fallback : undefined,
      target,
      body,
      attempt,
      headers: {
        ...draft.headers,
        accept: operation.result.kind === 'file' ? '*/*' : 'application/json',
        'user-agent': userAgent,
        authorization: apiv3.formatAuthorization({
          mchid: merchant.mchid,
          serialNo: merchant.serialNo,
          nonce,
          timestamp,
          signature,
        }),
        ...(serial && { 'wechatpay-serial': serial }),
        ...(draft.contentType && { 'content-type': draft.contentType }),
      },
    }
  }

  async #read(operation: OperationShape, draft: Draft, carried: Carried): Promise<Verified> {
    const { status, bytes, requestId } = carried
    const unlisted = operation.id.startsWith('unlisted.')
    if (unlisted ? status < 200 || status > 299 : status !== statusOf(operation))
      throw await this.#refusal(operation, carried)
    const verdict = await this.#verify(carried)
    if (!verdict.ok) throw distrusted(operation, carried, verdict)
    const value = read(operation, carried)
    checkEcho(operation, draft, carried, value)
    return { status, value, bytes, requestId, serial: verdict.serial }
  }

  async #verify(carried: Carried, unknown: 'find' | 'leave' = 'find'): Promise<apiv3.Verdict> {
    const ring = this.#ring()
    const message = {
      headers: apiv3.readSignedHeaders(carried.header),
      body: carried.bytes,
      nowMs: this.#settings.clock.now(),
      windowSeconds: this.#settings.windowSeconds,
      keys: (serial: string) => ring.get(serial),
    }
    const verdict = apiv3.checkSigned(message)
    if (verdict.ok || verdict.check !== 'serial' || unknown === 'leave') return verdict
    return (await ring.find(message.headers.serial)) ? apiv3.checkSigned(message) : verdict
  }

  async #refusal(operation: OperationShape, carried: Carried, listing = false): Promise<Refused | Lost> {
    const { status, requestId, bytes } = carried
    const signed = apiv3.isSigned(apiv3.readSignedHeaders(carried.header))
    // Looking for the key of a refused list would wait for the very download that was refused.
    const verdict = signed ? await this.#verify(carried, listing ? 'leave' : 'find') : undefined
    // Unsigned is what gateways are (X6); signed and wrong is somebody else's, or changed on the way.
    if (verdict && !verdict.ok && !listing) return distrusted(operation, carried, verdict)
    const envelope = readEnvelope(bytes)
    const code = envelope?.code ?? ''
    const errorNumber = numberOf(requestId)
    const facts = { status, code, platformMessage: envelope?.message, requestId, errorNumber }
    const known = findCase(operation, status, code, errorNumber)
    if (status >= 200 && status < 400 && !known)
      return new Lost(
        operation.id,
        'status',
        `an answer with status ${status} ${code}; look the order up`,
        facts,
      )
    const notFound = envelope !== undefined && isNotFound(operation, status, code, errorNumber)
    // Where nothing is declared, 5xx and 429 say nothing about what was done (X15).
    if (!notFound && (known ? leavesOpen(operation, known) : status >= 500 || status === 429)) {
      return new Lost(
        operation.id,
        'status',
        `the platform answered ${status} ${code}; it may have been done`,
        facts,
      )
    }
    // Every other 4xx without a JSON envelope comes from something that is not the interface: a wrong path, a proxy.
    const advice =
      known?.advice ?? (envelope ? (status === 401 || status === 403 ? 'configure' : 'fix') : 'configure')
    return new Refused(operation.id, {
      ...facts,
      status,
      code: code || (envelope ? '' : status === 404 ? 'NO_SUCH_PATH' : 'NO_ENVELOPE'),
      kind: apiv3.normaliseCode(code),
      advice,
      meaning:
        known?.meaning ||
        (envelope
          ? undefined
          : 'no JSON came with it: check address, path and proxies; it says nothing about the order'),
      notFound,
      verified: verdict ? verdict.ok : 'absent',
      detail: envelope?.detail,
      hint:
        status === 401
          ? 'compare merchant number, certificate serial, private key and clock; `chadan verify` explains captured requests'
          : undefined,
    })
  }

  async #downloadCertificates(list: OperationShape): Promise<readonly apiv3.PlatformCertificate[]> {
    const draft = await this.draft(list, { path: {}, query: {}, headers: {}, body: {} })
    const carried = await carry(this.#settings, await this.#attempt(list, draft, 1), {})
    if (carried.status !== 200) {
      // A merchant with a public key alone has no certificates; that is no error.
      if (this.#merchant().publicKey) return []
      throw await this.#refusal(list, carried, true)
    }
    const certificates = apiv3.parseCertificates(carried.bytes, this.#merchant().apiV3Key ?? '')
    // The list is opened with the APIv3 key and must then verify under one of its own certificates.
    const verdict = apiv3.checkSigned({
      headers: apiv3.readSignedHeaders(carried.header),
      body: carried.bytes,
      nowMs: this.#settings.clock.now(),
      windowSeconds: this.#settings.windowSeconds,
      keys: (serial) =>
        certificates.find((one) => one.serialNo === serial)?.publicKey ?? this.#ring().get(serial),
    })
    if (!verdict.ok) throw distrusted(list, carried, verdict)
    return certificates
  }

  #merchant(): Merchant {
    const { merchant } = this.#settings
    if (!merchant) throw new OptionsError('this operation is signed: give mchid, serialNo and privateKey')
    return merchant
  }

  #ring(): KeyRing {
    this.#merchant()
    return this.keys as KeyRing
  }
}

async function* heldToDigest(
  operation: OperationShape,
  body: AsyncIterable<Uint8Array>,
  sha1: string,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* bill.verifyBillHash(body, { hash_type: 'SHA1', hash_value: sha1 })
  } catch (error) {
    if (!(error instanceof bill.BillError)) throw error
    throw new Distrusted(operation.id, { check: 'digest', likely: error.message }, {}, { cause: error })
  }
}

function sealOne(operation: OperationShape, key: SealingKey, text: string, at: string): string {
  const size = Buffer.byteLength(text)
  const most = apiv3.maxFieldBytes(key.key)
  if (size <= most) return apiv3.sealField(text, key.key)
  const expected = `at most ${most} bytes, which is what the key ${key.serial} can seal`
  throw new InputError(operation.id, [{ at, found: `text of ${size} bytes`, expected, rule: 'sealed' }])
}

// An address given by the platform is whole; its path and query are what is signed.
function pathOf(target: string): string {
  if (target.startsWith('/')) return target
  const slash = target.indexOf('/', target.indexOf('//') + 2)
  return slash < 0 ? '/' : target.slice(slash)
}

function read(operation: OperationShape, { status, bytes, requestId }: Carried): unknown {
  const lost = (words: string) => new Lost(operation.id, 'form', words, { status, requestId })
  if (bytes.byteLength === 0) {
    if (status !== 204) throw lost('a verified answer without a body, where one is declared')
    return {}
  }
  let value: unknown
  try {
    value = parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch {
    // The parser's own error is left out: it quotes the text, and with it names.
    throw lost(`a verified answer of ${bytes.byteLength} bytes is not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw lost(`a verified answer of ${bytes.byteLength} bytes is not a JSON object`)
  if (operation.result.kind === 'group') value = readShape(operation.result, value)
  checkSafeIntegers(operation, value)
  return value
}

// A signature covers neither the address nor the status: a genuine answer about another order verifies as well.
function checkEcho(operation: OperationShape, draft: Draft, carried: Carried, value: unknown): void {
  const places = placesOf(operation)
  const segments = places.length === 0 ? [] : (draft.target.split('?')[0] ?? '').split('/')
  for (const { index, field } of places) {
    if (!Object.hasOwn(value as object, field)) continue
    const echoed = (value as Record<string, unknown>)[field]
    if (typeof echoed !== 'string' || echoed === decodeURIComponent(segments[index] ?? '')) continue
    throw distrusted(operation, carried, {
      check: 'identity',
      reason: `the answer is about another ${field} than was asked for`,
    })
  }
}

const knownPlaces = new WeakMap<OperationShape, readonly { index: number; field: string }[]>()

/** Which segments of an operation's path are placeholders. */
function placesOf(operation: OperationShape): readonly { index: number; field: string }[] {
  let places = knownPlaces.get(operation)
  if (!places) {
    places = routeOf(operation)
      .path.split('/')
      .flatMap((segment, index) => {
        const field = /^\{(\w+)\}$/.exec(segment)?.[1]
        return field ? [{ index, field }] : []
      })
    knownPlaces.set(operation, places)
  }
  return places
}

function distrusted(
  operation: OperationShape,
  carried: Carried,
  verdict: { readonly check: string; readonly reason: string },
): Distrusted {
  const { status, requestId, bytes } = carried
  const headers = apiv3.readSignedHeaders(carried.header)
  const text = Buffer.concat([
    Buffer.from(`${headers.timestamp}\n${headers.nonce}\n`),
    bytes,
    Buffer.from('\n'),
  ]).toString()
  return new Distrusted(
    operation.id,
    { check: verdict.check, likely: verdict.reason, text },
    { status, requestId },
  )
}

interface Envelope {
  readonly code: string
  readonly message: string | undefined
  readonly detail: Refused['detail']
}

/** The error envelope of the interface: a JSON object with a code. Proxies answer JSON as well, but have none. */
function readEnvelope(bytes: Uint8Array): Envelope | undefined {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { code, message, detail } = value
  // Nobody may have signed it: what goes into messages and logs is held to its form.
  if (typeof code !== 'string' || !/^[\w.-]{1,64}$/.test(code)) return undefined
  const told = Object(detail) as Record<string, unknown>
  const inner = Object(told.detail) as Record<string, unknown>
  return {
    code,
    message: typeof message === 'string' ? message : undefined,
    detail:
      detail === undefined || detail === null
        ? undefined
        : ({
            field: line(told.field),
            issue: line(told.issue) ?? line(inner.issue),
            location: line(told.location),
          } as Refused['detail']),
  }
}

/** One short line of what the platform wrote. */
function line(text: unknown): string | undefined {
  return typeof text === 'string' ? text.slice(0, 256).replace(/\p{C}/gu, ' ') : undefined
}

function findCase(
  operation: OperationShape,
  status: number,
  code: string,
  number: number | undefined,
): ErrorCase | undefined {
  const kind = apiv3.normaliseCode(code)
  const alike = operation.errors.filter((one) => apiv3.normaliseCode(one.code) === kind && code !== '')
  return (
    alike.find((one) => number !== undefined && one.numbers?.includes(number)) ??
    // A number that no case names is none of the numbered ones.
    alike.find((one) => one.status === status && !one.numbers) ??
    alike.find((one) => one.status === status) ??
    alike[0]
  )
}

/** Whether the work may have been done all the same. A read that was refused has done nothing. */
function leavesOpen(operation: OperationShape, known: ErrorCase): boolean {
  if (known.status >= 500) return known.advice === 'query' || known.advice === 'repeat'
  return known.advice === 'query' && operation.repeat !== 'read'
}

function isNotFound(
  operation: OperationShape,
  status: number,
  code: string,
  number: number | undefined,
): boolean {
  const { notFound } = operation
  if (!notFound) return false
  const kind = apiv3.normaliseCode(code)
  return (
    notFound.codes.some((one) => apiv3.normaliseCode(one) === kind) ||
    (number !== undefined && (notFound.numbers?.includes(number) ?? false)) ||
    (notFound.any404 === true && status === 404)
  )
}
