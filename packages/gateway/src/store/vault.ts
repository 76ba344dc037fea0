/** What is kept sealed, and how it is found again without being opened. */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Random } from '@chadan/protocol'

/** One key of 32 bytes; its id stands in clear before everything it sealed. */
export interface VaultKey {
  readonly id: string
  readonly key: Uint8Array
}

/** Seals and opens. What is sealed for one context opens in no other. */
export interface Vault {
  /** Id of the key that seals now. */
  readonly keyId: string
  /** `context` says where it is kept (table and id): moved elsewhere, it does not open. */
  seal(bytes: Uint8Array, context: string): Uint8Array
  /** Throws `VaultError`. */
  open(sealed: Uint8Array, context: string): Uint8Array
  /** A keyed digest to find by: the same on all nodes, useless without the key. */
  index(text: string): string
  keyIdOf(sealed: Uint8Array): string
}

/** Something sealed that cannot be opened: unknown key, altered bytes or another context. Says nothing of the content. */
export class VaultError extends Error {
  override readonly name = 'VaultError'
}

const form = 1
const nonceBytes = 12
const tagBytes = 16

/** A vault over AES-256-GCM; `keys` newest first, `indexKey` at least 32 bytes. */
export function openVault({
  keys,
  indexKey,
  random,
}: {
  keys: readonly VaultKey[]
  indexKey: Uint8Array
  random: Random
}): Vault {
  const [newest] = keys
  if (!newest) throw new VaultError('the vault needs at least one key')
  if (indexKey.length < 32)
    throw new VaultError(`the index key has ${indexKey.length} bytes, at least 32 are needed`)
  // As key objects: given as bytes, each use would import them again, which costs more than the sealing.
  const byId = new Map<string, KeyObject>()
  for (const { id, key } of keys) {
    if (!/^[\x21-\x7e]{1,64}$/.test(id)) throw new VaultError('a key id is 1 to 64 visible ASCII characters')
    if (byId.has(id)) throw new VaultError(`the key id ${id} stands twice`)
    if (key.length !== 32) throw new VaultError(`the key ${id} has ${key.length} bytes, 32 are needed`)
    byId.set(id, createSecretKey(key))
  }
  const sealing = byId.get(newest.id) as KeyObject
  const indexing = createSecretKey(indexKey)
  const head = Buffer.concat([Uint8Array.of(form, newest.id.length), Buffer.from(newest.id, 'latin1')])
  return {
    keyId: newest.id,
    seal(bytes, context) {
      const nonce = random.bytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce)
      cipher.setAAD(associated(head, context))
      return Buffer.concat([head, nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
    },
    open(sealed, context) {
      const id = keyIdOf(sealed)
      const key = byId.get(id)
      if (!key) throw new VaultError(`sealed under the key ${id}, which is not configured`)
      const at = 2 + id.length
      const end = sealed.length - tagBytes
      if (end < at + nonceBytes) throw new VaultError(`sealed bytes cut short: ${sealed.length} bytes`)
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(at, at + nonceBytes))
      decipher.setAAD(associated(sealed.subarray(0, at), context))
      decipher.setAuthTag(sealed.subarray(end))
      try {
        return Buffer.concat([decipher.update(sealed.subarray(at + nonceBytes, end)), decipher.final()])
      } catch {
        throw new VaultError(`altered, kept elsewhere, or sealed under another key called ${id}`)
      }
    },
    index: (text) => createHmac('sha256', indexing).update(text).digest('hex'),
    keyIdOf,
  }
}

function associated(head: Uint8Array, context: string): Uint8Array {
  return Buffer.concat([head, Buffer.from(context)])
}

function keyIdOf(sealed: Uint8Array): string {
  const [version, length] = sealed
  if (version !== form || length === undefined || sealed.length < 2 + length)
    throw new VaultError(`not sealed by this vault: ${sealed.length} bytes`)
  return Buffer.from(sealed.subarray(2, 2 + length)).toString('latin1')
}
