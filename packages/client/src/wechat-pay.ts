/** `new WechatPay(…)`: the face of the client. */
import {
  type InputOfOperation,
  type OperationShape,
  operations,
  type ResultOfOperation,
} from '@chadan/protocol'
import { BillFiles } from './bills.ts'
import type { CallOptions } from './carry.ts'
import { type Chain, openChain } from './chain.ts'
import { Core, type Method, type Methods } from './client.ts'
import { Handover } from './handover.ts'
import { dealOut, type Parts } from './input.ts'
import { Notifications } from './notices/receiver.ts'
import type { WechatPayOptions } from './options.ts'
import type { Prepared } from './prepared.ts'

const inspect = Symbol.for('nodejs.util.inspect.custom')

class Client {
  readonly #core: Core
  /** Receives everything that WeChat sends to this merchant. */
  readonly notifications: Notifications
  /** What the server hands to the page, the mini program or the app. */
  readonly handover: Handover
  /** Bill files as streams, their hash checked. */
  readonly billFiles: BillFiles

  constructor(options: WechatPayOptions) {
    this.#core = new Core(options)
    this.notifications = new Notifications(this.#core.settings, this.#core.apiv3.keys, options.receiving)
    this.handover = new Handover(this.#core.settings)
    this.billFiles = new BillFiles(this.#core)
    for (const [group, members] of Object.entries(
      operations as Record<string, Record<string, OperationShape>>,
    )) {
      const methods = Object.fromEntries(
        Object.entries(members).map(([name, operation]) => [name, methodOf(this.#core, operation)]),
      )
      Object.defineProperty(this, group, { value: Object.freeze(methods), enumerable: false })
    }
  }

  /** The same operations named by their paths, in three styles. */
  get chain(): Chain {
    return openChain(async (operation, { query = {}, body = {}, ...path }, options) =>
      this.#core.send(
        await this.#core.draft(operation, { path, query, body, headers: {} } as Parts),
        options,
      ),
    )
  }

  /**
   * Checks, seals and fixes the bytes of a call without sending it: keep them before you `send` them.
   * Throws `InputError`.
   * @example const prepared = await wx.prepare(operations.medIns.create, input)
   */
  prepare<D extends OperationShape>(operation: D, input: InputOfOperation<D>): Promise<Prepared<D>> {
    return this.#core.prepare(operation, input) as Promise<Prepared<D>>
  }

  /** Signs prepared bytes afresh and sends them. Throws `Refused`, `Lost`, `Distrusted`. */
  send<D extends OperationShape>(
    prepared: Prepared<D>,
    options?: CallOptions,
  ): Promise<ResultOfOperation<D>> {
    // The operation's id in `prepared` decides what comes back; its type came with it.
    return this.#core.send(prepared, options) as Promise<ResultOfOperation<D>>
  }

  [inspect](): string {
    const { merchant, hosts } = this.#core.settings
    return `WechatPay { mchid: ${merchant?.mchid ?? 'none'}, host: ${hosts.mainland} }`
  }

  toJSON(): Record<string, unknown> {
    return { mchid: this.#core.settings.merchant?.mchid }
  }
}

function methodOf(core: Core, operation: OperationShape): Method<OperationShape> {
  const method = async (input: unknown, options?: CallOptions) =>
    core.send(await core.draft(operation, dealOut(operation, input ?? {})), options)
  return method as Method<OperationShape>
}

/** A client of WeChat Pay: `wx.<group>.<operation>(input)` for every declared operation. */
export type WechatPay = Client & Methods

/**
 * Opens a client. Throws `OptionsError` when a key or number cannot be what it should be.
 * @example
 * const wx = new WechatPay({ mchid, serialNo, privateKey, apiV3Key, publicKeyId, publicKey })
 * const order = await wx.medIns.queryByOutTradeNo({ out_trade_no, sub_mchid })
 */
export const WechatPay: new (options: WechatPayOptions) => WechatPay = Client as never
