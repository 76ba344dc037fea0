/** A signer's secrets and keys: read from where they stand, each looked at, made into a client's options. */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { isTestKey, type Signer as KeySigner, OptionsError, type WechatPayOptions } from '@chadan/client'
import { apiv3, callback, xmlmd5 } from '@chadan/protocol'
import { type Reference, type SecretReader, SecretUnread } from './secrets.ts'
import type { SignerShape } from './shape.ts'

/** What is wrong inside a signer. */
export interface SignerFault {
  /** Within the signer. */
  readonly path: readonly (string | number)[]
  readonly found: string
  readonly expected: string
}

/** A signer's part of a client's options. */
export type SignerOptions = Pick<
  WechatPayOptions,
  | 'mchid'
  | 'serialNo'
  | 'privateKey'
  | 'signer'
  | 'apiV3Key'
  | 'publicKeyId'
  | 'publicKey'
  | 'platformCertificates'
  | 'mode'
  | 'region'
  | 'payinsurance'
  | 'wecom'
  | 'baseUrl'
>

/** What its keys must be: the simulator's test keys are refused in earnest, and real ones in a simulation. */
export interface SignerRules {
  /** Undefined where the configuration does not say it in a way that can be read: then it is not asked for. */
  readonly simulator: boolean | undefined
  /** Where the clock is taken from, if not from this machine. */
  readonly followed?: string | undefined
}

/** Reads everything; `options` are whole only when `faults` is empty. */
export async function readMaterial(
  shape: SignerShape,
  reader: SecretReader,
  rules: SignerRules,
  keySigner: KeySigner | undefined,
): Promise<{ readonly options: SignerOptions; readonly faults: readonly SignerFault[] }> {
  const faults: SignerFault[] = []
  const read = async <T>(
    path: SignerFault['path'],
    place: Reference | string | undefined,
    check: (text: string) => T,
  ): Promise<{ text: string; made: T } | undefined> => {
    if (place === undefined) return undefined
    try {
      const text = typeof place === 'string' ? place : (await reader.read(place)).reveal()
      return { text, made: check(text) }
    } catch (error) {
      faults.push({ path, ...faultOf(error) })
      return undefined
    }
  }
  const { payinsurance, wecom } = shape
  const [privateKey, apiV3Key, publicKey, certificates, insurance, corp] = await Promise.all([
    read(['privateKey'], shape.privateKey, apiv3.readPrivateKey),
    read(['apiV3Key'], shape.apiV3Key, apiv3.readApiV3Key),
    read(['publicKey'], shape.publicKey, apiv3.readPublicKey),
    Promise.all(
      (shape.platformCertificates ?? []).map((place, index) =>
        read(['platformCertificates', index], place, apiv3.readCertificate),
      ),
    ),
    Promise.all([
      read(['payinsurance', 'key'], payinsurance?.key, xmlmd5.readMchKey),
      read(['payinsurance', 'secret'], payinsurance?.secret, plainSecret),
      read(['payinsurance', 'agentSecret'], payinsurance?.agentSecret, plainSecret),
    ]),
    Promise.all([
      read(['wecom', 'corpsecret'], wecom?.corpsecret, plainSecret),
      read(['wecom', 'token'], wecom?.token, plainSecret),
      read(['wecom', 'encodingAesKey'], wecom?.encodingAesKey, callback.readEncodingAesKey),
      read(['wecom', 'payNotifyKey'], wecom?.payNotifyKey, callback.readInnerKey),
    ]),
  ])
  const keys: [SignerFault['path'], KeyObject | undefined][] = [
    [['privateKey'], privateKey?.made],
    [['publicKey'], publicKey?.made],
    ...certificates.map((one, index): [SignerFault['path'], KeyObject | undefined] => [
      ['platformCertificates', index],
      one?.made.publicKey,
    ]),
  ]
  faults.push(...completeness(shape, keySigner), ...sides(keys), ...earnest(shape, keys, rules))
  const [key, secret, agentSecret] = insurance
  const [corpsecret, token, encodingAesKey, payNotifyKey] = corp
  const options: SignerOptions = {
    ...given({
      mchid: shape.mchid,
      serialNo: shape.serialNo,
      privateKey: privateKey?.text,
      signer: keySigner,
      apiV3Key: apiV3Key?.text,
      publicKeyId: shape.publicKeyId,
      publicKey: publicKey?.text,
      region: shape.region,
      baseUrl: shape.baseUrl,
    }),
    mode: shape.mode,
    ...(certificates.length > 0 && { platformCertificates: certificates.map((one) => one?.text ?? '') }),
    ...(payinsurance && {
      payinsurance: {
        key: key?.text ?? '',
        // The token belongs to the hospital's account: behind a platform that is the sub-account.
        appid: payinsurance.sub_appid ?? payinsurance.appid,
        ...given({ secret: secret?.text, agentSecret: agentSecret?.text }),
        ...(agentSecret && { agentAppid: payinsurance.appid }),
      },
    }),
    ...(wecom && {
      wecom: {
        corpid: wecom.corpid,
        corpsecret: corpsecret?.text ?? '',
        ...given({
          app: wecom.app,
          token: token?.text,
          encodingAesKey: encodingAesKey?.text,
          payNotifyKey: payNotifyKey?.text,
        }),
      },
    }),
  }
  return { options, faults }
}

/** The members that are there. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // What is `undefined` was just taken out.
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never
}

function plainSecret(text: string): string {
  if (text === text.trim()) return text
  throw new SecretUnread(`${text.length} characters with blanks around`, 'the secret alone')
}

/** The readers' messages say type, length and position, never content. */
function faultOf(error: unknown): { found: string; expected: string } {
  if (error instanceof SecretUnread) return { found: error.found, expected: error.expected }
  const said = error instanceof Error ? error.message : 'something that cannot be read'
  const { found, expected } =
    (
      /found (?<found>.+?), expected (?<expected>.+)$/s.exec(said) ??
      /expected (?<expected>.+?), found (?<found>.+)$/s.exec(said)
    )?.groups ?? {}
  return found && expected
    ? { found, expected }
    : { found: `what cannot be used (${said})`, expected: 'what it is named' }
}

/** What must stand together. */
function completeness(shape: SignerShape, keySigner: KeySigner | undefined): SignerFault[] {
  const faults: SignerFault[] = []
  const lacks = (name: string, expected: string) =>
    void faults.push({ path: [name], found: 'nothing', expected })
  const { mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey } = shape
  const apiv3Used = [mchid, serialNo, privateKey, keySigner, apiV3Key, publicKeyId, publicKey].some(
    (one) => one !== undefined,
  )
  if (!apiv3Used && !shape.payinsurance && !shape.wecom)
    faults.push({
      path: [],
      found: 'no credentials',
      expected: 'mchid, serialNo and privateKey; or payinsurance; or wecom',
    })
  if (apiv3Used) {
    if (!mchid) lacks('mchid', 'the merchant number that signs')
    if (!serialNo) lacks('serialNo', 'the serial number of its API certificate')
    if (!privateKey && !keySigner) lacks('privateKey', "where the merchant's API private key stands")
    if (publicKey && !publicKeyId) lacks('publicKeyId', 'the id of publicKey, PUB_KEY_ID_ and digits')
    if (publicKeyId && !publicKey) lacks('publicKey', 'the WeChat Pay public key of publicKeyId')
    if (!apiV3Key) lacks('apiV3Key', 'where the APIv3 key stands: without it no notice can be opened')
  }
  const { payinsurance, wecom } = shape
  if (payinsurance && !payinsurance.secret && !payinsurance.agentSecret)
    faults.push({
      path: ['payinsurance', 'secret'],
      found: 'nothing',
      expected: "the hospital's app secret, or the platform's as agentSecret",
    })
  if (wecom && Boolean(wecom.token) !== Boolean(wecom.encodingAesKey))
    faults.push({
      path: ['wecom', wecom.token ? 'encodingAesKey' : 'token'],
      found: 'nothing',
      expected: 'both token and encodingAesKey, or neither',
    })
  return faults
}

/** The keys of the two sides are mixed up more often than anything else. */
function sides(keys: readonly [SignerFault['path'], KeyObject | undefined][]): SignerFault[] {
  const [[, own] = [], ...theirs] = keys
  if (!own) return []
  const open = createPublicKey(own)
  return theirs.flatMap(([path, key]) =>
    key?.equals(open)
      ? [{ path, found: "the merchant's own key", expected: "WeChat Pay's, from the merchant console" }]
      : [],
  )
}

/** Simulation and earnest are kept apart. */
function earnest(
  shape: SignerShape,
  keys: readonly [SignerFault['path'], KeyObject | undefined][],
  { simulator, followed }: SignerRules,
): SignerFault[] {
  if (simulator === undefined) return []
  const faults: SignerFault[] = []
  for (const [path, key] of keys) {
    if (key && isTestKey(key) !== simulator)
      faults.push(
        simulator
          ? {
              path,
              found: 'a key that is not one of the simulator’s test keys',
              expected: 'one of them, or no `simulator: true` in this configuration',
            }
          : {
              path,
              found: 'a public test key of the simulator, which anybody has',
              expected: 'a real key, or `simulator: true` in this configuration',
            },
      )
  }
  const path = ['baseUrl']
  if (!simulator && shape.baseUrl !== undefined && !shape.proxy)
    faults.push({
      path,
      found: 'an address in place of WeChat’s',
      expected: 'none; or `proxy: true` beside it, where a proxy of yours stands there',
    })
  if (simulator && shape.baseUrl === undefined)
    faults.push({ path, found: 'nothing', expected: 'the address of the simulator' })
  else if (followed !== undefined && shape.baseUrl && originOf(shape.baseUrl) !== originOf(followed))
    faults.push({ path, found: 'another address than in clock.follow', expected: 'the same simulator' })
  return faults
}

const originOf = (address: string): string | undefined => URL.parse(address)?.origin

/** What a client says that could not be opened with these options. Other errors are thrown on. */
export function optionsFault(error: unknown): SignerFault {
  if (!(error instanceof OptionsError)) throw error
  const [, name = '', rest = error.message] = /^([\w.[\]]+)(?:: | )(.+)$/s.exec(error.message) ?? []
  return { path: name.split('.'), ...faultOf(new Error(rest)) }
}
