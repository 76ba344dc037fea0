"""Asks for a combined order with Python and cryptography: query.py wechat.json CT20260317A"""
import json
import secrets
import sys
import time
import urllib.request
from base64 import b64decode, b64encode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

given, number = json.load(open(sys.argv[1])), sys.argv[2]
own = given["apiv3"]

# #region query
path = f"/v3/combine-transactions/out-trade-no/{number}"
stamp, nonce = str(int(time.time())), secrets.token_hex(16)
key = serialization.load_pem_private_key(own["privateKey"].encode(), None)
text = f"GET\n{path}\n{stamp}\n{nonce}\n\n".encode()
signature = b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()
request = urllib.request.Request(given["baseUrl"] + path, headers={
    "Accept": "application/json",
    "User-Agent": "shop/1.0",
    "Wechatpay-Serial": own["publicKeyId"],  # which key the answer is to be signed with
    "Authorization": f'WECHATPAY2-SHA256-RSA2048 mchid="{own["mchid"]}",serial_no="{own["serialNo"]}",'
    f'nonce_str="{nonce}",timestamp="{stamp}",signature="{signature}"',
})
with urllib.request.urlopen(request) as answer:
    body, headers = answer.read(), answer.headers
signed = f'{headers["Wechatpay-Timestamp"]}\n{headers["Wechatpay-Nonce"]}\n'.encode() + body + b"\n"
platform = serialization.load_pem_public_key(own["publicKey"].encode())
platform.verify(b64decode(headers["Wechatpay-Signature"]), signed, padding.PKCS1v15(), hashes.SHA256())
# #endregion
print(body.decode())
