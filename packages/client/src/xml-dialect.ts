/** XML with MD5 under an access_token (payinsurance, first generation). */
import { type OperationShape, randomText, readFlat, token, writeFlat, xmlmd5 } from '@chadan/protocol'
import type { Verified } from './apiv3.ts'
import { type CallOptions, carry } from './carry.ts'
import { Distrusted, Lost, Refused } from './errors.ts'
import type { Parts } from './input.ts'
import { OptionsError, type PayinsuranceOptions, type Settings } from './options.ts'
import { type Draft, draftOf } from './prepared.ts'
import { drawToken, underToken } from './token-calls.ts'
import type { TokenCache } from './tokens.ts'
import type { Incoming } from './transport.ts'

interface TokenOperations {
  readonly getToken: OperationShape
  readonly getAgentToken: OperationShape
}

type Credentials = PayinsuranceOptions & { readonly mchKey: xmlmd5.MchKey }

/** The payinsurance side of a client. */
export class XmlDialect {
  readonly #settings: Settings
  readonly #tokens: TokenCache
  readonly #operations: TokenOperations

  constructor(settings: Settings, tokens: TokenCache, operations: TokenOperations) {
    this.#settings = settings
    this.#tokens = tokens
    this.#operations = operations
  }

  /** Draws the nonce and signs: the signature covers no time, so these bytes serve every repetition. */
  async draft(operation: OperationShape, parts: Parts): Promise<Draft> {
    if (!operation.body) return draftOf(operation, parts, {})
    return draftOf(operation, parts, {
      body: this.#signedBody(operation, parts),
      contentType: 'text/xml; charset=utf-8',
    })
  }

  #signedBody(operation: OperationShape, parts: Parts): Uint8Array {
    const members: Record<string, string> = Object.fromEntries(writeFlat(operation.body ?? {}, parts.body))
    members.nonce_str = randomText(this.#settings.random, 32)
    members.sign = xmlmd5.signXml(members, this.#credentials().mchKey)
    return Buffer.from(xmlmd5.serialiseXml(members, { cdata: 'always' }))
  }

  /** One attempt; a token the platform no longer takes is renewed once (X21). */
  async send(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Verified> {
    if (operation.credentials === 'none') return this.#drawn(operation, draft, attempt, options)
    return this.#withToken((accessToken) => this.#attempt(operation, draft, attempt, options, accessToken))
  }

  /** One attempt whose answer is a file: the text of a bill. */
  async open(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Incoming> {
    const { bytes } = await this.#withToken((accessToken) =>
      this.#attempt(operation, draft, attempt, options, accessToken),
    )
    return { status: 200, header: () => null, body: one(bytes) }
  }

  async #withToken<T>(work: (accessToken: string) => Promise<T>): Promise<T> {
    const credentials = this.#credentials()
    const { agentAppid: agentappid, appid } = credentials
    const key = token.tokenCacheKey({ dialect: 'payinsurance', appid, ...(agentappid && { agentappid }) })
    return this.#tokens.use({ key, dialect: 'payinsurance', draw: () => this.#draw(credentials) }, work)
  }

  async #attempt(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
    accessToken: string,
  ): Promise<Verified> {
    const { status, bytes, requestId } = await carry(
      this.#settings,
      underToken(this.#settings, operation, draft, attempt, accessToken),
      options,
    )
    const file = operation.result.kind === 'file'
    const judged = token.judgeXml(
      { status, body: bytes },
      {
        key: this.#credentials().mchKey,
        signed: operation.answerSign ?? 'always',
        ids: idsOf(operation, draft),
        text: file ? 'expected' : 'refused',
      },
    )
    if (judged.outcome === 'text') return { status, value: {}, bytes, requestId, serial: undefined }
    if (judged.outcome !== 'success') throw failure(operation, status, bytes, judged)
    const fields = operation.result.kind === 'group' ? operation.result.fields : {}
    return {
      status,
      value: { ...readFlat(fields, Object.entries(judged.members)) },
      bytes,
      requestId,
      serial: undefined,
    }
  }

  async #drawn(
    operation: OperationShape,
    draft: Draft,
    attempt: number,
    options: CallOptions,
  ): Promise<Verified> {
    const { status, bytes, requestId } = await carry(
      this.#settings,
      underToken(this.#settings, operation, draft, attempt, undefined),
      options,
    )
    const answer = token.readTokenAnswer('payinsurance', { status, body: bytes })
    if (answer.ok)
      return {
        status,
        value: {
          ...headOf(operation, bytes),
          access_token: answer.accessToken,
          expires_in: answer.expiresInSeconds,
        },
        bytes,
        requestId,
        serial: undefined,
      }
    throw refused(operation, status, answer.code ?? '', answer.message ?? answer.reason, 'absent')
  }

  async #draw(credentials: Credentials): Promise<{ accessToken: string; expiresInSeconds: number }> {
    const { agentAppid, agentSecret, appid, secret } = credentials
    const [operation, query] =
      agentAppid && agentSecret
        ? [
            this.#operations.getAgentToken,
            { grant_type: 'client_credential', agentappid: agentAppid, agentsecret: agentSecret, appid },
          ]
        : [this.#operations.getToken, { grant_type: 'client_credential', appid, secret }]
    if (!agentSecret && !secret)
      throw new OptionsError('payinsurance: give agentAppid and agentSecret, or secret')
    const draft = await this.draft(operation, { path: {}, query, headers: {}, body: {} })
    return drawToken(
      this.#settings,
      operation,
      'payinsurance',
      underToken(this.#settings, operation, draft, 1, undefined),
    )
  }

  #credentials(): Credentials {
    const { payinsurance } = this.#settings
    if (!payinsurance)
      throw new OptionsError('this operation is signed with MD5: give payinsurance { key, appid, … }')
    return payinsurance
  }
}

/** The other members of a token answer, where it comes as XML. */
function headOf({ result }: OperationShape, bytes: Uint8Array): object {
  const isXml = Buffer.from(bytes).toString().trimStart().startsWith('<')
  return isXml && result.kind === 'group'
    ? readFlat(result.fields, Object.entries(xmlmd5.parseXml(bytes)))
    : {}
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}

/** The ids sent that the answer declares too, and so must echo. */
function idsOf(operation: OperationShape, draft: Draft): Record<string, string | undefined> {
  if (operation.result.kind !== 'group') return {}
  const sent = xmlmd5.parseXml(draft.body)
  const echoed = ['appid', 'mch_id', 'sub_appid', 'sub_mch_id'].filter(
    (name) => operation.result.kind === 'group' && name in operation.result.fields,
  )
  return Object.fromEntries(echoed.map((name) => [name, sent[name]]))
}

function failure(
  operation: OperationShape,
  status: number,
  bytes: Uint8Array,
  judged: Exclude<token.XmlJudgement, { outcome: 'success' | 'text' }>,
): Refused | Lost {
  switch (judged.outcome) {
    case 'unknown':
      return new Lost(
        operation.id,
        judged.check === 'status' ? 'status' : 'form',
        `no answer to rely on: ${judged.reason}`,
        { status },
      )
    case 'gateway':
      return judged.executed === 'no' || operation.repeat === 'read'
        ? refused(operation, status, judged.code ?? '', judged.message, 'absent')
        : new Lost(
            operation.id,
            'status',
            `the gateway answered ${judged.code ?? ''}; it may have been done`,
            { status, code: judged.code, platformMessage: judged.message },
          )
    case 'protocol_fail':
      // Unsigned, so it is no evidence about money (X27).
      return operation.repeat === 'read'
        ? refused(operation, status, 'FAIL', judged.message, 'absent')
        : new Lost(operation.id, 'status', 'an unsigned FAIL; it may have been done', {
            status,
            code: 'FAIL',
            platformMessage: judged.message,
          })
    case 'signature_invalid':
      return new Distrusted(
        operation.id,
        { check: judged.check, likely: judged.reason, text: Buffer.from(bytes).toString() },
        { status },
      )
    case 'identity_mismatch':
      return new Distrusted(
        operation.id,
        {
          check: 'identity',
          likely: `the answer belongs to another ${judged.field}`,
          text: Buffer.from(bytes).toString(),
        },
        { status },
      )
    case 'refused':
      return refused(operation, status, judged.code ?? '', judged.message, true)
  }
}

function refused(
  operation: OperationShape,
  status: number,
  code: string,
  message: string | undefined,
  verified: true | 'absent',
): Refused | Lost {
  const known = operation.errors.find((one) => one.code === code)
  const facts = { status, code, platformMessage: message }
  const notFound = operation.notFound?.codes.includes(code) ?? false
  if (!notFound && known?.advice === 'query' && operation.repeat !== 'read') {
    return new Lost(operation.id, 'status', `the platform answered ${code}; it may have been done`, facts)
  }
  const found = token.adviceFor('payinsurance', 'call', code)
  const advice =
    known?.advice ??
    (found === 'configuration'
      ? 'configure'
      : found === 'wait'
        ? 'wait'
        : found === 'renew'
          ? 'repeat'
          : 'query')
  return new Refused(operation.id, {
    ...facts,
    kind: code,
    advice,
    meaning: known?.meaning,
    notFound,
    verified,
  })
}
