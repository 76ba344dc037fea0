/** What a merchant's server holds in its hands after a message of WeChat Pay was verified. */
import type { NotificationShape, notifications, ResourceOf } from '@chadan/protocol'
import { Distrusted } from '../errors.ts'

type Declared = {
  [G in keyof typeof notifications]: (typeof notifications)[G][keyof (typeof notifications)[G]]
}[keyof typeof notifications]

/** What all verified notices have. */
export interface NoticeBase<Type extends string, Resource> {
  /** The id of the declaration, `medIns.paid`; `unlisted` for events that have none. */
  readonly type: Type
  /** The notice's own id: the same in every repetition. */
  readonly id: string
  /** The event as the platform names it. */
  readonly event: string
  /** When the platform made it, as it wrote it. */
  readonly createTime: string | undefined
  readonly summary: string | undefined
  /** The decrypted resource: names as on the wire. */
  readonly resource: Resource
  /** True when a notice of this id was accepted before: acknowledge it, change nothing. */
  readonly repeated: boolean
  /** The bytes received, the serial whose key verified them, and when: keep them as evidence. */
  readonly evidence: {
    readonly bytes: Uint8Array
    readonly serial: string | undefined
    readonly heardMs: number
  }
  /** Remembers the id and gives the answer that ends the repetitions. Call it after your commit. */
  accept(): Promise<Response>
  /** The answer that makes the platform send it again. The reason is sent: no secrets in it. */
  reject(reason: string): Response
}

type NoticeOf<D> = D extends { readonly id: infer Id extends string } ? NoticeBase<Id, ResourceOf<D>> : never

/** A verified notice; switch on `type`. */
export type Notice = NoticeOf<Declared> | NoticeBase<'unlisted', Record<string, unknown>>

/** A message that was refused. Give `response` back: it is the exact refusal the dialect expects. */
export class NoticeRefused extends Distrusted {
  readonly response: Response
  /** A deliberate test of the platform: count it apart from attacks. */
  readonly probe: boolean

  constructor(
    failed: { check: string; likely: string; text?: string },
    response: Response,
    options?: ErrorOptions,
  ) {
    super('notice', failed, {}, options)
    this.response = response
    this.probe = failed.check === 'probe'
  }
}

/** Remembers which notices were accepted. Share it between processes. */
export interface NoticeMemory {
  has(id: string): Promise<boolean>
  add(id: string): Promise<void>
}

/** Remembers the last `limit` ids in this process. */
export function memoryNotices(limit = 10_000): NoticeMemory {
  const ids = new Set<string>()
  return {
    has: async (id) => ids.has(id),
    async add(id) {
      ids.add(id)
      // A set keeps the order in which members came.
      if (!(ids.size <= limit)) ids.delete(ids.values().next().value as string)
    },
  }
}

/** Options of receiving. */
export interface ReceiverOptions {
  readonly memory?: NoticeMemory
  /** The largest body, in bytes. Default 2 MiB. */
  readonly maxBodyBytes?: number
}

/** Finds the declaration for an event and its resource. */
export function declarationOf(
  all: Readonly<Record<string, Readonly<Record<string, NotificationShape>>>>,
  dialect: NotificationShape['dialect'],
  event: string,
  resource: Record<string, unknown>,
): NotificationShape | undefined {
  for (const group of Object.values(all)) {
    for (const one of Object.values(group)) {
      if (one.dialect !== dialect || !matches(one.event, event)) continue
      if (one.holds && !Object.hasOwn(resource, one.holds)) continue
      if (one.lacks && Object.hasOwn(resource, one.lacks)) continue
      return one
    }
  }
  return undefined
}

function matches(pattern: string, event: string): boolean {
  return pattern.endsWith('.*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event
}
