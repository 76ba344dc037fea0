/** The accounts of an order, between the names of this interface and ours. */
import type { Attempt } from '../../order/order.ts'
import { given } from '../details.ts'

/** The accounts of every later call, in the names of this interface. */
export function accountsOf({ merchant }: Pick<Attempt, 'merchant'>) {
  const { appid = '', mchid = '', sub_appid, sub_mchid } = merchant
  return { appid, mch_id: mchid, ...given({ sub_appid, sub_mch_id: sub_mchid }) }
}
