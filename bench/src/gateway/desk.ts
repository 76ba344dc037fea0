/** A gateway whose WeChat Pay answers at once: what is measured is the gateway, and nothing else. */
import { systemClock, systemRandom, WechatPay } from '@chadan/client'
import {
  drawKey,
  keepKey,
  type Order,
  openLog,
  openService,
  openTargets,
  openVault,
  plan,
  products,
  type Service,
  type Store,
  type StoreOptions,
} from '@chadan/gateway'
import { presigned } from '../answers.ts'
import { apiV3Key, mchid, merchant, pem, platform, publicKeyId, serialNo } from '../world.ts'

/** Opens an empty store. */
export type OpenStore = (options: StoreOptions) => Promise<Store>

/** A gateway to be measured. */
export interface Desk {
  readonly service: Service
  readonly store: Store
  /** An API key that may place orders. */
  readonly key: string
  /** Ends everything. */
  close(): Promise<void>
}

/** The address notices are sent to; nothing listens there. */
export const publicUrl = 'https://pay.example.cn'

/** When an order's next step is due, as the service has it. */
export const dueOf = (order: Order): number | undefined => plan(order, products[order.product])?.atMs

/** Puts a gateway over a store and starts it. */
export async function openDesk(openStore: OpenStore, node = 'one'): Promise<Desk> {
  const vault = openVault({
    keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }],
    indexKey: Buffer.alloc(32, 2),
    random: systemRandom,
  })
  const store = await openStore({ vault, dueOf })
  const client = new WechatPay({
    ...{ mchid, serialNo, apiV3Key, publicKeyId, baseUrl: 'https://wechat.example.cn' },
    privateKey: pem(merchant.privateKey),
    publicKey: pem(platform.publicKey),
    fetch: async () => presigned(JSON.stringify({ prepay_id: 'wx201410272009395522657a690389285100' })),
    receiving: { memory: { has: async () => false, add: async () => {} } },
  })
  const limits = { place: 1e6, ask: 1e6, close: 1e6, refund: 1e6, ask_refund: 1e6 }
  const facts = { id: 'main', mode: 'direct', mchid, appid } as const
  const signer = { facts, client, limits }
  const tenant = {
    ...{ id: 'east', name: 'East', signers: ['main'], merchant: {} },
    refundUnexpected: 'by_hand',
  } as const
  const service = openService({
    ...{ store, clock: systemClock, random: systemRandom, node, publicUrl },
    digestKey: Buffer.alloc(32, 3),
    signer: async (id) => (id === 'main' ? signer : undefined),
    tenant: async (id) => (id === 'east' ? tenant : undefined),
    targets: openTargets({
      rules: {},
      resolve: async () => [],
      carry: () => Promise.reject(new Error('none')),
    }),
    log: openLog({
      clock: systemClock,
      node,
      level: 'error',
      destination: { write: (line) => void process.stderr.write(line) },
    }),
    limits: { rate: { perSecond: 1e6, burst: 1e6 }, concurrent: 1e6 },
  })
  const key = drawKey(systemRandom)
  const given = { tenant: 'east', name: node, scopes: ['operate'], createdMs: systemClock.now() } as const
  await store.saveApiKey(keepKey(key, { ...given, expiresMs: undefined, random: systemRandom }))

  return {
    service,
    store,
    key,
    async close() {
      await service.stop()
      await store.close()
    },
  }
}

/** The app that pays. */
export const appid = 'wxd678efh567hg6787'
const subMchids = ['1900000109', '1900000110']

/** Places an order of two sub-orders and answers its status. */
export async function place({ service, key }: Desk, number: string): Promise<number> {
  const response = await service.fetch(
    new Request(`${publicUrl}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': number,
      },
      body: JSON.stringify({ reference: `visit-${number}`, product: 'combine', number, details }),
    }),
  )
  await response.arrayBuffer()
  return response.status
}

const details = {
  trade_type: 'jsapi',
  sub_orders: subMchids.map((_, at) => ({
    description: '示例茶馆-龙井礼盒',
    attach: 'store=HZ02',
    amount: { total_amount: 100 + at, currency: 'CNY' },
  })),
  combine_payer_info: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' },
}
