/** JSON Schema (2020-12) of what is declared: for editors, generators and other languages. `check` stays the judge. */
import { expectation } from './check.ts'
import type { AnyField, Field, Fields, ListField, TextField, TextFormat, UploadField } from './fields.ts'
import type { OperationShape } from './operation.ts'
import type { Rule } from './rules.ts'
import { ruleSchemas } from './schema-rules.ts'

/** A JSON Schema, as plain data. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** What a schema is for. */
export interface SchemaOptions {
  /**
   * `input` refuses names that are not declared and leaves out what the dialect fills in; `answer` is open to further
   * names and further values of enumerations. Default `input`.
   */
  readonly side?: 'input' | 'answer'
  /** Decides rules that depend on it; without it they stand in `x-rules`. */
  readonly mode?: 'direct' | 'partner'
}

/**
 * The schema of an object with these fields under these rules. It accepts whatever `check` accepts; what JSON Schema
 * cannot say (sums, four-byte characters, bytes) stands in `description` and `x-rules`.
 * @example jsonSchema({ fields: operations.combine.close.body })
 */
export function jsonSchema(
  shape: { readonly fields: Fields; readonly rules?: readonly Rule[] },
  options: SchemaOptions = {},
): JsonSchema {
  return { $schema: dialect, ...groupSchema(shape.fields, shape.rules ?? [], options) }
}

/** The schemas of an operation, by where the fields travel; a location without fields has none. */
export interface OperationSchemas {
  readonly path?: JsonSchema
  readonly query?: JsonSchema
  readonly headers?: JsonSchema
  readonly body?: JsonSchema
  /** The answer as it is read; `undefined` when it has no body, and text for a file. */
  readonly result?: JsonSchema
}

/**
 * The schemas of a request, by location, and of its answer.
 * @example operationSchemas(operations.refunds.find).path
 */
export function operationSchemas(
  operation: OperationShape,
  options: Pick<SchemaOptions, 'mode'> = {},
): OperationSchemas {
  const ruled = operation.body ? 'body' : 'query'
  const one = (part: 'path' | 'query' | 'headers' | 'body'): OperationSchemas => {
    const fields = operation[part]
    const rules = part === ruled ? (operation.rules ?? []) : []
    return fields ? { [part]: jsonSchema({ fields, rules }, options) } : {}
  }
  const { result } = operation
  return {
    ...one('path'),
    ...one('query'),
    ...one('headers'),
    ...one('body'),
    ...(result.kind === 'group' && { result: jsonSchema(result, { ...options, side: 'answer' }) }),
    ...(result.kind === 'file' && {
      result: { $schema: dialect, type: 'string', description: 'A file.', contentMediaType: 'text/plain' },
    }),
  }
}

const dialect = 'https://json-schema.org/draft/2020-12/schema'

function groupSchema(fields: Fields, rules: readonly Rule[], options: SchemaOptions): JsonSchema {
  const input = options.side !== 'answer'
  const given = Object.entries(fields).filter(([, field]) => !(input && field.filled))
  const required = given.filter(([, field]) => !field.optional).map(([name]) => name)
  const { said, unsaid } = ruleSchemas(rules, options.mode)
  return {
    type: 'object',
    properties: Object.fromEntries(given.map(([name, field]) => [name, fieldSchema(field, options)])),
    ...(required.length > 0 && { required }),
    ...(input && { additionalProperties: false }),
    ...(said.length > 0 && { allOf: said }),
    ...(unsaid.length > 0 && { 'x-rules': unsaid }),
  }
}

function fieldSchema(given: Field, options: SchemaOptions): JsonSchema {
  const field = given as AnyField
  const { notes = [], ...schema } = kindSchema(field, options)
  const description = [field.meaning, ...notes].filter(Boolean).join(' ')
  return {
    ...schema,
    ...(description !== '' && { description }),
    ...(field.sealed && { 'x-sealed': true }),
    ...(field.supposed && { 'x-supposed': expectation(field) }),
  }
}

type KindSchema = JsonSchema & { readonly notes?: readonly string[] }

function kindSchema(field: AnyField, options: SchemaOptions): KindSchema {
  switch (field.kind) {
    case 'text':
      return textSchema(field, options)
    case 'whole':
      return {
        type: 'integer',
        ...(!field.supposed && { minimum: field.min }),
        ...(!field.supposed && field.max !== Number.MAX_SAFE_INTEGER && { maximum: field.max }),
        ...(field.money && { 'x-money': field.money }),
      }
    case 'real':
      return { type: 'number' }
    case 'flag':
      return { type: 'boolean' }
    case 'choice':
      return choiceSchema('string', Object.keys(field.values), field.values, options)
    case 'numberChoice':
      return choiceSchema('integer', Object.keys(field.values).map(Number), field.values, options)
    case 'list':
      return listSchema(field, options)
    case 'group':
      return groupSchema(field.fields, field.rules, options)
    case 'upload':
      return uploadSchema(field)
    case 'anything':
      return {}
  }
}

/** In answers an enumeration is open: the platform adds values without notice. */
function choiceSchema(
  type: string,
  values: readonly (string | number)[],
  meanings: Readonly<Record<string, string>>,
  { side }: SchemaOptions,
): KindSchema {
  const known = side === 'answer' ? { examples: values } : { enum: values }
  return { type, ...known, 'x-enumDescriptions': { ...meanings } }
}

function listSchema({ item, min, max }: ListField, options: SchemaOptions): JsonSchema {
  return {
    type: 'array',
    items: fieldSchema(item, options),
    ...(min > 0 && { minItems: min }),
    ...(max !== Number.POSITIVE_INFINITY && { maxItems: max }),
  }
}

function textSchema(field: TextField, options: SchemaOptions): KindSchema {
  const { min, max, unit, charset, format, known } = field
  const bytes = unit === 'bytes'
  const bounded = max !== Number.POSITIVE_INFINITY
  // A character has at most four bytes, and never more characters than bytes fit.
  const least = bytes ? Math.ceil(min / 4) : min
  return {
    type: 'string',
    ...(least > 0 && { minLength: least }),
    ...(bounded && !field.supposed && { maxLength: max }),
    ...(charset && { pattern: charset.whole.source }),
    ...(format && formats[format]),
    ...(known &&
      Object.keys(known).length > 0 && {
        // The text passes through as it is, so names that are not known in it are no mistake.
        contentSchema: groupSchema(known, [], { ...options, side: 'answer' }),
      }),
    notes: bytes && bounded ? [`Counted in UTF-8 bytes: ${min} to ${max}.`] : [],
  }
}

/** `format` is a note for readers and generators; what is refused by it is said as a pattern. */
const formats: Readonly<Record<TextFormat, JsonSchema>> = {
  time: {
    format: 'date-time',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.:]\\d{1,9})?(?:Z|[+\\-]\\d\\d:\\d\\d)$',
  },
  offsetTime: {
    format: 'date-time',
    pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.:]\\d{1,9})?[+\\-]\\d\\d:\\d\\d$',
  },
  day: { format: 'date', pattern: '^\\d{4}-\\d\\d-\\d\\d$' },
  plainDay: { pattern: '^\\d{8}$' },
  stamp: { pattern: '^\\d{14}$' },
  url: { format: 'uri' },
  notifyUrl: { format: 'uri', pattern: '^[^?]*$' },
  ip: { anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] },
  position: { pattern: '^-?\\d{1,3}(?:\\.\\d+)?,-?\\d{1,2}(?:\\.\\d+)?$' },
  json: { contentMediaType: 'application/json' },
  base64: { contentEncoding: 'base64', pattern: '^[A-Za-z0-9+/]*={0,2}$' },
}

function uploadSchema({ minBytes, maxBytes, extensions }: UploadField): KindSchema {
  const spelled = extensions.map((one) => one.replace(/[a-z]/g, (a) => `[${a}${a.toUpperCase()}]`))
  return {
    type: 'object',
    properties: {
      name: { type: 'string', pattern: `(?:^|\\.)(?:${spelled.join('|')})$` },
      type: { type: 'string', description: 'Its media type.' },
      bytes: { description: `The file itself, ${minBytes} to ${maxBytes} bytes.` },
    },
    required: ['name', 'bytes'],
    'x-upload': { minBytes, maxBytes, extensions },
    notes: ['One part of a multipart body.'],
  }
}
