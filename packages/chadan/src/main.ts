/** The command: its subcommands, and how it ends. */
import { Command } from 'commander'
import { demoCommand } from './commands/demo.ts'
import { simulateCommand } from './commands/simulate.ts'
import { CommandProblem } from './problem.ts'

/** The program with all its subcommands. */
export function program(): Command {
  return new Command('chadan')
    .description('Chadan (查单): the true state of every WeChat Pay order, and that the money agrees.')
    .showHelpAfterError('(chadan --help lists what there is)')
    .addHelpText(
      'after',
      `
Example:
  chadan simulate --credentials wechat.json --port 8090
`,
    )
    .addCommand(demoCommand())
    .addCommand(simulateCommand())
}

/** Runs the command line; sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv)
  } catch (error) {
    if (!(error instanceof CommandProblem)) throw error
    process.stderr.write(`chadan: ${error.message}\n`)
    process.exitCode = 1
  }
}
