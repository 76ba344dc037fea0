/** One function for everything that WeChat sends: recognise, verify, decrypt, type. */
import {
  apiv3,
  callback,
  type NotificationShape,
  notifications,
  parseJson,
  randomText,
  readFlat,
  xmlmd5,
} from '@chadan/protocol'
import { readShape, unsafeIntegerAt } from '../answers.ts'
import { quietly } from '../hooks.ts'
import type { KeyRing } from '../keys.ts'
import { type Settings, wholeNumber } from '../options.ts'
import { BodyBroken, BodyTooLarge, type Message, type RawNotice, readMessage } from './message.ts'
import {
  declarationOf,
  memoryNotices,
  type Notice,
  type NoticeBase,
  type NoticeMemory,
  NoticeRefused,
  type ReceiverOptions,
} from './notice.ts'

/** A message whose proof held, before it is given its type. */
interface Opened {
  readonly dialect: NotificationShape['dialect']
  readonly id: string
  readonly event: string
  readonly createTime?: string | undefined
  readonly summary?: string | undefined
  readonly resource: Record<string, unknown>
  readonly serial?: string | undefined
  readonly accepted: () => Response
  readonly rejected: (reason: string) => Response
}

const declared = notifications as Readonly<Record<string, Readonly<Record<string, NotificationShape>>>>

/** Receives the notices of one merchant. */
export class Notifications {
  readonly #settings: Settings
  readonly #keys: KeyRing | undefined
  readonly #memory: NoticeMemory
  readonly #maxBytes: number

  constructor(settings: Settings, keys: KeyRing | undefined, options: ReceiverOptions = {}) {
    this.#settings = settings
    this.#keys = keys
    this.#memory = options.memory ?? memoryNotices()
    this.#maxBytes =
      wholeNumber('receiving.maxBodyBytes', options.maxBodyBytes, { least: 1 }) ?? 2 * 1024 * 1024
  }

  /**
   * Verifies and opens a message. Throws `NoticeRefused`, whose `response` is what to answer.
   * @example
   * const notice = await wx.notifications.receive(request)
   * if (!notice.repeated && notice.type === 'medIns.paid') await store(notice.resource)
   * return notice.accept()
   */
  async receive(given: Request | RawNotice): Promise<Notice> {
    try {
      const message = await this.#read(given)
      const opened = await this.#open(message)
      const repeated = await this.#memory.has(`${opened.dialect}:${opened.id}`)
      const notice = this.#toNotice(opened, message, repeated)
      const { id } = opened
      this.#noticed({ id, outcome: repeated ? 'repeated' : 'verified' }, opened)
      return notice
    } catch (error) {
      if (error instanceof NoticeRefused)
        this.#noticed({ outcome: error.probe ? 'probe' : 'refused', check: error.check })
      throw error
    }
  }

  /**
   * Receives, calls `work` unless the notice was accepted before, and gives the answer: acceptance only
   * after `work` is done, a refusal that brings it again when `work` throws. What it threw is told to the
   * `noticed` hook as `failed`.
   * @example app.post('/notify', (c) => wx.notifications.handle(c.req.raw, async (notice) => { … }))
   */
  async handle(
    given: Request | RawNotice,
    work: (notice: Notice) => Promise<void> | void,
  ): Promise<Response> {
    let notice: Notice
    try {
      notice = await this.receive(given)
    } catch (error) {
      if (error instanceof NoticeRefused) return error.response
      throw error
    }
    try {
      if (!notice.repeated) await work(notice)
      return await notice.accept()
    } catch (error) {
      const { type, id } = notice
      quietly(() => this.#settings.hooks.noticed?.({ notification: type, id, outcome: 'failed', error }))
      return notice.reject('the receiver failed; send it again')
    }
  }

  async #read(given: Request | RawNotice): Promise<Message> {
    try {
      return await readMessage(given, this.#maxBytes)
    } catch (error) {
      if (error instanceof BodyBroken)
        throw new NoticeRefused(
          { check: 'form', likely: 'the connection broke before the body had come whole' },
          failJson(500, 'not whole'),
        )
      if (!(error instanceof BodyTooLarge)) throw error
      throw new NoticeRefused(
        { check: 'size', likely: `a body of more than ${this.#maxBytes} bytes` },
        failJson(413, 'too large'),
      )
    }
  }

  #open(message: Message): Opened | Promise<Opened> {
    if (message.query.has('msg_signature')) return this.#openCallback(message)
    if (message.header('wechatpay-signature') !== null) return this.#openApiv3(message)
    if (firstCharacter(message.bytes) === '<') return this.#openXml(message)
    throw new NoticeRefused(
      {
        check: 'form',
        likely:
          'neither Wechatpay-Signature, nor msg_signature in the query, nor XML: not from WeChat Pay, or a proxy took the headers away',
      },
      failJson(401, 'not recognised'),
    )
  }

  async #openApiv3(message: Message): Promise<Opened> {
    const { merchant, clock, windowSeconds } = this.#settings
    const refuse = (check: string, likely: string, cause?: unknown) =>
      new NoticeRefused(
        { check, likely, text: Buffer.from(message.bytes).toString() },
        failJson(401, `refused at ${check}`),
        { cause },
      )
    const keys = this.#keys
    if (!merchant || !keys || !merchant.apiV3Key)
      throw refuse('configuration', 'this client has no mchid and apiV3Key for APIv3 notices')
    const { apiV3Key } = merchant
    const signed = {
      headers: apiv3.readSignedHeaders(message.header),
      body: message.bytes,
      windowSeconds,
      keys: (serial: string) => keys.get(serial),
    }
    let verdict = apiv3.checkSigned({ ...signed, nowMs: clock.now() })
    if (!verdict.ok && verdict.check === 'serial' && (await keys.find(signed.headers.serial))) {
      verdict = apiv3.checkSigned({ ...signed, nowMs: clock.now() })
    }
    if (!verdict.ok) throw refuse(verdict.check, verdict.reason)
    const envelope = readEnvelope(message.bytes)
    if (!envelope)
      throw refuse('envelope', 'signed, but not a notice: id, event_type and resource are expected')
    let plain: string
    try {
      const opened = apiv3.openResource(envelope.resource, apiV3Key)
      plain = Buffer.from(opened.buffer, opened.byteOffset, opened.byteLength).toString()
    } catch (error) {
      throw refuse('resource', error instanceof Error ? error.message : 'cannot be opened', error)
    }
    const resource = parseObject(plain)
    if (!resource) throw refuse('resource', 'opened, but not a JSON object')
    const { id, event_type: event, create_time: createTime, summary } = envelope
    return {
      dialect: 'apiv3',
      id,
      event,
      createTime,
      summary,
      resource,
      serial: verdict.serial,
      // The status decides; success is 204 without a body (X2).
      accepted: () => new Response(null, { status: 204 }),
      rejected: (reason) => failJson(500, reason),
    }
  }

  #openCallback(message: Message): Opened {
    const { wecom, clock, windowSeconds } = this.#settings
    const refuse = (check: string, likely: string, cause?: unknown) =>
      new NoticeRefused(
        { check, likely, text: Buffer.from(message.bytes).toString() },
        failJson(401, `refused at ${check}`),
        { cause },
      )
    if (!wecom?.token || !wecom.encodingAesKey)
      throw refuse('configuration', 'this client has no wecom.token and wecom.encodingAesKey for callbacks')
    const receiver = {
      token: wecom.token,
      key: callback.readEncodingAesKey(wecom.encodingAesKey),
      receiveId: wecom.corpid,
      nowMs: clock.now(),
      windowSeconds,
    }
    const member = (name: string) => message.query.get(name) ?? ''
    const query = {
      msg_signature: member('msg_signature'),
      timestamp: member('timestamp'),
      nonce: member('nonce'),
    }
    try {
      if (message.method === 'GET') {
        const echostr = callback.verifyEchostr({ echostr: member('echostr'), query, receiver })
        return {
          dialect: 'callback',
          id: `echostr:${query.msg_signature}`,
          event: 'echostr',
          resource: { echostr },
          accepted: () => new Response(echostr, { headers: { 'content-type': 'text/plain' } }),
          rejected: (reason) => failJson(500, reason),
        }
      }
      const notice = callback.readNotice(
        callback.openCallback({ body: message.bytes, query, receiver }).message,
      )
      const innerKey = wecom.payNotifyKey ? callback.readInnerKey(wecom.payNotifyKey) : receiver.key
      const resource = parseObject(callback.openInner(notice.resource, innerKey))
      if (!resource) throw refuse('notice', 'opened, but not a JSON object')
      return {
        dialect: 'callback',
        id: notice.id,
        // `event_type` is documented for payments alone; the resource tells which notice it is.
        event:
          notice.event_type ||
          (Object.hasOwn(resource, 'refund_status') ? 'REFUND.SUCCESS' : 'TRANSACTION.SUCCESS'),
        createTime: notice.create_time || undefined,
        summary: notice.summary || undefined,
        resource,
        accepted: () => new Response('success', { headers: { 'content-type': 'text/plain' } }),
        rejected: (reason) => failJson(500, reason),
      }
    } catch (error) {
      if (error instanceof callback.CallbackError) throw refuse(error.check, error.message, error)
      throw error
    }
  }

  #openXml(message: Message): Opened {
    const { payinsurance, random } = this.#settings
    const reply = (outcome: 'processed' | 'later' | 'refused', reason?: string) =>
      new Response(
        xmlmd5.replyXml({
          outcome,
          nonce: randomText(random, 32),
          ...(reason && { reason }),
          ...(payinsurance && { key: payinsurance.mchKey }),
        }),
        { headers: { 'content-type': 'text/xml; charset=utf-8' } },
      )
    const refuse = (check: string, likely: string, cause?: unknown) =>
      new NoticeRefused(
        { check, likely, text: Buffer.from(message.bytes).toString() },
        reply('refused', `refused at ${check}`),
        { cause },
      )
    let members: xmlmd5.Members
    try {
      members = xmlmd5.parseXml(message.bytes, { maxBytes: this.#maxBytes })
    } catch (error) {
      throw refuse('xml', error instanceof Error ? error.message : 'cannot be read', error)
    }
    if ('req_info' in members) {
      // The refund trap: an APIv3 refund without notify_url is announced in the older XML form (X18).
      throw refuse(
        'dialect',
        'a v2 refund notice: the refund was made without notify_url, or by hand in the console; give every refund a notify_url, and query this one',
      )
    }
    if (!payinsurance)
      throw refuse('dialect', 'XML, and this client has no payinsurance key; APIv3 notices are JSON')
    const check = xmlmd5.checkXmlSignature(members, payinsurance.mchKey)
    if (!check.ok) throw refuse(check.check, check.reason)
    // Our own requests and replies are signed with the same key, and strangers are given some of them.
    if (members.return_code !== 'SUCCESS' || !members.result_code || !orderOf(members))
      throw refuse(
        'notice',
        'signed, but not a payment notice: return_code SUCCESS, result_code and an order',
      )
    const fields = notifications.payinsurance.notified.resource.fields
    return {
      dialect: 'xml',
      // The nonce may differ in each delivery: the order and what became of it are the identity (PI 7.2).
      id: meaningOf(members),
      event: notifications.payinsurance.notified.event,
      createTime: members.time_end,
      resource: { ...readFlat(fields, Object.entries(members)) },
      accepted: () => reply('processed'),
      rejected: (reason) => reply('later', reason),
    }
  }

  #toNotice(opened: Opened, message: Message, repeated: boolean): Notice {
    const { dialect, id, event, createTime, summary, serial } = opened
    const declaration = declarationOf(declared, dialect, event, opened.resource)
    const resource = (
      declaration ? readShape(declaration.resource, opened.resource) : opened.resource
    ) as Record<string, unknown>
    const at = declaration && unsafeIntegerAt(declaration.resource.fields, resource)
    if (at)
      throw new NoticeRefused(
        { check: 'resource', likely: `an integer at ${at} is too large to be exact` },
        opened.rejected('refused at resource'),
      )
    const notice: NoticeBase<string, Record<string, unknown>> = {
      type: declaration?.id ?? 'unlisted',
      id,
      event,
      createTime,
      summary,
      resource,
      repeated,
      evidence: { bytes: message.bytes, serial, heardMs: this.#settings.clock.now() },
      accept: async () => {
        await this.#memory.add(`${dialect}:${id}`)
        return opened.accepted()
      },
      reject: opened.rejected,
    }
    // The declaration found by event and members is what gives the resource its type.
    return notice as Notice
  }

  #noticed(
    event: { id?: string; outcome: 'verified' | 'repeated' | 'refused' | 'probe'; check?: string },
    opened?: Opened,
  ): void {
    const { hooks } = this.#settings
    if (!hooks.noticed) return
    const notification = opened && declarationOf(declared, opened.dialect, opened.event, opened.resource)?.id
    quietly(() => hooks.noticed?.({ notification, ...event }))
  }
}

function orderOf({ med_trans_id, hosp_out_trade_no }: xmlmd5.Members): string | undefined {
  return med_trans_id || hosp_out_trade_no
}

// Numbers of ours are unique per hospital alone, and a memory may serve several.
function meaningOf(members: xmlmd5.Members): string {
  const { mch_id, sub_mch_id, result_code, cash_trade_status, insurance_trade_status } = members
  const parts = [mch_id, sub_mch_id, orderOf(members), result_code, cash_trade_status, insurance_trade_status]
  return parts.map((part) => encodeURIComponent(part ?? '')).join(':')
}

interface Envelope {
  readonly id: string
  readonly event_type: string
  readonly create_time: string | undefined
  readonly summary: string | undefined
  readonly resource: apiv3.Resource
}

function readEnvelope(bytes: Uint8Array): Envelope | undefined {
  const value = parseObject(
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(),
    JSON.parse,
  )
  const resource = value?.resource as apiv3.Resource | undefined
  const text = (member: unknown) => (typeof member === 'string' ? member : undefined)
  const id = text(value?.id)
  const event = text(value?.event_type)
  if (!id || !event || typeof resource !== 'object' || resource === null) return undefined
  return {
    id,
    event_type: event,
    create_time: text(value?.create_time),
    summary: text(value?.summary),
    resource,
  }
}

function parseObject(
  text: string,
  parse: (text: string) => unknown = parseJson,
): Record<string, unknown> | undefined {
  try {
    const value = parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function firstCharacter(bytes: Uint8Array): string {
  for (const byte of bytes.subarray(0, 64)) if (byte > 32 && byte < 128) return String.fromCharCode(byte)
  return ''
}

function failJson(status: number, message: string): Response {
  return new Response(JSON.stringify({ code: 'FAIL', message }), {
    status,
    headers: { 'content-type': 'application/json' },
  })
}
