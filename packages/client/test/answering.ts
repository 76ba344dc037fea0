/** Answers that a test words itself, signed as the simulated platform signs. */
import assert from 'node:assert/strict'
import { apiv3 } from '@chadan/protocol'
import type { Bench } from './bench.ts'

/** Signs any body under the platform's public key, or under the certificate of `serial`. */
export function signedAnswer(
  { sim }: Bench,
  body: string,
  { status = 200, serial, nonce = 'n' }: { status?: number; serial?: string; nonce?: string } = {},
): Response {
  return new Response(status === 204 ? null : body, {
    status,
    headers: signedHeaders(sim, body, serial, nonce),
  })
}

/** The headers under which these bytes verify now. */
export function signedHeaders(
  sim: Bench['sim'],
  body: string,
  serial?: string,
  nonce = 'n',
): Record<string, string> {
  const merchant = sim.world.merchants.get(sim.credentials.apiv3.mchid)
  assert.ok(merchant)
  const key = sim.world.signingKey(merchant, serial ?? sim.credentials.apiv3.publicKeyId)
  const timestamp = String(Math.floor(sim.clock.now() / 1000))
  const text = apiv3.responseText({ timestamp, nonce, body })
  return {
    ...apiv3.writeSignedHeaders({
      timestamp,
      nonce,
      serial: key.serial,
      signature: apiv3.signText(text, key.privateKey),
    }),
    'request-id': '08F78BB5AF0610D302-0',
  }
}
