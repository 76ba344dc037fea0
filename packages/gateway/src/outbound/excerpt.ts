/** What may be shown of other hosts' answers: enough to find one's own error page, nothing to read another's secrets by. */

/** At most so many characters are shown. */
export const maxExcerpt = 120

/**
 * The beginning of an answer, masked: plain short words stay; whatever holds a digit, `@`, `=` or a
 * non-ASCII letter, and every long word, becomes `…`; markup is not shown at all.
 * @example excerptOf('{"error":"order 4200001 unknown"}') // 'error: order … unknown'
 */
export function excerptOf(body: string): string | undefined {
  const start = body.slice(0, 2000).trim()
  if (start === '' || start.startsWith('<')) return undefined
  const words = start
    .replace(/[{}[\]"',;\s]+/g, ' ')
    .trim()
    .split(' ')
    .map((word) =>
      /^[A-Za-z]{1,16}(?:[_-][A-Za-z]{1,16})*[.:!?]?$/.test(word) && word.length <= 32 ? word : '…',
    )
  const text = words.filter((word, at) => word !== '…' || words[at - 1] !== '…').join(' ')
  return text.length <= maxExcerpt ? text : `${text.slice(0, maxExcerpt - 1)}…`
}

/** Why no answer came, in words of our own: a network error's text names addresses. */
export function causeOf(error: unknown): string {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    const code: unknown = 'code' in one ? one.code : undefined
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,47}$/.test(code)) return `no answer (${code})`
  }
  return 'no answer'
}
