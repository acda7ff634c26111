import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { ErrorBody } from './models.ts'
import { nothing } from './params.ts'

/** RFC 6749, 4.1.1, and RFC 7636: what a client sends a browser here with. */
const AuthorizeParams = z.object({
  client_id: z.string(),
  redirect_uri: z.string().describe('as it was registered, letter by letter; it may be a path'),
  response_type: z.literal('code'),
  state: z.string().optional(),
  scope: z.string().optional().describe('separated by spaces; by default all that is allowed'),
  code_challenge: z.string().optional(),
  code_challenge_method: z.literal('S256').optional(),
})

const SENT_BACK = { 302: 'Sent back to the client with a code, or to the sign-in page' } as const

export const authorize = endpoint({
  method: 'GET',
  path: '/oauth2/authorize',
  summary: 'Where a service or server sends a browser to have somebody signed in (OAuth 2)',
  scopes: [],
  known: true,
  params: AuthorizeParams,
  body: nothing,
  output: z.string().describe('the page that asks for consent'),
  status: 200,
  also: SENT_BACK,
  media: 'text/html',
})

export const consent = endpoint({
  method: 'POST',
  path: '/oauth2/authorize',
  summary: 'What the page of consent posts: the scopes that are granted, and _xsrf',
  scopes: [],
  known: true,
  audit: null,
  params: AuthorizeParams,
  body: z.object({ _xsrf: z.string(), scopes: z.array(z.string()).optional() }),
  bodyMedia: 'application/x-www-form-urlencoded',
  output: z.string().describe('the page again'),
  status: 200,
  also: SENT_BACK,
  media: 'text/html',
})

/** RFC 6749, 5.2. */
const OAuthRefusal = z.object({ error: z.string(), error_description: z.string() })

export const exchange = endpoint({
  method: 'POST',
  path: '/oauth2/token',
  summary: 'A client changes its code for a token (OAuth 2); its errors are those of RFC 6749',
  scopes: [],
  audit: null,
  params: z.object({}),
  body: z.object({
    grant_type: z.literal('authorization_code'),
    code: z.string(),
    redirect_uri: z.string(),
    client_id: z.string().optional(),
    client_secret: z.string().optional().describe('or HTTP Basic authorization'),
    code_verifier: z.string().optional(),
  }),
  bodyMedia: 'application/x-www-form-urlencoded',
  output: z.object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().describe('seconds'),
    scope: z.string(),
  }),
  status: 200,
  refusal: z.union([OAuthRefusal, ErrorBody]),
})
