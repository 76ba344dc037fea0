/** The two books of the day, read over HTTP: the gateway's by its API, WeChat Pay's by the simulator's controls. */

/** Money as the API says it. */
export interface Money {
  readonly minor: number
  readonly currency: string
}

/** An order as `GET /v1/orders` lists it, as far as it is compared. */
export interface OrderHere {
  readonly id: string
  readonly tenant: string
  readonly reference: string
  readonly product: string
  readonly state: string
  readonly number: string
  readonly attempts: readonly AttemptHere[]
  readonly refunds: readonly RefundHere[]
}

/** One placing of an order. */
export interface AttemptHere {
  readonly number: string
  readonly state: string
  readonly amount: Money
  readonly taken: Money
  readonly refunded: Money
  readonly learnt_by: { readonly source: string; readonly at: string } | null
}

/** A refund. */
export interface RefundHere {
  readonly number: string
  readonly attempt: string
  readonly state: string
  readonly amount: Money
}

/** An order as `GET /_simulator/books/:product` lists it, as far as it is compared. */
export interface OrderThere {
  readonly product: string
  readonly number: string
  readonly state: string
  readonly currency: string
  readonly orderedMinor: number
  readonly paidMinor: number
  readonly paidMs?: number
  readonly refunds: readonly RefundThere[]
}

/** A refund there; one here may be several there, with the same number and something behind it. */
export interface RefundThere {
  readonly number: string
  readonly minor: number
  readonly state: string
}

/** How both sides are read. */
export type Get = (url: string, headers?: Record<string, string>) => Promise<unknown>

/** GET, and the JSON of the answer. */
export function getJson(fetch: (request: Request) => Promise<Response>): Get {
  return async (url, headers = {}) => {
    const response = await fetch(new Request(url, { headers }))
    if (!response.ok) throw new Error(`GET ${new URL(url).pathname} was answered ${response.status}`)
    return response.json()
  }
}

/** All orders of these tenants, under a key of all tenants. */
export async function readHere({
  get,
  url,
  key,
  tenants,
}: {
  readonly get: Get
  readonly url: string
  readonly key: string
  readonly tenants: readonly string[]
}): Promise<OrderHere[]> {
  const orders: OrderHere[] = []
  for (const tenant of tenants) {
    const headers = { authorization: `Bearer ${key}`, 'chadan-tenant': tenant }
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      // Both sides belong to this repository, and what is compared fails loudly where it is missing.
      const page = (await get(`${url}/v1/orders?limit=200${from}`, headers)) as {
        data: OrderHere[]
        next: string | null
      }
      orders.push(...page.data)
      cursor = page.next
    }
  }
  return orders
}

const productsThere = ['cash', 'combine', 'medIns', 'payscore', 'wecom', 'payinsurance']

/** All orders of WeChat Pay's side. */
export async function readThere(get: Get, controlUrl: string): Promise<OrderThere[]> {
  const orders: OrderThere[] = []
  for (const product of productsThere) {
    let from: number | undefined = 0
    while (from !== undefined) {
      const page = (await get(`${controlUrl}/books/${product}?limit=500&from=${from}`)) as {
        orders: OrderThere[]
        next?: number
      }
      orders.push(...page.orders)
      from = page.next
    }
  }
  return orders
}
