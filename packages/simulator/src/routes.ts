/** Finding the declared operation for a request, by verb and raw path. */
import { everyOperation, type OperationShape, routeOf } from '@chadan/protocol'

/** What a request's path names. */
export type Found =
  | {
      readonly found: 'operation'
      readonly operation: OperationShape
      readonly path: Record<string, string>
      /** Other operations on the same route and verb: links that answers give. */
      readonly others: readonly OperationShape[]
    }
  /** The path exists for another verb. */
  | { readonly found: 'verb'; readonly operation: OperationShape }
  | { readonly found: 'nothing' }

interface Route {
  readonly operation: OperationShape
  readonly verb: string
  readonly segments: readonly string[]
}

/** All routes of the registry, indexed by their number of segments. */
export function openRoutes(): (verb: string, rawPath: string) => Found {
  const routes: Route[] = everyOperation
    .map((operation) => {
      const { verb, path } = routeOf(operation)
      return { operation, verb, segments: path.split('/').slice(1) }
    })
    // A literal segment is preferred to a placeholder in the same place.
    .sort((a, b) => placeholders(a) - placeholders(b))

  return (verb, rawPath) => {
    const segments = rawPath.split('/').slice(1)
    const matching = routes.filter((route) => matches(route.segments, segments))
    const route = matching.find((one) => one.verb === verb)
    const other = matching[0]
    if (!route) return other ? { found: 'verb', operation: other.operation } : { found: 'nothing' }
    const path: Record<string, string> = {}
    for (const [index, segment] of route.segments.entries()) {
      if (!segment.startsWith('{')) continue
      const value = decode(segments[index] as string)
      if (value === undefined) return { found: 'nothing' }
      path[segment.slice(1, -1)] = value
    }
    const others = matching
      .filter((one) => one.verb === verb && one !== route && sameRoute(one, route))
      .map((one) => one.operation)
    return { found: 'operation', operation: route.operation, path, others }
  }
}

function sameRoute(one: Route, other: Route): boolean {
  return one.segments.join('/') === other.segments.join('/')
}

function placeholders(route: Route): number {
  return route.segments.filter((segment) => segment.startsWith('{')).length
}

function matches(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((segment, index) =>
      segment.startsWith('{') ? segments[index] !== '' : segment === segments[index],
    )
  )
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
