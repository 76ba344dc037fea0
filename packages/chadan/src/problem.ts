/** What goes wrong for a person at the command line. */

/** The command cannot do what was asked; the message is one line that says what to do. */
export class CommandProblem extends Error {
  override readonly name = 'CommandProblem'
}

/** The system's word for what happened, such as `EADDRINUSE` or `ENOENT`; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
