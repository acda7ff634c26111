import type * as z from 'zod'

import type { Endpoint } from './endpoint.ts'
import * as config from './config.ts'
import * as hub from './hub.ts'
import * as servers from './servers.ts'
import * as sessions from './sessions.ts'
import * as signIn from './sign-in.ts'
import * as tokens from './tokens.ts'
import * as users from './users.ts'

type AnyEndpoint = Endpoint<z.ZodType, z.ZodType, z.ZodType>

/** Every operation of the API: the document is made of them, and every one is held to its scopes by the tests. */
export const ENDPOINTS: readonly AnyEndpoint[] = [
  hub,
  config,
  users,
  tokens,
  servers,
  sessions,
  signIn,
].flatMap((noun) => Object.values<unknown>(noun).filter(isEndpoint))

function isEndpoint(value: unknown): value is AnyEndpoint {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value
}
