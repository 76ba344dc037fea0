/** What a client is opened with, and the credentials read and checked once. */
import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { apiv3, type Clock, callback, type Host, type Random, xmlmd5 } from '@chadan/protocol'
import type { Hooks } from './hooks.ts'
import type { ReceiverOptions } from './notices/notice.ts'
import { poolTransport } from './pool.ts'
import { poolSigner, type Signer } from './signer.ts'
import { systemClock, systemRandom } from './system.ts'
import { isTestKey } from './test-keys.ts'
import type { TokenStore } from './tokens.ts'
import { type Fetch, fetchTransport, type Transport } from './transport.ts'

/** Options of `new WechatPay(…)`. Give the credentials of the dialects you use. */
export interface WechatPayOptions {
  /** Merchant number (商户号) that signs: the provider's in partner mode. */
  readonly mchid?: string
  /** Serial number of the merchant's API certificate (商户API证书序列号). */
  readonly serialNo?: string
  /** The merchant's private key (商户API私钥), PEM; or a `Signer` that holds it. */
  readonly privateKey?: string
  /** Signs instead of `privateKey`: a KMS, an HSM, or `directSigner` for simulation. */
  readonly signer?: Signer
  /** APIv3 key (APIv3密钥), 32 characters: opens notices and certificates. */
  readonly apiV3Key?: string
  /** Id of the WeChat Pay public key (微信支付公钥ID), `PUB_KEY_ID_…`. */
  readonly publicKeyId?: string
  /** The WeChat Pay public key (微信支付公钥), PEM. */
  readonly publicKey?: string
  /** Platform certificates (平台证书) already at hand, PEM; others are downloaded. */
  readonly platformCertificates?: readonly string[]
  /** Whether this merchant works for itself or as a partner (服务商, 从业机构): decides which fields are asked for. */
  readonly mode?: 'direct' | 'partner'
  /** Where this merchant's platform certificates are listed: `global` for institutions overseas. Default `mainland`. */
  readonly region?: 'mainland' | 'global'
  readonly payinsurance?: PayinsuranceOptions
  readonly wecom?: WecomOptions
  /** One address for all hosts: a simulator or a proxy. */
  readonly baseUrl?: string
  /** Addresses by host, where they differ from the official ones. */
  readonly hosts?: Partial<Record<Exclude<Host, 'given'>, string>>
  /** Second address of the mainland host, used only when not one byte was written. `false` switches it off. */
  readonly fallback?: string | false
  /** Any fetch instead of the pooled transport. */
  readonly fetch?: Fetch
  readonly transport?: Transport
  /** Time for one attempt over the network, its answer's body included, in ms. Default 10 000. */
  readonly timeoutMs?: number
  /** Repetitions of reads and of what is declared repeatable. Default 2. */
  readonly retries?: number
  /** The largest answer that is read, in bytes (bills excepted). Default 2 MiB. */
  readonly maxAnswerBytes?: number
  /** The largest difference between our clock and a signature's time, in seconds. Default 300. */
  readonly windowSeconds?: number
  readonly clock?: Clock
  readonly random?: Random
  readonly hooks?: Hooks
  /** Where access_tokens are kept, e.g. shared between processes. Default: memory. */
  readonly tokens?: TokenStore
  /** How notices are received: the memory of accepted ones, the largest body. */
  readonly receiving?: ReceiverOptions
  /** Keys the digest of prepared inputs. Give the same one to all processes that compare digests. Default: derived from a secret of the merchant. */
  readonly digestKey?: string | Uint8Array
}

/** Credentials of one hospital in the first-generation interface. */
export interface PayinsuranceOptions {
  /** The signing key (支付密钥) of the hospital. */
  readonly key: string
  /** appid that goes into the token call: the hospital's. */
  readonly appid: string
  /** Independent mode: the hospital's app secret. */
  readonly secret?: string
  /** Agent mode: the platform's appid and secret. */
  readonly agentAppid?: string
  readonly agentSecret?: string
}

/** Credentials of one app in WeCom. */
export interface WecomOptions {
  readonly corpid: string
  readonly corpsecret: string
  /** A name for the app (its agentid): under it the token is kept. Default: a digest of the secret. */
  readonly app?: string
  /** Token of the callback configuration. */
  readonly token?: string
  /** EncodingAESKey of the callback configuration. */
  readonly encodingAesKey?: string
  /** Opens the inner layer of payment callbacks, where it is not the EncodingAESKey (unverified, WC D25). */
  readonly payNotifyKey?: string
}

/** The official addresses. */
export const officialHosts: Readonly<Record<Exclude<Host, 'given'>, string>> = {
  mainland: 'https://api.mch.weixin.qq.com',
  global: 'https://apihk.mch.weixin.qq.com',
  wecom: 'https://qyapi.weixin.qq.com',
  weixin: 'https://api.weixin.qq.com',
}

/** Options made whole: everything a call leans on. */
export interface Settings {
  readonly merchant: Merchant | undefined
  readonly payinsurance: (PayinsuranceOptions & { readonly mchKey: xmlmd5.MchKey }) | undefined
  readonly wecom: WecomOptions | undefined
  readonly mode: 'direct' | 'partner' | undefined
  readonly region: 'mainland' | 'global'
  readonly hosts: Readonly<Record<Exclude<Host, 'given'>, string>>
  readonly fallback: string | undefined
  readonly transport: Transport
  readonly timeoutMs: number
  readonly retries: number
  readonly maxAnswerBytes: number
  readonly windowSeconds: number
  readonly clock: Clock
  readonly random: Random
  readonly hooks: Hooks
  readonly tokens: TokenStore | undefined
  readonly digestKey: KeyObject
}

/** The merchant's own keys. */
export interface Merchant {
  readonly mchid: string
  readonly serialNo: string
  readonly signer: Signer
  /** Opens what is sealed to us; absent when the key lives in a KMS. */
  readonly privateKey: KeyObject | undefined
  readonly apiV3Key: KeyObject | undefined
  readonly publicKey: { readonly id: string; readonly key: KeyObject } | undefined
  readonly certificates: readonly apiv3.Certificate[]
}

/** Thrown by `new WechatPay(…)`: says which option is wrong and what was found, never its content. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError'
}

/** Reads the options; throws `OptionsError`. */
export function readOptions(options: WechatPayOptions): Settings {
  if (typeof options !== 'object' || options === null)
    throw new OptionsError('options are missing: an object with the credentials of the dialects you use')
  const base = options.baseUrl === undefined ? undefined : readAddress('baseUrl', options.baseUrl)
  const hosts = {
    ...(base === undefined ? officialHosts : { mainland: base, global: base, wecom: base, weixin: base }),
    ...Object.fromEntries(
      Object.entries(options.hosts ?? {})
        .filter(([, address]) => address !== undefined)
        .map(([host, address]) => [host, readAddress(`hosts.${host}`, address)]),
    ),
  }
  const merchant = readMerchant(options)
  const payinsurance = options.payinsurance && {
    ...options.payinsurance,
    mchKey: readOne('payinsurance.key', () => xmlmd5.readMchKey(options.payinsurance?.key)),
  }
  refuseTestKeys(options, merchant, hosts)
  checkDigestKey(options.digestKey)
  return {
    merchant,
    payinsurance,
    wecom: options.wecom && readWecom(options.wecom),
    mode: options.mode,
    region: options.region ?? 'mainland',
    hosts,
    fallback: fallbackOf(options, hosts.mainland),
    transport: options.transport ?? (options.fetch ? fetchTransport(options.fetch) : poolTransport()),
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs, { least: 1, most: longestTimer }) ?? 10_000,
    retries: wholeNumber('retries', options.retries, { least: 0, most: 100 }) ?? 2,
    maxAnswerBytes: wholeNumber('maxAnswerBytes', options.maxAnswerBytes, { least: 1 }) ?? 2 * 1024 * 1024,
    windowSeconds: wholeNumber('windowSeconds', options.windowSeconds, { least: 1, most: 86_400 }) ?? 300,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    hooks: options.hooks ?? {},
    tokens: options.tokens,
    // Imported once: that costs ten times what a digest does.
    digestKey: secretKeyOf(
      options.digestKey ??
        options.apiV3Key ??
        options.payinsurance?.key ??
        options.wecom?.corpsecret ??
        randomBytes(32),
    ),
  }
}

// Timers of Node hold 31 bits; a longer one would end at once.
const longestTimer = 2_147_483_647

/** A whole number within bounds; anything else would switch a limit off without a word. */
export function wholeNumber(
  name: string,
  value: number | undefined,
  { least, most = Number.MAX_SAFE_INTEGER }: { least: number; most?: number },
): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return value
  throw new OptionsError(`${name}: expected a whole number from ${least} to ${most}`)
}

/** An address without a final slash. What else stood in it would be lost, or shown in hooks and logs. */
function readAddress(name: string, text: unknown): string {
  const address = typeof text === 'string' ? URL.parse(text) : null
  const plain =
    address &&
    /^https?:$/.test(address.protocol) &&
    `${address.username}${address.password}${address.search}${address.hash}` === ''
  if (!plain || /\s/.test(text as string))
    throw new OptionsError(`${name}: expected an http or https address without user, query and fragment`)
  return (text as string).replace(/\/+$/, '')
}

// The official second address belongs to the official first one: a test must not fall over into the real world.
function fallbackOf({ fallback }: WechatPayOptions, mainland: string): string | undefined {
  if (fallback) return readAddress('fallback', fallback)
  return fallback === undefined && mainland === officialHosts.mainland
    ? 'https://api2.mch.weixin.qq.com'
    : undefined
}

function refuseTestKeys(
  options: WechatPayOptions,
  merchant: Merchant | undefined,
  { mainland, global }: Settings['hosts'],
): void {
  const earnest = mainland === officialHosts.mainland || global === officialHosts.global
  if (!merchant || !earnest || options.fetch || options.transport) return
  const keys = {
    privateKey: merchant.privateKey,
    publicKey: merchant.publicKey?.key,
    ...Object.fromEntries(
      merchant.certificates.map((one, index) => [`platformCertificates[${index}]`, one.publicKey]),
    ),
  }
  for (const [name, key] of Object.entries(keys)) {
    if (key && isTestKey(key))
      throw new OptionsError(
        `${name}: a public test key of the simulator, which is refused at the official address: give baseUrl, or real keys`,
      )
  }
}

function checkDigestKey(key: unknown): void {
  if (key === undefined) return
  const size = typeof key === 'string' ? Buffer.byteLength(key) : key instanceof Uint8Array ? key.length : 0
  if (size < 16)
    throw new OptionsError(`digestKey: found ${size} bytes, expected at least 16: names can be guessed`)
}

function readWecom(wecom: WecomOptions): WecomOptions {
  const { corpid, corpsecret, token, encodingAesKey, payNotifyKey } = wecom
  for (const [name, value] of Object.entries({ corpid, corpsecret }))
    if (typeof value !== 'string' || value === '' || value.trim() !== value)
      throw new OptionsError(`wecom.${name}: expected text without blanks around it`)
  if (Boolean(token) !== Boolean(encodingAesKey))
    throw new OptionsError('wecom.token and wecom.encodingAesKey belong together: give both or neither')
  // Read at the start, so that no stranger's message is the first to find them wrong.
  if (token)
    readOne('wecom.token', () => callback.signCallback({ token, timestamp: '', nonce: '', encrypt: '' }))
  if (encodingAesKey) readOne('wecom.encodingAesKey', () => callback.readEncodingAesKey(encodingAesKey))
  if (payNotifyKey) readOne('wecom.payNotifyKey', () => callback.readInnerKey(payNotifyKey))
  return wecom
}

function readMerchant(options: WechatPayOptions): Merchant | undefined {
  const { mchid, serialNo } = options
  if (mchid === undefined && serialNo === undefined && !options.privateKey && !options.signer)
    return undefined
  if (!mchid) throw new OptionsError('mchid is missing: the merchant number that signs')
  if (!serialNo)
    throw new OptionsError('serialNo is missing: the serial number of the merchant API certificate')
  if (!/^[0-9A-Fa-f]{16,40}$/.test(serialNo))
    throw new OptionsError(
      `serialNo: found ${serialNo.length} characters, expected up to 40 hexadecimal digits`,
    )
  if (!options.privateKey && !options.signer)
    throw new OptionsError('privateKey is missing: the merchant API private key in PEM, or a signer')
  if (Boolean(options.publicKeyId) !== Boolean(options.publicKey))
    throw new OptionsError('publicKeyId and publicKey belong together: give both or neither')
  if (!options.publicKey && !options.apiV3Key && !options.platformCertificates?.length) {
    throw new OptionsError(
      'answers could not be verified: give publicKeyId and publicKey, or apiV3Key to download platform certificates',
    )
  }
  const privateKey = options.privateKey
    ? readOne('privateKey', () => apiv3.readPrivateKey(options.privateKey ?? ''))
    : undefined
  return {
    mchid,
    serialNo,
    signer: options.signer ?? poolSigner(privateKey as KeyObject),
    privateKey,
    apiV3Key: options.apiV3Key
      ? readOne('apiV3Key', () => createSecretKey(apiv3.readApiV3Key(options.apiV3Key ?? ''), 'utf8'))
      : undefined,
    publicKey: options.publicKey
      ? {
          id: readOne('publicKeyId', () => apiv3.readPublicKeyId(options.publicKeyId ?? '')),
          key: readOne('publicKey', () => apiv3.readPublicKey(options.publicKey ?? '')),
        }
      : undefined,
    certificates: (options.platformCertificates ?? []).map((pem, index) =>
      readOne(`platformCertificates[${index}]`, () => apiv3.readCertificate(pem)),
    ),
  }
}

function readOne<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new OptionsError(`${name}: ${error instanceof Error ? error.message : 'cannot be read'}`)
  }
}

function secretKeyOf(key: string | Uint8Array): KeyObject {
  return createSecretKey(typeof key === 'string' ? Buffer.from(key) : key)
}
