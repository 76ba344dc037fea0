import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupFile } from '../../../../scripts/dossiers/index.ts'

/** Every group of operations in the index, in its order. */
export const groups = [
  'certificates',
  'security',
  'cash',
  'refunds',
  'ecommerceRefunds',
  'globalRefunds',
  'globalBills',
  'bills',
  'medIns',
  'combine',
  'payscore',
  'wecom',
  'payinsurance',
] as const

export type Group = (typeof groups)[number]

/** The committed list of one group: what the dossiers say. */
export function listOf(group: Group): GroupFile {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${group}.json`), 'utf8'))
}
