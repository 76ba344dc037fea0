/** Pages for people, written by the server: no scripts, nothing fetched from elsewhere. */
import { createHash } from 'node:crypto'
import { tagOf } from './openapi.ts'
import { problemKinds } from './problem-kinds.ts'
import type { Route } from './route.ts'

const style = `body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:#1a1a1a;background:#fff;max-width:60rem;margin:0 auto;padding:1.5rem}
h1,h2,h3{line-height:1.25}h2{margin-top:2.5rem;border-bottom:1px solid #ddd}h3{margin-top:2rem}
code,pre{font:14px/1.5 ui-monospace,Consolas,monospace;background:#f4f5f6}pre{padding:.75rem;overflow:auto}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #e5e5e5}
a{color:#0b5}nav a{margin-right:1rem}.quiet{color:#555}`

/** The policy of these pages: their own style and nothing else. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`

/** A page as a response. */
export function pageAnswer(
  title: string,
  body: string,
  more: { status?: number; language?: string } = {},
): Response {
  const { status = 200, language = 'en' } = more
  const html = `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body>${body}</body></html>`
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': pagePolicy },
  })
}

/** Text in HTML. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}

// Back-quoted words become code.
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

/** The reference: every route, out of the OpenAPI document. */
export function referencePage(routes: readonly Route[], document: Record<string, unknown>): Response {
  const tags = [...new Set(routes.map(tagOf))]
  const { paths } = document as { paths: Record<string, Record<string, Operation>> }
  const schemas = (document.components as { schemas: Record<string, unknown> }).schemas
  const sections = tags.map((tag) => {
    const these = routes.filter((route) => tagOf(route) === tag)
    return `<h2 id="${tag}">${tag}</h2>${these
      .map((route) => operationSection(route, paths[route.path]?.[route.method.toLowerCase()] ?? {}))
      .join('')}`
  })
  const body = `<h1>Chadan API</h1>
<p>Every request carries <code>Authorization: Bearer ck_…</code>; keys of all tenants name one in <code>Chadan-Tenant</code>. Amounts are <code>{ minor, currency }</code>, times RFC 3339 in UTC. Errors are RFC 9457 problems: see <a href="/problems">all of them</a>. The same as <a href="/openapi.json">OpenAPI 3.1</a>.</p>
<nav>${tags.map((tag) => `<a href="#${tag}">${tag}</a>`).join('')}<a href="#schemas">schemas</a></nav>
${sections.join('')}
<h2 id="schemas">schemas</h2>${Object.entries(schemas)
    .map(
      ([name, schema]) =>
        `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3><pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`,
    )
    .join('')}`
  return pageAnswer('Chadan API', body)
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required: boolean; description?: string }[]
  readonly requestBody?: { content: Record<string, { schema: unknown }> }
  readonly responses?: Readonly<Record<string, { description: string; content?: unknown }>>
}

function operationSection(route: Route, operation: Operation): string {
  const { parameters = [], responses = {}, requestBody } = operation
  const rows = parameters.map(
    (one) =>
      `<tr><td><code>${escaped(one.name)}</code></td><td>${one.in}${one.required ? '' : ', optional'}</td><td>${prose(one.description ?? '')}</td></tr>`,
  )
  const body = requestBody?.content['application/json']?.schema
  return `<h3 id="${route.id}"><code>${route.method} ${escaped(route.path)}</code></h3>
<p><strong>${prose(route.title)}.</strong> ${prose(route.about ?? '')} <span class="quiet">Scope <code>${route.scope}</code>${tenancies[route.tenancy]}.</span></p>
${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${body ? `<p>Body: ${schemaText(body)}</p>` : ''}${route.example !== undefined ? `<pre>${escaped(JSON.stringify(route.example, null, 2))}</pre>` : ''}
<table>${Object.entries(responses)
    .map(
      ([status, one]) =>
        `<tr><td>${status}</td><td>${prose(one.description)} ${answerText(one.content)}</td></tr>`,
    )
    .join('')}</table>`
}

const tenancies = { one: '', any: '; of one tenant or all', all: '; only keys of all tenants' } as const

function answerText(content: unknown): string {
  const schema = (content as Record<string, { schema?: unknown }> | undefined)?.['application/json']?.schema
  return schema ? schemaText(schema) : ''
}

function schemaText(schema: unknown): string {
  const name = /^#\/components\/schemas\/(.+)$/.exec(String((schema as { $ref?: string }).$ref))?.[1]
  if (name) return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`
  return `<pre>${escaped(JSON.stringify(schema, null, 2))}</pre>`
}

/** Every problem, or one of them; `undefined` where it does not exist. */
export function problemsPage(code?: string): Response | undefined {
  const all = Object.entries(problemKinds).filter(([one]) => code === undefined || one === code)
  if (all.length === 0) return undefined
  const rows = all.map(
    ([one, { status, title, meaning, action }]) =>
      `<tr id="${one}"><td>${status}</td><td><a href="/problems/${one}"><code>${one}</code></a></td><td><strong>${prose(title)}.</strong> ${prose(meaning)}<br>${prose(action)}</td></tr>`,
  )
  return pageAnswer(
    'Problems',
    `<h1>Problems</h1><p><a href="/reference">Reference</a> · <a href="/problems">All problems</a></p><table>${rows.join('')}</table>`,
  )
}
