/** The dialects on the platform's side, by the name operations declare. */
import type { Dialect } from '@chadan/protocol'
import { apiv3Exchange } from './apiv3.ts'
import type { Exchange } from './exchange.ts'
import { tokenExchange } from './token.ts'
import { xmlExchange } from './xml.ts'

/** Each dialect's exchange. */
export const exchanges: Readonly<Partial<Record<Dialect, Exchange>>> = {
  apiv3: apiv3Exchange,
  token: tokenExchange,
  xml: xmlExchange,
}
