/** Fastify 5. */
import type { Notice, WechatPay } from '@chadan/client'
import type { FastifyPluginAsync } from 'fastify'

// #region adapter
export function wechatNotices(wx: WechatPay, work: (notice: Notice) => Promise<void>): FastifyPluginAsync {
  // A plugin has parsers of its own: the rest of the app keeps its JSON.
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 2 * 1024 * 1024 }, (_request, body, done) =>
      done(null, body),
    )
    app.route<{ Body: Buffer | undefined }>({
      method: ['GET', 'POST'],
      url: '/wechat/notify',
      async handler({ method, url, headers, body = Buffer.alloc(0) }, reply) {
        const answer = await wx.notifications.handle({ method, url, headers, body }, work)
        return reply
          .code(answer.status)
          .headers(Object.fromEntries(answer.headers))
          .send(await answer.text())
      },
    })
  }
}
// #endregion
