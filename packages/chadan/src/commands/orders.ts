/** `chadan orders`: what a gateway knows of orders, and what a person may do about them. */
import { Command } from 'commander'
import { wrongInput } from '../end.ts'
import { type GatewayApi, type GatewayGiven, type Json, openGateway, withGateway } from '../gateway-api.ts'
import { amountText, listOf, ordersTable, orderText, stateText, textOf, timeText } from '../gateway-text.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { columns } from '../table.ts'
import { minorOf, readLimit, timeOf } from './inputs.ts'

interface ListGiven extends GatewayGiven {
  readonly product?: string
  readonly state?: string
  readonly signer?: string
  readonly merchant?: string
  readonly number?: string
  readonly amount?: string
  readonly attention?: true
  readonly from?: string
  readonly before?: string
  readonly limit: number
  readonly cursor?: string
}
interface ReasonGiven extends GatewayGiven {
  readonly reason: string
}
interface RefundGiven extends GatewayGiven {
  readonly reference: string
  readonly amount?: string
  readonly part: readonly string[]
  readonly number?: string
  readonly reason?: string
}

/** The subcommand, with its verbs. */
export function ordersCommand(io: Io): Command {
  const orders = new Command('orders')
    .summary('look at the orders of a gateway, close, refund and resolve them')
    .description('Looks at the orders of a running gateway, and acts on them.')
    .addHelpText(
      'after',
      `
An order is named by its id (ord_…) or by your reference.

Examples:
  chadan orders list --state unknown,paying --key-file operator.key
  chadan orders list --attention
  chadan orders show visit-20260317-0042
  chadan orders query visit-20260317-0042 --json
  chadan orders close visit-20260317-0042 --reason 'the visit was cancelled'
  chadan orders refund visit-20260317-0042 --reference return-1 --amount 12.50
  chadan orders resolve visit-20260317-0042 amount_mismatch:… --reason 'compared with the till'
`,
    )
  const verb = (usage: string, summary: string) => {
    const command = withGateway(new Command(usage.split(' ')[0]).summary(summary).description(`${summary}.`))
    if (usage.includes('<order>')) command.argument('<order>', 'id (ord_…) or reference')
    orders.addCommand(command)
    return command
  }
  verb('list', 'List orders, newest first; nobody is asked for it')
    .option('--product <name>', 'medIns, combine, payscore, wecom, payinsurance')
    .option('--state <names>', 'one state, or several with commas: unknown,paying')
    .option('--signer <id>', 'of this signer')
    .option('--merchant <number>', "mchid or sub_mchid: the order's, or that of any of its parts")
    .option('--amount <amount>', 'exactly so much, with two decimals: 12.50')
    .option('--number <number>', "any number: an attempt's, a sub-order's, a refund's")
    .option('--attention', 'only those that need a person')
    .option('--from <time>', 'created at or after, 2026-03-17 or 2026-03-17T08:00:00Z')
    .option('--before <time>', 'created before')
    .option('--limit <number>', 'how many', readLimit, 50)
    .option('--cursor <text>', 'where the page before ended')
    .action((given: ListGiven) => list(io, given))
  verb('show <order>', 'Show an order whole, asked for first where it is unsettled').action(
    (order: string, given: GatewayGiven) => show(io, order, given),
  )
  verb('query <order>', 'Ask WeChat Pay for an order now (查单) and say where it stands').action(
    (order: string, given: GatewayGiven) => query(io, order, given),
  )
  verb('close <order>', 'Close an order: ask, close with a fence, ask again')
    .requiredOption('--reason <text>', 'why; kept')
    .action((order: string, given: ReasonGiven) => close(io, order, given))
  verb('refund <order>', 'Give money back, all that is left or a part of it')
    .requiredOption('--reference <text>', 'your own name for the refund: repeating it finds the same one')
    .option('--amount <amount>', 'as 12.50; default: all that is left')
    .option('--part <id=amount>', 'so much of this part; may be repeated', gather, [])
    .option('--number <number>', 'which attempt, where two were paid')
    .option('--reason <text>', 'shown to the payer where the product has a place for it')
    .action((order: string, given: RefundGiven) => refund(io, order, given))
  verb('resolve <order>', "A person's word on what needed attention")
    .argument('<mark>', 'its key, as orders show prints it')
    .requiredOption('--reason <text>', 'what was found; kept')
    .action((order: string, mark: string, given: ReasonGiven) => resolve(io, order, mark, given))
  return orders
}

function gather(one: string, before: readonly string[]): readonly string[] {
  return [...before, one]
}

async function list(io: Io, given: ListGiven): Promise<void> {
  const api = await openGateway(io, given)
  const { product, state, signer, merchant, number, limit, cursor } = given
  const page = await api.get('/v1/orders', {
    product,
    state,
    signer,
    merchant,
    number,
    amount: given.amount && minorOf('--amount', given.amount, 'CNY'),
    limit,
    cursor,
    needs_attention: given.attention,
    created_from: timeOf('--from', given.from),
    created_before: timeOf('--before', given.before),
  })
  if (given.json) return printJson(io, page)
  printLine(io, ordersTable(listOf(page.data)))
  if (page.next) printLine(io, `more: --cursor ${textOf(page.next)}`)
}

/** Looks at an order by its id or reference; an unsettled one is asked for by that. */
function look(api: GatewayApi, order: string): Promise<Json> {
  const path = order.startsWith('ord_') ? '/v1/orders/' : '/v1/orders/by-reference/'
  return api.get(`${path}${encodeURIComponent(order)}`)
}

/** The id of an order, for verbs that take no reference. */
async function idOf(api: GatewayApi, order: string): Promise<string> {
  return order.startsWith('ord_') ? order : textOf((await look(api, order)).id)
}

async function show(io: Io, name: string, given: GatewayGiven): Promise<void> {
  const api = await openGateway(io, given)
  const order = await look(api, name)
  const log = await api.get(`/v1/orders/${encodeURIComponent(textOf(order.id))}/log`)
  if (given.json) return printJson(io, { ...order, log: log.data })
  printLine(io, orderText(order))
  const rows = listOf(log.data).map((entry) => [
    timeText(entry.at),
    textOf(entry.version),
    `${textOf(entry.from) || 'new'} → ${textOf(entry.to)}`,
    textOf(entry.what),
    textOf(entry.evidence),
  ])
  if (rows.length > 0) printLine(io, `history\n${columns(rows, '  ')}`)
}

async function query(io: Io, name: string, given: GatewayGiven): Promise<void> {
  const order = await look(await openGateway(io, given), name)
  if (given.json) return printJson(io, order)
  const next = timeText(order.next_ask_at)
  const what = `${textOf(order.product)} ${textOf(order.reference)} (${textOf(order.number)})`
  const money = `${amountText(order.taken)} of ${amountText(order.amount)} taken, ${amountText(order.refunded)} refunded`
  printLine(
    io,
    `${what}: ${stateText(order)}, ${money}; ${next ? `asked again at ${next}` : 'nothing is left to ask'}`,
  )
}

async function close(io: Io, name: string, given: ReasonGiven): Promise<void> {
  const api = await openGateway(io, given)
  const path = `/v1/orders/${encodeURIComponent(await idOf(api, name))}/close`
  tell(io, given, await api.post(path, { reason: given.reason }))
}

async function refund(io: Io, name: string, given: RefundGiven): Promise<void> {
  const api = await openGateway(io, given)
  const order = await look(api, name)
  const currency = textOf((order.amount as Json | undefined)?.currency)
  const { reference, number, reason } = given
  const parts = given.part.map((one) => {
    const [, id, amount] = /^(.+)=([^=]+)$/.exec(one) ?? []
    if (!id || !amount) throw wrongInput(`--part ${one}: give it as id=12.50`)
    return [id, minorOf('--part', amount, currency)] as const
  })
  const answer = await api.post(`/v1/orders/${encodeURIComponent(textOf(order.id))}/refunds`, {
    reference,
    ...(given.amount !== undefined && { amount_minor: minorOf('--amount', given.amount, currency) }),
    ...(parts.length > 0 && { parts: Object.fromEntries(parts) }),
    ...(number !== undefined && { number }),
    ...(reason !== undefined && { reason }),
  })
  // Above the tenant's limit the answer is an approval, not an order.
  if (answer.asked_by !== undefined && !given.json)
    return printLine(
      io,
      `${amountText(answer.amount)} is above the limit of one person: approval ${textOf(answer.id)} waits for another key`,
    )
  tell(io, given, answer)
}

async function resolve(io: Io, name: string, mark: string, given: ReasonGiven): Promise<void> {
  const api = await openGateway(io, given)
  const path = `/v1/orders/${encodeURIComponent(await idOf(api, name))}/marks/${encodeURIComponent(mark)}/resolve`
  tell(io, given, await api.post(path, { reason: given.reason }))
}

function tell(io: Io, { json }: GatewayGiven, order: Json): void {
  if (json) printJson(io, order)
  else printLine(io, orderText(order))
}
