/** What may be told of an error of somebody else's. */

const depthMost = 5

/**
 * The error of a transport as a cause that may be logged: name, code and text, with the queries of addresses cut (they
 * hold secrets and tokens) and without the members in which network libraries keep requests and headers.
 */
export function tellable(error: unknown, depth = 0): Error | undefined {
  if (!(error instanceof Error) || depth === depthMost) return undefined
  const told = new Error(withoutQueries(error.message))
  told.name = error.name
  told.stack = withoutQueries(error.stack ?? `${error.name}: ${error.message}`)
  if ('code' in error) Object.assign(told, { code: String(error.code) })
  const cause = tellable(error.cause, depth + 1)
  if (cause) Object.defineProperty(told, 'cause', { value: cause, enumerable: false, configurable: true })
  return told
}

function withoutQueries(text: string): string {
  return text.slice(0, 4000).replace(/\?[^\s"'<>)]+/g, '?…')
}
