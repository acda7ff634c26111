/** The codes of RFC 6749, sections 4.1.2.1 and 5.2, as far as they are used. */
export type OAuthErrorCode =
  | 'access_denied'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_request'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'

/** A refusal of the protocol. `toJSON` is its form on the wire (RFC 6749 section 5.2). */
export class OAuthError extends Error {
  override readonly name = 'OAuthError'
  readonly code: OAuthErrorCode

  constructor(code: OAuthErrorCode, description: string) {
    super(description)
    this.code = code
  }

  get status(): number {
    return this.code === 'invalid_client' ? 401 : this.code === 'access_denied' ? 403 : 400
  }

  toJSON(): { readonly error: OAuthErrorCode; readonly error_description: string } {
    return { error: this.code, error_description: this.message }
  }
}
