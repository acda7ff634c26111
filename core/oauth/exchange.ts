import { hashSecret } from '#core/base/random.ts'

import { checkVerifier } from './check-pkce.ts'
import type { ClientDirectory } from './client.ts'
import type { CodeStore, Grant } from './code-store.ts'
import { OAuthError } from './oauth-error.ts'
import { singleParameters } from './single-parameters.ts'

/** Two weeks, as JupyterHub has it. */
const TOKEN_S = 1_209_600

export interface ExchangeDeps {
  readonly clients: ClientDirectory
  readonly codes: CodeStore
  readonly now: Date
  issue(visitor: {
    readonly clientId: string
    readonly userId: number
    readonly scopes: readonly string[]
    readonly sessionId: string | null
    readonly expiresIn: number
  }): Promise<{ readonly id: number; readonly secret: string }>
  /** Voids what was issued. */
  revoke(id: number): Promise<void>
}

/** RFC 6749 section 5.1. */
export interface TokenAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope: string
}

/**
 * RFC 6749 section 4.1.3: a client brings the code, proves that it is the client, and gets a token. The code is spent by
 * whatever is brought with it, so a wrong try ends it too; brought a second time, somebody has it who should not, and what was
 * issued for it is void (section 4.1.2).
 * @throws OAuthError
 */
export async function exchangeCode(
  form: URLSearchParams,
  authorization: string | undefined,
  deps: ExchangeDeps,
): Promise<TokenAnswer> {
  const given = singleParameters(form, [
    'grant_type',
    'client_id',
    'client_secret',
    'code',
    'redirect_uri',
    'code_verifier',
  ])
  if (given.grant_type !== 'authorization_code')
    throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code')
  const clientId = await checkClient(
    { id: given.client_id, secret: given.client_secret },
    authorization,
    deps.clients,
  )
  const codeHash = hashSecret(given.code ?? '')
  const taken = await deps.codes.take(codeHash, deps.now)
  if (taken?.is === 'spent' && taken.tokenId !== null) await deps.revoke(taken.tokenId)
  const grant = taken?.is === 'good' ? taken.grant : undefined
  if (!grant || grant.clientId !== clientId) throw badCode()
  checkSameRedirect(grant, given.redirect_uri)
  checkVerifier(grant.codeChallenge, given.code_verifier)
  const { userId, scopes, sessionId } = grant
  const token = await deps.issue({ clientId, userId, scopes, sessionId, expiresIn: TOKEN_S })
  if (!(await deps.codes.issued(codeHash, token.id))) {
    await deps.revoke(token.id)
    throw badCode()
  }
  return {
    access_token: token.secret,
    token_type: 'Bearer',
    expires_in: TOKEN_S,
    scope: scopes.join(' '),
  }
}

const badCode = () => new OAuthError('invalid_grant', 'the code is unknown, used or expired')

/**
 * RFC 6749 section 2.3.1: by the form or by HTTP Basic. JupyterHub's servers send their secret as `Authorization: token` as well;
 * two that differ are refused.
 */
async function checkClient(
  form: { readonly id: string | undefined; readonly secret: string | undefined },
  authorization: string | undefined,
  clients: ClientDirectory,
): Promise<string> {
  const shown = readHeader(authorization)
  const id = form.id ?? shown.id
  const secret = form.secret ?? shown.secret
  const agree = (shown.id ?? id) === id && (shown.secret ?? secret) === secret
  if (id !== undefined && secret !== undefined && agree && (await clients.verifySecret(id, secret)))
    return id
  throw new OAuthError('invalid_client', 'the client or its secret is not known here')
}

function readHeader(authorization: string | undefined): {
  readonly id?: string
  readonly secret?: string
} {
  const secret = /^(?:token|bearer)\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1]
  return secret === undefined ? (readBasic(authorization) ?? {}) : { secret }
}

function readBasic(
  authorization: string | undefined,
): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^basic\s+([A-Za-z0-9+/=]+)\s*$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  try {
    // Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).
    return {
      id: decodeURIComponent(text.slice(0, colon)),
      secret: decodeURIComponent(text.slice(colon + 1)),
    }
  } catch {
    return undefined
  }
}

/** RFC 6749 section 4.1.3: the same as in the authorization request. */
function checkSameRedirect(grant: Grant, given: string | undefined): void {
  if (given !== undefined && given !== grant.redirectUri)
    throw new OAuthError('invalid_grant', 'redirect_uri is not that of the code')
}
