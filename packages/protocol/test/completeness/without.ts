import type { AnyField, Field, Fields } from '../../src/fields.ts'

/** The same fields without the one at `path`, written as the dossiers' lists write it. */
export function without(fields: Fields, path: string): Fields {
  const [step = '', ...rest] = path.split('.')
  const name = step.replace(/\[\]|\{\}/g, '')
  if (rest.length > 0) {
    const field = fields[name]
    return field === undefined ? fields : { ...fields, [name]: inside(field as AnyField, rest.join('.')) }
  }
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name))
}

function inside(field: AnyField, path: string): Field {
  if (field.kind === 'list') return { ...field, item: inside(field.item as Field as AnyField, path) } as Field
  if (field.kind === 'group') return { ...field, fields: without(field.fields, path) } as Field
  if (field.kind === 'text' && field.known) return { ...field, known: without(field.known, path) } as Field
  return field as Field
}
