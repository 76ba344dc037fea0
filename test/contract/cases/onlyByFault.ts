/** Declared errors that no request and no state of the simulated world brings about, only a planned fault. */
export const onlyByFault: readonly { readonly errors: RegExp; readonly reason: string }[] = [
  { errors: / (SYSTEM_?ERROR|BANKERROR)$/, reason: 'the platform or a bank fails' },
  { errors: /^(wecom|payinsurance)\.\w+ -1$/, reason: 'the platform is busy' },
  { errors: /^wecom\.\w+ 45033$/, reason: 'calls never overlap in a virtual world' },
  {
    errors: /^cash\.(prepay|queryByOutTradeNo|queryById|close) MCH_NOT_EXISTS$/,
    reason: 'a direct call names the merchant that signs, so it exists',
  },
  { errors: /^cash\.query\w+ TRADE_ERROR$/, reason: 'no state of an order forbids reading it' },
  {
    errors: /^globalRefunds\.create (TRADE_OVERDUE|REFUND_FEE_MISMATCH)$/,
    reason: 'the simulator refuses both with INVALID_REQUEST',
  },
  {
    errors: /^wecom\.(uploadImage|applyMch|getApplymentStatus|getSign) 301002$/,
    reason: 'the call names no merchant',
  },
  { errors: /^wecom\.uploadImage (40035|40058|40063)$/, reason: 'a picture has no such parameters' },
  { errors: /^payinsurance\.get\w*Token 45009$/, reason: 'the quota of a day' },
  { errors: /^payinsurance\.get\w*Token 45035$/, reason: 'an older name of 40164' },
  { errors: /^payinsurance\.\w+ 514$/, reason: 'a system error' },
  { errors: /^payinsurance\.\w+ 80000$/, reason: 'a system failure' },
  { errors: /^payinsurance\.unifiedOrder 531$/, reason: 'the cash side refuses the order' },
  { errors: /^payinsurance\.unifiedOrder 535$/, reason: 'the binding cannot be looked up' },
  { errors: /^payinsurance\.queryOrder 540$/, reason: 'the bureau cannot be asked' },
  { errors: /^payinsurance\.queryOrder 542$/, reason: 'the cash side cannot be asked' },
  { errors: /^payinsurance\.refund 551$/, reason: 'the record of the order cannot be looked up' },
  { errors: /^payinsurance\.(refund|queryRefund) 552$/, reason: 'the record cannot be updated' },
  { errors: /^payinsurance\.(refund|queryRefund) 555$/, reason: 'the bureau cannot be asked' },
  { errors: /^payinsurance\.(refund|queryRefund) 557$/, reason: 'the cash side cannot be asked' },
  {
    errors: /^payinsurance\.\w+ 80001$/,
    reason: 'another name of 513, which is answered where both are declared',
  },
  {
    errors: /^payinsurance\.\w+ 80002$/,
    reason: 'a wrong signature is answered without a code, except by the name check',
  },
]
