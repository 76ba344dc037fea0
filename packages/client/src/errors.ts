/** Errors by what the caller does differently. None of them shows a key, a token or a name. */
import type { Advice, Problem } from '@chadan/protocol'

const inspect = Symbol.for('nodejs.util.inspect.custom')

/** What all errors of this client have in common. */
export abstract class ChadanError extends Error {
  /** The operation or notification concerned, e.g. `medIns.create`. */
  readonly operation: string

  constructor(operation: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.operation = operation
  }

  /** The fields that may be shown; everything else of an error stays out of logs. */
  protected abstract shown(): Record<string, unknown>

  toJSON(): Record<string, unknown> {
    return { name: this.name, operation: this.operation, message: this.message, ...this.shown() }
  }

  [inspect](): string {
    const details = JSON.stringify(this.shown())
    return `${this.stack ?? `${this.name}: ${this.message}`}${details === '{}' ? '' : `\n  ${details}`}`
  }
}

/** Nothing was sent: the input does not meet the declaration. `problems` lists all of them. */
export class InputError extends ChadanError {
  readonly problems: readonly Problem[]

  constructor(operation: string, problems: readonly Problem[]) {
    const lines = problems.map(
      ({ at, found, expected }) => `${at || 'the input'}: found ${found}, expected ${expected}`,
    )
    super(operation, `${operation}: nothing was sent; ${lines.join('; ')}`)
    this.problems = problems
  }

  protected override shown(): Record<string, unknown> {
    return { problems: this.problems }
  }
}

/** What is known of a refusal or of an answer that cannot be relied on. */
export interface AnswerFacts {
  /** HTTP status. */
  readonly status?: number | undefined
  /** The platform's code as it came. */
  readonly code?: string | undefined
  /** The platform's text, for people; never branch on it. */
  readonly platformMessage?: string | undefined
  /** `Request-ID`, for the platform's support. */
  readonly requestId?: string | undefined
  /** The internal number at the end of `Request-ID`. */
  readonly errorNumber?: number | undefined
}

/**
 * The platform said no. `advice` says what to do, `notFound` that it knows no such order or refund
 * (believe that only when heard twice, 3 s apart: X7).
 */
export class Refused extends ChadanError implements AnswerFacts {
  readonly status: number
  readonly code: string
  /** The code in one spelling: upper case, no underscores (AP 10.4). */
  readonly kind: string
  readonly platformMessage: string | undefined
  readonly requestId: string | undefined
  readonly errorNumber: number | undefined
  readonly advice: Advice
  readonly notFound: boolean
  /** Whether the refusal itself carried a signature that verified. An unsigned one never decides about money (X27). */
  readonly verified: boolean | 'absent'
  /** Where the platform points to: the field, the rule. Its value is left out. */
  readonly detail:
    | { readonly field?: string; readonly issue?: string; readonly location?: string }
    | undefined
  /** What we can add, e.g. why a signature was not accepted. */
  readonly hint: string | undefined

  constructor(
    operation: string,
    facts: AnswerFacts & {
      status: number
      code: string
      kind: string
      advice: Advice
      notFound: boolean
      verified: boolean | 'absent'
      meaning?: string | undefined
      detail?: Refused['detail']
      hint?: string | undefined
    },
  ) {
    const parts = [
      `${operation}: refused with ${facts.status} ${facts.code}`.trim(),
      facts.meaning,
      facts.detail?.field && `at ${facts.detail.field}`,
      facts.hint,
    ]
    const id = facts.requestId ? ` (Request-ID ${facts.requestId})` : ''
    super(operation, parts.filter(Boolean).join('; ') + id)
    this.status = facts.status
    this.code = facts.code
    this.kind = facts.kind
    this.platformMessage = facts.platformMessage
    this.requestId = facts.requestId
    this.errorNumber = facts.errorNumber
    this.advice = facts.advice
    this.notFound = facts.notFound
    this.verified = facts.verified
    this.detail = facts.detail
    this.hint = facts.hint
  }

  protected override shown(): Record<string, unknown> {
    const { status, code, kind, requestId, errorNumber, advice, notFound, verified, detail, hint } = this
    return { status, code, kind, requestId, errorNumber, advice, notFound, verified, detail, hint }
  }
}

/**
 * No answer that can be relied on: it may have been done or not. Look the order or the refund up by
 * its number; never assume.
 */
export class Lost extends ChadanError implements AnswerFacts {
  /** `network`, `time`, `size`, `status` (an answer that leaves it open), `form`, `aborted`, or `signature` (see `Distrusted`). */
  readonly reason: LostReason
  readonly status: number | undefined
  readonly code: string | undefined
  readonly platformMessage: string | undefined
  readonly requestId: string | undefined
  readonly errorNumber: number | undefined
  /** True when not one byte of the request was written: it cannot have been done. */
  readonly unsent: boolean

  constructor(
    operation: string,
    reason: LostReason,
    message: string,
    facts: AnswerFacts & { unsent?: boolean } = {},
    options?: ErrorOptions,
  ) {
    super(operation, `${operation}: ${message}`, options)
    this.reason = reason
    this.status = facts.status
    this.code = facts.code
    this.platformMessage = facts.platformMessage
    this.requestId = facts.requestId
    this.errorNumber = facts.errorNumber
    this.unsent = facts.unsent ?? false
  }

  protected override shown(): Record<string, unknown> {
    const { reason, status, code, requestId, errorNumber, unsent } = this
    return { reason, status, code, requestId, errorNumber, unsent }
  }
}

/** Why no answer can be relied on. */
export type LostReason = 'network' | 'time' | 'size' | 'status' | 'form' | 'aborted' | 'signature'

/**
 * An answer or a notice whose proof failed. As an answer it is lost too: the platform may have done
 * the work. `check` names what failed, `likely` why; the signed text itself only by `reveal()`.
 */
export class Distrusted extends Lost {
  readonly check: string
  readonly likely: string
  readonly #text: string

  constructor(
    operation: string,
    failed: { check: string; likely: string; text?: string },
    facts: AnswerFacts = {},
    options?: ErrorOptions,
  ) {
    super(
      operation,
      'signature',
      `not to be trusted: ${failed.check} failed; ${failed.likely}`,
      facts,
      options,
    )
    this.check = failed.check
    this.likely = failed.likely
    this.#text = failed.text ?? ''
  }

  /** The text that did not verify. It may hold names, openids and amounts: look at it, do not log it. */
  reveal(): string {
    return this.#text
  }

  protected override shown(): Record<string, unknown> {
    return { ...super.shown(), check: this.check, likely: this.likely }
  }
}
