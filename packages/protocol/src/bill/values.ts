import { BillError } from './error.ts'

/**
 * Reads a decimal number into whole units of its last place, without floating point.
 * Further decimals are accepted only when they are zeros; the result is a safe integer.
 * @throws BillError when the text is no decimal number or does not fit.
 * @example decimalToUnits('0.21000', 5) // 21000
 */
export function decimalToUnits(text: string, decimals: number): number {
  const units = unitsOf(text, decimals)
  if (units === undefined) {
    throw new BillError({
      expected: `a decimal number with at most ${decimals} decimals`,
      found: described(text),
    })
  }
  return units
}

/** The same as `decimalToUnits`, with undefined where that one throws. */
export function unitsOf(text: string, decimals: number): number | undefined {
  const negative = text.charCodeAt(0) === 45
  const start = negative ? 1 : 0
  const dot = text.indexOf('.', start)
  const wholeEnd = dot === -1 ? text.length : dot
  const fractionEnd = dot === -1 ? text.length : Math.min(text.length, dot + 1 + decimals)
  const whole = digitsOf(text, start, wholeEnd)
  if (whole === undefined || dot === text.length - 1 || text.length > maxDecimalLength) return undefined
  const fraction = dot === -1 ? 0 : (digitsOf(text, dot + 1, fractionEnd) ?? (decimals === 0 ? 0 : undefined))
  if (fraction === undefined || !zerosOnly(text, fractionEnd)) return undefined
  const missing = dot === -1 ? decimals : dot + 1 + decimals - fractionEnd
  const units = whole * 10 ** decimals + fraction * 10 ** missing
  if (!Number.isSafeInteger(units)) return undefined
  return negative && units !== 0 ? -units : units
}

/** Far more than any amount needs, so that a hostile cell costs nothing. */
const maxDecimalLength = 40

/** The whole number that digits from start to end spell; undefined when there is none. Exact up to 2^53. */
function digitsOf(text: string, start: number, end: number): number | undefined {
  if (start >= end) return undefined
  let number = 0
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 48
    if (!(digit >= 0 && digit <= 9)) return undefined
    number = number * 10 + digit
  }
  return number
}

function zerosOnly(text: string, start: number): boolean {
  for (let at = start; at < text.length; at += 1) if (text.charCodeAt(at) !== 48) return false
  return true
}

/**
 * Writes whole units as a decimal number with a fixed count of decimals.
 * @example unitsToDecimal(-3000, 5) // '-0.03000'
 */
export function unitsToDecimal(units: number, decimals: number): string {
  if (!Number.isSafeInteger(units))
    throw new BillError({ expected: 'a safe integer', found: 'another number' })
  const digits = String(Math.abs(units)).padStart(decimals + 1, '0')
  const cut = digits.length - decimals
  const sign = units < 0 ? '-' : ''
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`
}

/** Yuan text to fen: `yuanToFen('35.50') === 3550`. @throws BillError when it is no amount in whole fen. */
export const yuanToFen = (yuan: string): number => decimalToUnits(yuan, 2)

/** Fen to yuan text with two decimals: `fenToYuan(3550) === '35.50'`. */
export const fenToYuan = (fen: number): string => unitsToDecimal(fen, 2)

/**
 * Fee text to thousandths of a fen (1/100000 yuan), the place bills print fees in:
 * `yuanToMilliFen('0.21000') === 21000`. Sums stay exact; divide only to show them.
 * @throws BillError when it is no such amount.
 */
export const yuanToMilliFen = (yuan: string): number => decimalToUnits(yuan, 5)

/** Thousandths of a fen to fee text: `milliFenToYuan(21000) === '0.21000'`. */
export const milliFenToYuan = (milliFen: number): string => unitsToDecimal(milliFen, 5)

const beijingOffsetMs = 8 * 3_600_000

/**
 * Bill time (`yyyy-MM-dd HH:mm:ss`, Beijing) to UTC milliseconds. Old bills print full-width colons.
 * @throws BillError when it is no such time.
 * @example billTimeToMs('2026-03-17 10:22:11') // 1773714131000
 */
export function billTimeToMs(text: string): number {
  const ms = billTimeOf(text)
  if (ms === undefined) {
    throw new BillError({ expected: 'a time as yyyy-MM-dd HH:mm:ss', found: described(text) })
  }
  return ms
}

/** The same as `billTimeToMs`, with undefined where that one throws. */
export function billTimeOf(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d)[:\uFF1A](\d\d)[:\uFF1A](\d\d)$/.exec(text)
  if (!match) return undefined
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const hour = Number(match[4])
  const minute = Number(match[5])
  const second = Number(match[6])
  // Date.UTC rolls 30 February over and takes years below 100 for others, so the ranges are checked here.
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  return Date.UTC(year, month - 1, day, hour, minute, second) - beijingOffsetMs
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

const daysOf = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : (monthDays[month - 1] ?? 0)

/** UTC milliseconds to bill time: `msToBillTime(1773714131000) === '2026-03-17 10:22:11'`. Parts of a second are dropped. */
export function msToBillTime(ms: number): string {
  const iso = new Date(ms + beijingOffsetMs).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}

/** Names a text by its length only, so that errors carry no value. */
export const described = (text: string): string =>
  text === '' ? 'nothing' : `text of ${text.length} characters`
