/** Times as WeChat's messages write them. */

/** UTC ms of a time as the wire writes it; `undefined` for what is none. */
export function msOf(time: string | undefined): number | undefined {
  const parsed = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(parsed) ? undefined : parsed
}

const beijingMs = 8 * 3_600_000

/** Beijing time, to the second: `2026-03-17T10:00:00+08:00`. */
export function beijingTime(atMs: number): string {
  return `${new Date(atMs + beijingMs).toISOString().slice(0, 19)}+08:00`
}

/** The latest of several times; `undefined` when none is known. */
export function latestMs(times: readonly (string | undefined)[]): number | undefined {
  const known = times.map(msOf).filter((one) => one !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
