/** The log of an order: one entry for each version, chained by hashes. Folding it gives the order again. */
import { createHash } from 'node:crypto'
import type { Act } from './acts.ts'
import type { Observation, Repeats } from './reading.ts'

/** What changed an order, and what was heard again before it. */
export type Input = { readonly repeats?: Repeats | undefined } & (
  | { readonly kind: 'act'; readonly act: Act }
  | { readonly kind: 'heard'; readonly observation: Observation }
)

/** One version of an order. */
export interface LogEntry {
  readonly order: string
  readonly version: number
  readonly atMs: number
  readonly input: Input
  readonly from: string
  readonly to: string
  /** What proves the transition: a fact's fingerprint, or `operator:<name>`; absent where the state stayed. */
  readonly evidence?: string | undefined
  /** SHA-256 over the entry before and the digest of this one: erasing payloads keeps the chain. */
  readonly hash: string
}

/** The hash of the next entry. Only digests go in. */
export function chain(before: string, entry: Omit<LogEntry, 'hash'>): string {
  const { order, version, atMs, input, from, to, evidence = '' } = entry
  const digest = createHash('sha256').update(JSON.stringify(input)).digest('hex')
  return createHash('sha256')
    .update([before, order, version, atMs, digest, from, to, evidence].join('\n'))
    .digest('hex')
}
