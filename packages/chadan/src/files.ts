/** Files that hold secrets: written whole or not at all, readable by their owner only. */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { CommandProblem, systemCode } from './problem.ts'

let written = 0

/** Writes `text` beside `path` and renames it, so that a reader sees the old file or the new one. */
export async function writePrivate(path: string, text: string): Promise<void> {
  const target = resolve(path)
  const beside = `${target}.${process.pid}.${written++}.new`
  try {
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw new CommandProblem(
      `${path} cannot be written (${reasonOf(error)}): give a file in a folder that exists`,
      {
        cause: error,
      },
    )
  }
}

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw new CommandProblem(`${path} cannot be read (${reasonOf(error)}): give another file`, {
      cause: error,
    })
  }
}

function reasonOf(error: unknown): string {
  return systemCode(error) ?? (error instanceof Error ? error.name : 'unknown')
}
