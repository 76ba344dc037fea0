/** A folder with a configuration and its secrets, as an operator has them. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSimulator, type Simulator } from '@chadan/simulator'
import { ConfigError, type LoadDoors, loadConfig, systemSecretDoors } from '../src/config/index.ts'

/** The simulator whose credentials stand in the files. */
export const simulator: Simulator = await openSimulator()
const { apiv3, wecom, payinsurance } = simulator.credentials

/** All texts that may be shown nowhere. */
export const secrets: readonly string[] = [
  apiv3.privateKey.split('\n')[3] ?? '',
  apiv3.apiV3Key,
  wecom.corpsecret,
  wecom.encodingAesKey,
  payinsurance.key,
  payinsurance.agentSecret,
  Buffer.alloc(32, 7).toString('base64'),
  Buffer.alloc(32, 9).toString('base64'),
]

/** A configuration of a simulation that has nothing wrong with it. */
export const sound = `publicUrl: http://127.0.0.1:8080/
simulator: true
store: { sqlite: chadan.db }
vault:
  keys: [{ id: k1, key: file:vault }]
  indexKey: file:index
signers:
  - id: hospital
    mode: partner
    appid: ${apiv3.appid}
    mchid: ${apiv3.mchid}
    serialNo: ${apiv3.serialNo}
    privateKey: file:key.pem
    apiV3Key: file:v3
    publicKeyId: ${apiv3.publicKeyId}
    publicKey: file:pub.pem
    baseUrl: http://127.0.0.1:8090
    limits: { place: 7 }
  - id: corp
    baseUrl: http://127.0.0.1:8090
    wecom: { corpid: ${wecom.corpid}, corpsecret: file:corp, token: file:token, encodingAesKey: file:aes }
tenants:
  - id: outpatient
    name: 滨江示范医院
    signers: [hospital, corp]
    merchant: { sub_mchid: ${apiv3.subMchid} }
    refundApprovalAbove: 5000
    unexpectedMoney: refund
    webhooks: [{ url: 'https://his.example.com/hook', types: [order.paid] }]
`

/** A folder. */
export interface Folder extends AsyncDisposable {
  readonly path: string
  /** The configuration's file. */
  readonly file: string
  write(name: string, text: string, mode?: number): Promise<void>
  /** Writes the configuration and loads it. */
  load(yaml?: string, doors?: Partial<LoadDoors>): ReturnType<typeof loadConfig>
  /** Its problems as text, without the folder's name. */
  problems(yaml: string, doors?: Partial<LoadDoors>): Promise<readonly string[]>
}

/** Makes a folder with every secret that `sound` names. */
export async function openFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'chadan-config-'))
  const file = join(path, 'gateway.yaml')
  const write = async (name: string, text: string, mode = 0o600) => {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), text, { mode })
    await chmod(join(path, name), mode)
  }
  await write('vault', `${Buffer.alloc(32, 7).toString('base64')}\n`)
  await write('index', Buffer.alloc(32, 9).toString('base64'))
  await write('key.pem', apiv3.privateKey)
  await write('pub.pem', apiv3.publicKey)
  await write('v3', `${apiv3.apiV3Key}\n`)
  await write('corp', wecom.corpsecret)
  await write('token', wecom.token)
  await write('aes', wecom.encodingAesKey)
  await write('insurance', payinsurance.key)
  await write('agent', payinsurance.agentSecret)
  const load: Folder['load'] = async (yaml = sound, doors = {}) => {
    await write('gateway.yaml', yaml)
    return loadConfig(file, { ...systemSecretDoors, env: {}, ...doors })
  }
  return {
    path,
    file,
    write,
    load,
    async problems(yaml, doors) {
      try {
        await load(yaml, doors)
      } catch (error) {
        if (error instanceof ConfigError) return error.message.replaceAll(`${path}/`, '').split('\n')
        throw error
      }
      return []
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
