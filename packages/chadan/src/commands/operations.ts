/** `chadan operations`: everything that is declared, for people and for programs in any language. */
import {
  everyNotification,
  everyOperation,
  jsonSchema,
  type NotificationShape,
  type OperationShape,
  operationSchemas,
  routeOf,
} from '@chadan/protocol'
import { Command } from 'commander'
import { hostNameOf } from '../addresses.ts'
import { findDeclared, productOf, products } from '../catalogue.ts'
import { wrongInput } from '../end.ts'
import { type Io, printJson, printLine } from '../io.ts'
import { notificationPage, operationPage } from '../reference.ts'
import { columns } from '../table.ts'

interface Given {
  readonly product?: string
  readonly json?: true
}

/** The subcommand. */
export function operationsCommand(io: Io): Command {
  return new Command('operations')
    .summary('list every operation and notification, or show one')
    .description(
      'Lists every declared operation and notification; with an id, its reference page.\n' +
        '--json gives JSON Schemas (2020-12) of requests by location and of answers, for other languages.',
    )
    .argument('[id]', 'one operation or notification, such as combine.createJsapi')
    .option('--product <name>', `one product: ${products.join(', ')}`)
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
Examples:
  chadan operations
  chadan operations --product medIns
  chadan operations medIns.create
  chadan operations --json > operations.json
  chadan operations combine.close --json
`,
    )
    .action((id: string | undefined, given: Given) => show(io, id, given))
}

function show(io: Io, id: string | undefined, { product, json }: Given): void {
  if (id !== undefined) return showOne(io, id, json === true)
  if (product !== undefined && !products.includes(product))
    throw wrongInput(`--product ${product}: give one of ${products.join(', ')}`)
  const chosen = (one: { id: string }) => product === undefined || productOf(one) === product
  const operations = everyOperation.filter(chosen)
  const notifications = everyNotification.filter(chosen)
  if (json) {
    return printJson(io, {
      operations: operations.map(operationEntry),
      notifications: notifications.map(notificationEntry),
    })
  }
  printLine(io, operationTable(operations, notifications))
}

function showOne(io: Io, id: string, json: boolean): void {
  const found = findDeclared<OperationShape | NotificationShape>(
    [...everyOperation, ...everyNotification],
    id,
  )
  if ('route' in found)
    return json ? printJson(io, operationEntry(found)) : printLine(io, operationPage(found))
  return json ? printJson(io, notificationEntry(found)) : printLine(io, notificationPage(found))
}

/** An operation for programs. What is not there is `null`, so that every entry has the same names. */
export function operationEntry(operation: OperationShape) {
  const { verb, path } = routeOf(operation)
  const { result, ...request } = operationSchemas(operation)
  return {
    id: operation.id,
    product: productOf(operation),
    title: operation.title,
    dialect: operation.dialect,
    method: verb,
    host: hostNameOf(operation.host) ?? null,
    path,
    request: {
      path: request.path ?? null,
      query: request.query ?? null,
      headers: request.headers ?? null,
      body: request.body ?? null,
    },
    answer: result ?? null,
    errors: operation.errors,
    page: operation.doc,
  }
}

/** A notification for programs. */
export function notificationEntry(notification: NotificationShape) {
  return {
    id: notification.id,
    product: productOf(notification),
    title: notification.title,
    dialect: notification.dialect,
    method: notification.verb ?? 'POST',
    event: notification.event,
    resource: jsonSchema(notification.resource, { side: 'answer' }),
    page: notification.doc,
  }
}

function operationTable(
  operations: readonly OperationShape[],
  notifications: readonly NotificationShape[],
): string {
  const asked = operations.map((one) => [one.id, one.route, one.title])
  const heard = notifications.map((one) => [one.id, one.event, one.title])
  return [columns(asked), ...(heard.length > 0 ? [columns(heard)] : [])].join('\n\n')
}
