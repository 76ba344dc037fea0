/** What is fuzzed: one reader each, the errors it may throw, and what must hold of what it accepts. */
import type { Food } from './mutate.ts'

/** One reader under test. */
export interface Target extends Food {
  /** Reads the bytes; gives whether they were accepted. Throws `Broken` when a promise does not hold. */
  read(bytes: Buffer): boolean
  /** The errors that say "refused". Any other is a crash. */
  readonly refusals: readonly (new (
    ...given: never[]
  ) => Error)[]
}

/** A promise that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** Throws `Broken` unless it holds. */
export function hold(condition: boolean, promise: string): void {
  if (!condition) throw new Broken(promise)
}
