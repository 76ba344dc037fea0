/** The route that says what each product takes: JSON Schema from the protocol's declarations. */
import { type JsonSchema, operationSchemas } from '@chadan/protocol'
import { z } from 'zod'
import type { Product } from '../products/product.ts'
import { route } from './route.ts'
import { listOf, productIds } from './schemas.ts'

const ProductShown = z
  .object({
    id: z.enum(productIds),
    title: z.string(),
    details: z.array(
      z.object({
        operation: z.string(),
        title: z.string(),
        filled: z.array(z.string()).describe('What the gateway fills: leave it out.'),
        schema: z
          .record(z.string(), z.unknown())
          .describe("JSON Schema of `details`, in WeChat's own names."),
      }),
    ),
    acts: z.array(z.object({ name: z.string(), title: z.string() })),
    expires_after_seconds: z.int().describe('How long an order may be paid when `expires_at` is left out.'),
  })
  .meta({ id: 'Product', description: 'One of the five products.' })

const list = route({
  id: 'products.list',
  method: 'GET',
  path: '/v1/products',
  scope: 'read',
  tenancy: 'any',
  title: 'List the products, and what each takes',
  answers: { 200: { meaning: 'All five.', schema: listOf(ProductShown) } },
  problems: [],
  handle: async ({ api }) => ({
    status: 200,
    body: { data: Object.values(api.products).map(presentProduct) },
  }),
})

/** A product as the API shows it. */
export function presentProduct({ id, title, details, acts = {}, timing }: Product) {
  return {
    id,
    title,
    details: details.map(({ operation, filled }) => ({
      operation: operation.id,
      title: operation.title,
      filled: [...filled],
      schema: filled.reduce(
        (schema, path) => withoutRequired(schema, path.split('.')),
        operationSchemas(operation).body ?? { type: 'object' },
      ),
    })),
    acts: Object.entries(acts).map(([name, act]) => ({ name, title: act.title })),
    expires_after_seconds: Math.floor(timing.expiresMs / 1000),
  }
}

/** The schema in which what stands at `path` (`sub_orders[].mchid`) may be left out. */
export function withoutRequired(schema: JsonSchema, [step = '', ...rest]: readonly string[]): JsonSchema {
  const name = step.replace('[]', '')
  const properties = (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>
  const inner = properties[name]
  if (!inner) return schema
  if (rest.length === 0) {
    const required = ((schema.required ?? []) as string[]).filter((one) => one !== name)
    return { ...schema, required }
  }
  const changed = step.endsWith('[]')
    ? { ...inner, items: withoutRequired((inner.items ?? {}) as JsonSchema, rest) }
    : withoutRequired(inner, rest)
  return { ...schema, properties: { ...properties, [name]: changed } }
}

/** Routes of products. */
export const productRoutes = [list]
