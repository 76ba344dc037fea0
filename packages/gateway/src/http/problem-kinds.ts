/** Every problem the API answers: what it means and what to do about it. */

/** One kind of problem. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
  readonly meaning: string
  /** What the caller does about it. */
  readonly action: string
}

const unknown = (what: string, action: string): ProblemKind => ({
  status: 404,
  title: `There is no such ${what}`,
  meaning: `No ${what} of this id belongs to this tenant.`,
  action,
})

const look = 'Read the order again and decide on what it says now.'

/** All problems by code; `/problems/<code>` is their type. */
export const problemKinds = {
  invalid_request: {
    status: 400,
    title: 'The request is not what it should be',
    meaning: 'Path, query, headers or body do not meet their schema. `problems` lists all of them at once.',
    action: 'Correct every one of `problems`; nothing was done.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is no JSON that can be read',
    meaning:
      'The body is not UTF-8, not JSON, nested too deeply, or has member names that are not allowed (`__proto__`).',
    action: 'Send one JSON object in UTF-8.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid API key',
    meaning: 'The key is missing, unknown, expired or revoked.',
    action: 'Send `Authorization: Bearer ck_…` with a valid key.',
  },
  forbidden: {
    status: 403,
    title: 'This key may not do that',
    meaning: 'The key lacks the scope of this route, or the route is for operators of all tenants.',
    action: 'Use a key that has the scope.',
  },
  tenant_required: {
    status: 400,
    title: 'Which tenant?',
    meaning: 'A key of all tenants must name the tenant it acts for.',
    action: 'Send the header `Chadan-Tenant`.',
  },
  unknown_tenant: {
    status: 404,
    title: 'There is no such tenant',
    meaning: '`Chadan-Tenant` names no tenant this key may act for.',
    action: 'Send the id of a configured tenant; keys of one tenant may leave the header out.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing here',
    meaning: 'No route has this address.',
    action: 'See `/reference` for all routes.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Not with this method',
    meaning: 'The address exists, but not for this method. `Allow` lists those that do.',
    action: 'Use a method of `Allow`.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body must be JSON',
    meaning: 'The content type is not `application/json` in UTF-8, or the body is compressed.',
    action: 'Send `Content-Type: application/json`.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    meaning: 'The body has more bytes than this route takes.',
    action: 'Send less.',
  },
  too_many_requests: {
    status: 429,
    title: 'Too many requests',
    meaning: 'This key has used up its rate.',
    action: 'Wait as `Retry-After` says.',
  },
  timed_out: {
    status: 503,
    title: 'It took too long',
    meaning: 'The request was given up waiting for; what it asked for may still have been done.',
    action: 'Repeat it with the same reference and `Idempotency-Key`, or read the order.',
  },
  unavailable: {
    status: 503,
    title: 'Not able to do that now',
    meaning: 'The store cannot commit, or this process is stopping.',
    action: 'Repeat it as `Retry-After` says.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong here',
    meaning: 'A defect. What happened stands in the log under `request_id`.',
    action: 'Report the `request_id`. Read the order before repeating anything.',
  },
  unknown_order: unknown('order', 'Check the id; the reference finds orders too.'),
  unknown_refund: unknown('refund', "See the order's `refunds` for their numbers."),
  unknown_attempt: unknown('attempt', "See the order's `attempts` for their numbers."),
  unknown_mark: unknown('mark', "See the order's `marks` for their keys."),
  unknown_fact: unknown('fact', "See the order's facts for their fingerprints."),
  unknown_event: unknown('event', 'List the events.'),
  unknown_endpoint: unknown('webhook endpoint', 'List the endpoints.'),
  unknown_delivery: unknown('delivery', 'List the deliveries.'),
  unknown_approval: unknown('approval', 'List the approvals.'),
  unknown_key: unknown('API key', 'List the keys.'),
  unknown_suspense: unknown('suspended message', 'List what is in suspense.'),
  unknown_signer: {
    status: 422,
    title: 'There is no such signer',
    meaning: 'The tenant has no signer of this id.',
    action: 'Name one of the signers of the tenant.',
  },
  unknown_act: {
    status: 404,
    title: 'The product has no such act',
    meaning: 'This act does not exist for the product of the order.',
    action: 'See `GET /v1/products` for the acts of each product.',
  },
  unknown_product: {
    status: 422,
    title: 'There is no such product',
    meaning: 'The product is none of the five, or its signer has no credentials for it.',
    action: 'See `GET /v1/products`.',
  },
  reference_taken: {
    status: 409,
    title: 'The reference is taken by other content',
    meaning: 'An order or refund of this reference exists, and what it asks for differs.',
    action: 'Use another reference for another order; repeat the identical request to get the same one.',
  },
  number_taken: {
    status: 409,
    title: 'The number is taken',
    meaning: 'This number was used before at this signer. Numbers are never reused.',
    action: 'Give another number, or none.',
  },
  key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used for something else',
    meaning: 'The same `Idempotency-Key` came with another method, path or body.',
    action: 'Use a new key for a new request.',
  },
  still_in_flight: {
    status: 409,
    title: 'The first request of this kind is still under way',
    meaning: 'Another request with this `Idempotency-Key` or for this order has not ended, on any node.',
    action: 'Repeat it as `Retry-After` says.',
  },
  signer_needed: {
    status: 422,
    title: 'Which signer?',
    meaning: 'The tenant has several signers and none was named.',
    action: 'Name one of them as `signer`.',
  },
  details_invalid: {
    status: 422,
    title: 'The details are not what WeChat Pay takes',
    meaning: 'Nothing was sent: `details` do not meet the declaration. `problems` lists all of them at once.',
    action: 'Correct every one of `problems`; see `GET /v1/products`.',
  },
  already_paid: {
    status: 409,
    title: 'The order is paid',
    meaning: 'What is paid is not closed, and not paid again.',
    action: 'Refund it, or place another order.',
  },
  money_owed: {
    status: 409,
    title: 'The service is completed and being collected',
    meaning: 'Cancelling a completed service gives its money up.',
    action: "Wait for the collection, or close it with `owed: 'give_up'`.",
  },
  not_paid: {
    status: 409,
    title: 'Nothing was paid',
    meaning: 'There is no money that could go back.',
    action: look,
  },
  nothing_to_hand_over: {
    status: 409,
    title: 'There is nothing to hand over',
    meaning: 'The order cannot be paid now: it is not placed yet, or it has ended.',
    action: look,
  },
  act_differs: {
    status: 409,
    title: 'The act was asked for with other content',
    meaning: 'An act is done once; repeating it needs the same details.',
    action: look,
  },
  refund_reference_taken: {
    status: 409,
    title: 'The reference is taken by another refund',
    meaning: 'A refund of this reference exists for the order, and what it asks for differs.',
    action: 'Use another reference for another refund; repeat the identical request to get the same one.',
  },
  refund_empty: {
    status: 422,
    title: 'A refund gives something back',
    meaning: 'The amount is zero: nothing is left to refund, or nothing was asked for.',
    action: look,
  },
  refund_exceeds_order: {
    status: 409,
    title: 'More than was paid',
    meaning: 'Together with the refunds ordered before, more would go back than was taken.',
    action: 'Refund at most what is left.',
  },
  refund_exceeds_part: {
    status: 409,
    title: 'More than this part was paid with',
    meaning: 'Together with the refunds ordered before, more would go back of a part than was taken for it.',
    action: 'Refund at most what is left of each part.',
  },
  refund_not_refused: {
    status: 409,
    title: 'Only a refused refund is sent again',
    meaning: 'The refund is under way, done or ended otherwise.',
    action: look,
  },
  refund_not_stuck: {
    status: 409,
    title: "The amount is not a person's to free",
    meaning: 'Only a refund that ended as abnormal, change or failed can be freed.',
    action: look,
  },
  refund_freed: {
    status: 409,
    title: 'The refund was freed',
    meaning: 'A person freed its amount: it is not sent again.',
    action: 'Order another refund.',
  },
  nothing_named: {
    status: 422,
    title: 'Nothing was named',
    meaning: 'Deliveries are named by ids, by a time range, or as all dead ones.',
    action: 'Name what is to be sent again.',
  },
  reason_missing: {
    status: 422,
    title: 'A reason is needed',
    meaning: 'What an operator decides is kept with a reason.',
    action: 'Give a reason.',
  },
  too_many_streams: {
    status: 429,
    title: 'Too many streams',
    meaning: 'This tenant reads as many event streams as it may.',
    action: 'Close one, or read `GET /v1/events`.',
  },
  attempt_open: {
    status: 409,
    title: 'An attempt may still be paid',
    meaning: 'Another number is opened only when the one before is proven unpayable.',
    action: 'Wait for `order.closed`, then pay again.',
  },
  rule_broken: {
    status: 422,
    title: 'A rule of the product forbids it',
    meaning: '`rule` names the rule of the product or the platform; `detail` says what was found.',
    action: 'Change the request so that it keeps the rule.',
  },
  provider_busy: {
    status: 503,
    title: 'WeChat Pay cannot be asked now',
    meaning: 'The rate budget is spent, or WeChat Pay does not answer.',
    action: 'Repeat it as `Retry-After` says.',
  },
  own_approval: {
    status: 403,
    title: 'It takes a second person',
    meaning: 'Whoever asked for it cannot approve it.',
    action: 'Let another key approve it.',
  },
  approval_needed: {
    status: 409,
    title: 'It takes a second person',
    meaning: 'With what was ordered back before, it is above what one person may order.',
    action: 'Order another refund: it waits for the second person.',
  },
  approval_outdated: {
    status: 409,
    title: 'More than was approved',
    meaning: 'The refund asks for all that is left, and by now that is more than the second person saw.',
    action: 'Ask again under the same reference.',
  },
  already_decided: {
    status: 409,
    title: 'Somebody decided before',
    meaning: 'The approval or message was decided otherwise already.',
    action: 'Read it to see the decision.',
  },
  delivery_not_dead: {
    status: 409,
    title: 'Only a dead delivery can be skipped',
    meaning: 'The delivery is still tried, was acknowledged or was skipped.',
    action: 'Read the delivery.',
  },
  name_taken: {
    status: 409,
    title: 'The name is taken',
    meaning: 'An active API key of this tenant has this name; names tell people apart.',
    action: 'Give another name, or rotate the key.',
  },
  target_refused: {
    status: 422,
    title: 'Webhooks do not go there',
    meaning: 'The address is no https address, or points into a private network that was not allowed.',
    action: 'Give a public https address, or let the operator allow the network.',
  },
} as const satisfies Record<string, ProblemKind>

/** The code of a documented problem. */
export type ProblemCode = keyof typeof problemKinds
