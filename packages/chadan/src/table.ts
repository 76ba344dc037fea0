/** Text in columns, for people. */

/** Rows under each other, two blanks between the columns; the last column is as wide as it is. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries())
      widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  return rows
    .map((row) =>
      `${indent}${row.map((cell, index) => (index < row.length - 1 ? pad(cell, widths[index] ?? 0) : cell)).join('  ')}`.trimEnd(),
    )
    .join('\n')
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Chinese characters take two columns of a terminal. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1
  return width
}

const decimals: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, VND: 0 }

/** How many decimals a currency is written with. */
export function decimalsOf(currency: string): number {
  return decimals[currency] ?? 2
}

/**
 * An amount as people write it.
 * @example money(12_34, 'CNY') // '12.34 CNY'
 */
export function money(minor: number, currency = 'CNY'): string {
  const places = decimalsOf(currency)
  const digits = String(Math.abs(minor)).padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  const part = places > 0 ? `.${digits.slice(-places)}` : ''
  return `${minor < 0 ? '-' : ''}${whole}${part} ${currency}`
}
