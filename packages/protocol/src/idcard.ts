import { hash } from 'node:crypto'

/** An id number that cannot be put in its 18-character form. Says length or position, never the number. */
export class IdNumberError extends Error {
  override readonly name = 'IdNumberError'
}

/**
 * The 18-character form of a resident id number: blanks removed, `x` in upper case, 15 digits upgraded with `19` and a
 * check character (GB 11643). The check character of an 18-character number is not judged: the platform's own
 * documented example has a wrong one.
 *
 * @example normaliseIdNumber('990000800101123') // '990000198001011234'
 */
export function normaliseIdNumber(text: string): string {
  const number = compact(text)
  if (number.length !== 15 && number.length !== 18) {
    throw new IdNumberError(`an id number has 15 or 18 characters, found ${number.length}`)
  }
  const odd = number.search(/[^0-9]/)
  const lastMayBeX = number.length === 18 && odd === 17 && number[17] === 'X'
  if (odd !== -1 && !lastMayBeX) throw new IdNumberError(`an id number has a digit at ${odd}`)
  if (number.length === 18) return number
  const seventeen = `${number.slice(0, 6)}19${number.slice(6)}`
  return seventeen + checkCharacter(seventeen)
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK_CHARACTERS = '10X98765432'

/** The check character that belongs to the first 17 digits of an id number. */
export function checkCharacter(seventeen: string): string {
  if (!/^[0-9]{17}$/.test(seventeen)) {
    throw new IdNumberError(`a check character belongs to 17 digits, found ${seventeen.length} characters`)
  }
  const sum = WEIGHTS.reduce((total, weight, index) => total + weight * Number(seventeen[index]), 0)
  return CHECK_CHARACTERS.charAt(sum % 11)
}

/**
 * What WeChat compares instead of the number: MD5 of its 18-character form, in lower-case hexadecimal. All possible
 * numbers can be tried against it, so it is personal data like the number itself: never log it.
 */
export function idDigest(text: string): string {
  return hash('md5', normaliseIdNumber(text), 'hex')
}

/** The digest for the other kinds of card, for which no rule is documented: blanks removed, upper case, MD5. */
export function otherCardDigest(text: string): string {
  const number = compact(text)
  if (number === '' || number.length > 64)
    throw new IdNumberError(`a card number has 1 to 64 characters, found ${number.length}`)
  return hash('md5', number, 'hex')
}

function compact(text: string): string {
  return text.replace(/\s/gu, '').toUpperCase()
}

/** What can be wrong with an id number: its shape, its birth date, or its check character. */
export type IdNumberProblem = 'shape' | 'birth_date' | 'check_character'

/** What `checkIdNumber` found. */
export type IdNumberCheck =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly problems: readonly { readonly check: IdNumberProblem; readonly reason: string }[]
    }

/**
 * Everything that is wrong with an id number, all at once. Only `shape` makes a digest impossible; show the others as
 * warnings and let the platform decide, unless you were asked to be strict.
 */
export function checkIdNumber(text: string): IdNumberCheck {
  let number: string
  try {
    number = normaliseIdNumber(text)
  } catch (error) {
    if (!(error instanceof IdNumberError)) throw error
    return { ok: false, problems: [{ check: 'shape', reason: error.message }] }
  }
  const problems: { check: IdNumberProblem; reason: string }[] = []
  if (
    !isCalendarDay(Number(number.slice(6, 10)), Number(number.slice(10, 12)), Number(number.slice(12, 14)))
  ) {
    problems.push({ check: 'birth_date', reason: 'characters 7 to 14 are not a day of the calendar' })
  }
  if (checkCharacter(number.slice(0, 17)) !== number[17]) {
    problems.push({ check: 'check_character', reason: 'the last character does not fit the 17 before it' })
  }
  return problems.length === 0 ? { ok: true } : { ok: false, problems }
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  return year >= 1800 && days !== undefined && day >= 1 && day <= days
}
