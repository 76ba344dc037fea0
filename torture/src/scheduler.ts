/** Time of one run: a heap of events ordered by virtual time and a seeded tie-break. Nothing else moves anything. */
import type { Clock } from '@chadan/protocol'
import type { Chance } from './chance.ts'

interface Event {
  readonly atMs: number
  readonly tie: number
  readonly order: number
  work: (() => void) | undefined
}

/** The only source of time and order in a run. */
export interface Scheduler {
  readonly nowMs: number
  /** Events that ran. */
  readonly steps: number
  /** Runs `work` at this time; the returned function takes it back. */
  at(atMs: number, work: () => void): () => void
  /** The same, so many ms from now. */
  after(ms: number, work: () => void): () => void
  /** A promise that resolves so many ms from now. */
  pause(ms: number): Promise<void>
  /** When the next event is, if there is one. */
  readonly nextMs: number | undefined
  /** Runs the next event without draining what it set off; false when there is none up to then. */
  step(untilMs: number): boolean
  /** Runs events up to this time, draining after each; `between` may look around after every event, and end the run with `true`. */
  run(untilMs: number, between?: () => boolean | undefined): Promise<void>
  /** Lets everything that is ready go on until nothing is. */
  drain(): Promise<void>
}

/** So many events at one instant mean that something runs in a circle. */
const mostAtOnce = 20_000

/** Something is done again and again without any time passing. */
export class TimeStoodStill extends Error {
  override readonly name = 'TimeStoodStill'
  constructor() {
    super(`more than ${mostAtOnce} events at one instant: something runs in a circle`)
  }
}

/** Opens a scheduler at this time. */
export function openScheduler(startMs: number, chance: Chance): Scheduler {
  const heap: Event[] = []
  let now = startMs
  let count = 0
  let steps = 0
  let crowd = 0

  const before = (a: Event, b: Event) =>
    a.atMs < b.atMs || (a.atMs === b.atMs && (a.tie < b.tie || (a.tie === b.tie && a.order < b.order)))

  function push(event: Event): void {
    heap.push(event)
    let at = heap.length - 1
    while (at > 0) {
      const up = (at - 1) >> 1
      if (!before(heap[at] as Event, heap[up] as Event)) return
      swap(at, up)
      at = up
    }
  }

  function pop(): Event | undefined {
    const [first] = heap
    const last = heap.pop()
    if (!first || !last || heap.length === 0) return first
    heap[0] = last
    let at = 0
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let least = at
      if (left < heap.length && before(heap[left] as Event, heap[least] as Event)) least = left
      if (right < heap.length && before(heap[right] as Event, heap[least] as Event)) least = right
      if (least === at) return first
      swap(at, least)
      at = least
    }
  }

  function swap(a: number, b: number): void {
    const held = heap[a] as Event
    heap[a] = heap[b] as Event
    heap[b] = held
  }

  /** Drops events that were taken back, so that the head is a real one. */
  function head(): Event | undefined {
    while (heap.length > 0 && heap[0]?.work === undefined) pop()
    return heap[0]
  }

  const scheduler: Scheduler = {
    get nowMs() {
      return now
    },
    get steps() {
      return steps
    },
    get nextMs() {
      return head()?.atMs
    },
    at(atMs, work) {
      const event: Event = {
        atMs: Math.max(now, Math.ceil(atMs)),
        tie: chance.fraction(),
        order: count++,
        work,
      }
      push(event)
      return () => {
        event.work = undefined
      }
    },
    after: (ms, work) => scheduler.at(now + Math.max(0, ms), work),
    pause: (ms) => new Promise((resolve) => void scheduler.after(ms, resolve)),
    step(untilMs) {
      const event = head()
      if (!event || event.atMs > untilMs) return false
      pop()
      crowd = event.atMs === now ? crowd + 1 : 0
      if (crowd > mostAtOnce) throw new TimeStoodStill()
      now = event.atMs
      steps++
      const { work } = event
      event.work = undefined
      work?.()
      return true
    },
    async run(untilMs, between) {
      await scheduler.drain()
      while (scheduler.step(untilMs)) {
        await scheduler.drain()
        if (between?.()) return
      }
      now = Math.max(now, untilMs)
    },
    // All promise jobs of this turn run before an immediate does; nothing here waits for a thread or a socket.
    drain: () => new Promise((resolve) => void setImmediate(resolve)),
  }
  return scheduler
}

/** A clock over a scheduler: `skewMs` off, and deaf once `alive` says no. */
export function clockOver(
  scheduler: Scheduler,
  { skewMs = 0, alive = () => true }: { skewMs?: number; alive?: () => boolean } = {},
): Clock {
  return {
    now: () => scheduler.nowMs + skewMs,
    after: (ms, work) => scheduler.after(ms, () => alive() && work()),
  }
}
