/** Combined orders for tests: one initiator, two merchants beside it, two sub-merchants under it. */
import { type OperationShape, operations } from '@chadan/protocol'
import type { SimulatorOptions } from '../src/index.ts'
import { type Answered, type Bench, joinMerchant, openBench, type Parts } from './support.ts'

export const { combine } = operations
export const notifyUrl = 'https://shop.example.cn/combine'
/** The merchants of direct orders, and the sub-merchants of provider's orders. */
export const [tea, books] = ['1688000102', '1688000103']
export const [orchard, freight] = ['1690000201', '1690000202']
export const initiator = '1688000101'

/** A bench with ready-made requests; every number is drawn once. */
export interface CombineBench extends Bench {
  /** A direct order of two sub-orders for JSAPI. */
  direct(number?: string, more?: Record<string, unknown>): Record<string, unknown> & Body
  /** A provider's order of two sub-orders. */
  provided(number?: string, more?: Record<string, unknown>): Record<string, unknown> & Body
  /** Places it and returns its session, link or code. */
  place(body: Body, operation?: OperationShape): Promise<string>
  query(number: string): Promise<Answered>
  close(body: Body, more?: Record<string, unknown>, parts?: Parts): Promise<Answered>
  /** Places and pays a direct order, and returns it as a query shows it. */
  // biome-ignore lint/suspicious/noExplicitAny: an answer is asserted member by member.
  paid(body: Body, details?: { coupon?: string; bank?: string }): Promise<any>
}

export interface Body {
  readonly combine_out_trade_no: string
  readonly combine_appid: string
  readonly sub_orders: readonly Record<string, unknown>[]
}

export async function openCombineBench(options: SimulatorOptions = {}): Promise<CombineBench> {
  const bench = await openBench(options)
  const { sim, call } = bench
  joinMerchant(sim, tea)
  joinMerchant(sim, books)
  const { appid, openid } = sim.credentials.apiv3

  const order = (number: string, subs: readonly Record<string, unknown>[], more = {}) => ({
    combine_appid: appid,
    combine_mchid: initiator,
    combine_out_trade_no: number,
    scene_info: { device_id: 'POS-HZ-0017', payer_client_ip: '203.0.113.24' },
    sub_orders: subs,
    combine_payer_info: { openid },
    notify_url: notifyUrl,
    ...more,
  })
  const sub = (number: string, total: number, more: Record<string, unknown>) => ({
    out_trade_no: number,
    description: '示例茶馆-龙井礼盒',
    attach: 'store=HZ02',
    amount: { total_amount: total, currency: 'CNY' },
    ...more,
  })
  const query = (number: string) =>
    call(combine.queryByOutTradeNo, { path: { combine_out_trade_no: number } })

  async function place(body: Body, operation: OperationShape = combine.createJsapi): Promise<string> {
    const answer = await call(operation, { body })
    if (answer.status !== 200)
      throw new Error(`placing answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return Object.values(answer.body)[0] as string
  }

  return Object.assign(bench, {
    direct: (number = 'CT20260317A00042', more = {}) =>
      order(
        number,
        [
          sub(`${number}_sub1`, 12800, { mchid: tea, goods_tag: 'SPRING26' }),
          sub(`${number}_sub2`, 3550, { mchid: books }),
        ],
        more,
      ),
    provided: (number = 'CT20260317B00007', more = {}) =>
      order(
        number,
        [
          sub(`${number}_sub1`, 20000, { mchid: initiator, sub_mchid: orchard }),
          sub(`${number}_sub2`, 990, { mchid: initiator, sub_mchid: freight }),
        ],
        more,
      ),
    place,
    query,
    close: (body: Body, more: Record<string, unknown> = {}, parts: Parts = {}) =>
      call(combine.close, {
        path: { combine_out_trade_no: body.combine_out_trade_no },
        body: {
          combine_appid: body.combine_appid,
          sub_orders: body.sub_orders.map(({ mchid, out_trade_no, sub_mchid }) => ({
            mchid,
            out_trade_no,
            ...(sub_mchid !== undefined && { sub_mchid }),
          })),
          ...more,
        },
        ...parts,
      }),
    async paid(body: Body, details = {}) {
      await sim.pay(await place(body), details)
      return (await query(body.combine_out_trade_no)).body
    },
  })
}
