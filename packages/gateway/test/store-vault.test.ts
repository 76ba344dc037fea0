import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openVault } from '../src/store/index.ts'
import { vaultOf } from './store-orders.ts'

const secret = Buffer.from('oMARKER-zhangsan')
const refused = { name: 'VaultError' }

test('what was sealed opens under its key and in its context, and is never the same twice', () => {
  const vault = vaultOf(['k1'])
  const sealed = vault.seal(secret, 'bytes/A')
  assert.deepEqual(vault.open(sealed, 'bytes/A'), secret)
  assert.equal(vault.keyIdOf(sealed), 'k1')
  assert.notDeepEqual(vault.seal(secret, 'bytes/A'), sealed)
})

test('sealed bytes do not open elsewhere, altered, cut short or without their key', () => {
  const vault = vaultOf(['k1'])
  const sealed = vault.seal(secret, 'bytes/A')
  assert.throws(() => vault.open(sealed, 'bytes/B'), refused)
  for (let at = 0; at < sealed.length; at++) {
    const altered = Uint8Array.from(sealed)
    altered[at] = (altered[at] ?? 0) ^ 1
    assert.throws(() => vault.open(altered, 'bytes/A'), refused, `byte ${at}`)
    assert.throws(() => vault.open(sealed.subarray(0, at), 'bytes/A'), refused, `${at} bytes`)
  }
  assert.throws(() => vaultOf(['k2']).open(sealed, 'bytes/A'), /key k1, which is not configured/)
})

test('a vault of several keys seals with the newest and opens with each', () => {
  const old = vaultOf(['k1']).seal(secret, 'bytes/A')
  const vault = vaultOf(['k2', 'k1'])
  assert.deepEqual(vault.open(old, 'bytes/A'), secret)
  assert.equal(vault.keyIdOf(vault.seal(secret, 'bytes/A')), 'k2')
})

test('the index of a text is the same on every node and does not show it', () => {
  assert.equal(vaultOf(['k1']).index('openid'), vaultOf(['k2', 'k1']).index('openid'))
  assert.match(vaultOf().index('openid'), /^[0-9a-f]{64}$/)
  assert.notEqual(vaultOf().index('openid'), vaultOf().index('openid2'))
})

test('keys of a wrong length, without a name or twice are refused when the vault is opened', () => {
  const random = { bytes: (size: number) => new Uint8Array(size) }
  const indexKey = new Uint8Array(32)
  const key = new Uint8Array(32)
  const keysets = [[], [{ id: 'k', key: new Uint8Array(16) }], [{ id: '', key }]]
  for (const keys of [
    ...keysets,
    [
      { id: 'k', key },
      { id: 'k', key },
    ],
  ])
    assert.throws(() => openVault({ keys, indexKey, random }), refused)
  assert.throws(() => openVault({ keys: [{ id: 'k', key }], indexKey: new Uint8Array(8), random }), refused)
})
