/** Keys and certificates of the simulated world: committed test keys, or fresh ones. */
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'
import { testKeys } from './test-keys.ts'

/** Where private keys come from: `test` are the committed ones, the same on every machine. */
export type KeySource = () => string

/** Hands out the committed test keys one after the other. They are public: never use them elsewhere. */
export function testKeySource(): KeySource {
  let next = 0
  return () => testKeys[next++ % testKeys.length] as string
}

/** Makes a new RSA-2048 key each time. */
export function freshKeySource(): KeySource {
  return () =>
    generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
}

/** The public key of a private key, PEM. */
export function publicPem(privatePem: string): string {
  return createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString()
}

/** What goes into a certificate. */
export interface CertificateRequest {
  readonly privateKey: string
  /** 40 hexadecimal digits. */
  readonly serialNo: string
  readonly subject: string
  readonly validFromMs: number
  readonly validToMs: number
}

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }

/** A self-signed certificate in PEM, as close to the platform's as clients look. */
export async function makeCertificate(request: CertificateRequest): Promise<string> {
  const { subtle } = webcrypto
  const der = createPrivateKey(request.privateKey).export({ type: 'pkcs8', format: 'der' })
  const spki = createPublicKey(createPrivateKey(request.privateKey)).export({ type: 'spki', format: 'der' })
  const signingKey = await subtle.importKey('pkcs8', new Uint8Array(der), algorithm, false, ['sign'])
  const publicKey = await subtle.importKey('spki', new Uint8Array(spki), algorithm, true, ['verify'])
  const certificate = await X509CertificateGenerator.create(
    {
      serialNumber: request.serialNo,
      subject: request.subject,
      issuer: 'C=CN, O=Tenpay.com, OU=Tenpay.com CA Center, CN=Tenpay.com Root CA',
      notBefore: new Date(request.validFromMs),
      notAfter: new Date(request.validToMs),
      signingAlgorithm: algorithm,
      // Node and the browser name the same keys by two types.
      signingKey: signingKey as CryptoKey,
      publicKey: publicKey as CryptoKey,
      extensions: [new BasicConstraintsExtension(false)],
    },
    webcrypto as Crypto,
  )
  return `${certificate.toString('pem')}\n`
}
