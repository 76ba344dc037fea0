/** What the Date headers of answers say of our clock. */
import type { Transport } from '@chadan/client'
import type { Clock } from '@chadan/protocol'

/** Watches the clocks of those who answer. */
export interface Skews {
  readonly transport: Transport
  /** By host: their time minus ours, in ms. */
  readonly found: ReadonlyMap<string, number>
}

/** A transport that reads the Date of every answer, and tells it. */
export function watchSkews(
  transport: Transport,
  clock: Pick<Clock, 'now'>,
  told: (host: string, skewMs: number) => void = () => {},
): Skews {
  const found = new Map<string, number>()
  return {
    found,
    async transport(request) {
      const beforeMs = clock.now()
      const answer = await transport(request)
      const theirsMs = Date.parse(answer.header('date') ?? '')
      if (!Number.isNaN(theirsMs)) {
        const { host } = new URL(request.url)
        // Their second began somewhere while we waited.
        const skewMs = theirsMs + 500 - (beforeMs + clock.now()) / 2
        found.set(host, skewMs)
        told(host, skewMs)
      }
      return answer
    },
  }
}
