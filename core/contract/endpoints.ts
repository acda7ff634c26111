import * as accounts from './accounts.ts'
import * as audit from './audit.ts'
import * as activity from './activity.ts'
import * as announcement from './announcement.ts'
import * as config from './config.ts'
import * as culling from './culling.ts'
import * as groups from './groups.ts'
import type { AnyEndpoint } from './endpoint.ts'
import * as hub from './hub.ts'
import * as hubControl from './hub-control.ts'
import * as metrics from './metrics.ts'
import * as info from './info.ts'
import * as oauth from './oauth.ts'
import * as notices from './notices.ts'
import * as progress from './progress.ts'
import * as servers from './servers.ts'
import * as services from './services.ts'
import * as sessions from './sessions.ts'
import * as shares from './shares.ts'
import * as signIn from './sign-in.ts'
import * as tokens from './tokens.ts'
import * as usage from './usage.ts'
import * as users from './users.ts'
import * as who from './who.ts'

/** The operations by noun, each with what its chapter of the document says of them. */
export const CHAPTERS = [
  chapter('Hub', 'The hub itself: its version, its health, its proxy, its end.', {
    ...hub,
    ...hubControl,
    ...metrics,
    ...info,
  }),
  chapter('Settings', 'What the hub is set to, and where each setting comes from.', config),
  chapter('Announcement', 'What the operator tells everybody.', announcement),
  chapter('Users', 'People: who there are, and what is known of them.', {
    ...who,
    ...users,
    ...activity,
  }),
  chapter('Accounts', 'Locking people out, passwords, rights.', accounts),
  chapter('Groups', 'Groups of people, their members and properties.', groups),
  chapter('Audit log', 'Who did what to whom.', audit),
  chapter('Tokens', 'Tokens by which programs act for people.', tokens),
  chapter('Sessions', 'Browsers in which people are signed in.', sessions),
  chapter('Servers', 'Notebook servers: start, stop, follow, rename.', {
    ...servers,
    ...progress,
    ...culling,
    ...notices,
    ...usage,
  }),
  chapter('Services', 'Programs beside the notebook servers, and who may use them.', services),
  chapter('Shares', 'What people let others do with servers of theirs.', shares),
  chapter('Sign-in', 'One-time links and first passwords.', signIn),
  chapter('OAuth', 'How services and servers have people signed in.', oauth),
] as const

/** Every operation of the API: the document is made of them, and every one is held to its scopes by the tests. */
export const ENDPOINTS: readonly AnyEndpoint[] = CHAPTERS.flatMap(({ endpoints }) => endpoints)

/** The paths at which an operation is served: a server without a name has one of its own. */
export function pathsOf({ path }: Pick<AnyEndpoint, 'path'>): readonly string[] {
  return path.startsWith('/users/:user/servers/:server')
    ? [path.replace('/servers/:server', '/server'), path]
    : [path]
}

function chapter(name: string, says: string, noun: Readonly<Record<string, unknown>>) {
  // By path: the order of a module's exports depends on who loads it.
  const endpoints = Object.values(noun).filter(isEndpoint).toSorted(byPath)
  return { name, says, endpoints }
}

function byPath(a: AnyEndpoint, b: AnyEndpoint): number {
  const [left, right] = [`${a.path} ${a.method}`, `${b.path} ${b.method}`]
  return left < right ? -1 : Number(left > right)
}

function isEndpoint(value: unknown): value is AnyEndpoint {
  return typeof value === 'object' && value !== null && 'method' in value && 'path' in value
}
