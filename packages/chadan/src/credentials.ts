/** The credentials file: what `chadan simulate` writes, or the parts of it that a production merchant has. */
import { type Fetch, optionsOf, WechatPay } from '@chadan/client'
import type { Clock } from '@chadan/protocol'
import type { Credentials } from '@chadan/simulator'
import { wrongInput } from './end.ts'
import { readIfThere } from './files.ts'

/** Any part of the credentials. `mode` says how the merchant works, where rules depend on it. */
export type GivenCredentials = {
  readonly [Part in keyof Credentials]?: Credentials[Part] extends string
    ? string
    : Partial<Credentials[Part]>
} & { readonly mode?: 'direct' | 'partner' }

const sections = ['apiv3', 'payscore', 'payinsurance', 'wecom'] as const

/** Reads a credentials file. What is wrong is said by name, never with content. */
export async function readCredentials(path: string): Promise<GivenCredentials> {
  const text = await readIfThere(path)
  const form = 'give the file that chadan simulate --credentials writes, or JSON with the same names'
  if (text === undefined) throw wrongInput(`--credentials ${path} does not exist: ${form}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message would quote the text.
    throw wrongInput(`--credentials ${path} is not JSON: ${form}`)
  }
  if (!isObject(value)) throw wrongInput(`--credentials ${path} holds no object: ${form}`)
  for (const section of sections) checkSection(path, section, value[section])
  for (const name of ['baseUrl', 'controlUrl']) {
    if (value[name] !== undefined && typeof value[name] !== 'string')
      throw wrongInput(`--credentials ${path}: ${name} is no text: give an address`)
  }
  if (value.mode !== undefined && value.mode !== 'direct' && value.mode !== 'partner')
    throw wrongInput(`--credentials ${path}: mode is neither direct nor partner: give one of them`)
  // Checked above, section by section.
  return value as GivenCredentials
}

function checkSection(path: string, section: string, value: unknown): void {
  if (value === undefined) return
  if (!isObject(value))
    throw wrongInput(`--credentials ${path}: ${section} is no object: see chadan simulate`)
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string')
      throw wrongInput(`--credentials ${path}: ${section}.${name} is no text: give it in quotes`)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Opens a client with these credentials; `baseUrl` goes before the one in the file. */
export function openClient(
  credentials: GivenCredentials,
  { baseUrl, fetch, clock }: { baseUrl?: string | undefined; fetch?: Fetch | undefined; clock: Clock },
): WechatPay {
  if (baseUrl !== undefined && !/^https?:\/\/[^/?#]/.test(baseUrl))
    throw wrongInput('--base-url is no address: give it as http://127.0.0.1:8090')
  return new WechatPay({
    ...optionsOf(credentials),
    ...(baseUrl && { baseUrl }),
    ...(fetch && { fetch }),
    clock,
  })
}
