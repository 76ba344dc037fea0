/** Sending notices: rendering, waiting for the acknowledgement, repeating on the documented schedule. */
import { everyNotification, type NotificationShape } from '@chadan/protocol'
import { fraction } from '../chance.ts'
import type { OpenFaults, PlannedFault } from '../faults.ts'
import type { Product } from '../product.ts'
import type { Merchant, Notice, OpenWorld } from '../world.ts'
import { addressProblem } from './addresses.ts'

/** A notice as a row: what is kept until it is acknowledged or given up. */
export interface NoticeRow {
  readonly id: string
  /** The id of its declaration. */
  readonly notification: string
  readonly url: string
  readonly to: string
  readonly resource: Record<string, unknown>
  readonly summary: string
  readonly createMs: number
  /** Deliveries so far. */
  attempts: number
  state: 'due' | 'accepted' | 'givenUp'
  /** Why the last delivery did not count. */
  problem?: string
  /** What a renderer keeps so that repetitions are the same, e.g. the ciphertext. */
  kept?: Record<string, unknown>
}

/** A rendered notice. */
export interface Outgoing {
  readonly method: 'POST' | 'GET'
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** What one dialect knows about notices. */
export interface NoticeDialect {
  render(row: NoticeRow, to: Merchant, world: OpenWorld, fault: PlannedFault | undefined): Outgoing
  /** Whether this answer counts as an acknowledgement; otherwise why not. */
  accepted(
    row: NoticeRow,
    to: Merchant,
    answer: { status: number; body: string },
    world: OpenWorld,
  ): true | string
}

/** The notifier of a world. */
export interface Notifier {
  send(notice: Notice): void
  /** Delivers a notice once now, whatever its state; false where none has this id. */
  again(id: string): boolean
  /** Plans the notices that were under way when a snapshot was taken. */
  resume(): void
  /** Waits until what is being delivered now has been answered. */
  settle(): Promise<void>
  /** The pseudo product that holds the notifier's jobs. */
  readonly product: Product
}

/** What the notifier leans on. */
export interface NotifierParts {
  readonly world: () => OpenWorld
  readonly faults: OpenFaults
  readonly dialects: Readonly<Partial<Record<NotificationShape['dialect'], NoticeDialect>>>
  readonly fetch: (request: Request) => Promise<Response>
  /** Called when a delivery has changed a row. */
  readonly changed?: () => void
}

/** The largest acknowledgement that is read, in bytes. */
const maxAnswerBytes = 64 * 1024

const declared = new Map<string, NotificationShape>(everyNotification.map((one) => [one.id, one]))

/** Seconds before each repetition: those of the switches, or the documented ones. */
function scheduleOf(id: string, { switches }: OpenWorld): readonly number[] | undefined {
  const { noticeSchedules: changed } = switches
  // Own members only: an id is not known to be no name of every object.
  if (Object.hasOwn(changed, id)) return changed[id]
  return Object.hasOwn(changed, '*') ? changed['*'] : declared.get(id)?.schedule
}

/** Opens the notifier; `world` is asked for later, since world and notifier need each other. */
export function openNotifier(parts: NotifierParts): Notifier {
  const { world: itsWorld, faults, dialects, fetch } = parts
  const delivering = new Set<Promise<void>>()
  const rows = () => itsWorld().table<NoticeRow>('world.notices')

  function send({ notification, url, to, resource, summary = '通知' }: Notice): void {
    const world = itsWorld()
    const id = uuid(world)
    const row: NoticeRow = {
      id,
      notification: notification.id,
      url: url as string,
      to,
      resource: structuredClone(resource),
      summary,
      createMs: world.clock.now(),
      attempts: 0,
      state: 'due',
    }
    rows().set(id, row)
    world.later(world.switches.noticeDelayMs, 'world.deliver', { id })
  }

  function deliver({ id }: { id: string }): void {
    const row = rows().get(id)
    if (row?.state !== 'due') return
    const fault = faults.draw(row.notification, 'notice') ?? probe(row)
    if (fault?.fault === 'delayed' || fault?.fault === 'reorder') {
      itsWorld().later(fault.delayMs ?? 30_000, 'world.deliver', { id })
      return
    }
    track(attempt(row, fault))
  }

  /** A probe is followed by a good delivery, so only the first one is drawn. */
  function probe(row: NoticeRow): PlannedFault | undefined {
    const { switches, random } = itsWorld()
    if (switches.probeRate === 0 || row.attempts > 0) return undefined
    if (declared.get(row.notification)?.dialect !== 'apiv3') return undefined
    return fraction(random) < switches.probeRate ? { on: row.notification, fault: 'probe' } : undefined
  }

  function track(work: Promise<void>): void {
    const delivery = work.finally(() => {
      delivering.delete(delivery)
      parts.changed?.()
    })
    delivering.add(delivery)
  }

  async function attempt(row: NoticeRow, fault: PlannedFault | undefined): Promise<void> {
    row.attempts++
    const problem = fault?.fault === 'lose' ? 'lost on the way' : await post(row, fault)
    judge(row, problem)
    // The second copy is no attempt of its own: it neither uses up nor plans a repetition.
    if (fault?.fault === 'duplicate') await post(row, undefined)
  }

  function judge(row: NoticeRow, problem: string | undefined): void {
    if (problem === undefined) {
      row.state = 'accepted'
      delete row.problem
      return
    }
    if (row.state !== 'due') return
    row.problem = problem
    const delay = scheduleOf(row.notification, itsWorld())?.[row.attempts - 1]
    if (delay === undefined) row.state = 'givenUp'
    else itsWorld().later(delay * 1000, 'world.deliver', { id: row.id })
  }

  /** By hand: it may be accepted, but it uses up and plans no repetition. */
  async function once(row: NoticeRow): Promise<void> {
    const problem = await post(row, undefined)
    if (problem === undefined) judge(row, undefined)
    else if (row.state !== 'accepted') row.problem = problem
  }

  /** Posts once; undefined when it was accepted, otherwise why not. */
  async function post(row: NoticeRow, fault: PlannedFault | undefined): Promise<string | undefined> {
    const world = itsWorld()
    const to = world.merchants.get(row.to)
    const notification = declared.get(row.notification)
    const dialect = notification && dialects[notification.dialect]
    if (!to || !dialect) return 'nobody can be told'
    const wrongAddress = addressProblem(row.url, world.switches)
    if (wrongAddress) return wrongAddress
    try {
      const outgoing = dialect.render(row, to, world, fault)
      const answer = await within(world, (signal) => exchange(toRequest(outgoing, signal)))
      if (answer === 'late') return `no answer within ${world.switches.noticeTimeoutMs} ms`
      const verdict = dialect.accepted(row, to, answer, world)
      return verdict === true ? undefined : verdict
    } catch (error) {
      return error instanceof Error ? `not delivered: ${error.message}` : 'not delivered'
    }
  }

  async function exchange(request: Request): Promise<{ status: number; body: string }> {
    const response = await fetch(request)
    return { status: response.status, body: await readText(response) }
  }

  function within<T>(world: OpenWorld, work: (signal: AbortSignal) => Promise<T>): Promise<T | 'late'> {
    return new Promise((resolve, reject) => {
      const abort = new AbortController()
      const cancel = world.clock.after(world.switches.noticeTimeoutMs, () => {
        resolve('late')
        abort.abort()
      })
      work(abort.signal).then(resolve, reject).finally(cancel)
    })
  }

  return {
    send,
    again(id) {
      const row = rows().get(id)
      if (row) track(once(row))
      return row !== undefined
    },
    resume() {
      const world = itsWorld()
      const planned = new Set(
        [...world.table<{ job: string; payload: { id?: string } }>('world.jobs').values()]
          .filter(({ job }) => job === 'world.deliver')
          .map(({ payload }) => payload.id),
      )
      for (const { id, state } of rows().values()) {
        if (state === 'due' && !planned.has(id)) world.later(0, 'world.deliver', { id })
      }
    },
    async settle() {
      while (delivering.size > 0) await Promise.all([...delivering])
    },
    product: { name: 'world', handlers: [], jobs: { 'world.deliver': deliver as (payload: never) => void } },
  }
}

function toRequest({ url, method, headers, body }: Outgoing, signal: AbortSignal): Request {
  return new Request(url, { method, headers, signal, redirect: 'manual', ...(method === 'POST' && { body }) })
}

async function readText(response: Response): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response.body ?? []) {
    size += part.byteLength
    if (size > maxAnswerBytes) throw new RangeError(`the answer is longer than ${maxAnswerBytes} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString()
}

function uuid(world: OpenWorld): string {
  const text = world.draw.hex(32)
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-5${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`
}
