/**
 * Nest 12 on Express. Decorators are called here, so that this file runs without a compiler; in your
 * project write them with an @ as the comments say.
 */
import 'reflect-metadata'
import type { Notice, WechatPay } from '@chadan/client'
import { All, Controller, Module, Req, Res } from '@nestjs/common'
import type { NestExpressApplication } from '@nestjs/platform-express'
import express, { type Request, type Response } from 'express'

// #region adapter
export function wechatModule(wx: WechatPay, work: (notice: Notice) => Promise<void>) {
  class WechatNotices {
    async receive({ method, originalUrl: url, headers, body = '' }: Request, response: Response) {
      const answer = await wx.notifications.handle({ method, url, headers, body }, work)
      response
        .status(answer.status)
        .set(Object.fromEntries(answer.headers))
        .send(await answer.text())
    }
  }
  const { prototype } = WechatNotices
  Req()(prototype, 'receive', 0) // receive(@Req() request, …
  Res()(prototype, 'receive', 1) // … @Res() response)
  All('notify')(prototype, 'receive', Object.getOwnPropertyDescriptor(prototype, 'receive') ?? {}) // @All('notify')
  Controller('wechat')(WechatNotices) // @Controller('wechat')

  class WechatModule {}
  Module({ controllers: [WechatNotices] })(WechatModule) // @Module({ controllers: [WechatNotices] })
  return WechatModule
}

/** Call it before `listen`, on an app made with `NestFactory.create(AppModule, { bodyParser: false })`. */
export function readBodies(app: NestExpressApplication): void {
  app.use('/wechat/notify', express.raw({ type: () => true, limit: '2mb' }))
  app.useBodyParser('json') // for the rest of the app
}
// #endregion
