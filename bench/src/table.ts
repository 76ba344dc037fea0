/** A measure, and how it is printed. */

/** What one measure found. */
export interface Found {
  readonly unit: string
  /** Whether a larger number is better (a rate) or a smaller one (time, size). */
  readonly better: 'more' | 'less'
  readonly ours: number
  /** What cannot be beaten, measured in the same run; for sizes what we allow ourselves. */
  readonly limit: number
  readonly peers: Readonly<Record<string, number>>
  /** What is aimed at, as the least value of a ratio. */
  readonly aim?: { readonly toLimit?: number; readonly toBestPeer?: number }
}

/** A measure as JSON gives it: both ratios say how many times better ours is, so more than 1 is better. */
export interface Measured extends Found {
  readonly toLimit: number
  readonly toBestPeer: number | null
}

/** The ratios of what was found. */
export function compare(found: Found): Measured {
  const { ours, limit, better } = found
  const peers = Object.values(found.peers)
  const times = (other: number) => (better === 'more' ? ours / other : other / ours)
  const best = better === 'more' ? Math.max(...peers) : Math.min(...peers)
  return { ...found, toLimit: times(limit), toBestPeer: peers.length > 0 ? times(best) : null }
}

/** The table, in Markdown. */
export function table(measures: Readonly<Record<string, Measured>>): string {
  const rows = Object.entries(measures).map(([name, one]) => [
    name,
    one.unit,
    figure(one.ours),
    figure(one.limit),
    ratio(one.toLimit, one.aim?.toLimit),
    Object.entries(one.peers)
      .map(([peer, value]) => `${peer} ${figure(value)}`)
      .join(', '),
    one.toBestPeer === null ? '' : ratio(one.toBestPeer, one.aim?.toBestPeer),
  ])
  const head = ['measure', 'unit', 'ours', 'limit', 'to limit (aim)', 'peers', 'to best peer (aim)']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function ratio(value: number, aim: number | undefined): string {
  return aim === undefined ? value.toFixed(2) : `${value.toFixed(2)} (${aim}${value < aim ? ', below' : ''})`
}

function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
