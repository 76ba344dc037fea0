/** Receiving: the short way, and the long way with a database. */
import { type NoticeMemory, NoticeRefused, type WechatPay } from '@chadan/client'

// #region short
export function receive(
  wx: WechatPay,
  request: Request,
  paid: (number: string) => Promise<void>,
): Promise<Response> {
  return wx.notifications.handle(request, async (notice) => {
    // Only verified notices come here, each id once. Throw, and WeChat Pay sends it again.
    if (notice.type === 'combine.paid') await paid(notice.resource.combine_out_trade_no)
  })
}
// #endregion

// #region long
export async function receiveInSteps(
  wx: WechatPay,
  request: Request,
  database: { keep(id: string, type: string, bytes: Uint8Array): Promise<void> },
): Promise<Response> {
  try {
    const notice = await wx.notifications.receive(request)
    // Keep the fact, answer, work later: WeChat Pay waits five seconds.
    if (!notice.repeated) await database.keep(notice.id, notice.type, notice.evidence.bytes)
    return await notice.accept()
  } catch (error) {
    // `response` is the exact refusal this dialect expects; `likely` is for your log.
    if (error instanceof NoticeRefused) return error.response
    throw error // your database failed: answer 500, it will come again
  }
}
// #endregion

// #region memory
/** Shared between processes, so that a notice accepted by one is known to all. */
export function sharedMemory(table: {
  has(id: string): Promise<boolean>
  insert(id: string): Promise<void>
}): NoticeMemory {
  return { has: (id) => table.has(id), add: (id) => table.insert(id) }
}
// #endregion
