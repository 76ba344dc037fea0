/** Telling a person's own requests from those a foreign page makes their browser send. */

/** Whether a browser says that a page of another origin sends this request. */
export function comesFromElsewhere(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site !== 'same-origin' && site !== 'none'
  const origin = request.headers.get('origin')
  if (origin === null) return false
  const host = request.headers.get('host') ?? new URL(request.url).host
  return URL.parse(origin)?.host !== host
}
