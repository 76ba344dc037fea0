/** Rate budgets of signers: hold for all nodes together, since nodes take their share from the store. */
import type { BudgetKind, Desk, Signer } from './desk.ts'

const windowMs = 1_000
/** Taken at once, so that not every call asks the store. */
const block = 10
const longestRestMs = 60_000

/** Says whether a call may go out now. */
export class Budgets {
  readonly #desk: Pick<Desk, 'store' | 'clock'>
  readonly #left = new Map<string, { windowMs: number; left: number }>()
  readonly #resting = new Map<string, { untilMs: number; pauseMs: number }>()

  constructor(desk: Pick<Desk, 'store' | 'clock'>) {
    this.#desk = desk
  }

  /** 0 when a call may go now; else how long to wait, in ms. */
  async take(signer: Signer, kind: BudgetKind): Promise<number> {
    const { store, clock } = this.#desk
    const nowMs = clock.now()
    const resting = this.#resting.get(signer.facts.id)
    const restMs = resting ? resting.untilMs - nowMs : 0
    // More than the longest rest: the clock was set back.
    if (restMs > 0 && restMs <= longestRestMs) return restMs
    const name = `${signer.facts.id}/${kind}`
    const window = Math.floor(nowMs / windowMs) * windowMs
    const known = this.#left.get(name)
    const left = known?.windowMs === window ? known.left : 0
    if (left > 0) {
      this.#left.set(name, { windowMs: window, left: left - 1 })
      return 0
    }
    const limit = signer.limits[kind]
    const taken = await store.takeBudget(name, window, limit, Math.min(block, limit))
    this.#left.set(name, { windowMs: window, left: Math.max(0, taken - 1) })
    return taken > 0 ? 0 : window + windowMs - clock.now()
  }

  /** The provider asked for fewer calls (429) or cannot answer: this signer rests, longer each time. */
  rest({ facts }: Signer): void {
    const before = this.#resting.get(facts.id)
    const pauseMs = Math.min((before?.pauseMs ?? 500) * 2, longestRestMs)
    this.#resting.set(facts.id, { untilMs: this.#desk.clock.now() + pauseMs, pauseMs })
  }

  /** It answers again. */
  wake({ facts }: Signer): void {
    this.#resting.delete(facts.id)
  }
}
