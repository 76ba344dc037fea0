/** Whether a name and an id number are those of a user. */
import { operations } from '@chadan/protocol'
import { Refusal } from '../../product.ts'
import type { Merchant, Payer, World } from '../../world.ts'
import { answering } from './answering.ts'
import { digestOf, unbound } from './placing.ts'

/** Answers whether a name belongs to a user. */
export const verifying = answering(operations.payinsurance.verifyName, ({ world, caller, body }) => {
  const payer = payerOf(world, caller, body.openid)
  if (!payer || unbound(world).get(payer.id)) throw new Refusal('80004', '未绑卡')
  if (payer.name !== body.name) throw new Refusal('80005', '实名不匹配')
  if (digestOf(payer) !== body.idcard_md5.toLowerCase()) throw new Refusal('80006', '身份证号码不匹配')
  return {}
})

/** The openid is one under an app of the hospital: the token was drawn for it. */
function payerOf(world: World, { appids }: Merchant, openid: string): Payer | undefined {
  for (const appid of appids) {
    const payer = world.payerOf(appid, openid)
    if (payer) return payer
  }
  return undefined
}
