/** Routes of documents about the API itself, and of figures: with a key, or on the admin listener without one. */
import { z } from 'zod'
import { openApiOf } from './openapi.ts'
import { problemsPage, referencePage } from './pages.ts'
import { Problem } from './problems.ts'
import { type Route, route } from './route.ts'

/** Makes the routes that describe `described` and themselves. */
export function documentRoutes(
  described: readonly Route[],
  { server, version }: { server: string; version: string },
) {
  // Made at the first look: a process that nobody asks needs none.
  let made: Record<string, unknown> | undefined
  const document = () => {
    made ??= openApiOf([...described, ...routes], { server, version })
    return made
  }
  const html = { meaning: 'A page.', type: 'text/html' }
  const common = { method: 'GET', scope: 'read', tenancy: 'any', problems: [] } as const
  const routes: readonly Route[] = [
    route({
      ...common,
      id: 'documents.openapi',
      path: '/openapi.json',
      title: 'This API as OpenAPI 3.1',
      answers: { 200: { meaning: 'The document.', schema: z.record(z.string(), z.unknown()) } },
      handle: async () => ({ status: 200, body: document() }),
    }),
    route({
      ...common,
      id: 'documents.reference',
      path: '/reference',
      title: 'This API as a page',
      answers: { 200: html },
      handle: async () => referencePage([...described, ...routes], document()),
    }),
    route({
      ...common,
      id: 'documents.problems',
      path: '/problems',
      title: 'All problems',
      answers: { 200: html },
      handle: async () => problemsPage() as Response,
    }),
    route({
      ...common,
      id: 'documents.problem',
      path: '/problems/{code}',
      title: 'One problem',
      params: z.object({ code: z.string().max(64) }),
      answers: { 200: html },
      problems: ['not_found'],
      async handle({ path }) {
        const page = problemsPage(path.code)
        if (!page) throw new Problem('not_found')
        return page
      },
    }),
    route({
      ...common,
      tenancy: 'all',
      id: 'documents.metrics',
      path: '/metrics',
      title: 'Figures for Prometheus',
      answers: { 200: { meaning: 'Prometheus text.', type: 'text/plain' } },
      async handle({ api }) {
        return new Response(await api.metrics(), {
          headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
        })
      },
    }),
  ]
  return routes
}
