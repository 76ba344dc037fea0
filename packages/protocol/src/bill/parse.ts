import { type BillOptions, BillReader } from './reader.ts'
import type { BillRow } from './row.ts'

/** Bytes from anywhere: a response body, a file stream, an array of chunks. */
export type BillSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** A bill being read: rows come while its bytes arrive, kind and summaries stand in `reader`. */
export interface ParsedBill extends AsyncIterable<BillRow> {
  readonly reader: BillReader
  /** Rows in groups, as chunks complete them: the fast way through a large bill. */
  batches(): AsyncGenerator<BillRow[], void, undefined>
}

/**
 * Reads an uncompressed bill from a stream, once. Gzip and digests come before: `gunzipBill`, `verifyBillHash`.
 * @throws BillError while iterating.
 * @example
 * const bill = parseBill(response.body, { kind: 'trade.all' })
 * for await (const row of bill) console.log(row.text('商户订单号'), row.fen('订单金额'))
 * console.log(bill.reader.summaries[0]?.count('总交易单数'))
 */
export function parseBill(source: BillSource, options: BillOptions = {}): ParsedBill {
  const reader = new BillReader(options)
  async function* batches() {
    for await (const bytes of source) {
      const rows = reader.push(bytes)
      if (rows.length > 0) yield rows
    }
    const rows = reader.end()
    if (rows.length > 0) yield rows
  }
  async function* rows() {
    for await (const batch of batches()) yield* batch
  }
  return { reader, batches, [Symbol.asyncIterator]: rows }
}

/** Reads a whole bill that is in memory. @throws BillError */
export function readBill(
  bytes: Uint8Array,
  options: BillOptions = {},
): { rows: BillRow[]; reader: BillReader } {
  const reader = new BillReader(options)
  const rows = reader.push(bytes)
  for (const row of reader.end()) rows.push(row)
  return { rows, reader }
}
