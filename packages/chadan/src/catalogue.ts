/** Everything that is declared, found by name. */
import { operations } from '@chadan/protocol'
import { wrongInput } from './end.ts'

/** The names of the products and of the groups they share. */
export const products: readonly string[] = Object.keys(operations)

/** The product of an operation or a notification. */
export function productOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.indexOf('.'))
}

/** The operation or notification with this id; throws with the nearest ids where there is none. */
export function findDeclared<Shape extends { readonly id: string }>(
  all: readonly Shape[],
  id: string,
): Shape {
  const found =
    all.find((one) => one.id === id) ?? all.find((one) => one.id.toLowerCase() === id.toLowerCase())
  if (found) return found
  throw wrongInput(`there is no operation ${id}; did you mean ${nearest(all, id).join(', ')}?`)
}

function nearest(all: readonly { readonly id: string }[], id: string): string[] {
  return all
    .map((one) => ({ id: one.id, far: distance(one.id.toLowerCase(), id.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map((one) => one.id)
}

/** How many letters have to change to make one text of the other; a shared word counts as half the way. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const step = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1)
      next.push(Math.min(step, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  const edits = row.at(-1) ?? 0
  return one.includes(other) || other.includes(one) ? edits / 2 : edits
}
