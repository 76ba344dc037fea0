/** What both token dialects do alike: a call under an access_token, and drawing a new one. */
import { billAuthorization, type OperationShape, token } from '@chadan/protocol'
import { type Attempt, carry, userAgent } from './carry.ts'
import { Lost, Refused } from './errors.ts'
import type { Settings } from './options.ts'
import type { Draft } from './prepared.ts'

/** One attempt of a draft, its token in the query. Addresses that the platform gave are taken whole. */
export function underToken(
  settings: Settings,
  operation: OperationShape,
  { target, method, body, contentType, headers }: Draft,
  attempt: number,
  accessToken: string | undefined,
): Attempt {
  const separator = target.includes('?') ? '&' : '?'
  return {
    operation,
    method,
    base: target.startsWith('/')
      ? settings.hosts[operation.host === 'given' ? 'mainland' : operation.host]
      : '',
    target:
      accessToken === undefined
        ? target
        : `${target}${separator}access_token=${encodeURIComponent(accessToken)}`,
    body,
    attempt,
    headers: {
      ...lowerNames(headers),
      accept: '*/*',
      'user-agent': userAgent,
      ...(contentType && { 'content-type': contentType }),
    },
  }
}

// The one header that operations here declare is `auth` of a bill, which may come with its name before it.
function lowerNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), billAuthorization(value)]),
  )
}

/** Draws a token, again after a pause where the platform was busy. */
export async function drawToken(
  settings: Settings,
  operation: OperationShape,
  dialect: 'wecom' | 'payinsurance',
  outgoing: Parameters<typeof carry>[1],
): Promise<{ accessToken: string; expiresInSeconds: number }> {
  const { drawTries, pausesMs } = token.tokenRules[dialect]
  for (let attempt = 1; ; attempt++) {
    const answer = await carry(settings, { ...outgoing, attempt }, {}).then(
      ({ status, bytes }) => token.readTokenAnswer(dialect, { status, body: bytes }),
      (error: unknown) => {
        if (error instanceof Lost && attempt < drawTries) return undefined
        throw error
      },
    )
    if (answer?.ok) return answer
    if (answer && (answer.advice !== 'retry' || attempt >= drawTries)) {
      throw refusal(operation, 200, answer.code ?? '', answer.message ?? answer.reason, answer.advice)
    }
    const pause = pausesMs[Math.min(attempt, pausesMs.length) - 1] ?? 1000
    await new Promise<void>((resolve) => void settings.clock.after(pause, resolve))
  }
}

/** What an errcode means for the caller, by the operation's own words and else the dialect's. */
export function refusal(
  operation: OperationShape,
  status: number,
  code: string,
  message: string | undefined,
  found: token.CodeAdvice,
): Refused | Lost {
  const known = operation.errors.find((one) => one.code === code)
  const advice = known?.advice ?? adviceOf[found]
  const facts = { status, code, platformMessage: message }
  const notFound = found === 'not_found' || (operation.notFound?.codes.includes(code) ?? false)
  if (!notFound && (found === 'retry' || (known?.advice === 'query' && operation.repeat !== 'read'))) {
    return new Lost(
      operation.id,
      'status',
      `the platform answered errcode ${code}; it may have been done`,
      facts,
    )
  }
  return new Refused(operation.id, {
    ...facts,
    kind: code,
    advice,
    meaning: known?.meaning,
    notFound,
    verified: 'absent',
  })
}

const adviceOf = {
  renew: 'repeat',
  retry: 'repeat',
  wait: 'wait',
  configuration: 'configure',
  programming: 'fix',
  not_found: 'query',
  unknown: 'query',
} as const satisfies Record<token.CodeAdvice, string>
