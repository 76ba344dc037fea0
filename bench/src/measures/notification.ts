/** Notices verified and opened, beside the bare verifying and deciphering. */
import { createDecipheriv, sign, verify } from 'node:crypto'
import { WechatPay } from '@chadan/client'
import { apiv3 } from '@chadan/protocol'
import { axiosPlugin, NodeV3Pay } from '../peers.ts'
import { type Effort, inTurns } from '../rounds.ts'
import type { Found } from '../table.ts'
import { apiV3Key, mchid, merchant, orderAnswer, pem, platform, publicKeyId, serialNo } from '../world.ts'

/** The measure `notification`. */
export async function notifications(effort: Effort): Promise<Record<string, Found>> {
  const turns = await inTurns(
    {
      limit: { work: bare },
      ours: { work: ours() },
      ...mapWork({ withAxiosPlugin, withNodeV3: withNodeV3() }),
    },
    effort,
  )
  const rate = (name: keyof typeof turns) => turns[name].perCpuSecond
  return {
    notification: {
      unit: 'notices per CPU second',
      better: 'more',
      ours: rate('ours'),
      limit: rate('limit'),
      peers: {
        'wechatpay-axios-plugin': rate('withAxiosPlugin'),
        'wechatpay-node-v3': rate('withNodeV3'),
      },
      aim: { toLimit: 0.6 },
    },
  }
}

function mapWork<N extends string>(works: Record<N, () => unknown>): Record<N, { work: () => unknown }> {
  return Object.fromEntries(Object.entries(works).map(([name, work]) => [name, { work }])) as Record<
    N,
    { work: () => unknown }
  >
}

const resource = apiv3.sealResource(orderAnswer, {
  apiV3Key,
  nonce: 'fdasflkja484',
  associatedData: 'transaction',
})
const text = JSON.stringify({
  id: 'EV-2018022511223320873',
  create_time: '2026-03-17T10:22:12+08:00',
  resource_type: 'encrypt-resource',
  event_type: 'TRANSACTION.SUCCESS',
  summary: '支付成功',
  resource: { original_type: 'transaction', ...resource },
})
const timestamp = String(Math.floor(Date.now() / 1000))
const nonce = 'EcYv1yIfVxtIlnpBpyqv7cVJHxHG1pYf'
const covered = Buffer.from(`${timestamp}\n${nonce}\n${text}\n`)
const signatureBytes = sign('sha256', covered, platform.privateKey)
const signature = signatureBytes.toString('base64')
const headers = {
  'content-type': 'application/json',
  'wechatpay-timestamp': timestamp,
  'wechatpay-nonce': nonce,
  'wechatpay-serial': publicKeyId,
  'wechatpay-signature': signature,
  'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
}
const body = Buffer.from(text)

/** Verifying and deciphering alone: no header is read, no JSON parsed. */
function bare(): void {
  if (!verify('sha256', covered, platform.publicKey, signatureBytes)) throw new Error('does not verify')
  const sealed = Buffer.from(resource.ciphertext, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, resource.nonce, { authTagLength: 16 })
  decipher.setAAD(Buffer.from(resource.associated_data))
  decipher.setAuthTag(sealed.subarray(-16))
  decipher.update(sealed.subarray(0, -16))
  decipher.final()
}

function ours(): () => Promise<unknown> {
  const wx = new WechatPay({
    ...{ mchid, serialNo, apiV3Key, publicKeyId },
    privateKey: pem(merchant.privateKey),
    publicKey: pem(platform.publicKey),
  })
  return async () => {
    const notice = await wx.notifications.receive({ method: 'POST', url: '/notify', headers, body })
    if (notice.event !== 'TRANSACTION.SUCCESS') throw new Error('another event')
  }
}

/** As its guide has it: the caller verifies, parses and decrypts. */
function withAxiosPlugin(): unknown {
  const { Rsa, Formatter, Aes } = axiosPlugin
  const raw = body.toString()
  if (!Rsa.verify(Formatter.response(timestamp, nonce, raw), signature, platform.publicKey))
    throw new Error('does not verify')
  const { ciphertext, nonce: iv, associated_data: data } = JSON.parse(raw).resource
  return JSON.parse(Aes.AesGcm.decrypt(ciphertext, apiV3Key, iv, data))
}

/** It takes the deciphered text without its authentication tag being checked. */
function withNodeV3(): () => Promise<unknown> {
  NodeV3Pay.certificates = { [publicKeyId]: pem(platform.publicKey) }
  const pay = new NodeV3Pay({
    ...{ appid: 'wx', mchid, serial_no: serialNo, key: apiV3Key },
    publicKey: Buffer.from(pem(platform.publicKey)),
    privateKey: Buffer.from(pem(merchant.privateKey)),
  })
  return async () => {
    const raw = body.toString()
    const verified = await pay.verifySign({ timestamp, nonce, serial: publicKeyId, signature, body: raw })
    if (!verified) throw new Error('does not verify')
    const { ciphertext, nonce: iv, associated_data: data } = JSON.parse(raw).resource
    return pay.decipher_gcm(ciphertext, data, iv, apiV3Key)
  }
}
