/** A running gateway as the command reaches it: over HTTP, with an API key. */
import type { Command } from 'commander'
import { CommandEnd, type Exit, exits, oneLine, wrongInput } from './end.ts'
import { readIfThere } from './files.ts'
import type { Io } from './io.ts'

/** What every verb that speaks to a gateway is given. */
export interface GatewayGiven {
  readonly url?: string
  readonly keyFile?: string
  readonly tenant?: string
  readonly json?: true
}

/** Adds the options that say which gateway, and as whom. */
export function withGateway(command: Command): Command {
  return command
    .option('--url <url>', 'where the gateway listens; default: CHADAN_URL, else http://127.0.0.1:8080')
    .option('--key-file <file>', 'a file with the API key; default: the key in CHADAN_API_KEY')
    .option('--tenant <id>', 'the tenant, for keys of all tenants')
    .option('--json', 'as JSON')
}

/** A value of an answer, its form checked where it is used. */
export type Json = Readonly<Record<string, unknown>>

/** A gateway to ask. Every method throws `CommandEnd`. */
export interface GatewayApi {
  get(path: string, query?: Query): Promise<Json>
  post(path: string, body?: Json, query?: Query): Promise<Json>
}
/** What stands behind the question mark; absent members are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** Longer than any answer that waits for WeChat Pay. */
const longestMs = 60_000

/** Opens the gateway that was named. */
export async function openGateway(io: Io, given: GatewayGiven): Promise<GatewayApi> {
  const base = addressOf(given.url ?? io.env?.CHADAN_URL ?? 'http://127.0.0.1:8080')
  const key = await keyOf(io, given)
  const send = io.fetch ?? ((request: Request) => fetch(request))

  async function call(
    method: 'GET' | 'POST',
    path: string,
    { body, query = {}, signal }: { body?: Json | undefined; query?: Query; signal: AbortSignal },
  ): Promise<Response> {
    const url = new URL(`${base}${path}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    const request = new Request(url, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        authorization: `Bearer ${key}`,
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...(given.tenant !== undefined && { 'chadan-tenant': given.tenant }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    try {
      return await send(request)
    } catch (cause) {
      const done = method === 'GET' ? '' : '; it may have been done or not: look before you repeat it'
      throw new CommandEnd(
        exits.lost,
        `no answer from ${base}${done}: start chadan serve, or give another --url`,
        { cause },
      )
    }
  }

  async function whole(method: 'GET' | 'POST', path: string, body?: Json, query?: Query): Promise<Json> {
    const end = new AbortController()
    const stop = io.clock.after(longestMs, () => end.abort())
    try {
      const response = await call(method, path, { body, ...(query && { query }), signal: end.signal })
      const text = await response.text()
      // 204 says it was done, and no more.
      const value = response.status === 204 ? {} : objectOf(text)
      if (response.ok && value) return value
      throw refusal(base, response, value)
    } finally {
      stop()
    }
  }

  return {
    get: (path, query) => whole('GET', path, undefined, query),
    post: (path, body = {}, query) => whole('POST', path, body, query),
  }
}

function addressOf(text: string): string {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw wrongInput('--url is no address: give it as https://pay.example.com')
  return text.replace(/\/+$/, '')
}

async function keyOf(io: Io, { keyFile }: GatewayGiven): Promise<string> {
  const text = keyFile === undefined ? io.env?.CHADAN_API_KEY : await readIfThere(keyFile)
  const how = 'make one with chadan keys create, and give --key-file or CHADAN_API_KEY'
  if (text === undefined && keyFile !== undefined)
    throw wrongInput(`--key-file ${keyFile} does not exist: ${how}`)
  const key = text?.trim() ?? ''
  if (key === '') throw wrongInput(`there is no API key: ${how}`)
  if (!/^ck_[0-9A-Za-z]{16,64}$/.test(key)) throw wrongInput(`what was given is no API key (ck_…): ${how}`)
  return key
}

function objectOf(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
  } catch {
    return undefined
  }
}

const codeExits: Readonly<Record<number, Exit>> = { 400: exits.input, 404: exits.refused, 422: exits.input }

/** A problem of the API as the command ends with it. */
function refusal(base: string, response: Response, problem: Json | undefined): CommandEnd {
  const { status } = response
  if (!problem || typeof problem.code !== 'string')
    return new CommandEnd(exits.lost, `${base} answered ${status}, but not as a gateway does: check --url`, {
      status,
    })
  const { title, detail, code, problems, request_id } = problem
  const wrong = (Array.isArray(problems) ? problems : []).map(
    (one: { at?: unknown; found?: unknown; expected?: unknown }) =>
      `${one.at}: found ${one.found}, expected ${one.expected}`,
  )
  const wait = response.headers.get('retry-after')
  const say = [
    `${title}: ${detail}`,
    ...wrong,
    ...(wait ? [`repeat it in ${wait} s`] : []),
    ...(status >= 500 ? [`the gateway's log tells more under ${request_id}`] : []),
  ]
  const exit = status >= 500 ? exits.lost : (codeExits[status] ?? exits.refused)
  return new CommandEnd(exit, oneLine(say.join('; ')), { status, code, request_id, problems })
}
