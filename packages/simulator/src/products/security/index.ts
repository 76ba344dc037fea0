/** The self-test of keys: what comes is sent back, what comes sealed goes back sealed. */
import { X509Certificate } from 'node:crypto'
import { apiv3, operations } from '@chadan/protocol'
import { handle, type Product } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** The product `security`. No page says what a notice to `notify_url` holds, so none is sent. */
export function security(world: World): Product {
  return {
    name: 'security',
    handlers: [
      handle(operations.security.echo, ({ caller, body }) => ({
        echo_message: body.echo_message,
        ...(body.encrypted_echo_message && {
          encrypted_echo_message: sealedFor(world, caller, body.encrypted_echo_message),
        }),
      })),
    ],
  }
}

/** Sealed under the certificate that signed last. */
function sealedFor(world: World, { certificates }: Merchant, text: string): string {
  const now = world.clock.now()
  const usable = certificates.findLast((one) => one.validFromMs <= now && now < one.validToMs)
  // The exchange let the request through because one of them verified it.
  return apiv3.sealField(
    text,
    new X509Certificate((usable as (typeof certificates)[number]).certificate).publicKey,
  )
}
