/** The bureau (医保局) of the simulated world: sessions, pre-settlement, and what a script makes of it. */
import { check, type Fields, type OperationShape } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { World } from '../../world.ts'
import type { Placed, Split } from './rows.ts'

/** What a test lets the bureau compute for every order of a hospital. */
export interface Script {
  /** The self-pay part, in fen. */
  readonly cash: number
  readonly insurance: number
}

/** The scripts, by merchant number of the hospital. */
export const scripts = (world: World) => world.table<Script>('payinsurance.scripts')

/** Whether a session is too old; its life begins when it is first seen. */
export function isStale(world: World, hospital: string, session: string): boolean {
  const sessions = world.table<{ firstMs: number }>('payinsurance.sessions')
  const key = `${hospital}/${session}`
  const row = sessions.get(key) ?? sessions.set(key, { firstMs: world.clock.now() })
  return world.clock.now() - row.firstMs > world.switches.payinsurance.sessionLifeMs
}

/** The content for the bureau, or 513. A bureau may know more keys than are listed. */
export function contentOf(operation: OperationShape, text: string): Record<string, string> {
  const declared = operation.body?.request_content as { readonly known?: Fields } | undefined
  const parsed: unknown = JSON.parse(text)
  const isGroup = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  if (!isGroup) throw new Refusal('513', 'request_content不是JSON对象')
  const given = parsed as Record<string, string>
  // The document's own order sample writes `aaz011` (Q2).
  const content = { ...given, ...(given.aae011 === undefined && given.aaz011 && { aae011: given.aaz011 }) }
  const options = { unknown: 'ignore', fourByteText: 'accept' } as const
  const first = check(declared?.known ?? {}, [], content, options)[0]
  if (first) throw new Refusal('513', `request_content${first.at}：${first.expected}`)
  return content as Record<string, string>
}

/**
 * The split that counts. Online orders (nothing of the bureau's own in cash, changes allowed) get one that the bureau
 * computes; of offline ones it agrees with the figures, unless a script says otherwise. Throws 532 where the
 * figures differ and must not change.
 */
export function preSettle(world: World, hospital: string, placed: Placed): Split {
  const { cash_fee, cash_add_fee: added = 0, cash_reduced_fee: reduced = 0, insurance_fee, pay_type } = placed
  if (pay_type === 1) return splitOf(cash_fee, 0)
  const given = { cash: cash_fee - added + reduced, insurance: insurance_fee }
  const changes = placed.allow_fee_change === 1
  const own = scripts(world).get(hospital) ?? (changes && given.cash === 0 ? computed(insurance_fee) : given)
  const differs = own.cash !== given.cash || own.insurance !== given.insurance
  if (differs && !changes) throw new Refusal('532', '预结算金额不相符')
  const cash = own.cash + added - reduced
  if (cash < 0 || cash + own.insurance + reduced > placed.total_fee)
    throw new Refusal('533', '医保局预结算失败：金额超出订单总金额')
  return splitOf(cash, own.insurance)
}

// Online, the patient bears three tenths, so that such orders end with both legs.
function computed(price: number): Script {
  const cash = Math.floor((price * 3) / 10)
  return { cash, insurance: price - cash }
}

/** Three parts that make up the insurance leg. */
export function splitOf(cash: number, insurance: number): Split {
  const self = Math.floor((insurance * 3) / 10)
  const other = Math.floor(insurance / 20)
  return { cash, insurance, self, fund: insurance - self - other, other }
}

/** By whom a split is paid (`pay_type`). */
export function payTypeOf(placed: Placed, split: Split): 1 | 2 | 3 {
  if (placed.pay_type === 1) return 1
  return split.cash === 0 ? 2 : 3
}
