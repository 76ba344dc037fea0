/** What people write behind the options of several verbs, read once. */
import { InvalidArgumentError } from 'commander'
import { wrongInput } from '../end.ts'
import { decimalsOf } from '../table.ts'

/** How many rows: 1 to 200. */
export function readLimit(text: string): number {
  const limit = Number(text)
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > 200)
    throw new InvalidArgumentError('Give a number from 1 to 200.')
  return limit
}

/** A day or an instant as RFC 3339. */
export function timeOf(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const full = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text
  const ms = Date.parse(full)
  if (!/^\d{4}-\d{2}-\d{2}T/.test(full) || Number.isNaN(ms))
    throw wrongInput(`${option}: give a time as 2026-03-17 or 2026-03-17T08:00:00Z`)
  return new Date(ms).toISOString()
}

/**
 * Minor units from an amount as people write it.
 * @example minorOf('--amount', '12.5', 'CNY') // 1250
 */
export function minorOf(option: string, text: string, currency: string): number {
  const places = decimalsOf(currency)
  const [, whole = '', part = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === '' || part.length > places)
    throw wrongInput(
      `${option}: give an amount with at most ${places} decimals, such as ${places > 0 ? '12.50' : '1250'}`,
    )
  return Number(`${whole}${part.padEnd(places, '0')}`)
}
