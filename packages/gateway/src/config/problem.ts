/** What is wrong with a configuration: all of it at once, each with its place, none with its content. */

/** One thing that is wrong. */
export interface ConfigProblem {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  /** Where it stands: `signers[0].privateKey`. */
  readonly at: string
  /** Type and length, or a small number; never text that may be a secret. */
  readonly found: string
  readonly expected: string
  /** A name that was probably meant. */
  readonly meant?: string | undefined
}

/** The configuration cannot be used. Nothing was changed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(problemText).join('\n'))
    this.problems = problems
  }
}

/**
 * A problem on one line.
 * @example 'gateway.yaml:12:7: signers[0].mchid: found text of 4 characters, expected 8 to 10 digits'
 */
export function problemText({ file, line, column, at, found, expected, meant }: ConfigProblem): string {
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `${file}:${line}:${column}: ${at === '' ? '' : `${at}: `}found ${found}, expected ${expected}${hint}`
}

/** A path as people write it: `['signers', 0, 'id']` is `signers[0].id`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${nameText(step)}`,
    )
    .join('')
}

/** A key as it may be shown: what is too long for a name may be a secret in the wrong place. */
export function nameText(key: PropertyKey): string {
  const text = String(key)
  return /^[A-Za-z_][\w-]{0,29}$/.test(text) ? text : `(a name of ${text.length} characters)`
}

/** What stands somewhere, without showing it. */
export function foundText(value: unknown): string {
  if (value === undefined || value === null || value === '') return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return `${typeof value} ${String(value)}`
  return /^-?\d{1,7}$/.test(value) ? value : `text of ${value.length} characters`
}

/** The name among `known` that is nearest to `given`, if it is near. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(given.length / 3))
  let best: string | undefined
  let least = most + 1
  for (const name of known) {
    const distance = distanceOf(plain(given), plain(name))
    if (distance < least) [best, least] = [name, distance]
  }
  return best
}

// `api_v3_key` and `apiV3Key` are the same name in two spellings.
const plain = (name: string): string => name.toLowerCase().replace(/[-_]/g, '')

/** How many letters must be changed, added, dropped or swapped with their neighbour. */
function distanceOf(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (last[j - 1] ?? 0) + cost,
        swap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    ;[before, last] = [last, row]
  }
  return last[b.length] ?? 0
}
