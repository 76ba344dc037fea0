/** A story of the demonstration: named steps, and a row of the table at the end. */
import type { Stage } from './stage.ts'

/** What became of one order. */
export interface Outcome {
  readonly product: string
  readonly story: string
  /** The merchant's number. */
  readonly number: string
  /** The state as WeChat Pay names it in the last query. */
  readonly state: string
  /** In the currency's smallest unit. */
  readonly paidMinor: number
  readonly refundedMinor: number
  readonly currency: string
  /** Notices that were received and verified. */
  readonly notices: number
  /** What was done, in order. */
  readonly steps: readonly Step[]
  readonly ok: boolean
}

/** One step, and what was seen. */
export interface Step {
  readonly step: string
  readonly seen: string
  readonly ok: boolean
}

/** What a story tells of its order as it goes on. */
export interface Ledger {
  number: string
  state: string
  paidMinor: number
  refundedMinor: number
  currency: string
  notices: number
}

/** Tells a story: `step` runs work and notes what was seen; a step that throws ends the story. */
export interface Teller {
  readonly stage: Stage
  readonly ledger: Ledger
  step(name: string, work: () => Promise<string>): Promise<void>
}

/** A story as it is declared. */
export interface Story {
  readonly product: string
  readonly title: string
  tell(teller: Teller): Promise<void>
}

/** Thrown by `expect`: the story did not end as it should. */
class Unexpected extends Error {}

/** Holds what was seen to what should be. */
export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Unexpected(`expected ${what}`)
}

/** Tells one story on the stage; `report` hears each step as it ends. */
export async function tell(
  stage: Stage,
  story: Story,
  report: (story: Story, step: Step) => void,
): Promise<Outcome> {
  const steps: Step[] = []
  const ledger: Ledger = {
    number: '',
    state: '',
    paidMinor: 0,
    refundedMinor: 0,
    currency: 'CNY',
    notices: 0,
  }
  const note = (step: Step) => {
    steps.push(step)
    report(story, step)
  }
  let current = ''
  try {
    await story.tell({
      stage,
      ledger,
      async step(name, work) {
        current = name
        note({ step: name, seen: await work(), ok: true })
      },
    })
  } catch (error) {
    note({ step: current, seen: error instanceof Error ? error.message : 'failed', ok: false })
  }
  return { product: story.product, story: story.title, ...ledger, steps, ok: steps.every((step) => step.ok) }
}
