/** The command: its subcommands, and how it ends. */
import { Command } from 'commander'
import { demoCommand } from './commands/demo.ts'
import { simulateCommand } from './commands/simulate.ts'
import { endWithReader, type Io, systemIo } from './io.ts'
import { run, withVerbs } from './run.ts'
import { version } from './version.ts'

/** The program with all its subcommands. */
export function program(): Command {
  return new Command('chadan')
    .version(version, '-v, --version', 'print the version')
    .description('Chadan (查单): the true state of every WeChat Pay order, and that the money agrees.')
    .addHelpText(
      'after',
      `
Examples:
  chadan simulate --credentials wechat.json --port 8090
  chadan operations medIns.create
  chadan call combine.queryByOutTradeNo combine_out_trade_no=CT20260317A --credentials wechat.json
  chadan query refund R20260317A --credentials wechat.json
  chadan verify --notice notice.http --credentials wechat.json
  chadan check gateway.yaml
  chadan serve --config gateway.yaml
`,
    )
    .addCommand(demoCommand())
    .addCommand(simulateCommand())
}

/** Runs the command line; sets the exit code. */
export async function main(argv: readonly string[], io: Io = systemIo): Promise<void> {
  endWithReader()
  const exit = await run(withVerbs(program(), io), argv, io)
  if (exit !== 0) process.exitCode = exit
}
