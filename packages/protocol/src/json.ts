/** JSON as the platform sends it, without losing a digit. */

const longInteger = /[:[,]\s*-?\d{16}/

/**
 * Parses JSON. Integers beyond 2^53 become bigint; that slower reading is used only where a
 * number of sixteen digits occurs. Throws SyntaxError.
 */
export function parseJson(text: string): unknown {
  return longInteger.test(text) ? JSON.parse(text, keepInteger) : JSON.parse(text)
}

function keepInteger(_name: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || Number.isSafeInteger(value) || !source || !/^-?\d+$/.test(source))
    return value
  return BigInt(source)
}
