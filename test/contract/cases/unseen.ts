/** What does not occur in the suite, and why. */

/** Values of enumerations that no answer and no notice of the simulator shows. */
export const unseen: readonly { readonly values: RegExp; readonly reason: string }[] = [
  { values: / UNKNOWN_\w+$/, reason: 'stands for values that are not documented' },
  {
    values: /^(cash|wecom)(\.paid)? trade_type (NATIVE|APP|MWEB|MICROPAY|FACEPAY)$/,
    reason: 'other ways to pay than these operations place',
  },
  {
    values: /^(cash|wecom)(\.paid)? trade_state (REVOKED|USERPAYING)$/,
    reason: 'payments by pay code alone',
  },
  { values: /^cash(\.paid)? trade_state PAYERROR$/, reason: 'payments by pay code alone' },
  {
    values: /^combine(\.paid)? sub_orders\[\]\.trade_state (REVOKED|ACCEPT)$/,
    reason: 'reversal and deduction products; combined orders know neither',
  },
  {
    values: /^(cash|combine|wecom)\.paid .*trade_state (REFUND|NOTPAY|CLOSED|USERPAYING|PAYERROR)$/,
    reason: 'a notice of a payment is sent for a payment that succeeded',
  },
  {
    values: /^medIns\.paid \w+_status \w+_(CREATED|FAIL|REFUND)$/,
    reason: 'a notice of a payment is sent for a payment that succeeded',
  },
  {
    values:
      /^payscore\.confirmed (collection\..*|state (CREATED|DONE|EXPIRED|REVOKED)|state_description MCH_COMPLETE)/,
    reason: 'a confirmation is announced while the service runs and before anything is collected',
  },
  {
    values:
      /^payscore\.paid (state (CREATED|DOING|EXPIRED|REVOKED)|state_description \w+|collection\.state USER_PAYING)$/,
    reason: 'a payment is announced when the order is done',
  },
  {
    values: /^payscore\.paid collection\.details\[\]\.paid_type MCH$/,
    reason: 'what was paid outside WeChat is not announced',
  },
  {
    values: /^refunds\.(succeeded|abnormal|closed) refund_status \w+$/,
    reason: 'one status for each of the three notices; CLOSE is an older spelling',
  },
  {
    values: /^(refunds|ecommerceRefunds) funds_account (OPERATION|BASIC|ECNY_BASIC|UNAVAILABLE)$/,
    reason: 'accounts that merchants of the simulated world do not have',
  },
  {
    values: /^ecommerceRefunds (payee_account BASIC|payer_account OPERATION)$/,
    reason: "an advance goes from the sub-merchant's basic account to the platform's operations account",
  },
  {
    values: /efunds .*promotion_detail\[\]\.type (COUPON|DISCOUNT)$/,
    reason: 'the other words for the same two kinds of coupon',
  },
  { values: /^ecommerceRefunds status REFUNDCLOSE$/, reason: 'an older spelling of CLOSED' },
  {
    values: /exchange_rate\.type SETTLEMENT_RATE$/,
    reason: 'the simulated world settles in the currency of the order',
  },
  {
    values: /^globalRefunds (data\[\]\.)?(promotion_detail|refund_detail|detail)\[\]/,
    reason: 'names of the coupons on other pages: an answer shows them once',
  },
  {
    values: /^payinsurance(\.notified)? return_code FAIL$/,
    reason: 'carries no signature, so it is refused',
  },
  { values: /^payinsurance result_code FAIL$/, reason: 'is thrown as an error, never answered' },
  { values: /^wecom apply_state 5$/, reason: 'says that nobody applied: such a number is refused' },
]
