/** Input from the command line: `sub_orders[0].amount.total_amount=1`, read by what is declared. */
import { readFile } from 'node:fs/promises'
import { basename, extname } from 'node:path'
import type { AnyField, Field, Fields, OperationShape } from '@chadan/protocol'
import { wrongInput } from './end.ts'
import { systemCode } from './problem.ts'

type Step = string | number

/** The largest index that a list is given; WeChat Pay's longest list has 100 members. */
const maxIndex = 999

/**
 * Puts `name=value` texts into an input. Text stays text; numbers, true and false are read where the declaration has
 * them; lists and objects may be given whole, as JSON; a file to upload as `@path`.
 */
export async function assign(
  operation: OperationShape,
  input: Record<string, unknown>,
  assignments: readonly string[],
): Promise<Record<string, unknown>> {
  const fields: Fields = { ...operation.headers, ...operation.body, ...operation.query, ...operation.path }
  for (const one of assignments) {
    const equals = one.indexOf('=')
    if (equals < 1) throw wrongInput(`${one.slice(0, 40)}: give it as field=value`)
    const name = one.slice(0, equals)
    const steps = readSteps(name)
    const field = fieldAt(fields, steps)
    put(input, steps, await readValue(name, field, one.slice(equals + 1)), name)
  }
  return input
}

/** `a.b[0].c` as steps. */
export function readSteps(name: string): Step[] {
  if (!/^[^.[\]]+(?:\[\d{1,4}\]|\.[^.[\]]+)*$/.test(name))
    throw wrongInput(`${name.slice(0, 60)}: name a field as in sub_orders[0].amount.total_amount`)
  return [...name.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, word]) => {
    if (index === undefined) return word as string
    if (Number(index) > maxIndex) throw wrongInput(`${name.slice(0, 60)}: an index is at most ${maxIndex}`)
    return Number(index)
  })
}

function fieldAt(fields: Fields, steps: readonly Step[]): AnyField | undefined {
  let here: AnyField | undefined
  let known: Fields | undefined = fields
  for (const step of steps) {
    if (typeof step === 'number') here = here?.kind === 'list' ? (here.item as AnyField) : undefined
    else here = known && Object.hasOwn(known, step) ? (known[step] as Field as AnyField) : undefined
    known = here?.kind === 'group' ? here.fields : undefined
  }
  return here
}

/** What does not read as declared stays text, for the check to name. */
async function readValue(name: string, field: AnyField | undefined, text: string): Promise<unknown> {
  switch (field?.kind) {
    case 'whole':
    case 'numberChoice':
    case 'real':
      return /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,9})?$/.test(text) ? Number(text) : text
    case 'flag':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'list':
    case 'group':
    case 'anything':
      return readJson(text)
    case 'upload':
      return readUpload(name, text)
    default:
      return text
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.png': 'image/png',
  '.bmp': 'image/bmp',
}

async function readUpload(name: string, text: string): Promise<unknown> {
  if (!text.startsWith('@')) throw wrongInput(`${name}: give a file as ${name}=@picture.jpg`)
  const path = text.slice(1)
  try {
    const bytes = new Uint8Array(await readFile(path))
    return {
      name: basename(path),
      type: mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
      bytes,
    }
  } catch (error) {
    throw wrongInput(
      `${name}: ${path} cannot be read (${systemCode(error) ?? 'unknown'}): give another file`,
      error,
    )
  }
}

function put(target: Record<string, unknown>, steps: readonly Step[], value: unknown, name: string): void {
  let here: Record<string, unknown> | unknown[] = target
  for (const [index, step] of steps.entries()) {
    if ((typeof step === 'number') !== Array.isArray(here))
      throw wrongInput(`${name.slice(0, 60)}: a part of it was given as something else before`)
    if (index === steps.length - 1) return define(here, step, value)
    const inner: unknown = Object.hasOwn(here, step) ? (here as Record<Step, unknown>)[step] : undefined
    const next = inner ?? (typeof steps[index + 1] === 'number' ? [] : {})
    if (typeof next !== 'object' || next === null)
      throw wrongInput(`${name.slice(0, 60)}: a part of it was given as a value before`)
    define(here, step, next)
    here = next as Record<string, unknown> | unknown[]
  }
}

/** A member of its own even where the name is `__proto__`, so that the check sees and refuses it. */
function define(target: object, name: Step, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
}
