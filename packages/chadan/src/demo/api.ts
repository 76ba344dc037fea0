/** A merchant's side of the API: calls that are repeated until they are answered, as an ordinary client does it. */
import type { DayClock } from './time.ts'

/** The API said no. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused'
  readonly status: number
  /** The problem's code, such as `attempt_open`. */
  readonly code: string

  constructor(status: number, code: string, detail: string) {
    super(`${status} ${code}: ${detail}`)
    this.status = status
    this.code = code
  }
}

/** Calls the API under one key. Throws `ApiRefused`. */
export interface Api {
  get<T>(path: string): Promise<T>
  /** Safe to repeat: by the reference in the body, or by the key. */
  post<T>(path: string, body: unknown, idempotencyKey?: string): Promise<T>
}

/** What the API is reached with. */
export interface ApiDoors {
  readonly url: string
  readonly clock: DayClock
  readonly fetch: (request: Request) => Promise<Response>
}

/** For how long a call is repeated, ms of the day. */
const patienceMs = 40 * 60_000
/** How long an answer may take, real ms: the network does not run faster than the machine. */
const answerMs = 20_000
const pausesMs = [1_000, 5_000, 15_000]
/** Answers that only mean: later. */
const passing = [429, 502, 503, 504]
const passingCodes = ['still_in_flight', 'timed_out']

/** Opens the API for one key; `more` are headers of every call. */
export function openApi(
  key: string,
  { url, clock, fetch }: ApiDoors,
  more: Readonly<Record<string, string>> = {},
): Api {
  async function once(method: string, path: string, headers: Record<string, string>, body?: string) {
    const stop = new AbortController()
    const cancel = clock.after(answerMs * clock.speed, () => stop.abort())
    try {
      const response = await fetch(
        new Request(`${url}${path}`, {
          method,
          headers,
          signal: stop.signal,
          ...(body !== undefined && { body }),
        }),
      )
      return { status: response.status, text: await response.text() }
    } finally {
      cancel()
    }
  }

  async function call<T>(
    method: string,
    path: string,
    given: { body?: unknown; key?: string | undefined } = {},
  ): Promise<T> {
    const untilMs = clock.now() + patienceMs
    const headers: Record<string, string> = { ...more, authorization: `Bearer ${key}` }
    if (given.body !== undefined) headers['content-type'] = 'application/json'
    if (given.key !== undefined) headers['idempotency-key'] = `"${given.key}"`
    const body = given.body === undefined ? undefined : JSON.stringify(given.body)
    for (let round = 0; ; round++) {
      // No answer says nothing about whether it was done: the same request once more.
      const answer = await once(method, path, headers, body).catch(() => undefined)
      if (answer && answer.status < 300) return (answer.text === '' ? {} : JSON.parse(answer.text)) as T
      const problem = answer && (readProblem(answer.text) as { code?: string; detail?: string })
      const later = !answer || passing.includes(answer.status) || passingCodes.includes(problem?.code ?? '')
      if (!later || clock.now() > untilMs)
        throw new ApiRefused(
          answer?.status ?? 0,
          problem?.code ?? 'no_answer',
          problem?.detail ?? `${method} ${path}`,
        )
      await clock.pass(pausesMs[Math.min(round, pausesMs.length - 1)] ?? 0)
    }
  }

  return {
    get: (path) => call('GET', path),
    post: (path, body, idempotencyKey) => call('POST', path, { body, key: idempotencyKey }),
  }
}

function readProblem(text: string): unknown {
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return {}
  }
}
