/**
 * Writes the lists that the completeness test compares with the declarations.
 * The dossiers are not part of the repository: `node scripts/read-dossiers.ts <folder-of-dossiers>`,
 * then `npm run format`. With CHADAN_DOSSIERS set to that folder the test reads them again and compares.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { extract, type GroupFile } from './dossiers/index.ts'

const target = join(import.meta.dirname, '../packages/protocol/test/completeness')

/** The text of one committed list: one field a line, so that a change of one reads as one. */
export function textOf(file: GroupFile): string {
  return `${lines(file, '')}\n`
}

function lines(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null || isLine(value)) return inline(value)
  const deeper = `${indent}  `
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const items = Array.isArray(value)
    ? value.map((item) => deeper + lines(item, deeper))
    : Object.entries(value).map(([key, item]) => `${deeper}${inline(key)}: ${lines(item, deeper)}`)
  return items.length === 0 ? open + close : `${open}\n${items.join(',\n')}\n${indent}${close}`
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, item]) => `${inline(key)}: ${inline(item)}`)
  return `{ ${members.join(', ')} }`
}

// A field, an error or a source is a line of its own.
function isLine(value: object): boolean {
  return 'required' in value || 'code' in value || 'sha256' in value
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) {
    console.error('usage: node scripts/read-dossiers.ts <folder-of-dossiers>')
    process.exitCode = 2
  } else {
    for (const file of extract(folder)) {
      writeFileSync(join(target, `${file.group}.json`), textOf(file))
      console.log(
        `${file.group}: ${file.operations.length} operations, ${file.notifications.length} notifications`,
      )
    }
  }
}
