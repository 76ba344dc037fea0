/** `chadan deliveries`: events on their way to webhooks, and what to do with those that did not arrive. */
import { Command } from 'commander'
import { wrongInput } from '../end.ts'
import { type GatewayGiven, openGateway, withGateway } from '../gateway-api.ts'
import { listOf, table, textOf, timeText } from '../gateway-text.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { readLimit, timeOf } from './inputs.ts'

interface ListGiven extends GatewayGiven {
  readonly state?: string
  readonly endpoint?: string
  readonly order?: string
  readonly event?: string
  readonly limit: number
  readonly cursor?: string
}
interface AgainGiven extends GatewayGiven {
  readonly dead?: true
  readonly endpoint?: string
  readonly from?: string
  readonly to?: string
}
interface SkipGiven extends GatewayGiven {
  readonly reason: string
}

/** The subcommand, with its verbs. */
export function deliveriesCommand(io: Io): Command {
  const deliveries = new Command('deliveries')
    .summary('look at deliveries to webhooks, send them again, or give them up')
    .description('Looks at deliveries to webhooks, sends them again, or gives them up.')
    .addHelpText(
      'after',
      `
A dead delivery holds the later events of its order: redeliver it once the receiver is mended, or skip it by name.

Examples:
  chadan deliveries list --state dead
  chadan deliveries redeliver --dead
  chadan deliveries redeliver --from 2026-03-17T08:00:00Z --to 2026-03-17T09:00:00Z
  chadan deliveries skip dlv_… --reason 'booked by hand'
`,
    )
  deliveries.addCommand(
    withGateway(
      new Command('list')
        .summary('list deliveries, newest first')
        .description('Lists deliveries, newest first.'),
    )
      .option('--state <name>', 'due, sent, acknowledged, dead or skipped')
      .option('--endpoint <id>', 'to this endpoint')
      .option('--order <id>', 'of this order')
      .option('--event <id>', 'of this event')
      .option('--limit <number>', 'how many', readLimit, 50)
      .option('--cursor <text>', 'where the page before ended')
      .action((given: ListGiven) => list(io, given)),
  )
  deliveries.addCommand(
    withGateway(
      new Command('redeliver')
        .summary('send deliveries again, under their old ids and in order')
        .description('Sends deliveries again, under their old ids and in order.'),
    )
      .argument('[ids...]', 'deliveries')
      .option('--dead', 'all dead ones')
      .option('--endpoint <id>', 'only to this endpoint')
      .option('--from <time>', 'of events at or after, 2026-03-17 or 2026-03-17T08:00:00Z')
      .option('--to <time>', 'of events before')
      .action((ids: readonly string[], given: AgainGiven) => redeliver(io, ids, given)),
  )
  deliveries.addCommand(
    withGateway(
      new Command('skip')
        .summary('give up a dead delivery: later events of its order go on')
        .description('Gives up a dead delivery: the later events of its order go on without it.'),
    )
      .argument('<id>', 'a dead delivery')
      .requiredOption('--reason <text>', 'why; kept')
      .action((id: string, given: SkipGiven) => skip(io, id, given)),
  )
  return deliveries
}

async function list(
  io: Io,
  { state, endpoint, order, event, limit, cursor, ...given }: ListGiven,
): Promise<void> {
  const api = await openGateway(io, given)
  const page = await api.get('/v1/deliveries', { state, endpoint, order, event, limit, cursor })
  if (given.json) return printJson(io, page)
  const rows = listOf(page.data).map((one) => [
    timeText(one.created_at),
    textOf(one.state),
    textOf(one.attempts),
    textOf(one.event),
    textOf(one.order),
    textOf(one.endpoint),
    textOf(one.id),
    [textOf(one.last_status), textOf(one.last_error), textOf(one.skipped_why)].filter(Boolean).join(' '),
  ])
  const heading = ['created', 'state', 'tries', 'event', 'order', 'endpoint', 'id', 'last answer']
  printLine(io, table(heading, rows, 'there are no such deliveries'))
  if (page.next) printLine(io, `more: --cursor ${textOf(page.next)}`)
}

async function redeliver(io: Io, ids: readonly string[], given: AgainGiven): Promise<void> {
  const [from, to] = [timeOf('--from', given.from), timeOf('--to', given.to)]
  if (ids.length === 0 && !given.dead && from === undefined && to === undefined)
    throw wrongInput('nothing was named: give ids, --dead, or --from and --to')
  const api = await openGateway(io, given)
  const answer = await api.post('/v1/deliveries/redeliver', {
    ...(ids.length > 0 && { ids }),
    ...(given.dead && { dead: true }),
    ...(given.endpoint !== undefined && { endpoint: given.endpoint }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  })
  if (given.json) printJson(io, answer)
  else printLine(io, `${textOf(answer.count)} are due again`)
}

async function skip(io: Io, id: string, given: SkipGiven): Promise<void> {
  const api = await openGateway(io, given)
  await api.post(`/v1/deliveries/${encodeURIComponent(id)}/skip`, { reason: given.reason })
  if (given.json) printJson(io, { skipped: id })
  else printLine(io, `${id} is given up; the later events of its order go on`)
}
