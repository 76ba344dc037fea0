/** A corp made of the protocol's own functions: tokens, JSON calls, callbacks opened and acknowledged. */
import { callback, type OperationShape, operations, routeOf, token, writeFlat } from '@chadan/protocol'
import { openSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts'

/** A callback as it was opened: by the corp's token and EncodingAESKey. */
export interface Told {
  readonly event: string
  readonly id: string
  readonly format: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single members.
  readonly resource: any
}

/** A simulator, the corp that calls it, and the server that hears its callbacks. */
export interface WecomBench {
  readonly sim: Simulator
  readonly told: Told[]
  /** Why callbacks were refused by the corp's server, in order. */
  readonly refusedChecks: string[]
  /** What the corp's server answers to notices. */
  status: number
  /** A fresh or cached access_token. */
  accessToken(): Promise<string>
  /** Calls an operation under the token and reads the answer as a client does. */
  call(operation: OperationShape, body?: object, more?: CallMore): Promise<WecomAnswer>
  /** Only the `errcode` of the answer, as text. */
  code(operation: OperationShape, body?: object, more?: CallMore): Promise<string>
  /** An order with its numbers, placed. */
  place(changes?: Record<string, unknown>): Promise<Placed>
}

export interface CallMore {
  readonly token?: string
  readonly address?: string
  readonly raw?: string
  readonly form?: FormData
}

export interface WecomAnswer {
  readonly status: number
  readonly outcome: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single members.
  readonly body: any
}

export interface Placed {
  readonly mchid: string
  readonly out_trade_no: string
  readonly appid: string
  readonly prepayId: string
}

export const callbackUrl = 'https://shop.example.cn/wecom?callback_format=json'

/** Opens a simulator and a corp in it whose callback address has proven itself. */
export async function openWecomBench(options: SimulatorOptions = {}, url = callbackUrl): Promise<WecomBench> {
  const told: Told[] = []
  const refusedChecks: string[] = []
  const own = { status: 200 }
  const sim = await openSimulator({
    ...options,
    fetch: async (request) => {
      try {
        return await hear(request)
      } catch (error) {
        if (!(error instanceof callback.CallbackError)) throw error
        refusedChecks.push(error.check)
        return new Response(null, { status: 401 })
      }
    },
  })
  const given = sim.credentials.wecom
  const key = callback.readEncodingAesKey(given.encodingAesKey)

  async function hear(request: Request): Promise<Response> {
    const search = new URL(request.url).searchParams
    const query = {
      msg_signature: search.get('msg_signature') ?? '',
      timestamp: search.get('timestamp') ?? '',
      nonce: search.get('nonce') ?? '',
    }
    const receiver = { token: given.token, key, receiveId: given.corpid, nowMs: sim.clock.now() }
    const echostr = search.get('echostr')
    if (echostr) return new Response(callback.verifyEchostr({ echostr, query, receiver }))
    const opened = callback.openCallback({ body: await request.text(), query, receiver })
    const notice = callback.readNotice(opened.message)
    const resource = JSON.parse(callback.openInner(notice.resource, key))
    told.push({ event: notice.event_type, id: notice.id, format: opened.format, resource })
    return new Response('success', { status: own.status })
  }

  let cached: string | undefined
  async function accessToken(): Promise<string> {
    const answer = await sim.fetch(
      new Request(`${host}/cgi-bin/gettoken?corpid=${given.corpid}&corpsecret=${given.corpsecret}`),
    )
    const read = token.readTokenAnswer('wecom', { status: answer.status, body: await answer.text() })
    if (!read.ok) throw new Error(`no token: ${read.code}`)
    cached = read.accessToken
    return cached
  }

  async function call(operation: OperationShape, body?: object, more: CallMore = {}): Promise<WecomAnswer> {
    const { verb, path } = routeOf(operation)
    const fields = verb === 'GET' && body ? writeFlat(operation.query ?? {}, { ...body }) : []
    const search = new URLSearchParams(fields)
    if (operation.credentials !== 'none')
      search.set('access_token', more.token ?? cached ?? (await accessToken()))
    const content = more.form ?? more.raw ?? JSON.stringify(body)
    const answer = await sim.fetch(
      new Request(`${host}${path}?${search}`, {
        method: verb,
        ...(more.address && { headers: { 'x-forwarded-for': more.address } }),
        ...(verb === 'POST' && { body: content }),
      }),
    )
    const text = await answer.text()
    const judged = token.judgeJson({ status: answer.status, body: text })
    // As a client does: a token that died is renewed once.
    if (judged.outcome === 'gateway' && judged.advice === 'renew' && more.token === undefined)
      return call(operation, body, { ...more, token: await accessToken() })
    return {
      status: answer.status,
      outcome: judged.outcome === 'gateway' ? judged.advice : judged.outcome,
      body: text.startsWith('{') ? JSON.parse(text) : text,
    }
  }

  let numbers = 0
  async function place(changes: Record<string, unknown> = {}): Promise<Placed> {
    const order = { ...orderOf(sim, `WC2026_${++numbers}`), ...changes }
    const { body } = await call(operations.wecom.createOrder, order)
    if (body.errcode !== 0) throw new Error(body.errmsg)
    const { mchid, out_trade_no, appid } = order
    return { mchid, out_trade_no, appid, prepayId: body.prepay_id }
  }

  const bench = Object.assign(own, {
    sim,
    told,
    refusedChecks,
    accessToken,
    call,
    place,
    code: async (...args: Parameters<typeof call>) => String((await call(...args)).body.errcode),
  })
  await sim.act(given.corpid, { action: 'event', name: 'callback:configure', details: { url } })
  await sim.advance(0)
  return bench
}

const host = 'https://qyapi.weixin.qq.com'

/** An order that is accepted. */
export function orderOf(sim: Simulator, out_trade_no: string) {
  const { mchid, appid, openid } = sim.credentials.wecom
  return {
    appid,
    mchid,
    out_trade_no,
    description: '下午茶套餐',
    amount: { total: 12800, currency: 'CNY' },
    payer: { openid },
    attach: 'cart-5591',
    scene_info: {
      payer_client_ip: '203.0.113.24',
      device_id: 'POS-02',
      store_info: { id: 'SZ-001', name: '福田店' },
    },
  }
}
