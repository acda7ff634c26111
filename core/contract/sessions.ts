import * as z from 'zod'

import { endpoint } from './endpoint.ts'
import { nothing, UserParams } from './params.ts'

/** A browser in which a person is signed in. */
const SessionBody = z.object({
  id: z.string(),
  kind: z.literal('session'),
  user: z.string(),
  created: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  last_activity: z.iso.datetime().describe('at the hub or at a server; a minute late at most'),
  address: z
    .string()
    .describe('from where it was begun: an IPv4 address, or the first half of an IPv6 one'),
  browser: z.string().describe('what the browser says it is, such as "Firefox on Linux"'),
  current: z.boolean().describe('whether it is the one that asks'),
})
export type SessionBody = z.infer<typeof SessionBody>

/** Where one is told from the others. */
const SessionParams = UserParams.extend({ id: z.string().max(64) })

export const listSessions = endpoint({
  method: 'GET',
  path: '/users/:user/sessions',
  summary:
    "The browsers in which a person is signed in, the youngest first (ours; who may see a person's tokens may see these: both let somebody in as him)",
  scopes: ['read:tokens'],
  params: UserParams,
  body: nothing,
  output: z.object({ sessions: z.array(SessionBody) }),
  status: 200,
})

export const endSession = endpoint({
  method: 'DELETE',
  path: '/users/:user/sessions/:id',
  summary:
    "Sign one browser out, at the hub and at every server; what it has open there is closed (ours; the scope is that for revoking a person's tokens, which is what it does)",
  scopes: ['tokens'],
  audit: 'session.end',
  params: SessionParams,
  body: nothing,
  output: z.void(),
  status: 204,
})

export const endSessions = endpoint({
  method: 'DELETE',
  path: '/users/:user/sessions',
  summary:
    "Sign all of a person's browsers out, the one that asks included; his own tokens stay (ours)",
  scopes: ['tokens'],
  audit: 'session.end',
  params: UserParams,
  body: nothing,
  output: z.void(),
  status: 204,
})
