/** A configuration that is in use: opened once, reloaded whole or not at all. */
import { readDocument } from './document.ts'
import { type Config, type LoadDoors, type Loaded, loadConfig } from './load.ts'
import { ConfigError, type ConfigProblem } from './problem.ts'
import { openRegister, type Register, type RegisterDoors, type Seeded } from './register.ts'

/** A configuration in use. */
export interface Configuration {
  /** The one in force. */
  readonly current: Config
  readonly warnings: readonly string[]
  /** Seeds the store, and finds signers and tenants from then on. Once per process. */
  register(doors: Omit<RegisterDoors, 'secrets' | 'signers'>): Promise<Register>
  /**
   * Reads the file and all secrets again, and puts signers, tenants and their webhooks in force together. Throws `ConfigError` and leaves
   * everything as it was when anything is wrong, or when something changed that needs a restart.
   */
  reload(): Promise<Loaded & Seeded>
}

/**
 * Opens a configuration. `doors.signers` holds private keys that no file holds (a KMS, an HSM), by signer id.
 * @example
 * const configuration = await openConfig('gateway.yaml', { ...systemSecretDoors, signers: { main: kmsSigner } })
 */
export async function openConfig(path: string, doors: LoadDoors): Promise<Configuration> {
  let { config, warnings } = await loadConfig(path, doors)
  let register: Register | undefined
  let reloading: Promise<unknown> = Promise.resolve()

  async function reload(): Promise<Loaded & Seeded> {
    const next = await loadConfig(path, doors)
    await refuseFixed(config, next.config, doors)
    const seeded = (await register?.seed(next.config)) ?? { written: 0, others: [] }
    ;({ config, warnings } = next)
    return { ...next, ...seeded }
  }

  return {
    get current() {
      return config
    },
    get warnings() {
      return warnings
    },
    async register(more) {
      const opened = openRegister(config, { ...more, secrets: doors, signers: doors.signers })
      await opened.seed(config)
      register = opened
      return opened
    },
    reload() {
      // One after the other: two signals in a row must not mix two files.
      const next = reloading.then(reload)
      reloading = next.catch(() => {})
      return next
    },
  }
}

/** What a running process has built upon. */
const fixed: readonly { readonly name: string; readonly of: (config: Config) => unknown }[] = [
  { name: 'publicUrl', of: ({ publicUrl }) => publicUrl },
  { name: 'listen', of: ({ listen }) => listen },
  { name: 'adminListen', of: ({ adminListen }) => adminListen },
  {
    name: 'store',
    of: ({ store }) => ('sqlite' in store ? store.sqlite : store.postgres.reveal()),
  },
  {
    name: 'vault',
    of: ({ vault }) => [
      vault.keys.map(({ id, key }) => [id, Buffer.from(key).toString('hex')]),
      Buffer.from(vault.indexKey).toString('hex'),
    ],
  },
  { name: 'simulator', of: ({ simulator }) => simulator },
  { name: 'clock', of: ({ clock }) => clock },
  { name: 'webhooks', of: ({ webhooks }) => webhooks },
  { name: 'limits', of: ({ limits }) => limits },
  { name: 'retention', of: ({ retention }) => retention },
  { name: 'logging', of: ({ logging }) => logging },
]

async function refuseFixed(before: Config, after: Config, doors: LoadDoors): Promise<void> {
  const changed = fixed.filter(({ of }) => JSON.stringify(of(before)) !== JSON.stringify(of(after)))
  if (changed.length === 0) return
  const { bytes } = await doors.readFile(after.file, Number.MAX_SAFE_INTEGER)
  const document = readDocument(after.file, Buffer.from(bytes).toString('utf8'))
  throw new ConfigError(
    changed.map(
      ({ name }): ConfigProblem => ({
        file: after.file,
        ...document.place([name], 'key'),
        at: name,
        found: 'a change that a running process cannot take up',
        expected: 'what it was; or stop the process and start it again',
      }),
    ),
  )
}
