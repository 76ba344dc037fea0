/** Notices of the legacy medical-insurance interface: XML with MD5, answered in kind. */
import { type NotificationShape, notifications, writeFlat, xmlmd5 } from '@chadan/protocol'
import type { PlannedFault } from '../faults.ts'
import type { Merchant } from '../world.ts'
import type { NoticeDialect } from './notifier.ts'

const declared = new Map<string, NotificationShape>(
  Object.values(notifications.payinsurance).map((one) => [one.id, one]),
)

/** XML: status 200, both codes SUCCESS, and the reply's own signature (X2); nonce and sign are new each time. */
export const xmlNotices: NoticeDialect = {
  render(row, to, world, fault) {
    const fields = declared.get(row.notification)?.resource.fields ?? {}
    const members: Record<string, string> = {
      ...Object.fromEntries(writeFlat(fields, row.resource)),
      nonce_str: world.draw.nonce(),
    }
    const sign = xmlmd5.signXml(members, keyOf(to))
    const body = xmlmd5.serialiseXml(
      { ...members, sign: isWrong(fault) ? spoiltSign(sign) : sign },
      { cdata: 'unless_number' },
    )
    return {
      method: 'POST',
      url: row.url,
      headers: { 'content-type': 'text/xml; charset=utf-8', accept: '*/*', 'user-agent': 'Mozilla/4.0' },
      body: fault?.fault === 'corrupted' ? body.replace('<total_fee>', '<total_fee>1') : body,
    }
  },
  accepted(_row, to, { status, body }, world) {
    if (status !== 200) return `answered ${status}`
    const isChecked = world.switches.payinsurance.replySign === 'checked'
    const reading = xmlmd5.readReply(body, isChecked ? keyOf(to) : undefined)
    return reading.verdict === 'accepted' || `${reading.check}: ${reading.reason}`
  },
}

function keyOf(to: Merchant): xmlmd5.MchKey {
  return xmlmd5.readMchKey(typeof to.extra.key === 'string' ? to.extra.key : undefined)
}

function isWrong(fault: PlannedFault | undefined): boolean {
  return fault?.fault === 'wrongSignature' || fault?.fault === 'probe'
}

/** A signature that differs in its first character. */
export function spoiltSign(sign: string): string {
  return `${sign.startsWith('A') ? 'B' : 'A'}${sign.slice(1)}`
}
