import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A markdown table: header cells, and rows of as many cells. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** What stands under one numbered heading, up to the next heading of any depth. */
export interface Section {
  readonly at: string
  readonly title: string
  readonly text: string
  readonly tables: readonly Table[]
}

/** One dossier, by its two-letter name. */
export interface Dossier {
  readonly name: string
  readonly file: string
  readonly sha256: string
  readonly text: string
  section(number: string): Section
}

/** Reads `<folder>/<file>` and indexes its numbered headings; sample blocks are left out. */
export function readDossier(folder: string, name: string, file: string): Dossier {
  const bytes = readFileSync(join(folder, file))
  const text = bytes.toString('utf8')
  const sections = sectionsOf(name, withoutSamples(text))
  return {
    name,
    file,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    text,
    section(number) {
      const found = sections.get(number)
      if (found === undefined) throw new Error(`${file}: no section ${number}`)
      return found
    },
  }
}

/** The rows of a table as objects keyed by header; `nth` counts the section's tables from 0. */
export function rowsOf(section: Section, nth = 0): Record<string, string>[] {
  const table = section.tables[nth]
  if (table === undefined) throw new Error(`${section.at}: no table ${nth}`)
  return table.rows.map((row) => {
    if (row.length !== table.header.length) throw new Error(`${section.at}: torn row: ${row.join(' | ')}`)
    return Object.fromEntries(table.header.map((name, index) => [name, row[index] ?? '']))
  })
}

/** All words in backticks, in order. */
export function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
}

function withoutSamples(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '')
}

function sectionsOf(name: string, text: string): Map<string, Section> {
  const sections = new Map<string, Section>()
  for (const part of text.split(/^(?=#{2,3} )/m)) {
    const heading = /^#{2,3} ((?:Appendix )?[0-9A-Z]+[a-z]?(?:\.[0-9]+)?)\.?[ \n](.*)/.exec(part)
    const number = heading?.[1]?.replace('Appendix ', '')
    if (number === undefined) continue
    sections.set(number, {
      at: `${name} ${number}`,
      title: heading?.[2] ?? '',
      text: part,
      tables: tablesOf(part),
    })
  }
  return sections
}

function tablesOf(text: string): Table[] {
  const tables: { header: string[]; rows: string[][] }[] = []
  let inside = false
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      inside = false
    } else if (!inside) {
      tables.push({ header: cellsOf(line), rows: [] })
      inside = true
    } else if (!/^\|[ :|-]+\|$/.test(line)) {
      tables.at(-1)?.rows.push(cellsOf(line))
    }
  }
  return tables
}

function cellsOf(line: string): string[] {
  return line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
}
