/** Error cases that many APIv3 operations share, to be spread into their lists. */
import type { ErrorCase } from './operation.ts'

/** The errors that every APIv3 operation can answer. */
export const commonErrors = [
  {
    code: 'SIGN_ERROR',
    status: 401,
    advice: 'configure',
    meaning:
      'The signature, its time, the merchant or its certificate serial was not accepted: compare keys, serial, clock and signed bytes.',
    numbers: [268443699],
  },
  {
    code: 'SYSTEM_ERROR',
    status: 500,
    advice: 'query',
    meaning: 'The outcome is unknown: query first, then repeat the identical request.',
  },
  {
    code: 'FREQUENCY_LIMITED',
    status: 429,
    advice: 'wait',
    meaning: 'Too many requests: wait with growing delays, then repeat the identical request.',
    numbers: [268447840],
  },
] as const satisfies readonly ErrorCase[]

/** The same for calls that may simply be repeated: those that change nothing, or nothing more. */
export const repeatableErrors: readonly ErrorCase[] = commonErrors.map((one) =>
  one.code === 'SYSTEM_ERROR'
    ? { ...one, advice: 'repeat', meaning: 'A fault of the platform: repeat the identical request.' }
    : one,
)

/** One error case, for lists. */
export function errorCase(
  code: string,
  status: number,
  advice: ErrorCase['advice'],
  meaning: string,
  ...numbers: number[]
): ErrorCase {
  return numbers.length > 0 ? { code, status, advice, meaning, numbers } : { code, status, advice, meaning }
}
