/** Secrets stand elsewhere; the configuration says where. */
import { resolve } from 'node:path'
import { inspect } from 'node:util'

/** Where a secret stands. */
export type Reference = { readonly text: string } & (
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'exec'; readonly command: string; readonly args: readonly string[] }
  | { readonly from: 'env'; readonly name: string }
)

/** What reading secrets leans on. */
export interface SecretDoors {
  /** Bytes and permission bits. Throws the system's error. */
  readFile(path: string, maxBytes: number): Promise<{ readonly bytes: Uint8Array; readonly mode: number }>
  /** What the command writes to its standard output. No shell. */
  run(
    command: string,
    args: readonly string[],
    limits: { readonly timeoutMs: number; readonly maxBytes: number; readonly folder: string },
  ): Promise<Uint8Array>
  readonly env: Readonly<Record<string, string | undefined>>
}

/** A secret that does not show itself. */
export class Secret {
  readonly #text: string
  /** Where it came from: safe to show. */
  readonly from: string

  constructor(text: string, from: string) {
    this.#text = text
    this.from = from
  }

  /** The secret itself. */
  reveal(): string {
    return this.#text
  }

  toJSON(): string {
    return '[secret]'
  }

  toString(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}

/** A secret cannot be read; the message shows none of it. */
export class SecretUnread extends Error {
  override readonly name = 'SecretUnread'
  readonly found: string
  readonly expected: string

  constructor(found: string, expected: string) {
    super(`found ${found}, expected ${expected}`)
    this.found = found
    this.expected = expected
  }
}

/**
 * Where a secret stands, from its text; `undefined` for anything else, such as a secret itself.
 * @example readReference('exec:vault read -field=key secret/wechat')
 */
export function readReference(text: string): Reference | undefined {
  const [, from, rest = ''] = /^(file|exec|env):([^\r\n]+)$/.exec(text) ?? []
  const trimmed = rest.trim()
  if (from === 'file' && trimmed !== '') return { from, path: trimmed, text }
  if (from === 'env' && /^[A-Za-z_]\w*$/.test(trimmed)) return { from, name: trimmed, text }
  const [command, ...args] = from === 'exec' ? words(trimmed) : []
  return command === undefined ? undefined : { from: 'exec', command, args, text }
}

// No shell looks at it: blanks part words, and double quotes hold one together.
function words(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

const largestBytes = 64 * 1024
const longestMs = 10_000

/** A reader of secrets in relation to a folder. Each place is read once. */
export interface SecretReader {
  /** Throws `SecretUnread`. */
  read(reference: Reference): Promise<Secret>
  /** What deserves a word although it works. */
  readonly warnings: readonly string[]
}

/** Opens a reader; paths begin at `folder`. */
export function secretReader(doors: SecretDoors, folder: string): SecretReader {
  const warnings: string[] = []
  const known = new Map<string, Promise<Secret>>()
  const take = limiter(8)

  async function readBytes(reference: Reference): Promise<Uint8Array> {
    if (reference.from === 'env') {
      const value = doors.env[reference.name]
      if (value === undefined)
        throw new SecretUnread(`no variable ${reference.name}`, 'it in the environment of this process')
      warnings.push(
        `the variable ${reference.name} holds a secret: whoever sees this process's environment reads it; use file: or exec:`,
      )
      return Buffer.from(value)
    }
    if (reference.from === 'exec') {
      const limits = { timeoutMs: longestMs, maxBytes: largestBytes, folder }
      try {
        return await doors.run(reference.command, reference.args, limits)
      } catch (error) {
        const found = `a command that failed (${systemWord(error)})`
        throw new SecretUnread(
          found,
          `the secret on its standard output within ${longestMs / 1000} s and exit status 0`,
        )
      }
    }
    const path = resolve(folder, reference.path)
    try {
      const { bytes, mode } = await doors.readFile(path, largestBytes)
      if ((mode & 0o077) !== 0)
        warnings.push(`${path} can be read by other users (${(mode & 0o777).toString(8)}): chmod 600 ${path}`)
      return bytes
    } catch (error) {
      const found = `a file that cannot be read (${systemWord(error)})`
      throw new SecretUnread(found, `a readable file of at most ${largestBytes} bytes at ${path}`)
    }
  }

  return {
    warnings,
    read(reference) {
      const before = known.get(reference.text)
      if (before) return before
      const reading = take(async () => {
        const bytes = await readBytes(reference)
        if (bytes.length > largestBytes)
          throw new SecretUnread(`${bytes.length} bytes`, `at most ${largestBytes}`)
        const text = Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\uFEFF/, '')
          // Editors and commands end their last line; a key does not.
          .replace(/[\r\n]+$/, '')
        if (text === '') throw new SecretUnread('nothing in it', 'the secret')
        return new Secret(text, reference.text)
      })
      known.set(reference.text, reading)
      return reading
    },
  }
}

/** The system's word for an error, such as `ENOENT`; other messages might quote what was read. */
function systemWord(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'number') return `exit status ${code}`
  return typeof code === 'string' && /^[A-Z_0-9]+$/.test(code) ? code : 'no reason given'
}

/** At most so many at once. */
function limiter(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place goes to the next one as it is.
      if (next) next()
      else running--
    }
  }
}
