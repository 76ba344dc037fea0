import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '@chadan/simulator'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { causeOf, excerptOf, maxExcerpt } from '../src/outbound/excerpt.ts'
import {
  newEndpoint,
  newSecret,
  restAfter,
  retryDelaysMs,
  rotateSecret,
  webhookOf,
} from '../src/outbound/index.ts'
import type { FeedEvent } from '../src/store/store.ts'

const random = seededRandom('webhooks')
// The library's verifier looks at the machine's clock, as receivers do.
const nowMs = Date.now()
const hour = 3_600_000

const event: FeedEvent = {
  id: 'evt_1',
  tenant: 'hospital',
  order: 'ord_1',
  orderSeq: 3,
  seq: 7,
  type: 'order.paid',
  atMs: Date.UTC(2026, 2, 17, 1, 2, 3),
  data: { state: 'paid', words: '支付成功' },
  minor: 100,
  currency: 'CNY',
}
const endpoint = newEndpoint({ tenant: 'hospital', url: 'https://shop.example/hook' }, { random, nowMs })
const secretsOf = ({ secrets }: typeof endpoint) => secrets.map(({ secret }) => secret)

function verifies(secret: string, sent: ReturnType<typeof webhookOf>): boolean {
  try {
    new Webhook(secret).verify(sent.body, sent.headers)
    return true
  } catch {
    return false
  }
}

test('a receiver verifies a webhook with the library of the specification', () => {
  const sent = webhookOf(event, endpoint, nowMs)
  assert.deepEqual(new Webhook(secretsOf(endpoint)[0] ?? '').verify(sent.body, sent.headers), {
    id: 'evt_1',
    type: 'order.paid',
    timestamp: '2026-03-17T01:02:03.000Z',
    seq: 7,
    order: 'ord_1',
    order_seq: 3,
    data: { state: 'paid', words: '支付成功' },
  })
  assert.equal(sent.headers['webhook-id'], 'evt_1')
  assert.ok(!verifies(newSecret(random), sent), 'another secret does not verify')
  assert.ok(!verifies(secretsOf(endpoint)[0] ?? '', { ...sent, body: sent.body.replace('paid', 'fail') }))
})

test('in every repetition id and body are the same; only time and signature differ', () => {
  const [first, second] = [webhookOf(event, endpoint, nowMs), webhookOf(event, endpoint, nowMs + hour)]
  assert.equal(first.body, second.body)
  assert.equal(first.headers['webhook-id'], second.headers['webhook-id'])
  assert.notEqual(first.headers['webhook-timestamp'], second.headers['webhook-timestamp'])
  assert.notEqual(first.headers['webhook-signature'], second.headers['webhook-signature'])
})

test('a secret holds 256 bits behind whsec_, and no two are the same', () => {
  const secrets = Array.from({ length: 50 }, () => newSecret(random))
  assert.equal(new Set(secrets).size, 50)
  for (const secret of secrets) {
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  }
})

test('while secrets overlap a webhook verifies with either; afterwards with the new one alone', () => {
  const rotated = rotateSecret(endpoint, { random, nowMs: nowMs - 23 * hour })
  const [fresh = '', old = ''] = secretsOf(rotated)
  assert.equal(old, secretsOf(endpoint)[0])
  const during = webhookOf(event, rotated, nowMs)
  assert.deepEqual([verifies(fresh, during), verifies(old, during)], [true, true])

  const ended = webhookOf(event, rotateSecret(endpoint, { random, nowMs: nowMs - 24 * hour }), nowMs)
  assert.ok(!verifies(old, ended))
})

test('a leaked secret is dropped at once when it is rotated without overlap', () => {
  const rotated = rotateSecret(endpoint, { random, nowMs, overlapMs: 0 })
  assert.equal(rotated.secrets.length, 1)
  assert.notEqual(secretsOf(rotated)[0], secretsOf(endpoint)[0])
})

test('rotating often keeps a few secrets and never lengthens the life of an old one', () => {
  let rotated = rotateSecret(endpoint, { random, nowMs, overlapMs: hour })
  for (let times = 0; times < 10; times++) rotated = rotateSecret(rotated, { random, nowMs: nowMs + times })
  assert.equal(rotated.secrets.length, 4)
  assert.equal(rotated.secrets[0]?.untilMs, undefined)
  const early = rotateSecret(rotateSecret(endpoint, { random, nowMs, overlapMs: hour }), { random, nowMs })
  assert.equal(early.secrets[2]?.untilMs, nowMs + hour)
})

test('an endpoint whose secrets have all run out is not signed for', () => {
  const secrets = [{ secret: newSecret(random), untilMs: nowMs }]
  assert.throws(() => webhookOf(event, { ...endpoint, secrets }, nowMs), /no secret/)
})

test('ten attempts are spread over days, each rest a tenth more or less', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.nat(), (attempts, seed) => {
      const rest = restAfter(attempts, { random: seededRandom(seed) }) ?? 0
      const base = retryDelaysMs[attempts - 1] ?? 0
      assert.ok(rest >= base * 0.9 - 1 && rest <= base * 1.1 + 1)
    }),
  )
  assert.equal(restAfter(10, { random }), undefined)
  assert.ok(retryDelaysMs.reduce((sum, one) => sum + one, 0) > 72 * hour)
})

test('a receiver may ask for a longer rest, up to a day, never for a shorter one', () => {
  assert.equal(restAfter(1, { random, retryMs: 60_000 }), 60_000)
  assert.equal(restAfter(1, { random, retryMs: 100 * 24 * hour }), 24 * hour)
  assert.ok((restAfter(4, { random, retryMs: 1 }) ?? 0) > hour)
})

test('an excerpt shows plain words and masks what may be a secret or a person', () => {
  const body = JSON.stringify({
    error: 'order not found',
    number: '4200001234',
    phone: '13800138000',
    token: 'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
    mail: 'li@hospital.example',
    name: '张三',
    signature: 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=',
  })
  const shown = excerptOf(body) ?? ''
  assert.match(shown, /order not found/)
  for (const hidden of ['4200001234', '1380', '4eC39', 'li@', 'hospital.example', '张', 'K5oZ']) {
    assert.ok(!shown.includes(hidden), hidden)
  }
  assert.equal(excerptOf('<html><h1>Internal host db-7</h1>'), undefined)
  assert.equal(excerptOf(' '), undefined)
})

test('an excerpt is short, on one line, and without digits, whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (body) => {
      const shown = excerptOf(body) ?? ''
      assert.ok(shown.length <= maxExcerpt)
      assert.match(shown, /^[A-Za-z_.:!?…\- ]*$/)
    }),
  )
})

test('a network error is told by its code alone', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.5:443'), { code: 'ECONNREFUSED' })
  assert.equal(causeOf(new Error('fetch failed', { cause: refused })), 'no answer (ECONNREFUSED)')
  assert.equal(causeOf(Object.assign(new Error('x'), { code: 'at 10.0.0.5' })), 'no answer')
  assert.equal(causeOf('10.0.0.5'), 'no answer')
})
