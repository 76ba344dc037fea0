/** Rate limits: requests a second, per caller and operation. */
import type { OpenWorld } from '../world.ts'

interface Window {
  second: number
  count: number
}

/** Counts a request and says whether it is one too many. */
export function tooFast(world: OpenWorld, caller: string, operation: string): boolean {
  const limit = world.switches.requestsPerSecond[operation] ?? world.switches.requestsPerSecond['*']
  if (limit === undefined) return false
  const windows = world.table<Window>('world.rates')
  const second = Math.floor(world.clock.now() / 1000)
  const key = `${caller} ${operation}`
  const window = windows.get(key)
  if (window?.second !== second) {
    windows.set(key, { second, count: 1 })
    return limit < 1
  }
  window.count++
  return window.count > limit
}
