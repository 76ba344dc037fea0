/** What a diagnosis says. */

/** One reason why a message does not verify, or would not. */
export interface Cause {
  /** A short name for programs: `body.compact`, `key.unknown`, `clock`. */
  readonly id: string
  /** What happened. */
  readonly says: string
  /** What to do about it. */
  readonly todo: string
}

/** What was found out about a message. */
export interface Diagnosis {
  /** `token` is JSON under an access_token, where nothing is signed. */
  readonly dialect: 'apiv3' | 'xml' | 'callback' | 'token'
  readonly message: 'request' | 'answer' | 'notice'
  readonly verifies: boolean
  /** Why it does not verify; empty when it does. */
  readonly causes: readonly Cause[]
  /** What is worth knowing and decides nothing. */
  readonly notes: readonly string[]
  /** The text that has to be signed for this message. It holds what the message holds: show it only on demand. */
  readonly canonical: Uint8Array
  /** The text that was signed, where it was found out and is another one. */
  readonly signed?: Uint8Array
}

/** A cause from its three parts. */
export function cause(id: string, says: string, todo: string): Cause {
  return { id, says, todo }
}
