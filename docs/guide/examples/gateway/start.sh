#!/bin/sh
# A gateway against the simulator: sh start.sh, in a folder where chadan simulate wrote wechat.json.
set -eu

# #region secrets
given() { jq -r "$1" wechat.json; }
umask 077 && mkdir -p secrets
given .apiv3.privateKey >secrets/apiclient_key.pem
given .apiv3.apiV3Key >secrets/apiv3.key
given .apiv3.publicKey >secrets/pub_key.pem
openssl rand -base64 32 >secrets/vault.key
openssl rand -base64 32 >secrets/index.key
# #endregion

# #region yaml
cat >gateway.yaml <<YAML
publicUrl: http://127.0.0.1:8080 # in production https, reachable for WeChat Pay and payers
simulator: true # in production leave it out
store: { sqlite: gateway.db }
vault: { keys: [{ id: k1, key: file:secrets/vault.key }], indexKey: file:secrets/index.key }
signers: # who signs
  - id: provider
    mode: partner
    appid: $(given .apiv3.appid)
    mchid: $(given .apiv3.mchid)
    serialNo: $(given .apiv3.serialNo)
    privateKey: file:secrets/apiclient_key.pem
    apiV3Key: file:secrets/apiv3.key
    publicKeyId: $(given .apiv3.publicKeyId)
    publicKey: file:secrets/pub_key.pem
    baseUrl: $(given .baseUrl) # in production leave it out
tenants: # whose orders they are
  - id: teahouse
    name: 示例茶馆
    signers: [provider]
YAML
# #endregion

# #region serve
npx chadan check gateway.yaml
npx chadan keys create --config gateway.yaml --tenant teahouse --name till --scopes admin --out secrets/till.key
npx chadan serve --config gateway.yaml
# #endregion
