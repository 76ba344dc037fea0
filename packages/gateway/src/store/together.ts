/** Changes of orders that were asked for in one turn, made together. */
import { type Change, type ChangeTools, changeAll, changeAlone, type Outcome } from './change.ts'
import { Gathering, type Waiting } from './gather.ts'
import { type Driver, StoreFailed } from './script.ts'

/**
 * Changes of one turn share a transaction. Where one is in the way, the halves are tried apart, in the end
 * each alone: by then its decision sees the row that won.
 */
export function gatherChanges(
  driver: Pick<Driver, 'write'>,
  tools: ChangeTools,
  group: ConstructorParameters<typeof Gathering>[0],
): Gathering<Change, unknown> {
  const alone = changeAlone(driver, tools)
  const together = async (waiting: readonly Waiting<Change, unknown>[]): Promise<void> => {
    const [first] = waiting
    try {
      const outcomes = await driver.write(() =>
        changeAll(
          waiting.map(({ work }) => work),
          tools,
        ),
      )
      for (const [at, one] of waiting.entries()) answer(one, outcomes[at])
    } catch (error) {
      if (error instanceof StoreFailed && error.where === 'store')
        for (const { reject } of waiting) reject(error)
      else if (first && waiting.length === 1) await alone(first.work).then(first.resolve, first.reject)
      else {
        const half = Math.ceil(waiting.length / 2)
        await together(waiting.slice(0, half))
        await together(waiting.slice(half))
      }
    }
  }
  return new Gathering(group, together)
}

function answer({ resolve, reject }: Waiting<Change, unknown>, outcome: Outcome | undefined): void {
  if (outcome && 'result' in outcome) resolve(outcome.result)
  else reject(outcome?.error)
}
