/** The demonstration: every story told on one stage. */
import * as combine from './combine.ts'
import * as medIns from './medIns.ts'
import * as payinsurance from './payinsurance.ts'
import * as payscore from './payscore.ts'
import { openStage } from './stage.ts'
import { type Outcome, type Step, type Story, tell } from './story.ts'
import * as wecom from './wecom.ts'

/** The stories, in the order in which they are told. */
export const stories: readonly Story[] = [
  medIns.paidAndRefunded,
  medIns.insuranceFails,
  combine.paidAndRefunded,
  combine.closed,
  combine.answerLost,
  combine.forged,
  payscore.rental,
  wecom.shop,
  payinsurance.registration,
]

/** What the demonstration needs from outside. */
export interface DemoOptions {
  readonly startMs: number
  /** How notices leave the simulator. */
  readonly fetch: (request: Request) => Promise<Response>
  /** Hears each step as it ends. */
  readonly report?: (story: Story, step: Step) => void
}

/** Tells all stories over HTTP on loopback; every outcome says whether it ended as it should. */
export async function runDemo({ startMs, fetch, report = () => {} }: DemoOptions): Promise<Outcome[]> {
  const stage = await openStage(startMs, fetch)
  try {
    const outcomes: Outcome[] = []
    for (const story of stories) outcomes.push(await tell(stage, story, report))
    return outcomes
  } finally {
    await stage.close()
  }
}
