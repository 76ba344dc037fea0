/** The doors of the machine that configuration is read through. */
import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import type { SecretDoors } from './secrets.ts'

/** Files, commands and environment of this process. */
export const systemSecretDoors: SecretDoors = {
  async readFile(path, maxBytes) {
    const file = await open(path, 'r')
    try {
      const { size, mode } = await file.stat()
      if (size > maxBytes) throw Object.assign(new Error('too large'), { code: 'EFBIG' })
      return { bytes: await file.readFile(), mode }
    } finally {
      await file.close()
    }
  },
  run: (command, args, { timeoutMs, maxBytes, folder }) =>
    new Promise((resolve, reject) => {
      const options = {
        cwd: folder,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: maxBytes,
        encoding: 'buffer',
        shell: false,
        windowsHide: true,
      } as const
      const child = execFile(command, args, options, (error, out) => {
        if (!error) return resolve(out)
        const code = error.killed ? 'ETIMEDOUT' : error.code
        // The command's own words may hold what it was to give.
        reject(Object.assign(new Error('the command failed'), { code }))
      })
      child.stdin?.end()
    }),
  env: process.env,
}
