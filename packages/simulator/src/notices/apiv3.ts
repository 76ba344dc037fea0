/** Notices of APIv3: an encrypted resource in a signed envelope. */
import { apiv3, everyNotification, type NotificationShape } from '@chadan/protocol'
import type { PlannedFault } from '../faults.ts'
import type { Merchant, OpenWorld } from '../world.ts'
import type { NoticeDialect, NoticeRow } from './notifier.ts'

/** APIv3: the status alone decides, 200 or 204 (X2). */
export const apiv3Notices: NoticeDialect = {
  render(row, to, world, fault) {
    const notification = find(row.notification)
    const body = JSON.stringify({
      id: row.id,
      create_time: world.time(row.createMs),
      resource_type: 'encrypt-resource',
      event_type: notification.event,
      summary: row.summary,
      resource: {
        original_type: notification.originalType ?? 'transaction',
        ...seal(row, to, world, notification),
      },
    })
    return { method: 'POST', url: row.url, headers: sign(body, to, world, fault), body: spoil(body, fault) }
  },
  accepted: (_row, _to, { status }) => status === 200 || status === 204 || `answered ${status}`,
}

function find(id: string): NotificationShape {
  const declared = everyNotification.find((one) => one.id === id)
  if (!declared) throw new Error(`no notification ${id} is declared`)
  return declared
}

/** The sealed resource; the same in every repetition unless the switch says otherwise. */
function seal(row: NoticeRow, to: Merchant, world: OpenWorld, notification: NotificationShape): object {
  if (row.kept && world.switches.stableCiphertext) return row.kept
  if (!to.apiV3Key) throw new Error('the merchant has no APIv3 key')
  const sealed = apiv3.sealResource(Buffer.from(JSON.stringify(row.resource)), {
    apiV3Key: to.apiV3Key,
    nonce: world.draw.text(12),
    associatedData: notification.associatedData ?? notification.originalType ?? 'transaction',
  })
  row.kept = { ...sealed }
  return row.kept
}

function sign(
  body: string,
  to: Merchant,
  world: OpenWorld,
  fault: PlannedFault | undefined,
): Record<string, string> {
  const key = world.signingKey(to)
  const seconds = Math.floor(world.clock.now() / 1000) - (fault?.fault === 'staleClock' ? 600 : 0)
  const stamp = { timestamp: String(seconds), nonce: world.draw.hex(32) }
  const signature = apiv3.signText(apiv3.responseText({ ...stamp, body }), key.privateKey)
  const wrong =
    fault?.fault === 'wrongSignature'
      ? signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
      : signature
  return {
    'content-type': 'application/json',
    accept: '*/*',
    'user-agent': 'Mozilla/4.0',
    'request-id': `08${world.draw.hex(38).toUpperCase()}-0`,
    ...apiv3.writeSignedHeaders({
      ...stamp,
      serial: key.serial,
      signature: fault?.fault === 'probe' ? apiv3.probeSignature(signature) : wrong,
      signatureType: apiv3.authorizationScheme,
    }),
  }
}

function spoil(body: string, fault: PlannedFault | undefined): string {
  return fault?.fault === 'corrupted' ? body.replace('"summary":"', '"summary":"!') : body
}
