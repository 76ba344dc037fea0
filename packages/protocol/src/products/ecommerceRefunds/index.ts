/** Refunds by an e-commerce platform (电商收付通退款). Their notices are those of `refunds`. */
import {
  applyAbnormal,
  create,
  findById,
  findByOutRefundNo,
  findReturnAdvance,
  returnAdvance,
} from './operations.ts'

export const ecommerceRefunds = {
  create,
  findByOutRefundNo,
  findById,
  applyAbnormal,
  returnAdvance,
  findReturnAdvance,
} as const
