/** The platform's certificates, sealed for the merchant that asks. */
import { apiv3, operations } from '@chadan/protocol'
import { handle, type Product, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** A certificate as the world keeps it. */
interface Row {
  readonly serialNo: string
  readonly certificate: string
  readonly effectiveMs: number
  readonly expireMs: number
}

/** The product `certificates`. */
export function certificates(world: World): Product {
  return {
    name: 'certificates',
    handlers: [
      handle(operations.certificates.list, ({ caller, query }) => ({
        // No certificate of the national algorithm exists here.
        data: query.algorithm_type === 'SM2' ? [] : listed(world, caller),
      })),
      handle(operations.certificates.listGlobal, ({ caller }) => ({ data: listed(world, caller) })),
    ],
  }
}

function listed(world: World, caller: Merchant) {
  if (caller.keyMode === 'pubkey' || !caller.apiV3Key)
    throw new Refusal('RESOURCE_NOT_EXISTS', '无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥')
  const apiV3Key = caller.apiV3Key
  return [...world.table<Row>('world.platformCertificates').values()]
    .filter(({ expireMs }) => world.clock.now() < expireMs)
    .map((row) => ({
      serial_no: row.serialNo,
      effective_time: world.time(row.effectiveMs),
      expire_time: world.time(row.expireMs),
      encrypt_certificate: apiv3.sealResource(row.certificate, {
        apiV3Key,
        nonce: world.draw.text(12),
        associatedData: 'certificate',
      }),
    }))
}
