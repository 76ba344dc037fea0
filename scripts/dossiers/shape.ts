import type { Field } from './fields.ts'

/** An error an operation can answer. `shared`: printed in a table for a whole family, not on this page. */
export interface ErrorCode {
  code: string
  status?: number
  number?: number
  shared?: true
}

/** What the dossier says about one operation. */
export interface OperationFacts {
  id: string
  section: string
  route: string
  request: { path: Field[]; query: Field[]; body: Field[] }
  /** Empty for an answer without a described body (204, a file). */
  result: Field[]
  errors: ErrorCode[]
  /** The dossier prints no error table that covers this operation. */
  errorsUnstated?: true
}

/** What the dossier says about one notification. */
export interface NotificationFacts {
  id: string
  section: string
  event: string
  resource: Field[]
}

/** One committed list. */
export interface GroupFacts {
  group: string
  operations: OperationFacts[]
  notifications: NotificationFacts[]
  /** Bill columns by kind, in file order. */
  columns?: Record<string, string[]>
}

/** An operation with everything the dossier leaves out empty. */
export function operation(
  id: string,
  section: string,
  route: string,
  rest: Partial<OperationFacts['request'] & Pick<OperationFacts, 'result' | 'errors' | 'errorsUnstated'>>,
): OperationFacts {
  const { path = [], query = [], body = [], result = [], errors = [], errorsUnstated } = rest
  const facts: OperationFacts = { id, section, route, request: { path, query, body }, result, errors }
  return errorsUnstated ? { ...facts, errorsUnstated } : facts
}

/** Compares what was read with what the dossier says it holds. */
export function counted(what: string, found: number, said: number): void {
  if (found !== said) throw new Error(`${what}: read ${found}, the dossier counts ${said}`)
}

/** A field that stands alone in a sentence. */
export function text(path: string, max: number, required: Field['required']): Field {
  return { path, type: 'string', max, required }
}
