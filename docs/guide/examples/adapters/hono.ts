/** Hono 4, and everything else that speaks Request and Response: Bun, Deno, Next.js, workers. */
import type { Notice, WechatPay } from '@chadan/client'
import { Hono } from 'hono'

// #region adapter
export function wechatNotices(wx: WechatPay, work: (notice: Notice) => Promise<void>): Hono {
  return new Hono().on(['GET', 'POST'], '/wechat/notify', (context) =>
    wx.notifications.handle(context.req.raw, work),
  )
}
// #endregion
