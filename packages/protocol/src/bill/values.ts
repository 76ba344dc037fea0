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
  const match = /^(-?)(\d{1,16})(?:\.(\d{1,20}))?$/.exec(text)
  if (!match) return undefined
  const [, sign, whole = '', fraction = ''] = match
  if (/[^0]/.test(fraction.slice(decimals))) return undefined
  const units = Number(whole + fraction.slice(0, decimals).padEnd(decimals, '0'))
  if (!Number.isSafeInteger(units)) return undefined
  return sign && units !== 0 ? -units : units
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
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number)
  const ms = Date.UTC(year, month - 1, day, hour, minute, second) - beijingOffsetMs
  // Date.UTC rolls over (30 February) and moves years below 100: only what prints the same is a time.
  return msToBillTime(ms) === text.replaceAll('\uFF1A', ':') ? ms : undefined
}

/** UTC milliseconds to bill time: `msToBillTime(1773714131000) === '2026-03-17 10:22:11'`. Parts of a second are dropped. */
export function msToBillTime(ms: number): string {
  const iso = new Date(ms + beijingOffsetMs).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`
}

/** Names a text by its length only, so that errors carry no value. */
export const described = (text: string): string =>
  text === '' ? 'nothing' : `text of ${text.length} characters`
