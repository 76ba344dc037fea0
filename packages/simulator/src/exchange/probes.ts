/** Probes: deliberately wrong signatures with which the platform finds out who verifies. */
import { createHash } from 'node:crypto'
import { fraction } from '../chance.ts'
import type { World } from '../world.ts'
import type { RawRequest } from './request.ts'

/** How many probed requests are remembered. */
const memory = 1000

/** Whether this request's answer is to be a probe. A repeated request is not probed a second time. */
export function openProbes(world: Pick<World, 'random' | 'switches'>): (request: RawRequest) => boolean {
  const probed = new Set<string>()
  return (request) => {
    if (world.switches.probeRate === 0) return false
    const body = createHash('sha256').update(request.body).digest('hex')
    const key = `${request.verb} ${request.target} ${body}`
    if (probed.delete(key)) return false
    if (fraction(world.random) >= world.switches.probeRate) return false
    const oldest = probed.values().next().value
    if (probed.size >= memory && oldest !== undefined) probed.delete(oldest)
    probed.add(key)
    return true
  }
}
