/** Beijing times as this interface writes them. */

/** UTC ms of fourteen digits or `yyyy-MM-dd HH:mm:ss`; `undefined` for what is neither. */
export function msOfStamp(stamp: string | undefined): number | undefined {
  const digits = stamp?.replace(/[-: ]/g, '') ?? ''
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)
  if (!found) return undefined
  const [, year, month, day, hour, minute, second] = found
  const parsed = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`)
  return Number.isNaN(parsed) ? undefined : parsed
}
