/** Times as WeChat's messages write them. */

/** UTC ms of a time as the wire writes it; `undefined` for what is none. */
export function msOf(time: string | undefined): number | undefined {
  const parsed = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isNaN(parsed) ? undefined : parsed
}

/** The latest of several times; `undefined` when none is known. */
export function latestMs(times: readonly (string | undefined)[]): number | undefined {
  const known = times.map(msOf).filter((one) => one !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}
