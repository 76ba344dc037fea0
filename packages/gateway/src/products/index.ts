/** The five products. */
import type { ProductId } from '../order/order.ts'
import { combine } from './combine/index.ts'
import { medIns } from './medIns/index.ts'
import { payinsurance } from './payinsurance/index.ts'
import { payscore } from './payscore/index.ts'
import type { Product } from './product.ts'
import { wecom } from './wecom/index.ts'

/** All products by their ids. */
export const products: Readonly<Record<ProductId, Product>> = {
  medIns,
  combine,
  payscore,
  wecom,
  payinsurance,
}
