/** Keys and trust: the four ways to open a client, and what each error asks of you. */
import { createPrivateKey } from 'node:crypto'
import {
  Distrusted,
  directSigner,
  InputError,
  Lost,
  Refused,
  type Signer,
  WechatPay,
  type WechatPayOptions,
} from '@chadan/client'

/** What the merchant platform shows under 账户中心 - API安全. */
export interface Keys {
  readonly mchid: string
  readonly serialNo: string
  readonly privateKey: string
  readonly apiV3Key: string
  readonly publicKeyId: string
  readonly publicKey: string
  readonly platformCertificate: string
}

type More = Partial<WechatPayOptions>

// #region publicKey
export function withPublicKey(
  { mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey }: Keys,
  more: More = {},
) {
  return new WechatPay({ mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey, ...more })
}
// #endregion

// #region certificates
export function withCertificates({ mchid, serialNo, privateKey, apiV3Key }: Keys, more: More = {}) {
  // Downloaded at the first call, opened with the APIv3 key, and verified under one of themselves.
  return new WechatPay({ mchid, serialNo, privateKey, apiV3Key, ...more })
}
// #endregion

// #region both
export function duringTheSwitch(keys: Keys, more: More = {}) {
  const { mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey, platformCertificate } = keys
  return new WechatPay({
    mchid,
    serialNo,
    privateKey,
    apiV3Key,
    publicKeyId,
    publicKey,
    platformCertificates: [platformCertificate], // saves the first download
    ...more,
  })
}
// #endregion

// #region signer
/** A key that never leaves its KMS or HSM: the client only hands over bytes and takes the signature. */
export function kmsSigner(kms: {
  sign(digestAlgorithm: 'RSA_SHA256', text: Uint8Array): Promise<Buffer>
}): Signer {
  return { sign: async (text) => (await kms.sign('RSA_SHA256', text)).toString('base64') }
}

export function withSigner({ privateKey: _stays, ...keys }: Keys, signer: Signer, more: More = {}) {
  const { mchid, serialNo, apiV3Key, publicKeyId, publicKey } = keys
  return new WechatPay({ mchid, serialNo, signer, apiV3Key, publicKeyId, publicKey, ...more })
}
// #endregion

/** A KMS for the test of this page. */
export function kmsOf(privateKey: string) {
  const inside = directSigner(createPrivateKey(privateKey))
  return { sign: async (_: string, text: Uint8Array) => Buffer.from(await inside.sign(text), 'base64') }
}

// #region errors
export async function outcomeOf(call: () => Promise<unknown>): Promise<string> {
  try {
    await call()
    return 'done'
  } catch (error) {
    // Distrusted is a Lost: its proof failed, so nothing is known.
    if (error instanceof Distrusted) return `unknown, query it; ${error.check} failed: ${error.likely}`
    if (error instanceof Lost)
      return error.unsent ? 'not sent: send it again' : 'unknown: query it by its number'
    if (error instanceof Refused)
      return error.notFound ? 'not found: ask again in 3 s' : `refused ${error.kind}: ${error.advice}`
    if (error instanceof InputError)
      return `not sent: ${error.problems.map(({ at, expected }) => `${at} ${expected}`).join('; ')}`
    throw error // yours or ours: a programming mistake
  }
}
// #endregion

// #region hooks
export function counting(counts: Map<string, number>): More {
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1)
  return {
    hooks: {
      ended: ({ operation, code, error }) => count(`${operation} ${code ?? error ?? 'answered'}`),
      // `probe` is WeChat Pay testing that you verify; `refused` is any other message that did not
      // verify; `failed` is your own work that threw, with its error.
      noticed: ({ outcome }) => count(`notice ${outcome}`),
    },
  }
}
// #endregion
