/** The client: a method for every declared operation, and the chain view over the same ones. */
import {
  everyOperation,
  type InputOfOperation,
  type OperationShape,
  operations,
  type ResultOfOperation,
} from '@chadan/protocol'
import { Apiv3, type Verified } from './apiv3.ts'
import type { CallOptions } from './carry.ts'
import { unlistedById } from './chain.ts'
import { Distrusted, Lost, Refused } from './errors.ts'
import { checkParts, dealOut, type Parts } from './input.ts'
import { readOptions, type Settings, type WechatPayOptions } from './options.ts'
import { type Draft, digestOf, type Prepared } from './prepared.ts'
import { TokenDialect } from './token-dialect.ts'
import { TokenCache } from './tokens.ts'
import type { Incoming } from './transport.ts'
import { XmlDialect } from './xml-dialect.ts'

/** One operation as a method. */
export type Method<D> =
  Record<never, never> extends InputOfOperation<D>
    ? (input?: InputOfOperation<D>, options?: CallOptions) => Promise<ResultOfOperation<D>>
    : (input: InputOfOperation<D>, options?: CallOptions) => Promise<ResultOfOperation<D>>

type Operations = typeof operations

/** All operations as methods, by group: `wx.medIns.create(…)`. */
export type Methods = {
  readonly [G in keyof Operations]: { readonly [N in keyof Operations[G]]: Method<Operations[G][N]> }
}

/** Where an answer came from: what a gateway keeps as evidence. */
export interface Evidence {
  readonly operation: string
  readonly status: number
  readonly requestId: string | undefined
  /** The serial whose key verified it; `undefined` where the dialect has no signature. */
  readonly serial: string | undefined
  /** The bytes as received. */
  readonly bytes: Uint8Array
  /** When it was heard, UTC ms. */
  readonly heardMs: number
}

const evidence = new WeakMap<object, Evidence>()

/** The evidence behind a result of this client. */
export function evidenceOf(result: object): Evidence | undefined {
  return evidence.get(result)
}

/** Everything the faces of a client share. */
export class Core {
  readonly settings: Settings
  readonly apiv3: Apiv3
  readonly #token: TokenDialect
  readonly #xml: XmlDialect
  readonly #byId: ReadonlyMap<string, OperationShape>

  constructor(options: WechatPayOptions) {
    this.settings = readOptions(options)
    const tokens = new TokenCache(this.settings.clock, this.settings.tokens)
    this.apiv3 = new Apiv3(this.settings, operations.certificates)
    this.#token = new TokenDialect(this.settings, tokens, operations.wecom.getToken)
    this.#xml = new XmlDialect(this.settings, tokens, operations.payinsurance)
    this.#byId = operationsById
  }

  /** Checks, seals and fixes the bytes; nothing is sent. */
  async prepare(operation: OperationShape, input: unknown): Promise<Prepared> {
    const parts = dealOut(operation, input ?? {})
    const draft = await this.draft(operation, parts)
    return { ...draft, digest: digestOf(this.settings.digestKey, operation.id, parts) }
  }

  /** `prepare` without the digest, which a call that is sent at once does not need. */
  async draft(operation: OperationShape, parts: Parts): Promise<Draft> {
    checkParts(operation, parts, this.settings.mode)
    return this.#dialect(operation).draft(operation, parts)
  }

  /** Signs afresh and sends; repeats reads and what is declared repeatable, never a placement (X25). */
  async send(draft: Draft, options: CallOptions = {}): Promise<unknown> {
    const operation = this.operation(draft.operation)
    if (operation.result.kind === 'file') return toStream(await this.open(draft, options))
    const verified = await this.#repeating(operation, options, (attempt) =>
      this.#dialect(operation).send(operation, draft, attempt, options),
    )
    return this.#remember(operation, verified)
  }

  /** Like `send` for a file, with the answer's body still open. */
  async open(draft: Draft, options: CallOptions = {}): Promise<Incoming> {
    const operation = this.operation(draft.operation)
    return this.#repeating(operation, options, (attempt) =>
      this.#dialect(operation).open(operation, draft, attempt, options),
    )
  }

  operation(id: string): OperationShape {
    const operation = this.#byId.get(id) ?? unlistedById(id)
    if (!operation) throw new TypeError(`there is no operation ${id}`)
    return operation
  }

  #dialect({ dialect }: OperationShape): Apiv3 | TokenDialect | XmlDialect {
    return dialect === 'apiv3' ? this.apiv3 : dialect === 'token' ? this.#token : this.#xml
  }

  #remember(operation: OperationShape, { value, status, bytes, requestId, serial }: Verified): object {
    const result = value as object
    evidence.set(result, {
      operation: operation.id,
      status,
      requestId,
      serial,
      bytes,
      heardMs: this.settings.clock.now(),
    })
    return result
  }

  async #repeating<T>(
    operation: OperationShape,
    options: CallOptions,
    work: (attempt: number) => Promise<T>,
  ): Promise<T> {
    const { clock, random } = this.settings
    const repeatable = operation.repeat === 'read' || operation.repeat === 'safe'
    const tries = repeatable ? 1 + (options.retries ?? this.settings.retries) : 1
    let probed = false
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(attempt)
      } catch (error) {
        // Written so that a number that is none ends it instead of repeating for ever.
        if (!(attempt < tries) || !worthRepeating(error) || options.signal?.aborted) throw error
        // A probe is followed by the true answer; a second one is no probe any more (X5).
        if (error instanceof Distrusted && probed) throw error
        probed ||= error instanceof Distrusted
        const jitter = (random.bytes(1)[0] ?? 0) / 256
        const pause = 200 * 2 ** (attempt - 1) * (0.5 + jitter)
        await new Promise<void>((resolve) => void clock.after(pause, resolve))
      }
    }
  }
}

function worthRepeating(error: unknown): boolean {
  // A probe is sent once; any other answer that does not verify will not verify again (X5).
  if (error instanceof Distrusted) return error.check === 'probe'
  if (error instanceof Lost) return error.reason !== 'aborted'
  return error instanceof Refused && error.advice === 'wait'
}

function toStream({ body }: Incoming): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}

const operationsById: ReadonlyMap<string, OperationShape> = new Map(
  everyOperation.map((operation) => [operation.id, operation]),
)
