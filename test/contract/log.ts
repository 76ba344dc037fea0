/** What was seen: every answer of a method and every verified notice. */
import type { Notice, WechatPay } from '@chadan/client'
import { operations } from '@chadan/protocol'

/** An answer with the operation that gave it. */
export interface Answer {
  readonly operation: string
  readonly value: unknown
}

/** Everything that was answered and heard, for the tests that walk the registry. */
export interface Log {
  readonly answers: Answer[]
  readonly notices: { readonly type: string; readonly resource: unknown }[]
  notice(notice: Notice): void
}

export function openLog(): Log {
  const answers: Log['answers'] = []
  const notices: Log['notices'] = []
  return {
    answers,
    notices,
    notice: ({ type, resource }) => void notices.push({ type, resource }),
  }
}

type Method = (...input: unknown[]) => Promise<unknown>

/** The same client, whose methods note in the log what they answer. */
export function observed(wx: WechatPay, log: Log): WechatPay {
  const groups = Object.entries(wxGroups(wx)).map(([group, methods]) => [
    group,
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        async (...input: unknown[]) => {
          const value = await method(...input)
          log.answers.push({ operation: `${group}.${name}`, value })
          return value
        },
      ]),
    ),
  ])
  const rest = {
    chain: wx.chain,
    notifications: wx.notifications,
    billFiles: wx.billFiles,
    handover: wx.handover,
    prepare: wx.prepare.bind(wx),
    send: wx.send.bind(wx),
  }
  return { ...rest, ...Object.fromEntries(groups) } as unknown as WechatPay
}

/** The methods of a client by group, as loosely as a walk over the registry needs them. */
export function wxGroups(wx: WechatPay): Record<string, Record<string, Method>> {
  const loose = wx as unknown as Record<string, Record<string, Method>>
  return Object.fromEntries(Object.keys(operations).map((group) => [group, loose[group] ?? {}]))
}

/** The method of an operation's id. */
export function methodOf(wx: WechatPay, id: string): Method {
  const [group = '', name = ''] = id.split('.')
  const method = wxGroups(wx)[group]?.[name]
  if (!method) throw new TypeError(`the client has no method ${id}`)
  return method
}
