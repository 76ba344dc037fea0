/** Express 5. */
import type { Notice, WechatPay } from '@chadan/client'
import express from 'express'

// #region adapter
export function wechatNotices(wx: WechatPay, work: (notice: Notice) => Promise<void>): express.Router {
  const router = express.Router()
  // The raw bytes are what is signed: mount this before app.use(express.json()).
  const raw = express.raw({ type: () => true, limit: '2mb' })
  router.all('/wechat/notify', raw, async ({ method, originalUrl: url, headers, body = '' }, response) => {
    const answer = await wx.notifications.handle({ method, url, headers, body }, work)
    response
      .status(answer.status)
      .set(Object.fromEntries(answer.headers))
      .send(await answer.text())
  })
  return router
}
// #endregion
