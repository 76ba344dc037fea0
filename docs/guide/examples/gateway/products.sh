#!/bin/sh
# One order of each product through a gateway: sh products.sh <key file> <product> <reference>, beside wechat.json.
# What begins with a dot is a value of wechat.json, which the simulator wrote: put your own there.
set -eu
file=$1 product=$2 reference=$3
url=http://127.0.0.1:8080
key=$(cat "$file")
api() {
  curl -sS --fail-with-body -X "$1" "$url/v1$2" -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/json' ${3:+-d "$3"}
}
body() { jq --arg reference "$reference" "$1" wechat.json; }

# #region medIns
medIns='{ reference: $reference, product: "medIns", signer: "provider", details: {
  mix_pay_type: "CASH_AND_INSURANCE", order_type: "DIAG_PAY",
  sub_mchid: .apiv3.subMchid, sub_appid: .apiv3.subAppid, sub_openid: .apiv3.subOpenid,
  payer: { name: .payinsurance.userName, id_digest: .payinsurance.userCardNo, card_type: "ID_CARD" },
  description: "滨江示范医院-门诊缴费", serial_no: ("MZ" + $reference), pay_order_id: ("ORD" + $reference),
  pay_auth_no: ("AUTH" + $reference), geo_location: "120.153576,30.287459", city_id: "330100",
  med_inst_name: "滨江示范医院", med_inst_no: "H33010000917",
  med_ins_order_create_time: (now + 28800 | strftime("%Y-%m-%dT%H:%M:%S+08:00")),
  total_fee: 16800, med_ins_gov_fee: 6820, med_ins_self_fee: 3150, med_ins_other_fee: 430, med_ins_cash_fee: 5600,
  wechat_pay_cash_fee: 5000, cash_add_detail: [{ cash_add_fee: 800, cash_add_type: "FREIGHT" }],
  cash_reduce_detail: [
    { cash_reduce_fee: 1000, cash_reduce_type: "HOSPITAL_REDUCE" },
    { cash_reduce_fee: 400, cash_reduce_type: "PRE_PAYMENT" }
  ]
} }'
# #endregion

# #region combine
combine='{ reference: $reference, product: "combine", signer: "provider", details: {
  trade_type: "jsapi", combine_payer_info: { openid: .apiv3.openid },
  sub_orders: [
    { sub_mchid: "1690000202", description: "龙井礼盒", attach: "HZ02", amount: { total_amount: 12800 } },
    { sub_mchid: "1690000203", description: "茶具", attach: "HZ02", amount: { total_amount: 3550 } }
  ]
} }'
# #endregion

# #region payscore
payscore='{ reference: $reference, product: "payscore", signer: "provider", details: {
  service_id: .payscore.serviceId, sub_mchid: .apiv3.subMchid, sub_appid: .apiv3.subAppid,
  currency: .payscore.currency, service_introduction: "City power bank",
  post_payments: [{ name: "Rental fee", amount: 0, description: "HK$6 per 30 minutes", count: 1 }],
  risk_fund: { name: "DEPOSIT", amount: 30000, description: "Power bank deposit" },
  time_range: { start_time: (now + 28800 | strftime("%Y-%m-%dT%H:%M:%S+08:00")), start_time_remark: "Unlock time" },
  location: { start_location: "Central Pier 7 kiosk" }
} }'
# #endregion

# #region wecom
wecom='{ reference: $reference, product: "wecom", signer: "corp", details: {
  appid: .wecom.appid, mchid: .wecom.mchid, description: "Afternoon tea set",
  amount: { total: 12800 }, payer: { openid: .wecom.openid },
  scene_info: { payer_client_ip: "203.0.113.24", store_info: { id: "SZ-001" } }
} }'
# #endregion

# #region payinsurance
payinsurance='{ reference: $reference, product: "payinsurance", signer: "insurance", details: {
  order_type: "RegPay", sub_openid: .payinsurance.openid, hospital_name: "滨江示范医院", body: "滨江示范医院-挂号",
  total_fee: 13000, cash_fee: 4000, insurance_fee: 8700, cash_reduced_fee: 300, allow_fee_change: 1, pay_type: 3,
  spbill_create_ip: "203.0.113.24", user_card_type: 1, user_card_no: .payinsurance.userCardNo,
  user_name: .payinsurance.userName, serial_no: ("HIS" + $reference), bill_no: ("B" + $reference),
  org_no: "H33010000917", gmt_out_create: (now + 28800 | strftime("%Y%m%d%H%M%S")),
  request_content: ({ session_id: ("S" + $reference), aae011: "01", bka015: "demo", bka001: "1",
    bka964: "120.15,30.28", paytype: "RegPay" } | tojson)
} }'
# #endregion

if [ "$product" = complete ]; then
  id=$reference
  # #region complete
  api POST "/orders/$id/acts/complete" "$(jq -n '{ details: {
    post_payments: [{ name: "Rental fee", amount: 4000, count: 1 }], total_amount: 4000,
    time_range: { end_time: (now + 28800 | strftime("%Y-%m-%dT%H:%M:%S+08:00")) }
  } }')"
  # #endregion
  exit
fi
eval "api POST /orders \"\$(body \"\$$product\")\""
