/** The OpenAPI 3.1 document, made of the same routes and schemas that answer. */
import { z } from 'zod'
import { problemKinds } from './problem-kinds.ts'
import type { AnswerKind, Route } from './route.ts'
import { ProblemBody } from './schemas.ts'

type Json = { [name: string]: unknown }

/** Problems that every route may answer. */
export const commonProblems = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'unknown_tenant',
  'too_many_requests',
  'internal',
  'unavailable',
  'timed_out',
] as const

/** Makes the document. `server` is the address the API is reached at. */
export function openApiOf(
  routes: readonly Route[],
  { server, version }: { server: string; version: string },
): Json {
  const schemas: Json = {}
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = paths[route.path] ?? {}
    path[route.method.toLowerCase()] = operationOf(route, schemas)
    paths[route.path] = path
  }
  hoist(ProblemBody, 'output', schemas)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Chadan (查单)',
      version,
      description:
        'Orders here and at WeChat Pay in agreement. Amounts are in minor units, times RFC 3339 in UTC.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: server }],
    security: [{ key: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'An API key: `Authorization: Bearer ck_…`.' },
      },
      schemas,
    },
  }
}

/** What a route belongs to: `orders`, `refunds`, … */
export function tagOf({ id }: Pick<Route, 'id'>): string {
  return id.slice(0, id.indexOf('.'))
}

function operationOf(route: Route, schemas: Json): Json {
  return {
    operationId: route.id,
    tags: [tagOf(route)],
    summary: route.title,
    ...(route.about && { description: route.about }),
    'x-scope': route.scope,
    'x-tenancy': route.tenancy,
    parameters: [
      ...parametersOf('path', route.params, schemas),
      ...parametersOf('query', route.query, schemas),
      ...parametersOf('header', route.headers, schemas),
      ...(route.tenancy === 'all' ? [] : [tenantHeader]),
    ],
    ...(route.body && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: hoist(route.body, 'input', schemas),
            ...(route.example !== undefined && { example: route.example }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.answers).map(([status, answer]) => [status, answerOf(answer, schemas)]),
      ),
      ...problemsOf(route),
    },
  }
}

const tenantHeader = {
  name: 'Chadan-Tenant',
  in: 'header',
  required: false,
  description: 'The tenant to act for; needed with keys of all tenants.',
  schema: { type: 'string' },
}

function parametersOf(
  where: 'path' | 'query' | 'header',
  shape: z.ZodObject | undefined,
  schemas: Json,
): Json[] {
  if (!shape) return []
  const whole = hoist(shape, 'input', schemas) as { properties?: Json; required?: string[] }
  return Object.entries(whole.properties ?? {}).map(([name, schema]) => {
    const { description, ...rest } = schema as Json
    return {
      name,
      in: where,
      required: where === 'path' || (whole.required ?? []).includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    }
  })
}

function answerOf({ meaning, schema, type = 'application/json', example }: AnswerKind, schemas: Json): Json {
  if (!schema && type === 'application/json') return { description: meaning }
  const content = {
    schema: schema ? hoist(schema, 'output', schemas) : { type: 'string' },
    ...(example !== undefined && { example }),
  }
  return { description: meaning, content: { [type]: content } }
}

function problemsOf({ problems }: Route): Json {
  const byStatus = new Map<number, string[]>()
  for (const code of [...problems, ...commonProblems]) {
    const { status } = problemKinds[code]
    byStatus.set(status, [...new Set([...(byStatus.get(status) ?? []), code])])
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      status,
      {
        description: codes.map((code) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

/** The JSON Schema of a Zod schema; what has an id moves to the components. */
function hoist(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' }) as Json
  const { $schema: _dialect, $defs = {}, ...rest } = made
  for (const [name, one] of Object.entries($defs as Json)) schemas[name] ??= referred(one)
  const { id } = schema.meta() ?? {}
  if (id === undefined) return referred(rest) as Json
  const { id: _, ...named } = rest
  schemas[id] ??= referred(named)
  return { $ref: `#/components/schemas/${id}` }
}

function referred(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referred)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => !(name === 'id' && typeof member === 'string' && 'type' in value))
      .map(([name, member]) =>
        name === '$ref' && typeof member === 'string'
          ? [name, member.replace('#/$defs/', '#/components/schemas/')]
          : [name, referred(member)],
      ),
  )
}
