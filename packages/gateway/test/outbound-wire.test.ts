import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { systemClock, systemRandom } from '@chadan/client'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { newEndpoint, newSecret, openDispatcher, openTargets, pinnedCarry } from '../src/outbound/index.ts'
import { openBench } from './outbound-bench.ts'

test('over a real connection a receiver verifies with the library, and a stranger with another secret refuses', async (t) => {
  await using bench = await openBench()
  const secrets = [newSecret(systemRandom), newSecret(systemRandom)]
  const seen: string[] = []
  async function receive(request: IncomingMessage, secret: string): Promise<number> {
    const headers = request.headers as Record<string, string>
    try {
      const { type, seq } = new Webhook(secret).verify(await text(request), headers) as {
        type: string
        seq: number
      }
      seen.push(`${request.url} ${type} ${seq}`)
      return 204
    } catch (error) {
      if (error instanceof WebhookVerificationError) return 401
      throw error
    }
  }
  const server = createServer(async (request, response) => {
    const secret = secrets[request.url === '/one' ? 0 : 1] ?? ''
    const status = await receive(request, secret)
    response
      .writeHead(status)
      .end(status === 401 ? 'signature is wrong: v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ' : '')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const carry = pinnedCarry()
  t.after(async () => {
    await carry.close()
    server.close()
  })

  const port = (server.address() as AddressInfo).port
  for (const path of ['one', 'two']) {
    const url = `http://hook.invalid:${port}/${path}`
    const endpoint = newEndpoint({ tenant: 'hospital', url }, { random: systemRandom, nowMs: 0 })
    await bench.store.saveEndpoint({ ...endpoint, secrets: [{ secret: secrets[0] ?? '' }] })
  }
  await bench.happen('o1')
  const allow = [`http://hook.invalid:${port}`]
  const { send } = openTargets({ rules: { allow }, resolve: async () => ['127.0.0.1'], carry })
  const dispatcher = openDispatcher({ store: bench.store, clock: systemClock, random: systemRandom, send })
  assert.equal(await dispatcher.tick(), 2)

  assert.deepEqual(seen, ['/one order.paid 1'])
  const states = (await bench.deliveries()).map(({ state, lastError }) => [state, lastError])
  assert.deepEqual(states.toSorted(), [
    ['acknowledged', undefined],
    ['due', 'answered 401: signature is wrong: …'],
  ])
})

test('a target that has become private is not sent to, and the delivery says which rule', async () => {
  await using bench = await openBench()
  await bench.endpoint()
  await bench.happen('o1')
  const carried: string[] = []
  const { send } = openTargets({
    rules: {},
    resolve: async () => ['10.0.0.5'],
    carry: async ({ url }) => {
      carried.push(url.href)
      return { status: 200, header: () => undefined, body: '' }
    },
  })
  await bench.dispatcher({ send }).tick()
  const [delivery] = await bench.deliveries()
  assert.deepEqual(
    [delivery?.state, delivery?.lastError],
    ['due', 'the webhook target is refused: its address is not public'],
  )
  assert.deepEqual(carried, [])
})
