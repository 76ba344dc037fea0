/** Handlers of this product: the exchange adds head, accounts, nonce and signature to what they return. */
import type { OperationShape, ResultOfOperation } from '@chadan/protocol'
import { type Call, type Handled, type Handler, type Manners, Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'
import { type OrderRow, orderBy } from './rows.ts'

type Added =
  | 'return_code'
  | 'return_msg'
  | 'result_code'
  | 'err_code'
  | 'err_code_des'
  | 'err_code_desc'
  | 'err_code_descs'
  | 'appid'
  | 'mch_id'
  | 'sub_appid'
  | 'sub_mch_id'
  | 'nonce_str'
  | 'sign'

/** Ties a handler to an operation whose answer the exchange completes. */
export function answering<D extends OperationShape>(
  operation: D,
  handler: (call: Call<D>) => Omit<ResultOfOperation<D>, Added>,
  manners: Manners = {},
): Handled {
  // The exchange calls a handler only with what its own operation's check let through.
  return { operation, handle: handler as unknown as Handler, ...manners }
}

/** Two numbers for one order are passed over here: the handler sees whether they agree. */
export const takesTwoNumbers: Manners = {
  excuses: ({ rule, found }) => rule === 'exactlyOne' && !found.startsWith('0 '),
}

/** The order that a call names; another hospital's does not exist. `missing` is thrown where there is none. */
export function orderOf(
  call: {
    readonly world: World
    readonly caller: Merchant
    readonly body: { med_trans_id?: string; hosp_out_trade_no?: string }
  },
  missing: Refusal,
): OrderRow {
  const found = orderBy(call.world, call.caller, call.body)
  if (found === 'two orders') throw new Refusal(parameterCode(missing.code), '两个订单号不是同一订单')
  if (!found) throw missing
  return found
}

// Close knows only the general codes.
const parameterCode = (code: string) => (code === '80001' ? '80001' : '513')
