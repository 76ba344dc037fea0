/** How errors are provoked: what any operation of a dialect meets, and requests that no honest client sends. */
import type { WechatPay } from '@chadan/client'
import { apiv3, type InputOfOperation, type OperationShape, xmlmd5 } from '@chadan/protocol'
import type { Merchant } from '@chadan/simulator'
import fc from 'fast-check'
import { inputsOf } from '../../packages/protocol/test/support/arbitrary.ts'
import { operationOf } from './declared.ts'
import { methodOf } from './log.ts'
import type { Stage } from './stage.ts'

/** Brings an error about; what it rejects with is held to the declaration. */
export type Provoke = (stage: Stage) => Promise<unknown>

/** Ways to the errors of one operation, by name: the code, with its numbers where several bear it. */
export type Ways = Readonly<Record<string, Provoke>>

/** The cases of a product: by operation, what only this operation meets. */
export type ErrorCases = Readonly<Record<string, Ways>>

/** The same ways for several operations that differ in the call alone. */
export type Call = (stage: Stage, more?: object) => Promise<unknown>

/** Any input that the declaration takes; the world need not know what it speaks of. */
export function anyInput(operation: OperationShape): Record<string, unknown> {
  const [input] = fc.sample(inputsOf(operation), { numRuns: 1, seed: 7 })
  return input as Record<string, unknown>
}

/** What a request is changed to after it was checked and before it is signed. */
export interface Change {
  readonly body?: (body: Record<string, unknown>) => unknown
  readonly target?: (target: string) => string
  readonly contentType?: string
}

/** Sends what the client's own checks would refuse: prepared from a good input, then changed. */
export async function forge(stage: Stage, id: string, input: object, change: Change): Promise<unknown> {
  const operation = operationOf(id)
  const prepared = await stage.wx.prepare(operation, input as InputOfOperation<OperationShape>)
  const { body, target = (same: string) => same, contentType = prepared.contentType } = change
  return stage.wx.send({
    ...prepared,
    target: target(prepared.target),
    contentType,
    ...(body && { body: rewritten(stage, operation, prepared.body, body) }),
  })
}

function rewritten(
  { given }: Stage,
  { dialect }: OperationShape,
  bytes: Uint8Array,
  change: (body: Record<string, unknown>) => unknown,
): Uint8Array {
  if (dialect !== 'xml') {
    const changed = change(JSON.parse(Buffer.from(bytes).toString()))
    return Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed))
  }
  const { sign: _, ...members } = xmlmd5.parseXml(bytes)
  const changed = Object.fromEntries(
    Object.entries(change({ ...members }) as Record<string, string | undefined>).filter(
      (member): member is [string, string] => member[1] !== undefined,
    ),
  )
  const sign = xmlmd5.signXml(changed, xmlmd5.readMchKey(given.payinsurance.key))
  return Buffer.from(xmlmd5.serialiseXml({ ...changed, sign }))
}

/** Adds or replaces members of the body. */
export const withMembers = (more: object): Change => ({ body: (body) => ({ ...body, ...more }) })

/** Adds to the query. */
export const withQuery = (more: string): Change => ({
  target: (target) => `${target}${target.includes('?') ? '&' : '?'}${more}`,
})

/** Answers the code that a fault is given, for what no state of the world brings about. */
export const byFault =
  (id: string, code: string, input?: object): Provoke =>
  (stage) => {
    stage.sim.faults.next(id, 'systemError', { code })
    return methodOf(stage.wx, id)(input ?? anyInput(operationOf(id)))
  }

/** An answer in the platform's place, for what neither a state nor a fault of the simulator brings about. */
export const answered =
  (id: string, { status, code, number }: { status: number; code: string; number: number }): Provoke =>
  (stage) => {
    const headers = { 'content-type': 'application/json', 'request-id': `08F0-${number}` }
    const response = () =>
      Promise.resolve(new Response(JSON.stringify({ code, message: code }), { status, headers }))
    return methodOf(stage.open({ fetch: response }), id)(anyInput(operationOf(id)))
  }

/** A merchant of the world, to be changed in place. */
export function merchant({ sim }: Stage, mchid: string): Merchant {
  const found = sim.world.merchants.get(mchid)
  if (!found) throw new TypeError(`the world has no merchant ${mchid}`)
  return found
}

/** Another merchant with the keys of the first, and a client of its own. */
export function joined(stage: Stage, mchid: string, more: Partial<Merchant> = {}): WechatPay {
  const first = merchant(stage, stage.given.apiv3.mchid)
  stage.sim.world.merchants.set(mchid, {
    ...structuredClone(first),
    mchid,
    role: 'merchant',
    subs: [],
    ...more,
  })
  return stage.open({ mchid })
}

/** A proxy that takes away or replaces what the client sends in the head. */
export const withHeader =
  (name: string, value: string) =>
  (request: Request): Request => {
    const headers = new Headers(request.headers)
    headers.set(name, value)
    return new Request(request, { headers })
  }

/** A proxy that puts another access_token into the address of every call but those that draw one. */
export const withToken =
  (token: string) =>
  (request: Request): Request => {
    const url = new URL(request.url)
    if (!url.searchParams.has('access_token')) return request
    if (token === '') url.searchParams.delete('access_token')
    else url.searchParams.set('access_token', token)
    return new Request(url, request)
  }

/** What every APIv3 operation meets. All of it passes: the stage can be used again. */
export function apiv3Ways(operation: OperationShape): Ways {
  const { id } = operation
  const input = anyInput(operation)
  const fault = (code: string): Provoke => byFault(id, code, input)
  return {
    SIGN_ERROR: (stage) => methodOf(stage.open({ serialNo: 'F'.repeat(40) }), id)(input),
    SYSTEM_ERROR: fault('SYSTEM_ERROR'),
    SYSTEMERROR: fault('SYSTEMERROR'),
    BANKERROR: fault('BANKERROR'),
    FREQUENCY_LIMITED: (stage) => tooFast(stage, id, () => methodOf(stage.wx, id)(input)),
    PARAM_ERROR: (stage) =>
      forge(stage, id, input, operation.body ? withMembers({ undeclared: 1 }) : withQuery('undeclared=1')),
    INVALID_REQUEST: (stage) =>
      operation.body
        ? forge(stage, id, input, { contentType: 'text/plain' })
        : methodOf(stage.behind(withHeader('accept', 'text/html')), id)(input),
  }
}

/** Calls once while the limit of the operation is nothing. */
async function tooFast({ sim }: Stage, id: string, call: () => Promise<unknown>): Promise<unknown> {
  sim.changeSwitches({ requestsPerSecond: { [id]: 0 } })
  try {
    return await call()
  } finally {
    sim.changeSwitches({ requestsPerSecond: { [id]: 1_000_000 } })
  }
}

/** What every call of WeCom meets at the gate. All but the app's own state passes. */
export function tokenWays(operation: OperationShape): Ways {
  const { id } = operation
  if (operation.credentials === 'none') return { '-1': byFault(id, '-1') }
  const input = anyInput(operation)
  const call = (wx: WechatPay) => methodOf(wx, id)(input)
  const crowded: Provoke = (stage) => {
    stage.sim.faults.next(id, 'tooMany', { code: '45033' })
    return call(stage.wx)
  }
  const app =
    (changes: object): Provoke =>
    (stage) => {
      const { corpid, corpsecret } = stage.given.wecom
      const { extra } = merchant(stage, corpid)
      extra.apps = [{ agentid: '1000002', corpsecret, ...changes }]
      return call(stage.wx).finally(() => delete extra.apps)
    }
  return {
    '-1': byFault(id, '-1', input),
    '45033': crowded,
    '45009': (stage) => tooFast(stage, id, () => call(stage.wx)),
    '40014': (stage) => call(stage.behind(withToken('made-up'))),
    '41001': (stage) => call(stage.behind(withToken(''))),
    '42001': async (stage) => {
      const { corpid, corpsecret } = stage.given.wecom
      const { access_token } = await stage.wx.wecom.getToken({ corpid, corpsecret })
      stage.sim.expireTokens()
      return call(stage.behind(withToken(access_token)))
    },
    '48002': app({ unlisted: true }),
    '50003': app({ disabled: true }),
    '60020': app({ trustedIps: ['203.0.113.9'] }),
    '40035': operation.encoding
      ? byFault(id, '40035', input)
      : (stage) => forge(stage, id, input, { body: () => '[]' }),
    // A picture has no such parameters, and other calls no merchant or nothing that may be empty.
    '40058': byFault(id, '40058', input),
    '40063': byFault(id, '40063', input),
    '301002': byFault(id, '301002', input),
  }
}

/** The number of the error at the end of `Request-ID`, when there is one. */
export const numberIn = (requestId: string | undefined): number | undefined =>
  requestId === undefined ? undefined : apiv3.errorNumber(requestId)
