import { type Members, parseXml, serialiseXml, XmlError } from '../xmlmd5/index.ts'
import { CallbackError } from './error.ts'
import type { CallbackKey } from './key.ts'
import { checkSignature, openOuter, readUtf8, sealOuter, signCallback } from './outer.ts'

/** The query of a callback URL, as received: decoded once from the URL, otherwise untouched. */
export type CallbackQuery = {
  readonly msg_signature: string
  /** Unix seconds, as text. */
  readonly timestamp: string
  readonly nonce: string
}

/** Whose callbacks are accepted, and what time it is. */
export type CallbackReceiver = {
  readonly token: string
  readonly key: CallbackKey
  /** The corpid, for self-built apps; compared with the one sealed inside. */
  readonly receiveId: string
  /** Now, in UTC milliseconds. */
  readonly nowMs: number
  /** How far `timestamp` may be away from now, in both directions; 300 s unless given. */
  readonly windowSeconds?: number
  /** Bytes of a body; 1 MiB unless given. */
  readonly maxBytes?: number
}

/** An opened callback. `message` is authentic; the rest stood outside of the signature's plaintext. */
export type OpenedCallback = {
  readonly message: string
  readonly format: 'json' | 'xml'
  readonly toUserName?: string
  readonly agentId?: string
}

/**
 * Opens a callback of WeCom: clock window, signature, decryption, receiver, in this order; throws `CallbackError` at
 * the first that fails. A repeated callback opens again: remember its `id` where you act on it.
 *
 * @example const { message } = openCallback({ body, query, receiver })
 */
export function openCallback(callback: {
  readonly body: Uint8Array | string
  readonly query: CallbackQuery
  readonly receiver: CallbackReceiver
}): OpenedCallback {
  const { query, receiver } = callback
  checkQuery(query, receiver)
  const { encrypt, ...outside } = readEnvelope(callback.body, receiver.maxBytes ?? MAX_BYTES)
  return { message: openSigned(encrypt, query, receiver), ...outside }
}

/**
 * Answers the GET with which WeCom checks a new callback URL: returns the plain text that must be the whole body of
 * the answer, without quotes or a line end.
 */
export function verifyEchostr(check: {
  readonly echostr: string
  readonly query: CallbackQuery
  readonly receiver: CallbackReceiver
}): string {
  const { echostr, query, receiver } = check
  if (echostr.length > MAX_ECHOSTR) {
    throw new CallbackError(
      'size',
      `echostr has ${echostr.length} characters, expected at most ${MAX_ECHOSTR}`,
    )
  }
  checkQuery(query, receiver)
  const plain = openSigned(echostr, query, receiver)
  // A callback that somebody caught has the same signature; sent here as echostr, it would be answered in clear.
  if (!/^[0-9A-Za-z_-]{1,128}$/.test(plain)) {
    throw new CallbackError(
      'notice',
      `the opened echostr (${plain.length} characters) is a message, not a check`,
    )
  }
  return plain
}

/** What the other side needs to make a callback. Chance and time are given. */
export type CallbackSeal = {
  readonly message: string
  readonly receiveId: string
  readonly token: string
  readonly key: CallbackKey
  /** Unix seconds. */
  readonly timestamp: number
  readonly nonce: string
  /** 16 random bytes. */
  readonly random: Uint8Array
}

/** Makes a callback as WeCom sends it: the body, and the query for the URL. */
export function sealCallback(
  seal: CallbackSeal & { readonly format: 'json' | 'xml'; readonly agentId?: string },
): { readonly body: string; readonly query: CallbackQuery } {
  const { encrypt, query } = sealSigned(seal)
  const { receiveId, agentId } = seal
  const body =
    seal.format === 'json'
      ? JSON.stringify({ tousername: receiveId, agentid: agentId, encrypt })
      : serialiseXml({ ToUserName: receiveId, AgentID: agentId, Encrypt: encrypt })
  return { body, query }
}

/** Makes the GET that checks a callback URL; the right answer to it is `message`. */
export function sealEchostr(seal: CallbackSeal): { readonly echostr: string; readonly query: CallbackQuery } {
  const { encrypt, query } = sealSigned(seal)
  return { echostr: encrypt, query }
}

const MAX_BYTES = 1024 * 1024
const MAX_ECHOSTR = 4096
const WINDOW_SECONDS = 300

function sealSigned(seal: CallbackSeal): { encrypt: string; query: CallbackQuery } {
  const { token, nonce } = seal
  const timestamp = String(seal.timestamp)
  const encrypt = sealOuter(seal, seal.key)
  return {
    encrypt,
    query: { msg_signature: signCallback({ token, timestamp, nonce, encrypt }), timestamp, nonce },
  }
}

function openSigned(encrypt: string, query: CallbackQuery, receiver: CallbackReceiver): string {
  const { timestamp, nonce } = query
  checkSignature({ token: receiver.token, timestamp, nonce, encrypt }, query.msg_signature)
  const plain = openOuter(encrypt, receiver.key)
  if (receiver.receiveId === '' || plain.receiveId !== receiver.receiveId) {
    const reason = `the sealed receiver (${plain.receiveId.length} characters) is not ours; likely another corp or suite`
    throw new CallbackError('receiver', reason)
  }
  return plain.message
}

function checkQuery({ msg_signature, timestamp, nonce }: CallbackQuery, receiver: CallbackReceiver): void {
  for (const [name, value] of Object.entries({ msg_signature, timestamp, nonce })) {
    if (typeof value !== 'string' || value === '') throw new CallbackError('query', `${name} is missing`)
    if (value.length > 128)
      throw new CallbackError('query', `${name} has ${value.length} characters, expected at most 128`)
  }
  if (!/^[1-9][0-9]{0,11}$/.test(timestamp)) throw new CallbackError('query', 'timestamp is not Unix seconds')
  const window = receiver.windowSeconds ?? WINDOW_SECONDS
  const ahead = Number(timestamp) - receiver.nowMs / 1000
  // Written so that a clock that is not a number refuses, too.
  if (!(Math.abs(ahead) <= window)) {
    const where = ahead > 0 ? 'ahead of' : 'behind'
    const reason = `timestamp is ${Math.round(Math.abs(ahead))} s ${where} our clock, expected at most ${window} s`
    throw new CallbackError('clock', `${reason}; likely a replay, or a clock that is wrong`)
  }
}

type Envelope = Omit<OpenedCallback, 'message'> & { readonly encrypt: string }

function readEnvelope(body: Uint8Array | string, maxBytes: number): Envelope {
  const bytes =
    typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (bytes.length > maxBytes) {
    throw new CallbackError('size', `the body has ${bytes.length} bytes, expected at most ${maxBytes}`)
  }
  const text = readUtf8(bytes, 'body').replace(/^\ufeff/, '')
  return text.trimStart().startsWith('<') ? readXmlEnvelope(text, maxBytes) : readJsonEnvelope(text)
}

function readXmlEnvelope(text: string, maxBytes: number): Envelope {
  let members: Members
  try {
    members = parseXml(text, { maxBytes })
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw new CallbackError('envelope', error.message)
  }
  const { Encrypt: encrypt, ToUserName: toUserName, AgentID: agentId } = members
  if (!encrypt) throw new CallbackError('envelope', 'the XML has no member Encrypt')
  return { encrypt, format: 'xml', toUserName, agentId }
}

function readJsonEnvelope(text: string): Envelope {
  const envelope = readJsonObject(text, 'envelope')
  const { encrypt, tousername, agentid } = envelope
  if (typeof encrypt !== 'string' || encrypt === '')
    throw new CallbackError('envelope', 'the JSON has no text encrypt')
  return { encrypt, format: 'json', toUserName: textOf(tousername), agentId: textOf(agentid) }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
}

/** A JSON object, or a refusal at the given step that does not repeat the text. */
export function readJsonObject(text: string, check: 'envelope' | 'notice'): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CallbackError(check, `${text.length} characters are not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new CallbackError(check, 'the JSON is not an object')
  }
  return value as Record<string, unknown>
}
