/** A simulated WeChat Pay, a configuration for it, and a gateway on sockets. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GatewayProcess, openGatewayProcess } from '../src/gateway-process.ts'
import { serve } from '../src/serve.ts'
import { openSimulation, type Simulation } from '../src/simulation.ts'
import { systemClock, systemRandom } from '../src/system.ts'
import { type Line, line } from './line.ts'

/** Everything in one folder. */
export interface GatewayDesk extends AsyncDisposable {
  readonly folder: string
  /** The configuration. */
  readonly file: string
  readonly simulation: Simulation
  readonly publicUrl: string
  /** Texts that may be shown nowhere. */
  readonly secrets: readonly string[]
  write(name: string, text: string): Promise<string>
  /** The configuration with some text replaced. */
  rewrite(from: string | RegExp, to: string): Promise<void>
  /** Starts the gateway in this process. */
  start(): Promise<GatewayProcess>
  /** A command line; `at` adds address and key of the gateway. */
  run(args: readonly string[]): Promise<Line>
  at(args: readonly string[]): Promise<Line>
  /** Makes a key and gives it to `at`. */
  login(tenant?: string, scopes?: string): Promise<void>
  /** Places a combined order of 163.50 yuan and answers it. */
  place(reference: string): Promise<{ id: string; number: string }>
  /** Waits until this event stands in the feed. */
  heard(type: string): Promise<void>
  readonly told: readonly string[]
}

/** Opens the desk; nothing of the gateway runs yet. */
export async function openGatewayDesk(): Promise<GatewayDesk> {
  const folder = await mkdtemp(join(tmpdir(), 'chadan-gateway-'))
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const simulation = await openSimulation({
    clock: systemClock,
    random: systemRandom,
    port: 0,
    credentials: join(folder, 'wechat.json'),
    fetch: (request) => fetch(request),
  })
  const { apiv3, wecom, payinsurance, baseUrl } = simulation.simulator.credentials
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  const vault = Buffer.alloc(32, 5).toString('base64')
  await write('vault', vault)
  await write('index', Buffer.alloc(32, 6).toString('base64'))
  await write('key.pem', apiv3.privateKey)
  await write('v3', apiv3.apiV3Key)
  await write('pub.pem', apiv3.publicKey)
  await write('corp', wecom.corpsecret)
  await write('insurance', payinsurance.key)
  await write('agent', payinsurance.agentSecret)
  let yaml = `publicUrl: ${publicUrl}
simulator: true
listen: { port: ${port} }
adminListen: { port: 0 }
store: { sqlite: chadan.db }
vault: { keys: [{ id: k1, key: file:vault }], indexKey: file:index }
logging: { level: error }
signers:
  - id: provider
    mode: partner
    appid: ${apiv3.appid}
    mchid: ${apiv3.mchid}
    serialNo: ${apiv3.serialNo}
    privateKey: file:key.pem
    apiV3Key: file:v3
    publicKeyId: ${apiv3.publicKeyId}
    publicKey: file:pub.pem
    baseUrl: ${baseUrl}
  - id: corp
    baseUrl: ${baseUrl}
    wecom: { corpid: ${wecom.corpid}, corpsecret: file:corp }
  - id: insurance
    mode: partner
    baseUrl: ${baseUrl}
    payinsurance:
      appid: ${payinsurance.appid}
      mch_id: ${payinsurance.mchId}
      sub_appid: ${payinsurance.subAppid}
      sub_mch_id: ${payinsurance.subMchId}
      key: file:insurance
      agentSecret: file:agent
tenants:
  - id: teahouse
    name: 示例茶馆
    signers: [provider, corp, insurance]
    merchant: { mchid: ${wecom.mchid} }
`
  const file = await write('gateway.yaml', yaml)
  const told: string[] = []
  let running: GatewayProcess | undefined
  let key: string[] = []
  const stop = async () => {
    const ending = running
    running = undefined
    await ending?.stop()
  }
  const run: GatewayDesk['run'] = (args) => line(args, { clock: systemClock, env: { USER: 'tester' } })
  const desk: GatewayDesk = {
    folder,
    file,
    simulation,
    publicUrl,
    told,
    secrets: [
      vault,
      apiv3.apiV3Key,
      apiv3.privateKey.split('\n')[3] ?? '',
      wecom.corpsecret,
      payinsurance.key,
      payinsurance.agentSecret,
    ],
    write,
    async rewrite(from, to) {
      yaml = yaml.replace(from, to)
      await write('gateway.yaml', yaml)
    },
    async start() {
      const io = {
        stdout: () => {},
        stderr: (text: string) => void told.push(text),
        stdin: async () => new Uint8Array(),
        clock: systemClock,
      }
      running = await openGatewayProcess(io, file)
      return { ...running, stop }
    },
    run,
    at: (args) => run([...args, '--url', publicUrl, ...key]),
    async login(tenant = 'teahouse', scopes = 'admin') {
      const out = join(folder, `${tenant}-${scopes}.key`.replace('*', 'all'))
      const made = await run([
        ...['keys', 'create', '--config', file, '--tenant', tenant],
        ...['--name', `${scopes} of tests`, '--scopes', scopes, '--out', out],
      ])
      if (made.exit !== 0) throw new Error(made.err)
      key = ['--key-file', out]
    },
    async place(reference) {
      const secret = (await readFile(key[1] ?? '', 'utf8')).trim()
      const sub = (sub_mchid: string, total_amount: number) => ({
        sub_mchid,
        description: '龙井礼盒',
        attach: 'store=HZ02',
        amount: { total_amount, currency: 'CNY' },
      })
      const response = await fetch(`${publicUrl}/v1/orders`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'idempotency-key': reference,
        },
        body: JSON.stringify({
          reference,
          product: 'combine',
          signer: 'provider',
          details: {
            trade_type: 'jsapi',
            sub_orders: [sub('1690000202', 12_800), sub('1690000203', 3_550)],
            combine_payer_info: { openid: apiv3.openid },
          },
        }),
      })
      const body = await response.json()
      if (response.status !== 201) throw new Error(JSON.stringify(body))
      return body as { id: string; number: string }
    },
    async heard(type) {
      const secret = (await readFile(key[1] ?? '', 'utf8')).trim()
      const stream = await fetch(`${publicUrl}/v1/events/stream`, {
        headers: { authorization: `Bearer ${secret}` },
      })
      let text = ''
      for await (const part of stream.body ?? []) {
        text += Buffer.from(part).toString()
        if (text.includes(`event: ${type}`) || text.includes(`event:${type}`)) return
      }
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await simulation.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return desk
}

/** A port that nobody holds now. */
async function freePort(): Promise<number> {
  const taken = await serve(async () => new Response(), { port: 0 })
  await taken.close()
  return taken.port
}
