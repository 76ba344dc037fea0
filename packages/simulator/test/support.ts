/** A merchant made of the protocol's own functions: the simulator is never tested through the client alone. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { apiv3, type OperationShape, routeOf, writeFlat } from '@chadan/protocol'
import { type Merchant, openSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts'

/** A notice as it arrived. */
export interface Heard {
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/** A simulator with a merchant's server that answers each notice with `status`. */
export interface Bench {
  readonly sim: Simulator
  readonly heard: Heard[]
  /** The status with which the merchant's server answers notices. */
  status: number
  /** Calls an APIv3 operation: signed, verified, parsed. */
  call(operation: OperationShape, parts?: Parts): Promise<Answered>
  /** The decrypted resource of a notice. */
  open(notice: Heard): { id: string; event_type: string; resource: Record<string, unknown> }
}

export interface Parts {
  readonly path?: Record<string, string>
  readonly query?: Record<string, unknown>
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** Another merchant of the world who signs, with the same key; see `joinMerchant`. */
  readonly as?: string
}

export interface Answered {
  readonly status: number
  // Tests look at single members of answers whose shape they assert.
  // biome-ignore lint/suspicious/noExplicitAny: an answer is asserted member by member.
  readonly body: any
  readonly headers: Headers
  readonly verified: boolean
}

/** Opens a simulator whose notices arrive at `https://shop.example.cn/...` and are kept in `heard`. */
export async function openBench(options: SimulatorOptions = {}): Promise<Bench> {
  const heard: Heard[] = []
  const bench = { status: 204 }
  const sim = await openSimulator({
    ...options,
    fetch: async (request) => {
      heard.push({ url: request.url, headers: request.headers, body: await request.text() })
      return new Response(null, { status: bench.status })
    },
  })
  const { apiv3: given } = sim.credentials
  const privateKey = createPrivateKey(given.privateKey)
  const platformKeys = new Map([
    [given.platformSerialNo, createPublicKey(given.platformCertificate)],
    [given.publicKeyId, createPublicKey(given.publicKey)],
  ])

  async function call(
    operation: OperationShape,
    { path = {}, query, body, headers, as = given.mchid }: Parts = {},
  ): Promise<Answered> {
    const { verb, path: pattern } = routeOf(operation)
    const filled = pattern.replace(/\{(\w+)\}/g, (_, name: string) => apiv3.encodeSegment(path[name] ?? ''))
    const search = new URLSearchParams(writeFlat(operation.query ?? {}, query ?? {})).toString()
    const target = search ? `${filled}?${search}` : filled
    const text = body === undefined ? '' : JSON.stringify(body)
    const timestamp = String(Math.floor(sim.clock.now() / 1000))
    const nonce = sim.world.draw.nonce()
    const signature = apiv3.signText(
      apiv3.requestText({ method: verb, target, timestamp, nonce, body: text }),
      privateKey,
    )
    const response = await sim.fetch(
      new Request(`https://api.mch.weixin.qq.com${target}`, {
        method: verb,
        headers: {
          accept: 'application/json',
          'user-agent': 'chadan-test',
          authorization: apiv3.formatAuthorization({
            mchid: as,
            serialNo: given.serialNo,
            nonce,
            timestamp,
            signature,
          }),
          ...(text && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(text && { body: text }),
      }),
    )
    const bytes = new Uint8Array(await response.arrayBuffer())
    const verdict = apiv3.checkSigned({
      headers: apiv3.readSignedHeaders((name) => response.headers.get(name)),
      body: bytes,
      nowMs: sim.clock.now(),
      keys: (serial) => platformKeys.get(serial),
    })
    const raw = Buffer.from(bytes).toString()
    const json = response.headers.get('content-type')?.includes('json')
    return {
      status: response.status,
      headers: response.headers,
      verified: verdict.ok,
      body: json && raw ? JSON.parse(raw) : raw,
    }
  }

  return Object.assign(bench, {
    sim,
    heard,
    call,
    open(notice: Heard) {
      const envelope = JSON.parse(notice.body)
      const plain = apiv3.openResource(envelope.resource, given.apiV3Key)
      return { ...envelope, resource: JSON.parse(Buffer.from(plain).toString()) }
    },
  })
}

/** Text sealed under the platform's public key; send its serial in `Wechatpay-Serial`. */
export function seal(sim: Simulator, text: string): string {
  return apiv3.sealField(text, createPublicKey(sim.credentials.apiv3.publicKey))
}

/** Lets another merchant into the world, who signs with the key of the first one. */
export function joinMerchant(sim: Simulator, mchid: string, more: Partial<Merchant> = {}): Merchant {
  const first = sim.world.merchants.get(sim.credentials.apiv3.mchid) as Merchant
  return sim.world.merchants.set(mchid, {
    ...structuredClone(first),
    mchid,
    name: `商户${mchid}`,
    role: 'merchant',
    subs: [],
    ...more,
  })
}
