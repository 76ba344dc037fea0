/** From the credentials file of `chadan simulate`, or the parts of it a merchant has, to a client's options. */
import type { WechatPayOptions } from './options.ts'

/** The credentials file; every part may be missing. */
export interface CredentialsFile {
  readonly baseUrl?: string
  readonly mode?: 'direct' | 'partner'
  readonly apiv3?: Partial<
    Record<
      'mchid' | 'serialNo' | 'privateKey' | 'apiV3Key' | 'publicKeyId' | 'publicKey' | 'platformCertificate',
      string
    >
  >
  readonly payinsurance?: Partial<Record<'appid' | 'subAppid' | 'key' | 'agentAppid' | 'agentSecret', string>>
  readonly wecom?: Partial<Record<'corpid' | 'corpsecret' | 'token' | 'encodingAesKey', string>>
}

/**
 * Options of a client from the credentials that a simulator writes.
 * @example new WechatPay(optionsOf(JSON.parse(await readFile('wechat.json', 'utf8'))))
 */
export function optionsOf({ apiv3, payinsurance, wecom, baseUrl, mode }: CredentialsFile): WechatPayOptions {
  return {
    ...(apiv3 && {
      mchid: apiv3.mchid,
      serialNo: apiv3.serialNo,
      privateKey: apiv3.privateKey,
      apiV3Key: apiv3.apiV3Key,
      publicKeyId: apiv3.publicKeyId,
      publicKey: apiv3.publicKey,
      ...(apiv3.platformCertificate && { platformCertificates: [apiv3.platformCertificate] }),
    }),
    ...(payinsurance?.key && {
      payinsurance: {
        key: payinsurance.key,
        // The token belongs to the hospital's account: in agent mode that is the sub-account.
        appid: payinsurance.subAppid ?? payinsurance.appid ?? '',
        agentAppid: payinsurance.agentAppid,
        agentSecret: payinsurance.agentSecret,
      },
    }),
    ...(wecom?.corpid &&
      wecom.corpsecret && {
        wecom: {
          corpid: wecom.corpid,
          corpsecret: wecom.corpsecret,
          token: wecom.token,
          encodingAesKey: wecom.encodingAesKey,
        },
      }),
    ...(baseUrl && { baseUrl }),
    ...(mode && { mode }),
  }
}
