/** access_tokens: drawn by one at a time, kept until shortly before their end. */
import { type Clock, token } from '@chadan/protocol'
import { Refused } from './errors.ts'

/** A token as it is kept. */
export interface StoredToken {
  readonly accessToken: string
  readonly obtainedMs: number
  readonly expiresInSeconds: number
}

/** Where tokens are kept. Share it between processes, else each renewal ends the others' tokens. */
export interface TokenStore {
  get(key: string): Promise<StoredToken | undefined>
  set(key: string, token: StoredToken): Promise<void>
  /** Removes the token only if it is still this one. */
  drop(key: string, accessToken: string): Promise<void>
}

/** Tokens in this process. */
export function memoryTokens(): TokenStore {
  const tokens = new Map<string, StoredToken>()
  return {
    get: async (key) => tokens.get(key),
    async set(key, stored) {
      tokens.set(key, stored)
    },
    async drop(key, accessToken) {
      if (tokens.get(key)?.accessToken === accessToken) tokens.delete(key)
    },
  }
}

/** Draws a new token from the platform. */
export type DrawToken = () => Promise<{ accessToken: string; expiresInSeconds: number }>

/** Whose token it is, by which rules it lives, and how a new one is drawn. */
export interface TokenUse {
  readonly key: string
  readonly dialect: token.TokenDialect
  readonly draw: DrawToken
}

/** The tokens of one client: single flight per key. */
export class TokenCache {
  readonly #store: TokenStore
  readonly #clock: Clock
  readonly #drawing = new Map<string, Promise<string>>()

  constructor(clock: Clock, store: TokenStore = memoryTokens()) {
    this.#clock = clock
    this.#store = store
  }

  /**
   * Runs `work` with a token that lives for a while yet. When the platform no longer takes it, it is
   * renewed and the work is run once more (X21); that call was turned away before it was looked at.
   */
  async use<T>({ key, dialect, draw }: TokenUse, work: (accessToken: string) => Promise<T>): Promise<T> {
    const used = await this.#get(key, token.tokenRules[dialect].margin, draw)
    try {
      return await work(used)
    } catch (error) {
      if (!(error instanceof Refused) || token.adviceFor(dialect, 'call', error.code) !== 'renew') throw error
      return work(await this.#renew(key, used, draw))
    }
  }

  async #get(key: string, margin: token.RenewalMargin, draw: DrawToken): Promise<string> {
    const stored = await this.#store.get(key)
    if (stored && this.#clock.now() < token.renewAt(stored, margin)) return stored.accessToken
    return this.#draw(key, draw)
  }

  /** A token after the platform refused `used`: another one that is there already, or a new one. */
  async #renew(key: string, used: string, draw: DrawToken): Promise<string> {
    const stored = await this.#store.get(key)
    if (stored && stored.accessToken !== used) return stored.accessToken
    await this.#store.drop(key, used)
    return this.#draw(key, draw)
  }

  #draw(key: string, draw: DrawToken): Promise<string> {
    let drawing = this.#drawing.get(key)
    if (!drawing) {
      drawing = draw()
        .then(async (drawn) => {
          await this.#store.set(key, { ...drawn, obtainedMs: this.#clock.now() })
          return drawn.accessToken
        })
        .finally(() => this.#drawing.delete(key))
      this.#drawing.set(key, drawing)
    }
    return drawing
  }
}
