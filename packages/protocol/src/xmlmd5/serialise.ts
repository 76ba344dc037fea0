import { forbiddenAt, XmlError } from './parse.ts'

/** How values are written: all in CDATA, all as escaped text, or CDATA unless the value is a plain number. */
export type XmlStyle = 'always' | 'text' | 'unless_number'

/**
 * Writes members as `<xml>…</xml>`, in the order given. Members that are `undefined` are left out; empty ones
 * are written. `parseXml` reads back exactly the values given here.
 *
 * Throws `XmlError` for a name or a character that XML cannot carry; its position counts within that name or value.
 *
 * @example serialiseXml({ appid: 'wx1', total_fee: '100' }, { cdata: 'unless_number' })
 */
export function serialiseXml(
  members: Readonly<Record<string, string | undefined>>,
  { cdata = 'always' }: { readonly cdata?: XmlStyle } = {},
): string {
  return `<xml>${memberLines(members, cdata)}\n</xml>`
}

/** The members alone, one on a line, without the root: what a group of members is made of. */
export function memberLines(members: Readonly<Record<string, string | undefined>>, cdata: XmlStyle): string {
  let lines = ''
  for (const name of Object.keys(members)) {
    const value = members[name]
    if (value === undefined) continue
    if (!/^[A-Za-z_][A-Za-z0-9_-]{0,127}$/.test(name))
      throw new XmlError(0, 'a member name of letters, digits, _ or -')
    lines += `\n<${name}>${written(value, cdata)}</${name}>`
  }
  return lines
}

function written(value: string, cdata: XmlStyle): string {
  const forbidden = forbiddenAt(value)
  if (forbidden !== -1) throw new XmlError(forbidden, 'a value of characters that XML allows')
  if (cdata === 'text' || (cdata === 'unless_number' && /^[0-9]+$/.test(value))) return escapeText(value)
  // Readers turn a CR in CDATA into LF and the signature would fail; only a reference carries it.
  if (value.includes('\r')) return escapeText(value)
  return `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }

function escapeText(value: string): string {
  return value.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? character)
}
