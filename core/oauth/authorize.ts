import { randomBytes } from 'node:crypto'

import { hashSecret } from '#core/base/random.ts'

import { readChallenge } from './check-pkce.ts'
import type { ClientDirectory, OAuthClient } from './client.ts'
import type { CodeStore } from './code-store.ts'
import { OAuthError } from './oauth-error.ts'
import { singleParameters } from './single-parameters.ts'

/** A code is good for five minutes (RFC 6749 section 4.1.2 recommends ten at most). */
const CODE_MS = 5 * 60_000

/** A request to `/oauth2/authorize` that may be put before the visitor. */
export interface AuthorizeRequest {
  readonly client: OAuthClient
  readonly redirectUri: string
  readonly state: string | null
  readonly codeChallenge: string | null
  /** As asked for; empty: what the client gets by default. */
  readonly scopes: readonly string[]
}

/**
 * RFC 6749 section 4.1.1. Every refusal is shown to the visitor and none is redirected: a request that is not in order
 * is no reason to send a browser anywhere.
 * @throws OAuthError
 */
export async function checkAuthorize(
  query: URLSearchParams,
  clients: ClientDirectory,
): Promise<AuthorizeRequest> {
  const given = singleParameters(query, [
    'client_id',
    'redirect_uri',
    'response_type',
    'state',
    'scope',
    'code_challenge',
    'code_challenge_method',
  ])
  const client = given.client_id === undefined ? undefined : await clients.find(given.client_id)
  if (!client)
    throw new OAuthError('invalid_request', 'the program that asks is not known here (client_id)')
  checkRedirectUri(client, given.redirect_uri)
  if (given.response_type !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code')
  return {
    client,
    redirectUri: client.redirectUri,
    state: given.state ?? null,
    codeChallenge: readChallenge(given.code_challenge, given.code_challenge_method),
    scopes: (given.scope ?? '').split(' ').filter((scope) => scope !== '' && scope !== 'identify'),
  }
}

/** RFC 9700 section 2.1: compared as a string with the one that was registered; left out, it is that one. */
function checkRedirectUri(client: OAuthClient, given: string | undefined): void {
  if (given !== undefined && given !== client.redirectUri) {
    throw new OAuthError(
      'invalid_request',
      'the address to go back to is not the one that the program registered (redirect_uri)',
    )
  }
}

/** Who consents, and to what. */
export interface Visitor {
  readonly userId: number
  readonly userName: string
  readonly sessionId: string | null
  readonly scopes: readonly string[]
}

/** Makes the code and the address to send the browser to with it (RFC 6749 section 4.1.2). */
export async function grantCode(
  { client, redirectUri, state, codeChallenge }: AuthorizeRequest,
  visitor: Visitor,
  { codes, now }: { readonly codes: CodeStore; readonly now: Date },
): Promise<string> {
  const code = randomBytes(32).toString('base64url')
  await codes.put(
    hashSecret(code),
    { clientId: client.id, redirectUri, codeChallenge, ...visitor },
    new Date(now.getTime() + CODE_MS),
  )
  return withQuery(redirectUri, state === null ? { code } : { code, state })
}

/** Adds to the query of an address that may be a path alone, and keeps what stands there. */
function withQuery(uri: string, added: Readonly<Record<string, string>>): string {
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(added).toString()}`
}
