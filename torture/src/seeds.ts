/** Seeds that found something: they run first, so that it is not found twice. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Job } from './jobs.ts'

/** A kept run, with what it once found. */
export interface KeptSeed
  extends Pick<Job, 'layer' | 'seed' | 'orders' | 'without' | 'scenario' | 'crashAt'> {
  readonly found: string
}

const file = new URL('../seeds.json', import.meta.url)

/** All kept seeds. */
export function readSeeds(): readonly KeptSeed[] {
  return JSON.parse(readFileSync(file, 'utf8')) as KeptSeed[]
}

/** Keeps a run; once only. */
export function keepSeed(kept: KeptSeed): void {
  const all = readSeeds()
  const same = (one: KeptSeed) =>
    JSON.stringify({ ...one, found: '' }) === JSON.stringify({ ...kept, found: '' })
  if (all.some(same)) return
  writeFileSync(file, `${JSON.stringify([...all, kept], null, 2)}\n`)
}
