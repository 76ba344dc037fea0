/** Plain orders for the store's tests, and a vault with keys of no secret. */
import type { Random } from '@chadan/protocol'
import type { Order } from '../src/order/order.ts'
import type { OrderState } from '../src/order/view.ts'
import { type EventDraft, openVault, type Vault, type Write } from '../src/store/index.ts'

/** An order as the store sees it: only the members it reads matter. `dueMs` stands where `dueOf` of the tests looks. */
export function orderOf(
  id: string,
  more: Partial<Pick<Order, 'tenant' | 'signer' | 'reference' | 'product' | 'createdMs' | 'version'>> & {
    state?: OrderState
    minor?: number
    marks?: number
    dueMs?: number | undefined
  } = {},
): Order {
  const { state = 'placing', minor = 100, marks = 0, dueMs, ...rest } = more
  const amount = { minor, currency: 'CNY' }
  const sums = { taken: 0, refunded: 0, refunding: 0, attempts: [], refunds: [] }
  return {
    ...{ id, tenant: 'hospital', signer: 'provider', product: 'combine', reference: `ref-${id}` },
    ...{
      createdMs: 1_000,
      version: 1,
      head: '0',
      content: '0',
      attempts: [],
      refunds: [],
      facts: [],
      rulings: [],
    },
    ...{ aged: [], asked: {}, watchedUntilMs: dueMs },
    ...rest,
    view: {
      ...{ state, number: `N${id}`, amount, ...sums },
      marks: Array.from({ length: marks }, (_, at) => ({
        ...{ key: `mark:${at}`, code: 'mark', found: '', suggest: '', facts: [] },
      })),
    },
  }
}

/** When the tests' orders are due. */
export const dueOf = (order: Order) => order.watchedUntilMs

/** The order one version on. */
export function next(order: Order | undefined, change: Parameters<typeof orderOf>[1] = {}): Order {
  if (!order) throw new Error('the order is not there')
  const {
    state = order.view.state,
    minor = order.view.amount.minor,
    marks = order.view.marks.length,
  } = change
  const dueMs = 'dueMs' in change ? change.dueMs : order.watchedUntilMs
  const { id, tenant, signer, reference, product, createdMs, version } = order
  return orderOf(id, {
    ...{ tenant, signer, reference, product, createdMs, version: version + 1 },
    ...{ state, minor, marks, dueMs },
  })
}

/** A log entry of this order's version. */
export function entryOf(order: Order, atMs: number): NonNullable<Write['log']>[number] {
  const { id, version } = order
  return {
    ...{ order: id, version, atMs, from: 'none', to: order.view.state, hash: `hash-${id}-${version}` },
    input: { kind: 'act', act: { act: 'age', mark: 'mark:0' } },
  }
}

/** An event of this order. */
export function eventOf(order: Order, orderSeq: number, type = 'order.paid', atMs = 5_000): EventDraft {
  return {
    ...{ id: `evt_${order.id}_${orderSeq}`, tenant: order.tenant, order: order.id, orderSeq, type, atMs },
    ...{ data: { state: order.view.state }, minor: 100, currency: 'CNY' },
  }
}

/** A vault; `keyIds` newest first, each key the same whenever it is named. */
export function vaultOf(keyIds: readonly string[] = ['k1']): Vault {
  return openVault({
    keys: keyIds.map((id) => ({ id, key: new Uint8Array(32).fill(id.charCodeAt(id.length - 1)) })),
    indexKey: new Uint8Array(32).fill(7),
    random: counting(),
  })
}

let drawn = 0
/** Never the same bytes twice. */
function counting(): Random {
  return {
    bytes(size) {
      const bytes = Buffer.alloc(size)
      bytes.writeUInt32BE(++drawn)
      return bytes
    },
  }
}
