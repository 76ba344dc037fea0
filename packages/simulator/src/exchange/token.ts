/** JSON under an access_token on the platform's side: always 200, success and refusal told apart by `errcode`. */
import { check, type Fields, type Problem, readFlat } from '@chadan/protocol'
import { type Call, Refusal } from '../product.ts'
import { admit } from '../products/wecom/access.ts'
import type { OpenWorld } from '../world.ts'
import { type Arrival, type Exchange, nobody } from './exchange.ts'
import { tooFast } from './limits.ts'
import type { RawRequest } from './request.ts'

/** Answers one request under an access_token, a token call, or the download of a bill. */
export const tokenExchange: Exchange = async (arrival) => {
  const { handled, fault, world } = arrival
  try {
    if (fault?.fault === 'tooMany') throw new Refusal(fault.code ?? '45009', 'api freq out of limit')
    if (fault?.fault === 'systemError') throw new Refusal(fault.code ?? '-1', 'system error')
    const result = await handled.handle(await readCall(arrival))
    if (fault?.fault === 'systemErrorAfter') throw new Refusal(fault.code ?? '-1', 'system error')
    if (arrival.operation.result.kind === 'file') return fileAnswer(result)
    return answer(arrival, { errcode: 0, errmsg: 'ok', ...(result as object) })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.status === undefined ? refuse(arrival, error) : plainRefusal(world, error)
  }
}

/**
 * The address that a call comes from. No socket is seen here, so the first of `X-Forwarded-For` stands
 * for it; without that header it is the loopback address.
 */
export function addressOf(request: Pick<RawRequest, 'header'>): string {
  return request.header('x-forwarded-for')?.split(',')[0]?.trim() || '127.0.0.1'
}

async function readCall(arrival: Arrival): Promise<Call> {
  const { world, operation, request } = arrival
  const search = new URLSearchParams(request.search)
  const given = readFlat(operation.query ?? {}, search)
  const call = { operation, world, path: {} as never, query: given as never, header: request.header }
  // Token calls and downloads name themselves in their own words, so their handlers check them.
  if (operation.credentials === 'none') return { ...call, caller: nobody, body: {} as never }
  const { caller, token } = admit(world, {
    operation: operation.id,
    token: search.get('access_token') ?? undefined,
    address: addressOf(request),
  })
  if (tooFast(world, caller.mchid, operation.id)) throw new Refusal('45009', 'api freq out of limit')
  const body = operation.encoding === 'multipart' ? await readParts(arrival) : readBody(arrival)
  return { ...call, caller, token, body: body as never }
}

function readBody({ operation, request }: Arrival): Record<string, unknown> {
  const body = request.verb === 'GET' ? parseQuery(operation.body ?? {}, request) : parse(request)
  const options = { unknown: 'ignore', fourByteText: 'accept', beyondSupposed: 'refuse' } as const
  const first = check(operation.body ?? {}, operation.rules ?? [], body, { at: '/body', ...options })[0]
  if (first) throw refusalOf(first)
  return body
}

function parseQuery(fields: Fields, { search }: RawRequest): Record<string, unknown> {
  const members = [...new URLSearchParams(search)].filter(([name]) => name !== 'access_token')
  return readFlat(fields, members)
}

function parse(request: RawRequest): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(request.body))
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {
    throw new Refusal('40035', 'invalid parameter: the body is not JSON')
  }
  throw new Refusal('40035', 'invalid parameter: the body is not an object')
}

// Three numbers exist for parameters: left empty, of the wrong kind, and not as required.
function refusalOf({ at, found, expected, rule }: Problem): Refusal {
  const message = `${at.slice(1).replaceAll('/', '.')}: found ${found}, expected ${expected}`
  if (rule === 'required' || rule === 'needs' || found === 'text of 0 characters')
    return new Refusal('40063', `some parameters are empty, ${message}`)
  if (rule === 'type') return new Refusal('40035', `invalid parameter, ${message}`)
  return new Refusal('40058', `invalid argument, ${message}`)
}

/** A multipart body under the names of the declared files; the first file counts, whatever its part is called (D6). */
async function readParts({ operation, request }: Arrival): Promise<Record<string, unknown>> {
  const name = Object.keys(operation.body ?? {})[0] ?? 'media'
  const type = request.header('content-type') ?? ''
  const form = await new Response(request.body as BodyInit, { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined)
  for (const part of form?.values() ?? []) {
    if (typeof part === 'string') continue
    return { [name]: { name: part.name, type: part.type, bytes: await part.bytes() } }
  }
  return {}
}

function refuse(arrival: Arrival, refusal: Refusal): Response {
  const { world, operation, request } = arrival
  const code = Number(refusal.code)
  // The texts of this host end like this; support asks for the hint.
  const hint = `, hint: [${Math.floor(world.clock.now() / 1000)}${world.draw.digits(15)}], from ip: ${addressOf(request)}, more info at https://open.work.weixin.qq.com/devtool/query?e=${code}`
  const errmsg = operation.host === 'wecom' ? refusal.message + hint : refusal.message
  return answer(arrival, { errcode: code, errmsg, ...refusal.detail })
}

/** A refusal with a status of its own: a download is refused by the host of the bills. */
function plainRefusal(world: OpenWorld, { code, message, status }: Refusal): Response {
  const headers = { 'content-type': 'application/json', 'request-id': world.draw.hex(40).toUpperCase() }
  return new Response(JSON.stringify({ code, message }), { status: status ?? 400, headers })
}

function answer({ fault }: Arrival, value: object): Response {
  const text = JSON.stringify(value)
  const body =
    fault?.fault === 'truncated'
      ? text.slice(0, text.length >> 1)
      : fault?.fault === 'corrupted'
        ? text.replace('"errcode":', '"errcode"!')
        : text
  return new Response(body, { status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' } })
}

function fileAnswer(result: unknown): Response {
  const { bytes, headers } = (result instanceof Uint8Array ? { bytes: result, headers: {} } : result) as {
    bytes: Uint8Array
    headers: Record<string, string>
  }
  return new Response(bytes as BodyInit, {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', ...headers },
  })
}
