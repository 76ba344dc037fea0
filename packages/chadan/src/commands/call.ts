/** `chadan call`: one operation, checked, signed and verified. */
import { readFile } from 'node:fs/promises'
import type { WechatPay } from '@chadan/client'
import { everyOperation, type OperationShape } from '@chadan/protocol'
import { Command } from 'commander'
import { addressOf } from '../addresses.ts'
import { assign } from '../assignments.ts'
import { findDeclared } from '../catalogue.ts'
import { openClient, readCredentials } from '../credentials.ts'
import { wrongInput } from '../end.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { systemCode } from '../problem.ts'

interface Given {
  readonly input?: string
  readonly credentials: string
  readonly baseUrl?: string
  readonly prepare?: true
  readonly json?: true
}

/** The subcommand. */
export function callCommand(io: Io): Command {
  return new Command('call')
    .summary('call one operation')
    .description(
      'Calls one operation: checks the input, signs, verifies the answer and prints it.\n' +
        'Exit codes: 0 answered, 2 wrong input (nothing was sent), 3 refused, 4 no answer to rely on, 1 anything else.',
    )
    .argument('<operation>', 'its id, such as combine.queryByOutTradeNo; see chadan operations')
    .argument('[field=value...]', 'fields by name; dots and [n] lead into groups and lists')
    .requiredOption('--credentials <file>', 'keys and numbers, as chadan simulate writes them')
    .option('--input <file>', 'fields as JSON; - reads standard input. field=value goes before it')
    .option('--base-url <url>', 'another address than in the credentials')
    .option('--prepare', 'show what would be sent and send nothing')
    .option('--json', 'the answer, or what went wrong, as one line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  chadan call combine.queryByOutTradeNo combine_out_trade_no=CT20260317A --credentials wechat.json
  chadan call refunds.create --input refund.json --credentials wechat.json --prepare
  chadan call combine.createNative --input order.json 'sub_orders[0].amount.total_amount=1' --credentials wechat.json
  chadan call wecom.uploadImage media=@licence.jpg --credentials wechat.json
  chadan operations refunds.create        says which fields there are
`,
    )
    .action((id: string, assignments: readonly string[], given: Given) => call(io, id, assignments, given))
}

async function call(io: Io, id: string, assignments: readonly string[], given: Given): Promise<void> {
  const operation = findDeclared(everyOperation, id)
  const input = await assign(operation, await readInput(io, given.input), assignments)
  const credentials = await readCredentials(given.credentials)
  const wx = openClient(credentials, {
    ...given,
    fetch: io.fetch,
    clock: io.clock,
  })
  // The input is checked by the declaration, whose type is not known before the id is.
  const prepared = await wx.prepare(operation as never, input as never)
  if (given.prepare) {
    const address = given.baseUrl ?? credentials.baseUrl ?? addressOf(operation.host)
    return show(io, { operation, prepared, address, json: given.json === true })
  }
  const answer: unknown = await wx.send(prepared)
  if (answer instanceof ReadableStream) {
    for await (const part of answer as ReadableStream<Uint8Array>) io.stdout(part)
    return
  }
  if (given.json) printJson(io, answer)
  else printLine(io, JSON.stringify(answer, null, 2))
}

type Prepared = Awaited<ReturnType<WechatPay['prepare']>>

interface Shown {
  readonly operation: OperationShape
  readonly prepared: Prepared
  /** Where it would go; undefined where the target is a whole address. */
  readonly address: string | undefined
  readonly json: boolean
}

function show(io: Io, { operation, prepared, address, json }: Shown): void {
  const { method, target, headers, contentType, sealedUnder, body, digest } = prepared
  const multipart = operation.encoding === 'multipart'
  const text = multipart ? `(${body.byteLength} bytes)` : Buffer.from(body).toString()
  if (json) {
    const host = target.startsWith('/') ? (address ?? null) : null
    return printJson(io, {
      operation: operation.id,
      method,
      host,
      target,
      headers,
      contentType,
      sealedUnder,
      body: text,
      digest,
    })
  }
  const lines = [
    `${method} ${target.startsWith('/') ? (address ?? '') : ''}${target}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(contentType ? [`content-type: ${contentType}`] : []),
    ...(sealedUnder ? [`wechatpay-serial: ${sealedUnder}`] : []),
    ...(body.byteLength > 0 ? ['', text] : []),
  ]
  printLine(io, lines.join('\n'))
}

async function readInput(io: Io, path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) return {}
  const text = path === '-' ? Buffer.from(await io.stdin()).toString() : await readText(path)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrongInput(`--input ${path} is not JSON: give one object with the fields side by side`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongInput(`--input ${path} holds no object: give one object with the fields side by side`)
  return value as Record<string, unknown>
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw wrongInput(
      `--input ${path} cannot be read (${systemCode(error) ?? 'unknown'}): give another file`,
      error,
    )
  }
}
