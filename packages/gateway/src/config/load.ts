/** Reading a configuration: the file, every secret and every key, all problems at once. */
import { dirname, resolve } from 'node:path'
import type { Signer as KeySigner } from '@chadan/client'
import { openTargets, TargetRefused } from '../outbound/targets.ts'
import { Checking, type Lists } from './checking.ts'
import { type Path, readDocument } from './document.ts'
import { readMaterial } from './material.ts'
import { ConfigError } from './problem.ts'
import { type Secret, type SecretDoors, type SecretReader, SecretUnread, secretReader } from './secrets.ts'
import {
  type SettingsShape,
  type SignerShape,
  settingsShape,
  signerShape,
  type TenantShape,
  tenantShape,
} from './shape.ts'

/** A configuration that was read, checked and may be used. */
export interface Config extends Omit<SettingsShape, 'store' | 'vault' | 'signers' | 'tenants'> {
  readonly file: string
  /** The folder that relative paths begin at. */
  readonly folder: string
  readonly store: { readonly sqlite: string } | { readonly postgres: Secret }
  /** Keys of 32 bytes; the first one seals, all open. */
  readonly vault: {
    readonly keys: readonly { readonly id: string; readonly key: Uint8Array }[]
    readonly indexKey: Uint8Array
  }
  /** With their text as written: what is kept in the store. */
  readonly signers: readonly Kept<SignerShape>[]
  readonly tenants: readonly Kept<TenantShape>[]
}

/** A signer or tenant, and the JSON of what was written. */
export interface Kept<T> {
  readonly shape: T
  readonly json: string
}

/** What loading leans on. */
export interface LoadDoors extends SecretDoors {
  /** Signers that hold their private key themselves (a KMS, an HSM), by the id of their entry in the file. */
  readonly signers?: Readonly<Record<string, KeySigner>> | undefined
}

/** A configuration, and what deserves a word although it works. */
export interface Loaded {
  readonly config: Config
  readonly warnings: readonly string[]
}

/**
 * Reads a configuration. Throws `ConfigError` with every problem, each with file, line and column.
 * @example const { config, warnings } = await loadConfig('gateway.yaml', systemSecretDoors)
 */
export async function loadConfig(path: string, doors: LoadDoors): Promise<Loaded> {
  const document = readDocument(path, await readText(path, doors))
  const checking = new Checking(document)
  const folder = dirname(resolve(path))
  const reader = secretReader(doors, folder)
  const settings = checking.read(settingsShape, [], document.value)
  const lists = listsOf(document.value)
  const signers = lists.signers.map((raw, index) => checking.read(signerShape, ['signers', index], raw))
  const tenants = lists.tenants.map((raw, index) => checking.read(tenantShape, ['tenants', index], raw))
  checking.unique('signers', lists.signers)
  checking.unique('tenants', lists.tenants)
  checking.merchantsOnce(signers)
  checking.references(lists)
  if (settings) checking.agreement(settings)
  const [store, vault] = await Promise.all([
    settings && readStore(settings, reader, checking, folder),
    settings && readVault(settings, reader, checking),
  ])
  // A misspelt setting says nothing about keys: those are looked at all the same.
  const simulator = settings?.simulator ?? rawFlag(document.value)
  const rules = { simulator, followed: settings?.clock?.follow }
  for (const [index, shape] of signers.entries()) {
    if (!shape) continue
    const { faults } = await readMaterial(shape, reader, rules, doors.signers?.[shape.id])
    for (const { path: inner, found, expected } of faults)
      checking.problem(['signers', index, ...inner], { found, expected })
  }
  await checkWebhooks(tenants, settings, reader, checking)
  checking.end()
  if (!settings || !store || !vault) throw new ConfigError([])
  const keep = <T>(shapes: readonly (T | undefined)[], raw: readonly unknown[]): Kept<T>[] =>
    shapes.flatMap((shape, index) => (shape ? [{ shape, json: JSON.stringify(raw[index]) }] : []))
  const config: Config = {
    ...settings,
    file: path,
    folder,
    publicUrl: settings.publicUrl.replace(/\/+$/, ''),
    store,
    vault,
    signers: keep(signers, lists.signers),
    tenants: keep(tenants, lists.tenants),
  }
  return { config, warnings: [...new Set(reader.warnings)] }
}

async function checkWebhooks(
  tenants: readonly (TenantShape | undefined)[],
  settings: SettingsShape | undefined,
  reader: SecretReader,
  checking: Checking,
): Promise<void> {
  const away = () => Promise.reject(new Error('nothing is sent here'))
  const targets = settings && openTargets({ rules: settings.webhooks, resolve: away, carry: away })
  for (const [index, tenant] of tenants.entries())
    for (const [place, { url, secret }] of (tenant?.webhooks ?? []).entries()) {
      const path = ['tenants', index, 'webhooks', place]
      const refused = targets && refusalOf(() => targets.check(url))
      if (refused !== undefined)
        checking.problem([...path, 'url'], {
          found: `an address that is refused (${refused})`,
          expected: 'https at a public address, or one that webhooks.allow names',
        })
      await checking.secret([...path, 'secret'], secret, reader, (text) => {
        if (!/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/.test(text))
          throw new SecretUnread(`text of ${text.length} characters`, 'whsec_ and 24 to 64 bytes in base64')
      })
    }
}

/** Why an address may not be called, as far as the address alone tells. */
function refusalOf(check: () => unknown): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof TargetRefused) return error.why
    throw error
  }
}

async function readText(path: string, doors: SecretDoors): Promise<string> {
  try {
    const { bytes } = await doors.readFile(path, 32 * 1024 * 1024)
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    const found =
      error instanceof TypeError ? 'bytes that are not UTF-8' : `no file that can be read (${code})`
    throw new ConfigError([
      { file: path, line: 1, column: 1, at: '', found, expected: 'a configuration in YAML' },
    ])
  }
}

function listsOf(value: unknown): Lists {
  const { signers, tenants } = value as Record<string, unknown>
  return { signers: Array.isArray(signers) ? signers : [], tenants: Array.isArray(tenants) ? tenants : [] }
}

function rawFlag(value: unknown): boolean | undefined {
  const { simulator = 'false' } = value as Record<string, unknown>
  return simulator === 'true' ? true : simulator === 'false' ? false : undefined
}

async function readStore(
  { store }: SettingsShape,
  reader: SecretReader,
  checking: Checking,
  folder: string,
): Promise<Config['store'] | undefined> {
  if ((store.sqlite === undefined) === (store.postgres === undefined)) {
    const found = store.sqlite === undefined ? 'neither' : 'both'
    checking.problem(['store'], {
      found,
      expected: 'either sqlite: <path> or postgres: <secret with the address>',
    })
    return undefined
  }
  if (store.sqlite !== undefined)
    return { sqlite: store.sqlite === ':memory:' ? store.sqlite : resolve(folder, store.sqlite) }
  const postgres = await checking.secret(['store', 'postgres'], store.postgres, reader, (text) => {
    if (!/^postgres(ql)?:\/\/\S+$/.test(text))
      throw new SecretUnread(`text of ${text.length} characters`, 'postgres://user:password@host/database')
  })
  return postgres && { postgres }
}

async function readVault(
  { vault }: SettingsShape,
  reader: SecretReader,
  checking: Checking,
): Promise<Config['vault'] | undefined> {
  const read = async (path: Path, reference: SettingsShape['vault']['indexKey']) => {
    const secret = await checking.secret(path, reference, reader, (text) => void readKey(text))
    return secret && readKey(secret.reveal())
  }
  checking.unique('vault.keys', vault.keys, ['vault', 'keys'])
  const indexKey = await read(['vault', 'indexKey'], vault.indexKey)
  const keys: { id: string; key: Uint8Array }[] = []
  for (const [index, { id, key }] of vault.keys.entries()) {
    const bytes = await read(['vault', 'keys', index, 'key'], key)
    if (bytes) keys.push({ id, key: bytes })
  }
  return indexKey && keys.length === vault.keys.length ? { keys, indexKey } : undefined
}

/** 32 bytes in base64 or hexadecimal digits. */
function readKey(text: string): Uint8Array {
  const hex = /^[0-9A-Fa-f]{64}$/.test(text)
  const base64 = /^[A-Za-z0-9+/]{43}=$/.test(text)
  if (hex || base64) return new Uint8Array(Buffer.from(text, hex ? 'hex' : 'base64'))
  throw new SecretUnread(
    `text of ${text.length} characters`,
    '32 random bytes in base64: openssl rand -base64 32 > key',
  )
}
