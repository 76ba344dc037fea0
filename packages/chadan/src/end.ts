/** How the command ends: its exit codes, and errors made into one line that says what to do. */
import { Distrusted, InputError, Lost, OptionsError, Refused } from '@chadan/client'
import type { Advice } from '@chadan/protocol'
import { CommandProblem } from './problem.ts'

/** What the exit code tells a script. */
export const exits = { ok: 0, other: 1, input: 2, refused: 3, lost: 4 } as const

/** One of the exit codes. */
export type Exit = (typeof exits)[keyof typeof exits]

/** Ends the command with a code of its own. */
export class CommandEnd extends CommandProblem {
  readonly exit: Exit
  /** What `--json` shows beside the message. */
  readonly shown: Readonly<Record<string, unknown>>

  constructor(
    exit: Exit,
    message: string,
    { cause, ...shown }: { readonly cause?: unknown; readonly [name: string]: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.exit = exit
    this.shown = shown
  }
}

/** What was given is wrong; nothing was sent. */
export function wrongInput(message: string, cause?: unknown): CommandEnd {
  return new CommandEnd(exits.input, message, cause === undefined ? {} : { cause })
}

const whatToDo: Readonly<Record<Advice, string>> = {
  fix: 'correct the request; repeating it as it is fails again',
  query: 'ask for the true state before anything else: chadan query',
  repeat: 'repeat the identical request later',
  wait: 'wait, then repeat the identical request',
  configure: 'set up keys, permissions, bindings or addresses: chadan keys check',
  renumber: 'this number is spent: take a new one',
  stop: 'final: tell the payer or the operator',
}

/** An error as the command tells it; unknown ones stay what they are. */
export function toEnd(error: unknown): CommandProblem | undefined {
  if (error instanceof CommandProblem) return error
  if (error instanceof InputError) {
    const places = error.problems.map(
      ({ at, found, expected }) => `${at}: found ${found}, expected ${expected}`,
    )
    const message = `nothing was sent; ${places.join('; ')}: correct these (chadan operations ${error.operation})`
    return new CommandEnd(exits.input, message, { cause: error, ...error.toJSON(), message: undefined })
  }
  if (error instanceof OptionsError)
    return wrongInput(`${error.message}: complete the credentials file`, error)
  if (error instanceof Refused) {
    const said = error.platformMessage ? ` (the platform says: ${oneLine(error.platformMessage)})` : ''
    const message = `${error.message}${said}: ${whatToDo[error.advice]}`
    return new CommandEnd(exits.refused, message, { cause: error, ...error.toJSON(), message: undefined })
  }
  if (error instanceof Lost) {
    const what =
      error instanceof Distrusted
        ? 'do not act on it; save the answer and see chadan verify'
        : error.unsent
          ? 'check address and network, then repeat it'
          : 'it may have been done or not: ask for the true state with chadan query'
    return new CommandEnd(exits.lost, `${error.message}: ${what}`, {
      cause: error,
      ...error.toJSON(),
      message: undefined,
    })
  }
  return undefined
}

/** Text without line ends, so that an error stays one line. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ')
}
