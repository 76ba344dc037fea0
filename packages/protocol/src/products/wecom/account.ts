/** Opening an account: pictures, the application, its state. */

import { errorCase } from '../../errors.ts'
import { choice, fen, group, list, numberChoice, optional, text, upload } from '../../fields.ts'
import { defineOperation } from '../../operation.ts'
import { application, applicationRules, outRequestNo } from './application.ts'
import { freeText } from './common.ts'
import { readErrors, writeErrors } from './errors.ts'

/** Upload a picture for an application (提交图片). */
export const uploadImage = defineOperation({
  id: 'wecom.uploadImage',
  title: 'Upload a picture for an application (提交图片)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/upload_image',
  body: {
    media: upload(5, 2 * 1024 * 1024, ['jpg', 'jpeg', 'png', 'bmp']).describe(
      'The picture (图片), 5 B to 2 MB.',
    ),
  },
  encoding: 'multipart',
  result: group({
    open_wx_pay_media_id: text(64).describe(
      'The picture (图片ID); private to the app, dies after 30 days or with the last application that uses it.',
    ),
  }),
  errors: [
    ...writeErrors,
    errorCase('40004', 200, 'fix', 'The kind of file is wrong (不合法的媒体文件类型): JPG, PNG or BMP.'),
    errorCase('40006', 200, 'fix', 'The size of the file is wrong (不合法的文件大小).'),
    errorCase('40009', 200, 'fix', 'The size of the picture is wrong (不合法的图片大小): 5 B to 2 MB.'),
    errorCase('44001', 200, 'fix', 'The file is empty (多媒体文件为空).'),
  ],
  repeat: 'safe',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/98972',
})

/** Apply for an account (提交创建对外收款账户的申请单). */
export const applyMch = defineOperation({
  id: 'wecom.applyMch',
  title: 'Apply for an account (提交创建对外收款账户的申请单)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/apply_mch',
  body: application,
  rules: applicationRules,
  result: group({
    error_description: optional(freeText).describe(
      'What is wrong with the application, seen in one SDK only.',
    ),
  }),
  errors: [
    ...writeErrors,
    errorCase(
      '40007',
      200,
      'fix',
      'A picture does not exist for this app any more (不合法的媒体文件id): upload it again.',
    ),
  ],
  repeat: 'never',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/98973',
})

const status = group({
  applyment_state: choice({
    CHECKING: 'The material is checked (资料校验中).',
    NEED_SIGN: 'To be signed (待签约).',
    ACCOUNT_NEED_VERIFY: 'The account is to be verified (待账户验证).',
    FINISH: 'Finished (完成).',
    AUDITING: 'Under review (审核中).',
    FROZEN: 'Frozen (已冻结).',
    REJECTED: 'Rejected (已驳回).',
    CANCELED: 'Withdrawn (已作废).',
  }).describe('State of the application (申请状态).'),
  applyment_state_desc: freeText.describe('The state in words (申请状态描述).'),
  sign_state: optional(
    choice({
      UNSIGNED: 'Not signed (未签约).',
      SIGNED: 'Signed (已签约).',
      NOT_SIGNABLE: 'Cannot be signed (不可签约).',
    }),
  ).describe('State of the contract (签约状态).'),
  sign_url: optional(freeText).describe(
    'Where to sign (签约链接), with NEED_SIGN or UNSIGNED; does not expire.',
  ),
  sub_mchid: optional(text(32)).describe(
    'Merchant number (电商平台二级商户号), with NEED_SIGN or FINISH: `mchid` of the other interfaces.',
  ),
  audit_detail: optional(
    list(
      group({
        param_name: freeText.describe('Name of the parameter (参数名称).'),
        reject_reason: freeText.describe('Why it was rejected (驳回原因).'),
      }),
    ),
  ).describe('What was wrong (驳回原因详情), with REJECTED or FROZEN.'),
  account_validation: optional(
    group({
      account_name: freeText.describe('Who pays (付款户名).'),
      account_no: optional(freeText).describe('From which account (付款卡号).'),
      pay_amount: fen.describe('How much (汇款金额), in cents.'),
      destination_account_number: freeText.describe('To which account (收款卡号).'),
      destination_account_name: freeText.describe('Who receives (收款户名).'),
      destination_account_bank: freeText.describe('Bank that receives (开户银行).'),
      city: optional(freeText).describe('City of that bank (省市信息).'),
      remark: freeText.describe('Remark of the transfer (备注信息).'),
      deadline: freeText.describe('Until when (汇款截止时间).'),
    }),
  ).describe('The transfer that verifies the account (汇款账户验证信息).'),
  legal_validation_url: optional(freeText).describe(
    'Where the legal person may verify the account instead (法人验证链接).',
  ),
})

/** Query an application (查询申请单状态). */
export const getApplymentStatus = defineOperation({
  id: 'wecom.getApplymentStatus',
  title: 'Query an application (查询申请单状态)',
  dialect: 'token',
  host: 'wecom',
  route: 'POST /cgi-bin/miniapppay/get_applyment_status',
  body: { out_request_no: outRequestNo },
  result: group({
    status: status.describe('The application at WeChat Pay (申请单状态).'),
    apply_state: numberChoice({
      0: 'Initial (初始状态).',
      1: 'Applying (申请中).',
      2: 'Bound (已绑定).',
      3: 'Withdrawn (已撤销).',
      4: 'Failed (申请失败).',
      5: 'Not applied (未申请).',
      6: 'Waiting for the legal person (待法人确认).',
    }).describe('State at WeCom (申请状态).'),
    real_sign_state: numberChoice({
      0: 'Cannot be signed (不可签约).',
      1: 'Not signed (未签约).',
      2: 'Signed (已签约).',
    }).describe('State of the contract at WeCom (签约状态).'),
    reject_reason: optional(freeText).describe('Why it was rejected (驳回原因).'),
  }),
  errors: readErrors,
  repeat: 'read',
  trust: 'channel',
  doc: 'https://developer.work.weixin.qq.com/document/path/98974',
})
