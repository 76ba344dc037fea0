/** Errors as answers, per RFC 9457. */
import { Declined } from '../engine/desk.ts'
import { BadCursor, StoreFailed } from '../store/index.ts'
import { type ProblemCode, problemKinds } from './problem-kinds.ts'

/** One thing wrong with an input: where (JSON pointer after `path`, `query`, `headers` or `body`), what was found, never its value. */
export interface InputProblem {
  readonly at: string
  readonly found: string
  readonly expected: string
}

/** Thrown by handlers: becomes the answer. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly code: ProblemCode
  readonly problems: readonly InputProblem[]
  readonly headers: Readonly<Record<string, string>>
  /** Further members of the answer. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(
    code: ProblemCode,
    more: {
      detail?: string | undefined
      problems?: readonly InputProblem[] | undefined
      headers?: Readonly<Record<string, string>> | undefined
      members?: Readonly<Record<string, unknown>> | undefined
      cause?: unknown
    } = {},
  ) {
    super(more.detail ?? problemKinds[code].meaning, { cause: more.cause })
    this.code = code
    this.problems = more.problems ?? []
    this.headers = more.headers ?? {}
    this.members = more.members ?? {}
  }
}

/** What the engine declines, as a problem: its own code where documented, else the rule that was broken. */
export function ofDeclined(declined: Declined): Problem {
  const { code, message: detail, problems, retryMs } = declined
  const known = Object.hasOwn(problemKinds, code)
  const wait = retryMs ?? (code === 'still_in_flight' ? 1000 : undefined)
  return new Problem(known ? (code as ProblemCode) : 'rule_broken', {
    detail,
    problems: problems.map(({ at, found, expected }) => ({
      at: pointer(at),
      found,
      expected,
    })),
    members: known ? {} : { rule: code },
    headers: wait === undefined ? {} : { 'retry-after': seconds(wait) },
    cause: declined,
  })
}

/** Where in the request it is: adapters say `/details/x`, the client `body/x` or `x` of what `details` became. */
function pointer(at: string): string {
  if (at === '/' || at === '') return 'body/details'
  if (at.startsWith('/')) return `body${at}`
  return `body/details/${at.replace(/^(body|path|query|headers)\//, '')}`
}

/** Whole seconds, at least one, as `Retry-After` has them. */
export function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)))
}

/** The answer that stands for a problem. */
export function problemAnswer(problem: Problem, requestId: string): Response {
  const { status, title } = problemKinds[problem.code]
  const body = {
    type: `/problems/${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    request_id: requestId,
    ...problem.members,
    ...(problem.problems.length > 0 && { problems: problem.problems }),
  }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', ...problem.headers },
  })
}

/** Any error as a problem; what is not meant for callers becomes `internal`. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof Declined) return ofDeclined(error)
  if (error instanceof BadCursor)
    return new Problem('invalid_request', {
      problems: [
        { at: 'query/cursor', found: 'text that is no cursor', expected: '`next` of the page before' },
      ],
    })
  if (error instanceof StoreFailed && error.where === 'store')
    return new Problem(error.outcome === 'unknown' ? 'timed_out' : 'unavailable', {
      headers: { 'retry-after': '1' },
      cause: error,
    })
  return new Problem('internal', { cause: error })
}
