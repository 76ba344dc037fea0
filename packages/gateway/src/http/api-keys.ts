/** Routes of API keys: made, shown once, rotated, revoked. */
import { z } from 'zod'
import { instant } from '../order/present.ts'
import type { ApiKey } from '../store/store.ts'
import { drawKey, isActive, keepKey } from './keys.ts'
import { idPath } from './orders.ts'
import { Problem } from './problems.ts'
import { type Api, route } from './route.ts'
import { Instant, instantInput, listOf } from './schemas.ts'

const scopes = z.enum(['read', 'operate', 'admin'])
const Key = z
  .object({
    id: z.string(),
    tenant: z.string().describe('`*` for operators of all tenants.'),
    name: z.string(),
    scopes: z.array(scopes),
    active: z.boolean(),
    created_at: Instant,
    expires_at: Instant.nullable(),
    revoked_at: Instant.nullable(),
    last_used_at: Instant.nullable().describe('To the minute.'),
  })
  .meta({ id: 'ApiKey', description: 'A key, without the key.' })
const KeyShown = z
  .object({ ...Key.shape, key: z.string().describe('`ck_…`; shown this once.') })
  .meta({ id: 'ApiKeyShown' })

function presentKey(key: ApiKey, nowMs: number) {
  const { id, tenant, name, scopes: held, createdMs, expiresMs, revokedMs, lastUsedMs } = key
  const maybe = (ms: number | undefined) => (ms === undefined ? null : instant(ms))
  return {
    id,
    tenant,
    name,
    scopes: [...held],
    active: isActive(key, nowMs),
    created_at: instant(createdMs),
    expires_at: maybe(expiresMs),
    revoked_at: maybe(revokedMs),
    last_used_at: maybe(lastUsedMs),
  }
}

const list = route({
  id: 'keys.list',
  method: 'GET',
  path: '/v1/keys',
  scope: 'admin',
  tenancy: 'any',
  title: 'List API keys',
  answers: { 200: { meaning: 'All of them; never the keys themselves.', schema: listOf(Key) } },
  problems: [],
  async handle({ api, tenant }) {
    const nowMs = api.clock.now()
    const keys = await api.store.apiKeys(tenant)
    return { status: 200, body: { data: keys.map((one) => presentKey(one, nowMs)) } }
  },
})

const create = route({
  id: 'keys.create',
  method: 'POST',
  path: '/v1/keys',
  scope: 'admin',
  tenancy: 'any',
  title: 'Make an API key',
  about: 'Names tell people apart: whoever asks for a large refund cannot approve it under the same name.',
  body: z.strictObject({
    name: z
      .string()
      .regex(/^[0-9A-Za-z][0-9A-Za-z ._@-]{0,63}$/)
      .describe('Who or what uses it.'),
    scopes: z.array(scopes).min(1).max(3),
    expires_at: instantInput.optional(),
    all_tenants: z.literal(true).optional().describe('A key of all tenants; only such a key may make one.'),
  }),
  example: { name: 'his', scopes: ['operate'] },
  answers: { 201: { meaning: 'Made. The key is shown this once.', schema: KeyShown } },
  problems: ['name_taken', 'forbidden', 'tenant_required'],
  audit: ({ body: { name, scopes: held, all_tenants } }) => ({
    subject: name,
    details: { scopes: held, all_tenants },
  }),
  async handle({ api, key, tenant, body }) {
    const whose = body.all_tenants ? '*' : tenant
    if (body.all_tenants && key.tenant !== '*') throw new Problem('forbidden')
    if (whose === undefined) throw new Problem('tenant_required')
    const nowMs = api.clock.now()
    const same = (await api.store.apiKeys(whose)).filter(
      (one) => one.tenant === whose && one.name === body.name,
    )
    if (same.some((one) => isActive(one, nowMs))) throw new Problem('name_taken')
    const { name, scopes: held, expires_at: expiresMs } = body
    return shown(api, { tenant: whose, name, scopes: held, createdMs: nowMs, expiresMs })
  },
})

async function shown(
  { store, random, clock }: Api,
  given: Pick<ApiKey, 'tenant' | 'name' | 'scopes' | 'createdMs' | 'expiresMs'>,
) {
  const key = drawKey(random)
  const kept = keepKey(key, { ...given, random })
  await store.saveApiKey(kept)
  return {
    status: 201,
    body: { ...presentKey(kept, clock.now()), key },
    headers: { location: `/v1/keys/${kept.id}` },
  }
}

const rotate = route({
  id: 'keys.rotate',
  method: 'POST',
  path: '/v1/keys/{id}/rotate',
  scope: 'admin',
  tenancy: 'any',
  subject: 'key',
  title: 'Replace an API key',
  about: 'The new one has the same name and scopes; the old one works for the overlap.',
  params: idPath,
  body: z.strictObject({ overlap_hours: z.int().min(0).max(168).default(24) }),
  example: { overlap_hours: 24 },
  answers: { 201: { meaning: 'Made. The key is shown this once.', schema: KeyShown } },
  problems: ['unknown_key'],
  audit: ({ subject, body }) => ({
    subject: subject.id,
    details: { name: subject.name, overlap_hours: body.overlap_hours },
  }),
  async handle({ api, subject, body }) {
    const nowMs = api.clock.now()
    if (!isActive(subject, nowMs))
      throw new Problem('unknown_key', { detail: 'this key is not active any more' })
    const { tenant, name, scopes: held, expiresMs } = subject
    const made = await shown(api, { tenant, name, scopes: held, createdMs: nowMs, expiresMs })
    const endMs = nowMs + body.overlap_hours * 3_600_000
    await api.store.saveApiKey({ ...subject, expiresMs: Math.min(expiresMs ?? endMs, endMs) })
    return made
  },
})

const revoke = route({
  id: 'keys.revoke',
  method: 'POST',
  path: '/v1/keys/{id}/revoke',
  scope: 'admin',
  tenancy: 'any',
  subject: 'key',
  title: 'Revoke an API key, at once',
  params: idPath,
  answers: { 200: { meaning: 'The key as it is now.', schema: Key } },
  problems: ['unknown_key'],
  audit: ({ subject }) => ({ subject: subject.id, details: { name: subject.name } }),
  async handle({ api, subject }) {
    const nowMs = api.clock.now()
    const revoked = { ...subject, revokedMs: subject.revokedMs ?? nowMs }
    await api.store.saveApiKey(revoked)
    return { status: 200, body: presentKey(revoked, nowMs) }
  },
})

/** Routes of API keys. */
export const keyRoutes = [list, create, rotate, revoke]
