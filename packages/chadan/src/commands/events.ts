/** `chadan events`: what happened, in a sequence without gaps. */
import { Command, InvalidArgumentError } from 'commander'
import { type GatewayGiven, type Json, openGateway, withGateway } from '../gateway-api.ts'
import { amountText, listOf, stateText, textOf, timeText } from '../gateway-text.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { columns } from '../table.ts'
import { readLimit } from './inputs.ts'

interface Given extends GatewayGiven {
  readonly after: number
  readonly limit: number
  readonly follow?: true
}

/** How long to wait for more when there was none. */
const pauseMs = 2_000

/** The subcommand. */
export function eventsCommand(io: Io): Command {
  return withGateway(new Command('events'))
    .summary('read the events of a tenant, as they were told to its webhooks')
    .description(
      'Reads the events of a tenant in their gap-free sequence. Whoever reads on from the last number has missed nothing.\n' +
        'With --json each event is one line.',
    )
    .option('--after <number>', 'the number behind which to begin', readPlace, 0)
    .option('--limit <number>', 'how many at once', readLimit, 50)
    .option('--follow', 'go on as they happen')
    .addHelpText(
      'after',
      `
Examples:
  chadan events --key-file his.key
  chadan events --after 1200 --follow --json
`,
    )
    .action((given: Given) => events(io, given))
}

function readPlace(text: string): number {
  if (!/^\d{1,15}$/.test(text))
    throw new InvalidArgumentError('Give the number of an event, 0 for the beginning.')
  return Number(text)
}

async function events(io: Io, { after, limit, follow, ...given }: Given): Promise<void> {
  const api = await openGateway(io, given)
  let place = after
  for (;;) {
    const page = await api.get('/v1/events', { after: place, limit })
    const found = listOf(page.data)
    show(io, given, found)
    place = typeof page.next === 'number' ? page.next : place
    if (!follow) {
      if (!given.json)
        printLine(io, found.length === 0 ? 'no events after this number' : endText(page, place))
      return
    }
    if (page.more !== true) await new Promise<void>((resolve) => void io.clock.after(pauseMs, resolve))
  }
}

function endText(page: Json, place: number): string {
  return page.more === true ? `more: --after ${place}` : `that is all; later ones: --after ${place}`
}

function show(io: Io, { json }: GatewayGiven, found: readonly Json[]): void {
  if (json) for (const event of found) printJson(io, event)
  else if (found.length > 0) printLine(io, columns(found.map(rowOf)))
}

function rowOf(event: Json): string[] {
  const data = (event.data ?? {}) as Json
  // Events of a refund carry its order beside it.
  const order = ('order' in data && typeof data.order === 'object' ? data.order : data) as Json
  return [
    textOf(event.seq),
    timeText(event.timestamp),
    textOf(event.type),
    textOf(event.order),
    textOf(order.reference),
    stateText(order),
    amountText(order.amount),
  ]
}
