/** The application for an account, and what its parts ask of each other. */
import { charsets } from '../../charsets.ts'
import { choice, day, flag, group, list, numberChoice, octets, optional, text, whole } from '../../fields.ts'
import { all, fits, has, is, lacks, needs, type Rule, refuses, same } from '../../rules.ts'
import { freeText } from './common.ts'
import { contactCard, idCard, lastDay, lastDayForm, mediaId } from './identity.ts'

/** Number of the application (业务申请编号). */
export const outRequestNo = text(32).describe('Number of the application (业务申请编号).')

const pictures = (max: number) => list(mediaId, 0, max)

const businessLicense = group(
  {
    cert_type: optional(whole(0, 2522)).describe(
      'Kind of certificate (证书类型), social organisations only: 2389 unified credit certificate, 2394 social organisation certificate, 2520 practice licence, and others.',
    ),
    business_license_copy_open_wx_pay_media_id: mediaId.describe('Picture of the licence (证件扫描件).'),
    business_license_number: freeText.describe('Number of the licence (证件注册号).'),
    merchant_name: text(2, 128).describe('Name of the merchant (商户名称), as on the licence.'),
    legal_person: text(2, 100).describe('Owner or legal person (经营者/法定代表人姓名).'),
    company_address: optional(text(4, 128)).describe('Registered address (注册地址).'),
    business_time_begin_time: optional(day).describe('First day of validity (营业期限开始日期).'),
    business_time_end_time: optional(lastDay).describe('Last day of validity (营业期限结束日期), or 长期.'),
  },
  fits(has('business_time_end_time'), 'business_time_end_time', lastDayForm),
)

const financeInstitution = group({
  finance_type: choice({
    BANK_AGENT: 'Bank (银行业).',
    PAYMENT_AGENT: 'Payment institution (支付机构).',
    INSURANCE: 'Insurance (保险业).',
    TRADE_AND_SETTLE: 'Trading and settlement (交易及结算类金融机构).',
    OTHER: 'Other (其他金融机构).',
  }).describe('Kind of financial institution (金融机构类型).'),
  finance_license_pics_open_wx_pay_media_id: pictures(5).describe(
    'Pictures of its licences (金融机构许可证图片), at most 5.',
  ),
})

const inContact = (...names: string[]) => names.map((name) => `contact_info.${name}`)
const restOfCard = inContact(
  'id_card_copy_open_wx_pay_media_id',
  'id_card_valid_time_begin',
  'id_card_valid_time',
)
const letter = 'business_authorization_letter_open_wx_pay_media_id'

const contact = group(
  {
    contact_type: choice({
      '65': 'Owner or legal person (经营者/法人).',
      '66': 'Agent (经办人).',
    }).describe('Who the super administrator is (超级管理员类型), digits as text.'),
    contact_info: contactCard.describe('Card of the super administrator (超级管理员证件).'),
    [letter]: optional(mediaId).describe('Letter of authorization (业务办理授权函), agents only.'),
    mobile_phone: text(5, 20, charsets.phone).describe('Phone (超级管理员手机).'),
    contact_email: freeText.describe('Mail (超级管理员邮箱).'),
  },
  needs(is('contact_type', '66'), letter, ...restOfCard, ...inContact('id_doc_type')),
  refuses(
    is('contact_type', '65'),
    letter,
    ...restOfCard,
    ...inContact('id_card_national_open_wx_pay_media_id', 'id_doc_type'),
  ),
)

const account = group({
  bank_account_type: optional(
    numberChoice({ 74: 'Corporate account (对公账户).', 75: 'Personal account (对私账户).' }),
  ).describe('Kind of account (账户类型), for individuals.'),
  account_bank: freeText.describe('Bank (开户银行).'),
  account_name: freeText.describe('Name on the account (开户名称).'),
  bank_address_code: freeText.describe('Area of the bank (开户银行省市编码), at least the city.'),
  bank_name: optional(freeText).describe('Branch (开户银行支行), for banks not directly connected.'),
  account_number: freeText.describe('Number of the account (银行账号).'),
  bank_card_supplement: optional(
    group({
      settlement_certificate_open_wx_pay_media_id: optional(mediaId).describe(
        'Proof of settlement (结算证明).',
      ),
      relationship_certificate_open_wx_pay_media_id: optional(mediaId).describe(
        'Proof of the relationship (关系证明).',
      ),
      other_certificate_open_wx_pay_media_id: optional(pictures(3)).describe(
        'Other proofs (其他证明), at most 3.',
      ),
    }),
  ).describe('Supplement to the account (银行卡补充资料), for types 2 and 3.'),
})

const salesScene = group(
  {
    type: numberChoice({ 1: 'A shop with a door (线下门店).', 2: 'A shop online (线上店铺).' }).describe(
      'Kind of shop (经营场景类型).',
    ),
    store_url: optional(octets(1, 1024)).describe('Address of the online shop (店铺链接).'),
    store_pic_open_wx_pay_media_id: optional(mediaId).describe('Picture of the online shop (店铺页面截图).'),
    address_code: optional(text(6, 6, charsets.digits)).describe('Area code of the shop (省市编码).'),
    offline_address: optional(text(4, 512)).describe('Address of the shop (门店地址).'),
    entrance_pic_open_wx_pay_media_id: optional(mediaId).describe('Picture of the entrance (门头照片).'),
    indoor_pic_open_wx_pay_media_id: optional(mediaId).describe('Picture of the inside (店内照片).'),
  },
  needs(all(is('type', 2), lacks('store_pic_open_wx_pay_media_id')), 'store_url'),
  needs(
    is('type', 1),
    'address_code',
    'offline_address',
    'entrance_pic_open_wx_pay_media_id',
    'indoor_pic_open_wx_pay_media_id',
  ),
)

/** The fields of an application. */
export const application = {
  out_request_no: outRequestNo,
  organization_type: numberChoice({
    0: 'Enterprise (企业).',
    1: 'Individual business (个体工商户).',
    2: 'Social organisation (社会团体组织).',
    3: 'Public institution (事业单位).',
  }).describe('What the applicant is (主体类型).'),
  business_license_info: businessLicense.describe('Licence (营业执照/登记证书信息).'),
  finance_institution_info: optional(financeInstitution).describe(
    'Financial institution (金融机构许可证信息), where it is one.',
  ),
  merchant_short_name: octets(1, 64).describe('Short name (商户简称), about 21 Chinese characters.'),
  id_card_info: idCard.describe('Card of the owner or legal person (经营者/法人证件信息).'),
  owner: optional(flag).describe(
    'Whether the legal person is the beneficiary (经营者/法人是否为受益人), for enterprises.',
  ),
  ubo_info: optional(idCard).describe('Card of the beneficiary (最终受益人信息), where it is another.'),
  contact_info: contact.describe('Super administrator (超级管理员信息).'),
  account_info: account.describe('Settlement account (结算账户信息).'),
  sales_scene_info: salesScene.describe('Proof of business (经营场景证明).'),
  business_id: whole(1, 100).describe(
    'Line of business (经营范围): 1 catering, 2 retail, 28 training, …; known up to 31.',
  ),
  qualifications: optional(group({ id: pictures(5).describe('Pictures, at most 5.') })).describe(
    'Special qualifications (特殊资质).',
  ),
  business_addition_pics: optional(group({ id: pictures(5).describe('Pictures, at most 5.') })).describe(
    'Additional material (补充材料).',
  ),
  userid: freeText.describe(
    'Member who may withdraw (提现成员): the super administrator, with a real name, visible to the app.',
  ),
} as const

const enterprise = is('organization_type', 0)
const individual = is('organization_type', 1)
const institution = is('organization_type', 2, 3)

// The letters I, O, Z, S and V do not occur in the numbers of licences.
const creditCode = '9[0-9A-HJ-NP-RTUWXY]{17}'

/** What the kind of applicant asks of the other fields. */
export const applicationRules: readonly Rule[] = [
  refuses(is('organization_type', 0, 1, 3), 'business_license_info.cert_type'),
  fits(enterprise, 'business_license_info.business_license_number', {
    form: new RegExp(`^${creditCode}$`),
    words: '18 characters that begin with 9, without I, O, Z, S and V',
  }),
  fits(individual, 'business_license_info.business_license_number', {
    form: new RegExp(`^(\\d{15}|${creditCode})$`),
    words: '15 digits, or 18 characters that begin with 9, without I, O, Z, S and V',
  }),
  needs(
    institution,
    'business_license_info.company_address',
    'business_license_info.business_time_begin_time',
    'business_license_info.business_time_end_time',
  ),
  needs(enterprise, 'id_card_info.id_card_address', 'owner'),
  needs(all(enterprise, is('owner', false)), 'ubo_info', 'ubo_info.id_card_address'),
  needs(individual, 'account_info.bank_account_type'),
  same(
    is('contact_info.contact_type', '65'),
    'contact_info.contact_info.id_card_name',
    'id_card_info.id_card_name',
  ),
  same(
    is('contact_info.contact_type', '65'),
    'contact_info.contact_info.id_card_number',
    'id_card_info.id_card_number',
  ),
]
