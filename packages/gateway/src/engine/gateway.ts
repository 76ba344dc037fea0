/** Opens the gateway: orders here and at WeChat Pay kept in agreement. */
import { Budgets } from './budgets.ts'
import type { Counter } from './counter.ts'
import type { Desk, Gateway } from './desk.ts'
import { hearNotice } from './hearing.ts'
import { comeBack, handover, look } from './looking.ts'
import { payAgain, place } from './placing.ts'
import { act, close, freeRefund, refund, resolve, retryRefund } from './wishes.ts'
import { openWorker } from './working.ts'

/**
 * Opens the gateway over a desk. Nothing runs before `start`.
 * @example
 * const gateway = openGateway(desk)
 * gateway.start()
 * const { order } = await gateway.place({ tenant: 'east', name: 'his' }, { reference: 'A-1', product: 'combine', details }, {})
 */
export function openGateway(desk: Desk): Gateway {
  const underWay = new Set<Promise<unknown>>()
  const worker = openWorker(() => counter)
  const counter: Counter = {
    desk,
    budgets: new Budgets(desk),
    underWay(work) {
      const watched = work
        .catch((error: unknown) => desk.watch.failed?.('work under way', error))
        .finally(() => underWay.delete(watched))
      underWay.add(watched)
    },
    nudge: worker.nudge,
  }
  return {
    place: (caller, request, more) => place(counter, caller, request, more),
    look: (caller, id, more) => look(counter, caller, id, more),
    handover: (caller, id) => handover(counter, caller, id),
    close: (caller, id, more) => close(counter, caller, id, more),
    payAgain: (caller, id, request) => payAgain(counter, caller, id, request),
    act: (caller, id, name, details) => act(counter, caller, id, name, details),
    refund: (caller, id, wish, more) => refund(counter, caller, id, wish, more),
    retryRefund: (caller, id, number) => retryRefund(counter, caller, id, number),
    freeRefund: (caller, id, number, reason) => freeRefund(counter, caller, id, number, reason),
    resolve: (caller, id, mark, reason) => resolve(counter, caller, id, mark, reason),
    hear: (signer, product, request) => hearNotice(counter, signer, product, request),
    comeBack: (id) => comeBack(counter, id),
    start: worker.start,
    async stop() {
      await worker.stop()
      while (underWay.size > 0) await Promise.all(underWay)
    },
    tick: worker.tick,
  }
}
