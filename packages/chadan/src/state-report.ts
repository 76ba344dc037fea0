/** The true state of one order, read out of an answer by what is declared of its members. */
import type { AnyField, Field } from '@chadan/protocol'
import type { Look, Members } from './looks.ts'
import { columns, money } from './table.ts'

/** A state word, with its meaning where it is a documented one. */
export interface Word {
  readonly field: string
  readonly value: string
  readonly meaning: string
}

/** An amount in the currency's smallest unit. */
export interface Amount {
  readonly field: string
  readonly minor: number
  readonly currency: string
}

/** What an order, or a part of it, says of itself. */
export interface Standing {
  readonly words: readonly Word[]
  readonly money: readonly Amount[]
  readonly facts: Readonly<Record<string, string | number>>
}

/** What an order says of itself, and what its parts do. */
export interface StateReport extends Standing {
  readonly parts: readonly (Standing & { readonly name: string })[]
}

/** Reads an answer. */
export function readState(look: Look, answer: Readonly<Record<string, unknown>>): StateReport {
  const { result } = look.operation(nobody)
  const field = result.kind === 'group' ? (result as Field) : undefined
  const list = look.parts && reach(answer, look.parts.list)
  const item = look.parts && inside(at(field, look.parts.list))
  const currency = look.currency && reach(answer, look.currency)
  return {
    ...standing(look, field, answer, currency),
    parts: (Array.isArray(list) ? list : []).map((part: unknown) => ({
      name: String(reach(part, look.parts?.name ?? '') ?? ''),
      ...standing(look.parts as Members, item, part, currency),
    })),
  }
}

const nobody = { mchid: '', subMchid: undefined, serviceId: '', wecomMchid: '', payinsurance: {} }

function standing(members: Members, field: Field | undefined, value: unknown, outer: unknown): Standing {
  const currency = (members.currency && reach(value, members.currency)) ?? outer ?? 'CNY'
  return {
    words: members.words.flatMap((path) => {
      const word = reach(value, path)
      return typeof word === 'string'
        ? [{ field: path, value: word, meaning: meaningOf(at(field, path), word) }]
        : []
    }),
    money: members.amounts.flatMap((path) => {
      const minor = reach(value, path)
      return typeof minor === 'number' ? [{ field: path, minor, currency: String(currency) }] : []
    }),
    facts: Object.fromEntries(
      members.facts.flatMap((path) => {
        const fact = reach(value, path)
        return (typeof fact === 'string' && fact !== '') || typeof fact === 'number' ? [[path, fact]] : []
      }),
    ),
  }
}

function meaningOf(given: Field | undefined, word: string): string {
  const field = given as AnyField | undefined
  if (field?.kind !== 'choice') return ''
  const values: Readonly<Record<string, string>> = field.values
  // An unlisted word keeps the order where it is (X28).
  return (
    (Object.hasOwn(values, word) ? values[word] : undefined) ??
    'Not a documented word: ask again, decide nothing by it.'
  )
}

function at(given: Field | undefined, path: string): Field | undefined {
  return path.split('.').reduce<Field | undefined>((here, name) => {
    const field = here as AnyField | undefined
    return field?.kind === 'group' && Object.hasOwn(field.fields, name) ? field.fields[name] : undefined
  }, given)
}

function inside(given: Field | undefined): Field | undefined {
  const field = given as AnyField | undefined
  return field?.kind === 'list' ? field.item : undefined
}

function reach(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((here, name) => {
    const found = typeof here === 'object' && here !== null && Object.hasOwn(here, name)
    return found ? (here as Record<string, unknown>)[name] : undefined
  }, value)
}

/** The same for people. */
export function stateText(title: string, report: StateReport, trust: string): string {
  const blocks = [title, standingText(report, '  ')]
  for (const part of report.parts) blocks.push(`  part ${part.name}`, standingText(part, '    '))
  return [...blocks.filter(Boolean), `  ${trust}`].join('\n')
}

function standingText({ words, money: amounts, facts }: Standing, indent: string): string {
  return columns(
    [
      ...words.map(({ field, value, meaning }) => [field, value, meaning]),
      ...amounts.map(({ field, minor, currency }) => [field, money(minor, currency), '']),
      ...Object.entries(facts).map(([field, fact]) => [field, String(fact), '']),
    ],
    indent,
  )
}
