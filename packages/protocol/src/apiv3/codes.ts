/**
 * An error code in one spelling for both generations of pages: upper case, no underscores, synonyms merged (protocol 10.4).
 *
 * @example normaliseCode('ORDER_NOT_EXIST') === normaliseCode('ORDERNOTEXIST')
 */
export function normaliseCode(code: string): string {
  const plain = code.toUpperCase().replaceAll('_', '')
  return synonyms.get(plain) ?? plain
}

/** The internal number behind the last hyphen of a `Request-ID`; 0 on success, undefined when there is none. */
export function errorNumber(requestId: string): number | undefined {
  const digits = /-([0-9]{1,10})$/.exec(requestId.slice(-16))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What the frequent internal numbers mean (protocol 10.5). For people; programs decide by code. */
export const errorNumbers: Readonly<Record<number, string>> = {
  268435461: 'illegal parameter',
  268435464: 'value out of range',
  268443699: 'signature error',
  268443701: 'no service relation between provider and sub-merchant',
  268443704: 'sub_mch_id is required',
  268443705: 'sub_mchid equals the own mchid',
  268443715: 'merchant disabled or cancelled',
  268445527: 'appid and merchant are not bound to each other',
  268447840: 'too frequent',
  268447843: 'merchant does not match the order',
  268447845: 'sub-merchant does not match the order',
  268447914: 'order no longer valid',
  268448010: "merchant's receiving is restricted",
  268449538: 'order already paid',
  268449641: 'only reversal is allowed, not close',
  268498688: 'the same number again with different parameters',
  268498689: 'order already paid, seen on create',
  268501013: 'JSAPI needs an openid',
  268512771: 'order does not exist',
  270924358: 'extra parameter in the body',
}

const synonyms: ReadonlyMap<string, string> = new Map([
  ['ORDERNOTEXISTS', 'ORDERNOTEXIST'],
  ['FREQUENCYLIMITEXCEED', 'FREQUENCYLIMITED'],
  ['RATELIMITEXCEED', 'FREQUENCYLIMITED'],
  ['RATELIMITEXCEEDED', 'FREQUENCYLIMITED'],
])
