/** The documents are made of what answers: every route, every problem, and schemas that hold. */
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { commonProblems, openApiOf } from '../src/http/openapi.ts'
import { problemKinds } from '../src/http/problem-kinds.ts'
import { openHttpBench, publicUrl, routes } from './http-bench.ts'

type Json = Record<string, unknown>
const document = openApiOf(routes, { server: publicUrl, version: '0.1.0' }) as Json & {
  paths: Record<string, Record<string, Json>>
  components: { schemas: Json }
}

function* everyObject(value: unknown): Generator<Json> {
  if (typeof value !== 'object' || value === null) return
  yield value as Json
  for (const member of Object.values(value)) yield* everyObject(member)
}

test('the OpenAPI document has every route, and every reference in it resolves', () => {
  for (const { method, path, id } of routes)
    assert.equal(document.paths[path]?.[method.toLowerCase()]?.operationId, id)
  const refs = [...everyObject(document)].flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []))
  assert.ok(refs.length > 50)
  for (const ref of refs) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(ref)?.[1]
    assert.ok(name !== undefined && Object.hasOwn(document.components.schemas, name), ref)
  }
})

test('every parameter of a path is declared, and every operation id and component is one of a kind', () => {
  const ids = new Set<string>()
  for (const [path, operations] of Object.entries(document.paths))
    for (const operation of Object.values(operations)) {
      const named = (operation.parameters as { name: string; in: string; required: boolean }[])
        .filter((one) => one.in === 'path' && one.required)
        .map(({ name }) => name)
      assert.deepEqual(named.sort(), [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(), path)
      assert.ok(!ids.has(String(operation.operationId)))
      ids.add(String(operation.operationId))
    }
  for (const name of ['Order', 'SeenOrder', 'Refund', 'Event', 'Problem', 'PlaceOrder'])
    assert.ok(Object.hasOwn(document.components.schemas, name), name)
})

test('every example is what its own schema takes', () => {
  for (const { id, body, example } of routes)
    if (body) assert.ok(example !== undefined && body.safeParse(example).success, id)
})

test('what the schemas take has no hole: objects that come in are closed', () => {
  for (const name of ['PlaceOrder', 'PayAgain', 'OrderRefund'])
    assert.equal((document.components.schemas[name] as Json).additionalProperties, false, name)
})

test('every problem is documented, named by some route or the guard, and every code that is declined is one', async () => {
  const named = new Set<string>([
    ...routes.flatMap(({ problems }) => problems),
    ...commonProblems,
    ...['not_found', 'method_not_allowed', 'unsupported_media_type', 'body_too_large', 'malformed_json'],
  ])
  for (const code of Object.keys(problemKinds)) assert.ok(named.has(code), `${code} is answered by no route`)
  const source = new URL('../src/', import.meta.url)
  for (const folder of ['engine', 'outbound'])
    for (const file of await readdir(new URL(`${folder}/`, source))) {
      const text = await readFile(new URL(`${folder}/${file}`, source), 'utf8')
      for (const [, code = ''] of text.matchAll(/new Declined\(\s*'(\w+)'/g))
        assert.ok(Object.hasOwn(problemKinds, code), `${file} declines ${code}, which is not documented`)
    }
})

test('reference and problems are pages without scripts, with a key or on the admin listener', async () => {
  const bench = await openHttpBench()
  for (const path of ['/reference', '/problems', '/problems/internal', '/openapi.json', '/metrics']) {
    const key = path === '/metrics' ? 'all-read' : 'east-read'
    const shown = await bench.call('GET', path, { key })
    const admin = await bench.service.adminFetch(new Request(`http://127.0.0.1${path}`))
    assert.deepEqual([shown.status, admin.status], [200, 200], path)
    assert.equal((await bench.call('GET', path)).status, 401, path)
    const policy = shown.headers.get('content-security-policy') ?? ''
    assert.ok(policy.startsWith("default-src 'none'") && !policy.includes('unsafe'), path)
    assert.ok(!/<script|javascript:|onload=/i.test(String(shown.body)), path)
  }
  const page = await bench.call('GET', '/reference', { key: 'east-read' })
  for (const { path } of routes) assert.ok(page.body.includes(path), path)
  const problems = await bench.call('GET', '/problems', { key: 'east-read' })
  for (const code of Object.keys(problemKinds)) assert.ok(problems.body.includes(`/problems/${code}`), code)
  assert.equal((await bench.call('GET', '/problems/none', { key: 'east-read' })).status, 404)
})
