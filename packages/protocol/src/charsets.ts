/** A named set of characters that a text may consist of. */
export interface Charset {
  /** How a message names it. */
  readonly name: string
  /** Matches one allowed character. */
  readonly allowed: RegExp
  /** Matches a text of allowed characters alone. */
  readonly whole: RegExp
}

function charset(name: string, allowed: RegExp): Charset {
  return { name, allowed, whole: new RegExp(allowed.source.replace(/\$$/, '*$')) }
}

/** The charsets that WeChat Pay documents. */
export const charsets = {
  digits: charset('digits', /^[0-9]$/),
  hex: charset('hexadecimal digits', /^[0-9a-fA-F]$/),
  lowerHex: charset('lower-case hexadecimal digits', /^[0-9a-f]$/),
  alphanumeric: charset('letters and digits', /^[0-9A-Za-z]$/),
  /** Order and refund numbers of the basic interfaces. */
  number: charset('letters, digits and _-|*', /^[0-9A-Za-z_\-|*]$/),
  /** The older set of combined payments and refunds. */
  numberWithAt: charset('letters, digits and _-|*@', /^[0-9A-Za-z_\-|*@]$/),
  /** Numbers in WeCom as seed 001 prints them. */
  numberWithoutBar: charset('letters, digits and _-*', /^[0-9A-Za-z_\-*]$/),
  /** Goods numbers of the merchant. */
  goodsNumber: charset('letters, digits, - and _', /^[0-9A-Za-z\-_]$/),
  phone: charset('digits, - and +', /^[0-9+-]$/),
  lowerAppid: charset('lower-case letters and digits', /^[0-9a-z]$/),
  ascii: charset('printable ASCII', /^[\x20-\x7e]$/),
} as const
