/** Published vectors of the dialect. All values are invented; the private halves of the keys do not exist here. */

export const merchantKeyPem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApnyDobmwVbOeQBCWETGE
1uIs2X+Ga7Pxw3RCwcz56Koj5wxJpaNqtxY5BXibm8aKQflBqwwhhDInUFyLtWa/
QJYJNbK9/LpkANjhitbDbHG7duhkWFf9rMmnMAw9RywQXD1A/01dMYK3OvDDhYxg
FGKkm06fxC/XYo1h+gPpyKOWSkRN2C/CX/GwhQBEGVXXS0RWlUOtJPy990M6F8H3
uMz8A6uuknSMbLKcs+o5PZoKCN4UFpv/xKZ8yhDqUF4dqMFCeUzcwmPxn6m5HeOz
sz+9wGuhoaAiHxDpcmpGssP7r0vuH5Ajn/RJRn4RKK0lDonJ/2vVtdwdaasXxINz
GQIDAQAB
-----END PUBLIC KEY-----
`

export const platformKeyPem = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAti+FIaZoZy5Qq9GU3Ad2
f4PW3bFCgQZZcTWdMgm7U0snGs0T0vo1vQ1CxOtIczDg9RXPHRG856aLrV0vReQD
8MB2tAO+KmGoK52uhubzdLrizCQ3qk6l764362tfSSIeyS9xt0peOx6XIVzSb28O
eQyM6VUxZYtFhzEdsz+KmxzdzIfDDUSxibQAg6uQRzEDAyDfgQapgaAbACQY515S
c/sSTgVO6aKsZsHPOJrAXAaD3CcclQUUEHS8kGekk2IccZOiIWZEkdLfr4ctUTH9
LmxHkNiuCLf+4+lsxC9Ty8+KcqkPsviZYU11/OFsii9ILTQzzmjCVteYEzHP0A6b
GwIDAQAB
-----END PUBLIC KEY-----
`

export const platformSerial = '3F6D1B8CA95E27047DC1E8F0B6A24935710DCE52'

/** Requests signed by the merchant key: V1 to V7. */
export const requests = [
  {
    name: 'V1',
    method: 'POST',
    target: '/v3/combine-transactions/jsapi',
    timestamp: '1773714030',
    nonce: 'K7Q2MZX9T4RW8YB1LC6PD3HS5VN0FGJA',
    body: '{"combine_appid":"wx7c1f0d2e9b8a4635","combine_mchid":"1688000101","combine_out_trade_no":"CT20260317A00042","scene_info":{"device_id":"POS-HZ-0017","payer_client_ip":"203.0.113.24"},"sub_orders":[{"mchid":"1688000102","out_trade_no":"SO20260317A00042_1","description":"示例茶馆-龙井礼盒","attach":"store=HZ02;line=1","amount":{"total_amount":12800,"currency":"CNY"},"goods_tag":"SPRING26","settle_info":{"profit_sharing":false}},{"mchid":"1688000103","out_trade_no":"SO20260317A00042_2","description":"示例书店-茶谱","attach":"store=HZ02;line=2","amount":{"total_amount":3550,"currency":"CNY"},"settle_info":{"profit_sharing":false}}],"combine_payer_info":{"openid":"oKq5Zt1mYd8Xw3Rb7Ls0Hc9Vf2Jp"},"time_expire":"2026-03-17T10:50:30+08:00","notify_url":"https://pay.example-mall.cn/wxpay/v3/combine"}',
    bytes: 896,
    sha256: 'b1325d1e8f2b0373ddbcad6f75d09a7cdc0349c89d1b98c1f296fc5859cbfd93',
    signature:
      'cK8rVVx9pDvl43gJ2UkgtIsOrvuqjIosDJVozI4+IsTducGnUagRe22OF3YQnDPgnEJjv1+B0VaENUQX02b7r8HJDf6ihjeQg3b4WcoGBS/KuxqkswGyFfz3WO2q/wlTSudU8OqxoQ6i4Caoyb2FqlbjnEV1O228fOb5Ukc6oq/On0efgUSM8EP4iXsr1la4rBIJCKC3JUJB0lh76M8g9a102XaXMcSWxXJGtjNzB3Ot0fYaxcgdiGbq9pK5onOWABTspYBIL6iJqZnd2B1Xr4PSspUq5ffxHUIAzzgDkRg8vxKo+p0d6Ew45YYKKGQupSHpl6Q3idyHVmtSyDRnHw==',
  },
  {
    name: 'V2',
    method: 'GET',
    target: '/v3/combine-transactions/out-trade-no/CT20260317A00042',
    timestamp: '1773714245',
    nonce: '8F1D3B7A5C904E62B8D7F0A1C3E5964B',
    body: '',
    bytes: 104,
    sha256: '4659b78dcd62a92c3f9a30f17eb09f739a77942e9824f5ffa4884388c0aa5afc',
    signature:
      'MCDv4MUcEDuPtpkVp4hLySbcQPkzHV/14qnPAWrEgLBWFdyeUZllZhpwe73sV8pRyRu4VFnK8HymmVGyXX3fgEdriD6Cby6U1O2o96zu+F4yvTi3X171DjyNwavUe5ceK+Z7g0sSRB6ngXv77UWBdsfNfk+NaTO3+IQcnJVn5WpvS1/wfAAD2csU3ghRQ4H8Pub/Wn29uC0L+LTBtVDXCCVyie5bIQCXMW1SxbT0JM5eBQ4nZmatxWRXQ258Ww4ege/4QEFJMu75utZlzsEc0eTwLZ7tCFIs5piNJCAcZW543bDVJIc5V+HuHJXKxGnqyFzF3mUONAQNNholvMw6yA==',
  },
  {
    name: 'V3',
    method: 'POST',
    target: '/v3/combine-transactions/out-trade-no/CT20260317A00044/close',
    timestamp: '1773715000',
    nonce: 'Zy4Xw2Vu0Ts8Rq6Po4Nm2Lk0Ji8Hg6Fe',
    body: '{"combine_appid":"wx7c1f0d2e9b8a4635","sub_orders":[{"mchid":"1688000102","out_trade_no":"SO20260317A00044_1"},{"mchid":"1688000103","out_trade_no":"SO20260317A00044_2"}]}',
    bytes: 282,
    sha256: 'eefe0c70b2c2a93f89e97c9ed1de406c4c4dc2a56ae0a5c27e23f3e2dd93e353',
    signature:
      'TQyrc4ipSqFQq3fD/gmnvrn6WP4l4qkuuYStnLPwrB6VWg0cl5gIZIHWFR4e805KmSiw0XcE3WgPI7Yffwe5R3GuUyEdH6Itx9zKCJP0yUGZ54WX7dHvHVVwJp77Y01UzVxhKS71R4zmtdQtrjnu0v7YtqI5HdSkUvVK/moa1Mh+Wr71yG2a7yXpATdflxUvDMoaok/bA/lQnVPSf176Nyk72VgGIbNESwj0Hvj/UcJjmSvStGDWh5CIqgGzCvEbImOQ1EDZGY3PwJCOqDOYJFcbuhFf+hWwfs9ja6zBLlTp4eA6T0J/Kdw5mtqJuP6PL3/cKaYu7d40JeKyW6dskw==',
  },
  {
    name: 'V4',
    method: 'GET',
    target: '/v3/bill/tradebill?bill_date=2026-03-17&bill_type=ALL&tar_type=GZIP',
    timestamp: '1773801000',
    nonce: '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
    body: '',
    bytes: 117,
    sha256: '94a412cd940b63a8ea15e0d3aa1f77a11a553d32350010ace6456ef329fa65a4',
    signature:
      'AZYPmUKWqvzJY+qzQRh9W3rK6G5ieAhOYJmj2nnARmttBc9n4Oyx20bA0SPq+wi7SkVxpNjcoyq37eJnGcJoztej8a7JNlNketXkvmAOwGb+Ze8AYNzOEErS/ZQl6Rgflogw55NfkcyvrbwYq5Dvl9ZkzamZC2MvpWn3C3gcKu3RHGKVYjkOjjUkA2d2aRSQhI1Qayn/LeZO8jES9wNx7NhtBlc/ClWwqyor8S4hC1lwrlBzFveV18Nv+V91wCfKlY5IZPDqlVjYrikCwBZqggrWgpBBBmaH54LaZpGZQlgxKroz3X8igSP1QpjNntCCGF5C8FCzRoB0NLwK1+lMyw==',
  },
  {
    name: 'V5',
    method: 'GET',
    target: '/v3/refund/domestic/refunds/RF20260318B00007_1_1?sub_mchid=1790000201',
    timestamp: '1773804600',
    nonce: 'Qp0Wo9Ei8Ru7Ty6Al5Sk4Dj3Fh2Gz1Xc',
    body: '',
    bytes: 119,
    sha256: '2d0cfe759e7df5a275784012562b417f58cbf0500642aad3d022f4be129a0b2b',
    signature:
      'FVcOF86rRaYi4eIEniwK+xl3kv+2TaGw2Qztfy13ct+iDW8YDGIR/hJUzue0oKw25FSJQhOguKKL+dbI95vCBhX6m/ZRu8o4yXXOTZtj3dEv6ZMAIuSfawlK7bj6AVJUrO1/y1zBv00rD4yRTBArfVczCHlJTBSBABm0V7NDnW4WcdIWhASRiW2CM4Iq7NPX0PNuAvRED6FEUNWCgS0tbrVam0fZOBLe2hfy4ywZZdFCYgiROhmUtidxOKQG+IULd8+F4l3uiF36xhIJBTiqADrcHVW8Y2KfoCDkdHsNRfXyvxYJ+yu6GBqZGKc1fU/Vj/5nvdOHqrTgs3CFLeSmvg==',
  },
  {
    name: 'V6',
    method: 'POST',
    target: '/v3/merchant/media/upload',
    timestamp: '1773804600',
    nonce: 'B6N5M4L3K2J1H0G9F8D7S6A5P4O3I2U1',
    body: '{"filename":"licence.png","sha256":"576c8c480c14654c0fe0202f0d567f0a29237aadab138ad09109e1805cf4671d"}',
    bytes: 178,
    sha256: 'caccf483b4acab45fc4d9dba1b4f37696c8cdc27d875102e2d93101793aa5185',
    signature:
      'W/joRzAsUgN6nUZXgHuq1TJyTCHL8wMeFRQ7blulv1z0Wy3c/5vsLjJVVEFnEFSSuNFkGsG66VnnvW9atUNOmo4EJlYFgoJvy2ym0sn+TZNEyoCtVpwkKaxzutY0yJOdk2YvfO8GeVkyBeT64sIe1jdKGd5LVFOAHqc0M5mSI8a/0kuZpr3hQkOFr44hlFf2fVLmqPfICamMBSh/rJkz7yYewh4yrAyhoiPGQ4N6FK1Hm2KK+INYx/rqcaC1W/87jdBuHp8R32JbHCBp8PbEO525LOAlJHfGXP9F/IunBIompbL4IVxRdZTfvbDsAkXIAJUHLnJFySsaqCfoNDXsgg==',
  },
  {
    name: 'V7',
    method: 'GET',
    target: '/v3/billdownload/file?token=Qx3mT8vK1zB6nW4pR9sL2cY7dH5gJ0fA&tartype=gzip',
    timestamp: '1773801000',
    nonce: 'T1R2E3W4Q5Y6U7I8O9P0A1S2D3F4G5H6',
    body: '',
    bytes: 123,
    sha256: '9ca11f17f64d761894ace0fd2ea8cada06cbca6c385a0a6c3bdd1e558b8ff960',
    signature:
      'jSZZGVbkzEHIFL0bNkC9C1YYBW7wlTlisd0tVz7WehU44BY3QdqonCP4+cxdg9Gq0Dcjf8C2kL9+JOOTi87WIkv0oiSAy2X+OPJ5ZmEF3OyGa6CNQ4lANnzlffjFRS3xgNQaqqaMtjj/Yseu8LOyVepvXRQgODigoR6OwvC0gsAoqv1ejExWZ3Oog/3pEmUP5zgAYxTxGSe9cUZTG+tpMB1najLLBZcec9lVjwoiMS0wmCd10Mb1KaTLJlo9gj0j7Mx4lGY5kQMgq3FmfbJsXEhmiPk6jRJOB74W22Sw6BTXBQiFKqJfq96mtSx1lu1KTDXx/lZoykRoEOCC7Dbgug==',
  },
]

/** Answers and a notification signed by the platform key: R1, R2, H1. */
export const responses = [
  {
    name: 'R1',
    timestamp: '1773714031',
    nonce: 'c41d8e0f27b96a3510dfe28b7a6c9d34',
    body: '{"prepay_id":"wx17102030418e5b7c2a90d46f13e8b70000"}',
    bytes: 97,
    sha256: 'e4097cce0a0de39679692de6dde08ac7903779259217f4200f5c69ab55b9c95d',
    signature:
      'N2LWdNXAfYmjheDoZGAEwkeKyLsirpFrUehX7m8VqpsLncXFehVsqGA7Tw9inMQcu8smsFyDyiCLyHet1+1jB942oYq2SKY3tScTNWw9LewlnPDjLQRpy1tgUfx+4GzieUEenGacu3+oNEPxNi5mSOMbZtGKwVRORVs3f2RL5K+3gNssoYR6K4gKbek7ABKeRMMsTGDNOw8fRIbJWR3yKxYGZc29tM9L/ZmoiuqWkCeb+ME/x+iANPl+oCOGzzPRoex4YKulujP74nvvRXCsE9ZCJ5TOQKGEkjIx4Td9d3TRmY3SRYo95HHz+00Kjg8U0ESu0qSXv6H8FsT3k8YrUQ==',
  },
  {
    name: 'R2',
    timestamp: '1773715001',
    nonce: '7e0c9b5a3d18f264c0b7d95e2a41f836',
    body: '',
    bytes: 45,
    sha256: '2b2ea3edc0cdd06e813bec355ab8e036103245657a0cbcc8896746fb42f042a9',
    signature:
      'jzzyahvi7G6Lqv0omfTt5shSDLCYpEvsbNtpHjjzM4Kz4gj3blw9PktqSUJwTV4dFW4sMULkMjyj4JXUa5EcFv4+3OazQSe+gTC3gknj/qMl6UPTQr75tXqzr0QW6z8KL6AaTRyplfRo/hfVHj7XTH1luuwz+KTYV/um+2qPmd04yuI5yHPohKos5u+GrLELM5bOWQadlb5IVeuSckkX5a8MEb+gh3dVOGBVczmw/cxNmOPvpsn0pUdWB6mv4LV9jl7+twG8jBIvQQqxmN3rmCjpYGiLnH+8dtVOUQ408f220Xl0E7AK1J/vH3XT6W9HCyetLIgdp5L4mmKI87fteQ==',
  },
  {
    name: 'H1',
    timestamp: '1773714133',
    nonce: 'e3a5c7091b2d4f6883a6c9ecdf012345',
    body: '{"id":"7c2b9e54-1f0a-5d36-8b4e-6a90d3f1c825","create_time":"2026-03-17T10:22:12+08:00","resource_type":"encrypt-resource","event_type":"TRANSACTION.SUCCESS","summary":"支付成功","resource":{"original_type":"transaction","algorithm":"AEAD_AES_256_GCM","ciphertext":"T7797QXTAcKzvfjvZlIYXDi/n4PNYu8y4HErDdTHaNGG9bA5/LDKnP9PsNAv8XZ0idN09Tj65cWi9GEHe4gp4skgUDaskeCdSKwxSxO3Hmrgcoq1zGzP5HclxiXpf0MyAu3YfBCLC4GBQqnZ4UhoDDc5Jc39lrb+pDC3MYUNd92S3tKoK8ZDIU0NDLcDOSqRDlf9H+2eqx4YvmeEzGjDhe3dJukVoDztWPuICdDimb2DqboJl2Dk5RPrgVSuKxN569m90N0kde7J0+L6eBg0GvVwl35CqHvZ9FKN5Ey/KFFqJYmUwH/nLN5h+Im+XfHzOAwoDCIaP6bPyvIEt1sBK5gIwnOUFV6MKmo9Ud3OzqgjZETrP995kdBGQXsWrFHY00dKxz4l9lf1FNOB+BTll0BTehYpcPguGLeAV0/AALgHp9B17xOuJiswbWXhhKRyvCFGxyfXiXOH9RPyEfVz4uR+R8/TlaPLHew826U8BeCEYDkWNpxkLHrN404jZ+Z0P5LVQGTO205h5sy3xrdgd8cxL+OilHlxqVhrdS1cxcjR7EV6ddGvF1GZxcdhjuXTAoV2r1YMxJ8MzFlx8mrX5iTu9pWI9n3IhEYfDFxVp+6++kRRRaPXiv6U1UWX4TQFGzrU9OByZ6XiEEpJIUdEwbA5taOBjarhsnqhLu0iKKad6OqiHtRDGJAkw1JHQQ478u08mt+kHwyGrKwQjn24TM9mGj4moNeaUy5bcw0AqRaBqBdNb+pUVxXw70c5dhlYujaU2SxXsjy940i1I0PZTx152D2RRtoI4lsLYHJL+k8TCM2BoJa5iI+0XHKlBvVp7yx0c0AKu1Z5T2if5spwDz5W4S06d1+DIJiyScdzcbBxBL74up16rnLVKFUy2kzt7Tubzg44hn3+XFSJiVoEyX3B/UxstqTvHK+PE9acOCb0FJZDx7QA09JcbUlUkZ6HU7OOgLMw5w4lgH0yXEiY6AuOdJZ68LDHlXBWZj674xzZjl9iCgVqeupLhGy4igmHwBRnVaJ0oeGfFM+TrCSU7xlOVC13P0dV2wSdHcXv1kIAKMFg13F9A73ocrughYZhkQtRu/su9H8si2C5csyLqPalP7I6QRuNvRy5ao9WH5hEu6hDaxCCC8XGx/dGW87G/CZijQ1LwHugvIJda8gXAaXuZvdBTwTcYveUJxJv7bZuvBLJY8gyHmIkyGJUTNIAxKUvq0r3SAcYCImbPvXqhKez7l+WeUuaurvIR6nuvyf/o0+NZTFmFF8MG8fQkmw5C60si+QFK7vYa3ntmYsbdgoIztdDbAjzFZLHRFeprbeLi7O11cN+lCrF7XjdsuWuzKum7Hy3T0R+CoHcEMWwUyljAaS0bWOe21enDnGwRrQMyHtEp9Q/3hj2WtO+CYZuNXXBAkrFyMnEYuMyuH+JvUodYrsQpE1EOc2F/9mInztCvxhkt0WunfYIWXO6S9ejt/qN+A24P+beRBH+N7bWqTE0cGRdWHb19g5mc3xM+BKE+fQb1A1YSJHyk9PNekXv99W5v1YJZUsP7sMJvyn8GCjENMTFaDOL8khZumNL6SIQkDHTwCnxNTP/YKTYlQeyp5102boOfbfw89Exa1humlnZJMAQj4kn2HPnn+6hxCF26dfx0sWHiDsmpZuvZf2HKAiknrFdW5Mo+7/bvrhLniXYiL4o9dXtrn0=","associated_data":"transaction","nonce":"fN3kWz8QxT1b"}}',
    bytes: 2072,
    sha256: 'fb6e437c1f8d75a2c3e5d978406355aaec505975dd4e3b6b16e3aa8efcaeaf0d',
    signature:
      'PpSWeLuSo1ComMzzg+vKkMZqC1Z1PBg8l6xoiGw2jJGm92RGFoqHBhwBS4fN2niNuxiQSeaPHzhDeUrNUQSpMQHHDfIygk5N6hGK9+UmJZ6rJwBpr+XZ/cVZvDIhd47bW23+xBMYzGH7VyqjKT7N/PZimcc3DAN0CnTJs0OD/S6H9LFWpAaa+/QvNmYTQJy8rfX2kXxJn65u9G0H/opE4hxcrPtYBUA1Zr4ZLojpnE3UWql7wqswhjpDhEQqKkx5TSJagKW0wkOfzodPztQk5P+vkV7ymM+bDz+lt4cnY7l4AYYn5ZR398nJRKsrEwnUU8X6nVWXXi/V1gxJfgQisw==',
  },
]

/** Invocations signed by the merchant key: P1 for JSAPI, P2 for apps. */
export const invocations = [
  {
    name: 'P1',
    prepay: 'prepay_id=wx17102030418e5b7c2a90d46f13e8b70000',
    bytes: 110,
    sha256: 'd2a814c0dd3ee44fa141a29222b1786240255dd83c077c03c833d04de95c9b27',
    signature:
      'hHCL9Wkq0FzOxFdKeV4CxtZGzsSt1x+YHUnOiYOaZckRrdiaEldl40tgltvp3i9D48w4J8CPzR7oKqFJ+pXMxwEOwsmNKSDD7yHCAcAu7+/7goBefM1sx/jNDXtN2jY4EEetUDJTOFwz7xlu0FkKtXU4qKxmPWVXvxuMYu+Gt8MpVWWbhrUTyGZMLoeGndUhc9B65pN97s+swcNE+Dw60/GT7bLvCPzVr1QZcNkDQNhDYnVCqLY4o8u2VEVJSG+DfHlsoiXb9QENih9IOqurOWhRl/qzbNmzMwFXxLpNeLz11rkEsrFc21p/ibEl6iJ5xvXEXtXCYNNhlwvGNgCHkQ==',
  },
  {
    name: 'P2',
    prepay: 'wx17102030418e5b7c2a90d46f13e8b70000',
    bytes: 100,
    sha256: '62be37db3f799dece921343337b734e28d2fde3908a7815d70511f8412d0a24e',
    signature:
      'YX5CjJStS1oYqYHs170/CBdd+K/G+dn87SWjGvu3El/v+D47Kr4jtjPGBYFF64zof65yAaMKjz30/2GvHLQBAlNZyTPcQx1MA0LXQRuGGwZ6E3tIrXIORFFkRBdgv4JMGSUFQMdvohUbsk4lTHbSsiD52ijFmiOWIoml5rbKriD27YTnNNnMemxVsGpAso5pywYZ93ktvwdhyQ3XsmDuaE7PRpcqYAilqlr1JlMoY2v9Okqy4kI0a4Bd6g00Vv/pSKNueZIvn3CwkGBwMLiSkw/bQkNXPk+bCXHKDzUhXzkWDnFehGQWBQnw4LfBNRzNP2Oy29zyELIbNj2SI4hwEA==',
  },
]

/** Encrypted resources with what they open to. */
export const resources = [
  {
    name: 'G1',
    key: 'sim7Qm2Kx9Tz4Rw8Yb1Lc6Pd3Hs5Vn0F',
    nonce: 'aB3dE6gH9jK2',
    associatedData: 'certificate',
    ciphertext: 'ieWHxxjbHBpaJXY7pUSrRo558qvyKczlwzBT',
    plain: '{"k":"值"}',
  },
  {
    name: 'G2',
    key: 'sim7Qm2Kx9Tz4Rw8Yb1Lc6Pd3Hs5Vn0F',
    nonce: 'Lm4No5Pq6Rs7',
    associatedData: '',
    ciphertext: 'L4IvKeQ0iV7z+wa619apIRoUbp9UFGluy2n5',
    plain: '{"k":"值"}',
  },
  {
    name: 'PayScore, short',
    key: 'Kq7Zr2Lw9Xc4Vb6Nm1Tp8Ys3Hd5Jf0Ga',
    nonce: 'a1B2c3D4e5F6',
    associatedData: 'payscore',
    ciphertext:
      '1OCyDQAPOi8WMJHWlrHyJlJJNHUCKT9ba7342zYo9qdU+g29wMjlzbSIzz0tZ641+DeX/cZYMoOHnF/tPMxinbVcYa8=',
    plain: '{"state":"DOING","state_description":"USER_CONFIRM"}',
  },
  {
    name: 'PayScore USER_CONFIRM',
    key: 'Kq7Zr2Lw9Xc4Vb6Nm1Tp8Ys3Hd5Jf0Ga',
    nonce: 'p4Xc9TzQ1bWm',
    associatedData: 'payscore',
    ciphertext:
      'jbEn6RgRsLrFCJqaiMxQDF7OfXuzpbc/ZswODfrJPWgui2ckvgqbKe9REdZfhx+uYo1qEFtI538f2Ms01qpx5rgwXyM2hENpVaveZmhkCTGl1D801DDVPnz+kn//Un6PfImA7F1BfevPdhAjjuyo3sImu8Zf4YBd///RZDB3W0UN+IckmuEfj3K2W5V8qoXweGjbuFEfLy4IGsK8LbHLE7j5fSlWawXRJdUbgYAKtEJFAuZ4zZ/fQk86svvv8uwboUdHeceJQztGMS+VrdAn4U5qkouY+Vrok50VB/quhMRYRqa/sGBUt5MudiDXUuYJ5mywFsO6Nu76uk5kT9Rghg7dJoQC66Ld/Y1mEjaDk1Wnp6N2T8KUHDqJJUpXxHbMQFY/iyUz9mLgeB1qev33Za0i7BkBa9X0P+r+gSNHt2EkHd2nHtLi1sddm8ZynL+G8QiZQ0zcVoBnHREf/pKYlhBrmd0xYbxVhx7hscDPM1+pUgf0c5DtzxfOYiHCRAqryF8TUkKBgVKbKDi9FmJHB5802KTxIpLaNmo9gqd8OaGSb7hmVFCW3LgEkwHLTeO8gadlELG72py84XSi/4AY8sKz8+khFVK7Frvip0sOgY+tGOSlBvsgM9l5MTeyOqj5KQ46yZaaEHyD4BREjWBAG5w2HILyccjnKkhoWLhTfGMxDgqKGZJMwq/brCgmJpN2r5TUTz5uePXdlk7AVG+8pHJb++cXPgq+/KCc8v/C7alDTu+S3wT0buT8wLwJEt5Ms2N1kYeR3EUS3MwEZBXl53ysw25d87n7YKMLyJzuC21/a9xjjgKIDU+tHD6HmMJDxVU94/osMiejXgmfTe7sWembY2w44I9SVWaVpJmKGxvLtutC7O6AU+nkL8WQxxAoQ9kp5XW8/EsQezjUnj7oE1KuA5wLIGPo4RmoHjTikIubwaWPWarPMsBfvna6tHc0dwDFBhOer0FhATs/FqI1',
    plain:
      '{"service_id":"00004000000000174209551136824512","appid":"wx0f3a9c51d7e2b846","mchid":"1612345678","sub_appid":"wx5be2704d91ac386f","sub_mchid":"1698765432","out_order_no":"PB20260318A7K2-0001","sub_openid":"oQ4vA6nT1kZ8yRw3LmXe7uBc2DfG","state":"DOING","state_description":"USER_CONFIRM","service_introduction":"City power bank","post_payments":[{"name":"Rental fee","amount":0,"description":"HK$6 per 30 minutes","count":1}],"risk_fund":{"name":"DEPOSIT","amount":30000,"description":"Power bank deposit"},"time_range":{"start_time":"2026-03-18T10:05:00+08:00","start_time_remark":"Unlock time"},"location":{"start_location":"Central Pier 7 kiosk"},"attach":"kiosk%3D018","order_id":"1000006026031810051100042317760"}',
  },
  {
    name: 'PayScore USER_PAID',
    key: 'Kq7Zr2Lw9Xc4Vb6Nm1Tp8Ys3Hd5Jf0Ga',
    nonce: 'Ru7Lk2Vd8NsE',
    associatedData: 'payscore',
    ciphertext:
      'QaNl/Jsw38PsPUFB4znHCYIqIPU5BVzWn1YYo8VlG71vzL49ec3fhA91ntoQF0xwVVDzTtUDMbNrHxunS2V228G1HtFx6x50IhU+kzui2Oos5AVfMId9DoYvKjaLBzFbZ420GaneUCkV/4GGIAcld5n/xlP+kl8cC++Ri8NSh7vNd+3Y6GnA7+Unxtwxn3+7EyA/miO0etx8pew9gA25J8BfBrc2nTBq8qg+XBRSCeyxv+WEvTK4R7cggpgzK/z2Wkf9kmszGDPBXK4/Wr0WwKWe+fKvSVqdJPRY8v0rNqIMz2galdevOpKyJ5zySlJsoxfxWMIvwBZVtwPVHOM9msm2a0FeXN/8kcLl2Og8YoxiEqV+JGvx6j2362jgbKadyICfi0dWgQR7oVT5w4RlfzoFfKdBdHtqVMmi6YVM9mGi0FuNQTHidWupRGtXygnya3XLs00Ej6qMGbJkyLMFPpE1Rf5kHggoYV7yLNBCpXA050igmPh13Ztc4wFwOj7ObfCnhzn9gIbG8PQ1hbFdzUg0h+msI8TZoTJVNIurtxNm8TgbVsanFUV53Wa1GmZe2QsILOKQ7XemmzP1VYdKrVrkE83HoQ40hE3dhcfCCm9A7AQyqU5mVcgjTT3rRVtia37fKPX7iVO6YCXGst9+VWw5L3zJN8ii6zTWip+5QigX08GxiufW+cdVta4bBXT/hCzFKljaKUvDt3B6Det/CPqQUHEaEtl1Uc9JgOi4jMYbVAAKXzFZJ9LW10QaMsxh7xt2cG2oCxl4fagf18O4Ww9zNQ6CsB5cGtjvLjx3/MJDSVOOKH8KRso3CwTly67/n+APsloj6ydaiD3F/zmGtpa+sftBYQG00ITDAyhU2vTclW81QVsiXqc32tN08Hpa5fkDrkFqDBwIreCdSx0PaQ7WkpI42zMfyNqJ9Z8c9OtYniXnCcAnyiSrcOfW8ASy2/xSlravMwI970nJGDF33dj4aq1aTXnoQhlC0roxMtNyj2t3EQzLufXwdApO4VgGi8GLDGKyqkZFKxZaXWghLeL17jqjtqyeOkjYiulrY6x6xQlEYQDaiiPOcHFgMGKbNwRDgS9ZgJ3idqBzbpxNGQrtY2CR3jfThKMEWLBA9LEfGkPoXaLZr8Le40PpGbfGu3ImVGX1Pg2ml6UJ4mUcOeKOyl7NH9LDY8SQyfPNe8ITPBAwuNjybfm+xSVUwN2xOQCtU2scBUiS7BNks2vecQUSIfLKCKEYSjBTy9ML4e4U0aWQVs9EGUC3FZnYYfStXbGV/89ieoSS+FtEgPLTwfcHtDI2aH599eizwqW6NXp4lFprSzE12xtUNEX+H1bmrF6vE/MaIBRf+t1TcYBzr4uj9QjNtwCxOj1zCZTovGEQwiClZ9ePpIvq+LKL6RJmdbDrffYtsrYw5YtAyMcCPIxOl7/KqHeI4ORbBthhFXNuWnFU3bbYMWcJCSCwxbQBCNViMeuq8aR826RNmsfRK/gXvyZu0QqlRH7puCTDDAgWavcV9EYR/lG0kQNAJArZ+HfFvpYakt2Ia+NtQ94Vk5hfa3sfk9Of2e/6JZTzxy1sqmX0W9rCqJbVuCXEMaXWwLSjS4ss4e73a2m1v98CoL35VlkcPoEtAJVBLlFtYxga0Ny1hnFzBqV36paNjfc1XrUpqlHTpGnhC9L/Mi4sJQlLYSmVkb8ShgTcJShF0dLL5DgTooGAMF27pO+rvu8qe02YMFPzf9IMyHyE6E6Q3t5LfrQ4cLfCeBePcSMBp8AM/2o9WcCB3m+XAY47ZlyCqifcVhwo2KMFreYzkI+wB5tWmFLN8yA05fPpdkUhzcsgLi+tW8uGhTBR6l1X/2+3CW4RYcPJLSo7kQftRgNb836sAA==',
    plain:
      '{"service_id":"00004000000000174209551136824512","appid":"wx0f3a9c51d7e2b846","mchid":"1612345678","sub_appid":"wx5be2704d91ac386f","sub_mchid":"1698765432","out_order_no":"PB20260318A7K2-0001","sub_openid":"oQ4vA6nT1kZ8yRw3LmXe7uBc2DfG","state":"DONE","service_introduction":"City power bank","post_payments":[{"name":"Rental fee","amount":4200,"description":"HK$6 per 30 minutes","count":7}],"risk_fund":{"name":"DEPOSIT","amount":30000,"description":"Power bank deposit"},"time_range":{"start_time":"2026-03-18T10:05:00+08:00","end_time":"2026-03-18T13:32:10+08:00","start_time_remark":"Unlock time","end_time_remark":"Return time"},"location":{"start_location":"Central Pier 7 kiosk","end_location":"Sheung Wan MTR kiosk"},"attach":"kiosk%3D018","order_id":"1000006026031810051100042317760","total_amount":4000,"post_discounts":[{"name":"First ride","description":"First rental only","amount":200}],"need_collection":true,"collection":{"state":"USER_PAID","total_amount":4000,"paying_amount":0,"paid_amount":4000,"details":[{"seq":1,"amount":4000,"paid_type":"NEWTON","paid_time":"2026-03-18T13:32:47+08:00","transaction_id":"4200002631202603187150492836","promotion_detail":[{"coupon_id":"30120000458","name":"Spring ride coupon","scope":"GLOBAL","type":"CASH","amount":300,"stock_id":"18504521","wechatpay_contribute":300,"merchant_contribute":0,"other_contribute":0,"currency":"HKD"}]}]}}',
  },
  {
    name: 'medical insurance',
    key: 'Zx7mQ2vT9kLc4RfW8yHs1BnP6dJg3UaE',
    nonce: 'qW8rT2yU6iOp',
    associatedData: 'medins',
    ciphertext:
      '6ZUJu6PKd6W+gTAIblQOVdrsmGzRGgEyjzlKGqXzs9sIBriur7ijdxhUWWTNYgbzYynTOBnuJVpHgeFFBg88CRrFYHsyFtQS1zXYUmTUg/Paci55dQHIIjbg81YKMxUFkGt8ZDRENm1HMM64Lco21rQFm1xUpl/+AjcsDMWosJA46MCFm7/apnQxutfr06gXGK3+HBwpF3vycDMG3UBswwlo1GinqAscy28QqlKRY46nvvv3R2v/J8Rxv8A3xGIhLgQBul96NHvXcekntM2HskkjcnIMao6s1xcrPI1GtkVw5TBppFljqtMc29XR4DRB2tky4qrAfW86m5PkgkJoUhcZOl/wM60xM3ABGXNLSzyhYX82g9DNJm3egfNVdMTlYRAKmLKHaWkYHjY49gZyJxRMG9QQAgHf+8TSdAMjHGYnus2vkbY6hKK+3o9iR217bgv7QqlebUkmdtIPUmS49TG4nP7et5P4xlI8MTLuqGxhLORylLlqT1MNKfv9',
    plain:
      '{"mix_trade_no":"202603141016023381457720914406","mix_pay_status":"MIX_PAY_SUCCESS","mix_pay_type":"CASH_AND_INSURANCE","appid":"wx5a1b2c3d4e5f6071","sub_mchid":"1680005678","out_trade_no":"HZ20260314D0001728","city_id":"330100","med_inst_name":"滨江示范医院","med_inst_no":"H33010000917","callback_url":"https://pay.example-hospital.cn/wxpay/med-ins/notify"}',
  },
]

/** A certificate whose serial begins with zeros. Its private key was thrown away. */
export const certificatePem = `-----BEGIN CERTIFICATE-----
MIIDHjCCAgagAwIBAgITDD4Q0ntPZois0BNOm38hxdgONjANBgkqhkiG9w0BAQsF
ADAfMR0wGwYDVQQDDBRDaGFkYW4gVGVzdCBQbGF0Zm9ybTAeFw0yNjExMjIwNTQx
NDRaFw0zMTExMjEwNTQxNDRaMB8xHTAbBgNVBAMMFENoYWRhbiBUZXN0IFBsYXRm
b3JtMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4q3/RsjlnoMqBTWO
J5rRcaMxQIDjV4/URmYKxU9DTgXMEfQwbXSElaqifcqt0gUdGvl1BwqjGI/H0JyR
8I2+AoAjqO4jNReDz/eO/ASkoW/g8/Gg6IJ3PiNLml4RLvaN8mvKj+DA+on/tdML
Mz2OcT1kPNc4X9zQAWp834Zkt/RkxVHgQbdHj2mzQtfgZPJgkwJMI/x4HxMcy+e+
XHiX4dRVlfFU/BaMC02qFt93MU6Nv7kLoCl7Gi5o5fC+Mw/mj8Zd1+L1S+aaD2SV
n3Qvn6rpZw+YMvASbU1wSMT1CnwEnw6RzFCxquY+UcccBjp5O8wS74id2n7lkQHC
fEFYMwIDAQABo1MwUTAdBgNVHQ4EFgQUMYi9QrOjcBNsFYtk6c//vd8SSWwwHwYD
VR0jBBgwFoAUMYi9QrOjcBNsFYtk6c//vd8SSWwwDwYDVR0TAQH/BAUwAwEB/zAN
BgkqhkiG9w0BAQsFAAOCAQEANvr89FpAt/h8RzBmgueEAqB8JWJHumoVrg4yhhkb
SDTZue3fJ4hZZMJROHtMZ9TP86n63GT1GD11xQUL9abJiYbyKN9DRSaMfxfLBGN7
iokuKC0tGFSaZqp2uUcWjqjoSqKvHYLtdZZ+gLyDiLMOTA3gwvSFT+Ak8AnhQjHX
zTjePovthJM8Cy6E+mBmPnRoOvLXXm+aSMJgunqDhEZXlw7ZRlkSwhtx8j/Mvb9A
RXmANxblaEctAxrZ5BuLaMOhg4AGJfvhBlCwtebwkjosL7j5VT5rP9tkOyJFQ/h+
ore4H34BTe5igs3IV3Ia59fsYm1B82ep0RFZXp4znSooWA==
-----END CERTIFICATE-----
`

export const certificateSerial = '000C3E10D27B4F6688ACD0134E9B7F21C5D80E36'
