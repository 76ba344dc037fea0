/** The step at which a callback was refused. */
export type CallbackCheck =
  | 'key'
  | 'size'
  | 'query'
  | 'clock'
  | 'envelope'
  | 'signature'
  | 'encoding'
  | 'decryption'
  | 'padding'
  | 'length'
  | 'receiver'
  | 'notice'
  | 'tag'

/**
 * A callback that must not be believed. `check` names the step that failed and the message says what is likely behind
 * it; neither repeats a token, a key or a field's value.
 */
export class CallbackError extends Error {
  override readonly name = 'CallbackError'
  readonly check: CallbackCheck

  constructor(check: CallbackCheck, reason: string) {
    super(`callback refused at ${check}: ${reason}`)
    this.check = check
  }
}
