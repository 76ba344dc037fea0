/** Whether database, public address and webhook targets are where they are said to be. */
import { isIP } from 'node:net'
import type { Fetch } from '@chadan/client'
import { type Config, openTargets, type Store, TargetRefused } from '@chadan/gateway'
import type { Clock } from '@chadan/protocol'
import { type Finding, findingsOf } from './finding.ts'

const database = findingsOf('database')
const address = findingsOf('public address')
const webhooks = findingsOf('webhooks')

/** What these checks lean on. */
export interface PlaceDoors {
  readonly fetch: Fetch
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly clock: Clock
}

/** Writing, keys, and who is kept beside the configuration. */
export async function checkStore(store: Store, config: Config): Promise<Finding[]> {
  const findings: Finding[] = []
  const where = 'sqlite' in config.store ? config.store.sqlite : 'PostgreSQL'
  const ready = await store.ready().catch(() => false)
  findings.push(
    ready
      ? database.good(store.kind, `${where} opens, its tables are up to date, a write can be committed`)
      : database.bad(
          store.kind,
          `${where} opens, but takes no write`,
          'look for a full disk, a read-only file or a standby server',
        ),
  )
  if ((await store.apiKeys()).length === 0)
    findings.push(
      database.note(
        'API keys',
        'there are none: nobody can call',
        'chadan keys create --config <file> --tenant <id> --name <text>',
      ),
    )
  for (const kind of ['signer', 'tenant'] as const) {
    const named = new Set((kind === 'signer' ? config.signers : config.tenants).map(({ shape }) => shape.id))
    const others = (await store.records(kind)).filter(({ id }) => !named.has(id)).length
    if (others > 0)
      findings.push(
        database.note(
          `${kind}s`,
          `the store keeps ${others} that this file does not name`,
          'they go on working; nothing needs to be done',
        ),
      )
  }
  return findings
}

/** WeChat Pay must be able to come to it. */
export async function checkPublicUrl(
  { publicUrl, simulator }: Config,
  doors: PlaceDoors,
): Promise<Finding[]> {
  const { hostname } = new URL(publicUrl)
  const host = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) ? [host] : await doors.resolve(host).catch(() => [])
  if (addresses.length === 0)
    return [address.bad(host, 'the name has no address', 'set up its DNS record, or correct publicUrl')]
  const findings: Finding[] = []
  if (!simulator && isIP(host))
    findings.push(
      address.note(host, 'is an address, not a name', 'a certificate for it is hard to get: use a name'),
    )
  const inside = addresses.filter((one) => refusalOf(one) !== undefined)
  if (inside.length > 0 && !simulator)
    findings.push(
      inside.length === addresses.length && isIP(host)
        ? address.bad(
            host,
            'lies in a private network: WeChat Pay cannot come there',
            'give the public https address',
          )
        : address.note(
            host,
            'has a private address as seen from here',
            'make sure that it has a public one as seen from outside',
          ),
    )
  // Health is not public; the API is, and asks everybody for a key.
  const answer = await answered(`${publicUrl}/v1/orders`, doors)
  findings.push(
    answer === 401
      ? address.good(host, 'reaches a gateway that runs')
      : address.note(
          host,
          answer === undefined
            ? 'nobody answers there from here'
            : `answers ${answer} to /v1/orders without a key, expected 401`,
          'right while the gateway is not running; else look at proxy, certificate and port',
        ),
  )
  return findings
}

async function answered(url: string, { fetch, clock }: PlaceDoors): Promise<number | undefined> {
  const end = new AbortController()
  const stop = clock.after(5_000, () => end.abort())
  try {
    const response = await fetch(new Request(url, { redirect: 'manual', signal: end.signal }))
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  } finally {
    stop()
  }
}

/** Why this address is not public. */
function refusalOf(ip: string): string | undefined {
  const away = () => Promise.reject(new Error('nothing is sent here'))
  try {
    openTargets({ rules: {}, resolve: away, carry: away }).check(
      `https://${ip.includes(':') ? `[${ip}]` : ip}/`,
    )
    return undefined
  } catch (error) {
    if (error instanceof TargetRefused) return error.why
    throw error
  }
}

/** Every target by the rules it will be sent under, its name resolved; nothing is sent. */
export async function checkWebhooks(store: Store, config: Config, doors: PlaceDoors): Promise<Finding[]> {
  const targets = openTargets({
    rules: config.webhooks,
    resolve: doors.resolve,
    carry: async () => ({ status: 204, header: () => undefined, body: '' }),
  })
  const named = config.tenants.flatMap(({ shape }) =>
    shape.webhooks.map(({ url }) => ({ tenant: shape.id, url })),
  )
  const kept = (await store.endpoints()).map(({ tenant, url }) => ({ tenant, url }))
  const all = new Map([...named, ...kept].map((one) => [`${one.tenant} ${one.url}`, one]))
  const findings: Finding[] = []
  for (const { tenant, url } of all.values()) {
    const name = `${tenant} ${new URL(url).host}`
    try {
      await targets.send({ url, headers: {}, body: '' }, new AbortController().signal)
      findings.push(webhooks.good(name, 'may be sent to'))
    } catch (error) {
      findings.push(
        error instanceof TargetRefused
          ? webhooks.bad(name, error.message, 'give a public https address, or name it under webhooks.allow')
          : webhooks.bad(name, 'the name has no address', 'set up its DNS record, or correct the address'),
      )
    }
  }
  return findings
}
