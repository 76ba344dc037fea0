/** One call to WeChat Pay, and what became of it as far as an order is concerned. */
import { evidenceOf, InputError, Lost, type Prepared, Refused } from '@chadan/client'
import type { OperationShape } from '@chadan/protocol'
import type { Desk, Signer } from './desk.ts'
import type { Evidence } from './edit.ts'

/** How a call ended. */
export type Ending =
  | { readonly ended: 'answered'; readonly result: object; readonly evidence: Evidence }
  | { readonly ended: 'refused'; readonly refusal: Refused; readonly evidence: Evidence }
  /** No answer to rely on. `tired`: the provider asked for fewer calls, could not answer, or none came through. */
  | { readonly ended: 'lost'; readonly unsent: boolean; readonly tired: boolean }
  /** Nothing was sent: what we made does not meet the declaration. */
  | { readonly ended: 'unfit'; readonly error: InputError }

/** Sends what was prepared. */
export async function carry(desk: Desk, signer: Signer, prepared: Prepared): Promise<Ending> {
  const startMs = desk.clock.now()
  const told = (code: string) =>
    desk.watch.called?.({
      operation: prepared.operation,
      code,
      ms: desk.clock.now() - startMs,
      signer: signer.facts.id,
    })
  try {
    // The result of every operation that an errand or a question names is an object.
    const result = (await signer.client.send(prepared, { retries: 0 })) as object
    told('ok')
    const { bytes = new Uint8Array(), serial, requestId } = evidenceOf(result) ?? {}
    return { ended: 'answered', result, evidence: { bytes, serial, requestId } }
  } catch (error) {
    if (error instanceof Refused) {
      told(error.kind)
      return { ended: 'refused', refusal: error, evidence: refusalEvidence(error) }
    }
    if (error instanceof Lost) {
      told(error.reason)
      const { reason, status = 0 } = error
      const tired = status === 429 || status >= 500 || reason === 'network' || reason === 'time'
      return { ended: 'lost', unsent: error.unsent, tired }
    }
    desk.watch.failed?.(`calling ${prepared.operation}`, error)
    // Whatever went wrong (a signer in a KMS, a defect of ours), the call may have been sent.
    return { ended: 'lost', unsent: false, tired: false }
  }
}

/** Prepares and sends a call that leaves nothing to repeat: a question, a close. */
export async function ask(
  desk: Desk,
  signer: Signer,
  { operation, input }: { operation: OperationShape; input: unknown },
): Promise<Ending> {
  let prepared: Prepared
  try {
    prepared = await signer.client.prepare(operation, input as never)
  } catch (error) {
    if (error instanceof InputError) return { ended: 'unfit', error }
    desk.watch.failed?.(`preparing ${operation.id}`, error)
    return { ended: 'lost', unsent: true, tired: false }
  }
  return carry(desk, signer, prepared)
}

/** Whether a refusal may decide: it verified, or its dialect has nothing better than the channel (X27). */
export function decides({ trust }: OperationShape, { verified }: Refused): boolean {
  return verified === true || trust === 'channel'
}

// A refusal's bytes are not kept by the client; what it said is.
function refusalEvidence({ status, code, kind, requestId, errorNumber, verified }: Refused): Evidence {
  const said = { status, code, kind, error_number: errorNumber, verified }
  return { bytes: Buffer.from(JSON.stringify(said)), requestId }
}
