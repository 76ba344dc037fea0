/** The packages we are measured beside, as far as we call them. None of them brings types that fit. */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** wechatpay-axios-plugin: the public face and the helpers its guide uses for notices. */
export const axiosPlugin: {
  readonly Wechatpay: new (
    config: object,
  ) => { readonly v3: { get(path: string, options: object): Promise<{ readonly data: unknown }> } }
  readonly Rsa: { verify(text: string, signature: string, key: unknown): boolean }
  readonly Formatter: { response(timestamp: string, nonce: string, body: string): string }
  readonly Aes: {
    readonly AesGcm: { decrypt(text: string, key: unknown, nonce: string, data: string): string }
  }
} = require('wechatpay-axios-plugin')

/** The part of wechatpay-axios-plugin that reads and verifies XML. */
export const AxiosTransformer: new (
  mchid: string,
  key: unknown,
) => {
  readonly response: readonly ((this: object, data: unknown) => unknown)[]
} = require('wechatpay-axios-plugin/lib/transformer')

/** wechatpay-node-v3. */
export interface NodeV3 {
  query(order: { out_trade_no: string }): Promise<{ readonly status: number; readonly data?: unknown }>
  createHttp(service: object): void
  verifySign(message: object): Promise<boolean>
  decipher_gcm(text: string, data: string, nonce: string, key: string): unknown
}
export const NodeV3Pay: (new (options: object) => NodeV3) & { certificates: Record<string, string> } =
  require('wechatpay-node-v3')

/** What wechatpay-node-v3 sends with. */
export const superagent: {
  get(url: string): {
    set(headers: object): Promise<{
      readonly status: number
      readonly text: string
      readonly body: unknown
      readonly headers: Readonly<Record<string, string>>
    }>
  }
} = createRequire(require.resolve('wechatpay-node-v3'))('superagent')

/** tenpay, for XML. */
export const TenPay: new (options: object) => { _parse(xml: string, type: string): Promise<unknown> } =
  require('tenpay')

/** csv-parse, the synchronous entry, which is its fastest. */
export const csvParse: { parse(text: string | Uint8Array, options: object): Record<string, string>[] } =
  require('csv-parse/sync')

/** papaparse. */
export const papa: { parse(text: string, options: object): { readonly data: Record<string, string>[] } } =
  require('papaparse')
