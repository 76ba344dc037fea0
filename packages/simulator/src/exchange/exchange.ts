/** What one dialect does with a request whose operation is known. */
import type { OperationShape } from '@chadan/protocol'
import type { PlannedFault } from '../faults.ts'
import type { Handled } from '../product.ts'
import type { Merchant, OpenWorld } from '../world.ts'
import type { RawRequest } from './request.ts'

/** A request on its way through a dialect. */
export interface Arrival {
  readonly world: OpenWorld
  readonly operation: OperationShape
  /** The decoded placeholders of the route. */
  readonly path: Record<string, string>
  readonly request: RawRequest
  readonly handled: Handled
  /** What is to go wrong with this call; faults of the connection itself are not the dialect's. */
  readonly fault: PlannedFault | undefined
}

/** Verifies, checks, handles, answers; signed where the dialect signs. */
export type Exchange = (arrival: Arrival) => Promise<Response>

/** Who asks when nobody has a token yet. */
export const nobody: Merchant = {
  mchid: '',
  name: '',
  role: 'corp',
  certificates: [],
  appids: [],
  subs: [],
  permissions: [],
  keyMode: 'cert',
  publicKeyId: '',
  extra: {},
}
