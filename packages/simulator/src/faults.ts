/** What goes wrong on purpose: scripted (`next`) or by chance (`often`). */
import type { Random } from '@chadan/protocol'
import { fraction } from './chance.ts'

/** What can happen to a call of the merchant. */
export type CallFault =
  /** The request never arrives. */
  | 'loseRequest'
  /** The work is done, the answer never arrives. */
  | 'loseAnswer'
  /** 500 SYSTEM_ERROR, nothing done. */
  | 'systemError'
  /** 500 SYSTEM_ERROR although the work is done. */
  | 'systemErrorAfter'
  /** 429, nothing done. */
  | 'tooMany'
  /** 502 with HTML, nothing done. */
  | 'badGateway'
  /** The answer carries no signature. */
  | 'unsigned'
  /** The answer's signature is wrong. */
  | 'wrongSignature'
  /** The answer's signature is a probe. */
  | 'probe'
  /** The answer's body is cut in the middle. */
  | 'truncated'
  /** One byte of the answer's body is another. */
  | 'corrupted'
  /** The answer is stamped ten minutes ago. */
  | 'staleClock'
  /** The answer comes `delayMs` later. */
  | 'delayed'

/** What can happen to a notice of the platform. */
export type NoticeFault =
  | 'lose'
  | 'duplicate'
  | 'delayed'
  | 'reorder'
  | 'corrupted'
  | 'wrongSignature'
  | 'probe'
  | 'staleClock'

export type Fault = CallFault | NoticeFault

/** A planned fault. */
export interface PlannedFault {
  /** Operation or notification id, or `*`. */
  readonly on: string
  readonly fault: Fault
  /** How often; default once. */
  times?: number
  readonly delayMs?: number
  /** The refusal's code for `systemError` and the like, where the dialect has several. */
  readonly code?: string
}

/** The faults of a simulator. */
export interface Faults {
  /**
   * Plans faults for what comes next.
   * @example simulator.faults.next('medIns.create', 'loseAnswer')
   */
  next(on: string, fault: Fault, more?: { times?: number; delayMs?: number; code?: string }): void
  /** Lets a fault happen by chance: `share` from 0 to 1. */
  often(on: string, fault: Fault, share: number, more?: { delayMs?: number }): void
  /** Ends all faults, planned and by chance. */
  heal(): void
  /** What is still planned. */
  readonly planned: readonly PlannedFault[]
}

/** Faults with the side that draws them. */
export interface OpenFaults extends Faults {
  draw(id: string): PlannedFault | undefined
}

/** An empty plan. */
export function openFaults(random: Random): OpenFaults {
  let planned: PlannedFault[] = []
  let chances: (PlannedFault & { share: number })[] = []
  const meets = (on: string, id: string) =>
    on === '*' || on === id || (on.endsWith('.*') && id.startsWith(on.slice(0, -1)))
  return {
    next(on, fault, more = {}) {
      planned.push({ on, fault, times: 1, ...more })
    },
    often(on, fault, share, more = {}) {
      chances.push({ on, fault, share, ...more })
    },
    heal() {
      planned = []
      chances = []
    },
    get planned() {
      return planned
    },
    draw(id) {
      const first = planned.find((one) => meets(one.on, id))
      if (first) {
        first.times = (first.times ?? 1) - 1
        if (first.times <= 0) planned = planned.filter((one) => one !== first)
        return first
      }
      return chances.find((one) => meets(one.on, id) && fraction(random) < one.share)
    },
  }
}
