/** The payer's page as HTML: what is paid to whom, the buttons, and how it ended. */
import { html, raw } from 'hono/html'
import type { Checkout } from '../product.ts'
import { style } from './style.ts'
import { afterwards, buttons, money, type Pressed, states } from './words.ts'

/** Rendered HTML; what `html` makes of a template. */
export type Html = ReturnType<typeof html>

/** What a page is made of beyond the order itself. */
export interface Visit {
  /** Where the form is posted. */
  readonly action: string
  /** What the person has just done. */
  readonly done?: Pressed | undefined
  /** Why the last action was refused. */
  readonly problem?: string | undefined
}

/** The cashier: before paying and afterwards. */
export function cashier(checkout: Checkout, visit: Visit): Html {
  const shown = states[checkout.state]
  const isOpen = checkout.state === 'open'
  return frame(
    isOpen ? `向${checkout.payee}付款` : shown.title,
    html`
      ${visit.problem ? note(`这一步没有完成：${visit.problem}`) : ''}
      ${isOpen && visit.done ? note(afterwards[visit.done]) : ''}
      <div class="card">
        ${isOpen ? '' : result(shown)}
        <p class="payee">${checkout.payee}</p>
        <p class="amount" data-state="${checkout.state}">${money(checkout.amount)}</p>
        <dl>
          ${row('商品', checkout.description)}
          ${row('商户单号', checkout.number)}
          ${checkout.lines.map((line) => row(line.label, money({ ...checkout.amount, minor: line.minor })))}
        </dl>
        ${form(checkout, visit)}
      </div>`,
    checkout.state === 'paying' ? raw('<meta http-equiv="refresh" content="2">') : '',
  )
}

/** A page that says one thing: no such order, or not from here. */
export function message(title: string, hint: string): Html {
  return frame(title, html`<div class="card">${result({ tone: 'still', mark: '?', title, hint })}</div>`)
}

function result(shown: { tone: string; mark: string; title: string; hint: string }): Html {
  return html`<div class="result ${shown.tone}" role="status">
          <span class="mark" aria-hidden="true">${shown.mark}</span>
          <h1>${shown.title}</h1>
          <p class="hint">${shown.hint}</p>
        </div>`
}

function note(text: string): Html {
  return html`<p class="note" role="status">${text}</p>`
}

function row(term: string, text: string): Html {
  return html`<div><dt>${term}</dt><dd>${text}</dd></div>`
}

function form(checkout: Checkout, { action }: Visit): Html | '' {
  const offered = (Object.keys(buttons) as Pressed[]).filter((name) => checkout.actions.includes(name))
  if (offered.length === 0) return ''
  return html`<form method="post" action="${action}">
          ${offered.includes('pay') && checkout.coupons.length > 0 ? coupons(checkout) : ''}
          <div class="buttons">
            ${offered.map(
              (name) =>
                html`<button class="${buttons[name].kind}" name="action" value="${name}">${buttons[name].label}</button>`,
            )}
          </div>
        </form>`
}

function coupons({ coupons: offered, amount }: Checkout): Html {
  return html`<fieldset>
            <legend>优惠</legend>
            <label><input type="radio" name="coupon" value="" checked><span>不使用优惠</span></label>
            ${offered.map(
              ({ id, name, minor }) =>
                html`<label><input type="radio" name="coupon" value="${id}"><span>${name}</span><b>−${money({ ...amount, minor })}</b></label>`,
            )}
          </fieldset>`
}

function frame(title: string, content: Html, head: Html | '' = ''): Html {
  return html`<!doctype html>
<html lang="zh-CN">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light">
    ${head}
    <title>${title} · 模拟收银台</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <header>模拟收银台 · 不会真的扣款</header>
    <main>${content}
      <footer>查单 Chadan 模拟器</footer>
    </main>
  </body>
</html>`
}
