#!/bin/sh
# Asks for a combined order with curl, jq and openssl: query.sh wechat.json CT20260317A
set -eu
given() { jq -r "$1" "$credentials"; }
credentials=$1 number=$2

# #region query
path=/v3/combine-transactions/out-trade-no/$number
time=$(date +%s) nonce=$(openssl rand -hex 16)
key=$(mktemp) && trap 'rm -f "$key"' EXIT && given .apiv3.privateKey >"$key"

# Five lines, each with its end: verb, path with query, time, nonce, body (none here).
signature=$(printf '%s\n' GET "$path" "$time" "$nonce" '' |
  openssl dgst -sha256 -sign "$key" | openssl base64 -A)

curl -sS --fail-with-body "$(given .baseUrl)$path" -H 'Accept: application/json' -H "Authorization: \
WECHATPAY2-SHA256-RSA2048 mchid=\"$(given .apiv3.mchid)\",serial_no=\"$(given .apiv3.serialNo)\",\
nonce_str=\"$nonce\",timestamp=\"$time\",signature=\"$signature\""
# #endregion
