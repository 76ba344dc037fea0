/** Gathers work for one turn of the event loop, so that it can share a transaction. */

/** Calls `work` when this turn is over. `setImmediate` does. */
export type Turn = (work: () => void) => void

/** Work that waits, and whom to answer. */
export interface Waiting<W, R> {
  readonly work: W
  resolve(result: R): void
  reject(error: unknown): void
}

/** Hands over up to `limit` at a time; one handful at a time. `together` answers everybody and does not throw. */
export class Gathering<W, R> {
  readonly #turn: Turn
  readonly #limit: number
  readonly #together: (group: readonly Waiting<W, R>[]) => Promise<void> | undefined
  #waiting: Waiting<W, R>[] = []
  #planned = false
  #busy = false
  #idle: (() => void)[] = []

  constructor(
    { turn, limit }: { turn: Turn; limit: number },
    together: (group: readonly Waiting<W, R>[]) => Promise<void> | undefined,
  ) {
    this.#turn = turn
    this.#limit = limit
    this.#together = together
  }

  add(work: W): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject })
      this.#next()
    })
  }

  /** When nothing waits any more. */
  idle(): Promise<void> {
    if (!this.#busy && !this.#planned) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** The same without waiting for the end of the turn, with all that waits: for one who has waited already. */
  addNow(work: W): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject })
      if (!this.#busy) this.#begin()
    })
  }

  #next(): void {
    if (this.#busy || this.#planned) return
    if (this.#waiting.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve()
      return
    }
    this.#planned = true
    this.#turn(() => {
      if (this.#planned && !this.#busy) this.#begin()
    })
  }

  #begin(): void {
    this.#planned = false
    this.#busy = true
    const done = () => {
      this.#busy = false
      this.#next()
    }
    const under = this.#together(this.#waiting.splice(0, this.#limit))
    if (under) under.then(done)
    else done()
  }
}
