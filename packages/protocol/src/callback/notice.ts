import { parseXml, serialiseXml, XmlError } from '../xmlmd5/index.ts'
import { memberLines } from '../xmlmd5/serialise.ts'
import { readJsonObject } from './callback.ts'
import { CallbackError } from './error.ts'
import type { SealedResource } from './inner.ts'

/**
 * The message inside a callback of the payment product. What happened stands in the sealed resource; `event_type` is
 * documented for payments alone, so decide on the opened resource, not on it.
 */
export type CallbackNotice = {
  readonly notify_type: string
  readonly id: string
  /** RFC 3339. */
  readonly create_time: string
  readonly resource_type: string
  readonly event_type: string
  readonly resource: SealedResource
  readonly summary: string
}

/** Reads the message of an opened callback, JSON or XML; unknown members are ignored. */
export function readNotice(message: string): CallbackNotice {
  const members = message.trimStart().startsWith('<')
    ? readXml(message)
    : flatten(readJsonObject(message, 'notice'))
  const take = (name: string, absent?: string) => {
    const value = members[name] ?? absent
    if (typeof value !== 'string') throw new CallbackError('notice', `the message has no text ${name}`)
    return value
  }
  return {
    notify_type: take('notify_type', ''),
    id: take('id'),
    create_time: take('create_time', ''),
    resource_type: take('resource_type', ''),
    event_type: take('event_type', ''),
    resource: {
      algorithm: take('resource.algorithm'),
      ciphertext: take('resource.ciphertext'),
      nonce: take('resource.nonce'),
      associated_data: take('resource.associated_data', ''),
    },
    summary: take('summary', ''),
  }
}

/** Writes a notice as the message that `sealCallback` takes. */
export function writeNotice(notice: CallbackNotice, format: 'json' | 'xml'): string {
  if (format === 'json') return JSON.stringify(notice)
  const { resource, ...members } = notice
  const group = `<resource>${memberLines(resource, 'always')}\n</resource>\n</xml>`
  return serialiseXml(members).replace(/<\/xml>$/, () => group)
}

function readXml(message: string): Readonly<Record<string, unknown>> {
  try {
    return parseXml(message, { groups: ['resource'] })
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    throw new CallbackError('notice', error.message)
  }
}

function flatten(json: Record<string, unknown>): Readonly<Record<string, unknown>> {
  const flat = new Map(Object.entries(json))
  const resource = json.resource
  if (typeof resource !== 'object' || resource === null)
    throw new CallbackError('notice', 'the message has no resource')
  for (const [name, value] of Object.entries(resource)) flat.set(`resource.${name}`, value)
  return Object.fromEntries(flat)
}
