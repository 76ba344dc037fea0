/** What a control is: declared once with its words, then routed, checked and listed from that. */
import type { fields } from '@chadan/protocol'
import { readFields } from '../given.ts'
import type { Simulator } from '../simulator.ts'

/** The words of a control. */
export interface ControlShape {
  /** Verb and path, with placeholders as `:name`. */
  readonly route: `${'GET' | 'POST'} /_simulator/${string}`
  /** One line: what it does. */
  readonly meaning: string
  readonly path?: fields.Fields
  /** Query parameters; `whole` fields are read from their digits. */
  readonly query?: fields.Fields
  /** Members of the JSON body; a body may be left out when all of them may. */
  readonly body?: fields.Fields
  /** What is answered, in one line. */
  readonly answer: string
}

type Part<D, K extends string> = D extends { readonly [key in K]: infer Fs }
  ? fields.InputsOf<Fs>
  : Record<never, never>

/** What a control is called with: path, query and body side by side. */
export type Given<D> = Part<D, 'path'> & Part<D, 'query'> & Part<D, 'body'>

/** A declared control with what it does. */
export interface Control {
  readonly shape: ControlShape
  run(given: Readonly<Record<string, unknown>>, simulator: Simulator): unknown
}

/** Declares a control. What `run` returns is answered as JSON; nothing is answered as `{}`. */
export function defineControl<const D extends ControlShape>(
  shape: D,
  run: (given: Given<D>, simulator: Simulator) => unknown,
): Control {
  // `readGiven` has held the input against the same declaration.
  return { shape, run: run as Control['run'] }
}

/** What a request gives a control, checked. Throws `ControlRefused` at the first problem. */
export function readGiven(
  shape: ControlShape,
  { path, query, body }: { path: Record<string, string>; query: URLSearchParams; body: unknown },
): Record<string, unknown> {
  const asked = readQuery(shape.query ?? {}, query)
  return {
    ...readFields(shape.path ?? {}, path, '/path'),
    ...readFields(shape.query ?? {}, asked, '/query'),
    ...readFields(shape.body ?? {}, body, '/body'),
  }
}

function readQuery(declared: fields.Fields, query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...query].map(([name, text]) => [
      name,
      declared[name]?.kind === 'whole' && /^\d{1,15}$/.test(text) ? Number(text) : text,
    ]),
  )
}

/** A control as a row of the index and of the docs. */
export interface ControlRow {
  readonly verb: string
  readonly path: string
  readonly meaning: string
  readonly answer: string
  readonly query?: Record<string, string>
  readonly body?: Record<string, string>
}

/** The words of a control as a row. */
export function describeControl({ route, meaning, answer, query, body }: ControlShape): ControlRow {
  const [verb = '', path = ''] = route.split(' ')
  return {
    verb,
    path,
    meaning,
    answer,
    ...(query && { query: describeFields(query) }),
    ...(body && { body: describeFields(body) }),
  }
}

/** Each field with its kind and its meaning in one line; those inside groups by dots. */
export function describeFields(declared: fields.Fields, before = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, field]): [string, string][] => {
      const path = `${before}${name}`
      if (field.kind === 'group')
        return Object.entries(describeFields((field as fields.GroupField).fields, `${path}.`))
      const need = field.optional ? 'optional' : 'required'
      const values = 'values' in field ? ` (${Object.keys(field.values as object).join(', ')})` : ''
      return [[path, `${need} ${field.kind}${values}. ${field.meaning ?? ''}`.trim()]]
    }),
  )
}
