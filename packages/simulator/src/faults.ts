/** What goes wrong on purpose: scripted (`next`) or by chance (`often`). */
import { everyNotification, everyOperation, type Random } from '@chadan/protocol'
import { fraction } from './chance.ts'
import { ControlRefused } from './refused.ts'

/** What can happen to a call of the merchant, with what it means. */
export const callFaults = {
  loseRequest: 'The request never arrives: the connection is cut, nothing is done.',
  loseAnswer: 'The work is done, the answer never arrives: the connection is cut.',
  systemError: '500 SYSTEM_ERROR, nothing done.',
  systemErrorAfter: '500 SYSTEM_ERROR although the work is done.',
  tooMany: '429, nothing done.',
  badGateway: '502 with HTML, nothing done.',
  unsigned: 'The answer carries no signature.',
  wrongSignature: 'The signature is wrong.',
  probe: 'The signature is a probe (WECHATPAY/SIGNTEST/…).',
  truncated: "The answer's body is cut in the middle.",
  corrupted: 'One character of the body is another.',
  staleClock: 'The message is stamped ten minutes ago.',
  delayed: 'It comes `delayMs` later.',
} as const

/** What can happen to a notice of the platform, with what it means. */
export const noticeFaults = {
  lose: 'The delivery is lost on the way.',
  duplicate: 'It is delivered twice.',
  delayed: 'It comes `delayMs` later.',
  reorder: 'It comes `delayMs` later, after those that follow it.',
  corrupted: 'One character of the body is another.',
  wrongSignature: 'The signature is wrong.',
  probe: 'The signature is a probe (WECHATPAY/SIGNTEST/…).',
  staleClock: 'The message is stamped ten minutes ago.',
} as const

/** What can happen to a call of the merchant. */
export type CallFault = keyof typeof callFaults
/** What can happen to a notice of the platform. */
export type NoticeFault = keyof typeof noticeFaults
/** Anything that can go wrong on purpose. */
export type Fault = CallFault | NoticeFault

/** Whom a fault meets: a call of the merchant or a notice of the platform. */
export type Side = 'call' | 'notice'

/** A planned fault. */
export interface PlannedFault {
  /** Operation or notification id, all of a group (`medIns.*`), or `*`. */
  readonly on: string
  readonly fault: Fault
  /** How often it is still to happen. */
  times?: number
  readonly delayMs?: number
  /** The refusal's code for `systemError` and the like, where the dialect has several. */
  readonly code?: string
}

/** A fault that happens by chance. */
export interface ChanceFault extends PlannedFault {
  /** How often, from 0 to 1. */
  readonly share: number
}

/** The faults of a simulator. */
export interface Faults {
  /**
   * Plans a fault for what comes next, once unless `times` says otherwise. Throws `ControlRefused`
   * where nothing bears that name, or where it cannot happen to it.
   * @example simulator.faults.next('medIns.create', 'loseAnswer')
   */
  next(on: string, fault: Fault, more?: { times?: number; delayMs?: number; code?: string }): void
  /** Lets a fault happen by chance: `share` from 0 to 1. Throws like `next`. */
  often(on: string, fault: Fault, share: number, more?: { delayMs?: number }): void
  /** Ends all faults, planned and by chance. */
  heal(): void
  /** What is still planned. */
  readonly planned: readonly PlannedFault[]
  /** What happens by chance. */
  readonly chances: readonly ChanceFault[]
  /** How often each fault has happened since the world was opened; healing does not forget. */
  readonly happened: Readonly<Partial<Record<Fault, number>>>
}

/** Faults with the side that draws them. */
export interface OpenFaults extends Faults {
  draw(id: string, side: Side): PlannedFault | undefined
}

/** An empty plan. */
export function openFaults(random: Random): OpenFaults {
  let planned: PlannedFault[] = []
  let chances: ChanceFault[] = []
  const happened: Partial<Record<Fault, number>> = {}
  const count = <F extends PlannedFault>(one: F | undefined): F | undefined => {
    if (one) happened[one.fault] = (happened[one.fault] ?? 0) + 1
    return one
  }

  return {
    next(on, fault, more = {}) {
      checkTarget(on, fault)
      if (more.times !== undefined && !(Number.isSafeInteger(more.times) && more.times > 0))
        throw new ControlRefused('/times', 'a whole number from 1')
      planned.push({ ...more, on, fault, times: more.times ?? 1 })
    },
    often(on, fault, share, more = {}) {
      checkTarget(on, fault)
      if (!(share >= 0 && share <= 1)) throw new ControlRefused('/share', 'a number from 0 to 1')
      chances.push({ ...more, on, fault, share })
    },
    heal() {
      planned = []
      chances = []
    },
    get planned() {
      return planned
    },
    get chances() {
      return chances
    },
    happened,
    draw(id, side) {
      const fits = (one: PlannedFault) => meets(one.on, id) && happensTo(one.fault, side)
      const first = planned.find(fits)
      if (first) {
        first.times = (first.times ?? 1) - 1
        if (first.times <= 0) planned = planned.filter((one) => one !== first)
        return count(first)
      }
      return count(chances.find((one) => fits(one) && fraction(random) < one.share))
    },
  }
}

function meets(on: string, id: string): boolean {
  return on === '*' || on === id || (on.endsWith('.*') && id.startsWith(on.slice(0, -1)))
}

function happensTo(fault: Fault, side: Side): boolean {
  return Object.hasOwn(side === 'call' ? callFaults : noticeFaults, fault)
}

const ids: Record<Side, readonly string[]> = {
  call: everyOperation.map(({ id }) => id),
  notice: everyNotification.map(({ id }) => id),
}

/** A misspelt name would plan a fault that never happens, so it is refused. */
function checkTarget(on: string, fault: Fault): void {
  const sides = (['call', 'notice'] as const).filter((side) => ids[side].some((id) => meets(on, id)))
  if (sides.length === 0) {
    throw new ControlRefused('/on', 'the id of an operation or a notification, a group like medIns.*, or *')
  }
  if (!sides.some((side) => happensTo(fault, side))) {
    const possible = sides.flatMap((side) => Object.keys(side === 'call' ? callFaults : noticeFaults))
    throw new ControlRefused('/fault', `one of ${[...new Set(possible)].join(', ')}`)
  }
}
