/** The doors through which time and chance come in. */

/** Time. Instants are integer UTC milliseconds. */
export interface Clock {
  now(): number
  /** Runs `work` once, `ms` from now; the returned function takes it back. */
  after(ms: number, work: () => void): () => void
}

/** Chance. */
export interface Random {
  /** `size` random bytes. */
  bytes(size: number): Uint8Array
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Random letters and digits; 62 does not divide 256, so values that would favour some are drawn again. */
export function randomText(random: Random, length: number): string {
  let text = ''
  while (text.length < length) {
    for (const byte of random.bytes(length + 8)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62]
    }
  }
  return text
}
