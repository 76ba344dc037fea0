/** Access tokens on the platform's side: drawn, replaced, expired. Whose they are is the product's affair. */
import type { World } from '../world.ts'

/** A token that was drawn. */
export interface TokenRow<Owner> {
  readonly token: string
  /** What draws share: a newer token of the same name replaces an older one. */
  readonly name: string
  readonly owner: Owner
  expiresMs: number
  /** When the platform stops to know it because a newer one was drawn. */
  replacedMs?: number
}

/** What is known of a token that a request carries. */
export type TokenFound<Owner> =
  | { readonly found: 'good'; readonly owner: Owner }
  | { readonly found: 'expired' | 'replaced' | 'nothing' }

/** How tokens are drawn. */
export interface TokenTerms {
  readonly lifeMs: number
  /** How long the former token of the same name stays good. */
  readonly overlapMs: number
  readonly length: number
}

/** The tokens of one product, in a table of the world. */
export function accessTokens<Owner>(world: World, table: string) {
  const rows = world.table<TokenRow<Owner>>(table)
  const now = () => world.clock.now()

  return {
    /** A new token; the former one of this name ends after the overlap. */
    draw(name: string, owner: Owner, { lifeMs, overlapMs, length }: TokenTerms): TokenRow<Owner> {
      for (const row of [...rows.values()]) {
        if (row.name !== name) continue
        if (row.expiresMs + lifeMs < now()) rows.delete(row.token)
        else row.replacedMs ??= now() + overlapMs
      }
      const token = world.draw.text(length)
      return rows.set(token, { token, name, owner, expiresMs: now() + lifeMs })
    },

    find(token: string): TokenFound<Owner> {
      const row = rows.get(token)
      if (!row) return { found: 'nothing' }
      if (row.expiresMs <= now()) return { found: 'expired' }
      if (row.replacedMs !== undefined && row.replacedMs <= now()) return { found: 'replaced' }
      return { found: 'good', owner: row.owner }
    },

    /** Ends all of them now, as if their time were over; answers how many lived. */
    endAll(): number {
      const living = [...rows.values()].filter((row) => row.expiresMs > now())
      for (const row of living) row.expiresMs = now()
      return living.length
    },
  }
}
