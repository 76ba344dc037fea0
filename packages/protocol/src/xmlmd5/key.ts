/**
 * A key of the MD5 dialect, made by `readMchKey` alone. The text itself is not a property, so no log and no
 * `JSON.stringify` can show it, and nothing can be signed with a key that was never checked.
 */
export type MchKey = {
  readonly kind: 'mch_key'
  /** Set when the key is acceptable but unusual, for an operator to read. */
  readonly warning?: string
}

/** A key that must not be used. Says what is wrong with it, never the key. */
export class MchKeyError extends Error {
  override readonly name = 'MchKeyError'
}

const texts = new WeakMap<MchKey, string>()

/**
 * Checks a signing key at start, because the dialect fails open: with a missing key or one that carries a line end,
 * both sides would go on to make and accept signatures. The platform states no length; 16 to 64 visible ASCII
 * characters are accepted, and anything but 32 carries a warning.
 *
 * @example const key = readMchKey(process.env.PAYINSURANCE_KEY)
 */
export function readMchKey(text: string | undefined): MchKey {
  if (typeof text !== 'string' || text === '') throw new MchKeyError('the signing key is missing')
  if (text.trim() !== text) throw new MchKeyError('the signing key begins or ends with a blank or a line end')
  const odd = text.search(/[^\x21-\x7e]/)
  if (odd !== -1) throw new MchKeyError(`the signing key has a character at ${odd} that is not visible ASCII`)
  if (text.length < 16 || text.length > 64) {
    throw new MchKeyError(`the signing key has ${text.length} characters, expected 16 to 64 (usually 32)`)
  }
  const key: MchKey =
    text.length === 32
      ? { kind: 'mch_key' }
      : { kind: 'mch_key', warning: `the signing key has ${text.length} characters; keys usually have 32` }
  texts.set(Object.freeze(key), text)
  return key
}

/** The text of a key, for the signing functions of this folder alone. */
export function keyText(key: MchKey): string {
  const text = texts.get(key)
  if (text === undefined) throw new MchKeyError('the signing key was not made by readMchKey')
  return text
}
