/** Running a command line, in the process or in a test: doors go in, an exit code comes out. */
import { type Command, CommanderError } from 'commander'
import { auditCommand } from './commands/audit.ts'
import { callCommand } from './commands/call.ts'
import { checkCommand } from './commands/check.ts'
import { deliveriesCommand } from './commands/deliveries.ts'
import { eventsCommand } from './commands/events.ts'
import { keysCommand } from './commands/keys.ts'
import { migrateCommand } from './commands/migrate.ts'
import { operationsCommand } from './commands/operations.ts'
import { ordersCommand } from './commands/orders.ts'
import { queryCommand } from './commands/query.ts'
import { serveCommand } from './commands/serve.ts'
import { verifyCommand } from './commands/verify.ts'
import { CommandEnd, type Exit, exits, oneLine, toEnd } from './end.ts'
import type { Io } from './io.ts'
import type { CommandProblem } from './problem.ts'

/** The program with the verbs that ask, send and explain. */
export function withVerbs(program: Command, io: Io): Command {
  const verbs = [operationsCommand, callCommand, queryCommand, verifyCommand, keysCommand]
  const ofGateways = [
    serveCommand,
    checkCommand,
    ordersCommand,
    eventsCommand,
    deliveriesCommand,
    auditCommand,
    migrateCommand,
  ]
  for (const verb of [...verbs, ...ofGateways]) program.addCommand(verb(io))
  return program
}

/**
 * Runs a command line and answers its exit code. Errors are one line that says what to do; under `--json` one line of
 * JSON. What the command does not know is thrown.
 * @example await run(withVerbs(new Command('chadan'), io), ['node', 'chadan', 'operations'], io) // 0
 */
export async function run(program: Command, argv: readonly string[], io: Io): Promise<Exit> {
  direct(program, io)
  try {
    await program.parseAsync(argv)
    return exits.ok
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exits.ok
    // Without a verb commander shows its help and says no more.
    if (error instanceof CommanderError && error.code === 'commander.help') return exits.input
    const end = error instanceof CommanderError ? misused(error) : toEnd(error)
    if (!end) throw error
    return tell(io, end, argv.includes('--json'))
  }
}

function misused({ code, message }: CommanderError): CommandEnd {
  const what = message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  // Behind a verb that does not exist there is no help.
  const where =
    code === 'commander.unknownCommand'
      ? 'chadan --help lists the verbs'
      : '--help behind the verb says how it is called'
  return new CommandEnd(exits.input, `${what}: ${where}`)
}

function tell(io: Io, end: CommandProblem, json: boolean): Exit {
  const { exit, shown } = end instanceof CommandEnd ? end : { exit: exits.other, shown: {} }
  const message = oneLine(end.message)
  io.stderr(json ? `${JSON.stringify({ error: { ...shown, message, exit } })}\n` : `chadan: ${message}\n`)
  return exit
}

/** Lets a command and all below it write through the doors and end by throwing. */
function direct(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.stdout(text),
    writeErr: (text) => io.stderr(text),
    // `run` tells it, in the form that was asked for.
    outputError: () => {},
  })
  for (const one of command.commands) direct(one, io)
}
