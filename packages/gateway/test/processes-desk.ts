/** WeChat Pay and gateways as processes of their own, as they run at a merchant; between them an address that outlives each. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Credentials } from '@chadan/simulator'

const bin = fileURLToPath(new URL('../../chadan/bin/chadan.js', import.meta.url))

/** A process of `chadan`. */
export interface Running {
  readonly said: Readonly<Record<string, string>>
  readonly child: ChildProcess
  /** What it wrote to its standard error, the last of it. */
  readonly told: () => string
  /** Ends it with this signal and waits for its end. */
  end(signal: NodeJS.Signals): Promise<void>
}

/** An answer of a gateway or of the simulator's controls. */
export interface Answered {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: an answer is asserted member by member.
  readonly body: any
}

/** The desk. */
export interface ProcessDesk extends AsyncDisposable {
  readonly given: Credentials
  /** The address of the gateway: whichever node is alive answers, 502 when none is. */
  readonly url: string
  /** The API key of the teahouse. */
  readonly key: string
  /** Messages of WeChat Pay as they came, with the answer each was given; 0 where there was none. */
  readonly heard: readonly HeardMessage[]
  /** Starts one more node. */
  start(): Promise<Running>
  /** Kills a node without warning: nothing goes to it any more. */
  kill(node: Running): Promise<void>
  /** Calls the API; throws when nobody answers. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>
  /** Places a combined order of 1.63 and repeats itself until it is answered. */
  place(reference: string): Promise<Answered['body']>
  /** The payer of an order pays. */
  pay(number: string): Promise<void>
  /** The books of WeChat Pay's side, by number. */
  books(): Promise<Map<string, Booked>>
  /** All orders of the gateway. */
  orders(): Promise<Answered['body'][]>
}

/** A message of WeChat Pay on its way to the gateway. */
export interface HeardMessage {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer
  status: number
}

/** An order in the books of WeChat Pay. */
export interface Booked {
  readonly number: string
  readonly state: string
  readonly paidMinor: number
  readonly notices: readonly { readonly notification: string; readonly state: string }[]
}

/** Opens the desk: WeChat Pay runs, no gateway does. `speed`: how many of their seconds pass in one of ours. */
export async function openProcessDesk(
  given: { postgres?: string; speed?: number } = {},
): Promise<ProcessDesk> {
  const { postgres, speed = 30 } = given
  const folder = await mkdtemp(join(tmpdir(), 'chadan-processes-'))
  const write = (name: string, text: string) => writeFile(join(folder, name), text, { mode: 0o600 })
  const running = new Set<Running>()
  const run = async (args: readonly string[]) => {
    const one = await startCommand(args, folder)
    running.add(one)
    return one
  }
  const simulation = await run([
    ...['simulate', '--port', '0', '--credentials', join(folder, 'wechat.json'), '--json'],
    ...['--speed', String(speed)],
  ])
  const credentials = JSON.parse(await readFile(join(folder, 'wechat.json'), 'utf8')) as Credentials
  const nodes: Running[] = []
  const heard: HeardMessage[] = []
  const closing = new AbortController()
  const front = await openFront(nodes, heard)
  await writeConfig({ write, credentials, publicUrl: front.url, postgres })
  const config = join(folder, 'gateway.yaml')
  const keys = await startCommand(
    [
      'keys',
      'create',
      '--config',
      config,
      '--tenant',
      'teahouse',
      '--name',
      'his',
      '--scopes',
      'admin',
      '--json',
    ],
    folder,
  )
  const key = keys.said.key ?? ''
  await keys.end('SIGTERM')

  const desk: ProcessDesk = {
    given: credentials,
    url: front.url,
    key,
    heard,
    async start() {
      const node = await run(['serve', '--config', config, '--json'])
      nodes.push(node)
      return node
    },
    async kill(node) {
      const ended = node.end('SIGKILL')
      await ended
      nodes.splice(nodes.indexOf(node), 1)
    },
    call: (method, path, body, headers = {}) =>
      ask(`${front.url}${path}`, method, body, { authorization: `Bearer ${key}`, ...headers }),
    async place(reference) {
      const body = { reference, product: 'combine', details: detailsOf(credentials) }
      for (;;) {
        const answer = await desk
          .call('POST', '/v1/orders', body, { 'idempotency-key': reference })
          .catch(() => undefined)
        if (answer && answer.status < 300 && answer.body.state !== 'placing') return answer.body
        await pause(50, undefined, { signal: closing.signal })
      }
    },
    async pay(number) {
      const address = `${simulation.said.controlUrl}/orders/${number}/pay`
      await until(async () => (await ask(address, 'POST', {}, {})).status > 0, closing.signal)
    },
    async books() {
      const { body } = await ask(
        `${simulation.said.controlUrl}/books/combine?limit=1000`,
        'GET',
        undefined,
        {},
      )
      return new Map((body.orders as Booked[]).map((one) => [one.number, one]))
    },
    async orders() {
      const found: Answered['body'][] = []
      for (let cursor = ''; ; ) {
        const { body } = await desk.call('GET', `/v1/orders?limit=200${cursor && `&cursor=${cursor}`}`)
        found.push(...body.data)
        if (body.next === null) return found
        cursor = encodeURIComponent(body.next)
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
      for (const one of running) await one.end('SIGKILL')
      await front.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return desk
}

/** Waits until something is so. The runner's time limit ends what never is. */
export async function until(is: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  while (!(await is().catch(() => false))) {
    signal?.throwIfAborted()
    await pause(100, undefined, { signal })
  }
}

async function startCommand(args: readonly string[], folder: string): Promise<Running> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'chadan-compiled') },
  })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => {
    told = `${told}${chunk}`.slice(-4_000)
  })
  const ended = once(child, 'close')
  const lines = createInterface({ input: child.stdout })
  const line = await Promise.race([
    once(lines, 'line').then(([text]) => String(text)),
    ended.then(() => undefined),
  ])
  if (line === undefined) throw new Error(`chadan ${args[0]} ended at once: ${told}`)
  return {
    said: JSON.parse(line),
    child,
    told: () => told,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      await ended
    },
  }
}

/** Passes every request on to one of the nodes, in turn. */
async function openFront(
  nodes: readonly Running[],
  heard: HeardMessage[],
): Promise<{ url: string; close(): Promise<void> }> {
  let turn = 0
  const server: Server = createServer((request, response) => {
    const node = nodes[turn++ % Math.max(1, nodes.length)]
    if (!node) return void response.writeHead(502).end()
    const { method, url = '', headers } = request
    const message = url.startsWith('/notify/') ? note(request, heard) : undefined
    const onward = send(`${node.said.url}${url}`, { method, headers }, (answer) => {
      if (message) message.status = answer.statusCode ?? 0
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    // A node that dies leaves its callers without an answer, as the network would.
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Keeps what a message is made of while it passes. */
function note(request: IncomingMessage, heard: HeardMessage[]): HeardMessage {
  const parts: Buffer[] = []
  const named = Object.entries(request.headers).filter(([name]) => /^(wechatpay-|content-type)/.test(name))
  const message: HeardMessage = {
    path: request.url ?? '',
    headers: Object.fromEntries(named.map(([name, value]) => [name, String(value)])),
    get body() {
      return Buffer.concat(parts)
    },
    status: 0,
  }
  request.on('data', (part: Buffer) => parts.push(part))
  heard.push(message)
  return message
}

async function ask(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Answered> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  const response = await fetch(url, {
    method,
    headers: { ...json, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: isJson ? JSON.parse(text) : text }
}

async function writeConfig(given: {
  write: (name: string, text: string) => Promise<void>
  credentials: Credentials
  publicUrl: string
  postgres: string | undefined
}): Promise<void> {
  const { write, credentials, publicUrl, postgres } = given
  const { apiv3, baseUrl } = credentials
  await write('vault', Buffer.alloc(32, 5).toString('base64'))
  await write('index', Buffer.alloc(32, 6).toString('base64'))
  await write('key.pem', apiv3.privateKey)
  await write('v3', apiv3.apiV3Key)
  await write('pub.pem', apiv3.publicKey)
  await write('postgres', postgres ?? '')
  const limits = { place: 1000, ask: 1000, close: 1000, refund: 1000, ask_refund: 1000 }
  const config = {
    publicUrl,
    simulator: true,
    clock: { follow: baseUrl },
    // Each node takes a free port.
    listen: { port: 0 },
    adminListen: { port: 0 },
    store: postgres === undefined ? { sqlite: 'gateway.db' } : { postgres: 'file:postgres' },
    vault: { keys: [{ id: 'k1', key: 'file:vault' }], indexKey: 'file:index' },
    limits: { requestsPerSecond: 10_000 },
    logging: { level: 'error' },
    signers: [
      {
        ...{
          id: 'provider',
          mode: 'partner',
          appid: apiv3.appid,
          mchid: apiv3.mchid,
          serialNo: apiv3.serialNo,
        },
        ...{ privateKey: 'file:key.pem', apiV3Key: 'file:v3', publicKeyId: apiv3.publicKeyId },
        ...{ publicKey: 'file:pub.pem', baseUrl, limits },
      },
    ],
    tenants: [{ id: 'teahouse', name: '示例茶馆', signers: ['provider'] }],
  }
  await write('gateway.yaml', JSON.stringify(config, null, 2))
}

function detailsOf({ apiv3 }: Credentials) {
  const sub = (sub_mchid: string, total_amount: number) => ({
    sub_mchid,
    description: '龙井礼盒',
    attach: 'store=HZ02',
    amount: { total_amount, currency: 'CNY' },
  })
  return {
    trade_type: 'jsapi',
    sub_orders: [sub('1690000202', 128), sub('1690000203', 35)],
    combine_payer_info: { openid: apiv3.openid },
  }
}
