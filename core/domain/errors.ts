/** Why the hub refuses. Programs switch on the code; the message is for people. */
export type ErrorCode =
  | 'already_exists'
  | 'conflict'
  | 'forbidden'
  | 'invalid'
  | 'not_allowed'
  | 'not_found'
  | 'not_signed_in'
  | 'too_many'
  | 'unavailable'

export class HubError extends Error {
  override readonly name = 'HubError'
  readonly code: ErrorCode
  /** Seconds after which asking again makes sense; only with `too_many` and `unavailable`. */
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options?: ErrorOptions & { retryAfter?: number }) {
    super(message, options)
    this.code = code
    this.retryAfter = options?.retryAfter
  }
}
