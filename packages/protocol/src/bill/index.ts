export {
  type BillFormat,
  type BillKind,
  billFormat,
  billFormats,
  billKinds,
  columnName,
  detectBillKind,
} from './columns.ts'
export { type BillColumn, type BillColumnType, columnNamed, knowsColumn } from './dictionary.ts'
export { BillError, type BillFault } from './error.ts'
export { type BillSource, type ParsedBill, parseBill, readBill } from './parse.ts'
export { type BillOptions, BillReader } from './reader.ts'
export { type BillDefect, type BillLayout, BillRow } from './row.ts'
export { openSealedBill, type SealedBillPart, type SealedLimits, sealBillPart } from './sealed.ts'
export { type BillHash, type GunzipLimits, gunzipBill, gzipBill, hashBill, verifyBillHash } from './stream.ts'
export {
  billTimeToMs,
  decimalToUnits,
  fenToYuan,
  milliFenToYuan,
  msToBillTime,
  unitsToDecimal,
  yuanToFen,
  yuanToMilliFen,
} from './values.ts'
export { type BillCells, type BillContent, type BillStyle, writeBill } from './write.ts'
