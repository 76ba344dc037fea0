/** Who signs: the thread pool, a KMS or HSM, or the calling thread. */
import { sign as cryptoSign, type KeyObject } from 'node:crypto'
import { apiv3 } from '@chadan/protocol'

/** Signs bytes with the merchant's private key, RSASSA-PKCS1-v1_5 with SHA-256, in base64. */
export interface Signer {
  sign(text: Uint8Array): string | Promise<string>
}

/** Signs in libuv's thread pool, so that the event loop goes on. */
export function poolSigner(privateKey: KeyObject): Signer {
  return {
    sign: (text) =>
      new Promise((resolve, reject) => {
        cryptoSign('sha256', text, privateKey, (error, signature) => {
          if (error) reject(error)
          else resolve(signature.toString('base64'))
        })
      }),
  }
}

/** Signs at once in the calling thread: for simulation, where every run must be the same. */
export function directSigner(privateKey: KeyObject): Signer {
  return { sign: (text) => apiv3.signText(text, privateKey) }
}
