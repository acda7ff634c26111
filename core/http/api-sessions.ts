import type { FastifyInstance } from 'fastify'

import { endSession, endSessions, listSessions, type SessionBody } from '#core/contract/sessions.ts'
import type { Session } from '#core/domain/sign-in/session.ts'

import type { Caller } from './caller.ts'
import type { HubHttpDeps } from './hub-http.ts'
import { type Gate, mount } from './mount.ts'

/** The browsers in which people are signed in: shown, and signed out. */
export function mountSessions(
  app: FastifyInstance,
  gate: Gate,
  { users, sessions }: Pick<HubHttpDeps, 'users' | 'sessions'>,
): void {
  mount(app, gate, listSessions, async ({ caller, params }) => {
    const user = await users.get(params.user)
    const own = await sessions.listOf(user.id)
    return { sessions: own.map((session) => bodyOf(session, caller)) }
  })

  mount(app, gate, endSession, async ({ params }) => {
    const user = await users.get(params.user)
    await sessions.endOf(user.id, params.id)
  })

  mount(app, gate, endSessions, async ({ params }) => {
    const user = await users.get(params.user)
    await sessions.endAllOf(user.id)
  })
}

function bodyOf(session: Session, caller: Caller): SessionBody {
  return {
    id: session.id,
    kind: 'session',
    user: session.user.name,
    created: session.createdAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    last_activity: session.lastSeenAt.toISOString(),
    address: session.addressPrefix,
    browser: session.browser,
    current: currentOf(caller) === session.id,
  }
}

/** A server's page asks with a token that was issued under the browser's session. */
function currentOf(caller: Caller): string | null {
  if (caller.by === 'session') return caller.session.id
  return caller.by === 'token' ? caller.token.sessionId : null
}
