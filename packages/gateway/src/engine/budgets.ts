/** Rate budgets per signer and kind of call: hold for all nodes together, since nodes take their share from the store. */
import type { BudgetKind, Desk, Signer } from './desk.ts'

const windowMs = 1_000
/** Taken at once, so that not every call asks the store. */
const block = 10
const longestRestMs = 60_000

/** What this node may still send within a window; `spent` when the store had nothing more to give. */
interface Share {
  readonly windowMs: number
  readonly spent: boolean
  left: number
}

/** Says whether a call may go out now. */
export class Budgets {
  readonly #desk: Pick<Desk, 'store' | 'clock' | 'watch'>
  readonly #shares = new Map<string, Share>()
  readonly #fetching = new Map<string, Promise<void>>()
  readonly #resting = new Map<string, { untilMs: number; pauseMs: number }>()

  constructor(desk: Pick<Desk, 'store' | 'clock' | 'watch'>) {
    this.#desk = desk
  }

  /** 0 when so many calls may go now; else how long to wait, in ms. */
  async take(signer: Signer, kind: BudgetKind, calls = 1): Promise<number> {
    const name = nameOf(signer, kind)
    const limit = signer.limits[kind]
    // What needs more calls than a window has goes when it has them all.
    const needed = Math.min(calls, limit)
    const { clock, watch } = this.#desk
    const wait = (ms: number, why: 'budget' | 'rest') => {
      watch.waited?.({ kind, why })
      return ms
    }
    for (;;) {
      const nowMs = clock.now()
      const restMs = (this.#resting.get(name)?.untilMs ?? 0) - nowMs
      // More than the longest rest: the clock was set back.
      if (restMs > 0 && restMs <= longestRestMs) return wait(restMs, 'rest')
      const window = Math.floor(nowMs / windowMs) * windowMs
      const share = this.#shares.get(name)
      if (share?.windowMs === window) {
        if (share.left >= needed) {
          share.left -= needed
          return 0
        }
        if (share.spent) return wait(window + windowMs - nowMs, 'budget')
      }
      // Of many that want to go at the same moment one fetches for all: what each fetched for itself would be lost.
      await (this.#fetching.get(name) ?? this.#fetch(name, window, limit))
    }
  }

  /** The provider asked for fewer calls of this kind (429) or cannot answer: they rest, longer each time. */
  rest(signer: Signer, kind: BudgetKind): void {
    const name = nameOf(signer, kind)
    const nowMs = this.#desk.clock.now()
    const before = this.#resting.get(name)
    // What was under way when the rest began says nothing new.
    if (before && before.untilMs > nowMs) return
    const pauseMs = Math.min((before?.pauseMs ?? 500) * 2, longestRestMs)
    this.#resting.set(name, { untilMs: nowMs + pauseMs, pauseMs })
  }

  /** It answers again. */
  wake(signer: Signer, kind: BudgetKind): void {
    this.#resting.delete(nameOf(signer, kind))
  }

  #fetch(name: string, window: number, limit: number): Promise<void> {
    const fetching = this.#desk.store
      .takeBudget(name, window, limit, Math.min(block, limit))
      .then((taken) => {
        const before = this.#shares.get(name)
        const left = before?.windowMs === window ? before.left : 0
        this.#shares.set(name, { windowMs: window, left: left + taken, spent: taken === 0 })
      })
      .finally(() => this.#fetching.delete(name))
    this.#fetching.set(name, fetching)
    return fetching
  }
}

function nameOf({ facts }: Signer, kind: BudgetKind): string {
  return `${facts.id}/${kind}`
}
