/** Why a control does not do what was asked. */

/** What was asked of a control cannot be done; `at` and `expected` say what to change. */
export class ControlRefused extends Error {
  override readonly name = 'ControlRefused'
  /** Where in the request, as a pointer: `/body/share`; in process the argument: `/share`. */
  readonly at: string
  readonly expected: string
  /** 400 for a wrong input, 404 where nothing has that name, 409 where the state does not allow it. */
  readonly status: 400 | 404 | 409

  constructor(at: string, expected: string, status: 400 | 404 | 409 = 400) {
    super(`${at || 'the request'}: expected ${expected}`)
    this.at = at
    this.expected = expected
    this.status = status
  }
}
