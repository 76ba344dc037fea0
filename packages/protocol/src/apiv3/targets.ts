/**
 * One path variable, percent-encoded so that it stays one segment and is signed as it is sent (protocol 3.2).
 *
 * Throws RangeError for what no encoding can hold in place: nothing, `.` and `..`, which URL parsers drop or collapse, and
 * half a surrogate pair.
 *
 * @example encodeSegment('CT|2026-03*17') // 'CT%7C2026-03*17'
 */
export function encodeSegment(value: string): string {
  if (value === '') throw new RangeError('a path variable is empty, the call would reach another path')
  if (value === '.' || value === '..')
    throw new RangeError('a path variable of dots only would reach another path')
  return encode(value)
}

/**
 * Names and values as a query without `?`, in the order given; empty text when there are none.
 *
 * The apostrophe is encoded too: URL parsers do it on their own in queries, and then more would be sent than was signed.
 *
 * @example encodeQuery([['sub_mchid', '1790000201']]) // 'sub_mchid=1790000201'
 */
export function encodeQuery(pairs: Iterable<readonly [name: string, value: string]>): string {
  let query = ''
  for (const [name, value] of pairs) query += `${query === '' ? '' : '&'}${encode(name)}=${encode(value)}`
  return query.replaceAll("'", '%27')
}

function encode(value: string): string {
  if (!value.isWellFormed()) throw new RangeError('a value of the address holds half a surrogate pair')
  return encodeURIComponent(value)
}
