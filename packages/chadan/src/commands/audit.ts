/** `chadan audit verify`: whether the log of operators' acts and the logs of orders are what was written. */
import { Command } from 'commander'
import { CommandEnd, exits } from '../end.ts'
import { type GatewayGiven, type Json, openGateway, withGateway } from '../gateway-api.ts'
import { gateway, withStore } from '../gateway-store.ts'
import { textOf } from '../gateway-text.ts'
import { type Io, printJson, printLine } from '../io.ts'

interface Given extends GatewayGiven {
  readonly config?: string
}

/** The subcommand, with its one verb. */
export function auditCommand(io: Io): Command {
  const audit = new Command('audit').summary('verify the audit log').description('Verifies the audit log.')
  audit.addCommand(
    withGateway(new Command('verify'))
      .summary('whether nothing was changed or taken out of the audit log and the logs of orders')
      .description(
        'Recomputes the hash chain of the audit log, and of the logs of orders that it seals.\n' +
          'With --config it reads the store itself, without a time limit and without trusting a gateway.\n' +
          'Keep the printed head elsewhere: an end that was cut off is noticed only by it.\n' +
          'Exit codes: 0 sound, 1 broken.',
      )
      .option('--config <file>', 'read the store of this configuration instead of asking a gateway')
      .addHelpText(
        'after',
        '\nExamples:\n  chadan audit verify --config gateway.yaml\n  chadan audit verify --key-file admin.key --json\n',
      )
      .action((given: Given) => verify(io, given)),
  )
  return audit
}

async function verify(io: Io, given: Given): Promise<void> {
  const found = given.config === undefined ? await ask(io, given) : await read(io, given.config)
  const broken = found.broken as Json | null
  if (given.json) printJson(io, found)
  else if (!broken)
    printLine(
      io,
      `sound: ${textOf(found.entries)} entries, ${textOf(found.seals)} seals, head ${textOf(found.head)}`,
    )
  if (broken)
    throw new CommandEnd(
      exits.other,
      `the audit log is broken at entry ${textOf(broken.seq)} (${textOf(broken.found)}): keep the database as it is, and compare it with a backup`,
      { broken },
    )
}

async function ask(io: Io, given: Given): Promise<Json> {
  return (await openGateway(io, given)).post('/v1/audit/verify')
}

function read(io: Io, path: string): Promise<Json> {
  return withStore(io, path, async (store) => {
    const { verifyAudit } = await gateway()
    const found = await verifyAudit(store)
    return { ...found, sound: found.broken === undefined, broken: found.broken ?? null }
  })
}
