/** The committed test keys of the simulator, by digest: everybody has their private halves. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

// SHA-256 of the public keys in SPKI form. A test holds this list against the simulator's.
const testKeys: ReadonlySet<string> = new Set([
  'afbc38d489cd26f96bfc0b5ab49852ce0c289188a429084ff1c11ea1ef5ac7e2',
  'c809c1082fe1d3166004f7a39a4675a8bb2c70262316cbee7296baeb1266f109',
  '38692d8a41a4c07c0eb7abd61ee00129a4927ff92f41d5d6cb3cf04716eacd6f',
  '37616897e847b98024665dc481f0fadfe1ac1e2c69f7ae950a3408f985761fb8',
  '2507a0664b51ff87c88f530ddc62fccf928140a0a7eb919237a53079e117de90',
  '857ae2ee8f5c5b51493cd27b24af14b899b58081532d0e86b7a73b1c293f1158',
  '4480047d613e5416123ad4ab19b154d62a64fd397809d65038ab718572b1f27c',
  '64800988f6517acd842d98af47e2867e9310666b495ccd1e636b11f9420745df',
])

/** Whether a key is one of the simulator's: whoever trusts it in earnest believes anybody. */
export function isTestKey(key: KeyObject): boolean {
  const open = key.type === 'private' ? createPublicKey(key) : key
  return testKeys.has(
    createHash('sha256')
      .update(open.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
  )
}
