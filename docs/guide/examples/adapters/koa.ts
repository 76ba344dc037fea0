/** Koa 3. */
import { Readable } from 'node:stream'
import type { Notice, WechatPay } from '@chadan/client'
import type { Middleware } from 'koa'

// #region adapter
export function wechatNotices(wx: WechatPay, work: (notice: Notice) => Promise<void>): Middleware {
  return async (context, next) => {
    if (context.path !== '/wechat/notify') return next()
    // Before any body parser: the stream is read here, up to 2 MiB.
    const { method, href, headers, req } = context
    const body = method === 'GET' ? null : Readable.toWeb(req)
    const request = new Request(href, {
      method,
      headers: headers as HeadersInit,
      body,
      duplex: 'half',
    } as RequestInit)
    const answer = await wx.notifications.handle(request, work)
    context.status = answer.status
    context.set(Object.fromEntries(answer.headers))
    if (answer.status !== 204) context.body = await answer.text()
  }
}
// #endregion
