/** Checks path, query, headers and body of a request together, so that all problems are answered at once. */
import type { z } from 'zod'
import { readJson } from './body.ts'
import { type InputProblem, Problem } from './problems.ts'
import type { Route } from './route.ts'

/** What a request said, checked. */
export interface Input {
  readonly path: unknown
  readonly query: unknown
  readonly body: unknown
}

/** Reads the input of a route. Throws `Problem` with everything that is wrong. */
export function readInput(
  route: Route,
  request: {
    readonly params: Readonly<Record<string, string>>
    readonly url: URL
    readonly headers: Headers
  },
  bytes: Uint8Array,
): Input {
  const problems: InputProblem[] = []
  const check = (part: string, schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return {}
    const read = schema.safeParse(value)
    if (read.success) return read.data
    problems.push(...problemsOf(read.error.issues, part, value))
    return {}
  }
  const path = check('path', route.params, request.params)
  const query = check('query', route.query?.strict(), queryOf(request.url, problems, route))
  check('headers', route.headers, Object.fromEntries(request.headers))
  // A body is read as JSON before other problems are answered: what cannot be read has no problems to list.
  const body = route.body ? check('body', route.body, readJson(request.headers, bytes)) : {}
  if (problems.length > 0) throw new Problem('invalid_request', { problems: problems.slice(0, 100) })
  return { path, query, body }
}

function queryOf(url: URL, problems: InputProblem[], route: Route): Record<string, string> {
  const query = Object.fromEntries(url.searchParams)
  for (const name of Object.keys(query))
    if (url.searchParams.getAll(name).length > 1)
      problems.push({ at: pointer('query', [name]), found: 'given twice', expected: 'once' })
  if (!route.query)
    for (const name of Object.keys(query))
      problems.push({ at: pointer('query', [name]), found: 'a name that is not known', expected: 'none' })
  return query
}

/** What Zod found, without the values: where, what kind of thing was there, what is expected. */
export function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  part: string,
  value: unknown,
): readonly InputProblem[] {
  return issues.flatMap((issue): InputProblem[] => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        at: pointer(part, [...issue.path, key]),
        found: 'a name that is not known',
        expected: 'none',
      }))
    const at = pointer(part, issue.path)
    return [{ at, found: kindOf(memberAt(value, issue.path)), expected: expectation(issue) }]
  })
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected
    case 'too_big':
      return `at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'too_small':
      return `at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`
    case 'invalid_format':
      return issue.pattern && issue.format === 'regex' ? `text matching ${issue.pattern}` : issue.format
    case 'invalid_union':
      return 'one of the documented forms'
    default:
      return 'what the schema says'
  }
}

function memberAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (found, name) =>
      typeof found === 'object' && found !== null && Object.hasOwn(found, name)
        ? (found as Record<PropertyKey, unknown>)[name]
        : undefined,
    value,
  )
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string') return `text of ${value.length} characters`
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

// JSON pointer; names come from the caller, so they are cut.
function pointer(part: string, path: readonly PropertyKey[]): string {
  const steps = path.map((step) => String(step).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1'))
  return [part, ...steps].join('/')
}
