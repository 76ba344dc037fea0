/** Webhook endpoints as rows; their secrets are sealed. */
import { put, type Script } from './script.ts'
import type { Endpoint } from './store.ts'
import { contextOf, type RowOf } from './tables.ts'
import type { Vault } from './vault.ts'

/** The endpoint of a row, its secrets opened. */
export function endpointOf(row: RowOf<'endpoints'>, vault: Vault): Endpoint {
  const { id, tenant, url, types, sealed, state, created_ms: createdMs } = row
  const secrets = Buffer.from(vault.open(sealed, contextOf('endpoints', id))).toString()
  return {
    ...{ id, tenant, url, createdMs },
    types: JSON.parse(types) as string[],
    secrets: JSON.parse(secrets) as Endpoint['secrets'],
    state: state === 'on' ? 'on' : 'off',
  }
}

/** Writes an endpoint over what was there. */
export function* saveEndpoint(endpoint: Endpoint, vault: Vault): Script<void> {
  const { id, tenant, url, types, secrets, state, createdMs: created_ms } = endpoint
  const sealed = vault.seal(Buffer.from(JSON.stringify(secrets)), contextOf('endpoints', id))
  yield* put('endpoints', ['id'], {
    ...{ id, tenant, url, types: JSON.stringify(types), sealed, key_id: vault.keyId, state, created_ms },
  })
}
