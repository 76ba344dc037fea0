/** Merchants of the simulated world: what may be shown of them, and what a test may change. */
import { ControlRefused } from './refused.ts'
import type { Merchant, World } from './world.ts'

/** What of a merchant may be changed while the world runs. */
export type MerchantChanges = Partial<Pick<Merchant, 'keyMode' | 'disabled' | 'permissions'>> & {
  /** Fen; null is enough for everything. */
  readonly balanceMinor?: number | null
}

/** A merchant without its secrets. */
export type MerchantView = Omit<Merchant, 'apiV3Key' | 'extra' | 'certificates'> & {
  readonly certificates: readonly string[]
}

/** A merchant as the control API shows it: no keys, certificates by serial. */
export function viewMerchant({
  apiV3Key: _key,
  extra: _extra,
  certificates,
  ...rest
}: Merchant): MerchantView {
  return { ...rest, certificates: certificates.map((one) => one.serialNo) }
}

/** Changes a merchant. Throws `ControlRefused` with nothing changed. */
export function changeMerchant(world: World, mchid: string, changes: MerchantChanges): MerchantView {
  const merchant = world.merchants.get(mchid)
  if (!merchant) throw new ControlRefused('/mchid', 'the number of a merchant of this world', 404)
  const { keyMode, disabled, permissions, balanceMinor } = changes
  if (keyMode !== undefined) checkKeyMode(merchant, keyMode)
  if (typeof balanceMinor === 'number' && !(Number.isSafeInteger(balanceMinor) && balanceMinor >= 0))
    throw new ControlRefused('/balanceMinor', 'a whole number of fen, or null')
  if (keyMode !== undefined) merchant.keyMode = keyMode
  if (disabled !== undefined) merchant.disabled = disabled
  if (permissions !== undefined) merchant.permissions = [...permissions]
  if (balanceMinor === null) delete merchant.balanceMinor
  else if (balanceMinor !== undefined) merchant.balanceMinor = balanceMinor
  return viewMerchant(merchant)
}

function checkKeyMode(merchant: Merchant, mode: unknown): asserts mode is Merchant['keyMode'] {
  const mixed = typeof mode === 'object' && mode !== null && 'mixed' in mode ? mode.mixed : undefined
  const share = typeof mixed === 'number' && mixed >= 0 && mixed <= 1
  if (mode !== 'cert' && mode !== 'pubkey' && !share)
    throw new ControlRefused('/keyMode', '"cert", "pubkey" or {"mixed": 0 to 1}')
  if (mode !== 'cert' && merchant.publicKeyId === '')
    throw new ControlRefused('/keyMode', '"cert": this merchant has no public key', 409)
}
