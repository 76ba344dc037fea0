/** `chadan check`: everything that would keep a gateway from working, before it goes live. */
import { fetchTransport, poolTransport } from '@chadan/client'
import type { Config, Store } from '@chadan/gateway'
import { Command } from 'commander'
import type { Finding } from '../checks/finding.ts'
import { CommandEnd, exits } from '../end.ts'
import { gateway, storeTrouble } from '../gateway-store.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { systemRandom } from '../system.ts'
import { columns } from '../table.ts'

interface Given {
  readonly offline?: true
  readonly json?: true
}

/** The subcommand. */
export function checkCommand(io: Io): Command {
  return new Command('check')
    .summary('look at a gateway’s configuration, keys, clock, database and ways before it goes live')
    .description(
      'Looks at everything that a gateway leans on, and says of each failure what to do about it. It asks WeChat Pay one\n' +
        'cheap question per signer, opens the database as serve does (its tables are brought up to date), and sends nothing\n' +
        'to webhooks. Never shows a secret.\n' +
        'Exit codes: 0 nothing is wrong, 1 something is.',
    )
    .argument('<config>', "the gateway's configuration")
    .option('--offline', 'leave out what needs a network')
    .option('--json', 'as one line of JSON')
    .addHelpText('after', '\nExamples:\n  chadan check gateway.yaml\n  chadan check gateway.yaml --json\n')
    .action((path: string, given: Given) => check(io, path, given))
}

async function check(io: Io, path: string, given: Given): Promise<void> {
  const findings = await look(io, path, given)
  const wrong = findings.filter(({ verdict }) => verdict === 'bad')
  if (given.json) printJson(io, { good: wrong.length === 0, findings })
  else printLine(io, tableOf(findings))
  if (wrong.length > 0)
    throw new CommandEnd(exits.other, `${wrong.length} wrong: do what stands below each, and run this again`)
}

function tableOf(findings: readonly Finding[]): string {
  const marks = { good: 'good', bad: 'WRONG', note: 'note' } as const
  const rows = findings.map(({ area, name, verdict, says }) => [marks[verdict], area, name, says])
  // What to do stands on a line of its own below what is wrong.
  return columns(rows)
    .split('\n')
    .flatMap((line, index) => {
      const todo = findings[index]?.todo
      return todo ? [line, `       → ${todo}`] : [line]
    })
    .join('\n')
}

async function look(io: Io, path: string, { offline }: Given): Promise<Finding[]> {
  const { ConfigError, loadConfig, systemSecretDoors } = await gateway()
  const secrets = { ...systemSecretDoors, env: io.env ?? {} }
  let config: Config
  const findings: Finding[] = []
  try {
    const loaded = await loadConfig(path, secrets)
    config = loaded.config
    const { signers, tenants } = config
    findings.push({
      area: 'configuration',
      name: path,
      verdict: 'good',
      says: `reads well; signers: ${signers.length}, tenants: ${tenants.length}`,
    })
    for (const says of loaded.warnings)
      findings.push({ area: 'configuration', name: 'secrets', verdict: 'note', says })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ file, line, column, at, found, expected, meant }) => ({
      area: 'configuration',
      name: `${file}:${line}:${column} ${at}`.trimEnd(),
      verdict: 'bad',
      says: `found ${found}`,
      todo: `expected ${expected}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    }))
  }
  const opened = await openStoreOf(config)
  if ('trouble' in opened)
    findings.push({
      area: 'database',
      name: 'sqlite' in config.store ? 'sqlite' : 'postgres',
      verdict: 'bad',
      says: 'cannot be opened',
      todo: opened.trouble,
    })
  try {
    return [...findings, ...(await lookFurther(io, config, opened, { secrets, offline }))]
  } finally {
    if ('store' in opened) await opened.store.close()
  }
}

type Opened = { readonly store: Store } | { readonly trouble: string }

async function openStoreOf(config: Config): Promise<Opened> {
  const { openStore } = await gateway()
  try {
    return { store: await openStore(config, { random: systemRandom, dueOf: () => undefined }) }
  } catch (error) {
    return { trouble: storeTrouble(error) }
  }
}

async function lookFurther(
  io: Io,
  config: Config,
  opened: Opened,
  {
    secrets,
    offline,
  }: { secrets: Parameters<typeof import('@chadan/gateway').secretReader>[0]; offline?: true | undefined },
): Promise<Finding[]> {
  const [{ checkKeys, checkReach, checkSkews }, { watchSkews }, places, { openClock, systemResolve }] =
    await Promise.all([
      import('../checks/signers.ts'),
      import('../skews.ts'),
      import('../checks/places.ts'),
      gateway(),
    ])
  const fetchIt = io.fetch ?? ((request: Request) => fetch(request))
  const store = 'store' in opened ? opened.store : undefined
  const clock = offline ? io.clock : await openClock(config, fetchIt, io.clock)
  const skews = watchSkews(io.fetch ? fetchTransport(io.fetch) : poolTransport(), io.clock)
  const { memoryTokens } = await import('@chadan/client')
  const doors = {
    // Tokens of the store are shared with the gateway that may be running: drawing others would end them.
    store: store ?? { tokens: memoryTokens() },
    secrets,
    clock,
    random: systemRandom,
    transport: skews.transport,
    client: { retries: 0 },
  }
  const placeDoors = { fetch: fetchIt, resolve: io.resolve ?? systemResolve, clock: io.clock }
  const findings = await checkKeys(config, doors)
  if (store) findings.push(...(await places.checkStore(store, config)))
  if (offline) return findings
  findings.push(...(await checkReach(config, doors)), ...checkSkews(skews.found))
  findings.push(...(await places.checkPublicUrl(config, placeDoors)))
  if (store) findings.push(...(await places.checkWebhooks(store, config, placeDoors)))
  return findings
}
