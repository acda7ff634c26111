import { ApiError } from '#core/contract/client.ts'

/** What a call that failed has to say to people. */
export function said(error: unknown): string {
  return error instanceof ApiError
    ? error.message
    : 'The hub does not answer. Try again in a moment.'
}
