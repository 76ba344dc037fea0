/** JSON under an access_token (wecom): nothing is signed, the channel and our own token are the trust. */
import { createHash } from 'node:crypto'
import { type OperationShape, token, type Upload } from '@chadan/protocol'
import { checkSafeIntegers, readShape } from './answers.ts'
import type { Verified } from './apiv3.ts'
import { type CallOptions, carry, carryOpen } from './carry.ts'
import { Lost } from './errors.ts'
import type { Parts } from './input.ts'
import { OptionsError, type Settings, type WecomOptions } from './options.ts'
import { type Draft, draftOf } from './prepared.ts'
import { drawToken, refusal, underToken } from './token-calls.ts'
import type { TokenCache } from './tokens.ts'
import type { Incoming } from './transport.ts'

/** The wecom side of a client. */
export class TokenDialect {
  readonly #settings: Settings
  readonly #tokens: TokenCache
  readonly #getToken: OperationShape

  constructor(settings: Settings, tokens: TokenCache, getToken: OperationShape) {
    this.#settings = settings
    this.#tokens = tokens
    this.#getToken = getToken
  }

  async draft(operation: OperationShape, parts: Parts): Promise<Draft> {
    return draftOf(operation, parts, bodyOf(this.#settings, operation, parts))
  }

  /** One attempt; a token the platform no longer takes is renewed once (X21). */
  async send(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Verified> {
    if (operation.credentials === 'none') return this.#attempt(operation, draft, attempt, options, undefined)
    const { corpid, corpsecret } = this.#credentials()
    const key = token.tokenCacheKey({ dialect: 'wecom', corpid, app: this.#app(corpsecret) })
    return this.#tokens.use(
      { key, dialect: 'wecom', draw: () => this.#draw(corpid, corpsecret) },
      (accessToken) => this.#attempt(operation, draft, attempt, options, accessToken),
    )
  }

  /** One attempt whose answer is a file. */
  async open(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Incoming> {
    const incoming = await carryOpen(
      this.#settings,
      underToken(this.#settings, operation, draft, attempt, undefined),
      options,
    )
    if (incoming.status !== 200) {
      await discard(incoming)
      throw new Lost(operation.id, 'status', `the file was answered with status ${incoming.status}`, {
        status: incoming.status,
      })
    }
    return incoming
  }

  async #attempt(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
    accessToken: string | undefined,
  ): Promise<Verified> {
    const { status, bytes, requestId } = await carry(
      this.#settings,
      underToken(this.#settings, operation, draft, attempt, accessToken),
      options,
    )
    const judged = token.judgeJson({ status, body: bytes })
    if (judged.outcome === 'unknown')
      throw new Lost(
        operation.id,
        judged.check === 'status' ? 'status' : 'form',
        `no answer to rely on: ${judged.reason}`,
        { status },
      )
    if (judged.outcome === 'gateway')
      throw refusal(operation, status, judged.code ?? '', judged.message, judged.advice)
    const value = operation.result.kind === 'group' ? readShape(operation.result, judged.value) : judged.value
    checkSafeIntegers(operation, value)
    return { status, value, bytes, requestId, serial: undefined }
  }

  async #draw(
    corpid: string,
    corpsecret: string,
  ): Promise<{ accessToken: string; expiresInSeconds: number }> {
    const draft = await this.draft(this.#getToken, {
      path: {},
      query: { corpid, corpsecret },
      headers: {},
      body: {},
    })
    return drawToken(
      this.#settings,
      this.#getToken,
      'wecom',
      underToken(this.#settings, this.#getToken, draft, 1, undefined),
    )
  }

  // A secret must not become the name of a row in a shared store; its digest names the app as well.
  #app(corpsecret: string): string {
    return this.#credentials().app ?? createHash('sha256').update(corpsecret).digest('hex').slice(0, 16)
  }

  #credentials(): WecomOptions {
    const { wecom } = this.#settings
    if (!wecom)
      throw new OptionsError(
        'this operation needs an access_token of WeCom: give wecom { corpid, corpsecret }',
      )
    return wecom
  }
}

// An answer that nobody reads would keep its connection.
async function discard({ body }: Incoming): Promise<void> {
  for await (const _ of body) return
}

function bodyOf(
  settings: Settings,
  operation: OperationShape,
  parts: Parts,
): { body: Uint8Array; contentType: string | undefined } {
  if (!operation.body) return { body: new Uint8Array(), contentType: undefined }
  if (operation.encoding !== 'multipart') {
    return { body: Buffer.from(JSON.stringify(parts.body)), contentType: 'application/json' }
  }
  const [name, file] = Object.entries(parts.body)[0] as [string, Upload]
  const boundary = `chadan${Buffer.from(settings.random.bytes(16)).toString('hex')}`
  // Names come from the caller: what would end the header early is replaced.
  const fileName = file.name.replace(/[\r\n"\\]/g, '_')
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\nContent-Type: ${file.type.replace(/[\r\n]/g, '')}\r\n\r\n`
  return {
    body: Buffer.concat([Buffer.from(head), file.bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
