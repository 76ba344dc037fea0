/** What the address line of a request may have been when it was signed. */

import type { Variant } from './bodies.ts'
import { cause } from './cause.ts'

const asSent = 'sign path and query exactly as they are sent, encoded once'

/** Path and query as captured, then their variants; each form once. */
export function targetVariants(target: string, origin: string): Variant<string>[] {
  const variants: Variant<string>[] = [{ value: target, cause: undefined }]
  const seen = new Set([target])
  const add = (id: string, says: string, make: () => string | undefined, todo = asSent) => {
    let value: string | undefined
    try {
      value = make()
    } catch {
      return
    }
    if (value === undefined || seen.has(value)) return
    seen.add(value)
    variants.push({ value, cause: cause(`target.${id}`, says, todo) })
  }
  const [path = '', query] = split(target)
  add('withoutQuery', 'the signed address has no query, the sent one has', () => path, 'sign the query too')
  add('decoded', 'the signed address is percent-decoded, the sent one is encoded', () =>
    decodeURIComponent(target),
  )
  add('encoded', 'the signed address is percent-encoded, the sent one is not', () => encodeURI(target))
  add('encodedTwice', 'the signed address is percent-encoded twice', () => target.replaceAll('%', '%25'))
  add('decodedPath', 'the signed path is percent-decoded, the sent one is encoded', () =>
    joined(decodeURIComponent(path), query),
  )
  add(
    'decodedQuery',
    'the signed query is percent-decoded, the sent one is encoded',
    () => query && joined(path, decodeURIComponent(query)),
  )
  add('encodedSegments', 'the signed path has every special character encoded, the sent one has not', () =>
    joined(
      path
        .split('/')
        .map((one) => strict(decodeURIComponent(one)))
        .join('/'),
      query,
    ),
  )
  add(
    'encodedNames',
    'the signed path has its special characters encoded (all but *), the sent one has not',
    () =>
      joined(
        path
          .split('/')
          .map((one) => encodeURIComponent(decodeURIComponent(one)))
          .join('/'),
        query,
      ),
  )
  add('lowerEscapes', 'the signed address has its percent escapes in lower case', () =>
    target.replace(/%[0-9A-F]{2}/gi, (one) => one.toLowerCase()),
  )
  add('upperEscapes', 'the signed address has its percent escapes in capitals', () =>
    target.replace(/%[0-9A-F]{2}/gi, (one) => one.toUpperCase()),
  )
  add('plus', 'the signed query has + for a blank, the sent one %20', () => target.replaceAll('%20', '+'))
  add(
    'percent20',
    'the signed query has %20 for a blank, the sent one +',
    () => query && joined(path, query.replaceAll('+', '%20')),
  )
  add(
    'sortedQuery',
    'the signed query has its members sorted',
    () => query && joined(path, query.split('&').sort().join('&')),
  )
  add(
    'wholeAddress',
    'the whole address was signed, with scheme and host',
    () => origin + target,
    'sign path and query alone',
  )
  add('questionMark', 'the signed address ends with a question mark, the sent one has no query', () =>
    query === undefined ? `${target}?` : undefined,
  )
  add('withoutSlash', 'the signed path lacks its first slash', () => target.replace(/^\//, ''))
  add('finalSlash', 'the signed path ends with a slash', () => joined(`${path}/`, query))
  add('withoutFinalSlash', 'the sent path ends with a slash that was not signed', () =>
    joined(path.replace(/\/$/, ''), query),
  )
  add('prefix', 'a prefix was put before the path after it was signed, or a proxy did so', () => {
    const at = target.indexOf('/v3/')
    return at > 0 ? target.slice(at) : undefined
  })
  add('pathCase', 'the signed path is in lower case', () => joined(path.toLowerCase(), query))
  return variants
}

function split(target: string): [string, string | undefined] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, undefined] : [target.slice(0, mark), target.slice(mark + 1)]
}

function joined(path: string, query: string | undefined): string {
  return query === undefined ? path : `${path}?${query}`
}

function strict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
