/** The dialects of notices, by the name notifications declare. */
import type { NotificationShape } from '@chadan/protocol'
import { apiv3Notices } from './apiv3.ts'
import { callbackNotices } from './callback.ts'
import type { NoticeDialect } from './notifier.ts'
import { xmlNotices } from './xml.ts'

/** Each dialect's way to render a notice and to judge its acknowledgement. */
export const noticeDialects: Readonly<Partial<Record<NotificationShape['dialect'], NoticeDialect>>> = {
  apiv3: apiv3Notices,
  callback: callbackNotices,
  xml: xmlNotices,
}
