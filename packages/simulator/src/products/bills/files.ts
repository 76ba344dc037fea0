/** Bill files once they are made, and the short-lived addresses under which they are fetched. */
import { createHash, X509Certificate } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { apiv3, bill } from '@chadan/protocol'
import { noStatement } from '../../bill-days.ts'
import { Refusal } from '../../product.ts'
import type { Merchant, World } from '../../world.ts'

/** A made bill. It is a snapshot: whoever applies again later gets the same bytes. */
export interface BillFile {
  readonly key: string
  readonly bytes: Buffer
}

/** What an address leads to. */
interface Link {
  readonly mchid: string
  readonly file: string
  readonly packed: boolean
  readonly expiresMs: number
  /** Which bytes of the file, and how they are sealed; the plain forms are sent whole. */
  readonly part?: { readonly from: number; readonly to: number; readonly key: string; readonly nonce: string }
}

const files = (world: World) => world.table<{ base64: string }>('bills.files')
const links = (world: World) => world.table<Link>('bills.links')

/** The file of that key, made now if nobody asked for it before; throws when there is nothing in it. */
export function fileOf(world: World, key: string, make: () => Buffer | undefined): BillFile {
  const before = files(world).get(key)
  if (before) return { key, bytes: Buffer.from(before.base64, 'base64') }
  const bytes = make()
  if (!bytes) throw noStatement()
  files(world).set(key, { base64: bytes.toString('base64') })
  return { key, bytes }
}

/** An address for the whole file, with its digest. */
export function offer(world: World, caller: Merchant, { file, packed }: { file: BillFile; packed: boolean }) {
  return {
    ...digest(file.bytes),
    download_url: addressOf(world, { mchid: caller.mchid, file: file.key, packed }),
  }
}

/** Addresses for the sealed parts of a file; each key is sealed for the caller's certificate. */
export function offerSealed(
  world: World,
  caller: Merchant,
  { file, packed }: { file: BillFile; packed: boolean },
) {
  const certificate = caller.certificates.findLast(
    (one) => one.validFromMs <= world.clock.now() && world.clock.now() < one.validToMs,
  )
  if (!certificate) throw new Refusal('NO_AUTH', '商户没有有效的API证书')
  const { publicKey } = new X509Certificate(certificate.certificate)
  const size = world.switches.billPartBytes
  const count = Math.ceil(file.bytes.byteLength / size)
  const list = Array.from({ length: count }, (_, index) => {
    const part = {
      from: index * size,
      to: (index + 1) * size,
      key: world.draw.text(32),
      nonce: world.draw.text(16),
    }
    return {
      bill_sequence: index + 1,
      ...digest(file.bytes.subarray(part.from, part.to)),
      download_url: addressOf(world, { mchid: caller.mchid, file: file.key, packed, part }),
      encrypt_key: apiv3.sealField(part.key, publicKey),
      nonce: part.nonce,
    }
  })
  return { download_bill_count: count, download_bill_list: list }
}

/** The bytes behind a token; throws when it is unknown, over, or another merchant's. */
export function fetchFile(world: World, caller: Merchant, token: string): Buffer {
  const link = links(world).get(token)
  const file = link && files(world).get(link.file)
  if (!link || !file || world.clock.now() >= link.expiresMs)
    throw new Refusal('INVALID_REQUEST', '下载地址无效或已过期，请重新申请账单')
  if (link.mchid !== caller.mchid) throw new Refusal('NO_AUTH', '无权下载该账单')
  const whole = Buffer.from(file.base64, 'base64')
  const plain = link.part ? whole.subarray(link.part.from, link.part.to) : whole
  const packed = link.packed ? gzipSync(plain) : plain
  return link.part
    ? bill.sealBillPart(packed, { key: Buffer.from(link.part.key), nonce: link.part.nonce })
    : packed
}

function addressOf(world: World, link: Omit<Link, 'expiresMs'>): string {
  const token = world.draw.text(32)
  links(world).set(token, { ...link, expiresMs: world.clock.now() + world.switches.billLinkMs })
  return `${world.baseUrl}/v3/billdownload/file?token=${token}${link.packed ? '&tartype=gzip' : ''}`
}

function digest(bytes: Uint8Array) {
  return { hash_type: 'SHA1', hash_value: createHash('sha1').update(bytes).digest('hex') } as const
}
