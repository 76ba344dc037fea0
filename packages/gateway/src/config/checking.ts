/** Holding a document against what is expected: every problem with its place. */
import type { z } from 'zod'
import type { ConfigDocument, Path } from './document.ts'
import { ConfigError, type ConfigProblem, foundText, nameText, nearest, pathText } from './problem.ts'
import { type Secret, type SecretReader, SecretUnread } from './secrets.ts'
import { namesAt, type SettingsShape, type SignerShape } from './shape.ts'

/** Signers and tenants as they stand in the file. */
export interface Lists {
  readonly signers: readonly unknown[]
  readonly tenants: readonly unknown[]
}

/** Gathers problems, each with its place. */
export class Checking {
  readonly #document: ConfigDocument
  readonly #problems: ConfigProblem[] = []

  constructor(document: ConfigDocument) {
    this.#document = document
  }

  problem(
    path: Path,
    said: { found: string; expected: string; meant?: string | undefined; of?: 'key' },
  ): void {
    const { found, expected, meant, of } = said
    this.#problems.push({
      file: this.#document.file,
      ...this.#document.place(path, of),
      at: pathText(path),
      found,
      expected,
      meant,
    })
  }

  /** Holds a value against its shape. */
  read<T extends z.ZodType>(shape: T, base: Path, value: unknown): z.output<T> | undefined {
    const { success, data, error } = shape.safeParse(value)
    if (success) return data
    for (const issue of error.issues) {
      // Keys of mappings and places of lists; symbols do not come from YAML.
      const path = issue.path as (string | number)[]
      if (issue.code === 'unrecognized_keys') {
        const known = namesAt(shape, path)
        for (const key of issue.keys)
          this.problem([...base, ...path, key], {
            found: `an unknown name (${nameText(key)})`,
            expected: `one of ${known.join(', ')}`,
            meant: nearest(key, known),
            of: 'key',
          })
        continue
      }
      const there = path.reduce<unknown>(
        (inner, step) => (inner as Record<PropertyKey, unknown>)?.[step],
        value,
      )
      const meant =
        issue.code === 'invalid_value' && typeof there === 'string'
          ? nearest(there, issue.values.map(String))
          : undefined
      this.problem([...base, ...path], { found: foundText(there), expected: issue.message, meant })
    }
    return undefined
  }

  /** Each id once. */
  unique(name: string, list: readonly unknown[], base: Path = [name]): void {
    const seen = new Set<string>()
    for (const [index, one] of list.entries()) {
      const id = idOf(one)
      if (id === undefined) continue
      if (seen.has(id))
        this.problem([...base, index, 'id'], {
          found: 'an id that stands above already',
          expected: 'each id once',
        })
      seen.add(id)
    }
  }

  /** Each merchant has one signer: two spaces of numbers would let one payment count for two orders. */
  merchantsOnce(signers: readonly (Pick<SignerShape, 'mode' | 'mchid'> | undefined)[]): void {
    const seen = new Set<string>()
    for (const [index, signer] of signers.entries()) {
      if (signer?.mchid === undefined) continue
      const merchant = `${signer.mode} ${signer.mchid}`
      if (seen.has(merchant))
        this.problem(['signers', index, 'mchid'], {
          found: 'a merchant number that a signer above has',
          expected: 'each merchant once',
        })
      seen.add(merchant)
    }
  }

  /** Tenants name signers of this file; where it has none, those of the store. */
  references({ signers, tenants }: Lists): void {
    const known = new Set(signers.flatMap((one) => idOf(one) ?? []))
    if (known.size === 0) return
    for (const [index, tenant] of tenants.entries()) {
      const named = (tenant as { signers?: unknown } | null)?.signers
      for (const [place, id] of (Array.isArray(named) ? named : []).entries())
        if (typeof id === 'string' && !known.has(id))
          this.problem(['tenants', index, 'signers', place], {
            found: 'an id that no signer of this file has',
            expected: 'the id of a signer',
            meant: nearest(id, [...known]),
          })
    }
  }

  /** What one setting says about another. */
  agreement({ publicUrl, simulator, clock }: SettingsShape): void {
    if (!simulator && !publicUrl.startsWith('https://'))
      this.problem(['publicUrl'], {
        found: 'an http address',
        expected: 'https: WeChat Pay sends notices there, and payers come back to it',
      })
    if (!simulator && clock)
      this.problem(['clock', 'follow'], {
        found: 'a clock that is not the time',
        expected: 'none: only a simulation (`simulator: true`) may follow one',
      })
  }

  /** Reads a secret and looks at it; what is wrong is a problem of its place. */
  async secret(
    path: Path,
    reference: SettingsShape['vault']['indexKey'] | undefined,
    reader: SecretReader,
    look: (text: string) => void,
  ): Promise<Secret | undefined> {
    if (!reference) return undefined
    try {
      const secret = await reader.read(reference)
      look(secret.reveal())
      return secret
    } catch (error) {
      if (!(error instanceof SecretUnread)) throw error
      this.problem(path, { found: error.found, expected: error.expected })
      return undefined
    }
  }

  /** Throws `ConfigError`, in the order of the file. */
  end(): void {
    if (this.#problems.length === 0) return
    throw new ConfigError(this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column))
  }
}

function idOf(one: unknown): string | undefined {
  const id = typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : undefined
  return typeof id === 'string' && id !== '' ? id : undefined
}
