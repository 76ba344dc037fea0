/** Identity cards in an application, and the forms that their numbers must have. */
import { day, group, numberChoice, optional, text } from '../../fields.ts'
import { fits, has, is, lacks, type Rule, refuses } from '../../rules.ts'
import { freeText } from './common.ts'

/** A picture that was uploaded before. */
export const mediaId = text(64)

/** A day, or 长期 for "without end". */
export const lastDay = text(2, 10)
/** The last day of a document, or that it has none. */
export const lastDayForm = { form: /^(\d{4}-\d\d-\d\d|长期)$/, words: 'a day, yyyy-MM-dd, or 长期' }

const cards = {
  0: 'Identity card (身份证).',
  1: 'Passport (护照).',
  2: 'Permit of a Hong Kong resident (来往内地通行证 – 香港居民).',
  3: 'Permit of a Macau resident (来往内地通行证 – 澳门居民).',
  4: 'Permit of a Taiwan resident (来往大陆通行证 – 台湾居民).',
  5: 'Residence permit of a foreigner (外国人居留证).',
  6: 'Residence permit of a Hong Kong or Macau resident (港澳居民居住证).',
  7: 'Residence permit of a Taiwan resident (台湾居民居住证).',
  8: 'Identity card (身份证).',
} as const

const front = mediaId.describe('Picture of the front (证件正面照片), an `open_wx_pay_media_id`.')
const back = mediaId.describe('Picture of the back (证件反面照片); passports have none.')
const name = text(2, 100).describe('Name on the card (证件姓名).')
const number = freeText.describe('Number of the card (证件号码).')
const address = text(4, 128).describe('Address on the card (证件居住地址), for enterprises.')
const from = day.describe('First day of validity (证件有效期开始时间).')
const to = lastDay.describe('Last day of validity (证件有效期结束时间), or 长期.')
const kind = numberChoice(cards).describe('Kind of card (证件类型); left out: an identity card.')

const identityCard = { form: /^\d{17}[\dXx]$/, words: '17 digits and a digit or X' }
const permit = (letter: string) => ({
  form: new RegExp(`^${letter}([0-9A-Za-z]{8}|[0-9A-Za-z]{10})$`),
  words: `${letter} and 8 or 10 letters and digits`,
})

/** What the kind of card asks of its other fields. */
const kindRules: readonly Rule[] = [
  refuses(is('id_doc_type', 1), 'id_card_national_open_wx_pay_media_id'),
  fits(is('id_doc_type', 0, 6, 7, 8), 'id_card_number', identityCard),
  fits(is('id_doc_type', 1), 'id_card_number', {
    form: /^[0-9A-Za-z-]{4,15}$/,
    words: '4 to 15 letters, digits and hyphens',
  }),
  fits(is('id_doc_type', 2), 'id_card_number', permit('H')),
  fits(is('id_doc_type', 3), 'id_card_number', permit('M')),
  fits(is('id_doc_type', 4), 'id_card_number', { form: /^(\d{8}|\d{10})$/, words: '8 or 10 digits' }),
  fits(is('id_doc_type', 5), 'id_card_number', {
    form: /^[0-9A-Za-z]{15}$/,
    words: '15 letters and digits',
  }),
  fits(has('id_card_valid_time'), 'id_card_valid_time', lastDayForm),
]

/** Card of the owner, legal person or beneficiary. */
export const idCard = group(
  {
    id_card_copy_open_wx_pay_media_id: front,
    id_card_national_open_wx_pay_media_id: optional(back),
    id_card_name: name,
    id_card_number: number,
    id_card_address: optional(address),
    id_card_valid_time_begin: from,
    id_card_valid_time: to,
    id_doc_type: optional(kind),
  },
  ...kindRules,
  fits(lacks('id_doc_type'), 'id_card_number', identityCard),
)

/**
 * Card of the super administrator: name and number are enough where it is the legal person, whose
 * own card gives the kind.
 */
export const contactCard = group(
  {
    id_card_copy_open_wx_pay_media_id: optional(front),
    id_card_national_open_wx_pay_media_id: optional(back),
    id_card_name: name,
    id_card_number: number,
    id_card_valid_time_begin: optional(from),
    id_card_valid_time: optional(to),
    id_doc_type: optional(kind),
  },
  ...kindRules,
)
