/** `chadan query`: 查单, the true state of one order. */
import { evidenceOf, Refused } from '@chadan/client'
import { Command } from 'commander'
import { type GivenCredentials, openClient, readCredentials } from '../credentials.ts'
import { CommandEnd, exits, wrongInput } from '../end.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { type Asker, type Look, looks } from '../looks.ts'
import { readState, stateText } from '../state-report.ts'

interface Given {
  readonly credentials: string
  readonly baseUrl?: string
  readonly subMchid?: string
  readonly direct?: true
  readonly serviceId?: string
  readonly mchid?: string
  readonly json?: true
}

const names = Object.keys(looks)

/** The subcommand. */
export function queryCommand(io: Io): Command {
  return new Command('query')
    .summary('ask WeChat Pay for the true state of one order or refund (查单)')
    .description(
      "Asks WeChat Pay for one order or refund by the merchant's number and prints its state words, parts and money.\n" +
        'Exit codes: 0 answered, 2 wrong input, 3 refused or not found, 4 no answer to rely on, 1 anything else.',
    )
    .argument('<product>', names.join(', '))
    .argument('<number>', "the merchant's own number of the order or refund")
    .requiredOption('--credentials <file>', 'keys and numbers, as chadan simulate writes them')
    .option('--sub-mchid <number>', "the sub-merchant; default: the file's apiv3.subMchid")
    .option('--direct', 'a merchant of its own: leave the sub-merchant out')
    .option('--service-id <id>', "payscore: the service; default: the file's payscore.serviceId")
    .option('--mchid <number>', "wecom: the second-level merchant; default: the file's wecom.mchid")
    .option('--base-url <url>', 'another address than in the credentials')
    .option('--json', 'as one line of JSON, with the whole answer')
    .addHelpText(
      'after',
      `
Examples:
  chadan query combine CT20260317A --credentials wechat.json
  chadan query medIns MI20260317001 --sub-mchid 1690000201 --credentials wechat.json
  chadan query refund R20260317A --credentials wechat.json --json
  chadan query cash C20260317A --direct --credentials wechat.json
`,
    )
    .action((product: string, number: string, given: Given) => query(io, product, number, given))
}

async function query(io: Io, product: string, number: string, given: Given): Promise<void> {
  if (!Object.hasOwn(looks, product))
    throw wrongInput(`there is no product ${product}: give one of ${names.join(', ')}`)
  const look: Look = looks[product as keyof typeof looks]
  const credentials = await readCredentials(given.credentials)
  const asker = askerOf(credentials, given)
  const operation = look.operation(asker)
  const input = Object.fromEntries(Object.entries(look.input(number, asker)).filter(([, value]) => value))
  const wx = openClient(credentials, { ...given, fetch: io.fetch, clock: io.clock })
  // A look's input is held against its operation by the check inside.
  const answer = await wx
    .prepare(operation as never, input as never)
    .then((prepared) => wx.send(prepared), noted)
    .catch(noted)
  const report = readState(look, answer as Readonly<Record<string, unknown>>)
  const evidence = evidenceOf(answer)
  if (given.json) {
    const heardMs = evidence?.heardMs
    const { requestId, serial } = evidence ?? {}
    return printJson(io, {
      product,
      number,
      operation: operation.id,
      ...report,
      trust: operation.trust,
      serial,
      requestId,
      heardMs,
      answer,
    })
  }
  printLine(io, stateText(`${product} ${number}`, report, trustWords[operation.trust](evidence?.serial)))
}

const trustWords = {
  signature: (serial: string | undefined) =>
    `believed: signed by WeChat Pay, verified under ${serial ?? 'its key'}`,
  mac: () => 'believed: signed with the shared key (MD5), verified',
  digest: () => 'believed: its digest was announced in a signed answer',
  channel: () => 'believed: over TLS under our own token; this interface signs nothing',
} as const

function noted(error: unknown): never {
  if (!(error instanceof Refused) || !error.notFound) throw error
  const { cause: _cause, ...shown } = { ...error.toJSON(), cause: undefined }
  const what = 'WeChat Pay knows no order or refund with this number'
  throw new CommandEnd(
    exits.refused,
    `${what} (${error.status} ${error.code}): check number and merchant, and believe it only when heard twice, 3 s apart`,
    { ...shown, cause: error, message: undefined },
  )
}

function askerOf({ apiv3, payscore, payinsurance, wecom }: GivenCredentials, given: Given): Asker {
  return {
    mchid: apiv3?.mchid,
    subMchid: given.direct ? undefined : (given.subMchid ?? apiv3?.subMchid),
    serviceId: given.serviceId ?? payscore?.serviceId,
    wecomMchid: given.mchid ?? wecom?.mchid,
    payinsurance: payinsurance ?? {},
  }
}
