/** What `chadan check` finds. */

/** One thing that was looked at. */
export interface Finding {
  /** `configuration`, `keys`, `clock`, `database`, `WeChat Pay`, `public address`, `webhooks`. */
  readonly area: string
  /** What in it: a signer, a tenant, a place in the file. */
  readonly name: string
  /** `note` is worth a look and stops nobody. */
  readonly verdict: 'good' | 'bad' | 'note'
  readonly says: string
  readonly todo?: string | undefined
}

/** Findings of one area, in few words. */
export interface Findings {
  good(name: string, says: string): Finding
  bad(name: string, says: string, todo: string): Finding
  note(name: string, says: string, todo: string): Finding
}

/** Makes the findings of an area. */
export function findingsOf(area: string): Findings {
  return {
    good: (name, says) => ({ area, name, verdict: 'good', says }),
    bad: (name, says, todo) => ({ area, name, verdict: 'bad', says, todo }),
    note: (name, says, todo) => ({ area, name, verdict: 'note', says, todo }),
  }
}
