/** `chadan keys`: API keys of a gateway; and `keys check`: whether keys and certificates are what they should be, without showing them. */
import { Command } from 'commander'
import { type GivenCredentials, readCredentials } from '../credentials.ts'
import { type GivenKeys, inspectKeys, type KeyFinding } from '../diagnosis/index.ts'
import { CommandEnd, exits, wrongInput } from '../end.ts'
import { readIfThere } from '../files.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { columns } from '../table.ts'
import { apiKeyCommands } from './api-keys.ts'

interface Given {
  readonly credentials?: string
  readonly privateKey?: string
  readonly certificate?: string
  readonly publicKey?: string
  readonly publicKeyId?: string
  readonly platformCertificate?: string
  readonly serial?: string
  readonly json?: true
}

/** The subcommand, with its verbs. */
export function keysCommand(io: Io): Command {
  const keys = new Command('keys')
    .summary('look at keys and certificates; make, revoke and list API keys of a gateway')
    .description('Looks at keys and certificates; makes, revokes and lists API keys of a gateway.')
  keys.addCommand(
    new Command('check')
      .summary('say whether keys and certificates are right and belong together')
      .description(
        'Says of every key and certificate whether its form is right, whether private key and certificate are a pair,\n' +
          'what expires, and which serials and ids do not fit. Never shows key material.\n' +
          'Exit codes: 0 all good, 2 something is wrong.',
      )
      .option('--credentials <file>', 'keys and numbers, as chadan simulate writes them')
      .option('--private-key <file>', "the merchant's private key (apiclient_key.pem)")
      .option('--certificate <file>', "the merchant's certificate (apiclient_cert.pem)")
      .option('--serial <number>', "the serial that requests name (the merchant's certificate)")
      .option('--public-key <file>', "WeChat Pay's public key (pub_key.pem)")
      .option('--public-key-id <id>', 'its id, PUB_KEY_ID_…')
      .option('--platform-certificate <file>', 'a platform certificate')
      .option('--json', 'as one line of JSON')
      .addHelpText(
        'after',
        `
Examples:
  chadan keys check --credentials wechat.json
  chadan keys check --private-key apiclient_key.pem --certificate apiclient_cert.pem
  chadan keys check --public-key pub_key.pem --public-key-id PUB_KEY_ID_0116… --json
`,
      )
      .action((given: Given) => check(io, given)),
  )
  for (const verb of apiKeyCommands(io)) keys.addCommand(verb)
  return keys
}

async function check(io: Io, given: Given): Promise<void> {
  const credentials = given.credentials ? await readCredentials(given.credentials) : {}
  const findings = inspectKeys({ ...keysOf(credentials), ...(await keysFrom(given)) }, io.clock.now())
  if (findings.length === 0)
    throw wrongInput('there is nothing to check: give --credentials, --private-key or another file')
  const wrong = findings.filter(({ verdict }) => verdict === 'bad')
  if (given.json) printJson(io, { good: wrong.length === 0, findings })
  else printLine(io, tableOf(findings))
  if (wrong.length > 0) {
    const names = wrong.map(({ name }) => name).join(', ')
    throw new CommandEnd(exits.input, `${wrong.length} wrong (${names}): do what stands beside them`)
  }
}

function tableOf(findings: readonly KeyFinding[]): string {
  const marks = { good: 'good', bad: 'WRONG', note: 'note' } as const
  return columns(
    findings.map(({ name, verdict, says, todo }) => [marks[verdict], name, todo ? `${says}; ${todo}` : says]),
  )
}

/** The keys of a credentials file, by the names they are looked at under. */
function keysOf({ apiv3 = {}, payinsurance, wecom }: GivenCredentials): GivenKeys {
  const { mchid, serialNo, privateKey, certificate, apiV3Key } = apiv3
  const { publicKeyId, publicKey, platformSerialNo, platformCertificate } = apiv3
  return {
    mchid,
    serialNo,
    privateKey,
    certificate,
    apiV3Key,
    publicKeyId,
    publicKey,
    platformSerialNo,
    platformCertificate,
    payinsuranceKey: payinsurance?.key,
    wecom,
  }
}

async function keysFrom(given: Given): Promise<GivenKeys> {
  const { privateKey, certificate, publicKey, platformCertificate, publicKeyId, serial } = given
  return {
    ...(privateKey && { privateKey: await textOf('--private-key', privateKey) }),
    ...(certificate && { certificate: await textOf('--certificate', certificate) }),
    ...(publicKey && { publicKey: await textOf('--public-key', publicKey) }),
    ...(platformCertificate && {
      platformCertificate: await textOf('--platform-certificate', platformCertificate),
    }),
    ...(publicKeyId && { publicKeyId }),
    ...(serial && { serialNo: serial }),
  }
}

/** The text of a file that an option names. */
export async function textOf(option: string, path: string): Promise<string> {
  const text = await readIfThere(path)
  if (text === undefined) throw wrongInput(`${option} ${path} does not exist: give another file`)
  return text
}
