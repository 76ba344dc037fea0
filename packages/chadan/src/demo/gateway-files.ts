/** The gateway's configuration for the day, and the files its secrets stand in. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Credentials } from '@chadan/simulator'
import { writePrivate } from '../files.ts'
import { type Shop, signers } from './shops.ts'

/** What the configuration is made of. */
export interface GatewaySetting {
  readonly folder: string
  readonly given: Credentials
  readonly shops: readonly Shop[]
  /** The gateway's port. */
  readonly port: number
  /** Where the shops receive their webhooks, without a final slash. */
  readonly shopsUrl: string
  /** A PostgreSQL instead of a file. */
  readonly postgres?: string | undefined
}

/** What was written. */
export interface GatewayFiles {
  readonly config: string
  readonly publicUrl: string
  /** Each shop's webhook secret. */
  readonly webhookSecrets: ReadonlyMap<string, string>
}

/** Writes configuration and secrets; JSON is YAML, too. */
export async function writeGatewayFiles(setting: GatewaySetting): Promise<GatewayFiles> {
  const { folder, given, shops, port, shopsUrl, postgres } = setting
  const secret = async (name: string, text: string) => {
    await writePrivate(join(folder, name), text)
    return `file:${name}`
  }
  const { apiv3, payinsurance, wecom, baseUrl } = given
  // A database that is kept must open with the same keys on another day; what is in it is invented.
  const vaultKey = (name: string) =>
    (postgres === undefined
      ? randomBytes(32)
      : createHash('sha256').update(`chadan demo ${name}`).digest()
    ).toString('base64')
  const webhookSecrets = new Map(shops.map(({ id }) => [id, `whsec_${randomBytes(32).toString('base64')}`]))
  const publicUrl = `http://127.0.0.1:${port}`
  const config = {
    publicUrl,
    simulator: true,
    clock: { follow: baseUrl },
    listen: { host: '127.0.0.1', port },
    adminListen: { host: '127.0.0.1', port: 0 },
    store:
      postgres === undefined
        ? { sqlite: 'gateway.sqlite' }
        : { postgres: await secret('postgres', postgres) },
    vault: {
      keys: [{ id: 'first', key: await secret('vault.key', vaultKey('vault')) }],
      indexKey: await secret('index.key', vaultKey('index')),
    },
    webhooks: { allow: [shopsUrl] },
    logging: { level: 'error' },
    signers: [
      {
        id: signers.provider,
        mode: 'partner',
        appid: apiv3.appid,
        mchid: apiv3.mchid,
        serialNo: apiv3.serialNo,
        privateKey: await secret('provider.pem', apiv3.privateKey),
        apiV3Key: await secret('provider.apiv3', apiv3.apiV3Key),
        publicKeyId: apiv3.publicKeyId,
        publicKey: apiv3.publicKey,
        platformCertificates: [apiv3.platformCertificate],
        baseUrl,
      },
      {
        id: signers.insurance,
        mode: 'partner',
        baseUrl,
        payinsurance: {
          appid: payinsurance.appid,
          mch_id: payinsurance.mchId,
          sub_appid: payinsurance.subAppid,
          sub_mch_id: payinsurance.subMchId,
          key: await secret('insurance.key', payinsurance.key),
          agentSecret: await secret('insurance.secret', payinsurance.agentSecret),
        },
      },
      {
        id: signers.corp,
        baseUrl,
        wecom: {
          corpid: wecom.corpid,
          corpsecret: await secret('corp.secret', wecom.corpsecret),
          token: await secret('corp.token', wecom.token),
          encodingAesKey: await secret('corp.aes', wecom.encodingAesKey),
        },
      },
    ],
    tenants: await Promise.all(
      shops.map(async (shop) => ({
        id: shop.id,
        name: shop.name,
        signers: Object.values(shop.signers),
        merchant: shop.merchant,
        webhooks: [
          {
            url: `${shopsUrl}/hooks/${shop.id}`,
            secret: await secret(`${shop.id}.whsec`, webhookSecrets.get(shop.id) ?? ''),
          },
        ],
      })),
    ),
  }
  const path = join(folder, 'gateway.yaml')
  await writePrivate(path, `${JSON.stringify(config, null, 2)}\n`)
  return { config: path, publicUrl, webhookSecrets }
}
