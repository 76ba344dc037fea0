/** `chadan migrate`: brings the tables of a store up to date, and seals what is kept under the newest key. */
import { Command } from 'commander'
import { withStore } from '../gateway-store.ts'
import { type Io, printJson, printLine } from '../io.ts'

interface Given {
  readonly config: string
  readonly reseal?: true
  readonly json?: true
}

/** How many rows are sealed anew in one transaction. */
const batch = 500

/** The subcommand. */
export function migrateCommand(io: Io): Command {
  return new Command('migrate')
    .summary("bring the tables of a gateway's store up to date")
    .description(
      "Brings the tables of a gateway's store up to date, under a lock. `serve` does the same when it starts.\n" +
        'With --reseal everything that is kept is sealed under the newest key of the vault, after which older keys may go.',
    )
    .requiredOption('--config <file>', "the gateway's configuration")
    .option('--reseal', 'seal what is kept under the newest key')
    .option('--json', 'as one line of JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  chadan migrate --config gateway.yaml\n  chadan migrate --config gateway.yaml --reseal\n',
    )
    .action((given: Given) => migrate(io, given))
}

function migrate(io: Io, { config: path, reseal, json }: Given): Promise<void> {
  return withStore(io, path, async (store, { vault }) => {
    let resealed = 0
    if (reseal) for (let rows = -1; rows !== 0; resealed += rows) rows = await store.rekey(batch)
    const key = vault.keys[0]?.id ?? ''
    if (json) return printJson(io, { store: store.kind, upToDate: true, ...(reseal && { resealed, key }) })
    printLine(io, `the tables of this ${store.kind} store are up to date`)
    if (reseal) printLine(io, `${resealed} rows were sealed anew; all is sealed under ${key}`)
  })
}
