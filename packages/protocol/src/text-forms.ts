/** The forms of text that fields are held against: times, days, addresses, JSON. */
import { isIP } from 'node:net'

const timePattern = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.:]\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/

/** RFC 3339 with an offset, a real calendar time. */
export function isTime(value: string): boolean {
  const match = timePattern.exec(value)
  if (!match) return false
  const [, year, month, date, hour, minute, second, offsetHour = '0', offsetMinute = '0'] = match
  return (
    isDay(`${year}-${month}-${date}`) &&
    Number(hour) < 24 &&
    Number(minute) < 60 &&
    Number(second) <= 60 &&
    Number(offsetHour) < 24 &&
    Number(offsetMinute) < 60
  )
}

/** RFC 3339 with an offset in figures, a real calendar time. */
export function isOffsetTime(value: string): boolean {
  return isTime(value) && !value.endsWith('Z')
}

/** Longitude and latitude as decimals, with a comma between them. */
export function isPosition(value: string): boolean {
  const match = /^(-?\d{1,3}(?:\.\d+)?),(-?\d{1,2}(?:\.\d+)?)$/.exec(value)
  return match !== null && Math.abs(Number(match[1])) <= 180 && Math.abs(Number(match[2])) <= 90
}

/** `yyyy-MM-dd`, a real day. */
export function isDay(value: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(value)
  if (!match) return false
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number]
  return month >= 1 && month <= 12 && date >= 1 && date <= daysIn(year, month)
}

/** `yyyyMMdd`, a real day. */
export function isPlainDay(value: string): boolean {
  return /^\d{8}$/.test(value) && isDay(`${value.slice(0, 4)}-${value.slice(4, 6)}-${value.slice(6)}`)
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number
}

/** `yyyyMMddHHmmss`, a real time. */
export function isStamp(value: string): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(value)
  if (!match) return false
  const [, year, month, date, hour, minute, second] = match
  return isDay(`${year}-${month}-${date}`) && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60
}

/** IPv4 or IPv6. */
export function isIp(value: string): boolean {
  return isIP(value) !== 0
}

/** Text that parses as JSON. */
export function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
