/** The page on which a person pays, as a Hono app: forms and redirects, no script. */
import { createHash } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { comesFromElsewhere } from '../control/origin.ts'
import { readBody } from '../exchange/request.ts'
import { type Action, ActionRefused } from '../product.ts'
import type { Simulator } from '../simulator.ts'
import { cashier, type Html, message, type Visit } from './page.ts'
import { style } from './style.ts'
import { isPressed, type Pressed } from './words.ts'

/** The largest form that is read, in bytes. */
const maxFormBytes = 16 * 1024

const styleHash = createHash('sha256').update(style).digest('base64')

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** The page of the order behind `/:key`. */
export function openPayer(simulator: Simulator): Hono {
  const app = new Hono()

  app.get('/:key', (context) => {
    const key = context.req.param('key')
    const done = context.req.query('done') ?? null
    return show(context, key, { done: isPressed(done) ? done : undefined })
  })

  app.post('/:key', async (context) => {
    const key = context.req.param('key')
    if (comesFromElsewhere(context.req.raw)) {
      return answer(context, message('请求来自其他页面', '请在收银台页面上操作。'), 403)
    }
    const form = await readForm(context.req.raw)
    const pressed = form?.get('action') ?? null
    if (!form || !isPressed(pressed)) {
      return answer(context, message('无法识别的操作', '请回到收银台页面重试。'), 400)
    }
    if (!simulator.checkout(key)) return unknown(context)
    try {
      await simulator.act(key, actionOf(pressed, form))
    } catch (error) {
      if (error instanceof ActionRefused) return show(context, key, { problem: error.message }, 409)
      throw error
    }
    return context.redirect(`${addressOf(key)}?done=${pressed}`, 303)
  })

  function show(context: Context, key: string, visit: Omit<Visit, 'action'>, status: 200 | 409 = 200) {
    const checkout = simulator.checkout(key)
    if (!checkout) return unknown(context)
    return answer(context, cashier(checkout, { ...visit, action: addressOf(key) }), status)
  }

  return app
}

function addressOf(key: string): string {
  return `/_simulator/pay/${encodeURIComponent(key)}`
}

function unknown(context: Context): Response | Promise<Response> {
  return answer(context, message('找不到这个订单', '链接可能不完整，或者模拟器已经重新开始。'), 404)
}

function answer(
  context: Context,
  page: Html,
  status: 200 | 400 | 403 | 404 | 409,
): Response | Promise<Response> {
  return context.html(page, status, headers)
}

async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers.get('content-type') ?? ''))
    return undefined
  const bytes = await readBody(request, maxFormBytes)
  return bytes === 'too large' ? undefined : new URLSearchParams(Buffer.from(bytes).toString())
}

function actionOf(pressed: Pressed, form: URLSearchParams): Action {
  if (pressed !== 'pay') return { action: pressed }
  const coupon = form.get('coupon')
  return { action: 'pay', ...(coupon && { coupon }) }
}
