/** What a merchant gives, checked against what the platform declares. */
import { InputError } from '@chadan/client'
import { check, type OperationShape } from '@chadan/protocol'
import { RuleBroken } from './product.ts'

/** A group of details, its members not yet known. */
export type Loose = Readonly<Record<string, unknown>>

/** The members of a group; none where it is not one, so that the check names it. */
export function membersOf(value: unknown): Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Loose) : {}
}

/** Changes each member of a list; what is no list stays as it is, so that the check names it. */
export function mapList(value: unknown, change: (member: Loose, index: number) => unknown): unknown {
  if (!Array.isArray(value)) return value
  return value.map((member, index) =>
    typeof member === 'object' && member !== null ? change(member as Loose, index) : member,
  )
}

/** The text under this name, where it is one. */
export function textOf(details: Loose, name: string): string | undefined {
  const value = details[name]
  return typeof value === 'string' ? value : undefined
}

/** Members without those that are `undefined`, since the wire knows none. */
export function given<T extends Loose>(members: T): { [N in keyof T]: Exclude<T[N], undefined> } {
  // What was undefined is no longer there.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}

/** Throws the client's `InputError` with every problem of an input that is all body. */
export function fit(operation: OperationShape, input: unknown, mode: 'direct' | 'partner'): void {
  const problems = check(operation.body ?? {}, operation.rules ?? [], input, {
    mode,
    at: '/details',
    fourByteText: operation.dialect === 'apiv3' ? 'refuse' : 'accept',
  })
  if (problems.length > 0) throw new InputError(operation.id, problems)
}

/** The details of these names. Throws `RuleBroken` when there are others: nothing is dropped silently. */
export function only(details: Loose, names: readonly string[]): Loose {
  const strange = Object.keys(details).find((name) => !names.includes(name))
  if (strange !== undefined)
    throw new RuleBroken(
      'detail_not_taken',
      '/details',
      `found ${strange.slice(0, 64)}, expected only ${names.join(', ') || 'no details'}`,
    )
  return details
}
