/** What every example of this guide is given. In your program these are your own configuration and database. */
import type { WechatPay } from '@chadan/client'
import type { Credentials } from '@chadan/simulator'

export interface Guide {
  readonly wx: WechatPay
  /** Numbers and keys, as `chadan simulate --credentials FILE` writes them. */
  readonly given: Credentials
  /** Where WeChat Pay reaches your server. */
  readonly notifyUrl: string
  /** Your database, in one word: keeps a fact that was proven about a number. */
  readonly save: (number: string, fact: string) => Promise<void>
  /** The time as WeChat Pay writes it, `2026-03-17T10:00:00+08:00`. */
  readonly now: () => string
}
