/** Holding what a control is given against its declared fields. */
import { check, type fields } from '@chadan/protocol'
import { ControlRefused } from './refused.ts'

/** The value as an object of these fields. Throws `ControlRefused` at the first problem. */
export function readFields(declared: fields.Fields, value: unknown, at: string): Record<string, unknown> {
  const problem = check(declared, [], value, { at, fourByteText: 'accept' })[0]
  if (problem?.rule === 'unknown') {
    const known = namesBeside(problem.at.slice(at.length), declared)
    throw new ControlRefused(problem.at, known ? `one of the names ${known}` : 'nothing')
  }
  if (problem) throw new ControlRefused(problem.at, problem.expected)
  // `check` lets objects through only.
  return value as Record<string, unknown>
}

/** The names that are declared where the pointer's last one stands. */
function namesBeside(pointer: string, declared: fields.Fields): string {
  let known = declared
  for (const name of pointer.split('/').slice(1, -1)) {
    const field = known[name]
    if (field?.kind === 'group') known = (field as fields.GroupField).fields
  }
  return Object.keys(known).join(', ')
}
