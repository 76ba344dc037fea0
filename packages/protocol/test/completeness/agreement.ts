import type { Field as Said } from '../../../../scripts/dossiers/fields.ts'
import type { Fields } from '../../src/fields.ts'
import type { NotificationShape, OperationShape } from '../../src/operation.ts'
import { notifications, operations } from '../../src/operations.ts'
import { type Difference, differencesOf, fieldDifferences, noticeDifferences, partsOf } from './compare.ts'
import { type Group, groups, listOf } from './lists.ts'

type Registry<D> = Readonly<Record<string, Readonly<Record<string, D>>>>

const calls: Registry<OperationShape> = operations
const notices: Registry<NotificationShape> = notifications

/** One declared operation or notification beside what the dossier says of its parts. */
export interface Registered {
  readonly id: string
  readonly parts: readonly {
    readonly name: string
    readonly said: readonly Said[]
    readonly fields: Fields
    compare(fields: Fields): Difference[]
  }[]
}

/** Every difference of a group; ids that are not declared are passed over. */
export function allDifferences(group: Group): Difference[] {
  const list = listOf(group)
  return [
    ...list.operations.flatMap((said) => {
      const declared = declaredOf(calls, group, said.id)
      return declared === undefined ? [] : differencesOf(said, declared)
    }),
    ...list.notifications.flatMap((said) => {
      const declared = declaredOf(notices, group, said.id)
      return declared === undefined ? [] : noticeDifferences(said, declared)
    }),
  ]
}

/** Everything declared that the dossiers know, part by part. */
export function registered(): Registered[] {
  return groups.flatMap((group) => {
    const list = listOf(group)
    const both = (
      id: string,
      parts: readonly (readonly [string, readonly Said[], Fields | undefined])[],
    ) => ({
      id,
      parts: parts.map(([name, said, fields = {}]) => ({
        name,
        said,
        fields,
        compare: (other: Fields) => fieldDifferences(id, name, said, other),
      })),
    })
    return [
      ...list.operations.flatMap((said) => {
        const declared = declaredOf(calls, group, said.id)
        return declared === undefined ? [] : [both(said.id, partsOf(said, declared))]
      }),
      ...list.notifications.flatMap((said) => {
        const declared = declaredOf(notices, group, said.id)
        if (declared === undefined) return []
        return [both(said.id, [['resource', said.resource, declared.resource.fields]])]
      }),
    ]
  })
}

/** `group: id` of everything declared. */
export function declaredIds(): string[] {
  return [...Object.entries(calls), ...Object.entries(notices)].flatMap(([group, members]) =>
    Object.values(members).map((one) => `${group}: ${one.id}`),
  )
}

/** Codes of all operations of a group. */
export function declaredErrors(group: Group): string[] {
  return Object.values(calls[group] ?? {}).flatMap((one) => one.errors.map((error) => error.code))
}

function declaredOf<D extends { readonly id: string }>(
  registry: Registry<D>,
  group: Group,
  id: string,
): D | undefined {
  return Object.values(registry[group] ?? {}).find((one) => one.id === id)
}
