/** Who asks, and whether they may: the one place where keys, scopes and tenants are checked. Deny by default. */
import type { Store } from '../store/store.ts'
import type { Buckets } from './buckets.ts'
import { actorOf, mayUse, readKey } from './keys.ts'
import type { ProblemCode } from './problem-kinds.ts'
import { Problem, seconds } from './problems.ts'
import type { Api, Exchange, Route, SubjectKind, Subjects } from './route.ts'

/** Who asks, once let in. */
export type Admitted = Pick<Exchange<never, never, never, never>, 'key' | 'caller' | 'tenant'>

/** Lets a request in by its key, or throws `Problem`. */
export async function admit(
  api: Pick<Api, 'store' | 'clock' | 'tenant'>,
  buckets: Buckets,
  route: Pick<Route, 'scope' | 'tenancy'>,
  headers: Headers,
): Promise<Admitted> {
  const nowMs = api.clock.now()
  const key = await readKey(api.store, headers.get('authorization'), nowMs)
  if (!key) throw new Problem('unauthenticated', { headers: { 'www-authenticate': 'Bearer realm="chadan"' } })
  const waitMs = buckets.take(key.id)
  if (waitMs > 0) throw new Problem('too_many_requests', { headers: { 'retry-after': seconds(waitMs) } })
  if (!mayUse(key, route.scope))
    throw new Problem('forbidden', { detail: `this route needs the scope ${route.scope}` })
  const ofAll = key.tenant === '*'
  if (route.tenancy === 'all' && !ofAll)
    throw new Problem('forbidden', { detail: 'this route is for keys of all tenants' })
  const named = headers.get('chadan-tenant') ?? undefined
  if (!ofAll && named !== undefined && named !== key.tenant) throw new Problem('unknown_tenant')
  if (ofAll && named !== undefined && !(await api.tenant(named))) throw new Problem('unknown_tenant')
  if (ofAll && named === undefined && route.tenancy === 'one') throw new Problem('tenant_required')
  const tenant = ofAll ? named : key.tenant
  return { key, tenant, caller: { tenant: tenant ?? '*', name: actorOf(key) } }
}

/** How each kind of thing is found by its name in the path, and whose it is. */
const finders: {
  readonly [K in SubjectKind]: {
    readonly param: 'id' | 'reference'
    readonly unknown: ProblemCode
    find(store: Store, name: string, tenant: string | undefined): Promise<Subjects[K] | undefined>
  }
} = {
  order: { param: 'id', unknown: 'unknown_order', find: (store, id) => store.find({ id }) },
  reference: {
    param: 'reference',
    unknown: 'unknown_order',
    find: async (store, reference, tenant) =>
      tenant === undefined ? undefined : store.find({ tenant, reference }),
  },
  endpoint: {
    param: 'id',
    unknown: 'unknown_endpoint',
    find: async (store, id, tenant) => (await store.endpoints(tenant)).find((one) => one.id === id),
  },
  delivery: {
    param: 'id',
    unknown: 'unknown_delivery',
    find: async (store, id) => (await store.deliveries({ id }, { limit: 1 })).rows[0],
  },
  approval: { param: 'id', unknown: 'unknown_approval', find: (store, id) => store.approval(id) },
  event: {
    param: 'id',
    unknown: 'unknown_event',
    find: async (store, id, tenant) => (tenant === undefined ? undefined : store.event(tenant, id)),
  },
  key: {
    param: 'id',
    unknown: 'unknown_key',
    find: async (store, id, tenant) => (await store.apiKeys(tenant)).find((one) => one.id === id),
  },
}

/** Loads what the path names, and answers 404 alike whether it does not exist or belongs to another tenant. */
export async function subjectOf(
  store: Store,
  kind: SubjectKind | undefined,
  path: Readonly<Record<string, string>>,
  tenant: string | undefined,
): Promise<Subjects[SubjectKind] | undefined> {
  if (!kind) return undefined
  const { param, unknown, find } = finders[kind]
  const found = await find(store, path[param] ?? '', tenant)
  if (!found || (tenant !== undefined && found.tenant !== tenant)) throw new Problem(unknown)
  return found
}
