/** Platform certificates of the simulated world: listing them and adding one. */
import { createPublicKey } from 'node:crypto'
import { type KeySource, makeCertificate, publicPem } from './platform.ts'
import type { OpenWorld, PlatformCertificateRow } from './world.ts'

/** What may be shown of a platform certificate. */
export interface CertificateView {
  readonly serialNo: string
  /** PEM. */
  readonly certificate: string
  readonly effectiveMs: number
  readonly expireMs: number
  /** From when it signs; until then it is only listed. */
  readonly signsFromMs: number
}

/** All platform certificates without their keys, oldest first. */
export function listCertificates(world: OpenWorld): CertificateView[] {
  return [...world.platformCertificates.values()]
    .map(({ privateKey: _secret, ...view }) => view)
    .sort((a, b) => a.signsFromMs - b.signsFromMs)
}

const year = 365 * 24 * 3600_000

/** Lists a new certificate now; it signs from `inMs` on. Answers its serial. */
export async function rotateCertificate(world: OpenWorld, keys: KeySource, inMs: number): Promise<string> {
  const privateKey = unusedKey(world, keys)
  const serialNo = world.draw.hex(40).toUpperCase()
  const now = world.clock.now()
  const validity = { validFromMs: now - 60_000, validToMs: now + 5 * year }
  const certificate = await makeCertificate({
    privateKey,
    serialNo,
    subject: 'C=CN, O=Tenpay.com, CN=Tenpay.com sign',
    ...validity,
  })
  const row: PlatformCertificateRow = {
    serialNo,
    certificate,
    privateKey,
    effectiveMs: validity.validFromMs,
    expireMs: validity.validToMs,
    signsFromMs: now + inMs,
  }
  world.platformCertificates.set(serialNo, row)
  return serialNo
}

/** The committed test keys come round again; a new certificate must hold a key that nobody else has. */
function unusedKey(world: OpenWorld, keys: KeySource): string {
  const platform = [...world.platformCertificates.values(), ...world.platformPublicKeys.values()]
  const merchants = [...world.merchants.values()].flatMap((merchant) => merchant.certificates)
  const used = new Set([
    ...platform.map((row) => publicPem(row.privateKey)),
    ...merchants.map((one) => createPublicKey(one.certificate).export({ type: 'spki', format: 'pem' })),
  ])
  let key = keys()
  for (let tries = 0; tries < 16 && used.has(publicPem(key)); tries++) key = keys()
  return key
}
