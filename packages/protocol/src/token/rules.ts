/** The two families of calls that carry an access_token in their query. */
export type TokenDialect = 'wecom' | 'payinsurance'

/** How much of a token's life is left unused: the larger of a number of seconds and a share of the life. */
export type RenewalMargin = { readonly seconds: number; readonly share: number }

/**
 * What a caller does about a code.
 *
 * `renew`: drop the token if it is still the one used, draw once, send the same bytes once more. `retry`: busy, again
 * after a pause. `wait`: a rate or quota; the token stays good, come back later. `configuration`: a person must change
 * secrets, addresses or permissions; no repeat. `programming`: our request is wrong; no repeat. `not_found`: the order
 * is not known, to be believed only when heard twice. `unknown`: says nothing about what happened.
 */
export type CodeAdvice =
  | 'renew'
  | 'retry'
  | 'wait'
  | 'configuration'
  | 'programming'
  | 'not_found'
  | 'unknown'

type CodeTable = Readonly<Record<string, { readonly advice: CodeAdvice; readonly meaning: string }>>

/** What is known about a token dialect, as data. */
export type TokenRules = {
  readonly margin: RenewalMargin
  /** Tries of a token draw that met `retry`, all together. */
  readonly drawTries: number
  /** Pauses between those tries, to which the caller adds jitter. */
  readonly pausesMs: readonly number[]
  /** Codes in answers of the token call. */
  readonly draw: CodeTable
  /** Codes in answers of all other calls. */
  readonly call: CodeTable
}

const code = (advice: CodeAdvice, meaning: string) => ({ advice, meaning })

const PAUSES_MS = [200, 1_000, 3_000]

/** Both dialects. Which codes renew is decided per dialect: 40001 is a wrong secret in wecom, an old token in payinsurance. */
export const tokenRules = {
  wecom: {
    margin: { seconds: 300, share: 0 },
    drawTries: 3,
    pausesMs: PAUSES_MS,
    draw: {
      '-1': code('retry', 'system busy'),
      40001: code('configuration', 'secret is invalid'),
      40013: code('configuration', 'corpid is invalid'),
      40091: code('configuration', 'secret is invalid'),
      41004: code('configuration', 'secret is missing'),
      45009: code('wait', 'rate limit'),
      45033: code('wait', 'concurrency limit'),
      50003: code('configuration', 'app is disabled'),
      60020: code('configuration', 'caller address is not trusted'),
    },
    call: {
      '-1': code('retry', 'system busy'),
      40001: code('configuration', 'secret is invalid'),
      40004: code('programming', 'media type is wrong'),
      40006: code('programming', 'file size is wrong'),
      40007: code('programming', 'media id is invalid'),
      40009: code('programming', 'picture size is wrong'),
      40013: code('configuration', 'corpid is invalid'),
      40014: code('renew', 'access_token is invalid'),
      40035: code('programming', 'parameter is illegal'),
      40058: code('programming', 'parameter is not as required'),
      40063: code('programming', 'parameter is empty'),
      40073: code('programming', 'openid is invalid'),
      40091: code('configuration', 'secret is invalid'),
      41001: code('programming', 'access_token is missing'),
      41004: code('configuration', 'secret is missing'),
      42001: code('renew', 'access_token has expired'),
      44001: code('programming', 'media file is empty'),
      45009: code('wait', 'rate limit'),
      45033: code('wait', 'concurrency limit'),
      48002: code('configuration', 'app may not call this interface'),
      50003: code('configuration', 'app is disabled'),
      60020: code('configuration', 'caller address is not trusted'),
      301002: code('configuration', 'app has no permission'),
      720501: code('not_found', 'order does not exist under this merchant'),
    },
  },
  payinsurance: {
    margin: { seconds: 300, share: 0.05 },
    drawTries: 3,
    pausesMs: PAUSES_MS,
    draw: {
      '-1': code('retry', 'system busy'),
      40001: code('configuration', 'secret is wrong'),
      40002: code('configuration', 'grant type is wrong'),
      40013: code('configuration', 'appid is wrong'),
      40125: code('configuration', 'appid or secret is wrong'),
      40164: code('configuration', 'caller address is not in the list of the account'),
      41002: code('configuration', 'appid is missing'),
      41004: code('configuration', 'secret is missing'),
      45009: code('wait', 'quota is used up'),
      45011: code('wait', 'rate limit'),
      45035: code('configuration', 'caller address is not in the list of the account'),
    },
    call: {
      '-1': code('retry', 'system busy'),
      40001: code('renew', 'access_token is invalid'),
      40014: code('renew', 'access_token is invalid'),
      40164: code('configuration', 'caller address is not in the list of the account'),
      41001: code('programming', 'access_token is missing'),
      42001: code('renew', 'access_token has expired'),
      43002: code('programming', 'the call takes POST'),
      45009: code('wait', 'quota is used up'),
      45011: code('wait', 'rate limit'),
      45035: code('configuration', 'caller address is not in the list of the account'),
      48001: code('configuration', 'account may not call this interface'),
    },
  },
} as const satisfies Record<TokenDialect, TokenRules>

/** What to do about a code, in an answer of the token call (`draw`) or of any other call. Unlisted codes say nothing. */
export function adviceFor(dialect: TokenDialect, on: 'draw' | 'call', found: string): CodeAdvice {
  return isListed(dialect, on, found) ? (table(dialect, on)[found]?.advice ?? 'unknown') : 'unknown'
}

/** Whether a code belongs to the platform-wide list of a dialect. */
export function isListed(dialect: TokenDialect, on: 'draw' | 'call', found: string): boolean {
  return Object.hasOwn(table(dialect, on), found)
}

function table(dialect: TokenDialect, on: 'draw' | 'call'): CodeTable {
  return tokenRules[dialect][on]
}

/**
 * When a token should be replaced, in UTC milliseconds: its end, less the margin. The margin never takes more than
 * half of the life, because wecom hands out the same token again with what is left of it, and a token that is due
 * the moment it arrives would be drawn without end.
 */
export function renewAt(
  token: { readonly obtainedMs: number; readonly expiresInSeconds: number },
  margin: RenewalMargin,
): number {
  const life = token.expiresInSeconds
  const unused = Math.min(Math.max(margin.seconds, life * margin.share), life / 2)
  return token.obtainedMs + Math.floor((life - unused) * 1000)
}

/** Whose token it is. wecom: one for each app; payinsurance: one for each hospital, or for each pair with an agent. */
export type TokenOwner =
  | { readonly dialect: 'wecom'; readonly corpid: string; readonly app: string }
  | { readonly dialect: 'payinsurance'; readonly appid: string; readonly agentappid?: string }

/**
 * The name under which a token is kept. Holds no secret; `app` is a name of yours for the app (its agentid), since a
 * secret must not become a key in a store.
 */
export function tokenCacheKey(owner: TokenOwner): string {
  const parts =
    owner.dialect === 'wecom'
      ? [owner.corpid, owner.app]
      : owner.agentappid
        ? [owner.agentappid, owner.appid]
        : [owner.appid]
  return [owner.dialect, ...parts.map(encodeURIComponent)].join(':')
}
