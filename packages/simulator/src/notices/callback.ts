/** Callbacks of WeCom: an outer envelope under token and EncodingAESKey, a sealed resource inside. */
import { callback, notifications } from '@chadan/protocol'
import type { PlannedFault } from '../faults.ts'
import type { Merchant, OpenWorld } from '../world.ts'
import type { NoticeDialect, NoticeRow, Outgoing } from './notifier.ts'

const { callbackCheck, refunded } = notifications.wecom

/** WeCom: any 200 counts (X2); the check of an address wants its own words back. */
export const callbackNotices: NoticeDialect = {
  render: (row, to, world, fault) =>
    row.notification === callbackCheck.id ? check(row, to, world, fault) : notice(row, to, world, fault),
  accepted(row, _to, { status, body }) {
    if (status !== 200) return `answered ${status}`
    const isCheck = row.notification === callbackCheck.id
    return !isCheck || body === row.resource.echostr || 'did not answer the plain echostr'
  },
}

function check(row: NoticeRow, to: Merchant, world: OpenWorld, fault: PlannedFault | undefined): Outgoing {
  const message = String(row.resource.echostr)
  const { echostr, query } = callback.sealEchostr({ message, ...sealOf(to, world, fault) })
  const url = addressWith(to, row.url, { ...spoilt(query, fault), echostr })
  return { method: 'GET', url, headers: { accept: '*/*' }, body: '' }
}

function notice(row: NoticeRow, to: Merchant, world: OpenWorld, fault: PlannedFault | undefined): Outgoing {
  const format = formatOf(to)
  const message = callback.writeNotice(
    {
      notify_type: 'NORMALPAY',
      id: row.id,
      create_time: world.time(row.createMs),
      resource_type: 'encrypt-resource',
      event_type: eventOf(row),
      resource: resourceOf(row, to, world),
      summary: row.summary,
    },
    format,
  )
  const agentId = String(to.extra.agentid ?? '1000002')
  const { body, query } = callback.sealCallback({ message, format, agentId, ...sealOf(to, world, fault) })
  return {
    method: 'POST',
    url: addressWith(to, row.url, { ...spoilt(query, fault) }),
    headers: { 'content-type': format === 'json' ? 'application/json' : 'text/xml' },
    body: fault?.fault === 'corrupted' ? corrupted(body) : body,
  }
}

// What refunds are called is not documented; it follows their state by analogy (D26).
function eventOf(row: NoticeRow): string {
  return row.notification === refunded.id
    ? `REFUND.${String(row.resource.refund_status)}`
    : 'TRANSACTION.SUCCESS'
}

/** The sealed resource; the same in every repetition unless the switch says otherwise. */
function resourceOf(row: NoticeRow, to: Merchant, world: OpenWorld): callback.SealedResource {
  // Kept by this function alone.
  if (row.kept && world.switches.stableCiphertext) return row.kept as unknown as callback.SealedResource
  const plain = { text: JSON.stringify(row.resource), nonce: world.draw.text(12) }
  const sealed = callback.sealInner(plain, innerKeyOf(to, world))
  row.kept = { ...sealed }
  return sealed
}

function innerKeyOf(to: Merchant, world: OpenWorld): callback.CallbackKey {
  return world.switches.wecom.innerKey === 'AESKey'
    ? callback.readEncodingAesKey(String(to.extra.encodingAesKey))
    : callback.readInnerKey(String(to.extra.payNotifyKey))
}

function sealOf(to: Merchant, world: OpenWorld, fault: PlannedFault | undefined) {
  return {
    receiveId: to.mchid,
    token: String(to.extra.token),
    key: callback.readEncodingAesKey(String(to.extra.encodingAesKey)),
    timestamp: Math.floor(world.clock.now() / 1000) - (fault?.fault === 'staleClock' ? 600 : 0),
    nonce: world.draw.digits(9).replace(/^0/, '1'),
    random: Buffer.from(world.draw.text(16)),
  }
}

function spoilt(query: callback.CallbackQuery, fault: PlannedFault | undefined): callback.CallbackQuery {
  if (fault?.fault !== 'wrongSignature' && fault?.fault !== 'probe') return query
  const [first = ''] = query.msg_signature
  return { ...query, msg_signature: `${first === 'a' ? 'b' : 'a'}${query.msg_signature.slice(1)}` }
}

function corrupted(body: string): string {
  return body.replace(
    /(encrypt":"|<Encrypt><!\[CDATA\[)(.)/i,
    (_, before: string, first: string) => before + (first === 'A' ? 'B' : 'A'),
  )
}

function formatOf(to: Merchant): 'json' | 'xml' {
  return /[?&]callback_format=json\b/.test(String(to.extra.callbackUrl)) ? 'json' : 'xml'
}

function addressWith(to: Merchant, address: string, query: Record<string, string>): string {
  const search = new URLSearchParams(query)
  if (formatOf(to) === 'json') search.append('callback_format', 'json')
  return `${address}?${search}`
}
