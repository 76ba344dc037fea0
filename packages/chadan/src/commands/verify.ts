/** `chadan verify`: why a captured message verifies or not. */
import { createPublicKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { apiv3 } from '@chadan/protocol'
import { Command } from 'commander'
import { type GivenCredentials, readCredentials } from '../credentials.ts'
import {
  type CallbackKeys,
  type Capture,
  CaptureError,
  type Diagnosis,
  explainCallback,
  explainRequest,
  explainSigned,
  explainUnsigned,
  explainXml,
  type KnownKey,
  readCapture,
  type TextKey,
} from '../diagnosis/index.ts'
import { CommandEnd, exits, wrongInput } from '../end.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { systemCode } from '../problem.ts'
import { textOf } from './keys.ts'

interface Given {
  readonly request?: string
  readonly answer?: string
  readonly notice?: string
  readonly credentials: readonly string[]
  readonly publicKey: readonly string[]
  readonly certificate: readonly string[]
  readonly serial: readonly string[]
  readonly at?: string
  readonly reveal?: true
  readonly json?: true
}

const kinds = ['request', 'answer', 'notice'] as const
type Kind = (typeof kinds)[number]

/** The subcommand. */
export function verifyCommand(io: Io): Command {
  return new Command('verify')
    .summary('explain why a captured request, answer or notice does or does not verify')
    .description(
      'Explains why a captured request, answer or notice verifies or not: which key made the signature, over which text,\n' +
        'and which of the known mistakes lies between (a body written again, a missing query, a wrong key or serial, line\n' +
        'ends, Base64 damage, the clock, …). APIv3, payinsurance XML and WeCom callbacks are told apart by themselves.\n' +
        'Exit codes: 0 it verifies, 2 wrong input, 4 it does not verify.',
    )
    .option('--request <file>', 'a request of yours, as it was sent; - reads standard input')
    .option('--answer <file>', 'an answer of WeChat Pay')
    .option('--notice <file>', 'a notice or callback of WeChat Pay')
    .option(
      '--credentials <file>',
      'keys and numbers, as chadan simulate writes them; may be repeated',
      gather,
      [],
    )
    .option('--public-key <file>', "WeChat Pay's public key, PEM; may be repeated", gather, [])
    .option('--certificate <file>', 'a certificate, PEM; may be repeated', gather, [])
    .option('--serial <serial>', 'the id of each --public-key, in their order', gather, [])
    .option('--at <time>', 'when it arrived, as 2026-03-17T10:20:30+08:00: judges the clock')
    .option('--reveal', 'print the text that has to be signed; it holds what the message holds')
    .option('--json', 'as one line of JSON')
    .addHelpText(
      'after',
      `
A capture is a file with the raw HTTP message:
  POST /notify HTTP/1.1
  Wechatpay-Timestamp: 1773714030
  …
  (an empty line, then the body, byte for byte)
or JSON: { "method": "POST", "url": "https://…", "status": 200, "headers": { … }, "body": "text" }
with "bodyBase64" in place of "body" where its bytes matter. Keep the body as text: a parsed one cannot be verified.

Examples:
  chadan verify --notice notice.http --credentials wechat.json
  chadan verify --request request.json --certificate apiclient_cert.pem
  chadan verify --answer answer.http --public-key pub_key.pem --serial PUB_KEY_ID_0116… --at 2026-03-17T10:20:30+08:00
  chadan verify --request request.http --answer answer.http --credentials wechat.json
`,
    )
    .action((given: Given) => verify(io, given))
}

function gather(one: string, before: readonly string[]): readonly string[] {
  return [...before, one]
}

async function verify(io: Io, given: Given): Promise<void> {
  const captures = await readCaptures(io, given)
  if (captures.length === 0)
    throw wrongInput('there is nothing to verify: give --request, --answer or --notice')
  const keys = await readKeys(given)
  const arrivedMs = given.at === undefined ? undefined : readTime(given.at)
  const diagnoses = captures.map(({ kind, capture }) => {
    const others = captures.flatMap((one) =>
      one.kind === kind ? [] : [{ name: `the ${one.kind}`, body: one.capture.body }],
    )
    return explain(kind, capture, keys, others, arrivedMs)
  })
  if (given.json) printJson(io, { messages: diagnoses.map((one) => forPrograms(one, given.reveal === true)) })
  else printLine(io, diagnoses.map((one) => forPeople(one, given.reveal === true)).join('\n\n'))
  const wrong = diagnoses.filter(({ verifies }) => !verifies)
  if (wrong.length > 0) {
    const first = wrong[0]?.causes[0]
    throw new CommandEnd(
      exits.lost,
      `the ${wrong.map(({ message }) => message).join(' and the ')} does not verify: ${first?.todo ?? 'see above'}`,
    )
  }
}

interface Keys {
  readonly merchants: KnownKey[]
  readonly platform: KnownKey[]
  readonly texts: TextKey[]
  readonly callbacks: CallbackKeys[]
  readonly apiV3Keys: TextKey[]
  readonly mchids: string[]
}

type Other = { readonly name: string; readonly body: Uint8Array }

function explain(
  kind: Kind,
  capture: Capture,
  keys: Keys,
  others: readonly Other[],
  arrivedMs: number | undefined,
): Diagnosis {
  const arrival = arrivedMs === undefined ? {} : { arrivedMs }
  if (kind === 'notice' && /[?&]msg_signature=/.test(capture.target ?? ''))
    return explainCallback(capture, keys.callbacks, arrival)
  const signed = capture.header('authorization') ?? capture.header('wechatpay-signature')
  if (signed === undefined && /^\s*(?:\ufeff)?</.test(Buffer.from(capture.body).toString()))
    return explainXml(capture, kind, keys.texts, others)
  const unsigned = kind === 'notice' || signed !== undefined ? undefined : explainUnsigned(capture, kind)
  if (unsigned) return unsigned
  const { merchants, platform, mchids, apiV3Keys } = keys
  const known = { merchants, platform, mchids, apiV3Keys, others, ...arrival }
  return kind === 'request' ? explainRequest(capture, known) : explainSigned(capture, kind, known)
}

async function readCaptures(io: Io, given: Given): Promise<{ kind: Kind; capture: Capture }[]> {
  const captures: { kind: Kind; capture: Capture }[] = []
  for (const kind of kinds) {
    const path = given[kind]
    if (path === undefined) continue
    const bytes = path === '-' ? await io.stdin() : await readBytes(kind, path)
    try {
      captures.push({ kind, capture: readCapture(bytes) })
    } catch (error) {
      if (error instanceof CaptureError)
        throw wrongInput(`--${kind} ${path}: ${error.message} (see chadan verify --help)`, error)
      throw error
    }
  }
  return captures
}

async function readBytes(kind: Kind, path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (error) {
    throw wrongInput(
      `--${kind} ${path} cannot be read (${systemCode(error) ?? 'unknown'}): give another file`,
      error,
    )
  }
}

async function readKeys(given: Given): Promise<Keys> {
  const keys: Keys = { merchants: [], platform: [], texts: [], callbacks: [], apiV3Keys: [], mchids: [] }
  for (const path of given.credentials) addCredentials(keys, path, await readCredentials(path))
  for (const path of given.certificate) {
    const text = await textOf('--certificate', path)
    const certificate = orWrong(`--certificate ${path}`, () => apiv3.readCertificate(text))
    const key = { label: path, serial: certificate.serialNo, key: certificate.publicKey }
    // A certificate may be of either side: the signature tells whose it is.
    keys.merchants.push(key)
    keys.platform.push(key)
  }
  for (const [index, path] of given.publicKey.entries()) {
    const text = await textOf('--public-key', path)
    const key = orWrong(`--public-key ${path}`, () => apiv3.readPublicKey(text))
    keys.platform.push({ label: path, serial: given.serial[index] ?? '', key })
    keys.merchants.push({ label: path, serial: given.serial[index] ?? '', key })
  }
  return keys
}

/** Parts that do not read are told by `chadan keys check`; here they end the command with their name. */
function addCredentials(
  keys: Keys,
  path: string,
  { apiv3: v3 = {}, payinsurance, wecom }: GivenCredentials,
): void {
  const of = (name: string) => `${name} of ${path}`
  const read = <T>(name: string, work: () => T) => orWrong(`${path}: ${name}`, work)
  if (v3.mchid) keys.mchids.push(v3.mchid)
  if (v3.apiV3Key) keys.apiV3Keys.push({ label: of('apiv3.apiV3Key'), text: v3.apiV3Key })
  if (v3.certificate) {
    const { certificate } = v3
    const { serialNo, publicKey } = read('apiv3.certificate', () => apiv3.readCertificate(certificate))
    keys.merchants.push({ label: of('apiv3.certificate'), serial: serialNo, key: publicKey })
  } else if (v3.privateKey) {
    const { privateKey } = v3
    const key = createPublicKey(read('apiv3.privateKey', () => apiv3.readPrivateKey(privateKey)))
    keys.merchants.push({ label: of('apiv3.privateKey'), serial: v3.serialNo ?? '', key })
  }
  if (v3.publicKey) {
    const { publicKey } = v3
    const key = read('apiv3.publicKey', () => apiv3.readPublicKey(publicKey))
    keys.platform.push({ label: of('apiv3.publicKey'), serial: v3.publicKeyId ?? '', key })
  }
  if (v3.platformCertificate) {
    const { platformCertificate } = v3
    const { serialNo, publicKey } = read('apiv3.platformCertificate', () =>
      apiv3.readCertificate(platformCertificate),
    )
    keys.platform.push({ label: of('apiv3.platformCertificate'), serial: serialNo, key: publicKey })
  }
  if (payinsurance?.key) keys.texts.push({ label: of('payinsurance.key'), text: payinsurance.key })
  if (wecom?.token && wecom.encodingAesKey)
    keys.callbacks.push({
      label: of('wecom.token'),
      token: wecom.token,
      encodingAesKey: wecom.encodingAesKey,
      corpid: wecom.corpid ?? '',
    })
}

function orWrong<T>(name: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw wrongInput(
      `${name}: ${error instanceof Error ? error.message : 'cannot be read'} (chadan keys check says more)`,
      error,
    )
  }
}

function readTime(text: string): number {
  try {
    return apiv3.parseTime(text)
  } catch {
    throw wrongInput('--at is no time: give it as 2026-03-17T10:20:30+08:00')
  }
}

function forPrograms({ canonical, signed, ...diagnosis }: Diagnosis, reveal: boolean) {
  return {
    ...diagnosis,
    ...(reveal && { canonical: Buffer.from(canonical).toString() }),
    ...(reveal && signed && { signed: Buffer.from(signed).toString() }),
  }
}

const dialectNames = {
  apiv3: 'APIv3',
  xml: 'payinsurance XML',
  callback: 'WeCom callback',
  token: 'access_token',
} as const

function forPeople(
  { dialect, message, verifies, causes, notes, canonical, signed }: Diagnosis,
  reveal: boolean,
): string {
  const lines = [`The ${message} (${dialectNames[dialect]}) ${verifies ? 'verifies.' : 'does not verify.'}`]
  for (const { id, says, todo } of causes) lines.push(`  ${says}`, `    -> ${todo}  [${id}]`)
  for (const one of notes) lines.push(`  note: ${one}`)
  if (reveal) {
    lines.push('', 'The text that has to be signed:', Buffer.from(canonical).toString())
    if (signed) lines.push('The text that was signed:', Buffer.from(signed).toString())
  }
  return lines.join('\n')
}
