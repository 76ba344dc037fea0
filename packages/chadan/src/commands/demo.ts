/** `chadan demo`: a business day over all five products, with faults, and the books of both sides compared at the end. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { liveDay } from '../demo/day.ts'
import { type Plant, plants } from '../demo/plant.ts'
import { faultsText, tableOf, verdictOf } from '../demo/summary.ts'
import { CommandEnd, exits } from '../end.ts'
import { type Io, printJson, printLine, systemIo } from '../io.ts'

interface Given {
  readonly orders: number
  readonly seed: number
  readonly speed: number
  readonly postgres?: string
  readonly plant?: Plant
  readonly json?: true
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** The subcommand; `live` lives the day. */
export function demoCommand(io: Io = systemIo, live: typeof liveDay = liveDay): Command {
  return new Command('demo')
    .summary('a business day over all five products, and whether both books agree')
    .description(
      'Runs a compressed business day: a simulated WeChat Pay, the gateway and its merchants, each talking HTTP on\n' +
        'loopback. Notifications are lost, doubled and forged, answers lost, the gateway is killed in the middle.\n' +
        'Then every order here is compared with its order there (对账).',
    )
    .option('--orders <number>', 'how many orders', readWhole(1, 5_000), 200)
    .option('--seed <number>', 'which day: the same seed plans the same orders', readWhole(0, 2 ** 31), 1)
    .option('--speed <times>', 'how many seconds of the day pass in a real one', readWhole(1, 600), 50)
    .option('--postgres <url>', 'let the gateway keep its orders in this PostgreSQL, not in a file')
    .addOption(
      new Option(
        '--plant <what>',
        'tamper with the books here when the day is over, to see that it is noticed',
      ).choices(Object.keys(plants)),
    )
    .option('--json', 'one line of JSON, for machines')
    .addHelpText(
      'after',
      `
Nothing leaves this machine. The exit status is 0 when all orders agree, 1 when any does not.

Planted:
${Object.entries(plants)
  .map(([name, meaning]) => `  ${name.padEnd(12)}${meaning}`)
  .join('\n')}

Examples:
  chadan demo
  chadan demo --orders 1000 --seed 7 --json
  chadan demo --plant lost-order
`,
    )
    .action(async ({ json, plant, ...given }: Given) => {
      // Ending the process ends what the day has started.
      const end = () => process.exit(exits.other)
      for (const signal of signals) process.once(signal, end)
      const day = await live({
        ...given,
        bin: process.argv[1] ?? '',
        clock: io.clock,
        fetch: io.fetch ?? ((request) => fetch(request)),
        report: json ? () => {} : (line) => printLine(io, line),
      })
      try {
        const result = await day.compare(plant)
        if (json) printJson(io, result)
        else printLine(io, `\n${tableOf(result.products)}\n\n${faultsText(result)}\n${verdictOf(result)}`)
        if (!result.agree)
          throw new CommandEnd(exits.other, `${result.disagreements.length} differences between the books`)
      } finally {
        await day.close()
        for (const signal of signals) process.off(signal, end)
      }
    })
}

function readWhole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d{1,10}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
    return value
  }
}
