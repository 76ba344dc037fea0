/** Refunds by an e-commerce platform (电商收付通退款). Their notices are those of `refunds`. */
import {
  applyAbnormal,
  create,
  findById,
  findByOutRefundNo,
  findReturnAdvance,
  returnAdvance,
} from './operations.ts'

/** Refunds of e-commerce platforms (电商退款), with advances and their return. */
export const ecommerceRefunds = {
  create,
  findByOutRefundNo,
  findById,
  applyAbnormal,
  returnAdvance,
  findReturnAdvance,
} as const
