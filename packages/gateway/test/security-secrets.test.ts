/** Invariant 26: nothing that names a payer and no secret stands in clear anywhere outside the messages themselves. */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Signer } from '../src/engine/desk.ts'
import { plan } from '../src/order/plan.ts'
import { products } from '../src/products/index.ts'
import { openSqlite } from '../src/store/sqlite.ts'
import { openVault } from '../src/store/vault.ts'
import { samples } from './contract/samples.ts'
import { type HttpBench, openHttpBench, publicUrl } from './http-bench.ts'

/** Everything in a database, as text. */
function contentsOf(database: DatabaseSync): string {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  const rows = tables.flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all())
  return JSON.stringify(rows, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  )
}

test('over a day with every product and every failure, no secret and no payer stands anywhere in clear', async () => {
  const database = new DatabaseSync(':memory:')
  const key = Buffer.alloc(32, 5)
  const random = { bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)) }
  const vault = openVault({ keys: [{ id: 'k1', key }], indexKey: Buffer.alloc(32, 6), random })
  const store = openSqlite({ database, vault, dueOf: (order) => plan(order, products[order.product])?.atMs })
  let signer: Signer | undefined
  /** While it is there, writing fails with an error that quotes it. */
  let quoting: string | undefined
  const bench: HttpBench = await openHttpBench({
    store: () => ({
      ...store,
      async change(find, decide) {
        if (quoting !== undefined) throw new Error(`cannot write ${quoting}`)
        return store.change(find, decide)
      },
    }),
    options: { signer: async (id) => (id === 'main' ? signer : undefined) },
  })
  const { credentials } = bench.sim
  const { payinsurance, wecom, apiv3: merchant } = credentials
  signer = {
    client: bench.client,
    limits: { place: 1000, ask: 1000, close: 1000, refund: 1000, ask_refund: 1000 },
    facts: {
      ...{ id: 'main', mode: 'partner', mchid: merchant.mchid, appid: merchant.appid },
      payinsurance: {
        ...{ appid: payinsurance.appid, mch_id: payinsurance.mchId },
        ...{ sub_appid: payinsurance.subAppid, sub_mch_id: payinsurance.subMchId },
      },
      wecom: { corpid: wecom.corpid },
    },
  }
  const answers: string[] = []
  const call = async (method: string, path: string, options: Parameters<HttpBench['call']>[2]) => {
    const answer = await bench.call(method, path, options)
    answers.push(JSON.stringify(answer.body))
    return answer
  }
  const { body: endpoint } = await bench.call('POST', '/v1/webhook-endpoints', {
    key: 'east-admin',
    body: { url: 'https://his.example.cn/chadan' },
  })
  const faults = ['loseAnswer', 'systemErrorAfter', 'wrongSignature', 'truncated', undefined] as const
  for (const sample of samples) {
    for (const [at, fault] of faults.entries()) {
      if (fault) bench.sim.faults.next(sample.create, fault)
      const reference = `visit-${sample.product}-${at}`
      const details = sample.details({ sim: bench.sim } as never, reference)
      const placed = await call('POST', '/v1/orders', {
        key: 'east-operate',
        body: { reference, product: sample.product, details },
      })
      if (placed.status >= 300) continue
      await bench.pass(10_000)
      await call('GET', `/v1/orders/${placed.body.id}/handover`, { key: 'east-operate' }).catch(() =>
        answers.pop(),
      )
      const order = await store.find({ id: placed.body.id })
      if (order && sample.product !== 'payscore')
        await sample.pay({ sim: bench.sim } as never, order).catch(() => {})
      await bench.pass(30_000)
      // Half of what was wrong: the problem must not quote it.
      await call('POST', '/v1/orders', {
        key: 'east-operate',
        body: { reference: `bad-${reference}`, product: sample.product, details: spoilt(details) },
      })
      for (const path of ['', '/log', '/facts', '/refunds'])
        await call('GET', `/v1/orders/${placed.body.id}${path}`, { key: 'east-read' })
      if (order?.view)
        await call('POST', `/v1/orders/${placed.body.id}/refunds`, {
          key: 'east-operate',
          body: {
            reference: 'r',
            parts: sample.partly.parts(order),
            ...(sample.partly.details && { details: sample.partly.details }),
          },
        })
    }
  }
  await call('POST', '/v1/orders/search', { key: 'east-read', body: { payer: merchant.openid } })
  await bench.raw(
    new Request(`${publicUrl}/notify/main/combine?openid=${merchant.openid}`, {
      method: 'POST',
      body: merchant.openid,
    }),
  )
  quoting = merchant.openid
  const details = samples[0]?.details({ sim: bench.sim } as never, 'broken') ?? {}
  const broken = { reference: 'broken', product: 'combine', details }
  const failed = await call('POST', '/v1/orders', { key: 'east-operate', body: broken })
  assert.equal(failed.status, 500)
  quoting = undefined
  await bench.pass(600_000)
  for (const path of ['/v1/events', '/v1/deliveries', '/v1/incidents', '/v1/orders'])
    await call('GET', path, { key: 'east-read' })
  for (const path of ['/v1/keys', '/v1/audit']) await call('GET', path, { key: 'all-admin' })
  for (const path of ['/metrics', '/openapi.json', '/readyz']) {
    const answer = await bench.pump(bench.service.adminFetch(new Request(`${publicUrl}${path}`)))
    answers.push(await answer.text())
  }
  const payers = {
    openid: merchant.openid,
    'sub openid': merchant.subOpenid,
    'wecom openid': wecom.openid,
    'insured openid': payinsurance.openid,
    name: payinsurance.userName,
    card: payinsurance.userCardNo,
  }
  const secrets = {
    'private key': merchant.privateKey.slice(40, 80),
    'api v3 key': merchant.apiV3Key,
    'wecom secret': wecom.corpsecret,
    'data key': key.toString('hex'),
    ...Object.fromEntries(Object.entries(bench.keys).map(([name, one]) => [`api key ${name}`, one])),
  }
  const places = {
    logs: bench.logged.join('\n'),
    webhooks: JSON.stringify(bench.webhooks),
    database: contentsOf(database),
    answers: answers.join('\n'),
  }
  assert.ok(bench.webhooks.length > 3 && bench.logged.length > 1 && places.database.includes('visit-wecom-4'))
  const found = Object.entries(places).flatMap(([place, text]) =>
    Object.entries({ ...payers, ...secrets, whsec: endpoint.secret })
      .filter(([, mark]) => mark !== undefined && text.includes(String(mark)))
      .map(([mark]) => `${mark} in ${place}`),
  )
  assert.deepEqual(found, [])
})

/** The same details with one member wrong and one unknown. */
function spoilt(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    ...details,
    sub_openid: { wrong: details.sub_openid ?? 'x' },
    strange: details.payer,
    total_fee: '12x',
  }
}
