/** API keys: `ck_` and 190 random bits; only their SHA-256 is kept. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type Random, randomText } from '@chadan/protocol'
import type { ApiKey, Scope, Store } from '../store/store.ts'

const length = 32
const shape = /^ck_[0-9A-Za-z]{32}$/

/** A new key, to be shown once. */
export function drawKey(random: Random): string {
  return `ck_${randomText(random, length)}`
}

/** The hash under which a key is kept. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

/** The active key that an `Authorization` header carries; `undefined` for every kind of no. */
export async function readKey(
  store: Pick<Store, 'apiKey'>,
  authorization: string | null,
  nowMs: number,
): Promise<ApiKey | undefined> {
  const given = /^Bearer ([^\s,]+)$/i.exec(authorization ?? '')?.[1]
  if (!given || !shape.test(given)) return undefined
  const hash = hashKey(given)
  const key = await store.apiKey(hash)
  if (!key || !timingSafeEqual(Buffer.from(key.hash), Buffer.from(hash))) return undefined
  return isActive(key, nowMs) ? key : undefined
}

/** Whether a key is neither revoked nor expired. */
export function isActive(key: ApiKey, nowMs: number): boolean {
  return key.revokedMs === undefined && (key.expiresMs === undefined || key.expiresMs > nowMs)
}

/** What each scope includes. */
const includes: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  operate: ['read', 'operate'],
  admin: ['read', 'operate', 'admin'],
}

/** Whether a key may use a route of this scope. */
export function mayUse(key: Pick<ApiKey, 'scopes'>, scope: Scope): boolean {
  return key.scopes.some((one) => Object.hasOwn(includes, one) && includes[one].includes(scope))
}

/** Who acts, as log and audit name it. Rotating a key keeps its name: it is the same person. */
export function actorOf(key: Pick<ApiKey, 'tenant' | 'name'>): string {
  return key.tenant === '*' ? `*/${key.name}` : key.name
}

/** What is kept of a new key. */
export function keepKey(
  key: string,
  given: Pick<ApiKey, 'tenant' | 'name' | 'scopes' | 'createdMs' | 'expiresMs'> & { readonly random: Random },
): ApiKey {
  const { random, ...rest } = given
  return { id: `key_${randomText(random, 20)}`, hash: hashKey(key), ...rest }
}
