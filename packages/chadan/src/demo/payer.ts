/** The people who pay: they act on WeChat's side, through the simulator's controls. */

/** What a person can do. */
export interface Payer {
  /** Does it; false where the order does not allow it any more. */
  act(number: string, action: string, body?: unknown): Promise<boolean>
  /** Comes back to the merchant's page, where the order names one. */
  comeBack(number: string): Promise<void>
}

/** What the payer's phone reaches. */
export interface PayerDoors {
  readonly controlUrl: string
  readonly fetch: (request: Request) => Promise<Response>
}

/** Opens the payers' side. */
export function openPayer({ controlUrl, fetch }: PayerDoors): Payer {
  const addressOf = (number: string) => `${controlUrl}/orders/${encodeURIComponent(number)}`
  return {
    async act(number, action, body = {}) {
      const response = await fetch(
        new Request(`${addressOf(number)}/${action}`, { method: 'POST', body: JSON.stringify(body) }),
      )
      await response.text()
      return response.ok
    },
    async comeBack(number) {
      const order = (await (await fetch(new Request(addressOf(number)))).json()) as { returnUrl?: string }
      if (!order.returnUrl) return
      // A browser that finds nothing there gives up; the order is learnt of in another way.
      await fetch(new Request(order.returnUrl, { redirect: 'manual' })).then(
        (response) => response.text(),
        () => '',
      )
    },
  }
}
