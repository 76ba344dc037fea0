/** Hono 4, and every framework that hands over a Request and takes a Response. */
import type { Notice, WechatPay } from '@chadan/client'
import { Hono } from 'hono'

// #region adapter
export function wechatNotices(wx: WechatPay, work: (notice: Notice) => Promise<void>): Hono {
  return new Hono().on(['GET', 'POST'], '/wechat/notify', (context) =>
    wx.notifications.handle(context.req.raw, work),
  )
}
// #endregion
