/** One order of one product against the simulator, kept by the pure core: what the engine does, without a store. */
import assert from 'node:assert/strict'
import { Lost, optionsOf, Refused, WechatPay } from '@chadan/client'
import type { OperationShape } from '@chadan/protocol'
import { openSimulator, type Simulator, type SomeSwitches, virtualClock } from '@chadan/simulator'
import { act, hear } from '../src/order/apply.ts'
import type { Errand, MerchantIds, Order } from '../src/order/order.ts'
import { plan } from '../src/order/plan.ts'
import type { Reading, Source } from '../src/order/reading.ts'
import type { AttemptView, RefundView } from '../src/order/view.ts'
import type {
  Context,
  Heard,
  PayerHandover,
  PlannedErrand,
  Product,
  Question,
  SignerFacts,
} from '../src/products/product.ts'

/** What a bench is opened with. */
export interface BenchOptions {
  readonly product: Product
  readonly mode?: 'direct' | 'partner'
  readonly tenant?: MerchantIds
  readonly signer?: Partial<SignerFacts>
  readonly switches?: SomeSwitches
}

/** An order's bench. */
export interface ProductBench {
  readonly sim: Simulator
  readonly wx: WechatPay
  readonly context: Context
  /** The order as it is kept now. */
  readonly order: Order
  /** What notices said, in their order. */
  readonly heard: readonly Heard[]
  /** The inputs of all errands sent, by number and step. */
  readonly inputs: ReadonlyMap<string, unknown>
  place(
    details: Readonly<Record<string, unknown>>,
    more?: { number?: string; expiresMs?: number },
  ): Promise<AttemptView>
  /** Plans and carries out an act. */
  perform(name: string, details: Readonly<Record<string, unknown>>): Promise<AttemptView>
  /** Sends a call of an errand again, as it was. */
  again(step: string): Promise<AttemptView>
  ask(): Promise<AttemptView>
  close(): Promise<void>
  refund(wish: {
    amount?: number
    parts?: Record<string, number>
    details?: Record<string, unknown>
  }): Promise<RefundView>
  /** Makes the call that is planned next. */
  next(): Promise<void>
  askRefund(): Promise<RefundView>
  handover(): Promise<PayerHandover | undefined>
  pass(ms: number): Promise<void>
}

/** Opens the bench; time starts at 2026-03-17 10:00 in Beijing. */
export async function openProductBench(options: BenchOptions): Promise<ProductBench> {
  const { product, mode = 'partner', switches } = options
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  const sim: Simulator = await openSimulator({
    clock,
    fetch: receive,
    ...(switches && { switches }),
  })
  const { apiv3 } = sim.credentials
  const wx = new WechatPay({ ...optionsOf({ ...sim.credentials, mode }), fetch: sim.fetch, clock })
  let drawn = 0
  const context = (): Context => ({
    signer: { id: 'signer', mode, mchid: apiv3.mchid, appid: apiv3.appid, ...options.signer },
    tenant: {
      appid: apiv3.appid,
      ...(mode === 'partner' && { sub_mchid: apiv3.subMchid }),
      ...options.tenant,
    },
    notifyUrl: `https://shop.example.cn/notify/${product.id}`,
    returnUrl: 'https://shop.example.cn/back',
    nowMs: clock.now(),
    draw: () => `N${String(++drawn).padStart(19, '0')}`,
  })
  const heard: Heard[] = []
  const inputs = new Map<string, unknown>()
  const planned = new Map<string, PlannedErrand>()
  let order: Order | undefined
  const kept = () => {
    assert(order, 'the order was placed')
    return order
  }

  async function receive(request: Request): Promise<Response> {
    const notice = await wx.notifications.receive(request)
    const said = product.hear(notice)
    if (said) {
      heard.push(said)
      take('notice', notice.type, said.reading)
    }
    return notice.accept()
  }

  function take(source: Source, by: string, reading: Reading, askedMs = clock.now()): void {
    const observation = {
      source,
      by,
      trust: product.id === 'wecom' ? ('channel' as const) : ('signature' as const),
      verified: true,
      askedMs,
      heardMs: clock.now(),
      reading,
    }
    order = hear(kept(), observation, product, clock.now()).order
  }

  const attempt = () => kept().view.attempts.at(-1) as AttemptView
  const refundView = () => kept().view.refunds.at(-1) as RefundView
  const errandOf = ({ step, operation }: PlannedErrand): Errand => ({
    step,
    operation: operation.id,
    sends: 0,
  })

  async function send(number: string, one: PlannedErrand): Promise<void> {
    const key = `${number}/${one.step}`
    inputs.set(key, one.input)
    planned.set(key, one)
    const prepared = await wx.prepare(one.operation, one.input as never)
    const atMs = clock.now()
    order = act(
      kept(),
      { act: 'send', number, step: one.step, atMs, body: key, digest: prepared.digest },
      product,
      atMs,
    ).order
    const kind = product.errands[one.step]
    assert(kind, `the product reads answers to ${one.step}`)
    const result = await wx.send(prepared).catch((error: unknown) => {
      if (error instanceof Lost) return undefined
      throw error
    })
    if (!result) {
      order = act(
        kept(),
        { act: 'lose', number, step: one.step, atMs: clock.now() },
        product,
        clock.now(),
      ).order
      return
    }
    take('answer', one.operation.id, kind.read(result, number, kept()))
  }

  async function answer(operation: OperationShape, input: unknown): Promise<unknown> {
    return wx.send(await wx.prepare(operation, input as never))
  }

  async function put(number: string, questions: readonly Question[]): Promise<void> {
    for (const { operation, input, read } of questions)
      take('answer', operation.id, read(await answer(operation, input)))
    const count = (kept().asked[number]?.count ?? 0) + 1
    const asked = { count, lastMs: clock.now(), missing: 0, missingSinceMs: 0 }
    order = { ...kept(), asked: { ...kept().asked, [number]: asked } }
  }

  const placed = () =>
    Object.fromEntries(
      [...inputs]
        .filter(([key]) => key.startsWith(`${attempt().number}/`))
        .map(([key, input]) => [key.split('/')[1], input]),
    )

  const bench: ProductBench = {
    sim,
    wx,
    get context() {
      return context()
    },
    get order() {
      return kept()
    },
    heard,
    inputs,
    async place(details, more = {}) {
      const opening = product.open({ details, ...more }, context())
      const { number, amount, parts, merchant, expiresMs } = opening
      const nowMs = clock.now()
      order = act(
        undefined,
        {
          act: 'open',
          order: {
            id: 'order',
            tenant: 'tenant',
            signer: 'signer',
            product: product.id,
            reference: 'reference',
            createdMs: nowMs,
            content: 'content',
          },
          attempt: {
            number,
            openedMs: nowMs,
            amount,
            parts,
            merchant,
            errands: opening.errands.map(errandOf),
            expiresMs,
            closes: 0,
          },
        },
        product,
        nowMs,
      ).order
      for (const one of opening.errands) await send(number, one)
      return attempt()
    },
    async perform(name, details) {
      const one = product.acts?.[name]
      assert(one, `the product has ${name}`)
      const wanted = one.plan({ order: kept(), attempt: attempt(), details, context: context() })
      const { number } = attempt()
      const errand: Errand = { ...errandOf(wanted.errand), later: true }
      const { amount, parts } = wanted
      order = act(kept(), { act: 'plan', number, errand, amount, parts }, product, clock.now()).order
      await send(number, wanted.errand)
      return attempt()
    },
    async again(step) {
      const { number } = attempt()
      await send(number, planned.get(`${number}/${step}`) as PlannedErrand)
      return attempt()
    },
    async ask() {
      const one = kept().attempts.at(-1)
      assert(one)
      await put(one.number, product.ask(kept(), one))
      return attempt()
    },
    async close() {
      const one = kept().attempts.at(-1)
      assert(one)
      const call = product.close(kept(), one)
      assert(call, 'the product closes')
      await answer(call.operation, call.input)
    },
    async refund({ amount, parts, details = {} }) {
      const opening = product.refund(
        { order: kept(), attempt: attempt(), amount, parts, reason: 'returned', details, placed: placed() },
        context(),
      )
      const { errands, ...more } = opening
      const nowMs = clock.now()
      const wanted = {
        ...more,
        attempt: attempt().number,
        openedMs: nowMs,
        errands: errands.map(errandOf),
        by: 'tenant',
        reference: opening.number,
        content: 'content',
      }
      order = act(kept(), { act: 'refund', refund: wanted }, product, nowMs).order
      for (const one of errands) planned.set(`${opening.number}/${one.step}`, one)
      await bench.next()
      return refundView()
    },
    async next() {
      const step = plan(kept(), product)
      assert(step?.step === 'send', `the next step is ${step?.step}`)
      if (step.atMs > clock.now()) await sim.advance(step.atMs - clock.now())
      await send(step.number, planned.get(`${step.number}/${step.errand}`) as PlannedErrand)
    },
    async askRefund() {
      const one = kept().refunds.at(-1)
      assert(one)
      await put(one.number, product.askRefund(kept(), one))
      return refundView()
    },
    handover: () =>
      product.handover(attempt(), placed(), {
        invocations: wx.handover,
        nowMs: clock.now(),
        placedMs: kept().attempts.at(-1)?.errands[0]?.lastSentMs ?? 0,
        draw: context().draw,
        send: ({ operation, input }) => answer(operation, input),
      }),
    pass: (ms) => sim.advance(ms),
  }
  return bench
}

/** The refusal that a call ends with. */
export async function refusalOf(calling: Promise<unknown>): Promise<Refused> {
  const error = await calling.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert(error instanceof Refused, 'a refusal')
  return error
}

/** The rule that a wish breaks. */
export function ruleOf(wish: () => unknown): string {
  try {
    wish()
  } catch (error) {
    assert(error instanceof Error && 'rule' in error, String(error))
    return String(error.rule)
  }
  assert.fail('no rule was broken')
}
