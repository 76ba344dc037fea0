/** What an invariant says when it does not hold, and how a run ends. */

/** An invariant that did not hold. */
export class Broken extends Error {
  override readonly name = 'Broken'
  /** Number of the promise, as in the list of invariants. */
  readonly promise: number
  /** The name of the invariant. */
  readonly invariant: string
  constructor(promise: number, invariant: string, found: string) {
    super(`${promise} ${invariant}: ${found}`)
    this.promise = promise
    this.invariant = invariant
  }
}

/** How a run is drawn and bounded. */
export interface Given {
  readonly seed: number
  /** Orders that are placed. */
  readonly orders: number
  /** Kinds of fault that stay away, for shrinking. */
  readonly without?: readonly string[] | undefined
  /** Lines of trace that are kept; 0 for none. */
  readonly lines?: number | undefined
  /** A planted defect. */
  readonly defect?: string | undefined
  /** Crash the node that makes this step (counted over all nodes), and nothing else. */
  readonly crashAt?: number | undefined
}

/** What a run counted. */
export interface Counts {
  orders: number
  faults: number
  crashes: number
  /** Calls that reached the provider. */
  calls: number
  /** Orders that ended paid (refunded since or not), here and there. */
  paid: number
  /** Events of the scheduler. */
  steps: number
  /** Places where a node may crash that were passed. */
  points: number
}

/** What became of a run. */
export interface Outcome {
  readonly seed: number
  readonly counts: Counts
  /** Digest of the trace. */
  readonly digest: string
  readonly trace: readonly string[]
  readonly broken?:
    | { readonly promise: number; readonly invariant: string; readonly message: string }
    | undefined
}

/** Counters at zero. */
export function noCounts(): Counts {
  return { orders: 0, faults: 0, crashes: 0, calls: 0, paid: 0, steps: 0, points: 0 }
}

/** How a thrown thing is told. Anything that is no broken invariant is a defect of its own. */
export function brokenBy(error: unknown): NonNullable<Outcome['broken']> {
  if (error instanceof Broken)
    return { promise: error.promise, invariant: error.invariant, message: error.message }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { promise: 0, invariant: 'no defect is thrown', message }
}
