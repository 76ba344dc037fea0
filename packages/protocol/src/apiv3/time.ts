/**
 * Reads a time of the platform as UTC milliseconds: RFC 3339 with any offset and up to nine fraction digits, of which three
 * count. The fraction may follow a colon, as one official page describes it. Throws RangeError, also for days that do not exist.
 *
 * @example parseTime('2026-03-17T10:20:35.120+08:00')
 */
export function parseTime(text: string): number {
  const [, day, clock, fraction = '', zone] = (text.length <= maxLength && form.exec(text)) || []
  if (day === undefined || zone === undefined)
    throw new RangeError(`not an RFC 3339 time (${text.length} characters)`)
  const wall = `${day}T${clock}.${fraction.slice(0, 3).padEnd(3, '0')}Z`
  const ms = Date.parse(wall)
  // Date.parse lets 30 February and 24:00 roll over into the next day; writing the time back shows it.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== wall)
    throw new RangeError('a day or time that does not exist')
  return ms - offsetMs(zone)
}

/**
 * Writes UTC milliseconds as the platform does: whole seconds at `+08:00`. Milliseconds are cut, not rounded. Throws
 * RangeError outside the years 0 to 9999.
 *
 * @example formatTime(1773714030000) // '2026-03-17T10:20:30+08:00'
 */
export function formatTime(
  ms: number,
  options: { offsetMinutes?: number; milliseconds?: boolean } = {},
): string {
  const { offsetMinutes = 480, milliseconds = false } = options
  if (!Number.isInteger(offsetMinutes) || Math.abs(offsetMinutes) >= 1440)
    throw new RangeError('not an offset in minutes')
  const wallMs = ms + offsetMinutes * 60_000
  if (!(wallMs >= firstMs && wallMs <= lastMs)) throw new RangeError('not a time in the years 0 to 9999')
  const wall = new Date(wallMs).toISOString()
  const minutes = Math.abs(offsetMinutes)
  const zone = `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.trunc(minutes / 60))}:${twoDigits(minutes % 60)}`
  return `${wall.slice(0, milliseconds ? 23 : 19)}${zone}`
}

function offsetMs(zone: string): number {
  if (zone === 'Z' || zone === 'z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}

const twoDigits = (value: number) => String(value).padStart(2, '0')

const form = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:[.:](\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const maxLength = 40
const firstMs = -62_167_219_200_000
const lastMs = 253_402_300_799_999
