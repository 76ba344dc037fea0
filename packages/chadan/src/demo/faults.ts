/** What goes wrong on the way, on purpose: ordered from the simulator, and counted there. */

/** The faults of a day. */
export interface Faults {
  /** From now on notices are lost and doubled, requests and answers lost, servers busy. */
  begin(): Promise<void>
  /** Something that happens on WeChat's side. */
  event(key: string, name: string, details: Record<string, unknown>): Promise<void>
  /** How often it happened. */
  happened(): Promise<{ readonly lost: number; readonly duplicated: number; readonly answersLost: number }>
}

/** Share of all messages; a doubled notice is one of those that were not lost. */
const shares = [
  { fault: 'lose', share: 0.2 },
  { fault: 'duplicate', share: 0.125 },
  { fault: 'loseAnswer', share: 0.04 },
  { fault: 'loseRequest', share: 0.01 },
  { fault: 'systemError', share: 0.01 },
  { fault: 'systemErrorAfter', share: 0.01 },
] as const

/** Opens the faults of a simulator. */
export function openFaults(controlUrl: string, fetch: (request: Request) => Promise<Response>): Faults {
  async function post(path: string, body: unknown): Promise<void> {
    const response = await fetch(
      new Request(`${controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) }),
    )
    if (!response.ok) throw new Error(`the simulator refuses ${path}: ${await response.text()}`)
    await response.text()
  }
  return {
    async begin() {
      for (const { fault, share } of shares) await post('/faults/often', { on: '*', fault, share })
    },
    event: (key, name, details) => post(`/orders/${key}/event`, { name, details }),
    async happened() {
      const response = await fetch(new Request(`${controlUrl}/faults`))
      const { happened } = (await response.json()) as { happened: Readonly<Record<string, number>> }
      const { lose = 0, duplicate = 0, loseAnswer = 0 } = happened
      return { lost: lose, duplicated: duplicate, answersLost: loseAnswer }
    },
  }
}
