import { payscoreExceptions } from './dossier-exceptions-payscore.ts'
import { wecomExceptions } from './dossier-exceptions-wecom.ts'

/** Table rows and sentences of the dossiers that no parser reads, listed by hand, each with its reason. */
export interface Exception {
  /** Where the row stands: dossier and section, with the reading where one table is read in several ways. */
  readonly at: string
  /** The row's first cell, or the words of the sentence, verbatim: they must still be in the dossier. */
  readonly row: string
  readonly reason: string
  /** `path type(min-max) need [sealed] [=A|B]`; the type `~` is borrowed from the table it repeats. */
  readonly fields: readonly string[]
}

const inProse = 'stands in a sentence, not in a table'
const several = 'one row holds several fields of unlike need or form'
const bounds = 'the bounds of the amount are words in the note'

const combine: readonly Exception[] = [
  ...['mchid', 'appid', 'out_contract_code', 'contract_display_account', 'notify_url'].map((name) => ({
    at: 'CT 3.1',
    row: `\`contract_info.${name}\``,
    reason: 'marked C; the text below the table says required inside its object',
    fields: [`contract_info.${name} string R`],
  })),
  {
    at: 'CT 3.1',
    row: '`contract_info.plan_id`',
    reason: 'marked C; the text below the table says required inside its object',
    fields: ['contract_info.plan_id number R'],
  },
  {
    at: 'CT 3.1',
    row: '`sub_orders[].amount.total_amount`',
    reason: bounds,
    fields: ['sub_orders[].amount.total_amount int64(1-1000000000) R'],
  },
  {
    at: 'CT 3.2',
    row: '`contract_result`',
    reason: 'no column says when it is there: only with contract_info',
    fields: ['contract_result object C'],
  },
  {
    at: 'CT 3.2',
    row: '`contract_result.message`',
    reason: 'no column says when it is there; only code is called required',
    fields: ['contract_result.message string O'],
  },
  ...['success_time string(32)', 'transaction_id string(32)', 'attach string(128)'].map((field) => ({
    at: 'CT 4.2',
    row: `\`sub_orders[].${field.split(' ')[0]}\``,
    reason: 'the seed requires it always; decision C7: only once paid',
    fields: [`sub_orders[].${field} C`],
  })),
  {
    at: 'CT 4.2',
    row: '`sub_orders[].trade_type`',
    reason: 'the seed requires it always; decision C7: only once paid',
    fields: ['sub_orders[].trade_type string(16) C =NATIVE|JSAPI|APP|MWEB'],
  },
  {
    at: 'CT 4.2',
    row: '`sub_orders[].sub_mchid`',
    reason: 'the seed requires it although direct merchants have none; decision C6: optional',
    fields: ['sub_orders[].sub_mchid string(32) C'],
  },
  {
    at: 'CT 4.2',
    row: '`combine_transaction_id`',
    reason: 'absent in the seed; decision C15: optional',
    fields: ['combine_transaction_id string(32) O'],
  },
]

const medIns: readonly Exception[] = [
  {
    at: 'MI 2.1',
    row: 'known keys `payAuthNo`, `payOrdId`, `setlLatlnt`, all optional',
    reason: 'keys of a JSON text in a string, named in the note',
    fields: ['passthrough_response_content', 'passthrough_request_content'].flatMap((name) =>
      ['payAuthNo', 'payOrdId', 'setlLatlnt'].map((key) => `${name}{}.${key} string O`),
    ),
  },
  ...['payAuthNo', 'payOrdId', 'setlLatlnt'].map((key) => ({
    at: 'MI 2.2',
    row: `\`${key}\``,
    reason: 'a key inside the JSON text passthrough_request_content',
    fields: [`passthrough_request_content{}.${key} string O`],
  })),
  ...['name', 'id_digest'].map((name) => ({
    at: 'MI 2.2',
    row: `\`relative.${name}\``,
    reason: 'marked C because relative is; required inside it',
    fields: [`relative.${name} string R sealed`],
  })),
  {
    at: 'MI 2.2',
    row: '`relative.card_type`',
    reason: 'marked C because relative is; required inside it; values in 3.6',
    fields: [
      'relative.card_type string R =UNKNOWN_USER_CARD_TYPE|ID_CARD|HOUSEHOLD_REGISTRATION|FOREIGNER_PASSPORT|MAINLAND_TRAVEL_PERMIT_FOR_TW|MAINLAND_TRAVEL_PERMIT_FOR_MO|MAINLAND_TRAVEL_PERMIT_FOR_HK|FOREIGN_PERMANENT_RESIDENT',
    ],
  },
  {
    at: 'MI 2.2',
    row: '`…[].cash_add_fee`',
    reason: 'the name is shortened',
    fields: ['cash_add_detail[].cash_add_fee int R'],
  },
  {
    at: 'MI 2.2',
    row: '`…[].cash_add_type`',
    reason: 'the name is shortened; values in 3.7',
    fields: ['cash_add_detail[].cash_add_type string R =DEFAULT_ADD_TYPE|FREIGHT|OTHER_MEDICAL_EXPENSES'],
  },
  {
    at: 'MI 2.2',
    row: '`…[].cash_reduce_fee`',
    reason: 'the name is shortened',
    fields: ['cash_reduce_detail[].cash_reduce_fee int R'],
  },
  {
    at: 'MI 2.2',
    row: '`…[].cash_reduce_type`',
    reason: 'the name is shortened; values in 3.8',
    fields: [
      'cash_reduce_detail[].cash_reduce_type string R =DEFAULT_REDUCE_TYPE|HOSPITAL_REDUCE|PHARMACY_DISCOUNT|DISCOUNT|PRE_PAYMENT|DEPOSIT_DEDUCTION',
    ],
  },
]

const identity =
  'IDCARD|HONGKONG_MACAO|HONGKONG_MACAO_RESIDENT|TAIWAN_RESIDENT|FOREIGN_RESIDENT|OVERSEA_PASSPORT|PHONE_NUMBER'

const cash: readonly Exception[] = (['D', 'P'] as const).flatMap((mode) => {
  const direct = mode === 'D'
  return [
    {
      at: `MI 2.6 ${mode}`,
      row: '`appid` / `sp_appid`',
      reason: several,
      fields: [direct ? 'appid string(32) R' : 'sp_appid string(32) R'],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`mchid` / `sp_mchid`',
      reason: several,
      fields: [direct ? 'mchid string(32) R' : 'sp_mchid string(32) R'],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`limit_pay`',
      reason: 'the values follow a source tag',
      fields: ['limit_pay[] string[] O =no_balance|no_credit|no_debit|balance_only'],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`amount.total`',
      reason: bounds,
      fields: ['amount.total int(1-9007199254740991) R'],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`payer.identity` {`type`, `number`, `name`}',
      reason: several,
      fields: [
        'payer.identity object O',
        `payer.identity.type string R =${identity}`,
        'payer.identity.number string R sealed',
        'payer.identity.name string R sealed',
      ],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`detail` {`cost_price` int, `invoice_id`(32), `goods_detail[]`}',
      reason: several,
      fields: [
        'detail object O',
        'detail.cost_price int O',
        'detail.invoice_id string(32) O',
        'detail.goods_detail[] object[] O',
        'detail.goods_detail[].merchant_goods_id string(32) R',
        'detail.goods_detail[].wechatpay_goods_id string(32) O',
        'detail.goods_detail[].goods_name string(256) O',
        'detail.goods_detail[].quantity int R',
        'detail.goods_detail[].unit_price int R',
      ],
    },
    {
      at: `MI 2.6 ${mode}`,
      row: '`scene_info` {`payer_client_ip`(45) R inside, `device_id`(32), `store_info`}',
      reason: several,
      fields: [
        'scene_info object O',
        'scene_info.payer_client_ip string(45) R',
        'scene_info.device_id string(32) O',
        'scene_info.store_info object O',
        'scene_info.store_info.id string(32) R',
        'scene_info.store_info.name string(256) R',
        'scene_info.store_info.area_code string(32) R',
        'scene_info.store_info.address string(512) R',
      ],
    },
    {
      at: `MI 2.6 answer ${mode}`,
      row: 'D `appid`, `mchid`; P `sp_appid`, `sp_mchid`, `sub_appid` (if sent), `sub_mchid`',
      reason: several,
      fields: direct
        ? ['appid string(32) R', 'mchid string(32) R']
        : [
            'sp_appid string(32) R',
            'sp_mchid string(32) R',
            'sub_appid string(32) C',
            'sub_mchid string(32) R',
          ],
    },
    {
      at: `MI 2.6 answer ${mode}`,
      row: '`trade_type`',
      reason: 'the list is told by pointing to combine',
      fields: ['trade_type string(16) C =NATIVE|JSAPI|APP|MWEB|MICROPAY|FACEPAY'],
    },
    {
      at: `MI 2.6 answer ${mode}`,
      row: '`payer` {`openid` or `sp_openid`, `sub_openid`}',
      reason: several,
      fields: direct
        ? ['payer object C', 'payer.openid string(128) O']
        : ['payer object C', 'payer.sp_openid string(128) O', 'payer.sub_openid string(128) O'],
    },
    {
      at: `MI 2.6 answer ${mode}`,
      row: '`amount` {`total`, `payer_total`, `currency`, `payer_currency`}',
      reason: several,
      fields: [
        'amount object R',
        'amount.total int R',
        'amount.payer_total int C',
        'amount.currency string(16) O',
        'amount.payer_currency string(16) O',
      ],
    },
    {
      at: `MI 2.6 answer ${mode}`,
      row: '`promotion_detail[]`',
      reason: 'its members are those of combine-transactions.md 4.2',
      fields: ['promotion_detail[] object[] C'],
    },
    ...(direct
      ? []
      : [
          {
            at: 'MI 2.6 P',
            row: '`payer.sp_openid`, `payer.sub_openid`',
            reason: several,
            fields: ['payer.sp_openid string(128) C', 'payer.sub_openid string(128) C'],
          },
        ]),
  ]
})

const query = (...fields: string[]) => fields
const billType = '=ALL|SUCCESS|REFUND|RECHARGE_REFUND|ALL_SPECIAL|SUC_SPECIAL|REF_SPECIAL'
const account = '=BASIC|OPERATION|FEES'

const shared: readonly Exception[] = [
  {
    at: 'AP 5',
    row: 'optional query `algorithm_type` = `RSA` (default) | `SM2` | `ALL`',
    reason: inProse,
    fields: ['algorithm_type string O =RSA|SM2|ALL'],
  },
  {
    at: 'AP 9',
    row: '`echo_message` required; `encrypted_echo_message`, `notify_url` optional',
    reason: inProse,
    fields: ['echo_message string R', 'encrypted_echo_message string O sealed', 'notify_url string O'],
  },
  {
    at: 'AP 13.1',
    row: 'Response of the encrypted forms: `download_bill_count` (int)',
    reason: inProse,
    fields: [
      'download_bill_count int R',
      'download_bill_list[] object[] R',
      'download_bill_list[].bill_sequence int R',
      'download_bill_list[].hash_type string(32) R =SHA1',
      'download_bill_list[].hash_value string(1024) R',
      'download_bill_list[].download_url string(2048) R',
      'download_bill_list[].encrypt_key string(512) R',
      'download_bill_list[].nonce string(16) R',
    ],
  },
  {
    at: 'AP 13.1',
    row: '`GET /v3/bill/tradebill`',
    reason: 'the query is a sentence in a cell',
    fields: query(
      'bill_date string(10-10) R',
      'sub_mchid string(8-12) O',
      `bill_type string O ${billType}`,
      'tar_type string O =GZIP',
    ),
  },
  {
    at: 'AP 13.1',
    row: '`GET /v3/bill/fundflowbill`',
    reason: 'the query is a sentence in a cell',
    fields: query(
      'bill_date string(10-10) R',
      `account_type string O ${account}`,
      'tar_type string O =GZIP',
      'sub_mchid string O',
    ),
  },
  {
    at: 'AP 13.1',
    row: '`GET /v3/bill/sub-merchant-fundflowbill`',
    reason: 'the query is a sentence in a cell; the account types are in MI 7.6',
    fields: query(
      'bill_date string(10-10) R',
      'sub_mchid string R',
      `account_type string R ${account}|DEPOSIT`,
      'algorithm string R =AEAD_AES_256_GCM|SM4_GCM',
      'tar_type string O =GZIP',
    ),
  },
  {
    at: 'AP 13.1',
    row: '`GET /v3/ecommerce/bill/fundflowbill`',
    reason: 'the query is a sentence in a cell',
    fields: query(
      'bill_date string(10-10) R',
      'account_type string R =ALL',
      'algorithm string R =AEAD_AES_256_GCM|SM4_GCM',
      'tar_type string O =GZIP',
    ),
  },
  {
    at: 'AP 13.1',
    row: '`GET /v3/billdownload/file`',
    reason: 'the query is a sentence in a cell; MI 7.6 has tartype optional, and the sample writes gzip',
    fields: query('token string R', 'tartype string O =gzip'),
  },
]

const verified = 'HEAD is printed once for all calls; the rest stands in a sentence'

const payinsurance: readonly Exception[] = [
  {
    at: 'PI 4.3 answer',
    row: '`nonce_str`',
    reason: 'listed a second time: it is among the nine shared fields already',
    fields: [],
  },
  {
    at: 'PI 4.5',
    row: '`request_content` members, 6, none may be empty',
    reason: inProse,
    fields: [
      'request_content{}.session_id string(50) R',
      'request_content{}.paytype string(16) R =RegPay|DiagPay|InHospPay',
      'request_content{}.aae011 string(20) R',
      'request_content{}.bka015 string(50) R',
      'request_content{}.bka001 string(3) R',
      'request_content{}.bka964 string(200) R',
    ],
  },
  {
    at: 'PI 4.8',
    row: 'Response, 5 fields: HEAD + `result_code` str≤16 Y, `err_code` str≤32 N, `err_code_des` str≤128 N',
    reason: verified,
    fields: ['result_code string(16) R =SUCCESS|FAIL', 'err_code string(32) O', 'err_code_des string(128) O'],
  },
  {
    at: 'PI 2.3',
    row: 'cgi-bin/token?grant_type=client_credential&appid=…&secret=…',
    reason: inProse,
    fields: ['grant_type string R =client_credential', 'appid string R', 'secret string R'],
  },
  {
    at: 'PI 2.3',
    row: '{"access_token":"…","expires_in":7200}',
    reason: inProse,
    fields: ['access_token string R', 'expires_in int R'],
  },
]

export const exceptions: readonly Exception[] = [
  ...combine,
  ...medIns,
  ...cash,
  ...shared,
  ...payscoreExceptions,
  ...wecomExceptions,
  ...payinsurance,
]

const promotionTypes = ['CASH', 'NOCASH', 'COUPON', 'DISCOUNT']
const tradeStates = ['NOTPAY', 'USERPAYING', 'SUCCESS', 'REFUND', 'CLOSED', 'PAYERROR', 'REVOKED', 'ACCEPT']

/** Values that a field's row only points to: place or dossier, and path, to values. */
export const enumExceptions: Readonly<Record<string, readonly string[]>> = {
  // CT 8 lists them; CT 4.2 says "section 8".
  'CT/sub_orders[].trade_state': tradeStates,
  // CT C18: accept all four.
  'CT/promotion_detail[].type': promotionTypes,
  // MI 7.3 spells the fifteen out; CT 11.5 says "each + _DEBIT".
  'CT/bank_type': [
    ...['CMB', 'COMM', 'ABC', 'CCB', 'ICBC', 'BOC', 'PAB', 'SPDB', 'CITIC', 'CEB', 'CMBC', 'CIB', 'GDB'],
    ...['PSBC', 'NBCB'],
  ].map((bank) => `${bank}_DEBIT`),
  // CT 11.3 lists them once; MI 7.4 those of refund_account.
  'CT/amount.from[].account': ['AVAILABLE', 'UNAVAILABLE'],
  'CT/refund_account': ['REFUND_SOURCE_SUB_MERCHANT', 'REFUND_SOURCE_PARTNER_ADVANCE'],
  'CT/sub_orders[].order_service_type': ['INDIVIDUALTRADE'],
  'CT/trade_scenario': ['RECOMMERCE'],
  // PI 4.2, 5.1, 5.2, 5.4 and 5.6.
  'PI/order_type': ['RegPay', 'DiagPay', 'InHospPay'],
  'PI/allow_fee_change': ['0', '1'],
  'PI/pay_type': ['1', '2', '3'],
  'PI/limit_pay': ['no_credit'],
  'PI/user_card_type': ['1', '4', '5', '6', '7', '8', '9'],
  'PI/is_dept': ['1', '4', '5'],
  'PI/part_refund_type': ['CASH_ONLY'],
  'PI/bill_type': ['ALL', 'SUCCESS', 'REFUND'],
  'PI/grant_type': ['client_credential'],
  'PI/return_code': ['SUCCESS', 'FAIL'],
  'PI/result_code': ['SUCCESS', 'FAIL'],
  'PI/med_trade_state': [
    ...['INITIAL', 'NOTPAY', 'PAYING', 'SUCCESS', 'REFUND', 'SYS_REFUNDING', 'SYS_REFUNDED', 'CLOSED'],
  ],
  'PI/cash_trade_status': ['SUCCESS', 'REFUND', 'NOTPAY', 'CLOSED'],
  'PI/insurance_trade_status': ['PAYED', 'REFUND', 'NOTPAY', 'CLOSED'],
  'PI/med_refund_state': ['SUCCESS', 'REFUNDING'],
  'PI/cash_refund_statuses': ['SUCCESS', 'REFUNDING', 'CHANGE'],
  'PI/insurance_refund_status': ['SUCCESS', 'FAIL', 'REFUNDING'],
}
