#!/bin/sh
# Orders through a gateway with curl and jq: sh order.sh secrets/till.key, beside wechat.json of the simulator.
set -eu
file=$1

# #region call
url=http://127.0.0.1:8080
key=$(cat "$file")
api() { # method, path, body
  curl -sS --fail-with-body -X "$1" "$url/v1$2" -H "Authorization: Bearer $key" \
    -H 'Content-Type: application/json' ${3:+-d "$3"}
}
# #endregion

# #region place
openid=$(jq -r .apiv3.openid wechat.json)
details='{
  "trade_type": "jsapi",
  "combine_payer_info": { "openid": "'"$openid"'" },
  "sub_orders": [
    { "sub_mchid": "1690000202", "description": "龙井礼盒", "attach": "HZ02", "amount": { "total_amount": 12800 } },
    { "sub_mchid": "1690000203", "description": "茶具", "attach": "HZ02", "amount": { "total_amount": 3550 } }
  ]
}'
order=$(api POST /orders '{ "reference": "sale-0042", "product": "combine", "details": '"$details"' }')
id=$(echo "$order" | jq -r .id)
echo "$order" | jq '{id, state, number, amount, next_ask_at}'
# #endregion

# #region handover
api GET "/orders/$id/handover" | jq
# #endregion

# #region pay
number=$(echo "$order" | jq -r .number)
curl -sS --fail-with-body -X POST "$(jq -r .controlUrl wechat.json)/orders/$number/pay" # the simulator's payer
# #endregion
echo
until [ "$(api GET "/orders/$id" | jq -r .state)" = paid ]; do sleep 0.2; done

# #region look
api GET "/orders/$id" | jq '{state, taken, next_ask_at, learnt_by: .attempts[0].learnt_by}'
# #endregion

# #region refund
part=$(api GET "/orders/$id" | jq -r '.attempts[0].parts[1].id')
api POST "/orders/$id/refunds" '{ "reference": "return-1", "parts": { "'"$part"'": 550 }, "reason": "退一件" }' |
  jq '{state, refunding, refunds: [.refunds[] | {reference, number, state}]}'
# #endregion

# #region close
other=$(api POST /orders '{ "reference": "sale-0043", "product": "combine", "details": '"$details"' }' | jq -r .id)
api POST "/orders/$other/close?wait_ms=10000" '{ "reason": "the customer pays in another way" }' | jq '{state, reason}'
# #endregion

# #region again
api POST "/orders/$other/attempts" '{ "details": '"$details"' }' | jq '{state, number, attempts: [.attempts[].state]}'
# #endregion

# #region events
api GET '/events?after=0&limit=100' | jq -c '.data[] | [.seq, .type, .order_seq]'
# #endregion
