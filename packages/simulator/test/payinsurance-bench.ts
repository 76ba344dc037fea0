/** A platform and a hospital made of the protocol's own functions: tokens, signed XML, notices answered in kind. */
import {
  notifications,
  type OperationShape,
  operations,
  readFlat,
  routeOf,
  token,
  writeFlat,
  xmlmd5,
} from '@chadan/protocol'
import { openSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts'

const { payinsurance } = operations
const notifiedResource = notifications.payinsurance.notified.resource

/** An answer as a client judges it. */
export interface InsuranceAnswer {
  /** `success`, `refused`, `gateway`, `protocol_fail`, `signature_invalid`, `text`, … */
  readonly outcome: string
  readonly code?: string
  /** The members of a signed answer, read by the declaration. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single members.
  readonly body: any
  /** The bytes as text. */
  readonly raw: string
}

export interface InsuranceMore {
  readonly token?: string
  readonly address?: string
  readonly verb?: 'GET' | 'POST'
  /** The body instead of the signed members. */
  readonly raw?: string
  /** The key instead of the hospital's. */
  readonly key?: string
  /** Members that are sent although no caller gives them; `undefined` takes one away. */
  readonly members?: Record<string, string | undefined>
}

/** A simulator, the platform that calls it for a hospital, and the server that hears its notices. */
export interface InsuranceBench {
  readonly sim: Simulator
  /** Notices whose signature was good, read by the declaration. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at single members.
  readonly told: any[]
  /** Nonces of everything that arrived, good or not. */
  readonly nonces: string[]
  /** How the server answers good notices. */
  reply: xmlmd5.NoticeOutcome | 'unsigned' | 'failing'
  /** The agent's access_token; drawn again when it is nearly two hours old. */
  accessToken(): Promise<string>
  call(
    operation: OperationShape,
    body?: Record<string, unknown>,
    more?: InsuranceMore,
  ): Promise<InsuranceAnswer>
  /** Only the code of the answer, or its outcome where it has none. */
  code(operation: OperationShape, body?: Record<string, unknown>, more?: InsuranceMore): Promise<string>
  /** An order of 130.00 yuan with its numbers: 40.00 in cash, of which the hospital adds 5.00, 87.00 insured. */
  order(changes?: Record<string, unknown>): Record<string, unknown>
  /** Places an order; its number. */
  place(changes?: Record<string, unknown>): Promise<string>
  /** Places and pays an order, with the time this takes; its number. */
  paid(changes?: Record<string, unknown>): Promise<string>
  query(number: string): Promise<InsuranceAnswer['body']>
  refund(number: string, changes?: Record<string, unknown>): Promise<InsuranceAnswer>
  queryRefund(number: string): Promise<InsuranceAnswer['body']>
}

/** Without these a test would build them from the credentials again and again. */
export function contentOf(more: Record<string, string> = {}): string {
  return JSON.stringify({
    session_id: '3b9e6c1a-52f0-4d7e-9a41-0c2f7be85d13',
    bka001: '1',
    aae011: 'OP0001',
    bka015: '自助机',
    bka964: '示例市示例区示例路1号',
    ...more,
  })
}

/** Opens a simulator and a platform in it. */
export async function openInsuranceBench(options: SimulatorOptions = {}): Promise<InsuranceBench> {
  const told: unknown[] = []
  const nonces: string[] = []
  const own: { reply: InsuranceBench['reply'] } = { reply: 'processed' }
  const sim = await openSimulator({ ...options, fetch: async (request) => hear(await request.text()) })
  const given = sim.credentials.payinsurance
  const key = xmlmd5.readMchKey(given.key)
  const accounts = {
    appid: given.appid,
    mch_id: given.mchId,
    sub_appid: given.subAppid,
    sub_mch_id: given.subMchId,
  }
  let kept = { token: '', drawnMs: Number.NEGATIVE_INFINITY }
  let count = 0

  function hear(body: string): Response {
    const members = xmlmd5.parseXml(body)
    nonces.push(members.nonce_str ?? '')
    const isGood = xmlmd5.checkXmlSignature(members, key).ok
    const { fields } = notifiedResource
    if (isGood) told.push({ ...readFlat(fields, Object.entries(members)) })
    const isLoud = own.reply === 'unsigned' || own.reply === 'failing'
    const outcome = !isGood ? 'refused' : isLoud ? 'processed' : (own.reply as xmlmd5.NoticeOutcome)
    const signing = own.reply === 'unsigned' ? {} : { key }
    const status = own.reply === 'failing' ? 500 : 200
    return new Response(xmlmd5.replyXml({ outcome, nonce: 'reply', ...signing }), { status })
  }

  async function accessToken(): Promise<string> {
    if (sim.clock.now() - kept.drawnMs < 7_000_000) return kept.token
    const query = {
      grant_type: 'client_credential',
      agentappid: given.agentAppid,
      agentsecret: given.agentSecret,
      appid: given.subAppid,
    }
    const response = await send(payinsurance.getAgentToken, { query })
    const answer = token.readTokenAnswer('payinsurance', {
      status: response.status,
      body: await response.text(),
    })
    if (!answer.ok) throw new Error(`no token: ${answer.code}`)
    kept = { token: answer.accessToken, drawnMs: sim.clock.now() }
    return kept.token
  }

  async function send(
    operation: OperationShape,
    {
      query = {},
      body,
      verb,
      address,
    }: { query?: object; body?: string } & Pick<InsuranceMore, 'verb' | 'address'>,
  ): Promise<Response> {
    const { path, verb: declared } = routeOf(operation)
    const search = new URLSearchParams(Object.entries(query))
    const method = verb ?? declared
    const request = new Request(`https://api.weixin.qq.com${path}?${search}`, {
      method,
      headers: { 'content-type': 'text/xml', ...(address && { 'x-forwarded-for': address }) },
      ...(method === 'POST' && { body: body ?? '' }),
    })
    return sim.fetch(request)
  }

  async function call(
    operation: OperationShape,
    body: Record<string, unknown> = {},
    more: InsuranceMore = {},
  ): Promise<InsuranceAnswer> {
    if (operation.credentials === 'none')
      return judge(operation, await send(operation, { query: body, ...more }))
    const owned = operation.body && Object.hasOwn(operation.body, 'mch_id') ? { ...accounts, ...body } : body
    const members: Record<string, string> = {
      ...Object.fromEntries(writeFlat(operation.body ?? {}, owned)),
      nonce_str: sim.world.draw.nonce(),
    }
    for (const [name, value] of Object.entries(more.members ?? {})) {
      if (value === undefined) delete members[name]
      else members[name] = value
    }
    const sign = xmlmd5.signXml(members, more.key ? xmlmd5.readMchKey(more.key) : key)
    const xml = more.raw ?? xmlmd5.serialiseXml({ sign, ...members })
    const query = more.token === '' ? {} : { access_token: more.token ?? (await accessToken()) }
    return judge(operation, await send(operation, { query, body: xml, ...more }))
  }

  async function judge(operation: OperationShape, response: Response): Promise<InsuranceAnswer> {
    // Not `text()`: it would take away the byte order mark that a bill may begin with.
    const raw = Buffer.from(await response.arrayBuffer()).toString('utf8')
    const isFile = operation.result.kind === 'file'
    const judged = token.judgeXml(
      { status: response.status, body: raw },
      { key, signed: operation.answerSign ?? 'always', ...(isFile && { text: 'expected' }) },
    )
    const fields = operation.result.kind === 'group' ? operation.result.fields : {}
    const members = 'members' in judged ? readFlat(fields, Object.entries(judged.members)) : {}
    return {
      outcome: judged.outcome,
      ...('code' in judged && judged.code !== undefined && { code: judged.code }),
      body: members,
      raw,
    }
  }

  function order(changes: Record<string, unknown> = {}): Record<string, unknown> {
    const number = `HSPA${String(++count).padStart(6, '0')}`
    return {
      order_type: 'RegPay',
      sub_openid: given.openid,
      hosp_out_trade_no: number,
      hospital_name: '示例第一医院',
      total_fee: 13000,
      cash_fee: 4000,
      cash_add_fee: 500,
      allow_fee_change: 0,
      spbill_create_ip: '203.0.113.10',
      notify_url: 'https://gw.example.com/payins/notify/hosp-a',
      body: '示例第一医院-挂号费',
      return_url: `https://h5.example.com/pay/back?no=${number}`,
      pay_type: 3,
      insurance_fee: 8700,
      user_card_type: 1,
      user_card_no: given.userCardNo,
      user_name: given.userName,
      serial_no: 'HIS20200801000123',
      org_no: 'H44030000001',
      gmt_out_create: '20260317100000',
      request_content: contentOf(),
      bill_no: 'AAZ20200801000456',
      attach: 'dept=A01',
      ...changes,
    }
  }

  const bench: InsuranceBench = Object.assign(own, {
    sim,
    told,
    nonces,
    accessToken,
    call,
    async code(operation: OperationShape, body?: Record<string, unknown>, more?: InsuranceMore) {
      const answer = await call(operation, body, more)
      return answer.code ?? answer.outcome
    },
    order,
    async place(changes: Record<string, unknown> = {}) {
      const body = order(changes)
      const answer = await call(payinsurance.unifiedOrder, body)
      if (answer.outcome !== 'success') throw new Error(`not placed: ${answer.code ?? answer.outcome}`)
      return String(body.hosp_out_trade_no)
    },
    async paid(changes?: Record<string, unknown>) {
      const number = await bench.place(changes)
      await sim.pay(number)
      await sim.advance(2_000)
      return number
    },
    async query(number: string) {
      return (await call(payinsurance.queryOrder, { hosp_out_trade_no: number })).body
    },
    refund: (number: string, changes: Record<string, unknown> = {}) =>
      call(payinsurance.refund, {
        hosp_out_trade_no: number,
        hosp_out_refund_no: `R${number}`,
        cancel_serial_no: 'HIS20200801000123',
        cancel_bill_no: 'AAZ20200801000456',
        request_content: contentOf({ paytype: 'RegPay' }),
        ...changes,
      }),
    async queryRefund(number: string) {
      return (await call(payinsurance.queryRefund, { hosp_out_refund_no: `R${number}` })).body
    },
  })
  return bench
}
