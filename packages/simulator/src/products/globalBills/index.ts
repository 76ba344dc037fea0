/** The statement of overseas merchants on the platform's side. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { apiv3, operations } from '@chadan/protocol'
import { checkDay, daysBack, madeMs, movementsOn, noStatement } from '../../bill-days.ts'
import type { Transaction } from '../../ledger.ts'
import { type Call, handle, type ProductFactory, Refusal } from '../../product.ts'
import { statementText } from './rows.ts'

const { statement } = operations.globalBills

/** How far back statements go. */
const offeredDays = 180

/** Makes the product for a world. */
export const globalBills: ProductFactory = (world) => ({
  name: 'globalBills',
  handlers: [
    handle(statement, (call) => {
      const { caller, query } = call
      const { sp_mchid, sub_mchid } = query
      if (sp_mchid !== caller.mchid || (sub_mchid !== undefined && !caller.subs.includes(sub_mchid)))
        throw new Refusal('NO_AUTH', '商户无该对账单的权限')
      const day = dashed(query.date)
      checkDay(world, day, daysBack(world, offeredDays))
      const of = (payment: Transaction) =>
        payment.product === 'payscore' &&
        payment.mchid === sp_mchid &&
        (sub_mchid === undefined || payment.subMchid === sub_mchid)
      const found = movementsOn(world, day, of)
      if (found.length === 0) throw noStatement()
      const options = { madeMs: madeMs(world, day), amounts: world.switches.statementAmounts }
      return signedText(call, statementText(found, options))
    }),
  ],
})

function dashed(date: string): string {
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`
  try {
    apiv3.parseTime(`${day}T00:00:00+08:00`)
  } catch {
    throw new Refusal('PARAM_ERROR', '对账单日期格式不正确', {
      detail: { location: 'query', field: '/query/date', issue: 'not a day, yyyyMMdd' },
    })
  }
  return day
}

/** The text with its digest: what is signed is not the text but `{"sha1":"…"}`. */
function signedText({ world, caller, header }: Call<typeof statement>, text: Buffer) {
  const sha1 = createHash('sha1').update(text).digest('hex')
  const key = world.signingKey(caller, header('wechatpay-serial'))
  const stamp = { timestamp: String(Math.floor(world.clock.now() / 1000)), nonce: world.draw.hex(32) }
  const signed = apiv3.responseText({ ...stamp, body: JSON.stringify({ sha1 }) })
  const packed = /\bgzip\b/.test(header('accept-encoding') ?? '')
  return {
    bytes: packed ? gzipSync(text) : text,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'wechatpay-statement-sha1': sha1,
      ...(packed && { 'content-encoding': 'gzip' }),
      ...apiv3.writeSignedHeaders({
        ...stamp,
        serial: key.serial,
        signature: apiv3.signText(signed, key.privateKey),
        signatureType: apiv3.authorizationScheme,
      }),
    },
  }
}
