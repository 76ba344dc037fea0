/** `chadan keys create|revoke|list`: API keys of a gateway, in its store. */
import type { ApiKey, Scope } from '@chadan/gateway'
import { Command, InvalidArgumentError } from 'commander'
import { CommandEnd, exits, wrongInput } from '../end.ts'
import { writePrivate } from '../files.ts'
import { actorOf, gateway, withStore } from '../gateway-store.ts'
import { table } from '../gateway-text.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { systemRandom } from '../system.ts'

interface StoreGiven {
  readonly config: string
  readonly json?: true
}
interface CreateGiven extends StoreGiven {
  readonly tenant: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly days?: number
  readonly out?: string
}

const dayMs = 86_400_000
const scopes: readonly Scope[] = ['read', 'operate', 'admin']

/** The verbs of the group `keys` that are about API keys. */
export function apiKeyCommands(io: Io): Command[] {
  const inStore = (name: string, summary: string) =>
    new Command(name)
      .summary(summary)
      .description(
        `${summary[0]?.toUpperCase()}${summary.slice(1)}. Works on the store itself; the gateway need not run.`,
      )
      .requiredOption('--config <file>', "the gateway's configuration")
      .option('--json', 'as one line of JSON')
  return [
    inStore('create', 'make an API key of a gateway and show it once')
      .requiredOption('--tenant <id>', 'the tenant it acts for; * for operators of all tenants')
      .requiredOption('--name <text>', 'who or what uses it, as log and audit will name it')
      .option('--scopes <names>', 'read, operate, admin; each includes those before it', readScopes, [
        'operate',
      ])
      .option('--days <number>', 'how long it works; default: until it is revoked', readDays)
      .option('--out <file>', 'write it into this file, for its owner only, instead of showing it')
      .addHelpText(
        'after',
        '\nExample:\n  chadan keys create --config gateway.yaml --tenant outpatient --name his --out his.key\n',
      )
      .action((given: CreateGiven) => create(io, given)),
    inStore('revoke', 'end an API key at once')
      .argument('<id>', 'its id, as keys list prints it')
      .action((id: string, given: StoreGiven) => revoke(io, id, given)),
    inStore('list', 'list API keys, never the keys themselves')
      .option('--tenant <id>', 'of this tenant')
      .action((given: StoreGiven & { tenant?: string }) => list(io, given)),
  ]
}

function readScopes(text: string): readonly Scope[] {
  const names = text.split(',').map((one) => one.trim())
  const known = names.filter((one): one is Scope => (scopes as readonly string[]).includes(one))
  if (known.length !== names.length)
    throw new InvalidArgumentError(`Give some of ${scopes.join(', ')}, with commas.`)
  return [...new Set(known)]
}

function readDays(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Give a number of days, 1 to 9999.')
  return Number(text)
}

function create(io: Io, { tenant, name, scopes: held, days, out, ...given }: CreateGiven): Promise<void> {
  if (!/^[0-9A-Za-z][0-9A-Za-z ._@-]{0,63}$/.test(name))
    throw wrongInput(
      '--name: give 1 to 64 letters, digits, blanks and . _ @ -, beginning with a letter or digit',
    )
  return withStore(io, given.config, async (store, config) => {
    const nowMs = io.clock.now()
    const known = [
      ...config.tenants.map(({ shape }) => shape.id),
      ...(await store.records('tenant')).map(({ id }) => id),
    ]
    if (tenant !== '*' && !known.includes(tenant))
      throw wrongInput(`--tenant ${tenant}: there is none of this id in the configuration or the store`)
    const same = (await store.apiKeys(tenant)).filter((one) => one.tenant === tenant && one.name === name)
    if (same.some((one) => isActive(one, nowMs)))
      throw new CommandEnd(
        exits.refused,
        `an active key of this tenant is named ${name}: give another name, or revoke it`,
      )
    const { drawKey, keepKey } = await gateway()
    const key = drawKey(systemRandom)
    const expiresMs = days === undefined ? undefined : nowMs + days * dayMs
    const kept = keepKey(key, {
      tenant,
      name,
      scopes: held,
      createdMs: nowMs,
      expiresMs,
      random: systemRandom,
    })
    // The file first: a key that nobody can read must not work.
    if (out !== undefined) await writePrivate(out, `${key}\n`)
    await store.saveApiKey(kept)
    const details = { name, scopes: held, expiresMs }
    await store.audit({
      atMs: nowMs,
      actor: actorOf(io),
      tenant,
      action: 'keys.create',
      subject: kept.id,
      details,
    })
    if (given.json)
      return printJson(io, { ...shown(kept, nowMs), ...(out === undefined ? { key } : { file: out }) })
    printLine(io, out === undefined ? key : `${kept.id} is written to ${out}`)
    if (out === undefined) io.stderr('chadan: this key is shown once; keep it as a secret\n')
  })
}

function revoke(io: Io, id: string, { config, json }: StoreGiven): Promise<void> {
  return withStore(io, config, async (store) => {
    const key = (await store.apiKeys()).find((one) => one.id === id)
    if (!key) throw new CommandEnd(exits.refused, `there is no API key ${id}: see chadan keys list`)
    const nowMs = io.clock.now()
    const revoked = { ...key, revokedMs: key.revokedMs ?? nowMs }
    await store.saveApiKey(revoked)
    const { tenant, name } = key
    await store.audit({
      atMs: nowMs,
      actor: actorOf(io),
      tenant,
      action: 'keys.revoke',
      subject: id,
      details: { name },
    })
    if (json) printJson(io, shown(revoked, nowMs))
    else printLine(io, `${name} (${id}) is revoked`)
  })
}

function list(io: Io, { config, json, tenant }: StoreGiven & { tenant?: string }): Promise<void> {
  return withStore(io, config, async (store) => {
    const nowMs = io.clock.now()
    const keys = (await store.apiKeys(tenant)).map((one) => shown(one, nowMs))
    if (json) return printJson(io, { data: keys })
    const day = (text: string | null) => text?.slice(0, 10) ?? ''
    const rows = keys.map((one) => [
      one.tenant,
      one.name,
      one.scopes.join(','),
      one.active ? 'active' : one.revoked_at ? 'revoked' : 'expired',
      day(one.created_at),
      day(one.expires_at),
      day(one.last_used_at),
      one.id,
    ])
    printLine(
      io,
      table(
        ['tenant', 'name', 'scopes', 'state', 'created', 'expires', 'last used', 'id'],
        rows,
        'there are no API keys',
      ),
    )
  })
}

function isActive({ revokedMs, expiresMs }: ApiKey, nowMs: number): boolean {
  return revokedMs === undefined && (expiresMs === undefined || expiresMs > nowMs)
}

/** A key as the API shows it, without its hash. */
function shown(key: ApiKey, nowMs: number) {
  const { id, tenant, name, scopes: held, createdMs, expiresMs, revokedMs, lastUsedMs } = key
  const time = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())
  return {
    id,
    tenant,
    name,
    scopes: held,
    active: isActive(key, nowMs),
    created_at: new Date(createdMs).toISOString(),
    expires_at: time(expiresMs),
    revoked_at: time(revokedMs),
    last_used_at: time(lastUsedMs),
  }
}
