import type { GroupStore } from '../groups/group-store.ts'
import type { CredentialStore } from '../sign-in/credential-store.ts'
import type { FailureStore } from '../sign-in/failure-store.ts'
import type { HeldCredentialStore } from '../sign-in/held-credential-store.ts'
import type { LinkStore } from '../sign-in/link-store.ts'
import type { NewSession, SessionStore } from '../sign-in/session-store.ts'
import type { NewToken, TokenStore } from '../tokens/token-store.ts'
import type { UserStore } from '../users/user-store.ts'

/** The stores of people, over the same people. */
interface PeopleStores {
  readonly users: UserStore
  readonly groups: GroupStore
  readonly credentials: CredentialStore
  readonly sessions: SessionStore
  readonly links: LinkStore
  readonly tokens: TokenStore
  readonly failures: FailureStore
  readonly held: HeldCredentialStore
}

/** Gives empty ones. */
export type MakePeopleStores = () => Promise<PeopleStores>

export const now = new Date('2030-01-01T00:00:00Z')
export const soon = new Date('2030-01-01T00:10:00Z')
export const later = new Date('2030-01-01T01:00:00Z')

export const ada = { name: 'ada', admin: false, createdAt: now }

/** Of nobody: ids begin at 1 and are counted up. */
export const NOBODY = 4711

export function tokenOf(userId: number, rest: Partial<NewToken> = {}): NewToken {
  return {
    hash: 'th',
    kind: 'api',
    userId,
    service: null,
    scopes: ['self', 'servers!user=ada'],
    note: 'for a script',
    clientId: null,
    sessionId: null,
    createdAt: now,
    expiresAt: null,
    ...rest,
  }
}

export function sessionOf(userId: number, rest: Partial<NewSession> = {}): NewSession {
  return {
    id: 's',
    secretHash: 'sh',
    userId,
    createdAt: now,
    expiresAt: later,
    addressPrefix: '203.0.113.7',
    browser: 'Firefox on Linux',
    ...rest,
  }
}
