/** The whole gateway against the whole simulator, in one process, under one virtual clock. */
import { directSigner, optionsOf, WechatPay } from '@chadan/client'
import { apiv3 } from '@chadan/protocol'
import {
  openSimulator,
  type Simulator,
  type SomeSwitches,
  seededRandom,
  virtualClock,
} from '@chadan/simulator'
import type { Caller, Desk, Gateway, Signer, Tenant } from '../../src/engine/desk.ts'
import { openGateway } from '../../src/engine/gateway.ts'
import type { Order, ProductId } from '../../src/order/order.ts'
import { plan } from '../../src/order/plan.ts'
import { products } from '../../src/products/index.ts'
import type { Store } from '../../src/store/store.ts'
import { openVault, type Vault } from '../../src/store/vault.ts'

/** Opens an empty store. */
export type OpenStore = (given: {
  vault: Vault
  dueOf: (order: Order) => number | undefined
}) => Promise<Store>

/** A gateway on the bench. */
export interface Bench extends AsyncDisposable {
  readonly sim: Simulator
  readonly store: Store
  readonly gateway: Gateway
  readonly caller: Caller
  /** Answers the gateway gave to notices, newest last. */
  readonly answers: Response[]
  /** The notices as they came, to be sent elsewhere. */
  readonly notices: Request[]
  /** Calls to WeChat Pay by both gateways, by operation. */
  readonly calls: string[]
  /** Everything the gateway said had failed. */
  readonly failures: { where: string; error: unknown }[]
  /** Lets time pass: whatever falls due is done when it is due. */
  pass(ms: number): Promise<void>
  /** The order as it is kept now. */
  order(id: string): Promise<Order>
  /** A second gateway on the same store, as after a restart. */
  another(): Gateway
  /** Notices get lost on their way while it is true. */
  deaf: boolean
}

/** Keys the digests of what merchants ask for. */
export const digestKey: Uint8Array = Buffer.alloc(32, 7)

/** The address the simulated WeChat Pay reaches the gateway at. */
export const publicUrl = 'https://pay.hospital.example.cn'

/** Opens the bench; time starts at 2026-03-17 10:00 in Beijing. */
export async function openBench(
  openStore: OpenStore,
  given: { switches?: SomeSwitches; tenant?: Partial<Tenant>; limits?: Partial<Signer['limits']> } = {},
): Promise<Bench> {
  const clock = virtualClock(Date.UTC(2026, 2, 17, 2))
  const random = seededRandom('bench')
  const answers: Response[] = []
  const notices: Request[] = []
  const failures: Bench['failures'] = []
  const calls: string[] = []
  let deaf = false
  const sim: Simulator = await openSimulator({
    clock,
    ...(given.switches && { switches: given.switches }),
    fetch: async (request) => {
      notices.push(request.clone())
      if (deaf) throw new TypeError('the notice was lost')
      const [, , signer = '', product = ''] = new URL(request.url).pathname.split('/')
      const answer = await gateway.hear(signer, product as ProductId, request)
      answers.push(answer.clone())
      return answer
    },
  })
  const { credentials } = sim
  const vault = openVault({
    keys: [{ id: 'k1', key: random.bytes(32) }],
    indexKey: random.bytes(32),
    random,
  })
  const store = await openStore({ vault, dueOf: (order) => plan(order, products[order.product])?.atMs })
  const tenant: Tenant = {
    id: 'east',
    name: 'East Hospital',
    signers: ['main'],
    merchant: {
      appid: credentials.apiv3.appid,
      sub_mchid: credentials.apiv3.subMchid,
      sub_appid: credentials.apiv3.subAppid,
    },
    returnPage: 'https://hospital.example.cn/paid',
    refundUnexpected: 'by_hand',
    ...given.tenant,
  }
  const options = optionsOf({ ...credentials, mode: 'partner' })
  const { privateKey = '', ...rest } = options
  const client = new WechatPay({
    ...rest,
    signer: directSigner(apiv3.readPrivateKey(privateKey)),
    fetch: sim.fetch,
    clock,
    random,
    tokens: store.tokens,
    receiving: { memory: { has: async () => false, add: async () => {} } },
    digestKey: random.bytes(32),
  })
  const { payinsurance, wecom, apiv3: merchant } = credentials
  const signer = {
    facts: {
      id: 'main',
      mode: 'partner' as const,
      mchid: merchant.mchid,
      appid: merchant.appid,
      payinsurance: {
        appid: payinsurance.appid,
        mch_id: payinsurance.mchId,
        sub_appid: payinsurance.subAppid,
        sub_mch_id: payinsurance.subMchId,
      },
      wecom: { corpid: wecom.corpid, mchid: wecom.mchid, appid: wecom.appid },
      payscore: { service_id: credentials.payscore.serviceId },
    },
    client,
    limits: { place: 1000, ask: 1000, close: 1000, refund: 1000, ask_refund: 1000, ...given.limits },
  }
  const desk = (node: string): Desk => ({
    store,
    clock,
    random,
    products,
    node,
    publicUrl,
    digestKey,
    signer: async (id) => (id === 'main' ? signer : undefined),
    tenant: async (id) => (id === tenant.id ? tenant : undefined),
    watch: {
      failed: (where, error) => void failures.push({ where, error }),
      called: ({ operation }) => void calls.push(operation),
    },
  })
  const gateway = openGateway(desk('one'))
  await sim.act(wecom.corpid, {
    action: 'event',
    name: 'callback:configure',
    details: { url: `${publicUrl}/notify/main/wecom` },
  })
  const bench: Bench = {
    sim,
    store,
    gateway,
    caller: { tenant: 'east', name: 'his' },
    answers,
    notices,
    calls,
    failures,
    get deaf() {
      return deaf
    },
    set deaf(value) {
      deaf = value
    },
    async pass(ms) {
      const untilMs = clock.now() + ms
      for (;;) {
        await gateway.tick()
        const leftMs = untilMs - clock.now()
        if (leftMs <= 0) return
        const dueMs = (await store.nextDueMs()) ?? Number.POSITIVE_INFINITY
        // At least a millisecond, so that what is held by a claim does not stop time.
        await sim.advance(Math.max(1, Math.min(leftMs, dueMs - clock.now())))
      }
    },
    async order(id) {
      const order = await store.find({ id })
      if (!order) throw new TypeError('the bench has no such order')
      return order
    },
    another: () => openGateway(desk('two')),
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      await store.close()
    },
  }
  return bench
}
