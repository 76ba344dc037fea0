/** What happened in a run, line by line, and its digest: the same seed gives the same bytes. */
import { createHash, type Hash } from 'node:crypto'

/** A trace under way. Lines are hashed as they come; the newest are kept for people. */
export class Trace {
  readonly #hash: Hash = createHash('sha256')
  readonly #kept: string[] = []
  readonly #most: number
  #lines = 0

  constructor(most = 400) {
    this.#most = most
  }

  /** Notes what happened at this time. */
  note(atMs: number, who: string, what: string): void {
    const line = `${stamp(atMs)} ${who.padEnd(9)} ${what}`
    this.#hash.update(line).update('\n')
    this.#lines++
    if (this.#most === 0) return
    this.#kept.push(line)
    if (this.#kept.length > this.#most * 2) this.#kept.splice(0, this.#most)
  }

  get lines(): number {
    return this.#lines
  }

  /** The newest lines. */
  get newest(): readonly string[] {
    return this.#kept.slice(-this.#most)
  }

  /** SHA-256 of all lines so far, hex. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(5, 23).replace('T', ' ')
}
