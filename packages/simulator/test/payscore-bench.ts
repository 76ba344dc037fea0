/** A power bank rented in Hong Kong: the bench with what PayScore tests share. */
import assert from 'node:assert/strict'
import { operations } from '@chadan/protocol'
import type { SimulatorOptions } from '../src/index.ts'
import { type Answered, type Bench, openBench } from './support.ts'

export const { payscore, globalRefunds } = operations

/** The bench of a PayScore institution. */
export interface PayscoreBench extends Bench {
  /** What every call names. */
  readonly ids: { readonly service_id: string; readonly sub_mchid: string }
  readonly number: string
  /** A create body, with changes. */
  rental(more?: object): Record<string, unknown>
  create(more?: object): Promise<Answered>
  query(): Promise<Answered>
  cancel(more?: object): Promise<Answered>
  complete(more?: object): Promise<Answered>
  sync(more?: object): Promise<Answered>
  /** A created and confirmed rental. */
  confirmed(more?: object): Promise<void>
  /** A rental that was paid: the number of its transaction. */
  paid(more?: object): Promise<string>
  /** Now, or later, as text. */
  at(ms?: number): string
}

/** Opens the bench; time starts at 2026-03-17 10:00 in Hong Kong. */
export async function openPayscore(options: SimulatorOptions = {}): Promise<PayscoreBench> {
  const bench = await openBench(options)
  const { apiv3, payscore: given } = bench.sim.credentials
  const ids = { service_id: given.serviceId, sub_mchid: apiv3.subMchid }
  const number = 'PB20260318A7K2-0001'
  const path = { out_order_no: number }
  const at = (ms = 0) => bench.sim.world.time(bench.sim.clock.now() + ms)

  const rental = (more: object = {}) => ({
    ...ids,
    appid: apiv3.appid,
    sub_appid: apiv3.subAppid,
    out_order_no: number,
    currency: given.currency,
    service_introduction: 'City power bank',
    post_payments: [{ name: 'Rental fee', amount: 0, description: 'HK$6 per 30 minutes', count: 1 }],
    risk_fund: { name: 'DEPOSIT', amount: 30000, description: 'Power bank deposit' },
    time_range: { start_time: '2026-03-17T10:00:00+08:00', start_time_remark: 'Unlock time' },
    location: { start_location: 'Central Pier 7 kiosk' },
    need_user_confirm: true,
    notify_url: 'https://pay.example.hk/notify/payscore',
    attach: 'kiosk%3D018',
    ...more,
  })
  const completion = (more: object = {}) => ({
    ...ids,
    appid: apiv3.subAppid,
    post_payments: [{ name: 'Rental fee', description: 'HK$6 per 30 minutes', amount: 4200, count: 7 }],
    post_discounts: [{ name: 'First ride', description: 'First rental only', amount: 200, count: 1 }],
    total_amount: 4000,
    currency: given.currency,
    time_range: { end_time: at(), end_time_remark: 'Return time' },
    location: { end_location: 'Sheung Wan MTR kiosk' },
    profit_sharing: false,
    ...more,
  })
  const payment = (more: object = {}) => ({
    ...ids,
    type: 'Order_Paid',
    detail: { seq: 1, paid_time: at(), paid_amount: 4000 },
    ...more,
  })
  const create = (more?: object) => bench.call(payscore.create, { body: rental(more) })
  const query = () => bench.call(payscore.query, { query: { ...ids, out_order_no: number } })
  const complete = (more?: object) => bench.call(payscore.complete, { path, body: completion(more) })
  const confirmed = async (more?: object) => {
    await create(more)
    await bench.sim.act(number, { action: 'confirm' })
    await bench.sim.advance(0)
  }
  return Object.assign(bench, {
    ids,
    number,
    rental,
    create,
    query,
    cancel: (more: object = {}) =>
      bench.call(payscore.cancel, {
        path,
        body: { ...ids, appid: apiv3.subAppid, reason: 'Kiosk slot jammed', ...more },
      }),
    complete,
    sync: (more?: object) => bench.call(payscore.sync, { path, body: payment(more) }),
    confirmed,
    async paid(more?: object) {
      await confirmed(more)
      await complete()
      await bench.sim.advance(2_000)
      const { body } = await query()
      return body.collection.details[0].transaction_id as string
    },
    at,
  })
}

/** A refusal's status and code; its signature was verified. */
export function refusal({ status, body, verified }: Answered): string {
  assert.equal(verified, true)
  return `${status} ${body.code}`
}
