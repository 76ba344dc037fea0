import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WechatPay } from '@chadan/client'
import { apiv3, everyOperation, type OperationShape, routeOf } from '@chadan/protocol'
import { methodOf } from './log.ts'
import { anyInput } from './provoking.ts'
import { openStage, type Stage } from './stage.ts'

/** What a request asks for: method, address, body and declared headers; never its signature and nonce. */
interface Asked {
  readonly method: string
  readonly address: string
  readonly body: string
  readonly headers: string
}

type Call = (parts: Record<string, unknown>) => Promise<unknown>
type Chain = { (path: string): Chain; get: Call; post: Call } & { readonly [step: string]: Chain }

/** `{out_trade_no}` to `_out_trade_no_`, `out-trade-no` to `outTradeNo`. */
const stepOf = (segment: string) =>
  segment.replace(/^\{(\w+)\}$/, '_$1_').replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The parts of a flat input, as the chain takes them. */
function partsOf(operation: OperationShape, input: Record<string, unknown>): Record<string, unknown> {
  const pick = (fields: object | undefined) =>
    Object.fromEntries(Object.entries(input).filter(([name]) => Object.hasOwn(fields ?? {}, name)))
  return {
    ...pick(operation.path),
    ...(operation.query && { query: pick(operation.query) }),
    ...(operation.body && { body: pick(operation.body) }),
  }
}

// The two downloads share one path, and the chain, which knows paths alone, calls it by the first.
const byPathAlone = (operation: OperationShape) => operation.id !== 'wecom.downloadBill'

/** The four ways to one operation. */
function ways(
  wx: WechatPay,
  operation: OperationShape,
  input: Record<string, unknown>,
): (() => Promise<unknown>)[] {
  const { verb, path } = routeOf(operation)
  const route = path.slice(1)
  const end = verb === 'GET' ? 'get' : 'post'
  const chain = wx.chain as unknown as Chain
  const steps = route.split('/').reduce<Chain>((view, segment) => view[stepOf(segment)] as Chain, chain)
  const parts = partsOf(operation, input)
  return [
    () => methodOf(wx, operation.id)(input),
    () => steps[end](parts),
    () => chain(route)[end](parts),
    () => (chain[route] as Chain)[end](parts),
  ]
}

/** The request that a call makes, and nothing else: no platform is asked. */
async function requestOf(stage: Stage, operation: OperationShape, way: number): Promise<Asked> {
  const requests: Request[] = []
  // The same chance for every way, so that drawn boundaries and nonces are the same.
  const random = { bytes: (length: number) => new Uint8Array(length).fill(7) }
  const wx = stage.open({
    random,
    tokens: { get: async () => kept(stage), set: async () => {}, drop: async () => {} },
    fetch: (request) => {
      requests.push(request)
      return Promise.reject(new TypeError('nobody is asked'))
    },
  })
  await ways(wx, operation, anyInput(operation))
    [way]?.()
    .catch(() => {})
  assert.equal(requests.length, 1, operation.id)
  const [request] = requests as [Request]
  const headers = Object.keys(operation.headers ?? {}).map((name) => request.headers.get(name))
  return {
    method: request.method,
    address: request.url,
    body: opened(stage, Buffer.from(await request.arrayBuffer()).toString()),
    headers: JSON.stringify([request.headers.get('content-type'), ...headers]),
  }
}

/** A body with what was sealed in clear text: two sealings of one text differ. */
function opened({ sim, given }: Stage, body: string): string {
  const key = sim.world.unsealingKey(given.apiv3.publicKeyId)
  assert.ok(key)
  return body.replace(/[A-Za-z0-9+/]{342}==/g, (sealed) => apiv3.openField(sealed, key))
}

const kept = ({ sim }: Stage) => ({
  accessToken: 'T'.repeat(86),
  obtainedMs: sim.clock.now(),
  expiresInSeconds: 7200,
})

test('the method and the three styles of the chain make the same request of every operation', async () => {
  await using stage = await openStage('in process')
  for (const operation of everyOperation.filter(byPathAlone)) {
    const method = await requestOf(stage, operation, 0)
    for (const style of [1, 2, 3])
      assert.deepEqual(await requestOf(stage, operation, style), method, operation.id)
  }
})
