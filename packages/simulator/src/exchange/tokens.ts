/** Access tokens on the platform's side: drawn, replaced, expired, forgotten. Whose they are is the product's affair. */
import type { World } from '../world.ts'

/** A token that was drawn. */
export interface TokenRow<Owner> {
  readonly token: string
  /** What draws share: a newer token of the same name may replace an older one. */
  readonly name: string
  readonly owner: Owner
  expiresMs: number
  /** When it ends before its time because a newer one was drawn. */
  replacedMs?: number
}

/** What is known of a token that a request carries. */
export type TokenFound<Owner> =
  | { readonly found: 'good'; readonly owner: Owner }
  | { readonly found: 'expired' | 'replaced' | 'nothing' }

/** How tokens are drawn. */
export interface TokenTerms {
  readonly lifeMs: number
  readonly length: number
  /** How long the former token of the same name stays good; to its own end when left out. */
  readonly overlapMs?: number
}

/** After that an expired token is not known any more. */
const forgottenMs = 24 * 3600_000

/** The tokens of one product, in a table of the world. */
export function accessTokens<Owner>(world: World, table: string) {
  const rows = world.table<TokenRow<Owner>>(table)
  const now = () => world.clock.now()

  return {
    /** A new token; the former one of this name ends after the overlap. */
    draw(name: string, owner: Owner, { lifeMs, length, overlapMs }: TokenTerms): TokenRow<Owner> {
      for (const row of [...rows.values()]) {
        if (row.name !== name) continue
        if (now() - row.expiresMs > forgottenMs) rows.delete(row.token)
        else if (overlapMs !== undefined) row.replacedMs ??= now() + overlapMs
      }
      const token = world.draw.text(length)
      return rows.set(token, { token, name, owner, expiresMs: now() + lifeMs })
    },

    /** A token of this name that is good now. */
    living(name: string): TokenRow<Owner> | undefined {
      return [...rows.values()].find((row) => row.name === name && stateOf(row, now()) === 'good')
    },

    find(token: string): TokenFound<Owner> {
      const row = rows.get(token)
      if (!row) return { found: 'nothing' }
      const state = stateOf(row, now())
      return state === 'good' ? { found: state, owner: row.owner } : { found: state }
    },

    /** Voids the tokens of these owners before their time: they are not known any more. */
    revoke(of: (owner: Owner) => boolean): void {
      for (const row of [...rows.values()]) if (of(row.owner)) rows.delete(row.token)
    },

    /** Ends all of them now, as if their time were over; answers how many lived. */
    endAll(): number {
      const living = [...rows.values()].filter((row) => row.expiresMs > now())
      for (const row of living) row.expiresMs = now()
      return living.length
    },
  }
}

function stateOf(row: TokenRow<unknown>, nowMs: number): 'good' | 'expired' | 'replaced' {
  if (row.expiresMs <= nowMs) return 'expired'
  return row.replacedMs !== undefined && row.replacedMs <= nowMs ? 'replaced' : 'good'
}
