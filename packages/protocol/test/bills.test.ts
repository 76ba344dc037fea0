import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../src/check.ts'
import type { OperationShape } from '../src/operation.ts'
import { operations } from '../src/operations.ts'
import { declaredPaths, pathsIn } from './paths.ts'

const { trade, fundFlow, subMerchantFundFlow, ecommerceFundFlow, download } = operations.bills

const refused = (operation: OperationShape, query: object, mode: 'direct' | 'partner' = 'direct') =>
  check(operation.query ?? {}, operation.rules ?? [], query, { mode }).map((one) => `${one.at} ${one.rule}`)

test('a trade bill takes a day, and a sub-merchant only from a partner', () => {
  assert.deepEqual(refused(trade, { bill_date: '2026-03-17' }), [])
  assert.deepEqual(refused(trade, { bill_date: '2026-02-29' }), ['/bill_date day'])
  assert.deepEqual(
    refused(trade, { bill_date: '2026-03-17', bill_type: 'SUC_SPECIAL', tar_type: 'GZIP' }),
    [],
  )
  assert.deepEqual(refused(trade, { bill_date: '2026-03-17', tar_type: 'ZIP' }), ['/tar_type choice'])
  const partner = { bill_date: '2026-03-17', sub_mchid: '1790000201' }
  assert.deepEqual(refused(trade, partner, 'partner'), [])
  assert.deepEqual(refused(trade, partner), ['/sub_mchid refuses'])
  assert.deepEqual(refused(trade, { ...partner, sub_mchid: '1234567' }, 'partner'), ['/sub_mchid length'])
})

test('fund-flow bills differ in what they require', () => {
  assert.deepEqual(refused(fundFlow, { bill_date: '2026-03-17' }), [])
  assert.deepEqual(refused(subMerchantFundFlow, { bill_date: '2026-03-17' }), [
    '/sub_mchid required',
    '/account_type required',
    '/algorithm required',
  ])
  const platform = { bill_date: '2026-03-17', account_type: 'BASIC', algorithm: 'AEAD_AES_256_GCM' }
  assert.deepEqual(refused(ecommerceFundFlow, platform), ['/account_type choice'])
  assert.deepEqual(refused(ecommerceFundFlow, { ...platform, account_type: 'ALL', algorithm: 'SM4_GCM' }), [])
})

test('a plain application answers one file, an encrypted one a list of them', () => {
  const plain = {
    hash_type: 'SHA1',
    hash_value: '7e1e458c287ac80bf5b81450dbbee191efc4f48a',
    download_url:
      'https://api.mch.weixin.qq.com/v3/billdownload/file?token=Qx3mT8vK1zB6nW4pR9sL2cY7dH5gJ0fA&tartype=gzip',
  }
  assert.deepEqual(declaredPaths(trade.result.fields), pathsIn(plain))
  assert.deepEqual(declaredPaths(fundFlow.result.fields), pathsIn(plain))
  const encrypted = {
    download_bill_count: 1,
    download_bill_list: [{ bill_sequence: 1, ...plain, encrypt_key: 'a2V5', nonce: '0123456789abcdef' }],
  }
  for (const operation of [subMerchantFundFlow, ecommerceFundFlow])
    assert.deepEqual(declaredPaths(operation.result.fields), pathsIn(encrypted))
})

test('the download address of an application is a call of the download', () => {
  const address = new URL(
    'https://api.mch.weixin.qq.com/v3/billdownload/file?token=Qx3mT8vK1zB6&tartype=gzip',
  )
  assert.equal(download.route, `GET ${address.pathname}`)
  assert.deepEqual(refused(download, Object.fromEntries(address.searchParams)), [])
})
