/** `chadan serve`: a gateway on this machine. */
import { Command } from 'commander'
import { CommandEnd, exits, wrongInput } from '../end.ts'
import { type GatewayProcess, openGatewayProcess } from '../gateway-process.ts'
import { storeTrouble } from '../gateway-store.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { CommandProblem } from '../problem.ts'

interface Given {
  readonly config: string
  readonly json?: true
}

/** The subcommand. */
export function serveCommand(io: Io): Command {
  return new Command('serve')
    .summary('run a gateway: keep orders here and at WeChat Pay in agreement')
    .description(
      'Runs a gateway. Several on one PostgreSQL share the work. Logs are JSON lines on standard error.\n' +
        'SIGTERM and SIGINT stop it once it has finished what it accepted; SIGHUP reads the configuration again, which is\n' +
        'taken up whole or, with the old one left in force, not at all.',
    )
    .requiredOption('--config <file>', 'the configuration, YAML')
    .option('--json', 'say where it is as one line of JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  chadan check gateway.yaml\n  chadan serve --config gateway.yaml\n  kill -HUP <pid>      read the configuration again\n',
    )
    .action((given: Given) => serve(io, given))
}

async function serve(io: Io, { config, json }: Given): Promise<void> {
  const running = await openGatewayProcess(io, config).catch((error: unknown) => {
    throw startTrouble(config, error)
  })
  const { url, adminUrl, publicUrl, node } = running
  if (json) printJson(io, { url, adminUrl, publicUrl, node, pid: process.pid })
  else printLine(io, `the gateway listens at ${url} for ${publicUrl}; health and figures at ${adminUrl}`)
  const reload = () => void reloaded(io, running)
  process.on('SIGHUP', reload)
  await nextSignal()
  // Whoever cannot wait asks twice.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(exits.other))
  await running.stop()
  process.off('SIGHUP', reload)
  // Kept connections to WeChat Pay would hold the process for seconds.
  process.exit(exits.ok)
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
  })
}

/** Reads the configuration again and says how it went. */
export async function reloaded(io: Io, running: Pick<GatewayProcess, 'reload'>): Promise<void> {
  try {
    const { written, others } = await running.reload()
    const kept = others.length === 0 ? '' : `; ${others.length} that the file does not name go on working`
    io.stderr(`chadan: the configuration was read again: ${written} signers and tenants changed${kept}\n`)
  } catch (error) {
    const why = error instanceof Error && error.name === 'ConfigError' ? error.message : storeTrouble(error)
    io.stderr(`${why}\nchadan: the configuration was refused; what was in force stays in force\n`)
  }
}

function startTrouble(path: string, error: unknown): unknown {
  if (error instanceof CommandProblem || !(error instanceof Error)) return error
  if (error.name === 'ConfigError') {
    const { length } = error.message.split('\n')
    return wrongInput(
      `${path} has ${length} ${length === 1 ? 'problem' : 'problems'}: ${error.message.replaceAll('\n', '; ')}`,
      error,
    )
  }
  if (error.name === 'ClockUnread') return new CommandEnd(exits.other, error.message, { cause: error })
  if ('code' in error || error.name === 'NewerDatabase' || error.name === 'StoreFailed')
    return new CommandEnd(exits.other, `the gateway cannot start: ${storeTrouble(error)}`, { cause: error })
  return error
}
